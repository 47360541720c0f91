"""Changing the debt of invoices and the balance of accounts."""

from sqlalchemy import Connection, bindparam, update

from ledgersim.storage.statements import Row
from ledgersim.vendors.payex.invoices import rules
from ledgersim.vendors.payex.invoices.models import ACCOUNT, INVOICE

_SET_DEBT = (
    update(INVOICE)
    .where(INVOICE.c.id == bindparam("row_id"))
    .values(current_debt=bindparam("debt"), status=bindparam("to"))
)
_SET_BALANCE = update(ACCOUNT).where(ACCOUNT.c.id == bindparam("row_id")).values(total_balance=bindparam("now"))


def pay_off(connection: Connection, invoice: Row, amount: int) -> int:
    """Reduce the debt of an invoice, at most to zero. Returns the remainder of the amount, in hundredths."""
    debt, remainder = rules.pay(invoice["current_debt"], amount)
    connection.execute(_SET_DEBT, {"row_id": invoice["id"], "debt": debt, "to": rules.invoice_status(debt)})
    return remainder


def post_to_account(connection: Connection, account: Row, amount: int) -> int:
    """Add an amount, in hundredths, to the balance of an account. Returns the new balance."""
    balance: int = account["total_balance"] + amount
    connection.execute(_SET_BALANCE, {"row_id": account["id"], "now": balance})
    return balance
