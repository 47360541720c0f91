"""The people of the register, generated from national numbers: equal numbers give equal people [inferred]."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

_FIRST = {
    "SE": ("Alva", "Bertil", "Disa", "Elof", "Frej", "Hilma", "Ivar", "Signe"),
    "NO": ("Astrid", "Bjarne", "Dagny", "Eirik", "Gudrun", "Håkon", "Ragnhild", "Tormod"),
    "DK": ("Asger", "Bodil", "Ejnar", "Frode", "Grethe", "Holger", "Kirsten", "Viggo"),
    "FI": ("Aino", "Eero", "Helmi", "Kaarlo", "Lempi", "Onni", "Tyyne", "Väinö"),
}
_LAST = {
    "SE": ("Provberg", "Testlund", "Exempelsson", "Mönsterström"),
    "NO": ("Prøvedal", "Testvik", "Eksempelsen", "Mønsterhaug"),
    "DK": ("Prøvesen", "Testgaard", "Eksempelbæk", "Mønsterholm"),
    "FI": ("Koemäki", "Testilä", "Esimerkkinen", "Mallila"),
}
_STREETS = {
    "SE": ("Provgatan", "Exempelvägen", "Testgränd"),
    "NO": ("Prøveveien", "Eksempelgata", "Testbakken"),
    "DK": ("Prøvevej", "Eksempelgade", "Teststien"),
    "FI": ("Koekatu", "Esimerkkitie", "Testipolku"),
}
_PLACES = {
    "SE": (("11120", "STOCKHOLM"), ("41106", "GÖTEBORG"), ("21120", "MALMÖ")),
    "NO": (("0150", "OSLO"), ("5003", "BERGEN"), ("7011", "TRONDHEIM")),
    "DK": (("1050", "KØBENHAVN K"), ("8000", "AARHUS C"), ("5000", "ODENSE C")),
    "FI": (("00100", "HELSINKI"), ("33100", "TAMPERE"), ("20100", "TURKU")),
}


class Person(NamedTuple):
    """A person as the register describes them."""

    name: str
    street_address: str | None
    zip_code: str
    city: str
    protected: bool = False


# Mail to people with protected identity goes to an authority, which forwards it.
_FORWARDING = {
    "SE": ("Skatteverket, Förmedlingsuppdrag", "00000", "FÖRMEDLING"),
    "NO": ("Skatteetaten, Videresending", "0000", "VIDERESENDING"),
    "DK": ("CPR, Videresendelse", "0000", "VIDERESENDELSE"),
    "FI": ("DVV, Edelleenlähetys", "00000", "EDELLEENLÄHETYS"),
}


def generate_person(country: str, reg_no: str) -> Person | None:
    """The person for a national number; None for a country without a simulated register."""
    if country not in _FIRST:
        return None
    digest = blake2b(f"{country}:{reg_no}".encode(), digest_size=8).digest()
    first = _FIRST[country][digest[0] % 8]
    last = _LAST[country][digest[1] % 4]
    zip_code, city = _PLACES[country][digest[3] % 3]
    street = _STREETS[country][digest[2] % 3]
    return Person(f"{first} {last}", f"{street} {digest[4] % 99 + 1}", zip_code, city)


def find_person(
    entry: Mapping[str, Any] | None, country: str, reg_no: str, protected: bool = False
) -> Person | None:
    """The person with a national number, at a forwarding address if protected; None if there is nobody.

    `entry` is what the world defines: a person, or that nobody has the number. Everybody else is generated.
    """
    person = generate_person(country, reg_no)
    if entry is not None:
        if not entry["known"]:
            return None
        if entry["name"] or person is None:
            person = Person(entry["name"], entry["street_address"], entry["zip_code"], entry["city"])
        protected = protected or entry["protected"]
    return with_forwarding_address(person, country) if person is not None and protected else person


def with_forwarding_address(person: Person, country: str) -> Person:
    """A person with protected identity: with a forwarding address instead of their own."""
    street, zip_code, city = _FORWARDING[country]
    return Person(person.name, street, zip_code, city, protected=True)
