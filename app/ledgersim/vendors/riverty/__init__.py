"""Riverty (customer account). So far the mount and the way of refusing; the operations are to come."""

from ledgersim.core.vendor import Vendor, VendorApp, VendorSettings


def _build(_: VendorSettings) -> VendorApp:
    from ledgersim.vendors.riverty.errors import to_response

    return VendorApp("Riverty customer account API (simulated)", to_response)


VENDOR = Vendor("riverty", "/api/v3", _build)
