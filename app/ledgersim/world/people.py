"""Made-up people and companies with their addresses, phones and numbers, of one country at a time."""

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ledgersim.errors import StartupError
from ledgersim.vendors.aptic.addresses.rules import LEGAL, full_address
from ledgersim.vendors.aptic.parties import Party, full_name
from ledgersim.world.days import instant
from ledgersim.world.model import Definition, PhoneRange
from ledgersim.world.national_numbers import (
    FEMALE,
    LATEST_BIRTH,
    MALE,
    company_number,
    person_number,
    vat_number,
)
from ledgersim.world.parts import CountryCode
from ledgersim.world.persona_model import PersonaAddress, PersonaParty

if TYPE_CHECKING:
    from faker import Faker

Row = dict[str, Any]
T = TypeVar("T")

NAMES = 300  # of each kind that are drawn from Faker, to be combined
YOUNGEST, OLDEST = 18, 85
MAX_TRIES = 10_000  # for a number that is not taken
_YEAR = 366
_DOMAINS = ("example.com", "example.net", "example.org")
_PLAIN = str.maketrans({"æ": "ae", "ø": "o", "Æ": "Ae", "Ø": "O", "ß": "ss", "'": "", " ": "-"})
_BLANK: Row = {name: None for name in Party.model_fields if name not in ("id", "reg_date")}


