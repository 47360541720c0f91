"""Customer numbers, national numbers and VAT numbers by country, EDI addresses, and the order of consents."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from typing import Any, Literal, get_args

from ledgersim.ids import is_luhn

NUMBER_LENGTH = (
    7  # of generated numbers, if the ledger accepts it: the standard in Norway and Denmark [documented]
)

ActiveConsent = Literal[
    "Autogiro",
    "Avtalegiro",
    "Betalingsservice",
    "RecurringCard",
    "RecurringInvoiceToken",
    "EInvoice",
    "Kivra",
    "EBoks",
]
RECURRING_CARD = "RecurringCard"
_FI_CONTROL = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def generated_length(lengths: tuple[int, int]) -> int:
    """The length of the numbers that a ledger generates which accepts lengths from one to another."""
    shortest, longest = lengths
    return max(shortest, min(NUMBER_LENGTH, longest))


def first_number(length: int) -> int:
    """The first number of this length that a ledger generates: 1000001 of seven digits."""
    return int(10 ** (length - 1)) + 1


def next_number(last: str | None, length: int) -> str | None:
    """The customer number that a ledger generates after its last one of this length; None if none is left."""
    first = first_number(length)
    number = str(first if last is None else max(int(last) + 1, first))
    return number if len(number) == length else None


def number_error(number: str, lengths: tuple[int, int], leading_zero: bool) -> str | None:
    """Why a ledger does not accept a customer number; None if it does."""
    shortest, longest = lengths
    if not (number.isascii() and number.isdigit() and shortest <= len(number) <= longest):
        digits = f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
        return f"Input should be {digits} digits"
    if not leading_zero and number.startswith("0"):
        return "Input should not begin with 0, because of AutoGiro"
    return None


def merge_edi_address(before: Mapping[str, Any] | None, sent: Mapping[str, Any]) -> dict[str, Any] | None:
    """An EDI address after a change: absent members stay, null removes. None if it would lack `buyer_id`."""
    after = {name: value for name, value in {**(before or {}), **sent}.items() if value is not None}
    return after if "buyer_id" in after else None


def sort_consents(consents: set[str]) -> list[str]:
    """The consents in the order of the vendor's list."""
    return [one for one in get_args(ActiveConsent) if one in consents]


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _swedish_person(text: str) -> str | None:
    """`YYYYMMDD-NNNC` [documented]; coordination numbers add 60 to the day."""
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)-(\d{4})", text, re.ASCII)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups()[:3])
    valid = _is_day(year, month, day - 60 if day > 60 else day) and is_luhn(text[2:].replace("-", ""))
    return text if valid else None


def _swedish_company(text: str) -> str | None:
    digits = text.replace("-", "")
    valid = re.fullmatch(r"\d\d[2-9]\d{3}-\d{4}", text, re.ASCII) and is_luhn(digits)
    return text if valid else None


def _norwegian_person(text: str) -> str | None:
    """`DDMMYYNNNNN` [documented]; test people add 40 or 80 to the month, D-numbers 40 to the day."""
    if not re.fullmatch(r"\d{11}", text, re.ASCII):
        return None
    from stdnum.no import fodselsnummer

    day, month = int(text[:2]) % 40, int(text[2:4]) % 40
    valid = (
        1 <= day <= 31
        and 1 <= month <= 12
        and fodselsnummer.calc_check_digit1(text[:9]) == text[9]
        and fodselsnummer.calc_check_digit2(text[:10]) == text[10]
    )
    return text if valid else None


def _danish_person(text: str) -> str | None:
    """`DDMMYY-NNNN`; check digits were abolished in 2007, so none is required."""
    found = re.fullmatch(r"(\d\d)(\d\d)(\d\d)-?(\d{4})", text, re.ASCII)
    if found is None or not _is_day(2000, int(found[2]), int(found[1])):
        return None
    return f"{text[:6]}-{text[-4:]}"


def _finnish_person(text: str) -> str | None:
    text = text.upper()
    found = re.fullmatch(r"(\d\d)(\d\d)(\d\d)[-+A-FU-Y](\d{3})([0-9A-Y])", text, re.ASCII)
    if found is None or not _is_day(2000, int(found[2]), int(found[1])):
        return None
    return text if _FI_CONTROL[int(text[:6] + found[4]) % 31] == found[5] else None


def _company(name: str) -> Callable[[str], str | None]:
    """A check by the module of this name in stdnum."""
    return lambda text: text if import_module(f"stdnum.{name}").is_valid(text) else None


_PERSON: dict[str, tuple[str, Callable[[str], str | None]]] = {
    "SE": ("YYYYMMDD-NNNC", _swedish_person),
    "NO": ("DDMMYYNNNNN", _norwegian_person),
    "DK": ("DDMMYY-NNNN", _danish_person),
    "FI": ("DDMMYY-NNNC", _finnish_person),
}
_COMPANY: dict[str, Callable[[str], str | None]] = {
    "SE": _swedish_company,
    "NO": _company("no.orgnr"),
    "DK": _company("dk.cvr"),
    "FI": _company("fi.ytunnus"),
}


def person_number(country: str, reg_no: str) -> str | None:
    """The national number of a person in its country's format; None if it is invalid.

    For countries without a rule here, any text of 1 to 30 characters is valid [inferred].
    """
    if country not in _PERSON:
        return reg_no if 1 <= len(reg_no) <= 30 else None
    return _PERSON[country][1](reg_no)


def national_number(country: str, reg_no: str) -> str | None:
    """The national number of a person or company in its country's format; None if it is invalid."""
    found = person_number(country, reg_no)
    return _COMPANY[country](reg_no) if found is None and country in _COMPANY else found


def expected_number(country: str) -> str:
    """The message for an invalid national number."""
    pattern = _PERSON[country][0] if country in _PERSON else "1 to 30 characters"
    return f"Input should be a national number of {country}: {pattern}, with a valid check digit"


def is_vat_number(number: str) -> bool:
    """Whether a VAT number is valid in the country it begins with; true if there is no algorithm for it."""
    from stdnum.eu import vat
    from stdnum.util import get_cc_module

    code = number[:2].lower()
    if code in vat.MEMBER_STATES or code == "el":
        return bool(vat.is_valid(number))
    module = get_cc_module(code, "vat") if code.isalpha() and code.isascii() else None
    return module is None or bool(module.is_valid(number[2:]) or module.is_valid(number))
