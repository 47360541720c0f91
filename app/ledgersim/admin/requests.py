"""The journal: lists recorded requests and verifies that a test made the expected ones."""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice, takewhile
from typing import Annotated, Any

from fastapi import Header, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from ledgersim.admin import MOUNT, request_code
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
from ledgersim.admin.event_stream import EventStream, batches, event_stream, position
from ledgersim.admin.har import archive
from ledgersim.diagnostics.codes import CODES
from ledgersim.diagnostics.journal import Journal, Record
from ledgersim.diagnostics.matching import Pattern, RecordMatch
from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.routing import is_below
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.problems import CONFLICT, NOT_FOUND, invalid
from ledgersim.schemas import AdminResponse
from ledgersim.spaces.space import Space

MAX_NEAREST = 3
MAX_LISTED = 1_000
MAX_SECONDS = 600  # of a stream

router = new_router("Requests", "/requests")

Number = Annotated[int, Field(ge=0, le=10**9)]


class RequestFilter(BaseModel):
    """Filters for recorded requests; `*` stands for any text in operation, method, path and problem."""

    operation: Pattern | None = None
    method: Pattern | None = None
    path: Pattern | None = None
    problem: Pattern | None = None
    status: int | None = None
    diagnostics: bool | None = Field(
        None, description="Only requests with (true) or without (false) diagnostics"
    )
    vendor: str | None = Field(None, max_length=100, description="Only requests to this vendor, by its name")
    status_class: int | None = Field(None, ge=1, le=5, description="First digit of the status")
    errors: bool = Field(False, description="Only requests without a response, or with status 400 or higher")
    injected: bool | None = Field(
        None, description="Only requests that a fault made fail (true), or only others (false)"
    )
    fault: str | None = Field(None, max_length=20, description="Only requests that the fault with this id hit")
    text: str | None = Field(
        None,
        max_length=200,
        description="Text in the path, query or bodies of request or response, in any case",
    )

    model_config = {"extra": "forbid"}

    def selected(
        self, space: Space, dispatcher: Dispatcher, records: Iterable[Record] | None = None
    ) -> Iterator[Record]:
        """The records that match, the latest first. Raises a 400 Problem."""
        match = RecordMatch(**self.model_dump(include={"operation", "method", "path", "problem", "status"}))
        check_match(dispatcher, match)
        mount = None if self.vendor is None else _mount_of(dispatcher, self.vendor)
        text = None if self.text is None else self.text.casefold()
        found = reversed(space.journal) if records is None else records
        return (record for record in found if self._matches(record, match, mount, text))

    def _matches(self, record: Record, match: RecordMatch, mount: str | None, text: str | None) -> bool:
        status = record.status
        if self.diagnostics not in (None, bool(record.diagnostics)):
            return False
        if self.injected not in (None, record.injected is not None):
            return False
        if self.fault is not None and all(self.fault != one.partition(" ")[0] for one in record.faults):
            return False
        if self.errors and status is not None and status < 400:
            return False
        if self.status_class is not None and (status or 0) // 100 != self.status_class:
            return False
        if mount is not None and not is_below(record.path, mount):
            return False
        if match.differences(record):
            return False
        return text is None or any(text in part.casefold() for part in recorded.texts(record))


class RequestsQuery(RequestFilter):
    """Filters for recorded requests, and how many of them."""

    since: int = Field(0, ge=0, description="Only requests with a higher id")
    skip: int = Field(0, ge=0, description="How many of the latest requests that match to leave out")
    limit: int = Field(
        100,
        ge=1,
        le=MAX_LISTED,
        description="How many requests to return at most; the latest ones are returned",
    )

    def page(self, space: Space, dispatcher: Dispatcher) -> list[Record]:
        """The records that are asked for, oldest first. Raises a 400 Problem."""
        latest = takewhile(lambda record: record.id > self.since, self.selected(space, dispatcher))
        return list(islice(latest, self.skip, self.skip + self.limit))[::-1]


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

    `at` is in space time, `duration_ms` in real time. `injected` is the kind of the fault that made the request
    fail, `withheld` the status of a response that a fault withheld or replaced.
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
    injected: str = OPTIONAL
    withheld: int = OPTIONAL
    nearest: NearestRoute = OPTIONAL


