"""The scheduled job for KYC answers that are due for renewal."""

from collections.abc import Iterator

from sqlalchemy import bindparam, select

from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import rows
from ledgersim.vendors.payex.customers.commands import set_columns
from ledgersim.vendors.payex.customers.models import CUSTOMER

_C = CUSTOMER.c
_DUE = (
    select(_C.id, _C.ledger, _C.customer_no)
    .where(_C.kyc_renewal_at <= bindparam("now"))
    .order_by(_C.kyc_renewal_at, _C.id)
)


next_at = DueRows(_C.kyc_renewal_at)


def run(space: Space) -> Iterator[list[Event]]:
    """Report the answers that are due. Responses derive it from the date of the answers."""
    now = space.clock.now()
    with space.transaction() as connection:
        for customer in rows(connection, _DUE, now=now):
            set_columns(connection, customer["id"], {"kyc_renewal_at": None})
            path = f"/ledger/customer/v1/{customer['ledger']}/customers/{customer['customer_no']}"
            yield [Event(now, "payex.kyc.due", path, {})]
