"""PayEx as a vendor plugin."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledgersim.plugin import Samples, Vendor
from ledgersim.vendors.payex.settings import PayexSettings

if TYPE_CHECKING:
    from fastapi import APIRouter

    from ledgersim.http.vendor_app import VendorApp
    from ledgersim.spaces.scheduler import ScheduledJob
    from ledgersim.world.fixtures import FixtureKind
    from ledgersim.world.seeding import Seed


def _app(settings: PayexSettings) -> "VendorApp":
    from ledgersim.vendors.payex.app import build

    return build(settings)


def _models() -> None:
    import ledgersim.vendors.payex.models  # noqa: F401


def _jobs() -> "Sequence[ScheduledJob]":
    from ledgersim.vendors.payex.jobs import JOBS

    return JOBS


def _seed() -> "Seed":
    from ledgersim.vendors.payex.seed.fill import SEED

    return SEED


def _fixtures() -> "Sequence[FixtureKind]":
    from ledgersim.vendors.payex.fixtures import KINDS

    return KINDS


def _admin(_: PayexSettings) -> "Sequence[APIRouter]":
    from ledgersim.vendors.payex.admin import router

    return (router,)


def _samples() -> Samples:
    from ledgersim.vendors.payex.samples import SAMPLES

    return SAMPLES


VENDOR = Vendor(
    name="payex",
    label="PayEx",
    mount="/ledger",
    app=_app,
    models=_models,
    settings=PayexSettings,
    jobs=_jobs,
    seed=_seed,
    fixtures=_fixtures,
    samples=_samples,
    admin=_admin,
)
