"""The state that Riverty keeps in a space besides rows."""

from typing import ClassVar

from ledgersim.spaces.vendor_state import VendorState


class RivertyState(VendorState):
    """The keys that `--auth strict` accepts, and the bank accounts that customers pay to, by currency."""

    key: ClassVar[str] = "riverty"

    keys: list[str] = []
    bank_accounts: dict[str, str] = {}
