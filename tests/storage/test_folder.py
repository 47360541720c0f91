"""The names of the files in a folder of spaces, and what such a folder may contain."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.storage.folder import file_name

NAMES = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
DEVICES = ("con", "prn", "aux", "nul", *(f"{one}{number}" for one in ("com", "lpt") for number in range(10)))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("default", "default"),
        ("team-a_1.2", "team-a_1.2"),
        ("Team", "%54eam"),
        ("A" * 64, "%41" * 64),
        ("nul", "%6Eul"),
        ("nul.x", "%6Eul.x"),
        ("null", "null"),
        ("com1", "%63om1"),
        (".hidden", "%2Ehidden"),
        ("-rf", "%2Drf"),
    ],
)
def test_a_name_becomes_a_file_name_that_every_system_allows(name: str, file: str) -> None:
    assert file_name(name) == file


@given(NAMES, NAMES)
def test_names_that_differ_have_files_that_differ_even_where_case_does_not_count(one: str, other: str) -> None:
    assert (file_name(one).lower() == file_name(other).lower()) == (one == other)


@given(NAMES)
def test_no_file_name_is_that_of_a_device_hidden_or_too_long(name: str) -> None:
    file = file_name(name)
    assert file.partition(".")[0].lower() not in DEVICES
    assert file[0] not in ".-"
    assert len(f".{file}.db-journal.12345678.part") <= 255
    assert Path(file).name == file
