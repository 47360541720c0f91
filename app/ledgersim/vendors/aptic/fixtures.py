"""Fixtures of Aptic. Each has the form of a request body of the vendor's own API."""

from ledgersim.schemas import GuidIn
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.cases.commands import import_cases, new_import
from ledgersim.vendors.aptic.cases.schemas import CaseCreate
from ledgersim.vendors.aptic.clients.commands import add_client
from ledgersim.vendors.aptic.clients.schemas import ClientCreate
from ledgersim.vendors.aptic.customers.commands import add_customer
from ledgersim.vendors.aptic.customers.schemas import CustomerCreate
from ledgersim.vendors.aptic.debtors.commands import add_debtor
from ledgersim.vendors.aptic.debtors.schemas import DebtorCreate
from ledgersim.world.fixtures import FixtureContext, FixtureKind


class Debtor(DebtorCreate):
    """The body of `PUT /v1/Debtors`."""

    debtor_guid: GuidIn | None = None


class Case(CaseCreate):
    """One item of the body of `PUT /v1/Cases`."""

    case_guid: GuidIn | None = None


def _add_client(to: FixtureContext, item: ClientCreate) -> Row:
    """A client of Aptic."""
    client = add_client(to.connection, to.space, item.model_dump())
    guid = client["unique_id"]
    return {"uniqueId": guid, "referenceCode": client["reference_code"], "href": to.url(f"/v1/Clients/{guid}")}


def _add_debtor(to: FixtureContext, item: Debtor) -> Row:
    """A debtor of Aptic."""
    guid = add_debtor(to.connection, to.space, item.model_dump())["debtor_guid"]
    return {"debtorGuid": guid, "href": to.url(f"/v1/Debtors/{guid}")}


def _add_customer(to: FixtureContext, item: CustomerCreate) -> Row:
    """A customer of Aptic."""
    guid = add_customer(to.connection, to.space, item.model_dump())["customer_guid"]
    return {"customerGuid": guid, "href": to.url(f"/v1/Customers/{guid}")}


def _add_case(to: FixtureContext, item: Case) -> Row:
    """A case of Aptic, imported separately."""
    import_id = new_import(to.connection, [item], to.space.clock.now())
    (guid,), _ = import_cases(to.connection, to.space, import_id, [item])
    return {"caseGuid": guid, "href": to.url(f"/v1/Cases/{guid}")}


# In order of creation: a fixture can refer to the kinds before it.
KINDS = (
    FixtureKind("clients", ClientCreate, _add_client),
    FixtureKind("debtors", Debtor, _add_debtor),
    FixtureKind("customers", CustomerCreate, _add_customer),
    FixtureKind("cases", Case, _add_case),
)
