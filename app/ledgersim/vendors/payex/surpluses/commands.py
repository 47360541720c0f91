"""Surpluses: how they come to be, move and end."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledgersim.problems import NOT_FOUND, invalid
from ledgersim.spaces.scheduler import Event
from ledgersim.spaces.space import Space, start_of_day
from ledgersim.storage.database import row, rows
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.queries import book, find_account, find_invoice, pay_off
from ledgersim.vendors.payex.ledgers.rules import find_ledger
from ledgersim.vendors.payex.state_machine import move
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.rules import (
    GONE,
    MOVES,
    OPEN,
    PENDING_DISBURSEMENT,
    execution_day,
)

Row = dict[str, Any]

_S = SURPLUS.c
_ADD = insert(SURPLUS)
_THERE = (_S.customer_id == bindparam("of_customer")) & (_S.status != GONE)
_FIND = select(SURPLUS).where(_THERE, _S.surplus_id == bindparam("of_id"))
_PAGE = select(SURPLUS).where(_THERE).order_by(_S.id).limit(bindparam("take")).offset(bindparam("skip"))
_COUNT = select(func.count()).select_from(SURPLUS).where(_THERE)
_NEXT = select(func.min(_S.execute_on))
_DUE = (
    select(SURPLUS, CUSTOMER.c.ledger, CUSTOMER.c.customer_no)
    .join(CUSTOMER, CUSTOMER.c.id == _S.customer_id)
    .where(_S.execute_on <= bindparam("day"))
    .order_by(_S.id)
)
_CHANGE = update(SURPLUS).where(_S.id == bindparam("row_id"))
_MOVE = _CHANGE.values(
    status=bindparam("to"),
    payee=bindparam("to_payee"),
    set_off_invoice_no=bindparam("to_invoice"),
    execute_on=bindparam("on_day"),
)


def find_surplus(space: Space, customer: Row, surplus_id: str) -> Row:
    """A surplus of a customer by its id in any case. Raises a 404 Problem for one that is gone, too."""
    found = row(space.connection, _FIND, of_customer=customer["id"], of_id=surplus_id.lower())
    if found is None:
        raise NOT_FOUND.with_detail(
            f"The customer {customer['customer_no']} has no surplus {surplus_id[:50]!r}."
        )
    return found


def page_of(space: Space, customer: Row, skip: int, take: int) -> tuple[list[Row], int]:
    """A page of a customer's surpluses, the oldest first, and how many there are."""
    found = rows(space.connection, _PAGE, of_customer=customer["id"], skip=skip, take=take)
    return found, int(space.connection.execute(_COUNT, {"of_customer": customer["id"]}).scalar() or 0)


def add_surplus(connection: Connection, space: Space, customer: Row, own: Row) -> Row:
    """Store a new surplus: `balance`, `currency`, and possibly where it comes from."""
    surplus = {
        "surplus_id": space.guids.guid(),
        "customer_id": customer["id"],
        "date": space.clock.now(),
        "status": OPEN,
        "invoice_no": None,
        "account_no": None,
        **own,
    }
    connection.execute(_ADD, surplus)
    return surplus


def disburse(space: Space, customer: Row, surplus: Row, payee: Row) -> None:
    """Order a surplus to be paid out. Raises a 409 Problem unless it is open."""
    _begin(space, customer, surplus, "disburse", payee, None)


def regulate(space: Space, customer: Row, surplus: Row, invoice_no: str) -> None:
    """Order a surplus to be set off against an invoice. Raises a 400, 404 or 409 Problem."""
    invoice = find_invoice(space, customer["ledger"], invoice_no)
    if invoice["customer_id"] != customer["id"]:
        raise invalid("invoiceNo", "The invoice is another customer's")
    if invoice["currency"] != surplus["currency"]:
        raise invalid("invoiceNo", f"The invoice is in {invoice['currency']}")
    if not invoice["current_debt"]:
        raise invalid("invoiceNo", "Nothing is owed on the invoice")
    _begin(space, customer, surplus, "regulate", None, invoice["invoice_no"])


