"""The references of debtors and payments, and the e-mail addresses and phones of debtors."""

import re
from collections.abc import Mapping
from typing import Any

from ledgersim.ids import luhn_digit

FIRST_REFERENCE = 100_000
PHONES = ("home_phone", "work_phone", "cellular_phone")


def debtor_reference(row_id: int) -> str:
    """Return the reference of a debtor."""
    return str(FIRST_REFERENCE + row_id)


def payment_reference(digits: str) -> str:
    """Return a Swedish OCR number: the digits, the length modulo 10, and a Luhn check digit."""
    payload = digits if digits.isascii() and digits.isdigit() else re.sub("[^0-9]", "", digits)
    payload += str((len(payload) + 2) % 10)
    return payload + luhn_digit(payload)


def with_contacts(
    debtor: Mapping[str, Any], changes: Mapping[str, Any], sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the changes to a debtor with `emails`, and with what is kept beside the current values.

    The first of `emails` becomes current. The others are kept, and so are e-mail addresses and phones that are
    replaced.
    """
    merged = dict(changes)
    if emails := sent.get("emails"):
        merged["email"] = emails[0]
        known = [debtor.get("email"), *(debtor.get("other_emails") or ()), *emails]
        merged["other_emails"] = _others(known, emails[:1])
    if not changes.keys().isdisjoint(PHONES):
        current = [changes.get(name, debtor.get(name)) for name in PHONES]
        known = [*(debtor.get(name) for name in PHONES), *(debtor.get("other_phones") or ())]
        merged["other_phones"] = _others(known, current)
    return merged


def _others(known: list[str | None], current: list[str | None]) -> list[str] | None:
    """Return the known values that are not current, each once; None if there are none."""
    return [value for value in dict.fromkeys(known) if value and value not in current] or None
