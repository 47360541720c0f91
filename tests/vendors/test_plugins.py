"""The declarations of the built-in vendors: every import string resolves to a part of the right type."""

import inspect
from types import ModuleType
from typing import Any

import pytest
from fastapi import APIRouter

from ledgersim.debts import Debts
from ledgersim.plugin import Samples, Vendor, resolve
from ledgersim.spaces.scheduler import ScheduledJob
from ledgersim.vendors import installed_vendors
from ledgersim.world.fixtures import FixtureKind
from ledgersim.world.seeding import Seed

VENDORS = pytest.mark.parametrize("vendor", installed_vendors(), ids=lambda vendor: vendor.name)
OPTIONAL: dict[str, type[Any]] = {
    "models": ModuleType,
    "seed": Seed,
    "admin": APIRouter,
    "samples": Samples,
    "debts": Debts,
}
SEQUENCES: dict[str, type[Any]] = {"jobs": ScheduledJob, "fixtures": FixtureKind}


@VENDORS
@pytest.mark.parametrize(("part", "kind"), OPTIONAL.items())
def test_a_part_is_missing_or_of_its_type(vendor: Vendor, part: str, kind: type[Any]) -> None:
    assert isinstance(resolve(getattr(vendor, part)), kind | None)


@VENDORS
@pytest.mark.parametrize(("part", "kind"), SEQUENCES.items())
def test_a_part_is_a_sequence_of_its_type(vendor: Vendor, part: str, kind: type[Any]) -> None:
    assert [one for one in resolve(getattr(vendor, part)) if not isinstance(one, kind)] == []


@VENDORS
def test_the_application_is_built_from_the_settings(vendor: Vendor) -> None:
    assert list(inspect.signature(resolve(vendor.app)).parameters) == ["settings"]


def test_the_vendor_that_defines_the_debts_of_personas_is_seeded_first() -> None:
    assert [vendor.name for vendor in installed_vendors()] == ["aptic", "payex", "riverty"]
