"""Fixtures at start-up become part of the world, each file completely or not at all."""

import asyncio
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledgersim.admin.import_export import export_rows
from ledgersim.app import create_app
from ledgersim.errors import StartupError
from ledgersim.settings import Settings, load_settings
from ledgersim.spaces.space import Space
from ledgersim.vendors.payex.state import PayexState
from tests.serving import refusal
from tests.worlds import seeded, tables_of

DOCS = Path(__file__).parents[2] / "docs" / "fixtures.md"
DEBTOR = "f1c50001-deb0-4000-8000-000000000001"


def example() -> bytes:
    """The example in the documentation."""
    found = re.search(r"```yaml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1].encode()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The example as a file."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(example())
    return path


@pytest.fixture
def app(file: Path) -> Iterator[Any]:
    """A server with the example."""
    app = create_app(Settings(fixtures=(file,)))
    yield app
    app.spaces.close()


def error_of(image: bytes, path: Path, text: str) -> str:
    """The error of loading a file, without its path."""
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StartupError) as caught:
        seeded(image, [path])
    return str(caught.value).removeprefix(f"{path}, ")


def test_every_space_has_the_fixtures_and_a_reset_goes_back_to_them(app: Any) -> None:
    default: Space = app.spaces["default"]
    start = export_rows(default)
    assert DEBTOR.encode() in start
    assert export_rows(app.spaces["other"]) == start
    with default.transaction() as connection:
        default.guids.guid()
        default.save_state(connection, PayexState())
    assert export_rows(default) != start
    asyncio.run(default.reset())
    assert export_rows(default) == start
    assert default.state(PayexState).ledgers[-1].number == "46900"


def test_the_image_is_the_same_for_the_same_files(image: bytes, file: Path, tmp_path: Path) -> None:
    more = tmp_path / "more.json"
    more.write_text('{"aptic": {"debtors": [{"fullName": "Bo"}]}}')
    first = seeded(image, [file, more])
    assert first == seeded(image, [file, more])
    assert first != seeded(image, [more, file])


def test_fixtures_are_dated_on_the_date_of_the_world(image: bytes, file: Path) -> None:
    tables = tables_of(seeded(image, [file]))
    (state,) = tables["sim_state"]
    (before,) = tables_of(image)["sim_state"]
    changed = {name for name in state if state[name] != before[name]}
    assert changed == {"guid_position", "fixtures_digest"}
    (debtor,) = (one for one in tables["debtor"] if one["debtor_guid"] == DEBTOR)
    assert debtor["reg_date"] == datetime(2026, 1, 1, tzinfo=UTC)


