"""The payments of a case."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam, select

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import new_router
from ledgersim.storage.statements import Row, row, rows
from ledgersim.vendors.aptic.cases.routes import find_case, find_open_case
from ledgersim.vendors.aptic.claims.models import CLAIM, FEE
from ledgersim.vendors.aptic.claims.queries import on_claims
from ledgersim.vendors.aptic.claims.rules import share
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.nested import inferred_operations, item_links
from ledgersim.vendors.aptic.payments.commands import add_payment
from ledgersim.vendors.aptic.payments.models import PAYMENT, PAYMENT_BOOKING, PAYMENT_PLEDGE
from ledgersim.vendors.aptic.payments.schemas import (
    Payment,
    PaymentCreate,
    PaymentCreated,
    PaymentListItem,
    PaymentPage,
)
from ledgersim.vendors.aptic.repository import by_guid, find

router = new_router("Payments")

COSTS, INTEREST, PRINCIPAL = 1, 2, 3  # amountType [inferred]
WHOLE = 100 * 10_000  # a rate of 100 per cent

_OF_CASE = PAYMENT.c.case_id == bindparam("of_case")
_COLUMNS = {name: PAYMENT.c[name] for name in PaymentListItem.model_fields}
_LIST = Listing(PAYMENT, _COLUMNS, fields_of(PaymentListItem, _COLUMNS), _OF_CASE)
_BY_GUID = by_guid(PAYMENT.c.payment_guid).where(_OF_CASE)
_BOOKINGS = (
    select(PAYMENT_BOOKING, CLAIM.c.guid, CLAIM.c.kind, CLAIM.c.reference_number, CLAIM.c.description)
    .join(CLAIM, CLAIM.c.id == PAYMENT_BOOKING.c.claim_id)
    .where(PAYMENT_BOOKING.c.payment_id == bindparam("of_payment"))
    .order_by(PAYMENT_BOOKING.c.id)
)
_COMMISSION = select(CLIENT.c.commission_rate, CLIENT.c.commission_vat_rate).where(
    CLIENT.c.id == bindparam("client_id")
)
_PLEDGES = select(PAYMENT_PLEDGE).where(PAYMENT_PLEDGE.c.payment_id == bindparam("of_payment"))

_operation = inferred_operations("aptic.cases.payments")


@router.get(
    "/v1/Cases/{caseGuid}/Payments",
    response_model=PaymentPage,
    **_operation("list", "List the payments of a case"),
)
async def list_payments(context: CurrentContext, caseGuid: str, query: ListOptions) -> Any:
    return _LIST.page(context.space, query, of_case=find_case(context, caseGuid)["id"])


@router.put(
    "/v1/Cases/{caseGuid}/Payments",
    status_code=201,
    response_model=PaymentCreated,
    **_operation("create", "Register a payment on a case"),
)
async def create_payment(
    context: CurrentContext, caseGuid: str, body: PaymentCreate, response: Response
) -> Any:
    case = find_open_case(context, caseGuid, "payments")

    def store() -> Row:
        with context.space.transaction() as connection:
            return add_payment(connection, context.space, case, body.model_dump())

    payment = await on_claims(context.space, case, store)
    if payment["due_on"] is not None:
        message = "The date lies ahead of the space's clock; the payment is booked when the clock reaches it."
        context.report([Diagnostic("future-payment", "paymentDate", message)])
    path = f"/v1/Cases/{case['case_guid']}/Payments/{payment['payment_guid']}"
    response.headers["Location"] = context.url(path)
    return payment


@router.get(
    "/v1/Cases/{caseGuid}/Payments/{paymentGuid}",
    response_model=Payment,
    **_operation("get", "Read one payment with its bookings"),
)
async def get_payment(context: CurrentContext, caseGuid: str, paymentGuid: str) -> Any:
    case = find_case(context, caseGuid)
    connection = context.space.connection
    payment = find(connection, _BY_GUID, "payment of this case", paymentGuid, of_case=case["id"])
    bookings = rows(connection, _BOOKINGS, of_payment=payment["id"])
    links = item_links(context, "case", case, "Payments", payment["payment_guid"])
    used = sum(one["used_principal"] + one["used_interest"] for one in bookings)
    specifications = _specifications(context, case, payment, bookings)
    commission = sum(line["commission"] for line in specifications)
    vat = sum(line["commission_vat"] for line in specifications)
    return {
        **payment,
        "amount_not_deducted": payment["paid_amount"] - used,
        "total_amount_deducted": used,
        "withdrawn_commission": commission,
        "withdrawn_vat": vat,
        "remittence_amount": used - commission - vat,
        "specifications": specifications,
        "pledges": [
            {**pledge, "links": links} for pledge in rows(connection, _PLEDGES, of_payment=payment["id"])
        ],
        "links": links,
    }


def _specifications(context: RequestContext, case: Row, payment: Row, bookings: list[Row]) -> list[Row]:
    """Return a line per paid part of a claim: costs first, then interest, then principal."""
    client = row(context.space.connection, _COMMISSION, client_id=case["client_id"])
    rate, vat_rate = client.values() if client else (0, 0)
    lines = []
    for one in bookings:
        name = "Fees" if one["kind"] == FEE else "Debts"
        path = f"/v1/Cases/{case['case_guid']}/{name}/{one['guid']}"
        parts = (
            (INTEREST, one["used_interest"]),
            (COSTS if one["kind"] == FEE else PRINCIPAL, one["used_principal"]),
        )
        lines += [
            {
                "case_number": case["case_number"],
                "invoice_number": one["reference_number"],
                "description": one["description"],
                "amount_type": amount_type,
                "currency_code": payment["currency_code"],
                "used_amount": used,
                "commission": (commission := share(used, rate, WHOLE)),
                "commission_vat": share(commission, vat_rate, WHOLE),
                "links": [link(context, name[:-1].lower(), path, name, one["guid"], "item")],
            }
            for amount_type, used in parts
            if used
        ]
    return sorted(lines, key=lambda line: line["amount_type"])
