"""Tests of the seeded rows run with the default world, and with one that is large enough for copies."""

import pytest

from ledgersim.world.model import Definition
from tests.worlds import AS_OF, Tables, build, tables_of

LARGE = 1_101  # customers: two blocks of 547, a customer that is left over, and the personas


@pytest.fixture(scope="session")
def default_world(image: bytes) -> Tables:
    """The rows of the default world."""
    return tables_of(image)


@pytest.fixture(scope="session")
def large_world(definition: Definition) -> Tables:
    """The rows of a world with copies."""
    return tables_of(build(definition, 1, LARGE, AS_OF))


@pytest.fixture(scope="session", params=["default_world", "large_world"])
def world(request: pytest.FixtureRequest) -> Tables:
    """The rows of a world."""
    found: Tables = request.getfixturevalue(request.param)
    return found
