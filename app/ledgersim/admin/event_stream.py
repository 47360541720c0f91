"""Server-sent events: what is recorded while a client listens. Nothing is done for it while none does."""

import json
from asyncio import get_running_loop, sleep
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from starlette.responses import StreamingResponse

from ledgersim.clock import isoformat
from ledgersim.diagnostics.journal import Record
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.spaces.space import Space

INTERVAL = 0.25  # seconds between two looks at the journal
RETRY = 500  # milliseconds after which a browser connects again

Select = Callable[[Space, Dispatcher, Iterable[Record]], Iterator[Record]]


class EventStream(StreamingResponse):
    """A response that goes on."""

    media_type = "text/event-stream"


class Batch(NamedTuple):
    """The latest records of those that were added, newest first, and how many others were.

    `without_space` is how many requests were rejected before their space was known, if that has changed.
    """

    position: int  # in the journal
    records: list[Record]
    skipped: int
    without_space: int | None = None


async def batches(
    space: Space,
    dispatcher: Dispatcher,
    select: Select,
    limit: int,
    seconds: float,
    after: int | None,
) -> AsyncIterator[Batch]:
    """What is added to the journal from now on, or since the position `after`, as soon as there is something.

    Also when a request was rejected before its space was known.

    It ends after `seconds`, with the space, and when the server stops.
    """
    journal, time = space.journal, get_running_loop().time
    position = journal.added if after is None else min(after, journal.added)
    ends = time() + seconds
    rejected = dispatcher.rejections.count
    while True:
        if journal.added > position:
            added, position = journal.added - position, journal.added
            found = list(select(space, dispatcher, islice(reversed(journal), added)))
            missed = max(added - len(journal), 0)  # evicted since, whether they would match or not
            if found or missed:
                yield Batch(position, found[:limit], max(len(found) - limit, 0) + missed)
        if dispatcher.rejections.count > rejected:
            rejected = dispatcher.rejections.count
            yield Batch(position, [], 0, rejected)
        if time() >= ends or space.is_closing or dispatcher.is_stopping:
            return
        await sleep(min(INTERVAL, max(ends - time(), 0)))


def event_stream(events: AsyncIterator[tuple[int, Any]]) -> EventStream:
    """Events with an `id`, a position, and data as JSON."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # nginx would keep events back
    return EventStream(_text(events), headers=headers)


async def _text(events: AsyncIterator[tuple[int, Any]]) -> AsyncIterator[str]:
    yield f"retry: {RETRY}\n\n"
    async for position, data in events:
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=isoformat)
        yield f"id: {position}\ndata: {text}\n\n"


def position(identifier: str) -> int | None:
    """The position that a `Last-Event-ID` names, if any."""
    return int(identifier) if identifier.isdecimal() and len(identifier) < 18 else None
