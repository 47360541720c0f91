"""The ASGI application that the environment variables configure."""

import asyncio
import importlib
import sys
from collections.abc import Callable
from typing import Any

import pytest

from ledgersim.errors import StartupError
from tests.client import APTIC, Api


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Reimport the module with these variables."""

    def build(**variables: str) -> Any:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delitem(sys.modules, "ledgersim.asgi", raising=False)
        return importlib.import_module("ledgersim.asgi").app

    return build


def test_the_application_has_the_settings_of_the_environment(
    build: Callable[..., Any], loop: asyncio.AbstractEventLoop
) -> None:
    app = build(LEDGERSIM_AUTH="off", LEDGERSIM_CREATED_STATUS="200")
    created = Api(app, loop).send("PUT", f"{APTIC}/Debtors", headers={}, json={"fullName": "Ada Ek"})
    app.spaces.close()
    assert created.status_code == 200


def test_a_bad_variable_is_rejected_on_import(build: Callable[..., Any]) -> None:
    with pytest.raises(StartupError, match=r"^LEDGERSIM_CUSTOMERS is 'lots'; it must be a whole number"):
        build(LEDGERSIM_CUSTOMERS="lots")
