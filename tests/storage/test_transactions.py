"""Transactions, also nested ones, store all of their writes or none."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, insert, select

from ledgersim.admin.import_export import export_rows
from ledgersim.spaces.models import VALUE
from ledgersim.spaces.space import Space
from ledgersim.spaces.vendor_state import VendorState
from ledgersim.storage.database import Database
from ledgersim.storage.statements import add, change


@pytest.fixture
def space(image: bytes) -> Iterator[Space]:
    space = Space("a", Database.in_memory(image), image)
    yield space
    space.close()


class Switch(VendorState):
    """A vendor's state in a space."""

    key = "somebody"

    on: bool = False


def facts(space: Space) -> int:
    return int(space.connection.execute(select(func.count()).select_from(VALUE)).scalar() or 0)


def test_a_nested_transaction_is_rolled_back_with_the_outer_one(space: Space) -> None:
    before = export_rows(space), space.personas(), space.clock.setting, facts(space)

    def change_and_fail() -> None:
        with space.transaction():
            with space.transaction() as connection:
                space.guids.guid()
                space.save_state(connection, Switch(on=True))
                connection.execute(delete(VALUE).where(VALUE.c.name == "personas"))
            assert (space.state(Switch).on, facts(space)) == (True, before[3])
            raise InterruptedError

    with pytest.raises(InterruptedError):
        change_and_fail()
    assert (export_rows(space), space.personas(), space.clock.setting, facts(space)) == before
    assert not space.state(Switch).on


def test_a_transaction_within_another_is_committed_with_it(space: Space) -> None:
    with space.transaction(), space.transaction() as connection:
        space.save_state(connection, Switch(on=True))
    again = Space("b", Database.in_memory(space.current_image()), b"")
    assert again.state(Switch).on
    again.close()


def test_values_cached_in_a_transaction_are_dropped_on_rollback(space: Space) -> None:
    start = facts(space)

    def remember_and_fail() -> None:
        with space.transaction() as connection:
            connection.execute(delete(VALUE))
            assert space.cached("facts", lambda: facts(space)) == 0
            raise InterruptedError

    with pytest.raises(InterruptedError):
        remember_and_fail()
    assert space.cached("facts", lambda: facts(space)) == start


COUNT = select(func.count()).select_from(VALUE)


def test_a_cached_scalar_is_read_again_after_a_write_to_its_table(space: Space) -> None:
    before = space.scalar(COUNT)
    with space.transaction() as connection:
        add(connection, insert(VALUE), {"name": "new", "value": 1})
    assert space.scalar(COUNT) == before + 1
    with space.transaction() as connection:
        change(connection, delete(VALUE).where(VALUE.c.name == "new"))
    assert space.scalar(COUNT) == before
    with space.transaction() as connection:
        connection.execute(delete(VALUE))
    assert space.scalar(COUNT) == 0
    asyncio.run(space.reset("all"))
    assert space.scalar(COUNT) == before


def test_a_cached_scalar_is_read_again_after_a_rollback(space: Space) -> None:
    before = space.scalar(COUNT)

    def add_and_fail() -> None:
        with space.transaction() as connection:
            add(connection, insert(VALUE), {"name": "new", "value": 1})
            assert space.scalar(COUNT) == before + 1
            raise InterruptedError

    with pytest.raises(InterruptedError):
        add_and_fail()
    assert space.scalar(COUNT) == before
