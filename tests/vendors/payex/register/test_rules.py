"""Who the population register finds for a national number."""

from typing import Any

import pytest

from ledgersim.vendors.payex.register.rules import Person, find_person, generate_person

NUMBER = "19101010-1010"
GENERATED = generate_person("SE", NUMBER)
ENTRY = {
    "name": "Ada Byron",
    "street_address": "Storgatan 1",
    "zip_code": "11120",
    "city": "STOCKHOLM",
    "protected": False,
    "known": True,
}
ADA = Person("Ada Byron", "Storgatan 1", "11120", "STOCKHOLM")
FORWARDED = Person("Ada Byron", "Skatteverket, Förmedlingsuppdrag", "00000", "FÖRMEDLING", protected=True)


@pytest.mark.parametrize(
    ("entry", "protected", "expected"),
    [
        (None, False, GENERATED),
        (ENTRY, False, ADA),
        (ENTRY, True, FORWARDED),
        ({**ENTRY, "protected": True}, False, FORWARDED),
        ({**ENTRY, "name": ""}, False, GENERATED),
        ({**ENTRY, "known": False}, False, None),
    ],
)
def test_an_entry_precedes_the_generated_person(
    entry: dict[str, Any] | None, protected: bool, expected: Person | None
) -> None:
    assert find_person(entry, "SE", NUMBER, protected) == expected


def test_a_country_without_a_register_has_nobody_but_the_entries() -> None:
    assert find_person(None, "DE", "1", protected=True) is None
    assert find_person(ENTRY, "DE", "1") == ADA
