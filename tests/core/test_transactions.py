"""A transaction: all of its writes or none, those within it included."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, select

from ledgersim.core.database import Database
from ledgersim.core.space import Space
from ledgersim.core.state import FACT
from ledgersim.core.transfer import export


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
                space.learn(connection, "personas", [])
                connection.execute(delete(FACT).where(FACT.c.name == "aptic.user"))
            assert (space.facts["personas"], facts(space)) == ([], before[3] - 1)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        change_and_fail()
    assert (export(space), space.facts, space.clock.setting, facts(space)) == before


def test_a_transaction_within_another_is_committed_with_it(space: Space) -> None:
    with space.transaction(), space.transaction() as connection:
        space.learn(connection, "personas", ["Ada"])
    again = Space("b", Database.in_memory(space.database.image()), b"")
    assert again.facts["personas"] == ["Ada"]
    again.close()


def test_what_was_found_out_in_a_transaction_is_forgotten_when_it_is_taken_back(space: Space) -> None:
    start = facts(space)

    def remember_and_fail() -> None:
        with space.transaction() as connection:
            connection.execute(delete(FACT))
            assert space.remembered("facts", lambda: facts(space)) == 0
            raise InterruptedError

    with pytest.raises(InterruptedError):
        remember_and_fail()
    assert space.remembered("facts", lambda: facts(space)) == start
