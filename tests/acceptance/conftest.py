"""The tests of pages share browsers."""

from collections.abc import Iterator

import pytest

from tests import browser


@pytest.fixture(scope="session", autouse=True)
def closed_browsers() -> Iterator[None]:
    """End the browsers with the session."""
    yield
    browser.close()
