"""Finding invoices and accounts, and changing what they owe."""

from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.database import row
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.models import ACCOUNT, INVOICE

Row = dict[str, Any]

_INVOICE = select(INVOICE).where(
    INVOICE.c.ledger == bindparam("of_ledger"), INVOICE.c.invoice_no == bindparam("number")
)
_ACCOUNT = (
    select(ACCOUNT, CUSTOMER.c.customer_no)
    .join(CUSTOMER, CUSTOMER.c.id == ACCOUNT.c.customer_id)
    .where(ACCOUNT.c.ledger == bindparam("of_ledger"), ACCOUNT.c.account_no == bindparam("number"))
)
_OWE = (
    update(INVOICE)
    .where(INVOICE.c.id == bindparam("row_id"))
    .values(current_debt=bindparam("debt"), status=bindparam("to"))
)
_BALANCE = update(ACCOUNT).where(ACCOUNT.c.id == bindparam("row_id")).values(total_balance=bindparam("now"))


def find_invoice(space: Space, ledger: str, number: str) -> Row:
    """The invoice with a number. Raises a 404 Problem."""
    found = row(space.connection, _INVOICE, of_ledger=ledger, number=number)
    if found is None:
        raise NOT_FOUND.with_detail(f"The ledger {ledger} has no invoice {number[:40]!r}.")
    return found


def find_account(space: Space, ledger: str, number: str) -> Row:
    """The account with a number, and the number of its customer. Raises a 404 Problem."""
    found = row(space.connection, _ACCOUNT, of_ledger=ledger, number=number)
    if found is None:
        raise NOT_FOUND.with_detail(f"The ledger {ledger} has no account {number[:40]!r}.")
    return found


def pay_off(connection: Connection, invoice: Row, amount: int) -> int:
    """Take so much off the debt of an invoice, as far as it goes; what is left over, in hundredths."""
    paid = min(amount, invoice["current_debt"])
    debt = invoice["current_debt"] - paid
    connection.execute(_OWE, {"row_id": invoice["id"], "debt": debt, "to": "open" if debt else "closed"})
    return amount - int(paid)


def book(connection: Connection, account: Row, amount: int) -> int:
    """Add so much, in hundredths, to the balance of an account; the balance after it."""
    after: int = account["total_balance"] + amount
    connection.execute(_BALANCE, {"row_id": account["id"], "now": after})
    return after
