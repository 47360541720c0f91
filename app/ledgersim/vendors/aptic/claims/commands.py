"""Storing, adjusting and removing claims."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Float, bindparam, cast, delete, func, insert, select

from ledgersim.problems import CONFLICT, invalid
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import add, change, row, scalar
from ledgersim.vendors.aptic.claims import rules
from ledgersim.vendors.aptic.claims.models import ADJUSTMENT, CLAIM, DEBT, FEE
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import PARITY, Balances, Posting, due_date, open_balances
from ledgersim.vendors.aptic.claims.schemas import AdjustmentCreate
from ledgersim.vendors.aptic.payments.models import PAYMENT_BOOKING
from ledgersim.vendors.aptic.repository import update_row

MAX_OWED = 10**15  # hundredths per case; sums with a century of interest still fit 64 bits

# Codes of adjustments. The path of their list is [documented], its content [inferred].
ADJUSTMENTS = {
    "ADJUST": "Adjustment",
    "WRITEOFF": "Write-off",
    "CORRECTION": "Correction",
    "DISCOUNT": "Discount",
}
DEFAULT_ADJUSTMENT = "ADJUST"  # [inferred]

_C = CLAIM.c
_ADD_CLAIM = insert(CLAIM)
_ADD_ADJUSTMENT = insert(ADJUSTMENT)
_BALANCES = select(*(_C[name] for name in Balances._fields)).where(_C.id == bindparam("claim_id"))
_RATE = (
    select(_C.exch_rate)
    .where(
        _C.case_id == bindparam("of_case"),
        _C.currency_code == bindparam("currency"),
        _C.exch_rate.is_not(None),
    )
    .order_by(_C.id)
    .limit(1)
)
_BOOKINGS = select(PAYMENT_BOOKING.c.id).where(PAYMENT_BOOKING.c.claim_id == bindparam("claim_id")).limit(1)
_REMOVE_ADJUSTMENTS = delete(ADJUSTMENT).where(ADJUSTMENT.c.claim_id == bindparam("row_id"))
_REMOVE = delete(CLAIM).where(_C.id == bindparam("row_id"))
_OWED = select(
    func.sum(
        cast(_C.original_principal + _C.adjusted_principal + _C.original_interest, Float)
        * func.coalesce(_C.exch_rate, PARITY)
        / PARITY
    )
).where(_C.case_id == bindparam("of_case"))


def add_debt(
    connection: Connection, space: Space, case: Mapping[str, Any], sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Add a debt to a case; its bill date is today unless the client sends one [inferred]."""
    values = dict(sent)
    values["bill_date"] = values.get("bill_date") or space.clock.now()
    values["due_date"] = due_date(values.get("due_date"), values["bill_date"], values.get("payment_condition"))
    values["extra_fields"] = [
        {"name": field["name"], "value": field["value"] or []} for field in values.get("extra_fields") or []
    ]
    return _add_claim(connection, space, DEBT, case, values)


def add_fees(
    connection: Connection,
    space: Space,
    case: Mapping[str, Any],
    fees: Iterable[Mapping[str, Any]],
    where: str = "",
) -> list[dict[str, Any]]:
    """Add fees to a case; the date of one is today unless the client sends it [inferred].

    Its exchange rate is that of the case's debts in the same currency [inferred]. Raises a 400 Problem if there
    is none for a currency that is not the case's. `where` is the path of the array in the request.
    """
    rates: dict[str, int | None] = {}
    added = []
    for number, sent in enumerate(fees):
        values = dict(sent)
        values["bill_date"] = values.pop("fee_date", None) or space.clock.now()
        values["fee_type"] = values.get("name")
        currency = values.get("currency_code") or case["currency_code"]
        if currency not in rates:
            found = row(connection, _RATE, of_case=case["id"], currency=currency)
            rates[currency] = None if found is None else found["exch_rate"]
        if rates[currency] is None and currency != case["currency_code"]:
            path = f"{where}[{number}].currencyCode" if where else "currencyCode"
            raise invalid(path, no_exchange_rate(case["currency_code"], currency))
        values["exch_rate"] = rates[currency]
        added.append(_add_claim(connection, space, FEE, case, values))
    return added


