"""The journal: what was asked and answered, and whether it was what a test expects."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from ledgersim.admin import recorded
from ledgersim.admin.base import OPTIONAL, CurrentDispatcher, CurrentSpace, Sparse, Strict, new_router
from ledgersim.admin.match_validation import check_match
from ledgersim.diagnostics.journal import Journal, Record
from ledgersim.diagnostics.matching import Pattern, RecordMatch
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.problems import CONFLICT, NOT_FOUND, invalid

NEAREST = 3
MAX_LISTED = 1_000

router = new_router("Requests", "/requests")

Number = Annotated[int, Field(ge=0, le=10**9)]


class RequestsQuery(BaseModel):
    """Which requests to list; `*` stands for any text in operation, method, path and problem."""

    operation: Pattern | None = None
    method: Pattern | None = None
    path: Pattern | None = None
    problem: Pattern | None = None
    status: int | None = None
    violations: bool | None = Field(None, description="Only those with (true) or without (false) violations")
    since: int = Field(0, ge=0, description="Only those with a higher id")
    limit: int = Field(100, ge=1, le=MAX_LISTED, description="The newest so many")

    model_config = {"extra": "forbid"}


class Violation(Sparse):
    """What of a request was tolerated or at fault: a stable code, the place, and why."""

    code: str
    where: str
    message: str


class NearestRoute(Sparse):
    """The route that a request without one comes closest to, and what sets them apart."""

    method: str
    path: str
    reason: str


class RecordedRequest(Sparse):
    """A request and its answer in short.

    `at` is the time of the space, `duration_ms` is real; `withheld` is the status of an answer that a fault
    kept back or replaced.
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
    violations: list[Violation] = OPTIONAL
    faults: list[str] = OPTIONAL
    withheld: int = OPTIONAL
    nearest: NearestRoute = OPTIONAL


class RecordedMessage(Sparse):
    """A request or an answer: headers, bytes of the body, and as much of it as was kept."""

    headers: dict[str, str]
    bytes: int
    body: Any = OPTIONAL
    cut: bool = OPTIONAL


class RecordedRequestInFull(RecordedRequest):
    """All that is kept of a request and its answer."""

    request: RecordedMessage
    answer: RecordedMessage


class NearMiss(RecordedRequest):
    """A recorded request that is not meant, and its members that differ."""

    differs: dict[str, Any]


class RecordedRequestList(Sparse):
    """Requests, oldest first; `evicted` tells how many older ones the journal had no room for."""

    requests: list[RecordedRequest]
    recorded: int
    evicted: int


class ExpectedCount(Strict):
    """How often: exactly, or at least and at most."""

    exactly: Number | None = None
    at_least: Number | None = None
    at_most: Number | None = None


class VerifyRequest(Strict):
    """Which requests there should be, and how many; without a count, at least one."""

    match: RecordMatch = RecordMatch()
    count: ExpectedCount = ExpectedCount(at_least=1)


class VerifyResult(Sparse):
    """Whether there were; if not, the newest of too many are `found`, or the `nearest` of too few.

    `uncertain` ones might have been meant: too little of them is left to tell.
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
    """Requests to the vendors' routes, the oldest first. In the filters `*` stands for any text."""
    match = RecordMatch(**query.model_dump(include={"operation", "method", "path", "problem", "status"}))
    check_match(dispatcher, match)
    found: list[dict[str, Any]] = []
    for record in reversed(space.journal):
        if len(found) == query.limit or record.id <= query.since:
            break
        if query.violations in (None, bool(record.notes)) and not match.differences(record):
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
            f"The journal of the space {space.name!r} has no request {id[:20]!r}. It keeps the last "
            f"{space.journal.most:,} to the vendors' routes; requests to /_sim are not recorded."
        )
    return recorded.in_full(record)


@router.delete("", **NO_CONTENT, operation_id="sim.requests.clear", summary="Forget all recorded requests")
async def clear_requests(space: CurrentSpace) -> None:
    """The journal of the space is empty then."""
    space.journal.clear()


@router.post(
    "/verify",
    response_model=VerifyResult,
    response_model_exclude_unset=True,
    operation_id="sim.requests.verify",
    summary="Tell whether as many requests as expected were made",
)
async def verify_requests(space: CurrentSpace, dispatcher: CurrentDispatcher, body: VerifyRequest) -> Any:
    """`match` is compared with every recorded request. Where the count is wrong, the answer shows the requests
    that come nearest.
    """
    check_match(dispatcher, body.match)
    if not space.journal.most:
        raise CONFLICT.with_detail("The journal is switched off: start the server without --journal-entries 0.")
    least, most = _bounds(body.count)
    return verify(space.journal, body.match, least, most)


def _bounds(count: ExpectedCount) -> tuple[int, int | None]:
    if count.exactly is not None:
        if count.at_least is not None or count.at_most is not None:
            raise invalid("count", "must have either exactly, or at_least and at_most")
        return count.exactly, count.exactly
    if count.at_least is None and count.at_most is None:
        raise invalid("count", "must have exactly, at_least or at_most")
    least = count.at_least or 0
    if count.at_most is not None and least > count.at_most:
        raise invalid("count.at_most", "must not be below at_least")
    return least, count.at_most


def verify(journal: Journal, match: RecordMatch, least: int, most: int | None) -> dict[str, Any]:
    """Whether `least` to `most` recorded requests are meant, and why not; what is not known does not pass."""
    compared = [(record, match.differences(record)) for record in journal]
    meant = [record for record, unlike in compared if not unlike]
    cut = sum(1 for record, unlike in compared if list(unlike) == ["body"] and record.is_cut)
    count, uncertain = len(meant), journal.evicted(match) + cut
    ok = count >= least and (most is None or count + uncertain <= most)
    reason = f"{count} found, {_wanted(least, most)} expected."
    if uncertain and not ok and (most is None or count <= most):
        reason += (
            f" {uncertain} more could have been meant, but are no longer known in full: raise --journal-entries"
            " or --journal-bytes, or clear the journal before the test."
        )
    too_many = most is not None and count > most
    return {
        "ok": ok,
        "reason": reason,
        "count": count,
        "uncertain": uncertain,
        "matching": [record.id for record in meant[-MAX_LISTED:]],
        "found": [recorded.summary(record) for record in meant[-NEAREST:] if too_many],
        "nearest": [] if ok or too_many else _nearest([pair for pair in compared if pair[1]]),
    }


def _wanted(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    if least == most:
        return f"exactly {least}"
    return f"at most {most}" if least == 0 else f"{least} to {most}"


def _nearest(compared: list[tuple[Record, Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """The recorded requests that differ in the fewest members, the newest of them first."""
    ranked = sorted(compared, key=lambda pair: (len(pair[1]), -pair[0].id))
    return [
        {**recorded.summary(record), "differs": recorded.shown_differences(unlike)}
        for record, unlike in ranked[:NEAREST]
    ]
