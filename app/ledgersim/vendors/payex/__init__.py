"""PayEx (ledger customers), with the invoices and accounts that its surpluses link to."""

from ledgersim.http.vendor_app import Vendor, VendorApp, VendorSettings
from ledgersim.spaces.scheduler import ScheduledJob


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.payex.app import build

    return build(settings)


VENDOR = Vendor(
    "payex",
    "/ledger",
    _build,
    (ScheduledJob(f"{__name__}.surpluses.writing"), ScheduledJob(f"{__name__}.kyc.renewal")),
)