class Weighted(Generic[T]):
    """Values that are picked in proportion to their weights."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = list(weights)
        self._sums = list(accumulate(weights.values()))

    def pick(self, chance: float) -> T:
        """The value for a chance from 0 to below 1."""
        return self._values[bisect_right(self._sums, chance * self._sums[-1])]


@cache
def plain(text: str) -> str:
    """A name in the letters of an e-mail address."""
    spelled = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return spelled.encode("ascii", "ignore").decode().lower()


class Register:
    """Makes up the people and companies of a country. `chance` is the source of all chance in it."""

    def __init__(self, definition: Definition, code: CountryCode, seed: int, as_of: date) -> None:
        self.code = code
        self.country = definition.world.countries[code]
        self._parties = definition.world.parties
        self._places = definition.places[code]
        self._cities = {place.zip_code: place for place in self._places}
        self._as_of = as_of
        faker = _faker(self.country.locale, f"{seed}:{code}")
        self.chance = faker.random
        self._firsts = {
            MALE: [faker.first_name_male() for _ in range(NAMES)],
            FEMALE: [faker.first_name_female() for _ in range(NAMES)],
        }
        self._lasts = [faker.last_name() for _ in range(NAMES)]
        self._streets = [faker.street_name() for _ in range(NAMES)]
        self._channels = Weighted(self._parties.channels)
        self._taken = {persona.party.id_number for persona in definition.personas}
        latest = min(as_of.toordinal() - YOUNGEST * _YEAR, LATEST_BIRTH.toordinal())
        self._births = range(as_of.toordinal() - OLDEST * _YEAR, latest + 1)
        self._emails = 0

    def party(self) -> tuple[Row, list[Row]]:
        """Somebody, with addresses: the columns that debtors and customers share."""
        chance = self.chance
        party = self._company() if chance.random() * 100 < self._parties.companies else self._person()
        address = self._address(LEGAL)
        addresses = [address]
        if chance.random() * 100 < self._parties.second_address:
            addresses.append(self._address("VISITING" if party["juridical_type"] else "POSTAL"))
        party.update(self._belonging(address["zip_code"]))
        party["preferred_channel"] = self._channels.pick(chance.random())
        return party, addresses

    def persona(self, given: PersonaParty, number: int) -> tuple[Row, list[Row]]:
        """A persona as it is given; `number` tells the made-up parts of different ones apart."""
        party = self._given_company(given) if given.company else self._given_person(given)
        addresses = [self._located(_given_address(one)) for one in given.addresses]
        party.update(self._belonging(addresses[0]["zip_code"]))
        if given.reachable:
            local = ".".join(plain(part) for part in (given.first, given.last, given.company) if part)
            party["email"] = given.email or f"{local}@example.com"
            party["cellular_phone"] = given.mobile or self._phone(self.country.mobile, number)
            party["preferred_channel"] = "EMAIL"
        return party, addresses

    def somebody(self) -> str:
        """A full name."""
        gender = MALE if self.chance.random() < 0.5 else FEMALE
        return f"{self.chance.choice(self._firsts[gender])} {self.chance.choice(self._lasts)}"

    def person_number(self, births: Sequence[int], gender: int) -> tuple[date, str]:
        """A date of birth, of the day numbers given, and a national number that nobody else has.

        Raises CannotStart where there seem to be no more.
        """
        for _ in range(MAX_TRIES):
            born = date.fromordinal(self.chance.choice(births))
            number = person_number(self.code, born, gender, self.chance)
            if number not in self._taken:
                self._taken.add(number)
                return born, number
        raise StartupError(f"{self.code} has no national numbers for so many made-up people; make fewer")

    def _company_number(self) -> str:
        for _ in range(MAX_TRIES):
            number = company_number(self.code, self.chance)
            if number not in self._taken:
                self._taken.add(number)
                return number
        raise StartupError(f"{self.code} has no numbers for so many made-up companies; make fewer")

    def _person(self) -> Row:
        chance = self.chance
        gender = MALE if chance.random() < 0.5 else FEMALE
        first, last = chance.choice(self._firsts[gender]), chance.choice(self._lasts)
        middle = chance.choice(self._firsts[gender]) if chance.random() < 0.15 else None
        born, number = self.person_number(self._births, gender)
        return {
            **_BLANK,
            "id_number": number,
            "juridical_type": 0,
            "place_of_birth": chance.choice(self._places).city,
            "date_of_birth": instant(born.toordinal()),
            "gender": gender,
            "full_name": full_name(first, middle, last, None),
            "firstname": first,
            "middlename": middle,
            "lastname": last,
            "under_aged": False,
            "email": self._email(f"{plain(first)}.{plain(last)}") if chance.random() < 0.85 else None,
            "cellular_phone": self._any_phone(self.country.mobile) if chance.random() < 0.9 else None,
            "home_phone": self._any_phone(self.country.landline) if chance.random() < 0.2 else None,
        }

    def _company(self) -> Row:
        chance = self.chance
        kind = chance.choice(self.country.company_types)
        owner = chance.choice(self._lasts)
        number = self._company_number()
        return {
            **_BLANK,
            "id_number": number,
            "juridical_type": 1,
            "gender": 0,
            "full_name": f"{owner} {chance.choice(self.country.trades)} {kind}",
            "vat_number": vat_number(self.code, number),
            "nace_code": chance.choice(self._parties.nace_codes),
            "company_type": kind,
            "work_phone": self._any_phone(self.country.landline),
            "cellular_phone": self._any_phone(self.country.mobile) if chance.random() < 0.4 else None,
            "email": self._email(f"info.{plain(owner)}"),
        }

    def _given_person(self, given: PersonaParty) -> Row:
        gender = MALE if given.gender == "male" else FEMALE
        born = given.born or date(self._as_of.year - (given.age or 0), 1, 1)
        had_birthday = (self._as_of.month, self._as_of.day) >= (born.month, born.day)
        age = self._as_of.year - born.year - (not had_birthday)
        return {
            **_BLANK,
            "id_number": given.id_number or self.person_number([born.toordinal()], gender)[1],
            "juridical_type": 0,
            "place_of_birth": given.addresses[0].city,
            "date_of_birth": instant(born.toordinal()),
            "gender": gender,
            "full_name": full_name(given.first, None, given.last, None),
            "firstname": given.first,
            "lastname": given.last,
            "under_aged": age < YOUNGEST,
        }

    def _given_company(self, given: PersonaParty) -> Row:
        return {
            **_BLANK,
            "id_number": given.id_number,
            "juridical_type": 1,
            "gender": 0,
            "full_name": given.company,
            "vat_number": vat_number(self.code, given.id_number or ""),
            "company_type": given.company_type,
        }

    def _belonging(self, zip_code: str) -> Row:
        """What follows from where somebody lives."""
        place = self._cities.get(zip_code)
        return {
            "culture_code": self.country.culture,
            "language_code": self.country.language,
            "currency_code": self.country.currency,
            "domicile": place.city if place else None,
            "municipal_code": place.municipal_code if place else None,
        }

    def _address(self, kind: str) -> Row:
        chance = self.chance
        place = chance.choice(self._places)
        return self._located(
            {
                "address_type": kind,
                "street": chance.choice(self._streets),
                "house_no": str(chance.randrange(1, 120)),
                "house_no_extension": chance.choice("ABCD") if chance.random() < 0.12 else None,
                "city": place.city,
                "zip_code": place.zip_code,
            }
        )

    def _located(self, address: Row) -> Row:
        address |= {"state_code": None, "country_code": self.code}
        return {**address, "full_address": full_address(address)}

    def _email(self, local: str) -> str:
        self._emails += 1
        return f"{local}{self._emails}@{_DOMAINS[self._emails % 3]}"

    def _any_phone(self, of: PhoneRange) -> str:
        return self._phone(of, self.chance.randrange(10**6))

    @staticmethod
    def _phone(of: PhoneRange, number: int) -> str:
        return f"+{int(of.first) + number % (int(of.last) - int(of.first) + 1)}"


def _given_address(given: PersonaAddress) -> Row:
    return {"address_type": given.type, **given.model_dump(exclude={"type"})}


def _faker(locale: str, seed: str) -> "Faker":
    from faker import Faker

    try:
        faker = Faker(locale)
    except AttributeError as error:
        raise StartupError(f"Faker has no locale {locale!r}") from error
    faker.seed_instance(seed)
    return faker
