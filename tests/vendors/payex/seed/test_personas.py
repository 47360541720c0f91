"""Personas are customers of a ledger; their traits there come from the personas file."""

import shutil
from pathlib import Path

import pytest

from ledgersim.errors import StartupError
from ledgersim.world.definition import seed_folder
from tests.client import Api
from tests.worlds import AS_OF, Tables, build, load, tables_of


def traits(world: Tables, name: str) -> tuple[str, list[str]]:
    """The legal status of a customer and the statuses of their surpluses."""
    (customer,) = (one for one in world["payex_customer"] if one["name"] == name)
    surpluses = [one["status"] for one in world["payex_surplus"] if one["customer_id"] == customer["id"]]
    return customer["legal_status"], surpluses


@pytest.fixture
def personas(tmp_path: Path) -> Path:
    """The personas file in a copy of the seed folder."""
    shutil.copytree(seed_folder(), tmp_path / "mine")
    return tmp_path / "mine" / "personas.yaml"


def change(file: Path, old: str, new: str) -> str:
    """Replace a text in the personas file. Returns the path of the world file beside it."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return str(file.parent / "worlds" / "nordic-basic.yaml")


def test_the_default_world_has_both_traits(world: Tables) -> None:
    assert traits(world, "Paula Pending") == ("active", ["pending-disbursement", "pending-regulate"])
    assert traits(world, "Siri Surplus") == ("active", ["open", "open"])
    assert traits(world, "Dag Deceased") == ("deceased", [])
    assert traits(world, "Ulla Unpaid") == ("active", [])


def test_any_persona_may_have_a_trait(personas: Path) -> None:
    change(personas, ", order: disbursement}", "}")
    trait = "payex: {surpluses: [{amount: 5.00, order: set-off}]}"
    path = change(personas, "payex: {legal_status: deceased}", trait)
    world = tables_of(build(load(path), 1, 20, AS_OF))
    assert traits(world, "Paula Pending") == ("active", ["open", "pending-regulate"])
    assert traits(world, "Dag Deceased") == ("active", ["pending-regulate"])


def test_an_unknown_trait_is_reported_with_its_key(personas: Path) -> None:
    path = change(personas, "payex: {legal_status: deceased}", "payex: {status: deceased}")
    with pytest.raises(StartupError, match=r"\[12\]\.payex\.status: unknown key"):
        load(path)


def test_every_persona_is_a_ledger_customer_with_the_same_national_number(api: Api) -> None:
    for persona in api.get("/_sim/personas").json()["personas"]:
        payex, number = persona["payex"], persona["aptic"]["idNumber"]
        found = api.get(f"/ledger/customer/v1/{payex['ledger']}/customers/{payex['customerNo']}").json()
        assert (found["name"], found["nationalIdentifier"]["regNo"]) == (persona["name"], number)


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("disbursement", "the ledger 35801 does not grant disbursement"),
        ("set-off", "the customer has no unpaid invoice in the ledger 35801"),
    ],
)
def test_an_order_that_is_not_possible_is_reported(personas: Path, order: str, reason: str) -> None:
    trait = f"payex: {{surpluses: [{{amount: 1.00}}, {{amount: 5.00, order: {order}}}]}}"
    path = change(personas, "payex: {consents: [EInvoice]}", trait)
    with pytest.raises(StartupError, match=rf"Nina Nocase, payex\.surpluses\[1\]\.order: {reason}"):
        build(load(path), 1, 20, AS_OF)
