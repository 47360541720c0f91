"""Finding customers and formatting them as responses."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from ledgersim.problems import invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row, rows
from ledgersim.vendors.payex.addresses import queries as addresses
from ledgersim.vendors.payex.addresses.models import BILLING, LEGAL
from ledgersim.vendors.payex.consents.queries import active_card
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.customers.rules import RECURRING_CARD, sort_consents
from ledgersim.vendors.payex.kyc.rules import renewal_at
from ledgersim.vendors.payex.problems import CUSTOMER_NOT_FOUND

EXPANDABLE = {"legaladdress": LEGAL, "billingaddress": BILLING}

_C = CUSTOMER.c
_FIND = select(CUSTOMER).where(_C.ledger == bindparam("of_ledger"), _C.customer_no == bindparam("number"))
_BY_ID = select(CUSTOMER).where(_C.id == bindparam("row_id"))
_BY_REG_NO = (
    select(CUSTOMER)
    .where(
        _C.ledger == bindparam("of_ledger"),
        _C.country_code == bindparam("of_country"),
        _C.reg_no == bindparam("number"),
    )
    .order_by(_C.id)
)


def customer_by_number(context: LedgerContext, number: str) -> Row | None:
    """The customer with this number, or None."""
    return row(context.space.connection, _FIND, of_ledger=context.ledger.number, number=number)


def find_customer(context: LedgerContext, number: str) -> Row:
    """The customer with this number. Raises a 404 Problem."""
    found = customer_by_number(context, number)
    if found is None:
        raise CUSTOMER_NOT_FOUND.with_detail(
            f"The ledger {context.ledger.number} has no customer {number[:40]!r}."
        )
    return found


def customer_by_id(space: Space, customer_id: int) -> Row:
    """The customer with this row id, which another row refers to."""
    return rows(space.connection, _BY_ID, row_id=customer_id)[0]


def customers_by_national_number(context: LedgerContext, country: str, reg_no: str) -> list[Row]:
    """The customers with this national number, oldest first."""
    ledger = context.ledger.number
    return rows(context.space.connection, _BY_REG_NO, of_ledger=ledger, of_country=country, number=reg_no)


def find_by_national_number(context: LedgerContext, country: str, reg_no: str) -> Row:
    """The first customer with this national number. Raises a 404 Problem."""
    found = customers_by_national_number(context, country, reg_no)
    if not found:
        raise CUSTOMER_NOT_FOUND.with_detail(
            f"The ledger {context.ledger.number} has no customer with this national number."
        )
    return found[0]


def parse_expand(text: str | None) -> set[str]:
    """The kinds of address in `$expand`, in any case. Raises a 400 Problem for anything else."""
    names = [one.strip() for one in (text or "").split(",") if one.strip()]
    for name in names:
        if name.lower() not in EXPANDABLE:
            known = " or ".join(EXPANDABLE)
            raise invalid("$expand", f"{name[:40]!r} cannot be expanded; use {known}")
    return {EXPANDABLE[name.lower()] for name in names}


def kyc_is_due(context: LedgerContext, customer: Row) -> bool:
    """Whether the customer's KYC answers are older than the renewal period of the ledger."""
    answered = customer["kyc_answered_at"]
    if context.ledger.kyc is None or answered is None:
        return False
    return renewal_at(answered, context.ledger.kyc["renewal_days"]) <= context.space.clock.now()


def to_reference(context: LedgerContext, customer: Row) -> Row:
    """The link to a customer."""
    return {"id_": context.customer(customer), "customer_no": customer["customer_no"]}


def to_response(context: LedgerContext, customer: Row, expand: Collection[str] = ()) -> Row:
    """A customer with its available operations; the addresses are links, except those in `expand`."""
    stored = {
        kind: addresses.address_of(context.space.connection, customer["id"], kind) for kind in (LEGAL, BILLING)
    }
    members: Row = {}
    for kind, address in stored.items():
        name = f"{kind}_address"
        if kind in expand and address is not None:
            members[name] = addresses.to_response(context, customer, address)
        elif address is not None or kind == LEGAL:
            members[name] = context.customer(customer, addresses.SEGMENT[kind])
        else:
            members[name] = None
    consents = set(customer["consents"]) | ({RECURRING_CARD} if active_card(context.space, customer) else set())
    identifier = {"reg_no": customer["reg_no"], "country_code": customer["country_code"]}
    return {
        **customer,
        **members,
        **to_reference(context, customer),
        "national_identifier": None if customer["reg_no"] is None else identifier,
        "active_consents": sort_consents(consents),
        "surpluses": context.customer(customer, "surpluses"),
        "operations": _operations(context, customer, stored[BILLING] is not None),
    }


def _operations(context: LedgerContext, customer: Row, has_billing_address: bool) -> list[Row]:
    available = [context.operation("partial-update-customer", "PATCH", customer)]
    if not has_billing_address:
        available.append(context.operation("add-billing-address", "POST", customer, "billing-address"))
    if kyc_is_due(context, customer):
        available.append(context.operation("update-kyc-answers", "POST", customer, "update-kyc-answers"))
    return available
