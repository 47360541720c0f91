"""Finding addresses and formatting them as responses."""

from sqlalchemy import Connection, bindparam, select

from ledgersim.storage.statements import Row, row
from ledgersim.vendors.payex.addresses.models import ADDRESS, BILLING, LEGAL
from ledgersim.vendors.payex.context import LedgerContext

SEGMENT = {LEGAL: "legal-address", BILLING: "billing-address"}
FROM_REGISTER = "update-legal-address-from-population-register"

OF_CUSTOMER = (ADDRESS.c.customer_id == bindparam("of_customer")) & (ADDRESS.c.kind == bindparam("of_kind"))
_FIND = select(ADDRESS).where(OF_CUSTOMER)


def address_of(connection: Connection, customer_id: int, kind: str) -> Row | None:
    """The customer's address of a kind, or None."""
    return row(connection, _FIND, of_customer=customer_id, of_kind=kind)


def to_response(context: LedgerContext, customer: Row, address: Row) -> Row:
    """An address with its available operations."""
    segment = SEGMENT[address["kind"]]
    operations = [context.operation("update", "PUT", customer, segment)]
    if address["kind"] == BILLING:
        operations.append(context.operation("delete", "DELETE", customer, segment))
    elif context.ledger.allows("payex.legaladdress.register") and _may_be_registered(customer):
        operations.append(context.operation(FROM_REGISTER, "POST", customer, segment, FROM_REGISTER))
    return {**address, "operations": operations}


def _may_be_registered(customer: Row) -> bool:
    """Whether the population register may contain the customer: only people with a national number."""
    return customer["reg_no"] is not None and customer["legal_entity"] != "business"
