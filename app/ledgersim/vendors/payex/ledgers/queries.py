"""Finding ledgers."""

from ledgersim.spaces.space import Space
from ledgersim.vendors.payex.problems import LEDGER_NOT_CONFIGURED
from ledgersim.vendors.payex.state import Ledger, PayexState


def find_ledger(space: Space, number: str) -> Ledger:
    """The ledger with this number, in any case. Raises a 501 Problem."""
    for ledger in space.state(PayexState).ledgers:
        if ledger.number.lower() == number.lower():
            return ledger
    raise LEDGER_NOT_CONFIGURED.with_detail(f"The ledger {number[:40]!r} is not configured.")
