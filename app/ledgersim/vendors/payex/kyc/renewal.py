"""KYC answers that fall due for renewal."""

from datetime import datetime

from sqlalchemy import bindparam, func, select

from ledgersim.spaces.scheduler import Event
from ledgersim.spaces.space import Space
from ledgersim.storage.database import rows
from ledgersim.vendors.payex.customers.commands import change
from ledgersim.vendors.payex.customers.models import CUSTOMER

_C = CUSTOMER.c
_NEXT = select(func.min(_C.kyc_renewal_at))
_DUE = (
    select(_C.id, _C.ledger, _C.customer_no)
    .where(_C.kyc_renewal_at <= bindparam("now"))
    .order_by(_C.kyc_renewal_at, _C.id)
)


def next_at(space: Space) -> datetime | None:
    """When the answers of a customer next fall due."""
    at: datetime | None = space.connection.execute(_NEXT).scalar()
    return at


def run(space: Space) -> list[Event]:
    """Tell of the answers that are due; that they are follows from the day on which they were given."""
    now = space.clock.now()
    due = rows(space.connection, _DUE, now=now)
    with space.transaction() as connection:
        for one in due:
            change(connection, one["id"], {"kyc_renewal_at": None})
    return [
        Event(now, "payex.kyc.due", f"/ledger/customer/v1/{one['ledger']}/customers/{one['customer_no']}", {})
        for one in due
    ]
