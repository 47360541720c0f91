"""Asking the simulated population register."""

from sqlalchemy import bindparam, select

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.database import row
from ledgersim.vendors.payex.register.models import REGISTER_ENTRY
from ledgersim.vendors.payex.register.rules import Person, derived, shielded

_E = REGISTER_ENTRY.c
_FIND = select(REGISTER_ENTRY).where(
    _E.country_code == bindparam("of_country"), _E.reg_no == bindparam("of_number")
)


def look_up(space: Space, country: str, reg_no: str, protected: bool = False) -> Person:
    """The person with a national number; the address of protected people is where letters are passed on.

    Raises a 404 Problem for a number that the register does not have.
    """
    entry = row(space.connection, _FIND, of_country=country, of_number=reg_no)
    person = derived(country, reg_no)
    if entry is not None:
        person = None
        if entry["known"]:
            own = (entry["name"], entry["street_address"], entry["zip_code"], entry["city"])
            made_up = derived(country, reg_no)
            person = Person(*own) if entry["name"] or made_up is None else made_up
            protected = protected or entry["protected"]
    if person is None:
        raise NOT_FOUND.with_detail("The population register has nobody with this national number.")
    return shielded(person, country) if protected else person
