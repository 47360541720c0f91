"""Aptic (CLVR debt collection): API gateway."""

from datetime import datetime

from ledgersim.core.events import Event, Occurrence
from ledgersim.core.space import Space
from ledgersim.core.vendor import Vendor, VendorApp, VendorSettings


def _build(settings: VendorSettings) -> VendorApp:
    from ledgersim.vendors.aptic.app import build

    return build(settings)


def _next_at(space: Space) -> datetime | None:
    from ledgersim.vendors.aptic.payment_plans import life

    return life.next_at(space)


def _happen(space: Space) -> list[Event]:
    from ledgersim.vendors.aptic.payment_plans import life

    return life.happen(space)


VENDOR = Vendor("aptic", "/APIGW", _build, (Occurrence(_next_at, _happen),))
