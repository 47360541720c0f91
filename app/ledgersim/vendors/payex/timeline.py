"""PayEx's part of the timeline of a person: invoices and accounts with their moves, and surpluses."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, rows
from ledgersim.timeline import TimelineEntry, money
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.models import ACCOUNT, ACCOUNT_MOVE, INVOICE, INVOICE_MOVE
from ledgersim.vendors.payex.invoices.queries import account_path, invoice_path
from ledgersim.vendors.payex.invoices.rules import CLOSED, PENDING
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.queries import surpluses_path

_KNOWN = (
    select(CUSTOMER.c.reg_no)
    .where(CUSTOMER.c.ledger == bindparam("of_ledger"), CUSTOMER.c.customer_no == bindparam("number"))
    .scalar_subquery()
)
# The customer itself, and those of other ledgers with the same national number.
_OF_PERSON = or_(
    CUSTOMER.c.reg_no == _KNOWN,
    (CUSTOMER.c.ledger == bindparam("of_ledger")) & (CUSTOMER.c.customer_no == bindparam("number")),
)
_INVOICES = (
    select(INVOICE)
    .join(CUSTOMER, CUSTOMER.c.id == INVOICE.c.customer_id)
    .where(_OF_PERSON)
    .order_by(INVOICE.c.id)
)
_INVOICE_MOVES = (
    select(INVOICE_MOVE)
    .join(INVOICE, INVOICE.c.id == INVOICE_MOVE.c.invoice_id)
    .join(CUSTOMER, CUSTOMER.c.id == INVOICE.c.customer_id)
    .where(_OF_PERSON)
    .order_by(INVOICE_MOVE.c.id)
)
_ACCOUNT_MOVES = (
    select(ACCOUNT_MOVE, ACCOUNT.c.ledger, ACCOUNT.c.account_no, ACCOUNT.c.credit_limit, ACCOUNT.c.currency)
    .join(ACCOUNT, ACCOUNT.c.id == ACCOUNT_MOVE.c.account_id)
    .join(CUSTOMER, CUSTOMER.c.id == ACCOUNT.c.customer_id)
    .where(_OF_PERSON)
    .order_by(ACCOUNT_MOVE.c.id)
)
_SURPLUSES = (
    select(SURPLUS, CUSTOMER.c.ledger, CUSTOMER.c.customer_no)
    .join(CUSTOMER, CUSTOMER.c.id == SURPLUS.c.customer_id)
    .where(_OF_PERSON)
    .order_by(SURPLUS.c.id)
)

# The event of each move of an invoice, and its summary.
_INVOICE_EVENTS = {
    "issue": ("invoice", "Invoice {no} issued for {debt}"),
    "add": ("invoice", "{amount} added to invoice {no}: {debt} remains"),
    "pay": ("payment", "{amount} paid on invoice {no}: {debt} remains"),
    "remind": ("reminder", "{level} for invoice {no}: {debt} remains"),
    "collect": ("collection-claim", "Collection claim for invoice {no}: {debt} remains"),
    "transfer": ("sent-to-collection", "Invoice {no} transferred to debt collection with {debt}"),
    "cancel": ("cancelled", "Invoice {no} cancelled"),
}
# The event of each move of an account, and its summary.
_ACCOUNT_EVENTS = {
    "open": ("credit-granted", "Account {no} opened with a credit of {limit}: balance {balance}"),
    "charge": ("purchase", "{amount} charged to account {no}: balance {balance}"),
    "pay": ("payment", "{amount} paid to account {no}: balance {balance}"),
    "reserve": ("reserved", "{amount} reserved on account {no}"),
    "release": ("released", "{amount} no longer reserved on account {no}"),
    "close": ("pending-close", "Account {no} is to be closed: balance {balance}"),
}


def timeline(space: Space, ids: Mapping[str, Any]) -> Iterator[TimelineEntry]:
    """What happened to the invoices, accounts and surpluses of a person in all ledgers."""

    def found(query: Select[Any]) -> list[Row]:
        return rows(space.connection, query, of_ledger=ids.get("ledger"), number=ids.get("customerNo"))

    invoices = {invoice["id"]: invoice for invoice in found(_INVOICES)}
    moves: dict[int, list[Row]] = {number: [] for number in invoices}
    in_order = found(_INVOICE_MOVES)
    for move in in_order:
        moves[move["invoice_id"]].append(move)
    for number, invoice in invoices.items():
        yield _created(invoice, moves[number])
    status = dict[int, str]()
    for move in in_order:
        number, invoice = move["invoice_id"], invoices[move["invoice_id"]]
        yield _invoice_moved(invoice, move)
        if move["move"] == "pay" and move["status"] == CLOSED != status.get(number):
            summary = f"Invoice {_numbered(invoice)} paid in full"
            yield TimelineEntry(move["at"], "closed", summary, _path(invoice))
        status[number] = move["status"]
    status = {}
    for move in found(_ACCOUNT_MOVES):
        number = move["account_id"]
        is_closed = move["status"] == CLOSED != status.get(number, CLOSED)
        if not is_closed or move["move"] != "close":
            yield _account_moved(move)
        if is_closed:
            yield _account_closed(move)
        status[number] = move["status"]
    for surplus in found(_SURPLUSES):
        yield from _of_surplus(surplus)


def _numbered(invoice: Row) -> str:
    return f"{invoice['invoice_no']} (ledger {invoice['ledger']})"


def _path(invoice: Row) -> str:
    return invoice_path(invoice["ledger"], invoice["invoice_no"])


def _created(invoice: Row, moves: list[Row]) -> TimelineEntry:
    """The entry for a new invoice. One that the clock, or a move, issues later is only announced."""
    is_pending = invoice["status"] == PENDING or any(move["move"] == "issue" for move in moves)
    added = sum(move["amount"] or 0 for move in moves if move["move"] == "add")
    amount, currency = invoice["original_amount"] - added, invoice["currency"]
    origin = f"{invoice['seller_name']} ({invoice['external_invoice_id']})"
    when = (
        f"to be issued on {invoice['invoice_date'].date()}"
        if is_pending
        else f"due on {invoice['due_date'].date()}"
    )
    summary = f"Invoice {_numbered(invoice)} from {origin} for {money(amount, currency)}, {when}"
    event = "invoice-pending" if is_pending else "invoice"
    return TimelineEntry(invoice["created"], event, summary, _path(invoice), amount, currency)


def _invoice_moved(invoice: Row, move: Row) -> TimelineEntry:
    currency, debt = invoice["currency"], move["current_debt"]
    event, text = _INVOICE_EVENTS.get(move["move"], (move["move"], "Invoice {no}: {debt} remains"))
    amount = debt if move["amount"] is None else move["amount"]
    summary = text.format(
        no=_numbered(invoice),
        amount=money(amount, currency),
        debt=money(debt, currency),
        level=move["claim_level"],
    )
    return TimelineEntry(move["at"], event, summary, _path(invoice), amount, currency, move["carried"])


def _account_moved(move: Row) -> TimelineEntry:
    currency, amount = move["currency"], move["amount"]
    event, text = _ACCOUNT_EVENTS[move["move"]]
    summary = text.format(
        no=f"{move['account_no']} (ledger {move['ledger']})",
        amount=money(amount or 0, currency),
        limit=money(move["credit_limit"], currency),
        balance=money(move["total_balance"], currency),
    )
    path = account_path(move["ledger"], move["account_no"])
    return TimelineEntry(move["at"], event, summary, path, amount, currency)


def _account_closed(move: Row) -> TimelineEntry:
    path = account_path(move["ledger"], move["account_no"])
    summary = f"Account {move['account_no']} (ledger {move['ledger']}) closed"
    return TimelineEntry(move["at"], "closed", summary, path)


def _of_surplus(surplus: Row) -> Iterator[TimelineEntry]:
    amount, currency, ledger = surplus["balance"], surplus["currency"], surplus["ledger"]
    what, path = f"urplus of {money(amount, currency)}", surpluses_path(surplus)
    source = surplus["invoice_no"] or surplus["account_no"]
    of_source = f" from {'invoice' if surplus['invoice_no'] else 'account'} {source}" if source else ""
    yield TimelineEntry(
        surplus["date"], "surplus", f"S{what}{of_source} (ledger {ledger})", path, amount, currency
    )
    against = surplus["set_off_invoice_no"]
    if surplus["ordered_at"] is not None:
        order = "Disbursement" if against is None else f"Set-off against invoice {against}"
        summary = f"{order} ordered: s{what}"
        yield TimelineEntry(surplus["ordered_at"], "ordered", summary, path, amount, currency)
    if surplus["executed_at"] is not None:
        event = "disbursed" if against is None else "set-off"
        done = "disbursed" if against is None else f"set off against invoice {against}"
        yield TimelineEntry(surplus["executed_at"], event, f"S{what} {done}", path, amount, currency)
