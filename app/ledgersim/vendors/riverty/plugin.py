"""Riverty as a vendor plugin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledgersim.plugin import Samples, Vendor, VendorSettings

if TYPE_CHECKING:
    from ledgersim.http.vendor_app import VendorApp
    from ledgersim.world.fixtures import FixtureKind
    from ledgersim.world.seeding import Seed


def _app(settings: VendorSettings) -> "VendorApp":
    from ledgersim.vendors.riverty.app import build

    return build(settings)


def _models() -> None:
    import ledgersim.vendors.riverty.customer_account.models  # noqa: F401


def _seed() -> "Seed":
    from ledgersim.vendors.riverty.seed import SEED

    return SEED


def _fixtures() -> "Sequence[FixtureKind]":
    from ledgersim.vendors.riverty.fixtures import KINDS

    return KINDS


def _samples() -> Samples:
    from ledgersim.vendors.riverty.samples import SAMPLES

    return SAMPLES


VENDOR = Vendor(
    name="riverty", mount="/api/v3", app=_app, models=_models, seed=_seed, fixtures=_fixtures, samples=_samples
)
