"""Payments of the past, booked on the claims of a case by the rules of the books."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from ledgersim.vendors.aptic.claims.rules import Books, Entry, book, closed, opened, settled
from ledgersim.vendors.aptic.claims.table import FEE

Row = dict[str, Any]

_BALANCES = tuple(field.name for field in fields(Books))


@dataclass
class Account:
    """A claim with its books, before it is stored."""

    row: Row
    books: Books

    @classmethod
    def open(cls, row: Row) -> "Account":
        """The account of a claim as a client sends it."""
        return cls(row, opened(row))

    @property
    def columns(self) -> Row:
        """The row to store."""
        # `Books.columns` copies deeply, which takes a fifth of the time of a large build.
        return {**self.row, **{name: getattr(self.books, name) for name in _BALANCES}}


def outstanding(accounts: list[Account], day: int) -> int:
    """What is to be paid to settle all accounts on a day."""
    books = [settled(account.books, day) for account in accounts]
    return sum(one.remaining_principal + one.remaining_interest for one in books)


def pay(accounts: list[Account], amount: int, day: int) -> list[Row]:
    """Book a payment: fees first, then interest, then principal, of the oldest due first.

    The bookings by account come to the amount exactly. Raises ValueError if it is more than remains.
    """
    entries: dict[int, Entry] = {}
    left = amount
    for position, part, remaining in _in_order(accounts, day):
        if paid := min(left, remaining):
            entry = entries.get(position, Entry())
            entries[position] = replace(entry, **{part: getattr(entry, part) + paid})
            left -= paid
    if left:
        raise ValueError(f"a payment of {amount / 100:.2f} is {left / 100:.2f} more than what remains")
    bookings = []
    for position, entry in sorted(entries.items()):
        account = accounts[position]
        account.books = book(account.books, entry, day)
        bookings.append(
            {
                "claim_id": account.row["id"],
                "principal": entry.paid_principal,
                "interest": entry.paid_interest,
                "used_principal": entry.paid_principal,
                "used_interest": entry.paid_interest,
            }
        )
    return bookings


def close(accounts: list[Account], day: int) -> None:
    """Close all accounts on a day: no more interest accrues."""
    for account in accounts:
        account.books = closed(account.books, day)


def _in_order(accounts: list[Account], day: int) -> Iterator[tuple[int, str, int]]:
    """Position, part and remaining amount of all that can be paid, what is paid first first."""
    order = sorted(range(len(accounts)), key=lambda position: _due(accounts[position].row))
    books = [settled(account.books, day) for account in accounts]
    fees = [position for position in order if accounts[position].row["kind"] == FEE]
    for position in fees:
        yield position, "paid_principal", books[position].remaining_principal
    for position in order:
        yield position, "paid_interest", books[position].remaining_interest
    for position in order:
        if position not in fees:
            yield position, "paid_principal", books[position].remaining_principal


def _due(claim: Row) -> datetime:
    """When a claim is due; a fee is on its day."""
    due: datetime = claim["due_date"] or claim["bill_date"]
    return due
