"""Aptic's state in a space, besides its rows."""

from typing import Any, ClassVar, Literal

from ledgersim.spaces.space import Space
from ledgersim.spaces.vendor_state import VendorState
from ledgersim.vendors.aptic.settings import ApticSettings


class ApticState(VendorState):
    """Aptic's part of a world, and values set through the admin API.

    `credentials` and `api_keys` are those that `--auth strict` accepts.
    """

    key: ClassVar[str] = "aptic"

    user: dict[str, Any] = {}
    bank_accounts: dict[str, str] = {}  # of clients without one of their own, by currency
    predefined_values: dict[str, list[str]] = {}
    api_keys: list[str] = []
    credentials: list[tuple[str, str]] = []  # client_id and client_secret
    case_import_delay: Literal["immediate"] | int | None = None  # seconds; None: use the setting


def case_import_delay(space: Space) -> Literal["immediate"] | int:
    """Return the delay, in seconds of the space's clock, before cases sent with `async=true` are imported."""
    override = space.state(ApticState).case_import_delay
    return space.options(ApticSettings).case_import_delay if override is None else override
