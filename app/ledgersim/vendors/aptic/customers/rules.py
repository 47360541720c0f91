"""The reference and the ancestors of a customer."""

from collections.abc import Callable

FIRST_REFERENCE = 700_000


def customer_reference(row_id: int) -> str:
    """Return the reference of a customer that is created without one."""
    return str(FIRST_REFERENCE + row_id)


def is_ancestor(customer_id: int, of_id: int | None, parent_of: Callable[[int], int | None]) -> bool:
    """Return whether a customer is another one or one of its ancestors."""
    while of_id is not None and of_id != customer_id:
        of_id = parent_of(of_id)
    return of_id is not None
