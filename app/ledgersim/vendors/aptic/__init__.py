"""Aptic (CLVR debt collection): API gateway."""

from typing import Any

from ledgersim.core.vendor import Vendor, VendorApp


def _build(settings: Any) -> VendorApp:
    from ledgersim.vendors.aptic.app import build

    return build(settings)


VENDOR = Vendor("aptic", "/APIGW", _build)