def no_exchange_rate(of_case: str, currency: str) -> str:
    """Return the message for an amount in a currency from which the debts of the case have no exchange rate."""
    return f"The case is in {of_case} and has no debt in {currency} with an exchRate"


def adjust(connection: Connection, space: Space, claim: Mapping[str, Any], sent: AdjustmentCreate) -> None:
    """Adjust a claim. Raises a 400 Problem for an unknown code, a 409 if the claim would fall below zero."""
    code = sent.trans_spec_type_code or DEFAULT_ADJUSTMENT
    if code not in ADJUSTMENTS:
        codes = ", ".join(ADJUSTMENTS)
        raise invalid("transSpecTypeCode", f"Unknown code {code[:80]!r}; use one of {codes}")
    if sent.principal_adjustment is None and sent.interest_adjustment is None:
        raise invalid("principalAdjustment", "Send principalAdjustment, interestAdjustment or both")
    posting = Posting(
        adjusted_principal=sent.principal_adjustment or 0, adjusted_interest=sent.interest_adjustment or 0
    )
    post(connection, space, claim, posting)
    check_owed(connection, claim["case_id"], "principalAdjustment")
    adjustment = {
        "claim_id": claim["id"],
        "adjusted_at": space.clock.now(),
        "trans_spec_type_code": code,
        "principal": posting.adjusted_principal,
        "interest": posting.adjusted_interest,
        "note": sent.note,
    }
    add(connection, _ADD_ADJUSTMENT, adjustment)


def post(connection: Connection, space: Space, claim: Mapping[str, Any], posting: Posting) -> None:
    """Post to a claim today. Raises a 409 Problem if that takes off more than remains."""
    try:
        balances = rules.post(balances_of(connection, claim["id"]), posting, today(space))
    except ValueError as error:
        raise CONFLICT.with_detail(
            f"The {claim['kind']} {claim['guid']} would fall below zero: {error} cannot be taken off."
        ) from error
    update_row(connection, CLAIM, claim["id"], balances.columns())


def balances_of(connection: Connection, claim_id: int) -> Balances:
    """Return the stored balances of a claim, without the interest since the last posting."""
    found = row(connection, _BALANCES, claim_id=claim_id)
    assert found is not None
    return Balances.of(found)


def remove(connection: Connection, claim: Mapping[str, Any]) -> None:
    """Remove a claim. Raises a 409 Problem if payments have been booked on it."""
    if row(connection, _BOOKINGS, claim_id=claim["id"]) is not None:
        kind = claim["kind"]
        raise CONFLICT.with_detail(f"This {kind} cannot be removed: payments have been booked on it.")
    change(connection, _REMOVE_ADJUSTMENTS, row_id=claim["id"])
    change(connection, _REMOVE, row_id=claim["id"])


def check_owed(connection: Connection, case_id: int, name: str) -> None:
    """Raise a 400 Problem if more is owed on a case than sums can hold."""
    if (scalar(connection, _OWED, of_case=case_id) or 0) > MAX_OWED:
        raise invalid(name, f"The claims of a case can total {MAX_OWED // 100:,} at most")


def _add_claim(
    connection: Connection, space: Space, kind: str, case: Mapping[str, Any], values: dict[str, Any]
) -> dict[str, Any]:
    claim = {
        **values,
        **open_balances(values).columns(),
        "exch_rate": values.get("exch_rate") or None,  # 0, as in the vendor's sample, means none
        "guid": space.guids.guid(),
        "case_id": case["id"],
        "kind": kind,
        "currency_code": values.get("currency_code") or case["currency_code"],
        "registration_date": space.clock.now(),
    }
    claim["id"] = add(connection, _ADD_CLAIM, claim)
    return claim
