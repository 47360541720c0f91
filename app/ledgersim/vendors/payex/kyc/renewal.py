"""The scheduled job for KYC answers that are due for renewal."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from ledgersim.spaces.scheduler import Event
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import rows
from ledgersim.vendors.payex.customers.commands import set_columns
from ledgersim.vendors.payex.customers.models import CUSTOMER

_C = CUSTOMER.c
_NEXT = select(func.min(_C.kyc_renewal_at))
_DUE = (
    select(_C.id, _C.ledger, _C.customer_no)
    .where(_C.kyc_renewal_at <= bindparam("now"))
    .order_by(_C.kyc_renewal_at, _C.id)
)


def next_at(space: Space) -> datetime | None:
    """When the next customer's answers are due."""
    at: datetime | None = space.scalar(_NEXT)
    return at


def run(space: Space) -> list[Event]:
    """Report the answers that are due. Responses derive it from the date of the answers."""
    now = space.clock.now()
    due = rows(space.connection, _DUE, now=now)
    with space.transaction() as connection:
        for customer in due:
            set_columns(connection, customer["id"], {"kyc_renewal_at": None})
    return [
        Event(
            now,
            "payex.kyc.due",
            f"/ledger/customer/v1/{customer['ledger']}/customers/{customer['customer_no']}",
            {},
        )
        for customer in due
    ]
