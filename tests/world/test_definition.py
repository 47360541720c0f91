"""Definitions are found by name or path, and mistakes in them are reported in one line."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from ledgersim.errors import StartupError
from ledgersim.world.definition import digest, seed_folder
from tests.worlds import AS_OF, build, load, tables_of


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The world file in a copy of the seed folder."""
    shutil.copytree(seed_folder(), tmp_path / "mine")
    return tmp_path / "mine" / "worlds" / "nordic-basic.yaml"


def change(file: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def error_of(world: str) -> str:
    """The error of loading a world."""
    with pytest.raises(StartupError) as caught:
        load(world)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_default_world_is_in_the_seed_folder() -> None:
    assert (seed_folder() / "worlds" / "nordic-basic.yaml").is_file()
    assert load("nordic-basic").world.title == "Nordic basics"


def test_a_copy_of_the_folder_is_the_same_world_by_path(copy: Path) -> None:
    by_path = load(str(copy))
    assert by_path.name == str(copy)
    assert by_path.digest == load("nordic-basic").digest
    assert by_path.personas == load("nordic-basic").personas


def test_a_changed_copy_is_another_world(copy: Path) -> None:
    change(copy, "NORDLJUS\n", "SOLSKEN\n")
    change(copy.parents[1] / "personas.yaml", "principal: 1250.00", "principal: 1300.50")
    personas = copy.parents[1] / "personas.yaml"
    personas.write_text(personas.read_text(encoding="utf-8").replace("client: NORDLJUS", "client: SOLSKEN"))
    change(copy.parents[1] / "ledgers.yaml", "creditor: NORDLJUS", "creditor: SOLSKEN")
    assert digest(str(copy)) != digest("nordic-basic")
    found = tables_of(build(load(str(copy)), 1, 20, AS_OF))
    assert found["client"][0]["reference_code"] == "SOLSKEN"
    assert found["claim"][0]["remaining_principal"] == 130_050
    assert found["sim_state"][0]["world"] == str(copy)


def test_a_copy_of_the_world_file_alone_uses_the_built_in_other_files(tmp_path: Path, copy: Path) -> None:
    alone = tmp_path / "alone.yaml"
    shutil.copy(copy, alone)
    change(alone, "title: Nordic basics", "title: Mine")
    assert load(str(alone)).world.title == "Mine"
    assert len(load(str(alone)).personas) == 24


def test_a_world_may_name_other_personas(copy: Path) -> None:
    change(copy, "personas: ../personas.yaml", 'personas: "none.yaml"  # nobody')
    copy.with_name("none.yaml").write_text("[]\n")
    found = tables_of(build(load(str(copy)), 1, 20, AS_OF))
    assert len(found["debtor"]) == 20
    assert not any(debtor["debtor_guid"].startswith("5eed") for debtor in found["debtor"])


@pytest.mark.parametrize("file", ["nordic-basic.yaml", "../personas.yaml", "../places.yaml", "../ledgers.yaml"])
def test_the_digest_depends_on_every_file(copy: Path, file: str) -> None:
    before = digest(str(copy))
    with copy.parent.joinpath(file).open("a") as end:
        end.write("# changed\n")
    assert digest(str(copy)) != before


def test_a_world_of_one_country_has_people_of_that_country_only(copy: Path) -> None:
    for weight in ("weight: 25\n", "weight: 18\n", "weight: 12\n"):
        change(copy, f"    {weight}", "    weight: 0\n")
    found = tables_of(build(load(str(copy)), 1, 50, AS_OF))
    assert {debtor["currency_code"] for debtor in found["debtor"][19:]} == {"SEK"}


def test_an_unknown_name_is_reported_with_the_closest_or_all_names() -> None:
    assert error_of("nordic-basics") == "unknown world 'nordic-basics': did you mean nordic-basic?"
    assert error_of("x") == "unknown world 'x': use nordic-basic or the path of a .yaml file"


@pytest.mark.parametrize("world", ["missing.yaml", "./missing", "no/such/folder.yaml"])
def test_a_missing_file_is_reported(world: str) -> None:
    message = error_of(world)
    assert message.endswith(f"cannot be read from {Path(world)}: No such file or directory")


def test_a_missing_personas_file_is_reported_with_the_world_file(copy: Path) -> None:
    change(copy, "../personas.yaml", "others.yaml")
    assert error_of(str(copy)) == (
        f"{copy}: personas cannot be read from {copy.parent / 'others.yaml'}: No such file or directory"
    )


def test_invalid_yaml_is_reported_with_its_line(copy: Path) -> None:
    change(copy, "  debtors: 200", "  debtors: [200")
    assert re.fullmatch(rf"{re.escape(str(copy))}, line \d+: did not find expected .*", error_of(str(copy)))


def test_a_duplicate_key_is_reported_with_its_line(copy: Path) -> None:
    copy.write_text("title: One\ntitle: Two\n")
    assert error_of(str(copy)) == f"{copy}, line 2: title is given twice"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"title: \xff\n", ", line 1: this is not UTF-8"),
        (b"", ": the whole file: Input should be a valid dictionary or instance of World"),
        (b"- 1\n", ": the whole file: Input should be a valid dictionary or instance of World"),
        (b"title: \x00\n", ": unacceptable character #x0000"),
        (b"title: !!python/object:os.system {}\n", ", line 1: could not determine a constructor for the tag"),
    ],
)
def test_a_file_that_is_not_a_world_is_rejected(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "world.yaml"
    file.write_bytes(content)
    assert error_of(str(file)).startswith(f"{file}{reason}")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("    weight: 45", "    weight: heavy", "countries.SE.weight: Input should be a valid number"),
        ("    weight: 45", "    wait: 45", "countries.SE.weight: is missing (and 1 more)"),
        ("title: Nordic basics", "title: Nordic basics\ntitel: x", "titel: unknown key"),
        ('id_number: "318409811"', "id_number: 318409811", "put it in quotes"),
        ("least: 150.00", "least: 150.001", "must be from 0 to 10,000,000,000 with at most 2 decimals"),
        ("least: 150.00", "least: .nan", "countries.SE.principal.least: must be a number"),
        ("least: 150.00, most: 25000.00", "least: 2.00, most: 1.00", "least must not be above most"),
        (
            'first: "+46701740605"',
            'first: "+46701740805"',
            "must have the same number of digits and be in order",
        ),
        ('"SE":\n    weight', '"DE":\n    weight', "countries.DE"),
        ("{PAID: 14,", "{PAID: 95,", "the shares in closed must add up to 100 at most"),
        ("debts: {1: 72, 2: 20, 3: 8}", "debts: {1: 0}", "aptic.cases.debts: must have a weight above 0"),
        ("SEK: 599-0007", "USD: 599-0007", "aptic.bank_accounts: must include one in SEK"),
        ("    user_role: 1", "    user_roll: 1", "aptic.user.user_roll: unknown key"),
        ("    user_role: 1", "    user_role: one", "aptic.user.user_role: Input should be a valid integer"),
        ("reference_code: BJORKVIK", "reference_code: NORDLJUS", "aptic.clients: NORDLJUS is given twice"),
        ("      country: FI", "      country: SE", "aptic.clients: must include one in FI"),
        ("fees: [REMIND, KK]", "fees: [REMIND, KKK]", "no country has the fee KKK"),
        ("loan_rates: [4.95, 5.45, 6.20]", "", "aptic.customers: with_loan needs loan_rates"),
        ("places: ../places.yaml", "places: >-\n  ../places.yaml", "places must be on its own line"),
    ],
)
def test_a_mistake_in_the_world_file_is_reported_with_its_key(
    copy: Path, old: str, new: str, reason: str
) -> None:
    change(copy, old, new)
    message = error_of(str(copy))
    assert message.startswith(f"{copy}: ")
    assert reason in message


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("client: NORDLJUS", "client: NOBODY", "[0] Ulla Unpaid: unknown client NOBODY"),
        ("5eed0001-deb0-4000-8000-000000000001", "5eed", "[0].aptic.debtor.guid: must be a GUID such as"),
        ("due_days_ago: 99", "due_days_ago: 130", "a debt must be billed, due and interest-bearing before"),
        ("days_ago: 180}", "days_ago: 190}", "must be in chronological order"),
        ("name: Sven Several", "name: Ulla Unpaid", "[7] Ulla Unpaid: Ulla Unpaid is given twice"),
        ("code: PEP", "code: VIP", "unknown question VIP"),
        ("campaign: PART12", "campaign: PART13", "unknown campaign PART13"),
        ("remaining: 3500.00", "remaining: 3400.00", "Bicycle: amount and remaining must be whole payments"),
        ("guarantor: 5eed0018", "guarantor: 5eed0017", "no other customer has the GUID 5eed0017-c057"),
        ("guid: 5eed0017-9a4a", "guid: 5eed0017-10a4", "5eed0017-10a4-4000-8000-000000000001 is given twice"),
        ("remaining: 300.00", "remaining: 800.01", "amount must be positive, and remaining at most amount"),
        ("      account: {guid", "      # account: {guid", "a purchase on account needs an account"),
        ("[5eed0010-deb0-", "[5eed0099-deb0-", "co_debtors: unknown debtor 5eed0099"),
        ("    gender: female\n", "", "must have company, or first, last and gender"),
        (
            "payments: 12",
            "payments: 0",
            "[1].aptic.plan.payments: Input should be greater than or equal to 1",
        ),
    ],
)
def test_a_mistake_in_the_personas_is_reported_with_its_key(
    copy: Path, old: str, new: str, reason: str
) -> None:
    personas = copy.parents[1] / "personas.yaml"
    change(personas, old, new)
    message = error_of(str(copy))
    assert "personas.yaml: " in message
    assert reason in message


