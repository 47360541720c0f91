"""The fixtures of PayEx: ledgers, their customers, and payments that leave a surplus."""

from ledgersim.problems import CONFLICT, Problem, invalid
from ledgersim.schemas import AmountIn
from ledgersim.storage.statements import Row
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.commands import create_customer
from ledgersim.vendors.payex.customers.queries import find_customer
from ledgersim.vendors.payex.customers.schemas import CustomerCreate
from ledgersim.vendors.payex.ledgers.queries import find_ledger
from ledgersim.vendors.payex.schemas import RequestModel
from ledgersim.vendors.payex.seed.definition import Ledger
from ledgersim.vendors.payex.seed.fill import to_state
from ledgersim.vendors.payex.state import PayexState
from ledgersim.vendors.payex.surpluses.commands import receive_payment
from ledgersim.world.fixtures import FixtureContext, FixtureKind


class CustomerSurplus(RequestModel):
    """A payment that was not owed."""

    amount: AmountIn


class LedgerCustomer(CustomerCreate):
    """The body of `POST …/customers`, with the ledger and surpluses of the customer."""

    ledger: str
    surpluses: list[CustomerSurplus] = []


class Surplus(RequestModel):
    """A payment by a customer of the world or of the file, as in `POST /_sim/payex/…/payments`."""

    ledger: str
    customer_no: str
    amount: AmountIn
    invoice_no: str | None = None
    account_no: str | None = None


def _ledger_context(context: FixtureContext, number: str) -> LedgerContext:
    """The context of a request to a ledger. Raises a 400 Problem if the ledger is unknown."""
    try:
        ledger = find_ledger(context.space, number)
    except Problem as problem:
        raise invalid("ledger", problem.detail) from problem
    return LedgerContext(context.space, ledger, context.mount, context.base)


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


def _add_customer(context: FixtureContext, item: LedgerCustomer) -> Row:
    request = _ledger_context(context, item.ledger)
    customer = create_customer(request, item)
    ids = []
    for number, payment in enumerate(item.surpluses):
        if payment.amount == 0:
            raise invalid(f"surpluses[{number}].amount", "must be above zero")
        surplus = receive_payment(context.space, customer, payment.amount, None, None)
        assert surplus is not None, "a payment without an invoice or account leaves a surplus"
        ids.append(surplus["surplus_id"])
    return {
        "ledger": request.ledger.number,
        "customerNo": customer["customer_no"],
        "href": context.base + request.customer(customer),
        "surplusIds": ids,
    }


def _add_surplus(context: FixtureContext, item: Surplus) -> Row:
    """Receive a payment. Without a remainder there is no surplus, and its id is null."""
    request = _ledger_context(context, item.ledger)
    customer = find_customer(request, item.customer_no)
    surplus = receive_payment(context.space, customer, item.amount, item.invoice_no, item.account_no)
    if surplus is None:
        return {"surplusId": None}
    guid = surplus["surplus_id"]
    return {"surplusId": guid, "href": context.base + request.customer(customer, "surpluses", guid)}


# In the order of creation: items may refer to items of the kinds before.
KINDS = (
    FixtureKind("ledgers", Ledger, _add_ledger),
    FixtureKind("customers", LedgerCustomer, _add_customer),
    FixtureKind("surpluses", Surplus, _add_surplus),
)
