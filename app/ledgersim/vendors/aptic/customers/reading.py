"""Reading customers."""

from sqlalchemy import bindparam, select

from ledgersim.core.database import row, rows
from ledgersim.core.vendor import Call
from ledgersim.vendors.aptic.addresses.rules import OWN
from ledgersim.vendors.aptic.addresses.table import ADDRESS
from ledgersim.vendors.aptic.clients.table import CLIENT
from ledgersim.vendors.aptic.customers.schemas import CustomerAddress
from ledgersim.vendors.aptic.customers.table import CUSTOMER
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.store import Row

# As addresses within customers call what addresses alone call otherwise.
_RENAMED = {
    "type_code": ADDRESS.c.address_type,
    "address_not_valid": ADDRESS.c.address_not_valid_date,
    "address_not_valid_override": ADDRESS.c.valid_override,
}
_KEPT = [ADDRESS.c[name] for name in CustomerAddress.model_fields if name in ADDRESS.c]
_ADDRESSES = (
    select(*_KEPT, *(column.label(name) for name, column in _RENAMED.items())).where(OWN).order_by(ADDRESS.c.id)
)
_CLIENT_OF = select(CLIENT.c.unique_id).where(CLIENT.c.id == bindparam("row_id"))
_PARENT_OF = select(CUSTOMER.c.customer_guid).where(CUSTOMER.c.id == bindparam("row_id"))


def customer_out(call: Call, customer: Row) -> Row:
    """A customer alone, with its addresses and links."""
    addresses = rows(call.space.connection, _ADDRESSES, of_owner="customer", of_id=customer["id"])
    return {**customer, "addresses": addresses, "links": _links(call, customer)}


def _links(call: Call, customer: Row) -> list[dict[str, str]]:
    guid = customer["customer_guid"]
    path = f"/v1/Customers/{guid}"
    links = [
        link(call, "self", path, "Customers", guid, "item"),
        link(call, "summary", f"{path}/Summary", "Customers", guid, "item"),
        link(call, "parameters", f"{path}/Parameters", "Parameters", guid),
        link(call, "addresses", f"{path}/Addresses", "Addresses", guid),
        link(call, "extrafields", f"{path}/Extrafields", "Extrafields", guid),
        link(call, "directdebits", f"{path}/DirectDebits", "DirectDebits", guid),
        link(call, "creditinsurances", f"{path}/CreditInsurances", "CreditInsurances", guid),
        link(call, "questions", f"{path}/Questions", "Questions", guid),
        link(call, "loaninterests", f"{path}/LoanInterests", "LoanInterests", guid),
    ]
    parent = row(call.space.connection, _PARENT_OF, row_id=customer["parent_customer_id"])
    if parent is not None:
        of = parent["customer_guid"]
        links.append(link(call, "parent", f"/v1/Customers/{of}", "Customers", of, "item"))
    client = row(call.space.connection, _CLIENT_OF, row_id=customer["client_id"])
    if client is not None:
        of = client["unique_id"]
        links.append(link(call, "client", f"/v1/Clients/{of}", "Clients", of, "item"))
    return links
