"""Aptic (CLVR debt collection): API gateway."""

from ledgersim.http.vendor_app import Vendor, VendorApp, VendorSettings
from ledgersim.spaces.scheduler import ScheduledJob


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.aptic.app import build

    return build(settings)


VENDOR = Vendor(
    "aptic",
    "/APIGW",
    _build,
    (ScheduledJob(f"{__name__}.payment_plans.life"), ScheduledJob(f"{__name__}.cases.pending")),
)
