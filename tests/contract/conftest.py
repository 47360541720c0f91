"""Fixtures of the tests of contracts."""

import pytest

from ledgersim import app
from tests import apps


@pytest.fixture(autouse=True)
def documents_built_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that run in this process take each document of the simulator from the first that built it."""
    monkeypatch.setattr(app, "openapi", apps.openapi)
