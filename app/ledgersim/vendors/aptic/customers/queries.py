"""Reading customers."""

from sqlalchemy import bindparam, select

from ledgersim.http.context import RequestContext
from ledgersim.storage.statements import Row, row, rows
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.queries import OWN
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.customers.schemas import CustomerAddress
from ledgersim.vendors.aptic.links import link

# Address members whose names differ within customers.
_RENAMED = {
    "type_code": ADDRESS.c.address_type,
    "address_not_valid": ADDRESS.c.address_not_valid_date,
    "address_not_valid_override": ADDRESS.c.valid_override,
}
_UNCHANGED = [ADDRESS.c[name] for name in CustomerAddress.model_fields if name in ADDRESS.c]
_ADDRESSES = (
    select(*_UNCHANGED, *(column.label(name) for name, column in _RENAMED.items()))
    .where(OWN)
    .order_by(ADDRESS.c.id)
)
_CLIENT_OF = select(CLIENT.c.unique_id).where(CLIENT.c.id == bindparam("row_id"))
_PARENT_OF = select(CUSTOMER.c.customer_guid).where(CUSTOMER.c.id == bindparam("row_id"))


def customer_response(context: RequestContext, customer: Row) -> Row:
    """Return a customer with its addresses and links."""
    addresses = rows(context.space.connection, _ADDRESSES, of_owner="customer", of_id=customer["id"])
    return {**customer, "addresses": addresses, "links": _links(context, customer)}


def _links(context: RequestContext, customer: Row) -> list[dict[str, str]]:
    guid = customer["customer_guid"]
    path = f"/v1/Customers/{guid}"
    links = [
        link(context, "self", path, "Customers", guid, "item"),
        link(context, "summary", f"{path}/Summary", "Customers", guid, "item"),
        link(context, "parameters", f"{path}/Parameters", "Parameters", guid),
        link(context, "addresses", f"{path}/Addresses", "Addresses", guid),
        link(context, "extrafields", f"{path}/Extrafields", "Extrafields", guid),
        link(context, "directdebits", f"{path}/DirectDebits", "DirectDebits", guid),
        link(context, "creditinsurances", f"{path}/CreditInsurances", "CreditInsurances", guid),
        link(context, "questions", f"{path}/Questions", "Questions", guid),
        link(context, "loaninterests", f"{path}/LoanInterests", "LoanInterests", guid),
    ]
    parent = row(context.space.connection, _PARENT_OF, row_id=customer["parent_customer_id"])
    if parent is not None:
        of = parent["customer_guid"]
        links.append(link(context, "parent", f"/v1/Customers/{of}", "Customers", of, "item"))
    client = row(context.space.connection, _CLIENT_OF, row_id=customer["client_id"])
    if client is not None:
        of = client["unique_id"]
        links.append(link(context, "client", f"/v1/Clients/{of}", "Clients", of, "item"))
    return links
