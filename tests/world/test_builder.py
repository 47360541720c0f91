"""A world depends on its definition, seed, size and date, and on nothing else."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from ledgersim.ids import Stream
from ledgersim.spaces.models import layout
from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database
from ledgersim.world.model import Definition
from tests.worlds import AS_OF, MIDNIGHT, Tables, build, tables_of

PRINT_DIGEST = """
import hashlib
from datetime import date
from tests.worlds import build
from tests.worlds import load
print(hashlib.sha256(build(load("nordic-basic"), 7, 60, date(2026, 1, 1))).hexdigest())
"""


def test_another_process_builds_the_same_bytes(definition: Definition) -> None:
    here = hashlib.sha256(build(definition, 7, 60, AS_OF)).hexdigest()
    found = subprocess.run(
        [sys.executable, "-c", PRINT_DIGEST],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == here


def test_another_seed_generates_other_people(definition: Definition, world: Tables) -> None:
    other = tables_of(build(definition, 2, 200, AS_OF))
    names = [debtor["full_name"] for debtor in world["debtor"]]
    assert names != [debtor["full_name"] for debtor in other["debtor"]]


def test_the_default_world_has_the_size_in_its_definition(world: Tables) -> None:
    sizes = {name: len(world[name]) for name in ("customer", "debtor", "case", "client")}
    assert sizes == {"customer": 200, "debtor": 200, "case": 300, "client": 5}


@pytest.mark.parametrize(
    ("customers", "debtors", "cases"),
    [(1, 19, 21), (20, 20, 30), (40, 40, 60), (100, 100, 150), (1_101, 1_101, 1_652)],
)
def test_debtors_and_cases_scale_with_the_customers_but_include_the_personas(
    definition: Definition, customers: int, debtors: int, cases: int
) -> None:
    found = tables_of(build(definition, 1, customers, AS_OF))
    assert len(found["customer"]) == max(customers, 6)
    assert (len(found["debtor"]), len(found["case"])) == (debtors, cases)


def test_personas_have_the_same_ids_in_worlds_of_any_size(definition: Definition, world: Tables) -> None:
    smaller = tables_of(build(definition, 1, 60, AS_OF))
    for table, personas in (("debtor", 19), ("customer", 6), ("case", 21), ("claim", 29)):
        assert world[table][:personas] == smaller[table][:personas]
    assert world["claim"][28]["case_id"] == 21
    assert world["claim"][29]["case_id"] == 22


@pytest.mark.parametrize("as_of", [date(2000, 1, 1), date(2024, 2, 29), date(2026, 3, 31), date(2100, 1, 1)])
def test_a_world_may_have_any_date(definition: Definition, as_of: date) -> None:
    found = tables_of(build(definition, 1, 60, as_of))
    today = datetime(as_of.year, as_of.month, as_of.day, tzinfo=UTC)
    (ines,) = (claim for claim in found["claim"] if claim["guid"].startswith("5eed0015"))
    assert ines["interest_from"] == today - timedelta(days=365)
    assert max(case["registration_date"] for case in found["case"]) < today
    assert max(debtor["date_of_birth"] for debtor in found["debtor"] if debtor["date_of_birth"]) < today


def test_the_state_records_the_parameters_of_the_world(definition: Definition, world: Tables) -> None:
    (state,) = world["sim_state"]
    assert state == {
        "id": 1,
        "schema_version": layout(),
        "world": "nordic-basic",
        "world_digest": definition.digest,
        "fixtures_digest": None,
        "seed": 1,
        "customers": 200,
        "as_of": "2026-01-01",
        "guid_position": state["guid_position"],
        "chance_position": 0,
        "clock_mode": "real",
        "clock_offset_microseconds": None,
        "clock_frozen_at": None,
        "clock_floor": MIDNIGHT,
    }


def test_a_space_continues_after_the_guids_of_its_world(definition: Definition) -> None:
    image = build(definition, 1, 60, AS_OF)
    space = Space("default", Database.in_memory(image), image)
    fresh = space.guids.guid()
    space.close()
    stream = Stream(1, "guid")
    drawn = {stream.guid() for _ in range(space.guids.position)}
    used = {
        value
        for table in tables_of(image).values()
        for row in table
        for value in row.values()
        if isinstance(value, str)
    }
    assert fresh in drawn
    assert fresh not in used
    assert len(used & drawn) > 300


def test_the_image_can_be_deserialized(definition: Definition) -> None:
    image = build(definition, 1, 20, AS_OF)
    assert image[18:20] == b"\x01\x01"  # not in WAL mode


def test_the_state_of_each_vendor_is_complete(world: Tables) -> None:
    facts = {fact["name"]: fact["value"] for fact in world["sim_value"]}
    assert facts.keys() == {"aptic", "payex", "personas", "riverty"}
    assert facts["riverty"]["keys"] == ["ledgersim-key"]
    assert list(facts["riverty"]["bank_accounts"]) == ["SEK", "NOK", "EUR", "DKK", "CHF"]
    assert facts["aptic"]["api_keys"] == ["ledgersim-key"]
    assert facts["aptic"]["credentials"] == [["ledgersim", "ledgersim-secret"]]
    user = facts["aptic"]["user"]
    assert (user["full_name"], user["system_currency_code"]) == ("Integration User", "SEK")
    assert (user["photo_image_type"], user["access_groups"], user["links"]) == ("image/png", ["API"], [])
    assert len(user) == 27
