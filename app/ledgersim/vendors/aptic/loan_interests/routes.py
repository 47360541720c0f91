"""The interest periods of a customer's loans."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import new_router, operation
from ledgersim.storage.functions import listed
from ledgersim.storage.statements import Row, rows
from ledgersim.vendors.aptic.claims.rules import accrued_interest
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.loan_interests.models import LOAN, LOAN_INTEREST_PERIOD
from ledgersim.vendors.aptic.loan_interests.rules import days_passed
from ledgersim.vendors.aptic.loan_interests.schemas import LoanInterests

router = new_router("Customers")

_COLUMNS = {name: LOAN.c[name] for name in LoanInterests.model_fields if name in LOAN.c}
_LIST = Listing(
    LOAN,
    {"id": LOAN.c.id, **_COLUMNS},
    fields_of(LoanInterests, _COLUMNS),
    LOAN.c.customer_id == bindparam("of_customer"),
)
_PERIODS = (
    select(LOAN_INTEREST_PERIOD)
    .where(LOAN_INTEREST_PERIOD.c.loan_id.in_(listed("loan_ids")))
    .order_by(LOAN_INTEREST_PERIOD.c.interest_from, LOAN_INTEREST_PERIOD.c.id)
)


@router.get(
    "/v1/Customers/{guid}/LoanInterests",
    response_model=list[LoanInterests],
    **operation(
        "aptic.customers.loaninterests.list",
        method="inferred",
        path="inferred",
        summary="List the interest periods of the customer's loans (a bare array)",
    ),
)
async def list_loan_interests(context: CurrentContext, guid: str, query: ListOptions) -> Any:
    loans = _LIST.page(context.space, query, of_customer=find_customer(context, guid)["id"])["value"]
    _add_periods(context.space.connection, loans, context.space.clock.today())
    return loans


def _add_periods(connection: Connection, loans: list[Row], today: date) -> None:
    """Add the periods to loans, with their interest up to today."""
    by_loan: dict[int, list[Row]] = {loan["id"]: [] for loan in loans}
    for period in rows(connection, _PERIODS, loan_ids=list(by_loan)):
        days = days_passed(period["interest_from"], period["interest_to"], today)
        interest = accrued_interest(period["principal_amount"], period["interest_rate"], days)
        by_loan[period["loan_id"]].append({**period, "days": days, "accrued_interest": interest})
    for loan in loans:
        loan["periods"] = by_loan[loan["id"]]
