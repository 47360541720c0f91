"""Which requests are meant: by operation, method, path and headers; for what has been recorded, by more."""

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Annotated, Any, NamedTuple, Protocol
from urllib.parse import parse_qs

from pydantic import ConfigDict, Field

from ledgersim.http.schemas import Schema

Pattern = Annotated[str, Field(min_length=1, max_length=500)]


class RequestCriteria(Protocol):
    """What can be told of a request."""

    operation: str | None
    method: str
    path: str
    query: bytes
    headers: Iterable[tuple[bytes, bytes]]


class Match(Schema):
    """A request is meant if it agrees with every member given; `*` stands for any text, `?` for a character.

    Operation, method and path (decoded, without a space's prefix) agree in any case.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    operation: Pattern | None = None
    method: Pattern | None = None
    path: Pattern | None = None
    header: Annotated[Mapping[str, Pattern], Field(max_length=20)] = {}
    query: Annotated[Mapping[str, Pattern], Field(max_length=20)] = {}

    def differences(self, asked: RequestCriteria) -> dict[str, Any]:
        """What of a request does not agree, by member; empty for one that is meant."""
        found: dict[str, Any] = {}
        for name in ("operation", "method", "path"):
            if not _agrees(getattr(self, name), getattr(asked, name)):
                found[name] = getattr(asked, name)
        if self.header:
            wanted = {name.lower(): pattern for name, pattern in self.header.items()}
            found |= _unlike("header", wanted, _headers(asked))
        if self.query:
            values = parse_qs(asked.query.decode("utf-8", "replace"), keep_blank_values=True)
            found |= _unlike("query", self.query, values)
        return found


class EvictedEntry(NamedTuple):
    """All that is left of a request: which operation, and how it was answered."""

    operation: str | None
    status: int | None


class Answered(RequestCriteria, Protocol):
    """What can be told of a request that has been answered; `is_cut` where not all of its body is known."""

    status: int | None
    problem: str | None

    @property
    def content(self) -> bytes: ...

    @property
    def is_cut(self) -> bool: ...


class RecordMatch(Match):
    """A recorded request is meant: also by the answer's status and problem, and by members of the JSON sent."""

    status: int | None = None
    problem: Pattern | None = None
    body: Any = None

    def differences(self, asked: Answered) -> dict[str, Any]:  # type: ignore[override]
        """What of a recorded request does not agree, by member; empty for one that is meant."""
        found = super().differences(asked)
        if self.status not in (None, asked.status):
            found["status"] = asked.status
        if not _agrees(self.problem, asked.problem):
            found["problem"] = asked.problem
        if self.body is not None and asked.is_cut:
            found["body"] = "only part of it was recorded"
        elif self.body is not None:
            found |= _unlike_json(asked.content, self.body)
        return found

    def may_mean(self, known: EvictedEntry) -> bool:
        """Whether a request of which no more is known could be meant."""
        return _agrees(self.operation, known.operation) and self.status in (None, known.status)


def _agrees(pattern: str | None, value: str | None) -> bool:
    return pattern is None or fnmatchcase((value or "").lower(), pattern.lower())


def _headers(asked: RequestCriteria) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in asked.headers:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return values


def _unlike(
    member: str, wanted: Mapping[str, str], values: Mapping[str, list[str]]
) -> dict[str, list[str] | None]:
    return {
        f"{member}.{name}": values.get(name)
        for name, pattern in wanted.items()
        if not any(fnmatchcase(value, pattern) for value in values.get(name, ()))
    }


def _unlike_json(body: bytes, wanted: Any) -> dict[str, Any]:
    try:
        return dict(unlike(json.loads(body, parse_float=Decimal), wanted))
    except (ValueError, ArithmeticError, RecursionError):
        return {"body": "it is no JSON"}


def unlike(value: Any, wanted: Any, path: str = "body") -> Iterator[tuple[str, Any]]:
    """Where a JSON value has not what is wanted, and what it has there: `body[0].amount`, or None for nothing.

    Of an object the members wanted count, of a list all elements in order.
    """
    if isinstance(wanted, dict) and isinstance(value, dict):
        for name, item in wanted.items():
            if name in value:
                yield from unlike(value[name], item, f"{path}.{name}")
            else:
                yield f"{path}.{name}", None
    elif isinstance(wanted, list) and isinstance(value, list) and len(value) == len(wanted):
        for number, (one, other) in enumerate(zip(value, wanted, strict=True)):
            yield from unlike(one, other, f"{path}[{number}]")
    elif value != wanted or isinstance(value, bool) is not isinstance(wanted, bool):
        yield path, value
