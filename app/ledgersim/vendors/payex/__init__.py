"""PayEx (ledger customers). So far the mount and the way of refusing; the operations are to come."""

from typing import Any

from ledgersim.core.vendor import Vendor, VendorApp


def _build(settings: Any) -> VendorApp:
    from ledgersim.vendors.payex.errors import to_response

    return VendorApp("PayEx ledger customer API (simulated)", to_response)


VENDOR = Vendor("payex", "/ledger", _build)
