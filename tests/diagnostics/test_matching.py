"""The patterns that match requests."""

import pytest

from ledgersim.diagnostics.matching import matches


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        ("aptic.cases.create", "aptic.cases.*", True),
        ("aptic.cases.create", "*.create", True),
        ("aptic.cases", "aptic.cases.*", False),
        ("items[0]", "items[0]", True),
        ("items0", "items[0]", False),
        ("a?b", "a?b", True),
        ("axb", "a?b", False),
        ("a\nb", "a*b", True),
        ("", "*", True),
    ],
)
def test_only_the_asterisk_is_a_wildcard(value: str, pattern: str, expected: bool) -> None:
    assert matches(value, pattern) is expected