def test_a_case_in_one_file_may_refer_to_a_debtor_in_another(image: bytes, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(f"aptic: {{cases: [{{caseNumber: x1, debtors: [{{debtorGuid: {DEBTOR}}}]}}]}}")
    assert "x1" in [one["case_number"] for one in tables_of(seeded(image, [file, other]))["case"]]
    with pytest.raises(StartupError, match=f"other.yaml, line 1: .*Unknown debtor '{DEBTOR}'"):
        seeded(image, [other, file])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: Input should be a JSON object"),
        ("a: [", "line 2: did not find expected node content"),
        ("aptic:\n  depters: []", "line 2: aptic.depters: unknown member; did you mean debtors?"),
        ("aptix: {}", "line 1: aptix: unknown member; did you mean aptic?"),
        (
            "aptic:\n  debtors:\n    - idNumber: 198503149984\n      juridicalType: '1'\n      zip: x",
            "line 3: aptic.debtors[0].idNumber: Input should be a string: put it in quotes; "
            "line 4: aptic.debtors[0].juridicalType: Input should be a whole number, without quotation marks; "
            "line 5: aptic.debtors[0].zip: unknown member; did you mean zipCode?",
        ),
        (
            "aptic:\n  cases:\n  - debts:\n    - {remainingPrincipal: 1.005}\n    - {billDate: soon}",
            "line 4: aptic.cases[0].debts[0].remainingPrincipal: Input should have at most 2 decimals; "
            "line 5: aptic.cases[0].debts[1].billDate: Input should be a date or date-time such as 2026-01-31 "
            "or 2026-01-31T10:00:00Z",
        ),
        (
            "payex:\n  customers:\n  - ledger: '46001'\n    NAME: ' '\n",
            "line 3: payex.customers[0].legalAddress: Field required; "
            "line 4: payex.customers[0].name: String should match pattern '\\S'",
        ),
        (
            "payex:\n  ledgers:\n  - {number: '46001', name: n, country: SE, currency: SEK, language: SV,\n"
            "     number_lengths: [1, 2]}",
            "line 3: payex.ledgers[0].number: the ledger 46001 already exists",
        ),
        (
            "payex:\n  ledgers:\n  - {number: '1', name: n, country: SE, currency: SEK, language: SV,\n"
            "     number_lengths: [1, 2], tokens: [payex-46001-token]}",
            "line 4: payex.ledgers[0].tokens: payex-46001-token is a token of the ledger 46001",
        ),
        (
            "payex:\n  surpluses:\n  - {ledger: '99', customerNo: '1', amount: 1}",
            "line 3: payex.surpluses[0].ledger: The ledger '99' is not configured.",
        ),
        (
            "payex:\n  surpluses:\n  - {ledger: '46001', customerNo: '1', amount: 1}",
            "line 3: payex.surpluses[0].customerNo: The ledger 46001 has no customer '1'.",
        ),
        (
            "payex:\n  surpluses:\n  - ledger: '46001'\n    customerNo: '1000001'\n    AMOUNT: 0",
            "line 5: payex.surpluses[0].amount: Input should be greater than 0",
        ),
        (
            "riverty:\n  accounts:\n  - accountLimit: 1\n    countryCode: SE\n    conversationLanguage: SV\n"
            "    customer: {category: Person, currency: SEK,\n      firstName: Reject}",
            "line 7: riverty.accounts[0].customer.firstName: an application by 'Reject' for this limit is not "
            "granted: Rejected",
        ),
        (
            "aptic:\n  cases:\n  - {caseNumber: '1'}\n  - {}\n  - caseNumber: '1'",
            "line 5: aptic.cases[2]: caseNumber: '1' is already the number of another case.",
        ),
        (
            f"aptic:\n  debtors:\n  - debtorGuid: {DEBTOR}\n  - debtorGuid: {DEBTOR}",
            f"line 4: aptic.debtors[1]: Another debtor already has the debtorGuid '{DEBTOR}'.",
        ),
        (
            f"aptic:\n  cases:\n  - caseGuid: {DEBTOR}\n  - caseGuid: {DEBTOR}",
            f"line 4: aptic.cases[1]: Another case already has the caseGuid '{DEBTOR}'.",
        ),
    ],
)
def test_a_mistake_is_reported_with_file_line_and_field(
    image: bytes, tmp_path: Path, text: str, message: str
) -> None:
    assert error_of(image, tmp_path / "f.yaml", text) == message


def test_twenty_mistakes_are_reported_and_the_others_counted(image: bytes, tmp_path: Path) -> None:
    text = "aptic:\n  debtors:\n" + "".join(f"  - {{x{number}: 1}}\n" for number in range(25))
    reported = error_of(image, tmp_path / "f.yaml", text).split("; ")
    assert reported[:2] == [
        "line 3: aptic.debtors[0].x0: unknown member",
        "line 4: aptic.debtors[1].x1: unknown member",
    ]
    assert reported[19:] == [
        "line 22: aptic.debtors[19].x19: unknown member",
        "line 22: and 5 more mistakes",
    ]


def test_a_missing_or_invalid_file_aborts_start_up(tmp_path: Path) -> None:
    missing, bad = tmp_path / "missing.yaml", tmp_path / "bad.yaml"
    bad.write_text("aptic:\n  debtors: 5\n")
    assert refusal(fixtures=[str(missing)]) == (
        f"the fixtures cannot be read from {missing}: No such file or directory"
    )
    assert refusal({"LEDGERSIM_FIXTURES": f"{bad}{os.pathsep}{missing}"}).endswith(
        f"{missing}: No such file or directory"
    )
    assert refusal(fixtures=[str(bad)]) == (f"{bad}, line 2: aptic.debtors: Input should be a JSON array")


def test_a_database_requires_the_fixtures_that_it_was_created_with(tmp_path: Path, file: Path) -> None:
    other = tmp_path / "other.json"
    other.write_text("{}")
    database, both = str(tmp_path / "space.db"), [str(file), str(other)]
    for _ in range(2):
        create_app(load_settings({}, database=database, fixtures=both)).spaces.close()
    for fewer in (both[:1], []):
        assert re.fullmatch(
            r"the database .* was created for another world \(its digest of the --fixtures is "
            r"[0-9a-f]{32}, not (None|[0-9a-f]{32})\); start with the options of that world, or choose another file",
            refusal(database=database, fixtures=fewer),
        )
