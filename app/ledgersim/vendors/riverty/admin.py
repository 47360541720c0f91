"""Riverty's part of the admin API: what happens to a credit account after the application."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends

from ledgersim.admin.base import CurrentSpace, Strict, new_router
from ledgersim.schemas import Amount, PositiveAmountIn, ResponseModel
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row
from ledgersim.vendors.riverty.customer_account.commands import make_move, state_of
from ledgersim.vendors.riverty.customer_account.queries import find_account, moves_of, to_response
from ledgersim.vendors.riverty.customer_account.rules import possible_moves
from ledgersim.vendors.riverty.customer_account.schemas import Account, AccountStatus, Move, PastMove

router = new_router("Riverty", "/riverty", "What happens to credit accounts: purchases, payments, dunning")

_ACCOUNT = "/accounts/{number}"


async def _current_account(space: CurrentSpace, number: str) -> Row:
    return find_account(space, number)


CurrentAccount = Annotated[Row, Depends(_current_account)]


class Booking(Strict):
    """A purchase or a payment in the currency of the account."""

    amount: PositiveAmountIn


class RecordedMove(ResponseModel):
    """A move that was made, with the status and balance of the account afterwards."""

    at: datetime
    move: PastMove
    amount: Amount | None
    account_status: AccountStatus
    balance: Amount


class MovableAccount(Account):
    """The account as in the response to an application, with the moves that it allows now, and those made."""

    possible_moves: list[Move]
    moves: list[RecordedMove]


@router.get(
    _ACCOUNT,
    response_model=MovableAccount,
    operation_id="sim.riverty.accounts.get",
    summary="Read an account, its possible moves and the moves made so far",
)
async def get_account(space: CurrentSpace, account: CurrentAccount) -> Any:
    """Moves are listed oldest first; those of the clock are among them."""
    return _to_response(space, account)


@router.post(
    f"{_ACCOUNT}/purchases",
    status_code=201,
    response_model=MovableAccount,
    operation_id="sim.riverty.purchases.create",
    summary="Make a purchase on an account",
)
async def purchase(space: CurrentSpace, account: CurrentAccount, body: Booking) -> Any:
    """Adds the amount, at most the remaining credit, to the balance."""
    return _to_response(space, make_move(space, account, "purchase", body.amount))


@router.post(
    f"{_ACCOUNT}/payments",
    status_code=201,
    response_model=MovableAccount,
    operation_id="sim.riverty.payments.create",
    summary="Receive a payment to an account",
)
async def pay(space: CurrentSpace, account: CurrentAccount, body: Booking) -> Any:
    """Subtracts the amount from the balance. An account that was reminded is `Ok` once it is paid in full."""
    return _to_response(space, make_move(space, account, "payment", body.amount))


@router.post(
    f"{_ACCOUNT}/moves/{{move}}",
    response_model=MovableAccount,
    operation_id="sim.riverty.accounts.move",
    summary="Remind, stop or resume an account, send it to collection, or close it",
)
async def move_account(
    space: CurrentSpace,
    account: CurrentAccount,
    move: Literal["reminder", "stop", "resume", "send-to-collection", "close"],
) -> Any:
    """A move that the account does not allow returns 409 with the possible ones."""
    return _to_response(space, make_move(space, account, move))


def _to_response(space: Space, account: Row) -> Row:
    return {
        **to_response(account),
        "possible_moves": possible_moves(state_of(account)),
        "moves": moves_of(space, account),
    }
