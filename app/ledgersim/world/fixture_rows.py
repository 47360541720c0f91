"""Creating what fixtures say, by the rules of the vendors' own requests.

Each function takes one item of a file and tells what came of it; it raises a Problem as the request does.
"""

from typing import Any, NamedTuple

from sqlalchemy import Connection

from ledgersim.problems import CONFLICT, Problem, invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.database import row
from ledgersim.vendors import aptic, payex, riverty
from ledgersim.vendors.aptic.cases.commands import import_cases, new_import
from ledgersim.vendors.aptic.clients.commands import add_client
from ledgersim.vendors.aptic.clients.schemas import ClientCreate
from ledgersim.vendors.aptic.customers.commands import add_customer
from ledgersim.vendors.aptic.customers.schemas import CustomerCreate
from ledgersim.vendors.aptic.debtors.commands import add_debtor
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.commands import create
from ledgersim.vendors.payex.customers.queries import find_customer
from ledgersim.vendors.payex.ledgers.rules import LEDGERS, find_ledger
from ledgersim.vendors.payex.seed.definition import Ledger
from ledgersim.vendors.payex.seed.fill import ledger_fact
from ledgersim.vendors.payex.surpluses.commands import receive
from ledgersim.vendors.riverty.customer_account.commands import BY_CUSTOMER, apply
from ledgersim.vendors.riverty.customer_account.rules import decide
from ledgersim.world.fixture_model import Account, Case, Debtor, LedgerCustomer, Surplus

Row = dict[str, Any]


class Loading(NamedTuple):
    """Where things go: the transaction, the space, and what precedes a vendor's mount in a link."""

    connection: Connection
    space: Space
    base: str

    def aptic(self, resource: str, guid: str) -> str:
        """A link to something of Aptic's."""
        return f"{self.base}{aptic.VENDOR.mount}/v1/{resource}/{guid}"

    def ledger(self, number: str) -> LedgerContext:
        """A call to a ledger. Raises a 400 Problem for one that is not there."""
        try:
            ledger = find_ledger(self.space, number)
        except Problem as problem:
            raise invalid("ledger", problem.detail) from problem
        return LedgerContext(self.space, ledger, payex.VENDOR.mount, self.base)


def add_aptic_client(to: Loading, item: ClientCreate) -> Row:
    """A client of Aptic."""
    client = add_client(to.connection, to.space, item.model_dump())
    guid = client["unique_id"]
    return {"uniqueId": guid, "referenceCode": client["reference_code"], "href": to.aptic("Clients", guid)}


def add_aptic_debtor(to: Loading, item: Debtor) -> Row:
    """A debtor of Aptic."""
    guid = add_debtor(to.connection, to.space, item.model_dump())["debtor_guid"]
    return {"debtorGuid": guid, "href": to.aptic("Debtors", guid)}


def add_aptic_customer(to: Loading, item: CustomerCreate) -> Row:
    """A customer of Aptic."""
    guid = add_customer(to.connection, to.space, item.model_dump())["customer_guid"]
    return {"customerGuid": guid, "href": to.aptic("Customers", guid)}


def add_aptic_case(to: Loading, item: Case) -> Row:
    """A case of Aptic, as an import of its own."""
    import_id = new_import(to.connection, [item], to.space.clock.now())
    (guid,) = import_cases(to.connection, to.space, import_id, [item])
    return {"caseGuid": guid, "href": to.aptic("Cases", guid)}


def add_ledger(to: Loading, item: Ledger) -> Row:
    """A ledger of PayEx."""
    present = to.space.facts[LEDGERS]
    if any(one["number"].lower() == item.number.lower() for one in present):
        raise CONFLICT.with_errors({"number": [f"there is a ledger {item.number} already"]})
    for one in present:
        if taken := set(item.tokens) & set(one["tokens"]):
            raise CONFLICT.with_errors({"tokens": [f"{min(taken)} is a token of the ledger {one['number']}"]})
    to.space.set_fact(to.connection, LEDGERS, [*present, ledger_fact(item)])
    return {"number": item.number}


def add_ledger_customer(to: Loading, item: LedgerCustomer) -> Row:
    """A customer of a ledger of PayEx, with its surpluses."""
    context = to.ledger(item.ledger)
    customer = create(context, item)
    ids = []
    for number, one in enumerate(item.surpluses):
        if one.amount == 0:
            raise invalid(f"surpluses[{number}].amount", "must be above zero")
        surplus = receive(to.space, customer, one.amount, None, None)
        assert surplus is not None, "nothing was owed"
        ids.append(surplus["surplus_id"])
    return {
        "ledger": context.ledger.number,
        "customerNo": customer["customer_no"],
        "href": to.base + context.customer(customer),
        "surplusIds": ids,
    }


def add_surplus(to: Loading, item: Surplus) -> Row:
    """A payment to PayEx by a customer that is there; without an id where nothing was left over."""
    context = to.ledger(item.ledger)
    customer = find_customer(context, item.customer_no)
    surplus = receive(to.space, customer, item.amount, item.invoice_no, item.account_no)
    if surplus is None:
        return {"surplusId": None}
    guid = surplus["surplus_id"]
    return {"surplusId": guid, "href": to.base + context.customer(customer, "surpluses", guid)}


def add_account(to: Loading, item: Account) -> Row:
    """An account of Riverty, if the application for it is granted."""
    sent = item.model_dump()
    number = sent["customer"]["customer_number"]
    if number is not None and row(to.connection, BY_CUSTOMER, number=number) is not None:
        raise CONFLICT.with_errors({"customer.customerNumber": [f"{number!r} has an account already"]})
    decision = decide(item.customer.first_name, item.account_limit)
    if not decision.grants:
        why = f"an application by {item.customer.first_name!r} for this limit is not granted"
        raise invalid("customer.firstName", f"{why}: {decision.outcome}")
    account = apply(to.connection, to.space, sent, decision)
    path = f"{riverty.VENDOR.mount}/customer-account/{account['account_number']}/credit-limit"
    return {
        "customerAccountId": account["customer_account_id"],
        "customerNumber": account["customer_number"],
        "accountNumber": account["account_number"],
        "href": to.base + path,
    }


# In the order in which things are created; each may name those before it.
KINDS: tuple[tuple[str, str, Any], ...] = (
    ("aptic", "clients", add_aptic_client),
    ("aptic", "debtors", add_aptic_debtor),
    ("aptic", "customers", add_aptic_customer),
    ("aptic", "cases", add_aptic_case),
    ("payex", "ledgers", add_ledger),
    ("payex", "customers", add_ledger_customer),
    ("payex", "surpluses", add_surplus),
    ("riverty", "accounts", add_account),
)
