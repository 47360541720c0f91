"""Surpluses: receiving payments, ordering a disbursement or set-off, and executing the order."""

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledgersim.debts import settled_of
from ledgersim.problems import invalid
from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, change, rows, scalar
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.commands import (
    change_account,
    change_invoice,
    check_move,
    take_from_account,
)
from ledgersim.vendors.payex.invoices.queries import find_account, find_invoice
from ledgersim.vendors.payex.ledgers.queries import find_ledger
from ledgersim.vendors.payex.state_machine import transition
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.queries import surpluses_path
from ledgersim.vendors.payex.surpluses.rules import (
    GONE,
    OPEN,
    PENDING_DISBURSEMENT,
    PENDING_REGULATE,
    TRANSITIONS,
    execution_day,
)

_S = SURPLUS.c
_ADD = insert(SURPLUS)
_DUE = (
    select(SURPLUS, CUSTOMER.c.ledger, CUSTOMER.c.customer_no)
    .join(CUSTOMER, CUSTOMER.c.id == _S.customer_id)
    .where(_S.execute_on <= bindparam("day"))
    .order_by(_S.id)
)
_FROM_ACCOUNT = select(func.sum(_S.balance)).where(
    _S.customer_id == bindparam("of_customer"), _S.account_no == bindparam("number"), _S.status != GONE
)
_SET_OFF_AGAINST = select(func.sum(_S.balance)).where(
    _S.customer_id == bindparam("of_customer"),
    _S.set_off_invoice_no == bindparam("number"),
    _S.status == PENDING_REGULATE,
)
_SET_ORDER = (
    update(SURPLUS)
    .where(_S.id == bindparam("row_id"))
    .values(
        status=bindparam("to"),
        payee=bindparam("to_payee"),
        set_off_invoice_no=bindparam("to_invoice"),
        ordered_at=bindparam("now"),
        execute_on=bindparam("on_day"),
    )
)
_SET_EXECUTED = (
    update(SURPLUS)
    .where(_S.id == bindparam("row_id"))
    .values(status=bindparam("to"), execute_on=None, executed_at=bindparam("now"))
)


def add_surplus(connection: Connection, space: Space, customer: Row, values: Row) -> Row:
    """Store a new surplus with the given `balance` and `currency`, and `invoice_no` or `account_no`, if any."""
    surplus = {
        "surplus_id": space.guids.guid(),
        "customer_id": customer["id"],
        "date": space.clock.now(),
        "status": OPEN,
        "invoice_no": None,
        "account_no": None,
        **values,
    }
    add(connection, _ADD, surplus)
    return surplus


def disburse(space: Space, customer: Row, surplus: Row, payee: Row) -> None:
    """Order the disbursement of a surplus to a payee. Raises a 409 Problem unless it is open."""
    _order(space, customer, surplus, "disbursement order", payee=payee)


def set_off(space: Space, customer: Row, surplus: Row, invoice_no: str) -> None:
    """Order the set-off of a surplus against an invoice. Raises a 400, 404 or 409 Problem."""
    invoice = find_invoice(space, customer["ledger"], invoice_no)
    _check_owner(customer, invoice, "invoiceNo")
    if invoice["currency"] != surplus["currency"]:
        raise invalid("invoiceNo", f"The currency of the invoice is {invoice['currency']}")
    check_move(invoice, "pay")
    ordered = scalar(
        space.connection, _SET_OFF_AGAINST, of_customer=customer["id"], number=invoice["invoice_no"]
    )
    if not invoice["current_debt"]:
        raise invalid("invoiceNo", "The invoice has no debt")
    if invoice["current_debt"] <= (ordered or 0):
        raise invalid(
            "invoiceNo", "The invoice has no debt left besides what is pending to be set off against it"
        )
    _order(space, customer, surplus, "set-off", invoice_no=invoice["invoice_no"])


def _order(
    space: Space,
    customer: Row,
    surplus: Row,
    action: str,
    payee: Row | None = None,
    invoice_no: str | None = None,
) -> None:
    status = transition(TRANSITIONS, surplus["status"], action, "surplus")
    country = find_ledger(space, customer["ledger"]).country
    day = execution_day(space.clock.today(), country).toordinal()
    with space.transaction() as connection:
        values = {"to": status, "to_payee": payee, "to_invoice": invoice_no, "on_day": day}
        values["now"] = space.clock.now()
        change(connection, _SET_ORDER, row_id=surplus["id"], **values)


