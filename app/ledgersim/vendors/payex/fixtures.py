"""The fixtures of PayEx: ledgers, their customers, and the invoices, accounts and payments of these."""

from collections.abc import Iterator
from contextlib import contextmanager

from ledgersim.problems import CONFLICT, Problem, invalid
from ledgersim.schemas import PositiveAmountIn
from ledgersim.storage.statements import Row
from ledgersim.vendors.payex.consents.commands import set_consents
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.commands import create_customer, set_columns
from ledgersim.vendors.payex.customers.queries import find_customer
from ledgersim.vendors.payex.customers.rules import ActiveConsent
from ledgersim.vendors.payex.customers.schemas import CustomerCreate, LegalStatus
from ledgersim.vendors.payex.invoices.commands import create_account, create_invoice
from ledgersim.vendors.payex.invoices.schemas import AccountCreate, InvoiceCreate
from ledgersim.vendors.payex.ledgers.queries import find_ledger
from ledgersim.vendors.payex.schemas import RequestModel
from ledgersim.vendors.payex.seed.definition import Ledger
from ledgersim.vendors.payex.seed.fill import to_state
from ledgersim.vendors.payex.state import PayexState
from ledgersim.vendors.payex.surpluses.commands import receive_payment
from ledgersim.world.fixtures import FixtureContext, FixtureKind


class CustomerSurplus(RequestModel):
    """A payment, to an invoice or an account of the customer or to neither."""

    amount: PositiveAmountIn
    invoice_no: str | None = None
    account_no: str | None = None


class LedgerCustomer(CustomerCreate):
    """The body of `POST …/customers`, with the ledger of the customer and everything that it has."""

    ledger: str
    legal_status: LegalStatus = "active"
    active_consents: list[ActiveConsent] = []
    invoices: list[InvoiceCreate] = []
    accounts: list[AccountCreate] = []
    surpluses: list[CustomerSurplus] = []


class LedgerInvoice(InvoiceCreate):
    """An invoice of a customer of the world or of the file, as in `POST /_sim/payex/…/invoices`."""

    ledger: str
    customer_no: str


class LedgerAccount(AccountCreate):
    """An account of a customer of the world or of the file, as in `POST /_sim/payex/…/accounts`."""

    ledger: str
    customer_no: str


class Surplus(CustomerSurplus):
    """A payment by a customer of the world or of the file, as in `POST /_sim/payex/…/payments`."""

    ledger: str
    customer_no: str


def _ledger_context(context: FixtureContext, number: str) -> LedgerContext:
    """The context of a request to a ledger. Raises a 400 Problem if the ledger is unknown."""
    try:
        ledger = find_ledger(context.space, number)
    except Problem as problem:
        raise invalid("ledger", problem.detail) from problem
    return LedgerContext(context.space, ledger, context.mount, "")


def _add_ledger(context: FixtureContext, item: Ledger) -> Row:
    state = context.space.state(PayexState)
    if any(ledger.number.lower() == item.number.lower() for ledger in state.ledgers):
        raise CONFLICT.with_errors({"number": [f"the ledger {item.number} already exists"]})
    for ledger in state.ledgers:
        if shared := set(item.tokens) & set(ledger.tokens):
            raise CONFLICT.with_errors({"tokens": [f"{min(shared)} is a token of the ledger {ledger.number}"]})
    ledgers = (*state.ledgers, to_state(item))
    context.space.save_state(context.connection, state.model_copy(update={"ledgers": ledgers}))
    return {"number": item.number}


def _find_customer(request: LedgerContext, number: str) -> Row:
    """The customer with a number. Raises a 400 Problem if it does not exist."""
    try:
        return find_customer(request, number)
    except Problem as problem:
        raise invalid("customerNo", problem.detail) from problem


def _add_customer(context: FixtureContext, item: LedgerCustomer) -> Row:
    request = _ledger_context(context, item.ledger)
    customer = create_customer(request, item)
    set_columns(context.connection, customer["id"], {"legal_status": item.legal_status})
    set_consents(context.connection, context.space, customer["id"], item.active_consents)
    for number, invoice in enumerate(item.invoices):
        with _inside(f"invoices[{number}]"):
            create_invoice(request, customer, invoice)
    for number, account in enumerate(item.accounts):
        with _inside(f"accounts[{number}]"):
            create_account(request, customer, account)
    ids = []
    for number, payment in enumerate(item.surpluses):
        with _inside(f"surpluses[{number}]"):
            surplus = receive_payment(
                context.space, customer, payment.amount, payment.invoice_no, payment.account_no
            )
        if surplus is not None:
            ids.append(surplus["surplus_id"])
    return {
        "ledger": request.ledger.number,
        "customerNo": customer["customer_no"],
        "href": context.link(request.customer(customer)),
        "surplusIds": ids,
    }


@contextmanager
def _inside(member: str) -> Iterator[None]:
    """Prefixes the fields of a Problem with the member of the customer that they are in."""
    try:
        yield
    except Problem as problem:
        errors = {f"{member}.{name}": messages for name, messages in problem.errors.items()}
        raise problem.with_errors(errors or {member: [problem.detail]}) from problem


def _add_invoice(context: FixtureContext, item: LedgerInvoice) -> Row:
    request = _ledger_context(context, item.ledger)
    invoice = create_invoice(request, _find_customer(request, item.customer_no), item)
    number = invoice["invoice_no"]
    return {"invoiceNo": number, "href": context.link(request.invoice(number))}


def _add_account(context: FixtureContext, item: LedgerAccount) -> Row:
    request = _ledger_context(context, item.ledger)
    account = create_account(request, _find_customer(request, item.customer_no), item)
    number = account["account_no"]
    return {"accountNo": number, "href": context.link(request.account(number))}


def _add_surplus(context: FixtureContext, item: Surplus) -> Row:
    """Receive a payment. Without a remainder there is no surplus, and its id is null."""
    request = _ledger_context(context, item.ledger)
    customer = _find_customer(request, item.customer_no)
    surplus = receive_payment(context.space, customer, item.amount, item.invoice_no, item.account_no)
    if surplus is None:
        return {"surplusId": None}
    guid = surplus["surplus_id"]
    return {"surplusId": guid, "href": context.link(request.customer(customer, "surpluses", guid))}


# In the order of creation: items may refer to items of the kinds before.
KINDS = (
    FixtureKind("ledgers", Ledger, _add_ledger),
    FixtureKind("customers", LedgerCustomer, _add_customer),
    FixtureKind("invoices", LedgerInvoice, _add_invoice),
    FixtureKind("accounts", LedgerAccount, _add_account),
    FixtureKind("surpluses", Surplus, _add_surplus),
)
