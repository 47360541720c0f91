"""Searching the simulated population register."""

from sqlalchemy import bindparam, select

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import row
from ledgersim.vendors.payex.register.models import REGISTER_ENTRY
from ledgersim.vendors.payex.register.rules import Person, find_person

_E = REGISTER_ENTRY.c
_FIND = select(REGISTER_ENTRY).where(
    _E.country_code == bindparam("of_country"), _E.reg_no == bindparam("of_number")
)


def look_up(space: Space, country: str, reg_no: str, protected: bool = False) -> Person:
    """The person with this national number, at a forwarding address if protected. Raises a 404 Problem."""
    entry = row(space.connection, _FIND, of_country=country, of_number=reg_no)
    person = find_person(entry, country, reg_no, protected)
    if person is None:
        raise NOT_FOUND.with_detail("The population register does not contain this national number.")
    return person
