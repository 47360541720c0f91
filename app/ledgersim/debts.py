"""Carries debts from one vendor to another, and what was paid there back, when it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, insert, select, update

from ledgersim.plugin import Vendor, resolve
from ledgersim.problems import CONFLICT, NOT_FOUND, VALIDATION, Problem, invalid
from ledgersim.spaces.models import DEBT_TRANSFER
from ledgersim.storage.statements import add, change, row, scalar

if TYPE_CHECKING:
    from ledgersim.spaces.space import Space

_T = DEBT_TRANSFER.c
_ADD = insert(DEBT_TRANSFER)
_TRANSFER = select(DEBT_TRANSFER).where(_T.source == bindparam("vendor"), _T.source_id == bindparam("debt_id"))
_IS_TAKEN = (_T.target == bindparam("vendor")) & (_T.target_id == bindparam("debt_id"))
_GIVEN = select(DEBT_TRANSFER).where(_IS_TAKEN)
_SETTLED = select(func.coalesce(func.sum(_T.settled), 0)).where(_IS_TAKEN)
_SETTLE = update(DEBT_TRANSFER).where(_IS_TAKEN).values(settled=_T.settled + bindparam("more"))


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

    `id` is that of the vendor's row. `number` is the same at all vendors, and so is `creditor`, a code; it is
    None if the vendor knows none; then `ledger` may name it. `received` is what has been paid of the debt at
    this vendor, including what was paid beyond it and is not a surplus there; `carried` is what has been
    settled so far. `kept` is why the vendor does not hand the debt on, empty if it does. `path` is where to
    read it, without the prefix of a space.
    """

    id: int
    number: str
    creditor: str | None
    debtor: Debtor
    currency: str
    amount: int
    remaining: int
    received: int
    carried: int
    billed: date
    due: date
    status: str
    is_closed: bool
    kept: str
    path: str
    ledger: str | None = None

    @property
    def choice(self) -> str | None:
        """The creditor that a request chooses the debt by."""
        return self.creditor or self.ledger

    @property
    def identity(self) -> tuple[str | None, ...]:
        """What is the same at all vendors."""
        return self.number, self.creditor, self.currency, self.debtor.national_number or self.debtor.name


@dataclass(frozen=True, kw_only=True)
class Debts:
    """How debts leave a vendor and enter it.

    `find` returns the debts with a number. `take` takes over what remains of a debt of another vendor, and
    returns the id of the new debt. A vendor that hands debts on has `settle`, which books a payment that the
    taker has received, and may have `end`, which ends the collection of a debt. All but `find` raise Problems.
    """

    find: Callable[[Space, str], Sequence[Debt]]
    take: Callable[[Space, Debt], int] | None = None
    settle: Callable[[Space, Debt, int], None] | None = None
    end: Callable[[Space, Debt], None] | None = None


_Found = Mapping[str, Sequence[Debt]]  # the debts with a number, by the vendor's name


def debts_at(vendors: Sequence[Vendor], space: Space, number: str, creditor: str | None) -> dict[str, Debt]:
    """The debt with a number at each vendor that has it, by the vendor's name.

    Raises a 404 Problem, or a 409 Problem if several debts have the number and `creditor` does not choose one.
    """
    declared = _declared(vendors)
    found = _find(declared, space, number)
    meant = {
        vendor: one
        for vendor, debts in found.items()
        if (one := _current(space, vendor, _of_creditor(debts, creditor)))
    }
    if not meant:
        raise NOT_FOUND.with_detail(f"No vendor has a debt with the number {number[:80]!r}.")
    everywhere = [debt for debts in meant.values() for debt in debts]
    if len({debt.creditor for debt in everywhere} - {None}) > 1:
        raise _ambiguous(number, everywhere)
    return {
        vendor: debt._replace(kept=_kept(declared, space, found, vendor, debt))
        for vendor, debts in meant.items()
        for debt in [_only(number, debts)]
    }


