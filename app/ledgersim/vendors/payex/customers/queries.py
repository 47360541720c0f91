"""Finding customers and showing them."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, select

from ledgersim.problems import invalid
from ledgersim.storage.database import row
from ledgersim.vendors.payex.addresses import queries as addresses
from ledgersim.vendors.payex.addresses.models import BILLING, LEGAL
from ledgersim.vendors.payex.consents.models import RECURRING_CARD as CARD
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.customers.rules import RECURRING_CARD, in_order
from ledgersim.vendors.payex.problems import CUSTOMER_NOT_FOUND

Row = dict[str, Any]

EXPANDABLE = {"legaladdress": LEGAL, "billingaddress": BILLING}

_C = CUSTOMER.c
_FIND = select(CUSTOMER).where(_C.ledger == bindparam("of_ledger"), _C.customer_no == bindparam("number"))
_BY_REG_NO = (
    select(CUSTOMER)
    .where(
        _C.ledger == bindparam("of_ledger"),
        _C.country_code == bindparam("of_country"),
        _C.reg_no == bindparam("number"),
    )
    .order_by(_C.id)
    .limit(1)
)
_CARD_OF = select(CARD.c.id).where(CARD.c.customer_id == bindparam("of_customer"))


def with_number(context: LedgerContext, number: str) -> Row | None:
    """The customer with a number, if the ledger has one."""
    return row(context.space.connection, _FIND, of_ledger=context.ledger.number, number=number)


def find_customer(context: LedgerContext, number: str) -> Row:
    """The customer with a number. Raises a 404 Problem."""
    found = with_number(context, number)
    if found is None:
        raise CUSTOMER_NOT_FOUND.with_detail(
            f"The ledger {context.ledger.number} has no customer {number[:40]!r}."
        )
    return found


def with_national_number(context: LedgerContext, country: str, reg_no: str) -> Row:
    """The first customer with a national number. Raises a 404 Problem."""
    found = row(
        context.space.connection,
        _BY_REG_NO,
        of_ledger=context.ledger.number,
        of_country=country,
        number=reg_no,
    )
    if found is None:
        raise CUSTOMER_NOT_FOUND.with_detail(
            f"The ledger {context.ledger.number} has no customer with this national number."
        )
    return found


def expanded(text: str | None) -> set[str]:
    """The kinds of address that `$expand` names, in any case. Raises a 400 Problem for another name."""
    names = [one.strip() for one in (text or "").split(",") if one.strip()]
    for name in names:
        if name.lower() not in EXPANDABLE:
            known = ", ".join(EXPANDABLE)
            raise invalid("$expand", f"{name[:40]!r} cannot be expanded; choose from {known}")
    return {EXPANDABLE[name.lower()] for name in names}


def kyc_is_due(context: LedgerContext, customer: Row) -> bool:
    """Whether the customer has answered, and longer ago than the ledger lets answers stand."""
    answered = customer["kyc_answered_at"]
    if context.ledger.kyc is None or answered is None:
        return False
    due = answered + timedelta(days=context.ledger.kyc["renewal_days"])
    return bool(due <= context.space.clock.now())


def has_card(context: LedgerContext, customer: Row) -> bool:
    """Whether the customer has agreed to be charged by card."""
    return row(context.space.connection, _CARD_OF, of_customer=customer["id"]) is not None


def reference(context: LedgerContext, customer: Row) -> Row:
    """Where a customer is."""
    return {"id_": context.customer(customer), "customer_no": customer["customer_no"]}


def shown(context: LedgerContext, customer: Row, expand: Collection[str] = ()) -> Row:
    """A customer with links, or with the addresses that are to be expanded, and what can be done with it."""
    found = {
        kind: addresses.address_of(context.space.connection, customer["id"], kind) for kind in (LEGAL, BILLING)
    }
    places: dict[str, Any] = {}
    for kind, address in found.items():
        name = f"{kind}_address"
        if kind in expand and address is not None:
            places[name] = addresses.shown(context, customer, address)
        elif address is not None or kind == LEGAL:
            places[name] = context.customer(customer, addresses.SEGMENT[kind])
        else:
            places[name] = None
    consents = set(customer["consents"]) | ({RECURRING_CARD} if has_card(context, customer) else set())
    identifier = {"reg_no": customer["reg_no"], "country_code": customer["country_code"]}
    return {
        **customer,
        **places,
        **reference(context, customer),
        "national_identifier": None if customer["reg_no"] is None else identifier,
        "active_consents": in_order(consents),
        "surpluses": context.customer(customer, "surpluses"),
        "operations": _operations(context, customer, found[BILLING] is not None),
    }


def _operations(context: LedgerContext, customer: Row, has_billing_address: bool) -> list[Row]:
    offered = [("partial-update-customer", "PATCH", "")]
    if not has_billing_address:
        offered.append(("add-billing-address", "POST", "billing-address"))
    if kyc_is_due(context, customer):
        offered.append(("update-kyc-answers", "POST", "update-kyc-answers"))
    return [
        {"rel": rel, "method": method, "href": context.customer(customer, *filter(None, [segment]))}
        for rel, method, segment in offered
    ]