class RecordedMessage(Sparse):
    """A request or a response: headers, bytes of its body, and the recorded part of it unless `binary`."""

    headers: dict[str, str]
    bytes: int
    body: Any = OPTIONAL
    binary: bool = OPTIONAL
    truncated: bool = OPTIONAL


class RecordedRequestInFull(RecordedRequest):
    """Everything that was recorded of a request and its response."""

    request: RecordedMessage
    response: RecordedMessage


class NearMiss(RecordedRequest):
    """A recorded request that does not match, and its members that differ."""

    differs: dict[str, Any]


class RejectedRequest(Sparse):
    """A request that was rejected before its space was known; null is what was not read or sent."""

    status: int | None
    reason: str
    method: str | None
    path: str | None
    seconds_ago: float


class RejectedRequests(Sparse):
    """Such requests to the whole server since it started: how many, and the latest 20, newest first."""

    count: int
    latest: list[RejectedRequest]


class RecordedRequestList(Sparse):
    """Recorded requests, oldest first; `evicted` is how many older ones the journal has dropped.

    `position` is where a stream that begins after the latest request starts. `without_space` are requests that
    are in no journal: malformed HTTP, an unknown host, an impossible space, or from a page of another site.
    """

    requests: list[RecordedRequest]
    recorded: int
    evicted: int
    position: int
    without_space: RejectedRequests


class StreamQuery(RequestFilter):
    """Filters for recorded requests, and for how long to follow them."""

    limit: int = Field(50, ge=1, le=MAX_LISTED, description="How many requests an event has at most")
    seconds: float = Field(60, ge=0, le=MAX_SECONDS, description="After how many seconds the stream ends")
    after: int | None = Field(None, ge=0, le=2**53, description="A position to begin after; by default the end")


class CountedProblem(Sparse):
    """A code with an operation: how many requests met it, and the newest.

    `rejected` is whether they were rejected, `injected` whether a fault made them fail; the code of one that
    broke the connection is its kind.
    """

    code: str
    operation: str | None
    rejected: bool
    injected: bool
    count: int
    newest: RecordedRequest


class ProblemList(Sparse):
    """What was met, the most frequent first; `evicted` is how many older requests the journal has dropped."""

    problems: list[CountedProblem]
    recorded: int
    evicted: int


class RequestCode(AdminResponse):
    """A request as code. No fault can hit one that is not below the address of a vendor."""

    curl: str
    pytest: str
    http: str
    fault: dict[str, Any] | None


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
    journal = space.journal
    return {
        "requests": [recorded.summary(record) for record in query.page(space, dispatcher)],
        "recorded": len(journal),
        "evicted": journal.evicted(),
        "position": journal.added,
        "without_space": dispatcher.rejections.summary(),
    }


@router.get(
    ".har",
    response_class=JSONResponse,
    operation_id="sim.requests.har",
    summary="Download recorded requests as an HTTP archive (HAR 1.2)",
)
async def get_archive(
    context: CurrentContext, dispatcher: CurrentDispatcher, query: Annotated[RequestsQuery, Query()]
) -> Any:
    """For browsers' developer tools and other viewers. Oldest first; the filters are those of the list."""
    headers = {"Content-Disposition": 'attachment; filename="requests.har"'}
    return JSONResponse(
        archive(query.page(context.space, dispatcher), context.url("").removesuffix(MOUNT)), headers=headers
    )


