"""Carries debts from one vendor to another, and what was paid there back, when it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from ledgersim.plugin import Vendor, resolve
from ledgersim.problems import CONFLICT, NOT_FOUND, VALIDATION, Problem, invalid

if TYPE_CHECKING:
    from ledgersim.spaces.space import Space


class DebtorAddress(NamedTuple):
    """The address of a debtor; `street` includes the number."""

    street: str
    zip_code: str
    city: str
    country: str


class Debtor(NamedTuple):
    """Who owes a debt; a company has a `last_name` only."""

    first_name: str | None
    last_name: str
    is_company: bool
    national_number: str | None
    country: str
    address: DebtorAddress | None

    @property
    def name(self) -> str:
        """The whole name."""
        return " ".join(filter(None, (self.first_name, self.last_name)))


class Debt(NamedTuple):
    """A debt as a vendor knows it. Amounts in hundredths of `currency`.

    `number` is the same at all vendors, and so is `creditor`, a code; it is None if the vendor knows none.
    `received` is what has been paid of the debt at this vendor, including what was paid beyond it and is not a
    surplus there. `kept` is why the vendor does not hand the debt on, empty if it does. `path` is where to read
    it, without the prefix of a space.
    """

    number: str
    creditor: str | None
    debtor: Debtor
    currency: str
    amount: int
    remaining: int
    received: int
    billed: date
    due: date
    status: str
    is_closed: bool
    kept: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Debts:
    """How debts leave a vendor and enter it.

    `find` returns the debt with a number, or None. `take` takes over what remains of a debt of another vendor.
    `settle` books what another vendor has received for a debt with this number, less what it has booked before,
    and ends the collection if the debt is closed there. Both raise Problems.
    """

    find: Callable[[Space, str], Debt | None]
    take: Callable[[Space, Debt], None] | None = None
    settle: Callable[[Space, Debt], None] | None = None


def debts_at(vendors: Sequence[Vendor], space: Space, number: str) -> dict[str, Debt]:
    """The debt with a number at each vendor that has it, by the vendor's name. Raises a 404 Problem."""
    known = ((name, debts.find(space, number)) for name, debts in _declared(vendors).items())
    found = {name: debt for name, debt in known if debt is not None}
    if not found:
        raise NOT_FOUND.with_detail(f"No vendor has a debt with the number {number[:80]!r}.")
    return found


def transfer(
    vendors: Sequence[Vendor], space: Space, number: str, source: str, target: str, creditor: str | None
) -> None:
    """Open what remains of a debt at another vendor. Raises a 400, 404 or 409 Problem."""
    declared = _declared(vendors)
    _check(source, declared, [name for name, debts in declared.items() if debts.take], target)
    debt = _find(declared, space, number, source)
    if declared[target].find(space, number) is not None:
        raise CONFLICT.with_detail(f"{target} already has a debt with the number {number}.")
    if debt.kept:
        raise CONFLICT.with_detail(debt.kept)
    if creditor is not None and debt.creditor not in (None, creditor):
        raise invalid("creditor", f"must be absent or {debt.creditor}, the creditor at {source}")
    take = declared[target].take
    assert take is not None, "checked above"
    with space.transaction():
        take(space, debt._replace(creditor=debt.creditor or creditor))


def settle(vendors: Sequence[Vendor], space: Space, number: str, source: str, target: str) -> None:
    """Book at a vendor what another, which took over a debt, has received. Raises a 400, 404 or 409 Problem."""
    declared = _declared(vendors)
    takers = [name for name, debts in declared.items() if debts.take]
    _check(source, takers, [name for name, debts in declared.items() if debts.settle], target)
    debt = _find(declared, space, number, source)
    _find(declared, space, number, target)
    book = declared[target].settle
    assert book is not None, "checked above"
    with space.transaction():
        book(space, debt)


def unknown_creditor(given: str | None, known: Sequence[str]) -> Problem:
    """The 400 Problem for a creditor that is missing or that a vendor does not know."""
    reason = "Field required" if given is None else f"Unknown creditor {given[:80]!r}"
    return invalid("creditor", f"{reason}: use one of {', '.join(known)}")


def _declared(vendors: Sequence[Vendor]) -> dict[str, Debts]:
    found = ((vendor.name, resolve(vendor.debts)) for vendor in vendors)
    return {name: debts for name, debts in found if debts is not None}


def _check(source: str, sources: Collection[str], targets: Sequence[str], target: str) -> None:
    errors = {}
    if source not in sources:
        errors["from"] = [f"Input should be {' or '.join(sources)}"]
    if target not in targets or target == source:
        errors["to"] = [f"Input should be {' or '.join(one for one in targets if one != source)}"]
    if errors:
        raise VALIDATION.with_errors(errors)


def _find(declared: Mapping[str, Debts], space: Space, number: str, vendor: str) -> Debt:
    debt = declared[vendor].find(space, number)
    if debt is None:
        raise NOT_FOUND.with_detail(f"{vendor} has no debt with the number {number[:80]!r}.")
    return debt
