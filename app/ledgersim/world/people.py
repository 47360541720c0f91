"""Generates the people and companies of a country, with addresses, phone numbers and national numbers."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from ledgersim.errors import StartupError
from ledgersim.storage.statements import Row
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

T = TypeVar("T")

LEGAL = "LEGAL"  # type of the registered address

NAMES = 300  # number of each kind that are drawn from Faker and then combined
YOUNGEST, OLDEST = 18, 85
USUAL_TRIES, MAX_TRIES = 20, 10_000  # to find an unused number: a usual one, or any
HOUSES = 119  # in each street
_YEAR = 366
_DOMAINS = ("example.com", "example.net", "example.org")
_PLAIN = str.maketrans({"æ": "ae", "ø": "o", "Æ": "Ae", "Ø": "O", "ß": "ss", "'": "", " ": "-"})


class Person(NamedTuple):
    """A person or company. `addresses` begins with the registered one.

    `facts` has at least id_number, juridical_type (1 for a company), full_name, firstname, lastname, email and
    cellular_phone.
    """

    facts: Row
    addresses: list[Row]
    protected: bool = False  # whether the identity is protected

    @property
    def is_company(self) -> bool:
        """Whether it is a company."""
        return bool(self.facts["juridical_type"])


class Weighted(Generic[T]):
    """Picks values in proportion to their weights."""

    def __init__(self, weights: Mapping[T, float]) -> None:
        self._values = list(weights)
        self._sums = list(accumulate(weights.values()))

    def pick(self, chance: float) -> T:
        """The value for a random number from 0 to below 1."""
        return self._values[bisect_right(self._sums, chance * self._sums[-1])]


@cache
def plain(text: str) -> str:
    """The name in lower-case ASCII, for e-mail addresses."""
    spelled = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return spelled.encode("ascii", "ignore").decode().lower()


class Register:
    """Generates the people and companies of a country. `chance` is their random number generator."""

    def __init__(
        self,
        definition: Definition,
        code: CountryCode,
        seed: int,
        as_of: date,
        on_party: Callable[["Person"], object] = lambda _: None,
    ) -> None:
        self._on_party = on_party
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
        self._used = {persona.party.id_number for persona in definition.personas}
        latest = min(as_of.toordinal() - YOUNGEST * _YEAR, LATEST_BIRTH.toordinal())
        self._births = range(as_of.toordinal() - OLDEST * _YEAR, latest + 1)
        self._emails = self._companies = self._persons = 0

    def party(self) -> Person:
        """A random person or company with addresses."""
        chance = self.chance
        party = self._company() if chance.random() * 100 < self._parties.companies else self._person()
        address = self._address(LEGAL)
        addresses = [address]
        if chance.random() * 100 < self._parties.second_address:
            addresses.append(self._address("VISITING" if party["juridical_type"] else "POSTAL"))
        party.update(self._locale_facts(address["zip_code"]))
        party["preferred_channel"] = self._channels.pick(chance.random())
        person = Person(party, addresses)
        self._on_party(person)
        return person

    def neighbour(self, person: Person) -> Person:
        """Another random person, or company, from the same place, without the addresses."""
        facts = self._company() if person.is_company else self._person()
        facts.update(self._locale_facts(person.addresses[0]["zip_code"]))
        facts["preferred_channel"] = self._channels.pick(self.chance.random())
        return Person(facts, [])

    def persona(self, given: PersonaParty, number: int) -> Person:
        """A persona as defined; `number` makes the generated parts of different personas differ."""
        party = self._given_company(given) if given.company else self._given_person(given)
        addresses = [self._located(_given_address(one)) for one in given.addresses]
        party.update(self._locale_facts(addresses[0]["zip_code"]))
        if given.reachable:
            local = ".".join(plain(part) for part in (given.first, given.last, given.company) if part)
            party["email"] = given.email or f"{local}@example.com"
            party["cellular_phone"] = given.mobile or self._phone(self.country.mobile, number)
            party["preferred_channel"] = "EMAIL"
            party["home_phone"] = given.home_phone
        return Person(party, addresses, given.protected)

    def full_name(self) -> str:
        """The full name of a random person."""
        gender = MALE if self.chance.random() < 0.5 else FEMALE
        return f"{self.chance.choice(self._firsts[gender])} {self.chance.choice(self._lasts)}"

    def person_number(self, births: Sequence[int], gender: int) -> tuple[date, str]:
        """A birth date, one of the day numbers given, and an unused national number.

        Raises StartupError if no number seems to be left.
        """
        for tries in range(MAX_TRIES):
            born = date.fromordinal(self.chance.choice(births))
            number = person_number(self.code, born, gender, self.chance, rare=tries > USUAL_TRIES)
            if number not in self._used:
                self._used.add(number)
                return born, number
        raise StartupError(f"{self.code} has too few national numbers for so many people; reduce the customers")

    def _company_number(self) -> str:
        for tries in range(MAX_TRIES):
            number = company_number(self.code, self.chance, rare=tries > USUAL_TRIES)
            if number not in self._used:
                self._used.add(number)
                return number
        raise StartupError(
            f"{self.code} has too few organisation numbers for so many companies; reduce the customers"
        )

    def _person(self) -> Row:
        chance = self.chance
        gender = MALE if chance.random() < 0.5 else FEMALE
        first, last = chance.choice(self._firsts[gender]), chance.choice(self._lasts)
        middle = chance.choice(self._firsts[gender]) if chance.random() < 0.15 else None
        born, number = self.person_number(self._births, gender)
        self._persons += 1
        suffix = None if self._persons % 25 else "Jr."
        return {
            "id_number": number,
            "juridical_type": 0,
            "place_of_birth": chance.choice(self._places).city,
            "date_of_birth": instant(born.toordinal()),
            "gender": gender,
            "full_name": " ".join(filter(None, (first, middle, last, suffix))),
            "firstname": first,
            "middlename": middle,
            "lastname": last,
            "name_suffix": suffix,
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
        self._companies += 1
        fax = None if self._companies % 5 else self._phone(self.country.landline, self._companies)
        return {
            "id_number": number,
            "juridical_type": 1,
            "gender": 0,
            "full_name": f"{owner} {chance.choice(self.country.trades)} {kind}",
            "vat_number": vat_number(self.code, number),
            "nace_code": chance.choice(self._parties.nace_codes),
            "company_type": kind,
            "work_phone": self._any_phone(self.country.landline),
            "telefax": fax,
            "cellular_phone": self._any_phone(self.country.mobile) if chance.random() < 0.4 else None,
            "email": self._email(f"info.{plain(owner)}"),
        }

    def _given_person(self, given: PersonaParty) -> Row:
        gender = MALE if given.gender == "male" else FEMALE
        born = given.born or date(self._as_of.year - (given.age or 0), 1, 1)
        had_birthday = (self._as_of.month, self._as_of.day) >= (born.month, born.day)
        age = self._as_of.year - born.year - (not had_birthday)
        return {
            "id_number": given.id_number or self.person_number([born.toordinal()], gender)[1],
            "juridical_type": 0,
            "place_of_birth": given.addresses[0].city,
            "date_of_birth": instant(born.toordinal()),
            "gender": gender,
            "full_name": f"{given.first} {given.last}",
            "firstname": given.first,
            "lastname": given.last,
            "under_aged": age < YOUNGEST,
        }

    def _given_company(self, given: PersonaParty) -> Row:
        return {
            "id_number": given.id_number,
            "juridical_type": 1,
            "gender": 0,
            "full_name": given.company,
            "vat_number": vat_number(self.code, given.id_number or ""),
            "company_type": given.company_type,
        }

    def _locale_facts(self, zip_code: str) -> Row:
        """Language, currency and municipality, which follow from the postcode."""
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
                "house_no": str(chance.randrange(1, HOUSES + 1)),
                "house_no_extension": chance.choice("ABCD") if chance.random() < 0.12 else None,
                "city": place.city,
                "zip_code": place.zip_code,
            }
        )

    def _located(self, address: Row) -> Row:
        place = self._cities.get(address["zip_code"])
        return {**address, "state_code": place.state_code if place else None, "country_code": self.code}

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


_PROVIDERS = ["faker.providers.person", "faker.providers.address"]


def _faker(locale: str, seed: str) -> "Faker":
    from faker import Faker

    try:
        faker = Faker(locale, providers=_PROVIDERS)
    except AttributeError as error:
        raise StartupError(f"Faker has no locale {locale!r}") from error
    faker.seed_instance(seed)
    return faker
