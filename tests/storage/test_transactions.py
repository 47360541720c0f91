"""A transaction: all of its writes or none, those within it included."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, select

from ledgersim.admin.import_export import export
from ledgersim.spaces.models import FACT
from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database


@pytest.fixture
def space(image: bytes) -> Iterator[Space]:
    space = Space("a", Database.in_memory(image), image)
    yield space
    space.close()


def facts(space: Space) -> int:
    return int(space.connection.execute(select(func.count()).select_from(FACT)).scalar() or 0)


def test_a_transaction_within_another_is_taken_back_with_it(space: Space) -> None:
    before = export(space), space.facts, space.clock.setting, facts(space)

    def change_and_fail() -> None:
        with space.transaction():
            with space.transaction() as connection:
                space.guids.guid()
                space.set_fact(connection, "personas", [])
                connection.execute(delete(FACT).where(FACT.c.name == "aptic.user"))
            assert (space.facts["personas"], facts(space)) == ([], before[3] - 1)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        change_and_fail()
    assert (export(space), space.facts, space.clock.setting, facts(space)) == before


def test_a_transaction_within_another_is_committed_with_it(space: Space) -> None:
    with space.transaction(), space.transaction() as connection:
        space.set_fact(connection, "personas", ["Ada"])
    again = Space("b", Database.in_memory(space.database.image()), b"")
    assert again.facts["personas"] == ["Ada"]
    again.close()


def test_what_was_found_out_in_a_transaction_is_forgotten_when_it_is_taken_back(space: Space) -> None:
    start = facts(space)

    def remember_and_fail() -> None:
        with space.transaction() as connection:
            connection.execute(delete(FACT))
            assert space.cached("facts", lambda: facts(space)) == 0
            raise InterruptedError

    with pytest.raises(InterruptedError):
        remember_and_fail()
    assert space.cached("facts", lambda: facts(space)) == start
