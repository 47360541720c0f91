"""Generated national numbers are valid for any birth date that they support."""

from datetime import date

import pytest
from faker import Faker
from stdnum import ean
from stdnum.dk import cpr
from stdnum.fi import hetu
from stdnum.no import fodselsnummer
from stdnum.se import personnummer

from ledgersim.world.national_numbers import FEMALE, MALE, gln, person_number, vat_number

CHANCE = Faker("sv_SE").random
DATES = [
    date(1916, 2, 29),
    date(1939, 12, 31),
    date(1954, 1, 1),
    date(1999, 12, 31),
    date(2000, 1, 1),
    date(2013, 6, 30),
]


@pytest.mark.parametrize("born", DATES)
@pytest.mark.parametrize("gender", [MALE, FEMALE])
def test_numbers_of_persons_contain_birth_date_and_gender(born: date, gender: int) -> None:
    CHANCE.seed("numbers")
    for _ in range(50):
        swedish = personnummer.validate(person_number("SE", born, gender, CHANCE))
        assert personnummer.get_birth_date(swedish) == born
        assert personnummer.get_gender(swedish) == ("M" if gender == MALE else "F")
        norwegian = fodselsnummer.validate(person_number("NO", born, gender, CHANCE))
        assert fodselsnummer.get_birth_date(norwegian) == born
        assert fodselsnummer.get_gender(norwegian) == ("M" if gender == MALE else "F")
        danish = cpr.validate(person_number("DK", born, gender, CHANCE))
        assert cpr.get_birth_date(danish) == born
        assert (cpr.checksum(danish), int(danish[-1]) % 2) == (0, gender % 2)
        finnish = hetu.validate(person_number("FI", born, gender, CHANCE), allow_temporary=True)
        assert finnish[:7] == f"{born:%d%m%y}{'A' if born.year >= 2000 else '-'}"
        assert int(finnish[9]) % 2 == gender % 2


@pytest.mark.parametrize(("born", "century"), [(date(2036, 5, 1), "49"), (date(2039, 5, 1), "5678")])
def test_future_danish_numbers_are_in_the_right_century(born: date, century: str) -> None:
    CHANCE.seed("numbers")
    for _ in range(50):
        number = person_number("DK", born, MALE, CHANCE)
        assert cpr.get_birth_date(number) == born
        assert number[7] in "456789" if century == "49" else number[7] in century


@pytest.mark.parametrize(
    ("country", "company", "vat"),
    [
        ("SE", "559988-1173", "SE559988117301"),
        ("NO", "318409811", "NO318409811MVA"),
        ("FI", "9327759-3", "FI93277593"),
        ("DK", "91787733", "DK91787733"),
    ],
)
def test_vat_numbers_follow_from_those_of_companies(country: str, company: str, vat: str) -> None:
    assert vat_number(country, company) == vat


def test_location_numbers_have_a_check_digit() -> None:
    CHANCE.seed("numbers")
    assert all(ean.is_valid(gln("NO", CHANCE)) for _ in range(50))
