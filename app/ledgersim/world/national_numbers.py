"""Generates national numbers, VAT numbers and location numbers with valid check digits.

Persons get numbers from the ranges that the authorities reserve for tests, where such ranges exist; companies
get numbers from ranges that have not been assigned so far.
"""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from stdnum import ean
from stdnum.dk import cpr, cvr
from stdnum.no import fodselsnummer

from ledgersim.ids import luhn_digit

MALE, FEMALE = 1, 2
LATEST_BIRTH = date(2039, 12, 31)  # the last day that Norwegian numbers support

_FI_CONTROL = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_FI_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
_NO_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_GS1_PREFIX = {"SE": "73", "NO": "70", "FI": "64", "DK": "57"}


class Chance(Protocol):
    """A seeded random number generator, such as `random.Random`."""

    def randrange(self, start: int, stop: int) -> int:
        """A random integer from `start` to below `stop`."""


def person_number(country: str, born: date, gender: int, chance: Chance, rare: bool = False) -> str:
    """A national number for a person of this birth date and gender; `rare` if the usual ones are used up."""
    make = (_RARE_PERSONS if rare else {}).get(country, _PERSONS[country])
    while True:
        number = make(born, gender % 2, chance)
        if number is not None:
            return number


def company_number(country: str, chance: Chance, rare: bool = False) -> str:
    """An organisation number with a valid check digit; `rare` if the usual ones are used up."""
    make = (_RARE_COMPANIES if rare else {}).get(country, _COMPANIES[country])
    while True:
        number = make(chance)
        if number is not None:
            return number


def vat_number(country: str, company: str) -> str:
    """The VAT number of the company with this organisation number."""
    digits = company.replace("-", "")
    return {"SE": f"SE{digits}01", "NO": f"NO{digits}MVA"}.get(country, f"{country}{digits}")


def gln(country: str, chance: Chance) -> str:
    """A global location number (GLN) with the prefix of the country."""
    digits = f"{_GS1_PREFIX[country]}{chance.randrange(0, 10**10):010}"
    return digits + ean.calc_check_digit(digits)


def _serial(odd: int, start: int, stop: int, chance: Chance) -> int:
    """A serial number from `start`, which is even, to below `stop`; odd ones are for men."""
    return start + 2 * chance.randrange(0, (stop - start) // 2) + odd


def _swedish(born: date, odd: int, chance: Chance) -> str:
    """Skatteverket reserves the birth numbers 980 to 999 for test persons."""
    day = born.isoformat().replace("-", "")
    serial = _serial(odd, 980, 1000, chance)
    return f"{day}-{serial}{luhn_digit(f'{day[2:]}{serial}')}"


def _swedish_coordination(born: date, odd: int, chance: Chance) -> str:
    """A coordination number adds 60 to the day."""
    number = _swedish(born, odd, chance)
    day = f"{number[:6]}{born.day + 60}"
    return f"{day}-{number[9:12]}{luhn_digit(f'{day[2:]}{number[9:12]}')}"


def _norwegian(born: date, odd: int, chance: Chance) -> str | None:
    """Test persons add 80 to the month in Tenor, 40 elsewhere; python-stdnum supports the latter."""
    first, last = (500, 1000) if born.year >= 2000 else (0, 500)
    digits = f"{born.day:02}{born.month + 40}{born.year % 100:02}{_serial(odd, first, last, chance):03}"
    first_check = fodselsnummer.calc_check_digit1(digits)
    second_check = fodselsnummer.calc_check_digit2(digits + first_check)
    # A check digit of 10 makes a number invalid.
    return digits + first_check + second_check if len(first_check) == len(second_check) == 1 else None


def _finnish(born: date, odd: int, chance: Chance) -> str:
    """Individual numbers from 900 on are reserved for temporary identities and tests."""
    serial = _serial(odd, 900, 1000, chance)
    day = _day_month_year(born)
    control = _FI_CONTROL[int(f"{day}{serial}") % 31]
    return f"{day}{'A' if born.year >= 2000 else '-'}{serial}{control}"


def _danish(born: date, odd: int, chance: Chance) -> str | None:
    """No range is reserved for tests. The numbers satisfy the modulus 11 check, which was abolished in 2007."""
    first, last = (0, 400) if born.year < 2000 else (400, 1000) if born.year < 2037 else (500, 900)
    digits = f"{_day_month_year(born)}{chance.randrange(first, last):03}"
    check = -cpr.checksum(f"{digits}0") % 11
    return f"{digits[:6]}-{digits[6:]}{check}" if check < 10 and check % 2 == odd else None


def _day_month_year(day: date) -> str:
    """The date in six digits; formats such as %y take five times as long."""
    return f"{day.day:02}{day.month:02}{day.year % 100:02}"


def _swedish_company(chance: Chance) -> str:
    return _swedish_company_number(f"5599{chance.randrange(20_000, 100_000)}")


def _rare_swedish_company(chance: Chance) -> str:
    return _swedish_company_number(f"5598{chance.randrange(0, 100_000):05}")


def _swedish_company_number(digits: str) -> str:
    return f"{digits[:6]}-{digits[6:]}{luhn_digit(digits)}"


def _norwegian_company(chance: Chance) -> str | None:
    """Numbers in Skatteetaten's test register begin with 2 or 3, real ones with 8 or 9."""
    digits = f"31{chance.randrange(0, 10**6):06}"
    check = -sum(weight * int(digit) for weight, digit in zip(_NO_WEIGHTS, digits, strict=True)) % 11
    return f"{digits}{check}" if check < 10 else None


def _finnish_company(chance: Chance) -> str | None:
    digits = f"9{chance.randrange(0, 10**6):06}"
    check = -sum(weight * int(digit) for weight, digit in zip(_FI_WEIGHTS, digits, strict=True)) % 11
    return f"{digits}-{check}" if check < 10 else None


def _danish_company(chance: Chance) -> str | None:
    digits = f"9{chance.randrange(0, 10**6):06}"
    check = -cvr.checksum(f"{digits}0") % 11
    return f"{digits}{check}" if check < 10 else None


_PERSONS: dict[str, Callable[[date, int, Chance], str | None]] = {
    "SE": _swedish,
    "NO": _norwegian,
    "FI": _finnish,
    "DK": _danish,
}
_COMPANIES: dict[str, Callable[[Chance], str | None]] = {
    "SE": _swedish_company,
    "NO": _norwegian_company,
    "FI": _finnish_company,
    "DK": _danish_company,
}
_RARE_PERSONS: dict[str, Callable[[date, int, Chance], str | None]] = {"SE": _swedish_coordination}
_RARE_COMPANIES: dict[str, Callable[[Chance], str | None]] = {"SE": _rare_swedish_company}
