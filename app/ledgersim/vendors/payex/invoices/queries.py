"""Finding invoices and accounts, and formatting them as responses."""

from sqlalchemy import bindparam, select

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row, rows
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.models import ACCOUNT, INVOICE, INVOICE_MOVE
from ledgersim.vendors.payex.invoices.rules import available_amount
from ledgersim.vendors.payex.schemas import format_time

_INVOICE = select(INVOICE).where(
    INVOICE.c.ledger == bindparam("of_ledger"), INVOICE.c.invoice_no == bindparam("number")
)
_ACCOUNT = (
    select(ACCOUNT, CUSTOMER.c.customer_no)
    .join(CUSTOMER, CUSTOMER.c.id == ACCOUNT.c.customer_id)
    .where(ACCOUNT.c.ledger == bindparam("of_ledger"), ACCOUNT.c.account_no == bindparam("number"))
)
_MOVES = (
    select(INVOICE_MOVE).where(INVOICE_MOVE.c.invoice_id == bindparam("of_invoice")).order_by(INVOICE_MOVE.c.id)
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


def moves_of(space: Space, invoice: Row) -> list[Row]:
    """The moves of an invoice so far, oldest first."""
    return rows(space.connection, _MOVES, of_invoice=invoice["id"])


def invoice_path(ledger: str, number: str) -> str:
    """The path of an invoice, without the prefix of a space."""
    return f"/ledger/invoice/v1/{ledger}/invoices/{number}"


def account_path(ledger: str, number: str) -> str:
    """The path of an account, without the prefix of a space."""
    return f"/ledger/account/v1/{ledger}/accounts/{number}"


def invoice_to_response(context: LedgerContext, invoice: Row) -> Row:
    """An invoice as the vendor returns it."""
    return {
        **invoice,
        "id_": context.invoice(invoice["invoice_no"]),
        "created": format_time(invoice["created"]),
        "invoice_date": format_time(invoice["invoice_date"]),
        "due_date": format_time(invoice["due_date"]),
        "seller": {"name": invoice["seller_name"], "number": invoice["seller_number"]},
    }


def account_to_response(context: LedgerContext, account: Row) -> Row:
    """An account as the vendor returns it."""
    limit, balance, reserved = account["credit_limit"], account["total_balance"], account["reserved_amount"]
    return {
        **account,
        "id_": context.account(account["account_no"]),
        "start_date": format_time(account["start_date"]),
        "available_amount": available_amount(limit, balance, reserved),
    }
