"""What follows from a customer's data."""

from collections.abc import Callable

FIRST_REFERENCE = 700_000


def customer_reference(row_id: int) -> str:
    """The reference of a customer that comes without one."""
    return str(FIRST_REFERENCE + row_id)


def is_ancestor(customer_id: int, of_id: int | None, parent_of: Callable[[int], int | None]) -> bool:
    """Whether a customer is another one or stands above it."""
    while of_id is not None and of_id != customer_id:
        of_id = parent_of(of_id)
    return of_id is not None
