"""How debts enter PayEx, as invoices, and leave it at the claim level DebtCollection."""

from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import bindparam, select

from ledgersim.debts import Debt, Debtor, DebtorAddress, Debts, settled_of, unknown_creditor
from ledgersim.problems import CONFLICT, Problem, field_path, locations
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, rows
from ledgersim.vendors.payex.addresses.models import LEGAL
from ledgersim.vendors.payex.addresses.queries import address_of
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.commands import create_customer, free_number
from ledgersim.vendors.payex.customers.queries import customer_by_id, customers_by_national_number
from ledgersim.vendors.payex.customers.rules import national_number
from ledgersim.vendors.payex.customers.schemas import CustomerCreate
from ledgersim.vendors.payex.invoices.commands import claim_of, create_invoice
from ledgersim.vendors.payex.invoices.models import INVOICE
from ledgersim.vendors.payex.invoices.queries import invoice_path, moves_of
from ledgersim.vendors.payex.invoices.rules import CLOSED, OPEN, kept
from ledgersim.vendors.payex.invoices.schemas import InvoiceCreate
from ledgersim.vendors.payex.ledgers.queries import find_ledger
from ledgersim.vendors.payex.state import PayexState
from ledgersim.vendors.payex.surpluses.commands import move_invoice

_I = INVOICE.c
_INVOICES = select(INVOICE).where(_I.external_invoice_id == bindparam("number")).order_by(_I.id)
_INVOICE = select(INVOICE).where(_I.id == bindparam("row_id"))


def find(space: Space, number: str) -> list[Debt]:
    """The debts of the invoices with this externalInvoiceId."""
    return [_debt(space, invoice) for invoice in rows(space.connection, _INVOICES, number=number)]


def _debt(space: Space, invoice: Row) -> Debt:
    moves = moves_of(space, invoice)
    ledger = find_ledger(space, invoice["ledger"])
    # What has been paid of a cancelled invoice is a surplus, unless it has been settled before.
    is_cancelled = any(move["move"] == "cancel" for move in moves)
    return Debt(
        id=invoice["id"],
        number=invoice["external_invoice_id"],
        creditor=ledger.creditor,
        debtor=_debtor(space, customer_by_id(space, invoice["customer_id"])),
        currency=invoice["currency"],
        amount=invoice["original_amount"],
        remaining=invoice["current_debt"],
        received=settled_of(space.connection, "payex", invoice["id"])
        if is_cancelled
        else claim_of(invoice).paid,
        carried=sum(move["amount"] for move in moves if move["carried"]),
        billed=invoice["invoice_date"].date(),
        due=invoice["due_date"].date(),
        status=invoice["status"] if invoice["status"] != OPEN else invoice["claim_level"],
        is_closed=invoice["status"] == CLOSED,
        kept=kept(invoice["invoice_no"], claim_of(invoice)),
        path=invoice_path(invoice["ledger"], invoice["invoice_no"]),
        ledger=None if ledger.creditor else ledger.number,
    )


def take(space: Space, debt: Debt) -> int:
    """Invoice a debt in the ledger of its creditor. Returns its id. Raises a 400 or 409 Problem."""
    ledgers = {ledger.creditor or ledger.number: ledger for ledger in space.state(PayexState).ledgers}
    if debt.creditor is None or debt.creditor not in ledgers:
        raise unknown_creditor(debt.creditor, list(ledgers))
    ledger = ledgers[debt.creditor]
    if debt.currency != ledger.currency:
        raise CONFLICT.with_detail(
            f"The ledger {ledger.number} invoices in {ledger.currency}, "
            f"but the currency of the debt {debt.number} is {debt.currency}."
        )
    context = LedgerContext(space, ledger, "", "")
    body = {
        "externalInvoiceId": debt.number,
        "originalAmount": Decimal(debt.remaining) / 100,
    }
    invoice = create_invoice(context, _customer(context, debt), InvoiceCreate.model_validate(body))
    invoice_id: int = invoice["id"]
    return invoice_id


def settle(space: Space, debt: Debt, amount: int) -> None:
    """Book what another vendor has received. More than is owed becomes a surplus. Raises a 409 Problem."""
    (invoice,) = rows(space.connection, _INVOICE, row_id=debt.id)
    customer = customer_by_id(space, invoice["customer_id"])
    move_invoice(space, customer, invoice, "pay", amount, carried=True)


def _customer(context: LedgerContext, debt: Debt) -> Row:
    """The customer who owes a debt: the one with the national number, or a new one. Raises a 409 Problem."""
    debtor = debt.debtor
    number = national_number(debtor.country, debtor.national_number or "")
    if number is not None:
        for known in customers_by_national_number(context, debtor.country, number):
            return known
    body: dict[str, Any] = {
        "name": debtor.name,
        "legalEntity": "business" if debtor.is_company else "consumer",
    }
    if debtor.address is not None:
        body["legalAddress"] = _address(debtor.name, debtor.address)
    if number is not None:
        body["nationalIdentifier"] = {"regNo": number, "countryCode": debtor.country}
    if not context.ledger.generates_numbers:
        body["customerNo"] = free_number(context)
    try:
        return create_customer(context, CustomerCreate.model_validate(body))
    except (ValidationError, Problem) as error:
        reasons = "; ".join(f"{member}: {message}" for member, message in _errors(error).items())
        raise CONFLICT.with_detail(
            f"The ledger {context.ledger.number} does not accept the debtor of {debt.number}: {reasons}."
        ) from error


def _errors(error: ValidationError | Problem) -> dict[str, str]:
    if isinstance(error, Problem):
        return {member: ", ".join(messages) for member, messages in error.errors.items()}
    return {field_path(place): one["msg"] for one in error.errors() for place in locations(one)}


def _address(name: str, address: DebtorAddress) -> Row:
    return {
        "addressee": name,
        "streetAddress": address.street[:72],
        "city": address.city[:27],
        "zipCode": "".join(address.zip_code.split()),
        "countryCode": address.country,
    }


def _debtor(space: Space, customer: Row) -> Debtor:
    is_company = customer["legal_entity"] == "business"
    first, _, last = customer["name"].rpartition(" ") if not is_company else ("", "", customer["name"])
    address = address_of(space.connection, customer["id"], LEGAL)
    country = customer["country_code"] or find_ledger(space, customer["ledger"]).country
    return Debtor(
        first_name=first or None,
        last_name=last,
        is_company=is_company,
        national_number=customer["reg_no"],
        country=country,
        address=None
        if address is None
        else DebtorAddress(
            address["street_address"] or "", address["zip_code"], address["city"], address["country_code"]
        ),
    )


DEBTS = Debts(find=find, take=take, settle=settle)
