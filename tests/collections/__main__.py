"""Regenerates the collections in `openapi/collections`, for `make openapi`."""

from pathlib import Path

from ledgersim.app import create_app
from ledgersim.settings import Settings
from ledgersim.spaces.registry import DEFAULT
from tests.collections.formats import write
from tests.collections.requests import variables

if __name__ == "__main__":
    space = create_app(Settings()).spaces[DEFAULT]
    write(Path(__file__).parents[2] / "openapi/collections", variables(space))
