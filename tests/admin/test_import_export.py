"""Exports can be imported unchanged, and uploaded images that a space could not use are rejected."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.admin import import_export as transfer
from ledgersim.app import open_spaces
from ledgersim.json_text import MAX_DEPTH
from ledgersim.problems import Problem
from ledgersim.settings import Settings
from ledgersim.spaces.registry import Spaces
from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database
from ledgersim.storage.row_validation import MAX_INTEGER, vendor_tables
from ledgersim.vendors.aptic.state import ApticState
from tests.worlds import world_image

Content = dict[str, Any]
Change = Callable[[Content], None]


@pytest.fixture(scope="module")
def small() -> bytes:
    """The smallest world: little more than its personas."""
    default = Settings()
    return bytes(world_image(default.world, default.seed, 1, default.as_of))


@pytest.fixture(scope="module")
def like(small: bytes) -> Iterator[Database]:
    """A database of that world."""
    database = Database.in_memory(small)
    yield database
    database.close()


@pytest.fixture
def spaces(small: bytes) -> Iterator[Spaces]:
    """Spaces of that world."""
    opened = open_spaces(Settings(), small)
    yield opened
    opened.close()


def errors_of(space: Space, content: object) -> dict[str, Any]:
    """The errors of an import that must be rejected and change nothing."""
    before = transfer.export_rows(space), space.guids.position
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(Problem) as caught:
        transfer.import_rows(space, body)
    assert caught.value.status == 400
    assert (transfer.export_rows(space), space.guids.position) == before
    return dict(caught.value.errors)


def problem_of(act: Callable[[], None]) -> Problem | None:
    """The problem that a call raises, if any."""
    try:
        act()
    except Problem as problem:
        return problem
    return None


def test_the_export_of_one_space_makes_another_equal_from_then_on(spaces: Spaces) -> None:
    one, other = spaces["one"], spaces["other"]
    content = json.loads(transfer.export_rows(one))
    content["guid_position"] += 5
    content["tables"]["debtor"][0] |= {"full_name": "Å \x00 \U0001f600 \"'", "email": None}
    del content["tables"]["question"][:]
    transfer.import_rows(one, json.dumps(content).encode())
    exported = transfer.export_rows(one)
    assert json.loads(exported) == content
    transfer.import_rows(other, exported)
    assert transfer.export_rows(other) == exported
    assert one.guids.guid() == other.guids.guid()


def test_every_table_of_vendors_is_exported_and_none_of_the_simulators_own(spaces: Spaces) -> None:
    exported = json.loads(transfer.export_rows(spaces["a"]))
    assert list(exported) == ["guid_position", "tables"]
    assert list(exported["tables"]) == [table.name for table in vendor_tables()]
    assert [name for name in exported["tables"] if name.startswith("sim_")] == []


def test_an_import_of_no_rows_at_all_keeps_its_position(spaces: Spaces) -> None:
    space = spaces["a"]
    for position in (7, 9):
        empty: Content = {"guid_position": position, "tables": {table.name: [] for table in vendor_tables()}}
        transfer.import_rows(space, json.dumps(empty).encode())
        assert json.loads(transfer.export_rows(space)) == empty
        copy = Database.in_memory(space.current_image())
        assert Space("copy", copy, b"").guids.position == position
        copy.close()


def test_a_row_may_refer_to_a_later_one_and_two_to_each_other(spaces: Spaces) -> None:
    space = spaces["a"]
    content = json.loads(transfer.export_rows(space))
    first, second = content["tables"]["customer"][:2]
    first["parent_customer_id"], second["parent_customer_id"] = second["id"], first["id"]
    transfer.import_rows(space, json.dumps(content).encode())
    assert json.loads(transfer.export_rows(space)) == content


def test_an_import_leaves_clock_tokens_and_facts_alone(spaces: Spaces) -> None:
    space = spaces["a"]
    space.set_clock("frozen", space.clock.now())
    space.issue_token("aptic", space.clock.now() - space.clock.setting.floor)
    with space.transaction() as connection:
        space.save_state(connection, ApticState(case_import_delay=7))
    before = space.clock.setting, space.chance.position
    transfer.import_rows(space, transfer.export_rows(spaces["b"]))
    assert (space.clock.setting, space.chance.position) == before
    assert space.state(ApticState).case_import_delay == 7


def with_row(table: str, **values: object) -> Change:
    """Change the first row of a table."""
    return lambda content: content["tables"][table][0].update(values)


REFUSED: list[tuple[Change, dict[str, list[str]]]] = [
    (lambda content: content.pop("guid_position"), {"guid_position": ["is missing"]}),
    (
        lambda content: content.update(guidPosition=content.pop("guid_position")),
        {
            "guidPosition": ["unknown member of an export; did you mean guid_position?"],
            "guid_position": ["is missing"],
        },
    ),
    (lambda content: content.update(tables=[]), {"tables": ["Input should be a JSON object"]}),
    (
        lambda content: content.update(guid_position=True),
        {"guid_position": [f"Input should be a whole number from 0 to {MAX_INTEGER}"]},
    ),
    (
        lambda content: content.update(guid_position=-1),
        {"guid_position": [f"Input should be a whole number from 0 to {MAX_INTEGER}"]},
    ),
    (
        lambda content: content["tables"].update(debtors=content["tables"].pop("debtor")),
        {"tables.debtors": ["unknown table; did you mean debtor?"], "tables.debtor": ["is missing"]},
    ),
    (lambda content: content["tables"].update(sim_state=[]), {"tables.sim_state": ["unknown table"]}),
    (lambda content: content["tables"].update(debtor={}), {"tables.debtor": ["Input should be a JSON array"]}),
    (
        lambda content: content["tables"]["debtor"].insert(1, 5),
        {"tables.debtor[1]": ["Input should be a JSON object"]},
    ),
    (
        lambda content: content["tables"]["debtor"][1].update(
            fullname=content["tables"]["debtor"][1].pop("full_name")
        ),
        {
            "tables.debtor[1].fullname": ["unknown column; did you mean full_name?"],
            "tables.debtor[1].full_name": ["is missing"],
        },
    ),
    (with_row("debtor", full_name=5), {"tables.debtor[0].full_name": ["Input should be a valid string"]}),
    (
        with_row("debtor", debtor_guid=None),
        {"tables.debtor[0].debtor_guid": ["Input should be a valid string"]},
    ),
    (
        with_row("claim", remaining_principal=1.0),
        {"tables.claim[0].remaining_principal": ["Input should be a valid integer"]},
    ),
    (
        with_row("claim", remaining_principal=True),
        {"tables.claim[0].remaining_principal": ["Input should be a valid integer"]},
    ),
    (
        with_row("claim", remaining_principal=2**53),
        {"tables.claim[0].remaining_principal": ["Input should be less than or equal to 9007199254740991"]},
    ),
    (
        with_row("claim", remaining_principal=-(10**400)),
        {"tables.claim[0].remaining_principal": ["Input should be greater than or equal to -9007199254740991"]},
    ),
    (with_row("customer", id=0), {"tables.customer[0].id": ["Input should be greater than or equal to 1"]}),
    (
        with_row("claim", registration_date="2026-01-01", interest_from=5),
        {
            f"tables.claim[0].{name}": ["Input should be an instant in UTC such as 2026-01-31T10:00:00Z"]
            for name in ("registration_date", "interest_from")
        },
    ),
    (
        with_row("claim", registration_date="2026-02-30T00:00:00Z"),
        {
            "tables.claim[0].registration_date": [
                "Input should be an instant in UTC such as 2026-01-31T10:00:00Z"
            ]
        },
    ),
    (
        with_row("riverty_customer_account", first_notice_date="2026-W01-1"),
        {"tables.riverty_customer_account[0].first_notice_date": ["Input should be a date such as 2026-01-31"]},
    ),
    (
        with_row("payex_customer", consents=None),
        {"tables.payex_customer[0].consents": ["Input should not be null"]},
    ),
    (with_row("extra_field", value="x"), {"tables.extra_field[0].value": ["Input should be a valid list"]}),
]
UNREADABLE_JSON: list[tuple[str, str, object, str]] = [
    ("payex_customer", "consents", 5, ""),
    ("payex_customer", "consents", [5], "[0]"),
    ("payex_customer", "edi_address_info", {"van": "x"}, ".buyer_id"),
    ("payex_customer", "kyc_answers", {}, ""),
    ("payex_surplus", "payee", 5, ""),
    ("payex_surplus", "payee", {"international": {"iban": "x"}}, ".international.bic"),
    ("riverty_customer_account", "address_list", [5], "[0]"),
    ("riverty_customer_account", "address_list", {}, ""),
    ("claim", "extra_fields", [{"name": 5, "value": []}], "[0].name"),
    ("purchase", "extra_fields", [{"name": "x"}], "[0].data"),
    ("payment_plan", "covered", [5], "[0]"),
    ("payment_plan", "deviations", [{"payment_no": 1, "due_date": 5, "amount": None}], "[0].due_date"),
    ("payment_plan", "receipts", [["2026-01-01", "x", "1"]], "[0][1]"),
    ("payment_plan", "receipts", [["2026-01-01"]], "[0][1]"),
    ("payment_plan", "reminders", {"1": "x"}, ".1"),
]


@pytest.mark.parametrize(("change", "errors"), REFUSED)
def test_values_that_no_export_contains_are_rejected_with_their_place(
    spaces: Spaces, change: Change, errors: dict[str, list[str]]
) -> None:
    space = spaces["a"]
    content = json.loads(transfer.export_rows(space))
    change(content)
    assert errors_of(space, content) == errors


@pytest.mark.parametrize(("table", "column", "value", "where"), UNREADABLE_JSON)
def test_json_that_the_code_cannot_read_is_refused(
    spaces: Spaces, table: str, column: str, value: object, where: str
) -> None:
    content = json.loads(transfer.export_rows(spaces["a"]))
    content["tables"][table][0][column] = value
    assert f"tables.{table}[0].{column}{where}" in errors_of(spaces["a"], content)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Expecting value at line 1, column 1."),
        (b"\xff", "Byte 1 is not UTF-8."),
        (b'{"guid_position": NaN}', "NaN is not a JSON number."),
        (b'{"guid_position": 1e999}', "1e999 is too large a number."),
        (b'{"guid_position": "\\ud800"}', "A string has half of a surrogate pair (\\ud800 to \\udfff)."),
        (b"[" * 100_000, "It is nested more than 100 levels deep."),
    ],
)
def test_invalid_json_is_rejected(spaces: Spaces, body: bytes, reason: str) -> None:
    assert errors_of(spaces["a"], body) == {"body": [reason]}


@pytest.mark.parametrize("body", [b"[]", b"5", b"null"])
def test_json_other_than_an_object_is_rejected(spaces: Spaces, body: bytes) -> None:
    assert errors_of(spaces["a"], body) == {"body": ["Input should be a JSON object"]}


def test_json_may_be_nested_as_deep_as_a_hundred_levels(spaces: Spaces) -> None:
    space = spaces["a"]
    content = json.loads(transfer.export_rows(space))
    row, value = content["tables"]["payex_customer"][0], "x"
    for _ in range(MAX_DEPTH):
        value = [value]  # type: ignore[assignment]
    row["kyc_answers"] = value
    transfer.import_rows(space, json.dumps(content).encode())
    assert json.loads(transfer.export_rows(space)) == content
    row["kyc_answers"] = [value]
    assert errors_of(space, content) == {
        "tables.payex_customer[0].kyc_answers": ["Input should not be nested more than 100 levels deep"]
    }


def test_duplicate_keys_and_dangling_references_are_rejected(spaces: Spaces) -> None:
    space = spaces["a"]
    content = json.loads(transfer.export_rows(space))
    debtors = content["tables"]["debtor"]
    debtors.append({**debtors[2], "id": 10_000})
    where = f"tables.debtor[{len(debtors) - 1}].debtor_guid"
    assert errors_of(space, content) == {where: ["must be unique (debtor_guid); row [2] has the same value"]}
    debtors[-1] = {**debtors[2], "debtor_guid": "x"}
    where = f"tables.debtor[{len(debtors) - 1}].id"
    assert errors_of(space, content) == {where: ["must be unique (id); row [2] has the same value"]}
    del debtors[-1]
    content["tables"]["claim"][0]["case_id"] = 10_000
    assert errors_of(space, content) == {"tables.claim[0].case_id": ["case 10000 not found"]}


def test_a_position_before_an_existing_guid_is_rejected(spaces: Spaces) -> None:
    space = spaces["a"]
    position = space.guids.position
    content = json.loads(transfer.export_rows(space))
    content["tables"]["debtor"][1]["debtor_guid"] = space.guids.guid()
    space.guids.position = position
    assert errors_of(space, content) == {
        "tables.debtor[1].debtor_guid": ["would be generated again: guid_position is before this GUID"]
    }
    content["guid_position"] += 1
    transfer.import_rows(space, json.dumps(content).encode())
    assert json.loads(transfer.export_rows(space)) == content


def test_at_most_twenty_errors_are_reported(spaces: Spaces) -> None:
    space = spaces["a"]
    content = json.loads(transfer.export_rows(space))
    content["tables"] = {f"t{number}": [] for number in range(1_000)}
    assert list(errors_of(space, content)) == [f"tables.t{number}" for number in range(20)]


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(value=JSON_VALUES, data=st.data())
def test_any_value_anywhere_is_accepted_or_rejected(spaces: Spaces, value: object, data: st.DataObject) -> None:
    space = spaces["a"]
    content = json.loads(transfer.export_rows(space))
    table = data.draw(st.sampled_from([name for name, rows in content["tables"].items() if rows]))
    row = content["tables"][table][0]
    row[data.draw(st.sampled_from(list(row)))] = value
    before = transfer.export_rows(space)
    problem = problem_of(lambda: transfer.import_rows(space, json.dumps(content).encode()))
    if problem is None:
        transfer.import_rows(spaces["b"], transfer.export_rows(space))
        assert transfer.export_rows(spaces["b"]) == transfer.export_rows(space)
    else:
        assert (problem.status, transfer.export_rows(space)) == (400, before)


# Images


def reason(image: bytes, like: Database) -> str:
    """Why an image is rejected."""
    with pytest.raises(Problem) as caught:
        transfer.check_image(image, like)
    assert (caught.value.status, caught.value.title) == (400, "Not a ledgersim database")
    return caught.value.detail


def edited(image: bytes, *statements: str) -> bytes:
    """An image that has been edited with SQLite."""
    raw = sqlite3.connect(":memory:", isolation_level=None)
    raw.deserialize(image)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    for statement in statements:
        raw.execute(statement)
    changed = raw.serialize()
    raw.close()
    return changed


def test_the_image_of_a_used_space_is_accepted(spaces: Spaces, like: Database) -> None:
    space = spaces["a"]
    with space.transaction():
        space.guids.guid()
    space.issue_token("aptic", space.clock.now() - space.clock.setting.floor)
    space.set_clock("frozen", space.clock.now())
    transfer.check_image(space.current_image(), like)
    transfer.check_image(space.current_image(), space.database)


@pytest.mark.parametrize(
    ("bytes_", "detail"),
    [
        (b"", "it is not a SQLite database"),
        (b"SQLite format 3", "it is not a SQLite database"),
        (b"SQLite format 3\0", "it is in WAL mode"),
        (
            b"SQLite format 3\0\x02\0\1\1".ljust(31, b"\0") + b"\1".ljust(481, b"\0"),
            "SQLite cannot read it: file is not a database",
        ),
        (b"PK\3\4 a file of another kind", "it is not a SQLite database"),
    ],
)
def test_a_file_that_is_not_a_database_is_rejected(like: Database, bytes_: bytes, detail: str) -> None:
    assert reason(bytes_, like).startswith(f"The file was rejected: {detail}")


def test_a_part_of_an_image_or_more_than_one_is_rejected(small: bytes, like: Database) -> None:
    for image in (small[:-1], small[:-4096], small + b"\0" * 4096):
        assert reason(image, like) == "The file was rejected: its size does not match its header."


@pytest.mark.parametrize(
    ("statement", "detail"),
    [
        ("CREATE TABLE mine (x)", "its schema differs from this version's in mine."),
        (
            "CREATE TRIGGER mine AFTER INSERT ON debtor BEGIN DELETE FROM debtor; END",
            "its schema differs from this version's in mine.",
        ),
        ("DROP TABLE question", "its schema differs from this version's in ix_question_customer_id, "),
        ("DROP INDEX ix_claim_case", "its schema differs from this version's in ix_claim_case."),
        ("ALTER TABLE debtor ADD COLUMN x", "its schema differs from this version's in debtor."),
        ("UPDATE claim SET case_id = 9999 WHERE id = 1", "row 1 of claim references a missing row of case."),
        ("DELETE FROM sim_state", "it was created by another version of ledgersim."),
        ("UPDATE sim_state SET schema_version = 1", "it was created by another version of ledgersim."),
        ("UPDATE sim_state SET id = 2", "its row of sim_state is invalid."),
        ("UPDATE sim_state SET seed = -1", "its row of sim_state is invalid."),
        (f"UPDATE sim_state SET chance_position = {2**62}", "its identifiers are exhausted."),
        ("UPDATE sim_state SET as_of = 'today'", "Invalid isoformat string: 'today'."),
        ("UPDATE sim_state SET as_of = '0001-01-01'", "its clock has an invalid state."),
        ("UPDATE sim_state SET clock_mode = 'fast'", "its clock has an invalid state."),
        ("UPDATE sim_state SET clock_mode = 'frozen'", "its clock has an invalid state."),
        (f"UPDATE sim_state SET clock_offset_microseconds = {2**63 - 1}", "date value out of range."),
        ("UPDATE sim_state SET clock_floor = 'x'", "'x' is not an instant such as 2026-01-31T10:00:00.000000Z."),
        ("DELETE FROM sim_value", "its rows of sim_value differ from those of this version."),
        (
            "UPDATE sim_value SET value = '5' WHERE name = 'aptic'",
            "its rows of sim_value differ from those of this version.",
        ),
        ("UPDATE sim_value SET value = '{\"keys\": 5}' WHERE name = 'riverty'", "1 validation error for RivertyState"),
        ("UPDATE sim_value SET value = '[5]' WHERE name = 'personas'", "1 validation error for PersonaList"),
        ("UPDATE sim_value SET value = '{'", "Expecting property name enclosed in double quotes: "),
        ("UPDATE debtor SET full_name = CAST(x'ff' AS TEXT) WHERE id = 1", "Could not decode to UTF-8 column "),
        ("UPDATE case_sums SET paid_fee = 5 WHERE case_id = 1", "its rows of case_sums do not follow from the others"),
        ("DELETE FROM case_sums WHERE case_id = 1", "its rows of case_sums do not follow from the others"),
        ("UPDATE claim SET registration_date = '2026-01-01' WHERE id = 1", "'2026-01-01' is not an instant such as "),
        ("UPDATE payex_customer SET kyc_answers = '[1e999]' WHERE id = 1", "Out of range float values are not JSON compliant"),
        ("UPDATE payex_customer SET kyc_answers = '[\"\\ud800\"]' WHERE id = 1", "'utf-8' codec can't encode character "),
        (f"UPDATE payex_customer SET kyc_answers = '{'[' * 100_000}' WHERE id = 1", "maximum recursion depth exceeded"),
    ],
)  # fmt: skip
def test_an_edited_image_is_rejected(small: bytes, like: Database, statement: str, detail: str) -> None:
    assert reason(edited(small, statement), like).startswith(f"The file was rejected: {detail}")


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE debtor SET full_name = x'00' WHERE id = 1", "tables.debtor[0].full_name"),
        ("UPDATE claim SET accrual_rate = 'much' WHERE id = 2", "tables.claim[1].accrual_rate"),
        ("UPDATE claim SET accrual_rate = 1.5 WHERE id = 2", "tables.claim[1].accrual_rate"),
        (f"UPDATE debtor SET id = {2**63 - 1} WHERE id = (SELECT max(id) FROM debtor WHERE id NOT IN (SELECT debtor_id FROM case_debtor))", None),
        ("UPDATE address SET default_address = 2 WHERE id = 1", "tables.address[0].default_address"),
        ("UPDATE extra_field SET value = '{}' WHERE id = 1", "tables.extra_field[0].value"),
        ("UPDATE sim_state SET clock_floor = '2026-13-01T00:00:00.000000Z'", "tables.sim_state[0].clock_floor"),
    ],
)  # fmt: skip
def test_values_that_do_not_fit_their_columns_are_rejected_with_their_place(
    small: bytes, like: Database, statement: str, where: str | None
) -> None:
    with pytest.raises(Problem) as caught:
        transfer.check_image(edited(small, statement), like)
    assert caught.value.status == 400
    assert where is None or list(caught.value.errors) == [where]


def test_an_image_of_another_page_size_is_rejected(small: bytes, like: Database, tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.write_bytes(small)
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA page_size = 8192")
    raw.execute("VACUUM")
    raw.close()
    assert reason(path.read_bytes(), like).endswith("in page_size.")


def test_a_file_in_wal_mode_is_rejected_with_advice_and_its_snapshot_accepted(
    small: bytes, like: Database, tmp_path: Path
) -> None:
    path = tmp_path / "kept.db"
    database = Database.in_file(path, small)
    database.enable_wal()
    space = Space("default", database, small)
    with space.transaction():
        space.guids.guid()
    image = database.image()
    database.close()
    assert "upload a snapshot of the server instead" in reason(path.read_bytes(), like)
    transfer.check_image(image, like)
    copy = Database.in_memory(image)
    assert transfer.export_rows(Space("copy", copy, image)) == transfer.export_rows(Space("like", like, small))
    copy.close()


POSITIONS = st.integers(0, 99) | st.integers(0, 2**22)


@given(
    flips=st.lists(st.tuples(POSITIONS, st.integers(1, 255)), min_size=1, max_size=3),
    keep=st.none() | POSITIONS,
)
def test_no_damage_gets_past_the_check_and_ends_in_a_failure(
    small: bytes, like: Database, flips: list[tuple[int, int]], keep: int | None
) -> None:
    damaged = bytearray(small)
    for position, mask in flips:
        damaged[position % len(damaged)] ^= mask
    image = bytes(damaged[:keep])
    problem = problem_of(lambda: transfer.check_image(image, like))
    if problem is not None:
        assert problem.status == 400
        return
    spaces = open_spaces(Settings(), small, Database.in_memory(image))
    exported = transfer.export_rows(spaces["default"])
    transfer.import_rows(spaces["default"], exported)
    assert transfer.export_rows(spaces["default"]) == exported
    spaces.close()


@given(rest=st.binary(max_size=200))
def test_random_bytes_are_rejected(like: Database, rest: bytes) -> None:
    for image in (rest, b"SQLite format 3\0\x02\0\1\1" + rest):
        assert reason(image, like) != ""
