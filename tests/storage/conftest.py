"""What the tests of the storage have in common."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

import pytest


@pytest.fixture
def unprivileged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for a user to whom permissions apply."""
    if os.name != "posix":
        pytest.skip("needs POSIX permissions")
    place = tmp_path_factory.mktemp("place")
    if os.geteuid() != 0:
        yield place
        return
    for one in (place, *place.parents):
        if one == Path(gettempdir()):
            break
        one.chmod(0o755)
    os.chown(place, 65534, 65534)
    os.seteuid(65534)
    yield place
    os.seteuid(0)
