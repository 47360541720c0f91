"""Payments of the past, booked on the claims of a case by the rules of the books."""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from ledgersim.vendors.aptic.claims.models import FEE
from ledgersim.vendors.aptic.claims.rules import Balances, Posting, accrue_to, book, closed, open_balances
from ledgersim.vendors.aptic.payments.rules import Owed, spread

Row = dict[str, Any]

_BALANCES = tuple(field.name for field in fields(Balances))


@dataclass
class Account:
    """A claim with its books, before it is stored."""

    row: Row
    books: Balances

    @classmethod
    def open(cls, row: Row) -> "Account":
        """The account of a claim as a client sends it."""
        return cls(row, open_balances(row))

    @property
    def columns(self) -> Row:
        """The row to store."""
        # `Books.columns` copies deeply, which takes a fifth of the time of a large build.
        return {**self.row, **{name: getattr(self.books, name) for name in _BALANCES}}

    @property
    def due(self) -> datetime:
        """When the claim is due; a fee is on its day."""
        due: datetime = self.row["due_date"] or self.row["bill_date"]
        return due

    def owed(self, day: int) -> Owed:
        """What is owed on a day."""
        books = accrue_to(self.books, day)
        is_fee = self.row["kind"] == FEE
        return Owed(self.row["id"], is_fee, books.remaining_principal, books.remaining_interest)


def outstanding(accounts: list[Account], day: int) -> int:
    """What is to be paid to settle all accounts on a day."""
    books = [accrue_to(account.books, day) for account in accounts]
    return sum(one.remaining_principal + one.remaining_interest for one in books)


def pay(accounts: list[Account], amount: int, day: int) -> list[Row]:
    """Book a payment by the rules for those that come in later; all are in one currency.

    The bookings by account come to the amount exactly. Raises ValueError if it is more than remains.
    """
    order = sorted(accounts, key=lambda account: account.due)
    used = spread(amount, [account.owed(day) for account in order])
    if (left := amount - sum(one.used for one in used)) > 0:
        raise ValueError(f"a payment of {amount / 100:.2f} is {left / 100:.2f} more than what remains")
    bookings = []
    for account in accounts:
        entry = Posting()
        for one in used:
            if one.claim_id == account.row["id"]:
                name = "paid_interest" if one.part == "interest" else "paid_principal"
                entry = replace(entry, **{name: one.paid})
        if entry != Posting():
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