@router.get(
    "/stream",
    response_class=EventStream,
    operation_id="sim.requests.stream",
    summary="Follow the requests as they are recorded",
)
async def stream_requests(
    space: CurrentSpace,
    dispatcher: CurrentDispatcher,
    query: Annotated[StreamQuery, Query()],
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Any:
    """Server-sent events, up to four in a second. The data of each has `requests`, the latest of those that
    match, newest first, and `skipped`, how many more there were; or `without_space`, how many requests to the
    server were rejected before their space was known. An `id` is a position in the journal: a client
    that connects again with `Last-Event-ID` gets what it has missed.
    """
    query.selected(space, dispatcher, ())  # raises a Problem
    after = query.after if last_event_id is None else position(last_event_id)

    async def events() -> AsyncIterator[tuple[int, Any]]:
        async for batch in batches(space, dispatcher, query.selected, query.limit, query.seconds, after):
            if batch.without_space is not None:
                yield batch.position, {"without_space": batch.without_space}
                continue
            requests = [recorded.summary(one) for one in batch.records]
            yield batch.position, {"requests": requests, "skipped": batch.skipped}

    return event_stream(events())


@router.get(
    "/problems",
    response_model=ProblemList,
    response_model_exclude_unset=True,
    operation_id="sim.requests.problems",
    summary="Count what was rejected, and what was accepted although it is not documented",
)
async def list_problems(
    space: CurrentSpace, dispatcher: CurrentDispatcher, query: Annotated[RequestFilter, Query()]
) -> Any:
    """Of the recorded requests, by code and operation, the most frequent first; faults made the last ones fail.
    A code of a request that was rejected is that of its problem; one that was accepted counts for each code of
    its diagnostics.
    """
    found: dict[tuple[str, str | None, bool], dict[str, Any]] = {}
    for record in query.selected(space, dispatcher):
        injected = record.injected
        code_of_failure = record.problem or injected
        codes = [code_of_failure] if code_of_failure else {one.code for one in record.diagnostics}
        for code in codes:
            entry = found.setdefault(
                (code, record.operation, injected is not None),
                {
                    "code": code,
                    "operation": record.operation,
                    "rejected": code_of_failure is not None,
                    "injected": injected is not None,
                    "count": 0,
                    "newest": recorded.summary(record),
                },
            )
            entry["count"] += 1
    ordered = sorted(
        found.values(),
        key=lambda one: (one["injected"], not one["rejected"], -one["count"], -one["newest"]["id"]),
    )
    return {"problems": ordered, "recorded": len(space.journal), "evicted": space.journal.evicted()}


@router.get(
    "/{id}",
    response_model=RecordedRequestInFull,
    response_model_exclude_unset=True,
    operation_id="sim.requests.get",
    summary="Read one recorded request in full",
)
async def get_request(space: CurrentSpace, id: str) -> Any:
    """With headers and bodies; secrets are hidden."""
    return recorded.details(find(space, id))


@router.get(
    "/{id}/code",
    response_model=RequestCode,
    operation_id="sim.requests.code",
    summary="Get a recorded request as code, to send or to fail it again",
)
async def get_code(context: CurrentContext, id: str) -> Any:
    """As a curl command, a test for pytest, the content of an HTTP file, and the body of a fault that matches
    it. Secrets are `***`: fill them in.
    """
    record = find(context.space, id)
    return request_code.all_of(record, context.url("").removesuffix(MOUNT), _vendor_of(context, record))


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


def find(space: Space, id: str) -> Record:
    """The record with an id. Raises a 404 Problem."""
    record = space.journal.find(int(id)) if id.isdecimal() and len(id) < 18 else None
    if record is None:
        raise NOT_FOUND.with_detail(
            f"Request {id[:20]!r} not found in the journal of the space {space.name!r}. It keeps the last "
            f"{space.journal.max_entries:,} requests to the vendors' routes; those to /_sim are not recorded."
        )
    return record


def _mount_of(dispatcher: Dispatcher, vendor: str) -> str:
    mounts = {app.name: mount for mount, app in dispatcher.vendors.items()}
    if vendor not in mounts:
        raise invalid("vendor", f"must be one of {', '.join(mounts)}")
    return mounts[vendor]


def _vendor_of(context: RequestContext, record: Record) -> tuple[str, str] | None:
    """The name and the mount of the vendor that a request was for."""
    for mount, app in context.dispatcher.vendors.items():
        if is_below(record.path, mount):
            return app.name, mount
    return None


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
