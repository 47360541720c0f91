"""The state that PayEx keeps in a space besides rows: its ledgers and a switch for tests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ledgersim.spaces.vendor_state import VendorState

DISBURSEMENT, POPULATION_REGISTER = "disbursement", "population-register"

# Operations that are "normally not granted" or "available if agreed" [documented], and the grant they require.
REQUIRED_GRANTS = {
    "payex.disbursements.create": DISBURSEMENT,
    "payex.legaladdress.register": POPULATION_REGISTER,
    "payex.generatecustomer": POPULATION_REGISTER,
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """The configuration of a ledger (`ledgers.yaml`)."""

    number: str
    name: str
    country: str
    currency: str
    language: str
    generates_numbers: bool
    number_lengths: tuple[int, int]
    leading_zero: bool
    grants: tuple[str, ...]
    tokens: tuple[str, ...]
    kyc: Mapping[str, Any] | None
    creditor: str | None = None

    def allows(self, operation: str) -> bool:
        """Whether the ledger has the grant that an operation requires, if any."""
        grant = REQUIRED_GRANTS.get(operation)
        return grant is None or grant in self.grants


class PayexState(VendorState):
    """The ledgers, and by ledger number the code of the problem that the next request returns."""

    key: ClassVar[str] = "payex"

    ledgers: tuple[Ledger, ...] = ()
    next_problem: Mapping[str, str] = {}
