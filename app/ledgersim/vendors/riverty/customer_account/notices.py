"""The scheduled job for notices."""

from datetime import datetime

from sqlalchemy import and_, bindparam, func, select

from ledgersim.spaces.scheduler import Event
from ledgersim.spaces.space import Space, start_of_day
from ledgersim.storage.statements import rows
from ledgersim.vendors.riverty.customer_account.commands import send_notice
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.queries import account_path
from ledgersim.vendors.riverty.customer_account.rules import COLLECTED

_C = CUSTOMER_ACCOUNT.c
_MAY_MOVE = and_(_C.balance > 0, _C.account_status != COLLECTED)  # of others only the dates change
_NEXT_DATE = select(func.min(_C.next_notice_date)).where(_MAY_MOVE)
_DUE = select(CUSTOMER_ACCOUNT).where(_MAY_MOVE, _C.next_notice_date <= bindparam("today")).order_by(_C.id)
_EVENTS = {"notice": "billed", "reminder": "reminded", "send-to-collection": "sent-to-collection"}


def next_at(space: Space) -> datetime | None:
    """When the next notice is due."""
    day = space.scalar(_NEXT_DATE)
    return None if day is None else start_of_day(day.toordinal())


def run(space: Space) -> list[Event]:
    """Send the notices that are due. Those that leave an account as it is are no events."""
    events = []
    with space.transaction() as connection:
        for account in rows(connection, _DUE, today=space.clock.today()):
            move, after = send_notice(connection, space, account)
            if move is not None:
                path = account_path(after["account_number"])
                details = {"accountStatus": after["account_status"], "balance": after["balance"] / 100}
                events.append(Event(space.clock.now(), f"riverty.account.{_EVENTS[move]}", path, details))
    return events
