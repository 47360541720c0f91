"""What follows from a debtor's data."""

from collections.abc import Mapping
from typing import Any

from stdnum import luhn

from ledgersim.vendors.aptic.parties import full_name

NAMES = ("firstname", "middlename", "lastname", "name_suffix")


def payment_reference(digits: str) -> str:
    """A Swedish OCR number: the digits, the length modulo 10, and a Luhn check digit."""
    payload = "".join(character for character in digits if character.isdigit())
    payload += str((len(payload) + 2) % 10)
    return payload + str(luhn.calc_check_digit(payload))


def named(debtor: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes, with a full name made of the parts where parts but no full name are sent."""
    merged = {**debtor, **changes}
    if changes.get("full_name") is None and any(changes.get(name) is not None for name in NAMES):
        return {**changes, "full_name": full_name(*(merged.get(name) for name in NAMES))}
    return dict(changes)
