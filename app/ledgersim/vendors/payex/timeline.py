"""PayEx's part of the timeline of a person: invoices with their moves, and surpluses."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, or_, select

from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, rows
from ledgersim.timeline import TimelineEntry, money
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.models import INVOICE
from ledgersim.vendors.payex.invoices.queries import invoice_path, moves_of
from ledgersim.vendors.payex.invoices.rules import CLOSED
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.queries import surpluses_path

_KNOWN = (
    select(CUSTOMER.c.reg_no)
    .where(CUSTOMER.c.ledger == bindparam("of_ledger"), CUSTOMER.c.customer_no == bindparam("number"))
    .scalar_subquery()
)
# The customer itself, and those of other ledgers with the same national number.
_CUSTOMERS = (
    select(CUSTOMER)
    .where(
        or_(
            CUSTOMER.c.reg_no == _KNOWN,
            (CUSTOMER.c.ledger == bindparam("of_ledger")) & (CUSTOMER.c.customer_no == bindparam("number")),
        )
    )
    .order_by(CUSTOMER.c.id)
)
_INVOICES = select(INVOICE).where(INVOICE.c.customer_id == bindparam("of_customer")).order_by(INVOICE.c.id)
_SURPLUSES = select(SURPLUS).where(SURPLUS.c.customer_id == bindparam("of_customer")).order_by(SURPLUS.c.id)

# The event of each move, and its summary.
_MOVES = {
    "issue": ("issued", "Invoice {no} issued"),
    "add": ("invoice", "{amount} added to invoice {no}: {debt} remains"),
    "pay": ("payment", "{amount} paid on invoice {no}: {debt} remains"),
    "remind": ("reminder", "{level} for invoice {no}: {debt} remains"),
    "collect": ("collection-claim", "Collection claim for invoice {no}: {debt} remains"),
    "transfer": ("sent-to-collection", "Invoice {no} transferred to debt collection with {debt}"),
    "cancel": ("cancelled", "Invoice {no} cancelled"),
}


def timeline(space: Space, ids: Mapping[str, Any]) -> Iterator[TimelineEntry]:
    """What happened to the invoices and surpluses of a person in all ledgers."""
    known = {"of_ledger": ids.get("ledger"), "number": ids.get("customerNo")}
    for customer in rows(space.connection, _CUSTOMERS, **known):
        for invoice in rows(space.connection, _INVOICES, of_customer=customer["id"]):
            yield from _of_invoice(invoice, moves_of(space, invoice))
        for surplus in rows(space.connection, _SURPLUSES, of_customer=customer["id"]):
            yield from _of_surplus(customer, surplus)


def _of_invoice(invoice: Row, moves: list[Row]) -> Iterator[TimelineEntry]:
    no, currency = invoice["invoice_no"], invoice["currency"]
    path = invoice_path(invoice["ledger"], no)
    added = sum(move["amount"] or 0 for move in moves if move["move"] == "add")
    amount = invoice["original_amount"] - added
    origin = f"{invoice['seller_name']} ({invoice['external_invoice_id']})"
    summary = f"Invoice {no} from {origin} for {money(amount, currency)}, due on {invoice['due_date'].date()}"
    yield TimelineEntry(invoice["created"], "invoice", summary, path, amount, currency)
    status = ""
    for move in moves:
        event, text = _MOVES.get(move["move"], (move["move"], "Invoice {no}: {debt} remains"))
        debt = move["current_debt"]
        amount = debt if move["amount"] is None else move["amount"]
        summary = text.format(
            no=no, amount=money(amount, currency), debt=money(debt, currency), level=move["claim_level"]
        )
        yield TimelineEntry(move["at"], event, summary, path, amount, currency)
        if move["status"] == CLOSED != status and event == "payment":
            yield TimelineEntry(move["at"], "closed", f"Invoice {no} paid in full", path)
        status = move["status"]


def _of_surplus(customer: Row, surplus: Row) -> Iterator[TimelineEntry]:
    amount, currency = surplus["balance"], surplus["currency"]
    path = surpluses_path(customer)
    source = surplus["invoice_no"] or surplus["account_no"]
    of_source = f" from {'invoice' if surplus['invoice_no'] else 'account'} {source}" if source else ""
    summary = f"Surplus of {money(amount, currency)}{of_source}"
    yield TimelineEntry(surplus["date"], "surplus", summary, path, amount, currency)
    if surplus["executed_at"] is not None:
        is_set_off = surplus["set_off_invoice_no"] is not None
        what = f"set off against invoice {surplus['set_off_invoice_no']}" if is_set_off else "disbursed"
        summary = f"Surplus of {money(amount, currency)} {what}"
        event = "set-off" if is_set_off else "disbursed"
        yield TimelineEntry(surplus["executed_at"], event, summary, path, amount, currency)
