"""States of a surplus, banking days, and the formats of bank accounts."""

import re
from collections.abc import Container
from datetime import date, timedelta
from functools import cache
from typing import Any

from ledgersim.ids import is_luhn

OPEN, PENDING_DISBURSEMENT, PENDING_REGULATE = "open", "pending-disbursement", "pending-regulate"
GONE = "gone"  # internal: a depleted surplus is no longer returned [documented]

TRANSITIONS = {
    (OPEN, "disbursement order"): PENDING_DISBURSEMENT,
    (OPEN, "set-off"): PENDING_REGULATE,
    (PENDING_DISBURSEMENT, "execution"): GONE,
    (PENDING_REGULATE, "execution"): GONE,
}

BANKING_DAYS = 2  # from an order to its execution [inferred]

BANKGIRO, BANK_ACCOUNT = "BGSE", "BKSE"
SAMPLE_BANKGIRO = (
    "944-1049000"  # in a sample of the vendor, although no bankgiro number has ten digits [documented]
)

# First and last clearing number, and minimum and maximum number of digits of the account number, from the list
# that the Swedish Bankers' Association publishes. Check digits vary by bank and are not validated.
_CLEARING = (
    (1100, 2099, 7, 7), (2300, 2499, 7, 7), (3000, 3299, 7, 7), (3300, 3300, 10, 10), (3301, 3781, 7, 7),
    (3782, 3782, 10, 10), (3783, 5999, 7, 7), (6000, 6999, 8, 9), (7000, 7999, 7, 7), (8000, 8999, 2, 10),
    (9020, 9029, 7, 7), (9040, 9049, 7, 7), (9060, 9069, 7, 7), (9100, 9109, 7, 7), (9120, 9124, 7, 7),
    (9130, 9179, 7, 7), (9180, 9189, 10, 10), (9190, 9199, 7, 7), (9230, 9239, 7, 7), (9250, 9289, 7, 7),
    (9300, 9349, 10, 10), (9390, 9449, 7, 7), (9460, 9479, 7, 7), (9500, 9549, 2, 10), (9550, 9569, 7, 7),
    (9570, 9579, 10, 10), (9630, 9709, 7, 7), (9750, 9759, 7, 7), (9780, 9789, 7, 7), (9880, 9889, 7, 7),
    (9890, 9899, 10, 10), (9960, 9969, 2, 10),
)  # fmt: skip
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


def swedish_account(clearing: str, account: str) -> tuple[str, str] | None:
    """Clearing and account number as digits; None if no bank has such numbers.

    Swedbank's clearing numbers, from 8000 on, may have a fifth digit.
    """
    clearing, account = clearing.replace("-", ""), re.sub(r"[ .-]", "", account)
    if not (clearing.isascii() and clearing.isdigit() and account.isascii() and account.isdigit()):
        return None
    if len(clearing) != 4 and not (len(clearing) == 5 and clearing[0] == "8" and is_luhn(clearing)):
        return None
    for first, last, shortest, longest in _CLEARING:
        if first <= int(clearing[:4]) <= last and shortest <= len(account) <= longest:
            return clearing, account
    return None


def is_bankgiro(number: str) -> bool:
    """Seven or eight digits, the last a Luhn check digit, with an optional hyphen before the last four."""
    return re.fullmatch(r"\d{3,4}-?\d{4}", number, re.ASCII) is not None and is_luhn(number.replace("-", ""))


def is_norwegian_account(number: str) -> bool:
    """Eleven digits with a modulo 11 check digit; full stops and spaces are ignored."""
    from stdnum.no import kontonr

    return bool(kontonr.is_valid(number)) and len(kontonr.compact(number)) == 11


def is_iban(number: str) -> bool:
    """An IBAN with valid check digits."""
    from stdnum import iban

    return bool(iban.is_valid(number))


def is_bic(code: str) -> bool:
    """Four letters, a country code, two characters, and optionally three for a branch."""
    return _BIC.fullmatch(code) is not None


@cache
def _holidays(country: str) -> Container[date]:
    import holidays  # slow to import, and needed only for orders

    known = holidays.country_holidays(country)
    # The library's bank holidays also include eves on which banks only close early.
    categories = {"public", "de_facto"} & set(known.supported_categories)
    calendar: Any = holidays.country_holidays(country, categories=tuple(sorted(categories)))
    return calendar  # type: ignore[no-any-return]


def is_banking_day(day: date, country: str) -> bool:
    """Whether banks are open: no weekend, public holiday or eve on which they are closed."""
    return day.weekday() < 5 and day not in _holidays(country)


def execution_day(ordered: date, country: str) -> date:
    """The day on which an order is executed: the second banking day after it [inferred]."""
    day, remaining = ordered, BANKING_DAYS
    while remaining:
        day += timedelta(days=1)
        remaining -= is_banking_day(day, country)
    return day
