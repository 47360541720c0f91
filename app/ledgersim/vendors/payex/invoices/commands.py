"""Creating and moving invoices and accounts, and the moves that the clock makes of unpaid invoices."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, bindparam, insert, select, update

from ledgersim.problems import CONFLICT, invalid
from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space, start_of
from ledgersim.storage.statements import Row, add, change, row, rows, scalar
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.invoices import rules
from ledgersim.vendors.payex.invoices.models import ACCOUNT, ACCOUNT_MOVE, INVOICE, INVOICE_MOVE
from ledgersim.vendors.payex.invoices.queries import find_account, find_invoice, invoice_path
from ledgersim.vendors.payex.invoices.rules import Claim, Credit, account_move_row, move_row
from ledgersim.vendors.payex.invoices.schemas import AccountCreate, InvoiceCreate
from ledgersim.vendors.payex.state_machine import transition

DAYS_TO_PAY = 30  # [inferred]
LAST_DAY = start_of(date(9999, 12, 31))

_I = INVOICE.c
_CLAIM = ("status", "claim_level", "original_amount", "current_debt")
_CREDIT = ("status", "credit_limit", "total_balance", "reserved_amount")
_ADD_INVOICE, _ADD_MOVE = insert(INVOICE), insert(INVOICE_MOVE)
_ADD_ACCOUNT, _ADD_ACCOUNT_MOVE = insert(ACCOUNT), insert(ACCOUNT_MOVE)
_MOVE_INVOICE, _MOVE_ACCOUNT = (
    update(table).where(table.c.id == bindparam("row_id")).values({name: bindparam(name) for name in columns})
    for table, columns in ((INVOICE, (*_CLAIM, "next_move_on")), (ACCOUNT, _CREDIT))
)


class _Kind(NamedTuple):
    """Invoices, or accounts: how they are numbered."""

    member: str
    first: int  # serial number
    find: Select[Any]
    last: Select[Any]


def _kind(table: Table, column: str, member: str, first: int) -> _Kind:
    number = table.c[column]
    of_customer = table.c.customer_id == bindparam("of_customer")
    return _Kind(
        member,
        first,
        select(table.c.id).where(table.c.ledger == bindparam("of_ledger"), number == bindparam("number")),
        select(number).where(of_customer).order_by(table.c.id.desc()).limit(1),
    )


_INVOICES, _ACCOUNTS = (
    _kind(INVOICE, "invoice_no", "invoiceNo", 1),
    _kind(ACCOUNT, "account_no", "accountNo", 90),
)
_DUE = select(INVOICE).where(_I.next_move_on <= bindparam("day")).order_by(_I.next_move_on, _I.id)


def create_invoice(context: LedgerContext, customer: Row, body: InvoiceCreate) -> Row:
    """Create an invoice of a customer. Raises a 400 or 409 Problem."""
    ledger, space = context.ledger, context.space
    today = start_of(space.clock.today())
    invoice_date = body.invoice_date or today
    due_date = body.due_date or min(invoice_date, LAST_DAY - timedelta(DAYS_TO_PAY)) + timedelta(DAYS_TO_PAY)
    if due_date < invoice_date:
        raise invalid("dueDate", "Input should not be before invoiceDate")
    unpaid = 0 if body.status == rules.CLOSED else body.original_amount
    debt = unpaid if body.current_debt is None else body.current_debt
    is_pending = invoice_date > today and debt == body.original_amount and body.claim_level == rules.INVOICE
    status = body.status or (rules.PENDING if is_pending else rules.invoice_status(debt))
    claim = Claim(status, body.claim_level, body.original_amount, debt)
    with space.transaction() as connection:
        number = _number(connection, customer, _INVOICES, body.invoice_no)
        invoice = {
            **dict(zip(_CLAIM, claim, strict=True)),
            "ledger": ledger.number,
            "invoice_no": number,
            "customer_id": customer["id"],
            "external_invoice_id": body.external_invoice_id or f"EXT-{number}",
            "created": space.clock.now(),
            "currency": body.currency or ledger.currency,
            "invoice_date": invoice_date,
            "due_date": due_date,
            "seller_name": ledger.name if body.seller is None else body.seller.name,
            "seller_number": ledger.number if body.seller is None else body.seller.number,
            "next_move_on": _next_move_on(space, claim, invoice_date, due_date),
        }
        add(connection, _ADD_INVOICE, invoice)
    return find_invoice(space, ledger.number, number)


def create_account(context: LedgerContext, customer: Row, body: AccountCreate) -> Row:
    """Create an account of a customer. Raises a 409 Problem."""
    ledger, space = context.ledger, context.space
    with space.transaction() as connection:
        number = _number(connection, customer, _ACCOUNTS, body.account_no)
        account = {
            **body.model_dump(),
            "ledger": ledger.number,
            "account_no": number,
            "customer_id": customer["id"],
            "start_date": body.start_date or start_of(space.clock.today()),
            "currency": body.currency or ledger.currency,
        }
        add(connection, _ADD_ACCOUNT, account)
        created = find_account(space, ledger.number, number)
        credit = Credit(*(created[name] for name in _CREDIT))
        add(
            connection, _ADD_ACCOUNT_MOVE, account_move_row(created["id"], space.clock.now(), "open", 0, credit)
        )
    return created


def _number(connection: Connection, customer: Row, kind: _Kind, sent: str | None) -> str:
    """The number of a new invoice or account: `sent`, or that of the customer with a serial number."""
    ledger = customer["ledger"]
    if sent is not None:
        if row(connection, kind.find, of_ledger=ledger, number=sent) is not None:
            raise CONFLICT.with_errors({kind.member: [f"The ledger {ledger} already has {sent}"]})
        return sent
    own, first = customer["customer_no"], kind.first
    last = scalar(connection, kind.last, of_customer=customer["id"])
    if last is not None and last.startswith(own) and last[len(own) :].isdecimal():
        first = int(last[len(own) :]) + 1
    numbers = (f"{own}{place:02}" for place in count(first))
    return next(one for one in numbers if row(connection, kind.find, of_ledger=ledger, number=one) is None)


def change_invoice(
    connection: Connection, space: Space, invoice: Row, move: str, amount: int = 0, carried: bool = False
) -> int:
    """Make and record a move of the table. Returns the remainder, in hundredths. Raises a 409 Problem.

    `carried` is whether another vendor received the payment.
    """
    check_move(invoice, move)
    claim, remainder = rules.move_invoice(claim_of(invoice), move, amount)
    values = dict(zip(_CLAIM, claim, strict=True))
    values["next_move_on"] = invoice["next_move_on"]
    if (claim.status, claim.level) != (invoice["status"], invoice["claim_level"]):
        values["next_move_on"] = _next_move_on(space, claim, invoice["invoice_date"], invoice["due_date"])
    change(connection, _MOVE_INVOICE, row_id=invoice["id"], **values)
    add(connection, _ADD_MOVE, move_row(invoice["id"], space.clock.now(), move, amount, claim, carried))
    return remainder


def check_move(invoice: Row, move: str) -> None:
    """Raise a 409 Problem if the table of moves does not allow this one."""
    claim = claim_of(invoice)
    transition(rules.INVOICE_MOVES, claim.state, move, "invoice", rules.described(claim))


def change_account(
    connection: Connection, space: Space, account: Row, surplus: int, move: str, amount: int = 0
) -> int:
    """Make and record a move of an account that has such a surplus.

    Returns the remainder. Raises a 400 or 409 Problem.
    """
    credit = Credit(*(account[name] for name in _CREDIT))
    transition(rules.ACCOUNT_MOVES, credit.status, move, "account")
    most = rules.most(credit, move)
    if most is not None and amount > most:
        raise invalid("amount", f"Input should be at most {most / 100:.2f}")
    credit, remainder = rules.move_account(credit, surplus, move, amount)
    change(connection, _MOVE_ACCOUNT, row_id=account["id"], **dict(zip(_CREDIT, credit, strict=True)))
    moved = account_move_row(account["id"], space.clock.now(), move, amount, credit)
    add(connection, _ADD_ACCOUNT_MOVE, moved)
    return remainder


def take_from_account(connection: Connection, account: Row, amount: int) -> None:
    """Reduce the balance of an account by a surplus that has been spent."""
    values = {name: account[name] for name in _CREDIT}
    values["total_balance"] -= amount
    change(connection, _MOVE_ACCOUNT, row_id=account["id"], **values)


def claim_of(invoice: Row) -> Claim:
    """The part of an invoice that moves change."""
    return Claim(*(invoice[name] for name in _CLAIM))


def _next_move_on(space: Space, claim: Claim, invoice_date: datetime, due_date: datetime) -> int | None:
    days = (space.clock.today().toordinal(), invoice_date.toordinal(), due_date.toordinal())
    return rules.next_move_on(claim, *days)


next_at = DueRows(_I.next_move_on)


def run(space: Space) -> Iterator[list[Event]]:
    """Make the moves that are due: issue pending invoices, and age unpaid ones."""
    for invoice in rows(space.connection, _DUE, day=space.clock.today().toordinal()):
        with space.transaction() as connection:
            change_invoice(connection, space, invoice, rules.aging_move(claim_of(invoice)))
        moved = find_invoice(space, invoice["ledger"], invoice["invoice_no"])
        path = invoice_path(invoice["ledger"], invoice["invoice_no"])
        details = {"status": moved["status"], "claimLevel": moved["claim_level"]}
        yield [Event(space.clock.now(), "payex.invoice.moved", path, details)]
