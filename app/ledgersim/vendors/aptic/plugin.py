"""Declares Aptic to the simulator."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ledgersim.plugin import Samples, Vendor
from ledgersim.vendors.aptic.settings import ApticSettings

if TYPE_CHECKING:
    from fastapi import APIRouter

    from ledgersim.http.vendor_app import VendorApp
    from ledgersim.spaces.scheduler import ScheduledJob
    from ledgersim.world.fixtures import FixtureKind
    from ledgersim.world.seeding import Seed


def _app(settings: ApticSettings) -> "VendorApp":
    from ledgersim.vendors.aptic.app import build

    return build(settings)


def _models() -> None:
    import ledgersim.vendors.aptic.models  # noqa: F401


def _jobs() -> "Sequence[ScheduledJob]":
    from ledgersim.vendors.aptic.jobs import JOBS

    return JOBS


def _seed() -> "Seed":
    from ledgersim.vendors.aptic.seed.fill import SEED

    return SEED


def _fixtures() -> "Sequence[FixtureKind]":
    from ledgersim.vendors.aptic.fixtures import KINDS

    return KINDS


def _admin(_: ApticSettings) -> "Sequence[APIRouter]":
    from ledgersim.vendors.aptic.admin import router

    return (router,)


def _samples() -> Samples:
    from ledgersim.vendors.aptic.samples import SAMPLES

    return SAMPLES


VENDOR = Vendor(
    name="aptic",
    mount="/APIGW",
    app=_app,
    models=_models,
    settings=ApticSettings,
    jobs=_jobs,
    seed=_seed,
    fixtures=_fixtures,
    samples=_samples,
    admin=_admin,
)
