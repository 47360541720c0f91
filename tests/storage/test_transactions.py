"""Transactions, also nested ones, store all of their writes or none."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, select

from ledgersim.admin.import_export import export_rows
from ledgersim.spaces.models import VALUE
from ledgersim.spaces.space import Space
from ledgersim.spaces.vendor_state import VendorState
from ledgersim.storage.database import Database


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
    again = Space("b", Database.in_memory(space.database.image()), b"")
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