def transfer(
    vendors: Sequence[Vendor], space: Space, number: str, source: str, target: str, creditor: str | None
) -> dict[str, Debt]:
    """Open what remains of a debt at another vendor. Returns the debt at each vendor.

    Raises a 400, 404 or 409 Problem.
    """
    declared = _declared(vendors)
    takers = [name for name in _takers(declared) if name != source]
    _check(
        ("from", source, _givers(declared), "hands no debts on"),
        ("to", target, takers, f"takes no debts over from {source or 'others'}"),
    )
    found = _find(declared, space, number)
    debt = _only(number, _current(space, source, _at(found, source, number, creditor)))
    if kept := _kept(declared, space, found, source, debt):
        raise CONFLICT.with_detail(kept)
    creditor = debt.creditor or creditor
    if any(one.choice in (None, creditor) and not one.is_closed for one in found[target]):
        raise CONFLICT.with_detail(f"{target} already has a debt with the number {number}.")
    take = declared[target].take
    assert take is not None, "checked above"
    with space.transaction() as connection:
        taken = take(space, debt._replace(creditor=creditor))
        link = {"source": source, "source_id": debt.id, "target": target, "target_id": taken}
        add(connection, _ADD, link)
        return debts_at(vendors, space, number, creditor)


def settle(
    vendors: Sequence[Vendor], space: Space, number: str, source: str, target: str, creditor: str | None
) -> dict[str, Debt]:
    """Book at a vendor what another, which took over its debt, has received. Returns the debt at each vendor.

    Raises a 400, 404 or 409 Problem.
    """
    declared = _declared(vendors)
    givers = [name for name in _givers(declared) if name != source]
    _check(
        ("from", source, _takers(declared), "takes no debts over"),
        ("to", target, givers, f"hands no debts on to {source or 'others'}"),
    )
    found = _find(declared, space, number)
    received = _at(found, source, number, creditor)
    if not found[target]:
        raise _missing(target, number)
    taken = {one: _taken(declared, space, found, target, one) for one in found[target]}
    given = [one for one, (taker, its) in taken.items() if taker == source and its in received]
    if not given:
        raise CONFLICT.with_detail(f"{source} did not take the debt {number} over from {target}.")
    own = _only(number, _current(space, target, given))
    _, debt = taken[own]
    assert debt is not None, "it is one of those that received"
    book, end = declared[target].settle, declared[target].end
    assert book is not None, "checked above"
    _, next_debt = _taken(declared, space, found, source, debt)
    has_ended = next_debt is not None and next_debt.is_closed and next_debt.received <= debt.carried
    with space.transaction() as connection:
        if debt.received > own.carried:
            book(space, own, debt.received - own.carried)
            change(connection, _SETTLE, vendor=source, debt_id=debt.id, more=debt.received - own.carried)
        if end is not None and (debt.is_closed or has_ended):
            end(space, own)
        return debts_at(vendors, space, number, own.creditor or debt.creditor or debt.ledger)


def settled_of(connection: Connection, vendor: str, debt_id: int) -> int:
    """What has been settled of a debt that a vendor took over, with the vendor that handed it on."""
    settled: int = scalar(connection, _SETTLED, vendor=vendor, debt_id=debt_id)
    return settled


def unknown_creditor(given: str | None, known: Sequence[str]) -> Problem:
    """The 400 Problem for a creditor that is missing or that a vendor does not know."""
    reason = "Field required" if given is None else f"Unknown creditor {given[:80]!r}"
    return invalid("creditor", f"{reason}: use one of {', '.join(known)}")


def _declared(vendors: Sequence[Vendor]) -> dict[str, Debts]:
    found = ((vendor.name, resolve(vendor.debts)) for vendor in vendors)
    return {name: debts for name, debts in found if debts is not None}


def _givers(declared: Mapping[str, Debts]) -> list[str]:
    return [name for name, debts in declared.items() if debts.settle]


def _takers(declared: Mapping[str, Debts]) -> list[str]:
    return [name for name, debts in declared.items() if debts.take]


def _check(*members: tuple[str, str, Sequence[str], str]) -> None:
    """Check members of a request: the vendor that was sent, empty if it is missing, and those that are able."""
    errors = {}
    for member, vendor, able, inability in members:
        if vendor not in able:
            reason = f"{vendor[:80]} {inability}" if vendor else "Field required"
            errors[member] = [f"{reason}: use {' or '.join(able)}"]
    if errors:
        raise VALIDATION.with_errors(errors)


def _find(declared: Mapping[str, Debts], space: Space, number: str) -> _Found:
    return {name: debts.find(space, number) for name, debts in declared.items()}


