"""The journal: lists recorded requests and verifies that a test made the expected ones."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from ledgersim.admin import recorded_requests as recorded
from ledgersim.admin.base import (
    OPTIONAL,
    CurrentDispatcher,
    CurrentSpace,
    Sparse,
    Strict,
    check_match,
    new_router,
)
from ledgersim.diagnostics.codes import CODES
from ledgersim.diagnostics.journal import Journal, Record
from ledgersim.diagnostics.matching import Pattern, RecordMatch
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.problems import CONFLICT, NOT_FOUND, invalid

MAX_NEAREST = 3
MAX_LISTED = 1_000

router = new_router("Requests", "/requests")

Number = Annotated[int, Field(ge=0, le=10**9)]


class RequestsQuery(BaseModel):
    """Filters for recorded requests; `*` stands for any text in operation, method, path and problem."""

    operation: Pattern | None = None
    method: Pattern | None = None
    path: Pattern | None = None
    problem: Pattern | None = None
    status: int | None = None
    diagnostics: bool | None = Field(
        None, description="Only requests with (true) or without (false) diagnostics"
    )
    since: int = Field(0, ge=0, description="Only requests with a higher id")
    limit: int = Field(
        100,
        ge=1,
        le=MAX_LISTED,
        description="How many requests to return at most; the latest ones are returned",
    )

    model_config = {"extra": "forbid"}


class Diagnostic(Sparse):
    """A tolerated or rejected mistake in a request: a stable code, its path in the request, and a message."""

    code: str = Field(description=f"The code of a problem, or one of {', '.join(CODES)}")
    where: str
    message: str


class NearestRoute(Sparse):
    """The route most similar to a request that matches none, and how they differ."""

    method: str
    path: str
    reason: str


class RecordedRequest(Sparse):
    """A summary of a request and its response.

    `at` is in space time, `duration_ms` in real time. `withheld` is the status of a response that a fault
    withheld or replaced.
    """

    id: int
    at: datetime
    operation: str | None
    method: str
    path: str
    query: str
    status: int | None
    duration_ms: float
    problem: str = OPTIONAL
    detail: str = OPTIONAL
    diagnostics: list[Diagnostic] = OPTIONAL
    faults: list[str] = OPTIONAL
    withheld: int = OPTIONAL
    nearest: NearestRoute = OPTIONAL


class RecordedMessage(Sparse):
    """A request or a response: headers, size of the body in bytes, and as much of the body as was recorded."""

    headers: dict[str, str]
    bytes: int
    body: Any = OPTIONAL
    truncated: bool = OPTIONAL


class RecordedRequestInFull(RecordedRequest):
    """Everything that was recorded of a request and its response."""

    request: RecordedMessage
    response: RecordedMessage


class NearMiss(RecordedRequest):
    """A recorded request that does not match, and its members that differ."""

    differs: dict[str, Any]


class RecordedRequestList(Sparse):
    """Recorded requests, oldest first; `evicted` is how many older ones the journal has dropped."""

    requests: list[RecordedRequest]
    recorded: int
    evicted: int


class ExpectedCount(Strict):
    """The expected number: `exactly`, or `at_least` and `at_most`."""

    exactly: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None


class VerifyRequest(Strict):
    """Which requests are expected, and how many: by default at least one."""

    match: RecordMatch = RecordMatch()
    count: ExpectedCount = ExpectedCount(at_least=1)


class VerifyResult(Sparse):
    """The result. Too many requests: the latest are in `found`. Too few: the most similar are in `nearest`.

    `uncertain` is how many requests may have matched but are no longer recorded in full.
    """

    ok: bool
    reason: str
    count: int
    uncertain: int
    matching: list[int]
    found: list[RecordedRequest]
    nearest: list[NearMiss]


@router.get(
    "",
    response_model=RecordedRequestList,
    response_model_exclude_unset=True,
    operation_id="sim.requests.list",
    summary="List recorded requests",
)
async def list_requests(
    space: CurrentSpace, dispatcher: CurrentDispatcher, query: Annotated[RequestsQuery, Query()]
) -> Any:
    """Requests to the vendors' routes, oldest first. In the filters `*` stands for any text."""
    match = RecordMatch(**query.model_dump(include={"operation", "method", "path", "problem", "status"}))
    check_match(dispatcher, match)
    found: list[dict[str, Any]] = []
    for record in reversed(space.journal):
        if len(found) == query.limit or record.id <= query.since:
            break
        if query.diagnostics in (None, bool(record.diagnostics)) and not match.differences(record):
            found.append(recorded.summary(record))
    return {"requests": found[::-1], "recorded": len(space.journal), "evicted": space.journal.evicted()}