def test_norway_needs_no_quotes(copy: Path) -> None:
    change(copy, '  "NO":\n', "  NO:\n")
    change(copy, 'country: "NO"', "country: NO")
    assert list(load(str(copy)).world.countries) == ["SE", "NO", "FI", "DK"]


def test_an_overpayment_is_reported_with_the_persona(copy: Path) -> None:
    change(copy.parents[1] / "personas.yaml", "amount: 229.00", "amount: 829.01")
    with pytest.raises(StartupError) as caught:
        build(load(str(copy)), 1, 20, AS_OF)
    assert str(caught.value) == (
        "the persona Pertti Partpaid, case 5eed0005-ca5e-4000-8000-000000000001: "
        "a payment of 829.01 is 0.01 more than the remaining amount"
    )


def test_an_unknown_locale_is_reported(copy: Path) -> None:
    change(copy, "locale: sv_SE", "locale: xx_SE")
    with pytest.raises(StartupError, match=r"^Faker has no locale 'xx_SE'$"):
        build(load(str(copy)), 1, 20, date(2026, 1, 1))


def test_a_mistake_in_the_ledgers_file_is_reported_with_its_key(copy: Path) -> None:
    change(copy.parents[1] / "ledgers.yaml", "renewal_days: 365", "renewal_days: 0")
    message = error_of(str(copy))
    assert message.endswith(": ledgers[0].kyc.renewal_days: Input should be greater than or equal to 1")
