"""Registering payments: they are stored, and booked unless the case has `stop_payments`."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, select

from ledgersim.problems import VALIDATION, invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, add, rows
from ledgersim.vendors.aptic.claims import rules as claim_rules
from ledgersim.vendors.aptic.claims.commands import balances_of
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT, FEE, PARITY
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import Posting
from ledgersim.vendors.aptic.claims.sums import REMAINING_INTEREST
from ledgersim.vendors.aptic.payment_plans.lifecycle import on_payment, plans_of
from ledgersim.vendors.aptic.payments.models import PAYMENT, PAYMENT_BOOKING
from ledgersim.vendors.aptic.payments.rules import Allocation, Directed, Owed, allocate, bookings
from ledgersim.vendors.aptic.repository import update_row

_C = CLAIM.c
_ADD_PAYMENT = insert(PAYMENT)
_ADD_BOOKINGS = insert(PAYMENT_BOOKING)
# Oldest due date first; for fees, which have no due date, the bill date.
_CLAIMS = (
    select(
        _C.id,
        _C.kind,
        _C.currency_code,
        _C.exch_rate,
        _C.reference_number,
        _C.remaining_principal,
        REMAINING_INTEREST.label("remaining_interest"),
    )
    .where(_C.case_id == bindparam("of_case"))
    .order_by(
        case((func.coalesce(_C.due_date, _C.bill_date).is_(None), 1), else_=0),
        func.coalesce(_C.due_date, _C.bill_date),
        _C.id,
    )
)


def add_payment(connection: Connection, space: Space, to_case: Row, sent: Mapping[str, Any]) -> Row:
    """Store a payment and book it as of today. Raises a 400 Problem."""
    payment: Row = {
        **sent,
        "payment_guid": space.guids.guid(),
        "case_id": to_case["id"],
        "payment_date": sent["payment_date"] or space.clock.now(),
        "currency_code": sent["currency_code"] or to_case["currency_code"],
        "paid_amount": sent["payment_amount"],
        "direct_payment": False,
        "paid_by": 0,
    }
    del payment["specification"], payment["payment_amount"]
    claims = rows(connection, _CLAIMS, of_case=to_case["id"], today=today(space))
    directed = _directed(sent["specification"] or [], claims, sent["payment_amount"])
    owed = _owed(claims, to_case["currency_code"], payment)
    payment["id"] = add(connection, _ADD_PAYMENT, payment)
    if not to_case["stop_payments"]:
        plans = plans_of(space, to_case["id"])
        _book(connection, space, payment["id"], allocate(payment["paid_amount"], owed, directed))
        on_payment(connection, space, plans)
    return {**payment, "payment_amount": payment["paid_amount"]}


def _directed(specification: Sequence[Row], claims: Sequence[Row], amount: int) -> list[Directed]:
    known = {claim["reference_number"] for claim in claims if claim["kind"] == DEBT}
    errors: dict[str, list[str]] = {}
    directed = []
    for index, one in enumerate(specification):
        reference = one["invoice_reference"]
        if reference is None or reference not in known:
            errors[f"specification[{index}].invoiceReference"] = [
                "is required"
                if reference is None
                else f"No debt of this case has the number {reference[:80]!r}"
            ]
        directed.append(Directed(reference, one["principal_amount"] or 0, one["interest_amount"] or 0))
    if sum(one.principal + one.interest for one in directed) > amount:
        errors["specification"] = ["The amounts add up to more than paymentAmount"]
    if errors:
        raise VALIDATION.with_errors(errors)
    return directed


def _owed(claims: Sequence[Row], currency: str, payment: Row) -> list[Owed]:
    price = _price_of_payment(claims, currency, payment)
    return [
        Owed(
            claim["id"],
            claim["kind"] == FEE,
            claim["remaining_principal"],
            claim["remaining_interest"],
            Fraction(1)
            if claim["currency_code"] == payment["currency_code"]
            else _price_of_claim(claim, currency) / price,
            claim["reference_number"],
        )
        for claim in claims
    ]


def _price_of_claim(claim: Row, currency: str) -> Fraction:
    """Return the units of the case's currency per unit of the claim's."""
    if claim["currency_code"] == currency or claim["exch_rate"] is None:
        return Fraction(1)
    return Fraction(claim["exch_rate"], PARITY)


def _price_of_payment(claims: Sequence[Row], currency: str, payment: Row) -> Fraction:
    """Return the units of the case's currency per unit of the payment's: as received, else from the debts."""
    if payment["currency_code"] == currency:
        return Fraction(1)
    if payment["received_amount"] is not None:
        return Fraction(payment["received_amount"], payment["paid_amount"])
    for claim in claims:
        if claim["currency_code"] == payment["currency_code"] and claim["exch_rate"]:
            return Fraction(claim["exch_rate"], PARITY)
    raise invalid(
        "currencyCode",
        f"The case is in {currency} and has no exchange rate for {payment['currency_code'][:20]!r}; "
        f"send receivedAmount in {currency}",
    )


def _book(connection: Connection, space: Space, payment_id: int, allocations: Sequence[Allocation]) -> None:
    booked = bookings(allocations)
    for claim_id, booking in booked.items():
        posting = Posting(paid_principal=booking["principal"], paid_interest=booking["interest"])
        balances = claim_rules.post(balances_of(connection, claim_id), posting, today(space))
        update_row(connection, CLAIM, claim_id, balances.columns())
    if booked:
        connection.execute(_ADD_BOOKINGS, [{"payment_id": payment_id, **one} for one in booked.values()])
