"""How debts leave Riverty: as the balance of an account that was sent to collection."""

from datetime import date, timedelta

from ledgersim.debts import Debt, Debtor, DebtorAddress, Debts
from ledgersim.problems import Problem
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row
from ledgersim.vendors.riverty.customer_account.commands import make_move, state_of
from ledgersim.vendors.riverty.customer_account.queries import account_path, find_account, moves_of
from ledgersim.vendors.riverty.customer_account.rules import CLOSED, COLLECTED, kept

DAYS_TO_PAY = 30  # of a debt in another vendor's terms


def find(space: Space, number: str) -> list[Debt]:
    """The debt on the account with this number, if there is one."""
    try:
        account = find_account(space, number)
    except Problem:
        return []
    moves = moves_of(space, account)
    received = _received(account, moves)
    billed = _billed(account, moves)
    debt = Debt(
        id=account["id"],
        number=number,
        creditor=None,
        debtor=_debtor(account),
        currency=account["currency"],
        amount=account["balance"] + received,
        remaining=account["balance"],
        received=received,
        carried=sum(move["amount"] for move in moves if move["carried"]),
        billed=billed,
        due=billed + timedelta(days=DAYS_TO_PAY),
        status=account["account_status"],
        is_closed=account["account_status"] == CLOSED,
        kept=kept(number, state_of(account)),
        path=account_path(number),
    )
    return [debt]


def settle(space: Space, debt: Debt, amount: int) -> None:
    """Book what another vendor has received. Raises a 409 Problem."""
    make_move(space, find_account(space, debt.number), "payment", amount, carried=True)


def end(space: Space, debt: Debt) -> None:
    """Close the account from collection, unless it is closed."""
    account = find_account(space, debt.number)
    if account["account_status"] == COLLECTED:
        make_move(space, account, "close")


def _received(account: Row, moves: list[Row]) -> int:
    """What was paid since the account was sent to collection: all of it if it was created in collection."""
    names = [move["move"] for move in moves]
    if "send-to-collection" in names:
        moves = moves[names.index("send-to-collection") :]
    elif account["account_status"] not in (COLLECTED, CLOSED):
        return 0
    return sum(move["amount"] for move in moves if move["move"] == "payment")


def _billed(account: Row, moves: list[Row]) -> date:
    """The day of the first purchase since the account last owed nothing."""
    billed, owed = account["created_at"].date(), 0
    for move in moves:
        if move["move"] == "purchase" and owed <= 0:
            billed = move["at"].date()
        owed = move["balance"]
    day: date = billed
    return day


def _debtor(account: Row) -> Debtor:
    address = account["address_list"][0] if account["address_list"] else None
    return Debtor(
        first_name=account["first_name"] or None,
        last_name=account["last_name"] or "",
        is_company=account["category"] == "Company",
        national_number=account["organization_personal_no"] or None,
        country=account["country_code"],
        address=None if address is None else _address(address),
    )


def _address(address: Row) -> DebtorAddress:
    parts = (address["street"], address["street_number"], address["street_number_additional"])
    street = " ".join(filter(None, parts))
    return DebtorAddress(street, address["postal_code"], address["postal_place"], address["country_code"])


DEBTS = Debts(find=find, settle=settle, end=end)
