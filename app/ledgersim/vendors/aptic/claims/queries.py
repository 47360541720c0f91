"""Reading claims, both debts and fees."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import bindparam, literal, select

from ledgersim.http.context import RequestContext
from ledgersim.spaces.space import Space, start_of_day
from ledgersim.storage.statements import Row, row
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT, FEE
from ledgersim.vendors.aptic.claims.rules import interest_until
from ledgersim.vendors.aptic.claims.sums import ORIGINAL_INTEREST, REMAINING_INTEREST, in_currency
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing
from ledgersim.vendors.aptic.repository import find

MANY = 100  # claims of a case

Result = TypeVar("Result")

_C = CLAIM.c
_SOURCE = CLAIM.join(CASE, CASE.c.id == _C.case_id)
_INTERESTS = {"original_interest": ORIGINAL_INTEREST, "remaining_interest": REMAINING_INTEREST}
_COLUMNS = {
    **{column.name: column for column in _C},
    **_INTERESTS,
    "debt_guid": _C.guid,
    "fee_guid": _C.guid,
    "fee_date": _C.bill_date,
    "original_sum": _C.original_principal + ORIGINAL_INTEREST,
    "paid_sum": _C.paid_principal + _C.paid_interest,
    "remaining_sum": _C.remaining_principal + REMAINING_INTEREST,
    "ledger_principal": in_currency(_C.remaining_principal, CASE.c.currency_code),
    "ledger_vat": in_currency(_C.remaining_vat, CASE.c.currency_code),
    "ledger_interest": in_currency(REMAINING_INTEREST, CASE.c.currency_code),
    "ledger_sum": in_currency(_C.remaining_principal, CASE.c.currency_code)
    + in_currency(REMAINING_INTEREST, CASE.c.currency_code),
}


def _of_case(kind: str) -> Any:
    return (_C.case_id == bindparam("of_case")) & (_C.kind == literal(kind))


def claim_list(item: type[BaseModel], kind: str) -> Listing:
    """Return the list of a case's claims of one kind (parameters `of_case` and `today`)."""
    columns = {name: _COLUMNS[name] for name in item.model_fields}
    return Listing(_SOURCE, columns, fields_of(item, columns), _of_case(kind))


_ONE_OF_MANY = select(_C.id).where(_C.case_id == bindparam("of_case")).limit(1).offset(MANY)
_BY_GUID = {
    kind: select(
        *(column for column in _C if column.name not in _INTERESTS),
        *(column.label(name) for name, column in _INTERESTS.items()),
        _C.bill_date.label("fee_date"),
    ).where(_C.guid == bindparam("guid"), _of_case(kind))
    for kind in (DEBT, FEE)
}


def find_claim(context: RequestContext, case: Row, kind: str, guid: str) -> Row:
    """Return a claim of a case with its interest as of today. Raises a 404 Problem."""
    values = {"of_case": case["id"], "today": today(context.space)}
    return find(context.space.connection, _BY_GUID[kind], f"{kind} of this case", guid, **values)


def with_interest_days(claim: Row, day: int) -> Row:
    """Return a claim with the days up to which its interest is calculated and on which it stops."""
    until = interest_until(claim, day)
    return {
        **claim,
        "interest_to": claim["interest_to"] if until is None else start_of_day(until),
        "interest_stop": start_of_day(claim["accrues_to"]) if claim["accrual_rate"] else None,
    }


async def on_claims(space: Space, case: Row, work: Callable[[], Result]) -> Result:
    """Run a function that handles all claims of a case; in a thread if there are many."""
    if row(space.connection, _ONE_OF_MANY, of_case=case["id"]) is None:
        return work()
    return await space.worker.run(work)


def today(space: Space) -> int:
    """Return the current day of a space as a proleptic ordinal, like the days in `Balances`."""
    return space.clock.today().toordinal()
