"""Aptic (CLVR debt collection): API gateway."""

from ledgersim.core.events import Occurrence
from ledgersim.core.vendor import Vendor, VendorApp, VendorSettings


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.aptic.app import build

    return build(settings)


VENDOR = Vendor(
    "aptic",
    "/APIGW",
    _build,
    (Occurrence(f"{__name__}.payment_plans.life"), Occurrence(f"{__name__}.cases.pending")),
)
