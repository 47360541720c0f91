"""PayEx (ledger customers), with the invoices and accounts that its surpluses link to."""

from ledgersim.core.events import Occurrence
from ledgersim.core.vendor import Vendor, VendorApp, VendorSettings


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.payex.app import build

    return build(settings)


VENDOR = Vendor(
    "payex",
    "/ledger",
    _build,
    (Occurrence(f"{__name__}.surpluses.writing"), Occurrence(f"{__name__}.kyc.renewal")),
)
