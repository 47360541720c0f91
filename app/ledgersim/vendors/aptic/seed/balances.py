"""Past payments, booked on the claims of a case by the rules for claims and payments."""

from dataclasses import dataclass
from datetime import datetime

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.claims import rules
from ledgersim.vendors.aptic.claims.models import FEE
from ledgersim.vendors.aptic.claims.rules import Balances, Payment, accrue_to, open_balances, stopped
from ledgersim.vendors.aptic.payments.rules import Owed, allocate, bookings


@dataclass
class Account:
    """A claim with its balances, before it is stored."""

    row: Row
    balances: Balances

    @classmethod
    def open(cls, row: Row) -> "Account":
        """Open the account of a new claim."""
        return cls(row, open_balances(row))

    @property
    def columns(self) -> Row:
        """The row to store."""
        return {**self.row, **self.balances.columns()}

    @property
    def due(self) -> datetime:
        """The due date of the claim; for a fee, its date."""
        due: datetime = self.row["due_date"] or self.row["bill_date"]
        return due

    def owed(self, day: int) -> Owed:
        """Return what is owed on a day."""
        balances = accrue_to(self.balances, day)
        is_fee = self.row["kind"] == FEE
        return Owed(self.row["id"], is_fee, balances.remaining_principal, balances.remaining_interest)


def outstanding(accounts: list[Account], day: int) -> int:
    """Return the amount that settles all accounts on a day."""
    balances = [accrue_to(account.balances, day) for account in accounts]
    return sum(one.remaining_principal + one.remaining_interest for one in balances)


def pay(accounts: list[Account], amount: int, day: int) -> list[Row]:
    """Book a payment on accounts in one currency, as the API does; return the bookings per account.

    The bookings add up to the amount. Raises ValueError if it is more than the remaining amount.
    """
    order = sorted(accounts, key=lambda account: account.due)
    allocations = allocate(amount, [account.owed(day) for account in order])
    if (excess := amount - sum(one.used for one in allocations)) > 0:
        raise ValueError(
            f"a payment of {amount / 100:.2f} is {excess / 100:.2f} more than the remaining amount"
        )
    booked = bookings(allocations)
    stored = []
    for account in accounts:
        if (booking := booked.get(account.row["id"])) is not None:
            payment = Payment(day, booking["principal"], booking["interest"])
            account.balances, payment = rules.pay(account.balances, payment, day)
            stored.append({**booking, "kept_interest": payment.kept_interest})
    return stored


def close(accounts: list[Account], day: int) -> None:
    """Close all accounts on a day, when their interest stops."""
    for account in accounts:
        account.balances = stopped(account.balances, day)
