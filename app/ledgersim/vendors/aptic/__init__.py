"""Aptic (CLVR debt collection): API gateway."""

from datetime import datetime

from ledgersim.core.events import Event, Occurrence
from ledgersim.core.space import Space
from ledgersim.core.vendor import Vendor, VendorApp, VendorSettings


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.aptic.app import build

    return build(settings)


def _next_of_plans(space: Space) -> datetime | None:
    from ledgersim.vendors.aptic.payment_plans import life

    return life.next_at(space)


def _live_plans(space: Space) -> list[Event]:
    from ledgersim.vendors.aptic.payment_plans import life

    return life.happen(space)


def _next_of_imports(space: Space) -> datetime | None:
    from ledgersim.vendors.aptic.cases import pending

    return pending.next_at(space)


def _import_pending(space: Space) -> list[Event]:
    from ledgersim.vendors.aptic.cases import pending

    return pending.happen(space)


VENDOR = Vendor(
    "aptic",
    "/APIGW",
    _build,
    (Occurrence(_next_of_plans, _live_plans), Occurrence(_next_of_imports, _import_pending)),
)
