"""Finding accounts and their moves."""

from sqlalchemy import bindparam, select

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row, rows
from ledgersim.vendors.riverty.customer_account import rules
from ledgersim.vendors.riverty.customer_account.models import ACCOUNT_MOVE, CUSTOMER_ACCOUNT

_BY_CUSTOMER = select(CUSTOMER_ACCOUNT).where(CUSTOMER_ACCOUNT.c.customer_number == bindparam("number"))
_BY_NUMBER = select(CUSTOMER_ACCOUNT).where(CUSTOMER_ACCOUNT.c.account_number == bindparam("number"))
_MOVES = select(ACCOUNT_MOVE).where(ACCOUNT_MOVE.c.account_id == bindparam("of_id")).order_by(ACCOUNT_MOVE.c.id)


def find_account(space: Space, number: str) -> Row:
    """The account with an account number. Raises a 404 Problem."""
    account = row(space.connection, _BY_NUMBER, number=number)
    if account is None:
        raise NOT_FOUND.with_detail(f"Unknown customer account {number[:80]!r}.")
    return _with_dates(account, space)


def account_of(space: Space, customer_number: str | None) -> Row | None:
    """The account of a customer, if there is one."""
    account = row(space.connection, _BY_CUSTOMER, number=customer_number)
    return None if account is None else _with_dates(account, space)


def _with_dates(account: Row, space: Space) -> Row:
    """The account with its present notice dates, which are stored only when it moves."""
    today, following = space.clock.today(), account["next_notice_date"]
    if following is None or following > today:
        return account
    last, following = rules.notice_dates(account["first_notice_date"], today)
    return {**account, "last_notice_date": last, "next_notice_date": following}


def moves_of(space: Space, account: Row) -> list[Row]:
    """The moves of an account so far, oldest first."""
    return rows(space.connection, _MOVES, of_id=account["id"])


def account_path(number: str) -> str:
    """The path of the credit limit of an account, without the prefix of a space."""
    return f"/api/v3/customer-account/{number}/credit-limit"


def to_response(account: Row) -> Row:
    """The account as the API returns it."""
    return {
        **account,
        "account_profile": rules.PROFILE,
        "customer_id": account["customer_number"],
        "ocr": rules.ocr(account["account_number"]),
    }