def _begin(
    space: Space, customer: Row, surplus: Row, act: str, payee: Row | None, invoice_no: str | None
) -> None:
    status = move(MOVES, surplus["status"], act, "surplus")
    country = find_ledger(space, customer["ledger"]).country
    day = execution_day(space.clock.today(), country).toordinal()
    with space.transaction() as connection:
        connection.execute(
            _MOVE,
            {
                "row_id": surplus["id"],
                "to": status,
                "to_payee": payee,
                "to_invoice": invoice_no,
                "on_day": day,
            },
        )


def execute(space: Space, customer: Row, surplus: Row) -> Event:
    """Let a pending surplus end: paid out, or set off. Raises a 409 Problem for an open one.

    What a set-off leaves over is a new surplus from the invoice that was paid [inferred].
    """
    status = move(MOVES, surplus["status"], "execute", "surplus")
    disbursed = surplus["status"] == PENDING_DISBURSEMENT
    with space.transaction() as connection:
        connection.execute(
            _MOVE,
            {"row_id": surplus["id"], "to": status, "to_payee": None, "to_invoice": None, "on_day": None},
        )
        if surplus["account_no"] is not None:
            book(
                connection,
                find_account(space, customer["ledger"], surplus["account_no"]),
                -surplus["balance"],
            )
        if not disbursed:
            invoice = find_invoice(space, customer["ledger"], surplus["set_off_invoice_no"])
            rest = pay_off(connection, invoice, surplus["balance"])
            if rest:
                own = {
                    "balance": rest,
                    "currency": surplus["currency"],
                    "invoice_no": invoice["invoice_no"],
                }
                add_surplus(connection, space, customer, own)
    path = f"/ledger/customer/v1/{customer['ledger']}/customers/{customer['customer_no']}/surpluses"
    what = "disbursed" if disbursed else "regulated"
    told = {"surplusId": surplus["surplus_id"], "balance": surplus["balance"] / 100}
    return Event(space.clock.now(), f"payex.surplus.{what}", path, told)  # the surplus itself is a 404 by now


def next_at(space: Space) -> datetime | None:
    """When a pending surplus next ends by itself."""
    day = space.connection.execute(_NEXT).scalar()
    return None if day is None else start_of_day(day)


def run(space: Space) -> list[Event]:
    """Let end what is due today, each in a transaction of its own."""
    due = rows(space.connection, _DUE, day=space.clock.today().toordinal())
    return [execute(space, {**one, "id": one["customer_id"]}, one) for one in due]


def receive(
    space: Space, customer: Row, amount: int, invoice_no: str | None, account_no: str | None
) -> Row | None:
    """Book a payment: it first pays what is owed there; what is left over is a surplus, which is returned.

    Raises a 400 or 404 Problem.
    """
    if invoice_no is not None and account_no is not None:
        raise invalid("accountNo", "must be absent where invoiceNo is given")
    if amount == 0:
        raise invalid("amount", "must be above zero")
    currency = find_ledger(space, customer["ledger"]).currency
    with space.transaction() as connection:
        rest = amount
        own: Row = {}
        if invoice_no is not None:
            invoice = find_invoice(space, customer["ledger"], invoice_no)
            _check_owner(customer, invoice, "invoiceNo")
            rest = pay_off(connection, invoice, amount)
            own, currency = {"invoice_no": invoice["invoice_no"]}, invoice["currency"]
        elif account_no is not None:
            account = find_account(space, customer["ledger"], account_no)
            _check_owner(customer, account, "accountNo")
            after = book(connection, account, amount)
            rest = max(0, min(amount, after))
            own, currency = {"account_no": account["account_no"]}, account["currency"]
        if not rest:
            return None
        return add_surplus(connection, space, customer, {**own, "balance": rest, "currency": currency})


def _check_owner(customer: Row, thing: Row, name: str) -> None:
    if thing["customer_id"] != customer["id"]:
        raise invalid(name, "It is another customer's")
