"""Large worlds repeat cases and summaries with other people, GUIDs and numbers."""

import hashlib

from ledgersim.vendors.aptic.addresses.rules import full_address
from ledgersim.vendors.aptic.debtors.rules import payment_reference
from ledgersim.world.model import Definition
from tests.vendors.aptic.seed.conftest import LARGE
from tests.worlds import AS_OF, Row, Tables, build

BLOCK, FIRST, COPY = (
    815,
    22,
    22 + 815 + 1,
)  # cases of a block; the first of it and of its copy, after one left over


def of_case(world: Tables, table: str, case_id: int) -> list[Row]:
    """The rows of a case in a table."""
    return [row for row in world[table] if row["case_id"] == case_id]


def identifying(rows: list[Row]) -> set[str]:
    """The columns of texts that differ from row to row."""
    texts = {
        name: [row[name] for row in rows if isinstance(row[name], str)] for row in rows[:1] for name in row
    }
    return {name for name, values in texts.items() if len(values) == len(set(values)) > 1}


def test_equal_arguments_give_equal_bytes(definition: Definition) -> None:
    first, second = (hashlib.sha256(build(definition, 1, LARGE, AS_OF)).digest() for _ in range(2))
    assert first == second


def test_copies_have_the_finances_of_the_original(large_world: Tables) -> None:
    assert len(large_world["case"]) == COPY + BLOCK - 1
    finances = (
        "kind", "currency_code", "original_principal", "paid_principal", "remaining_principal", "remaining_interest",
        "remaining_vat", "accrual_rate", "accrues_from", "accrues_to", "bill_date", "due_date", "description",
    )  # fmt: skip
    claims = [(one["case_id"], *(one[name] for name in finances)) for one in large_world["claim"]]
    originals = [claim for claim in claims if FIRST <= claim[0] < FIRST + BLOCK]
    copies = [claim for claim in claims if claim[0] >= COPY]
    assert copies == [(case_id + COPY - FIRST, *values) for case_id, *values in originals]


def test_copies_have_the_sums_of_the_original(large_world: Tables) -> None:
    sums = {row.pop("case_id"): row for row in map(dict, large_world["case_sums"])}
    assert sums.keys() == {case["id"] for case in large_world["case"]}
    for case_id in range(COPY, COPY + BLOCK):
        assert sums[case_id] == sums[case_id - COPY + FIRST]


def test_copies_belong_to_other_people_of_the_same_kind_and_place(large_world: Tables) -> None:
    cases = large_world["case"]
    debtors = {debtor["id"]: debtor for debtor in large_world["debtor"]}
    same = ("juridical_type", "currency_code", "municipal_code", "reg_date")
    names = set()
    for original, copy in zip(cases[FIRST - 1 : FIRST - 1 + BLOCK], cases[COPY - 1 :], strict=True):
        first, second = debtors[original["main_debtor_id"]], debtors[copy["main_debtor_id"]]
        assert [first[name] for name in same] == [second[name] for name in same]
        assert first["id_number"] != second["id_number"]
        names.add(first["full_name"] == second["full_name"])
    assert names == {False}


def test_what_identifies_a_row_in_the_default_world_does_in_a_large_one(
    default_world: Tables, large_world: Tables
) -> None:
    for table, found in default_world.items():
        repeated = identifying(found) - identifying(large_world[table]) - {"full_name", "telefax"}
        assert not repeated, (table, repeated)


def test_texts_name_the_row_that_they_belong_to(world: Tables) -> None:
    for address in world["address"]:
        assert address["full_address"] == full_address(address)
    for document in world["document"]:
        assert document["search_value"] == str(document["case_id"])
        assert document["original_file_name"].partition(".")[0].endswith(f"-{document['case_id']}")
        assert document["external_link"] in (
            None,
            f"https://archive.example.com/{document['original_file_name']}",
        )
    purchases = {purchase["reservation_id"]: purchase for purchase in world["purchase"]}
    for invoice in world["customer_invoice"]:
        purchase = purchases[invoice["reservation_id"]]
        assert invoice["customer_id"] == purchase["customer_id"]
        assert invoice["invoice_number"] == purchase["invoice_no"]
        assert invoice["payment_reference_number"] == payment_reference(str(invoice["reservation_id"]))
    for account in world["customer_account"]:
        assert account["description"].endswith(f" {account['account_number']}")


def test_extra_fields_and_addresses_belong_to_what_they_name(world: Tables) -> None:
    for table in ("address", "extra_field"):
        for owner in {row["owner"] for row in world[table]}:
            owners = {row["owner_id"] for row in world[table] if row["owner"] == owner}
            assert owners <= {row["id"] for row in world[owner]}
    for owner in ("debtor", "customer"):
        homes = [one for one in world["address"] if one["owner"] == owner and one["default_address"]]
        assert sorted(home["owner_id"] for home in homes) == [row["id"] for row in world[owner]]
        assert {home["owner_id"]: home["valid_from"] for home in homes} == {
            row["id"]: row["reg_date"] for row in world[owner]
        }
