"""How debts enter Aptic, as the debts of new cases. It hands none on."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy import case as when

from ledgersim.debts import Debt, Debtor, Debts, unknown_creditor
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row, rows, scalar
from ledgersim.vendors.aptic.cases.commands import OLDEST_BY_ID_NUMBER, import_cases, new_import
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.cases.queries import debtors_of
from ledgersim.vendors.aptic.cases.schemas import CaseCreate
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.payments.models import PAYMENT, PAYMENT_BOOKING
from ledgersim.vendors.aptic.payments.rules import claim_rate

_HAS_NUMBER = (CLAIM.c.kind == DEBT) & (CLAIM.c.reference_number == bindparam("number"))
_DEBTS = select(CLAIM).where(_HAS_NUMBER).order_by(CLAIM.c.id)
_NEWEST_DEBT = select(func.max(CLAIM.c.id)).where(_HAS_NUMBER)
_CASE = (
    select(CASE, CLIENT.c.reference_code)
    .outerjoin(CLIENT, CLIENT.c.id == CASE.c.client_id)
    .where(CASE.c.id == bindparam("case_id"))
)
_FIRST_DEBT = select(func.min(CLAIM.c.id)).where(CLAIM.c.kind == DEBT, CLAIM.c.case_id == bindparam("of_case"))
_B = PAYMENT_BOOKING.c
_IN_CURRENCY = CLAIM.c.currency_code == bindparam("currency")
# By payment: the bookings on claims in a currency, in it, and those on others, in the payment's currency.
_PAYMENTS = (
    select(
        PAYMENT.c.paid_amount,
        PAYMENT.c.case_rate,
        func.coalesce(func.sum(_B.used_principal + _B.used_interest), 0).label("used"),
        func.sum(when((_IN_CURRENCY, _B.principal + _B.interest), else_=0)).label("in_currency"),
        func.sum(when((_IN_CURRENCY, 0), else_=_B.used_principal + _B.used_interest)).label("in_others"),
    )
    .outerjoin(PAYMENT_BOOKING, _B.payment_id == PAYMENT.c.id)
    .outerjoin(CLAIM, CLAIM.c.id == _B.claim_id)
    .where(PAYMENT.c.case_id == bindparam("of_case"), PAYMENT.c.booked_at.is_not(None))
    .group_by(PAYMENT.c.id)
)
_CODES = select(CLIENT.c.reference_code).order_by(CLIENT.c.id)


def find(space: Space, number: str) -> list[Debt]:
    """The debts with this referenceNumber."""
    return [_debt(space, claim) for claim in rows(space.connection, _DEBTS, number=number)]


def _debt(space: Space, claim: Row) -> Debt:
    (case,) = rows(space.connection, _CASE, case_id=claim["case_id"])
    remaining = claim["remaining_principal"]
    # What had been paid when the case was opened is not what Aptic received.
    before = max(0, claim["original_principal"] - claim["opening_principal"])
    billed = claim["bill_date"] or claim["registration_date"]
    return Debt(
        id=claim["id"],
        number=claim["reference_number"],
        creditor=case["reference_code"],
        debtor=_debtor(space, case),
        currency=claim["currency_code"],
        amount=claim["original_principal"],
        remaining=remaining,
        received=claim["paid_principal"] - before + _unused(space, case, claim),
        carried=0,
        billed=billed.date(),
        due=(claim["due_date"] or billed).date(),
        status=case["status"],
        is_closed=case["closure_date"] is not None,
        kept=f"The case {case['case_number']} collects the debt; Aptic hands none on.",
        path=f"/APIGW/v1/Cases/{case['case_guid']}",
    )


def take(space: Space, debt: Debt) -> int:
    """Open a case for a debt. Returns the id of its debt. Raises a 400 Problem."""
    codes = [one["reference_code"] for one in rows(space.connection, _CODES)]
    if debt.creditor not in codes:
        raise unknown_creditor(debt.creditor, codes)
    body = {
        "clientReferenceNumber": debt.creditor,
        "referenceNumber": debt.number,
        "currencyCode": debt.currency,
        "debtors": [_sent(space, debt.debtor)],
        "debts": [
            {
                "referenceNumber": debt.number,
                "originalPrincipal": Decimal(debt.remaining) / 100,
                "billDate": debt.billed.isoformat(),
                "dueDate": debt.due.isoformat(),
            }
        ],
    }
    cases = [CaseCreate.model_validate(body)]
    with space.transaction() as connection:
        import_cases(connection, space, new_import(connection, cases, space.clock.now()), cases)
        debt_id: int = scalar(connection, _NEWEST_DEBT, number=debt.number)
        return debt_id


def _unused(space: Space, of_case: Row, claim: Row) -> int:
    """What was paid on the case beyond all of its claims; it belongs to the first debt, in its currency."""
    if scalar(space.connection, _FIRST_DEBT, of_case=of_case["id"]) != claim["id"]:
        return 0
    unused = 0
    for one in rows(space.connection, _PAYMENTS, of_case=of_case["id"], currency=claim["currency_code"]):
        if one["used"] < one["paid_amount"]:
            rate = Fraction(one["case_rate"]) / claim_rate(claim, of_case["currency_code"])
            rest = one["paid_amount"] - (one["in_others"] or 0)
            unused += max(0, round(rest * rate) - (one["in_currency"] or 0))
    return unused


def _debtor(space: Space, case: Row) -> Debtor:
    found = debtors_of(space.connection, case)
    main = next((one for one in found if one["id"] == case["main_debtor_id"]), {})
    return Debtor(
        first_name=main.get("firstname"),
        last_name=main.get("lastname") or main.get("full_name") or "",
        is_company=bool(main.get("juridical_type")),
        national_number=main.get("id_number"),
        country="",
        address=None,
    )


def _sent(space: Space, debtor: Debtor) -> dict[str, Any]:
    """The debtor of a new case: the known one with the national number, else a new one."""
    number = debtor.national_number
    if number and row(space.connection, OLDEST_BY_ID_NUMBER, number=number) is not None:
        return {"idNumber": number}
    sent: dict[str, Any] = {"idNumber": number, "juridicalType": int(debtor.is_company)}
    if debtor.is_company:
        sent["companyname"] = debtor.last_name
    else:
        sent |= {"firstname": debtor.first_name, "lastname": debtor.last_name}
    if debtor.address is not None:
        sent |= {
            "street": debtor.address.street,
            "zipCode": debtor.address.zip_code,
            "city": debtor.address.city,
            "countryCode": debtor.address.country,
        }
    return sent


DEBTS = Debts(find=find, take=take)
