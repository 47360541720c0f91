"""The scheduled job for notices."""

from collections.abc import Iterator

from sqlalchemy import and_, bindparam, select

from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import rows
from ledgersim.vendors.riverty.customer_account.commands import send_notice
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.queries import account_path
from ledgersim.vendors.riverty.customer_account.rules import COLLECTED

_C = CUSTOMER_ACCOUNT.c
_MAY_MOVE = and_(_C.balance > 0, _C.account_status != COLLECTED)  # of others only the dates change
_DUE = select(CUSTOMER_ACCOUNT).where(_MAY_MOVE, _C.next_notice_date <= bindparam("today")).order_by(_C.id)
_EVENTS = {"notice": "billed", "reminder": "reminded", "send-to-collection": "sent-to-collection"}


next_at = DueRows(_C.next_notice_date, _MAY_MOVE)


def run(space: Space) -> Iterator[list[Event]]:
    """Send the notices that are due. Those that leave an account as it is are no events."""
    with space.transaction() as connection:
        for account in rows(connection, _DUE, today=space.clock.today()):
            move, after = send_notice(connection, space, account)
            path = account_path(after["account_number"])
            details = {"accountStatus": after["account_status"], "balance": after["balance"] / 100}
            yield (
                []
                if move is None
                else [Event(space.clock.now(), f"riverty.account.{_EVENTS[move]}", path, details)]
            )
