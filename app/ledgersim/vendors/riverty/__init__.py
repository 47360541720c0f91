"""Riverty (customer account). So far the mount and the way of refusing; the operations are to come."""

from typing import Any

from ledgersim.core.vendor import Vendor, VendorApp


def _build(settings: Any) -> VendorApp:
    from ledgersim.vendors.riverty.errors import to_response

    return VendorApp("Riverty customer account API (simulated)", to_response)


VENDOR = Vendor("riverty", "/api/v3", _build)