def _at(found: _Found, vendor: str, number: str, creditor: str | None) -> list[Debt]:
    """The debts at a vendor that are those of a creditor. Raises a 400 or 404 Problem if there are none."""
    if not found[vendor]:
        raise _missing(vendor, number)
    meant = _of_creditor(found[vendor], creditor)
    if not meant:
        creditors = " or ".join(sorted({str(debt.choice) for debt in found[vendor]}))
        raise invalid("creditor", f"must be absent or {creditors}, the creditor at {vendor}")
    return meant


def _of_creditor(debts: Sequence[Debt], creditor: str | None) -> list[Debt]:
    """The debts at a vendor that are those of a creditor."""
    if creditor is None:
        return list(debts)
    own = [debt for debt in debts if creditor in (debt.creditor, debt.ledger)]
    return own or [debt for debt in debts if debt.creditor is None]


def _current(space: Space, vendor: str, debts: Sequence[Debt]) -> list[Debt]:
    """The debts of each creditor that are open, those of stored transfers first; else the last one."""
    current = []
    for choice in dict.fromkeys(debt.choice for debt in debts):
        same = [debt for debt in debts if debt.choice == choice]
        still_open = [debt for debt in same if not debt.is_closed]
        stored = [debt for debt in still_open if len(still_open) > 1 and _is_stored(space, vendor, debt)]
        current += stored or still_open or same[-1:]
    return current


def _is_stored(space: Space, vendor: str, debt: Debt) -> bool:
    """Whether a debt is part of a stored transfer."""
    transfers = (row(space.connection, one, vendor=vendor, debt_id=debt.id) for one in (_TRANSFER, _GIVEN))
    return any(one is not None for one in transfers)


def _only(number: str, debts: Sequence[Debt]) -> Debt:
    if len(debts) > 1:
        raise _ambiguous(number, debts)
    return debts[0]


def _ambiguous(number: str, debts: Sequence[Debt]) -> Problem:
    which = ", ".join(f"{debt.path} ({debt.choice or 'no creditor'})" for debt in debts)
    return CONFLICT.with_detail(f"Several debts have the number {number}: {which}; choose one by its creditor.")


def _missing(vendor: str, number: str) -> Problem:
    return NOT_FOUND.with_detail(f"{vendor} has no debt with the number {number[:80]!r}.")


def _taken(
    declared: Mapping[str, Debts], space: Space, found: _Found, vendor: str, debt: Debt
) -> tuple[str, Debt | None]:
    """The vendor that took a debt over from another, and its debt; an empty name if none did.

    Without a stored transfer of either, debts of the same number, creditor, currency and debtor, such as those
    of personas, count as taken over.
    """
    link = row(space.connection, _TRANSFER, vendor=vendor, debt_id=debt.id)
    if link is not None:
        taken = (one for one in found.get(link["target"], ()) if one.id == link["target_id"])
        return link["target"], next(taken, None)
    if declared[vendor].settle is not None and debt.creditor is not None:
        for taker in _takers(declared):
            if taker != vendor:
                # In order of time, and last those that ended without a payment, such as cancelled ones.
                own = sorted(
                    _alike(space, vendor, found[vendor], debt, _TRANSFER),
                    key=lambda one: one.is_closed and not one.received,
                )
                for one, its in zip(own, _alike(space, taker, found[taker], debt, _GIVEN), strict=False):
                    if one.id == debt.id:
                        return taker, its
    return "", None


def _alike(space: Space, vendor: str, debts: Sequence[Debt], debt: Debt, stored: Select[Any]) -> list[Debt]:
    """The debts of a vendor that are the same as another but for stored transfers."""
    return [
        one
        for one in debts
        if one.identity == debt.identity
        and row(space.connection, stored, vendor=vendor, debt_id=one.id) is None
    ]


def _kept(declared: Mapping[str, Debts], space: Space, found: _Found, vendor: str, debt: Debt) -> str:
    """Why a vendor does not hand a debt on, empty if it does: each is handed on once."""
    taker, taken = _taken(declared, space, found, vendor, debt)
    if not taker:
        return debt.kept
    end = ", and closed there" if taken is not None and taken.is_closed else ""
    return f"The debt {debt.number} was handed on to {taker}{end}."
