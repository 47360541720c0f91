"""Riverty's part of the timeline of a person: credit accounts and their moves."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, rows
from ledgersim.timeline import TimelineEntry, money
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.queries import account_path, moves_of

_C = CUSTOMER_ACCOUNT.c
_OF_PERSON = select(CUSTOMER_ACCOUNT).where(_C.organization_personal_no == bindparam("number")).order_by(_C.id)

# The event of each move, and its summary.
_MOVES = {
    "purchase": ("purchase", "Purchase of {amount} on account {number}: {owed}"),
    "payment": ("payment", "{amount} paid on account {number}: {owed}"),
    "notice": ("invoice", "Notice for account {number}: {balance} to pay"),
    "reminder": ("reminder", "Reminder for account {number}, now {status}: {balance} to pay"),
    "send-to-collection": ("sent-to-collection", "Account {number} sent to debt collection with {balance}"),
    "stop": ("stopped", "Account {number} stopped: it takes no purchases"),
    "resume": ("resumed", "Account {number} resumed: it takes purchases again"),
    "close": ("closed", "Account {number} closed from debt collection: {balance} unpaid"),
}


def timeline(space: Space, ids: Mapping[str, Any]) -> Iterator[TimelineEntry]:
    """What happened to the accounts of a person."""
    accounts = rows(space.connection, _OF_PERSON, number=ids.get("organizationPersonalNo"))
    yield from map(_opened, accounts)
    moves = [(move["id"], account, move) for account in accounts for move in moves_of(space, account)]
    for _, account, move in sorted(moves, key=lambda one: one[0]):
        yield _moved(account, move)


def _opened(account: Row) -> TimelineEntry:
    limit, currency = account["account_limit"], account["currency"]
    event, what = ("credit-granted", "opened") if account["confirmed"] else ("credit-pending", "applied for")
    summary = f"Account {account['account_number']} {what} with a credit of {money(limit, currency)}"
    return TimelineEntry(
        account["created_at"], event, summary, account_path(account["account_number"]), limit, currency
    )


def _moved(account: Row, move: Row) -> TimelineEntry:
    number, currency = account["account_number"], account["currency"]
    event, text = _MOVES.get(move["move"], (move["move"], "Account {number}: {owed}"))
    amount = move["balance"] if move["amount"] is None else move["amount"]
    summary = text.format(
        number=number,
        amount=money(amount, currency),
        balance=money(move["balance"], currency),
        owed=_owed(move["balance"], currency),
        status=move["account_status"],
    )
    path = account_path(number)
    is_carried = move["carried"] or move["move"] == "close"  # as the agency closes its case
    return TimelineEntry(move["at"], event, summary, path, amount, currency, is_carried)


def _owed(balance: int, currency: str) -> str:
    return f"{money(abs(balance), currency)} {'too much' if balance < 0 else 'owed'}"
