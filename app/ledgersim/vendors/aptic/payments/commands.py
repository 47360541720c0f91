"""Registering payments: they are stored, and booked unless the case has `stop_payments`.

A payment counts from its `payment_date`. Booking one books the payments with later dates again after it, so
that the order in which payments are registered makes no difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select

from ledgersim.problems import VALIDATION, invalid
from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space, start_of
from ledgersim.storage.statements import Row, add, add_all, change, rows
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims import rules as claim_rules
from ledgersim.vendors.aptic.claims.commands import no_exchange_rate
from ledgersim.vendors.aptic.claims.models import ADJUSTMENT, CLAIM, DEBT, FEE
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import Adjustment, Balances, accrue_to, payable
from ledgersim.vendors.aptic.payment_plans.lifecycle import on_payment, plans_of
from ledgersim.vendors.aptic.payments.models import PAYMENT, PAYMENT_BOOKING
from ledgersim.vendors.aptic.payments.rules import (
    MAX_RATE,
    MIN_RATE,
    Directed,
    Owed,
    allocate,
    bookings,
    case_rates,
    claim_rate,
)
from ledgersim.vendors.aptic.repository import update_row
from ledgersim.vendors.aptic.state import ApticState

_C, _P = CLAIM.c, PAYMENT.c
_ADD_PAYMENT = insert(PAYMENT)
_ADD_BOOKINGS = insert(PAYMENT_BOOKING)
# Oldest due date first; for fees, which have no due date, the bill date.
_CLAIMS = (
    select(CLAIM)
    .where(_C.case_id == bindparam("of_case"))
    .order_by(
        case((func.coalesce(_C.due_date, _C.bill_date).is_(None), 1), else_=0),
        func.coalesce(_C.due_date, _C.bill_date),
        _C.id,
    )
)
_LATER_ADJUSTMENTS = (
    select(ADJUSTMENT)
    .join(CLAIM, _C.id == ADJUSTMENT.c.claim_id)
    .where(_C.case_id == bindparam("of_case"), ADJUSTMENT.c.adjusted_at >= bindparam("since"))
)
_LATER_PAYMENTS = select(PAYMENT).where(
    _P.case_id == bindparam("of_case"), _P.booked_at.is_not(None), _P.payment_date >= bindparam("since")
)
_BOOKINGS = select(PAYMENT_BOOKING).where(PAYMENT_BOOKING.c.payment_id == bindparam("of_payment"))
_REMOVE_BOOKINGS = delete(PAYMENT_BOOKING).where(PAYMENT_BOOKING.c.payment_id == bindparam("of_payment"))
_DUE = select(PAYMENT).where(_P.due_on <= bindparam("day")).order_by(_P.due_on, _P.id)
_CASE = select(CASE).where(CASE.c.id == bindparam("case_id"))


def add_payment(connection: Connection, space: Space, to_case: Row, sent: Mapping[str, Any]) -> Row:
    """Store a payment and book it, unless its date lies ahead. Raises a 400 Problem."""
    claims = rows(connection, _CLAIMS, of_case=to_case["id"])
    payment: Row = {
        **sent,
        "payment_guid": space.guids.guid(),
        "case_id": to_case["id"],
        "payment_date": sent["payment_date"] or space.clock.now(),
        "currency_code": sent["currency_code"] or to_case["currency_code"],
        "paid_amount": sent["payment_amount"],
        "direct_payment": False,
        "paid_by": 0,
        "directed": _directed(sent["specification"] or [], claims, sent["payment_amount"]),
        "due_on": None,
        "booked_at": None,
    }
    del payment["specification"], payment["payment_amount"]
    payment["case_rate"] = str(_case_rate(space, claims, to_case["currency_code"], payment))
    if _day(payment["payment_date"]) > today(space):
        payment["due_on"] = _day(payment["payment_date"])
    payment["id"] = add(connection, _ADD_PAYMENT, payment)
    if payment["due_on"] is None and not to_case["stop_payments"]:
        _book(connection, space, to_case, payment, claims)
    return {**payment, "payment_amount": payment["paid_amount"]}


next_at = DueRows(_P.due_on)


def run(space: Space) -> Iterator[list[Event]]:
    """Book the pending payments whose date has come, each in its own transaction.

    One on a case that is closed or has `stop_payments` by then is not booked.
    """
    for payment in rows(space.connection, _DUE, day=today(space)):
        with space.transaction() as connection:
            (of_case,) = rows(connection, _CASE, case_id=payment["case_id"])
            update_row(connection, PAYMENT, payment["id"], {"due_on": None})
            name, details = "aptic.payment.booked", {}
            if of_case["closure_date"] is not None:
                name, details = "aptic.payment.refused", {"reason": "The case is closed."}
            elif of_case["stop_payments"]:
                name, details = "aptic.payment.refused", {"reason": "The case has stopPayments."}
            else:
                _book(connection, space, of_case, payment, rows(connection, _CLAIMS, of_case=of_case["id"]))
        path = f"/APIGW/v1/Cases/{of_case['case_guid']}/Payments/{payment['payment_guid']}"
        yield [Event(space.clock.now(), name, path, details)]


def _day(instant: datetime) -> int:
    return instant.toordinal()


def _directed(specification: Sequence[Row], claims: Sequence[Row], amount: int) -> list[Row]:
    """Return the amounts that a specification directs to debts, each to the oldest with the number."""
    guids = {claim["reference_number"]: claim["guid"] for claim in reversed(claims) if claim["kind"] == DEBT}
    errors: dict[str, list[str]] = {}
    directed = []
    for index, one in enumerate(specification):
        reference = one["invoice_reference"]
        if reference is None or reference not in guids:
            errors[f"specification[{index}].invoiceReference"] = [
                "is required"
                if reference is None
                else f"No debt of this case has the number {reference[:80]!r}"
            ]
            continue
        directed.append(
            {
                "debt_guid": guids[reference],
                "principal": one["principal_amount"] or 0,
                "interest": one["interest_amount"] or 0,
            }
        )
    if sum((one["principal_amount"] or 0) + (one["interest_amount"] or 0) for one in specification) > amount:
        errors["specification"] = ["The amounts add up to more than paymentAmount"]
    if errors:
        raise VALIDATION.with_errors(errors)
    return directed


def _case_rate(space: Space, claims: Sequence[Row], currency: str, payment: Row) -> Fraction:
    """Return the units of the case's currency per unit of the payment's.

    A received amount is in the general-ledger currency; without one, the rate is that of the case's debts.
    """
    if payment["currency_code"] == currency:
        return Fraction(1)
    ledger = space.state(ApticState).user["system_currency_code"] or currency
    rates = case_rates(currency, ledger, claims)
    if payment["received_amount"] is not None:
        received = Fraction(payment["received_amount"], payment["paid_amount"])
        if not MIN_RATE <= received <= MAX_RATE:
            rate = f"{float(received):,.12f}".rstrip("0").rstrip(".")
            message = f"is {rate} {ledger} for 1 {payment['currency_code']}"
            raise invalid("receivedAmount", f"{message}; an exchange rate is from 0.000001 to 1,000")
        if ledger in rates:
            return received * rates[ledger]
    if payment["currency_code"] in rates:
        return rates[payment["currency_code"]]
    if payment["received_amount"] is not None:
        raise invalid("receivedAmount", no_exchange_rate(currency, ledger))
    message = no_exchange_rate(currency, payment["currency_code"])
    raise invalid("currencyCode", f"{message}; send receivedAmount in {ledger}")


def _book(connection: Connection, space: Space, to_case: Row, payment: Row, claims: Sequence[Row]) -> None:
    """Book a payment as of its date, and again all that have been booked with later dates."""
    plans = plans_of(space, to_case["id"])
    payment["booked_at"] = space.clock.now()
    update_row(connection, PAYMENT, payment["id"], {"booked_at": payment["booked_at"]})
    now = today(space)
    before = {claim["id"]: accrue_to(Balances.of(claim), now) for claim in claims}
    balances = dict(before)
    to_book = [payment]
    adjustments: dict[int, list[Adjustment]] = {}
    if _day(payment["payment_date"]) < now:
        since = start_of(payment["payment_date"].date() + timedelta(days=1))
        values = {"of_case": to_case["id"], "since": since}
        later = sorted(
            rows(connection, _LATER_PAYMENTS, **values), key=lambda one: (_day(one["payment_date"]), one["id"])
        )
        for one in later:
            _unbook(connection, one, balances, now)
        to_book += later
        for one in rows(connection, _LATER_ADJUSTMENTS, **values):
            adjustment = Adjustment(_day(one["adjusted_at"]), one["principal"], one["interest"])
            adjustments.setdefault(one["claim_id"], []).append(adjustment)
    for one in to_book:
        known = [claim for claim in claims if claim["registration_date"] <= one["booked_at"]]
        _allocate(connection, to_case["currency_code"], one, known, balances, adjustments, now)
    for claim_id, after in balances.items():
        if after is not before[claim_id]:
            update_row(connection, CLAIM, claim_id, after.columns())
    on_payment(connection, space, plans)


def _unbook(connection: Connection, payment: Row, balances: dict[int, Balances], now: int) -> None:
    day = _day(payment["payment_date"])
    for one in rows(connection, _BOOKINGS, of_payment=payment["id"]):
        booked = claim_rules.Payment(day, one["principal"], one["interest"], one["kept_interest"])
        balances[one["claim_id"]] = claim_rules.unpay(balances[one["claim_id"]], booked, now)
    change(connection, _REMOVE_BOOKINGS, of_payment=payment["id"])


def _allocate(
    connection: Connection,
    currency: str,
    payment: Row,
    claims: Sequence[Row],
    balances: dict[int, Balances],
    adjustments: Mapping[int, Sequence[Adjustment]],
    now: int,
) -> None:
    """Book a payment on claims: change their balances and store the bookings."""
    day, price = _day(payment["payment_date"]), Fraction(payment["case_rate"])
    owed = []
    for claim in claims:
        later = [one for one in adjustments.get(claim["id"], ()) if one.day > day]
        principal, interest = payable(balances[claim["id"]], day, later)
        rate = (
            Fraction(1)
            if claim["currency_code"] == payment["currency_code"]
            else claim_rate(claim, currency) / price
        )
        owed.append(Owed(claim["id"], claim["kind"] == FEE, principal, interest, rate, claim["guid"]))
    guids = {claim["guid"] for claim in claims}
    directed = [
        Directed(one["debt_guid"], one["principal"], one["interest"])
        for one in payment["directed"]
        if one["debt_guid"] in guids
    ]
    booked = list(bookings(allocate(payment["paid_amount"], owed, directed)).values())
    for one in booked:
        paid = claim_rules.Payment(day, one["principal"], one["interest"])
        balances[one["claim_id"]], paid = claim_rules.pay(balances[one["claim_id"]], paid, now)
        one |= {"payment_id": payment["id"], "kept_interest": paid.kept_interest}
    if booked:
        add_all(connection, _ADD_BOOKINGS, booked)
