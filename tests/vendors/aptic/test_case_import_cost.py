"""What an import costs, in calls of Python functions and steps of SQLite: it grows in line with its size."""

import sys
from typing import Any

import pytest

from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database
from ledgersim.vendors.aptic.cases.commands import import_cases, new_import
from ledgersim.vendors.aptic.cases.schemas import CaseCreate


def cost(image: bytes, body: list[Any]) -> int:
    """The steps that an import of cases takes in a new space."""
    space = Space("one", Database.in_memory(image), image)
    bodies = [CaseCreate.model_validate(one) for one in body]
    steps = 0

    def count(*_: Any) -> None:
        nonlocal steps
        steps += 1

    sqlite: Any = space.connection.connection.driver_connection
    with space.transaction() as connection:
        import_id = new_import(connection, bodies, space.clock.now())
        sqlite.set_progress_handler(count, 1)
        sys.setprofile(count)
        try:
            import_cases(connection, space, import_id, bodies)
        finally:
            sys.setprofile(None)
            sqlite.set_progress_handler(None, 0)
    space.close()
    return steps


@pytest.mark.parametrize("kind", ["debtors", "debts", "fees", "extraFields"])
def test_it_is_linear_in_the_parts_of_a_case(image: bytes, kind: str) -> None:
    parts = [{"name": str(number)} if kind == "extraFields" else {} for number in range(600)]
    cost(image, [{kind: parts[:1]}])  # what is cached afterwards
    assert cost(image, [{kind: parts}]) < 2.1 * cost(image, [{kind: parts[:300]}])


def test_it_is_linear_in_cases(image: bytes) -> None:
    cost(image, [{}])
    assert cost(image, [{}] * 600) < 2.1 * cost(image, [{}] * 300)
