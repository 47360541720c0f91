"""Finding and listing surpluses."""

from sqlalchemy import bindparam, func, select

from ledgersim.problems import NOT_FOUND
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, row, rows, scalar
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.rules import GONE

_S = SURPLUS.c
_VISIBLE = (_S.customer_id == bindparam("of_customer")) & (_S.status != GONE)
_FIND = select(SURPLUS).where(_VISIBLE, _S.surplus_id == bindparam("of_id"))
_PAGE = select(SURPLUS).where(_VISIBLE).order_by(_S.id).limit(bindparam("take")).offset(bindparam("skip"))
_COUNT = select(func.count()).select_from(SURPLUS).where(_VISIBLE)


def find_surplus(space: Space, customer: Row, surplus_id: str) -> Row:
    """The customer's surplus with this id, in any case. Raises a 404 Problem if it is unknown or depleted."""
    surplus = row(space.connection, _FIND, of_customer=customer["id"], of_id=surplus_id.lower())
    if surplus is None:
        raise NOT_FOUND.with_detail(
            f"The customer {customer['customer_no']} has no surplus {surplus_id[:50]!r}."
        )
    return surplus


def surpluses_path(customer: Row) -> str:
    """The path of a customer's surpluses, without the prefix of a space."""
    return f"/ledger/customer/v1/{customer['ledger']}/customers/{customer['customer_no']}/surpluses"


def list_page(space: Space, customer: Row, skip: int, take: int) -> tuple[list[Row], int]:
    """A page of a customer's surpluses, oldest first, and their total number."""
    page = rows(space.connection, _PAGE, of_customer=customer["id"], skip=skip, take=take)
    return page, int(scalar(space.connection, _COUNT, of_customer=customer["id"]) or 0)