def execute(space: Space, customer: Row, surplus: Row) -> Event:
    """Execute the order for a pending surplus. Raises a 409 Problem if the surplus is open.

    The remainder of a set-off is a new surplus from the invoice that was paid [inferred].
    """
    status = transition(TRANSITIONS, surplus["status"], "execution", "surplus")
    disbursed = surplus["status"] == PENDING_DISBURSEMENT
    with space.transaction() as connection:
        change(connection, _SET_EXECUTED, row_id=surplus["id"], to=status, now=space.clock.now())
        if surplus["account_no"] is not None:
            account = find_account(space, customer["ledger"], surplus["account_no"])
            take_from_account(connection, account, surplus["balance"])
        if not disbursed:
            invoice = find_invoice(space, customer["ledger"], surplus["set_off_invoice_no"])
            move_invoice(space, customer, invoice, "pay", surplus["balance"])
    # The list, because the surplus itself is not found any more.
    path = surpluses_path(customer)
    name = f"payex.surplus.{'disbursed' if disbursed else 'regulated'}"
    details = {"surplusId": surplus["surplus_id"], "balance": surplus["balance"] / 100}
    return Event(space.clock.now(), name, path, details)


next_at = DueRows(_S.execute_on)


def run(space: Space) -> Iterator[list[Event]]:
    """Execute the orders that are due, each in its own transaction."""
    for surplus in rows(space.connection, _DUE, day=space.clock.today().toordinal()):
        yield [execute(space, {**surplus, "id": surplus["customer_id"]}, surplus)]


def receive_payment(
    space: Space, customer: Row, amount: int, invoice_no: str | None, account_no: str | None
) -> Row | None:
    """Book a payment, in hundredths. Returns the surplus that remains after paying the debt, or None.

    Raises a 400 or 404 Problem.
    """
    if invoice_no is not None and account_no is not None:
        raise invalid("accountNo", "must be absent if invoiceNo is given")
    if invoice_no is not None:
        invoice = find_invoice(space, customer["ledger"], invoice_no)
        _check_owner(customer, invoice, "invoiceNo")
        return move_invoice(space, customer, invoice, "pay", amount)
    if account_no is not None:
        account = find_account(space, customer["ledger"], account_no)
        _check_owner(customer, account, "accountNo")
        return move_account(space, customer, account, "pay", amount)
    with space.transaction() as connection:
        currency = find_ledger(space, customer["ledger"]).currency
        return add_surplus(connection, space, customer, {"balance": amount, "currency": currency})


def move_invoice(
    space: Space, customer: Row, invoice: Row, move: str, amount: int = 0, carried: bool = False
) -> Row | None:
    """Move an invoice. Returns the surplus if more has been paid than it claims. Raises a 409 Problem.

    What has been settled with the vendor that handed the debt on stays there.
    """
    with space.transaction() as connection:
        remainder = change_invoice(connection, space, invoice, move, amount, carried)
        if move == "cancel":
            remainder -= settled_of(connection, "payex", invoice["id"])
        source = {"invoice_no": invoice["invoice_no"], "currency": invoice["currency"]}
        return add_surplus(connection, space, customer, {**source, "balance": remainder}) if remainder else None


def move_account(space: Space, customer: Row, account: Row, move: str, amount: int = 0) -> Row | None:
    """Move an account. Returns the surplus if more has been paid than is owed. Raises a 400 or 409 Problem."""
    number = account["account_no"]
    with space.transaction() as connection:
        surplus = scalar(connection, _FROM_ACCOUNT, of_customer=customer["id"], number=number)
        remainder = change_account(connection, space, account, surplus or 0, move, amount)
        source = {"account_no": number, "currency": account["currency"]}
        return add_surplus(connection, space, customer, {**source, "balance": remainder}) if remainder else None


def _check_owner(customer: Row, item: Row, field: str) -> None:
    if item["customer_id"] != customer["id"]:
        raise invalid(field, "belongs to another customer")
