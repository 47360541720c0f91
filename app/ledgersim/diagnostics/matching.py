"""Criteria for requests: operation, method, path, headers, query; for recorded ones also response and body."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, NamedTuple, Protocol
from urllib.parse import parse_qs

from pydantic import ConfigDict, Field

from ledgersim.json_text import loads
from ledgersim.schemas import JsonObject

Pattern = Annotated[str, Field(min_length=1, max_length=500)]


class MatchableRequest(Protocol):
    """The parts of a request that a `Match` compares."""

    operation: str | None
    method: str
    path: str
    query: bytes
    headers: Iterable[tuple[bytes, bytes]]


class Match(JsonObject):
    """Criteria for requests. A request matches if it matches every member; `*` stands for any text.

    Operation, method and path (decoded, without the prefix of a space) ignore case;
    a slash at the end of a path is optional.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    operation: Pattern | None = None
    method: Pattern | None = None
    path: Pattern | None = None
    header: Annotated[Mapping[str, Pattern], Field(max_length=20)] = {}
    query: Annotated[Mapping[str, Pattern], Field(max_length=20)] = {}

    def differences(self, request: MatchableRequest) -> dict[str, Any]:
        """The actual values of the members that do not match; empty if the request matches."""
        found: dict[str, Any] = {}
        for name in ("operation", "method", "path"):
            if not _matches_ignoring_case(getattr(request, name), getattr(self, name)):
                found[name] = getattr(request, name)
        if "path" in found and _matches_ignoring_case(request.path.removesuffix("/"), self.path):
            del found["path"]
        if self.header:
            expected = {name.lower(): pattern for name, pattern in self.header.items()}
            found |= _mapping_differences("header", expected, _headers(request))
        if self.query:
            values = parse_qs(request.query.decode("utf-8", "replace"), keep_blank_values=True)
            found |= _mapping_differences("query", self.query, values)
        return found


class EvictedEntry(NamedTuple):
    """What is kept of a request that the journal has evicted."""

    operation: str | None
    status: int | None


class MatchableRecord(MatchableRequest, Protocol):
    """The parts of a recorded request that a `RecordMatch` compares."""

    status: int | None
    problem: str | None

    @property
    def content(self) -> bytes: ...

    @property
    def is_truncated(self) -> bool:
        """Whether only a part of the request's body was kept."""


class RecordMatch(Match):
    """Criteria for recorded requests: also the response's status and problem, and members of the JSON sent."""

    status: int | None = None
    problem: Pattern | None = None
    body: Any = None

    def differences(self, record: MatchableRecord) -> dict[str, Any]:  # type: ignore[override]
        """The actual values of the members that do not match; empty if the recorded request matches."""
        found = super().differences(record)
        if self.status not in (None, record.status):
            found["status"] = record.status
        if not _matches_ignoring_case(record.problem, self.problem):
            found["problem"] = record.problem
        if self.body is not None and record.is_truncated:
            found["body"] = "only part of it was recorded"
        elif self.body is not None:
            found |= _body_differences(record.content, self.body)
        return found

    def may_mean(self, entry: EvictedEntry) -> bool:
        """Whether an evicted request may have matched."""
        return _matches_ignoring_case(entry.operation, self.operation) and self.status in (None, entry.status)


def matches(value: str, pattern: str) -> bool:
    """Whether a text matches a pattern, in which `*` stands for any text and nothing else is special."""
    return fnmatchcase(value, pattern.replace("[", "[[]").replace("?", "[?]"))


def _matches_ignoring_case(value: str | None, pattern: str | None) -> bool:
    return pattern is None or matches((value or "").lower(), pattern.lower())


def _headers(request: MatchableRequest) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in request.headers:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return values


def _mapping_differences(
    member: str, expected: Mapping[str, str], values: Mapping[str, list[str]]
) -> dict[str, list[str] | None]:
    return {
        f"{member}.{name}": values.get(name)
        for name, pattern in expected.items()
        if not any(matches(value, pattern) for value in values.get(name, ()))
    }


def _body_differences(body: bytes, expected: Any) -> dict[str, Any]:
    try:
        return dict(json_differences(loads(body, parse_float=Decimal), expected))
    except (ValueError, ArithmeticError, RecursionError):
        return {"body": "it is not JSON"}


def json_differences(value: Any, expected: Any, path: str = "body") -> Iterator[tuple[str, Any]]:
    """The path and actual value of each difference, such as `body[0].amount`; None for a missing member.

    Additional members of objects are ignored; lists must have the same length and order.
    """
    if isinstance(expected, dict) and isinstance(value, dict):
        for name, item in expected.items():
            if name in value:
                yield from json_differences(value[name], item, f"{path}.{name}")
            else:
                yield f"{path}.{name}", None
    elif isinstance(expected, list) and isinstance(value, list) and len(value) == len(expected):
        for number, (one, other) in enumerate(zip(value, expected, strict=True)):
            yield from json_differences(one, other, f"{path}[{number}]")
    elif value != expected or isinstance(value, bool) is not isinstance(expected, bool):
        yield path, value
