"""Finding invoices and accounts."""

from sqlalchemy import bindparam, select

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.models import ACCOUNT, INVOICE

_INVOICE = select(INVOICE).where(
    INVOICE.c.ledger == bindparam("of_ledger"), INVOICE.c.invoice_no == bindparam("number")
)
_ACCOUNT = (
    select(ACCOUNT, CUSTOMER.c.customer_no)
    .join(CUSTOMER, CUSTOMER.c.id == ACCOUNT.c.customer_id)
    .where(ACCOUNT.c.ledger == bindparam("of_ledger"), ACCOUNT.c.account_no == bindparam("number"))
)


def find_invoice(space: Space, ledger: str, number: str) -> Row:
    """The invoice with this number. Raises a 404 Problem."""
    invoice = row(space.connection, _INVOICE, of_ledger=ledger, number=number)
    if invoice is None:
        raise NOT_FOUND.with_detail(f"The ledger {ledger} has no invoice {number[:40]!r}.")
    return invoice


def find_account(space: Space, ledger: str, number: str) -> Row:
    """The account with this number, and its customer's number. Raises a 404 Problem."""
    account = row(space.connection, _ACCOUNT, of_ledger=ledger, number=number)
    if account is None:
        raise NOT_FOUND.with_detail(f"The ledger {ledger} has no account {number[:40]!r}.")
    return account