@router.get(
    "/{id}",
    response_model=RecordedRequestInFull,
    response_model_exclude_unset=True,
    operation_id="sim.requests.get",
    summary="Read one recorded request in full",
)
async def get_request(space: CurrentSpace, id: str) -> Any:
    """With headers and bodies; secrets are hidden."""
    record = space.journal.find(int(id)) if id.isdecimal() and len(id) < 18 else None
    if record is None:
        raise NOT_FOUND.with_detail(
            f"Request {id[:20]!r} not found in the journal of the space {space.name!r}. It keeps the last "
            f"{space.journal.max_entries:,} requests to the vendors' routes; those to /_sim are not recorded."
        )
    return recorded.details(record)


@router.delete("", **NO_CONTENT, operation_id="sim.requests.clear", summary="Delete all recorded requests")
async def clear_requests(space: CurrentSpace) -> None:
    """Empties the journal of the space."""
    space.journal.clear()


@router.post(
    "/verify",
    response_model=VerifyResult,
    response_model_exclude_unset=True,
    operation_id="sim.requests.verify",
    summary="Verify that the expected requests were made",
)
async def verify_requests(space: CurrentSpace, dispatcher: CurrentDispatcher, body: VerifyRequest) -> Any:
    """`match` is compared with every recorded request. If the count is wrong, the response shows the most
    similar requests.
    """
    check_match(dispatcher, body.match)
    if not space.journal.max_entries:
        raise CONFLICT.with_detail("The journal is disabled. Start the server without --journal-entries 0.")
    least, most = _bounds(body.count)
    return verify(space.journal, body.match, least, most)


def _bounds(count: ExpectedCount) -> tuple[int, int | None]:
    if count.exactly is not None:
        if count.at_least is not None or count.at_most is not None:
            raise invalid("count", "must not combine exactly with at_least or at_most")
        return count.exactly, count.exactly
    if count.at_least is None and count.at_most is None:
        raise invalid("count", "must have exactly, at_least or at_most")
    least = count.at_least or 0
    if count.at_most is not None and least > count.at_most:
        raise invalid("count.at_most", "must not be less than at_least")
    return least, count.at_most


def verify(journal: Journal, match: RecordMatch, least: int, most: int | None) -> dict[str, Any]:
    """Whether `least` to `most` recorded requests match. Uncertain requests never make a verification pass."""
    compared = [(record, match.differences(record)) for record in journal]
    matching = [record for record, differences in compared if not differences]
    cut = sum(1 for record, differences in compared if list(differences) == ["body"] and record.is_truncated)
    count, uncertain = len(matching), journal.evicted(match) + cut
    ok = count >= least and (most is None or count + uncertain <= most)
    reason = f"{count} found, {_expected(least, most)} expected."
    if uncertain and not ok and (most is None or count <= most):
        reason += (
            f" {uncertain} more may have matched, but are no longer recorded in full: raise --journal-entries"
            " or --journal-bytes, or clear the journal before the test."
        )
    too_many = most is not None and count > most
    return {
        "ok": ok,
        "reason": reason,
        "count": count,
        "uncertain": uncertain,
        "matching": [record.id for record in matching[-MAX_LISTED:]],
        "found": [recorded.summary(record) for record in matching[-MAX_NEAREST:] if too_many],
        "nearest": [] if ok or too_many else _nearest([pair for pair in compared if pair[1]]),
    }


def _expected(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    if least == most:
        return f"exactly {least}"
    return f"at most {most}" if least == 0 else f"{least} to {most}"


def _nearest(compared: list[tuple[Record, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The recorded requests that differ in the fewest members, the latest first."""
    ranked = sorted(compared, key=lambda pair: (len(pair[1]), -pair[0].id))
    return [
        {**recorded.summary(record), "differs": recorded.differences(differences)}
        for record, differences in ranked[:MAX_NEAREST]
    ]
