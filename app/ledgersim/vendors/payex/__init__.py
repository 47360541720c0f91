"""PayEx (ledger customers). So far the mount and the way of refusing; the operations are to come."""

from ledgersim.core.vendor import Vendor, VendorApp, VendorSettings


def _build(_: VendorSettings) -> VendorApp:
    from ledgersim.vendors.payex.errors import to_response

    return VendorApp("PayEx ledger customer API (simulated)", to_response)


VENDOR = Vendor("payex", "/ledger", _build)
