"""PayEx (ledger customers), with the invoices and accounts that its surpluses link to."""

from datetime import datetime

from ledgersim.core.events import Event, Occurrence
from ledgersim.core.space import Space
from ledgersim.core.vendor import Vendor, VendorApp, VendorSettings


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.payex.app import build

    return build(settings)


def _next_of_surpluses(space: Space) -> datetime | None:
    from ledgersim.vendors.payex.surpluses import writing

    return writing.next_at(space)


def _end_surpluses(space: Space) -> list[Event]:
    from ledgersim.vendors.payex.surpluses import writing

    return writing.happen(space)


def _next_of_kyc(space: Space) -> datetime | None:
    from ledgersim.vendors.payex.kyc import renewal

    return renewal.next_at(space)


def _renew_kyc(space: Space) -> list[Event]:
    from ledgersim.vendors.payex.kyc import renewal

    return renewal.happen(space)


VENDOR = Vendor(
    "payex",
    "/ledger",
    _build,
    (Occurrence(_next_of_surpluses, _end_surpluses), Occurrence(_next_of_kyc, _renew_kyc)),
)
