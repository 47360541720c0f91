"""Records that a vendor keeps in the memory of a space."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest

from ledgersim.spaces.space import Space
from ledgersim.spaces.vendor_state import VendorRecord
from ledgersim.storage.database import Database


class Notes(VendorRecord):
    """What happened, in words."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.cancelled: list[datetime] = []

    def add(self, note: str) -> None:
        """Add a note of 100 bytes or so."""
        self.notes.append(note)
        self.size += 100

    def clear(self) -> None:
        self.notes.clear()
        self.size = 0

    def cancel(self, now: datetime) -> None:
        self.cancelled.append(now)


@pytest.fixture
def space(image: bytes) -> Iterator[Space]:
    space = Space("a", Database.in_memory(image), image)
    yield space
    space.close()


def test_a_space_has_one_record_of_a_kind_and_counts_it(space: Space) -> None:
    before = space.records_size
    space.record(Notes).add("one")
    space.record(Notes).add("two")
    assert (space.record(Notes).notes, space.records_size - before) == (["one", "two"], 200)


def test_only_a_reset_of_everything_deletes_it_and_every_new_database_cancels_work(space: Space) -> None:
    space.record(Notes).add("one")
    space.set_clock("frozen", space.clock.now())
    now = space.clock.now()
    for scope in ("clock", "faults", "journal"):
        asyncio.run(space.reset(scope))
    assert space.record(Notes).cancelled == []
    space.set_clock("frozen", now)
    asyncio.run(space.reset("data"))
    assert (space.record(Notes).notes, space.record(Notes).cancelled) == (["one"], [now])
    asyncio.run(space.reset("all"))
    assert (space.record(Notes).notes, len(space.record(Notes).cancelled)) == ([], 2)
