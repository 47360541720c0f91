"""The fixtures of Riverty: accounts."""

from dataclasses import replace
from datetime import date

from ledgersim.problems import CONFLICT, invalid
from ledgersim.schemas import SignedAmountIn
from ledgersim.storage.statements import Row
from ledgersim.vendors.riverty.customer_account.commands import apply, set_state, state_of
from ledgersim.vendors.riverty.customer_account.queries import account_of
from ledgersim.vendors.riverty.customer_account.rules import (
    CLOSED,
    OPEN,
    AccountState,
    decide,
    months_after,
    notice_dates,
)
from ledgersim.vendors.riverty.customer_account.schemas import AccountApplication, AccountStatus, DayIn
from ledgersim.world.fixtures import FixtureContext, FixtureKind


class Account(AccountApplication):
    """The body of `POST /customer-account`, with the state of the account."""

    account_status: AccountStatus = "Ok"
    balance: SignedAmountIn = 0
    is_stopped: bool = False
    last_notice_date: DayIn = None
    next_notice_date: DayIn = None


def _add_account(context: FixtureContext, item: Account) -> Row:
    """Open an account. Raises a 400 Problem if the application for it is not granted."""
    sent = item.model_dump()
    number = sent["customer"]["customer_number"]
    if number is not None and account_of(context.space, number) is not None:
        raise CONFLICT.with_errors(
            {"customer.customerNumber": [f"the customer {number!r} already has an account"]}
        )
    decision = decide(item.customer.first_name, item.customer.organization_personal_no, item.account_limit)
    if not decision.grants:
        why = f"an application by {item.customer.first_name!r} for this limit is not granted"
        raise invalid("customer.firstName", f"{why}: {decision.outcome}")
    account = apply(context.connection, context.space, sent, decision)
    set_state(context.connection, account, _state(state_of(account), item, context.space.clock.today()))
    path = f"/customer-account/{account['account_number']}/credit-limit"
    return {
        "customerAccountId": account["customer_account_id"],
        "customerNumber": account["customer_number"],
        "accountNumber": account["account_number"],
        "href": context.url(path),
    }


def _state(state: AccountState, item: Account, today: date) -> AccountState:
    """The state that an item describes. Raises a 400 Problem for one that cannot be.

    Notice dates that it leaves out are a month from the others. Without any, the account came into its state
    today: by a reminder or, if it is Ok, by a purchase. What it owes has been billed by the last notice.
    """
    if item.balance > item.account_limit:
        raise invalid("balance", f"must be at most {item.account_limit / 100:,.2f}, the accountLimit")
    if item.account_status == CLOSED and item.next_notice_date is not None:
        raise invalid("nextNoticeDate", f"must be absent if accountStatus is {CLOSED}")
    if item.last_notice_date is not None and item.last_notice_date > today:
        raise invalid("lastNoticeDate", f"must not be after {today}, the date of the space")
    if item.next_notice_date is not None and item.next_notice_date <= today:
        raise invalid("nextNoticeDate", f"must be after {today}, the date of the space")
    first = item.first_notice_date or item.last_notice_date
    if first is None and item.next_notice_date is None:
        first = _implied_first_notice(item, today)
    last, following = notice_dates(first, today)
    following = item.next_notice_date or following
    if last is None and following is not None and item.account_status != OPEN:
        last = min(months_after(following, -1), today)
    last = item.last_notice_date or last
    return replace(
        state,
        account_status=item.account_status,
        balance=item.balance,
        billed=0 if last is None else max(item.balance, 0),
        is_stopped=item.is_stopped,
        first_notice_date=item.next_notice_date or first,
        last_notice_date=last,
        next_notice_date=None if item.account_status == CLOSED else following,
    )


def _implied_first_notice(item: Account, today: date) -> date | None:
    if item.account_status != OPEN:
        return today
    return months_after(today, 1) if item.balance > 0 else None


KINDS = (FixtureKind("accounts", Account, _add_account),)
