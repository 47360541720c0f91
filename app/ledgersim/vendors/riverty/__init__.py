"""Riverty (AfterPay): customer account."""

from ledgersim.http.vendor_app import Vendor, VendorApp, VendorSettings


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.riverty.app import build

    return build(settings)


VENDOR = Vendor("riverty", "/api/v3", _build)
