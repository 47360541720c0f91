"""Fixtures over HTTP: what was created, or why nothing was."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client import APTIC, BEARER, Api
from tests.world.test_fixtures import DEBTOR, example

NAMES = st.sampled_from(
    [
        "aptic",
        "clients",
        "debtors",
        "customers",
        "cases",
        "payex",
        "ledgers",
        "surpluses",
        "riverty",
        "accounts",
        "referenceCode",
        "fullName",
        "debtorGuid",
        "customerGuid",
        "caseNumber",
        "debts",
        "remainingPrincipal",
        "ledger",
        "customerNo",
        "amount",
        "name",
        "legalAddress",
        "number",
        "kyc",
        "accountLimit",
        "extraFields",
    ]
)
scalars = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["46001", "SEK", DEBTOR])
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)
items = st.fixed_dictionaries(
    {},
    optional={
        "aptic": st.fixed_dictionaries(
            {},
            optional={
                "clients": st.lists(st.fixed_dictionaries({}, optional={"referenceCode": st.text(max_size=2)})),
                "debtors": st.lists(st.fixed_dictionaries({}, optional={"debtorGuid": st.just(DEBTOR)})),
                "cases": st.lists(
                    st.fixed_dictionaries({}, optional={"caseNumber": st.text(max_size=1), "debts": values})
                ),
            },
        ),
        "payex": values,
        "riverty": values,
    },
)


def load(api: Api, text: str | bytes, prefix: str = "", kind: str = "application/yaml") -> httpx.Response:
    """POST of fixtures."""
    return api.send("POST", f"{prefix}/_sim/fixtures", headers={"Content-Type": kind}, content=text)


def export(api: Api, prefix: str = "") -> bytes:
    return api.get(f"{prefix}/_sim/export").content


def test_the_example_of_the_documentation_loads_and_its_links_lead_to_what_was_made(api: Api) -> None:
    answer = load(api, example(), "/s/mine")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert {vendor: {kind: len(made) for kind, made in kinds.items()} for vendor, kinds in made.items()} == {
        "aptic": {"clients": 1, "debtors": 1, "customers": 1, "cases": 1},
        "payex": {"ledgers": 1, "customers": 1, "invoices": 1, "surpluses": 1},
        "riverty": {"accounts": 1},
    }
    assert made["aptic"]["debtors"] == [
        {"debtorGuid": DEBTOR, "href": f"http://sim.test/s/mine{APTIC}/Debtors/{DEBTOR}"}
    ]
    assert made["payex"]["ledgers"] == [{"number": "46900"}]
    rows = [row for kinds in made.values() for rows in kinds.values() for row in rows]
    headers = {**BEARER, "X-Auth-Key": "any"}
    found = {row["href"]: api.send("GET", row["href"], headers=headers) for row in rows if "href" in row}
    assert {href: answer.status_code for href, answer in found.items()} == dict.fromkeys(found, 200)
    (case,) = made["aptic"]["cases"]
    assert (found[case["href"]].json()["remainingSum"], found[case["href"]].json()["caseNumber"]) == (
        810.5,
        "2026-17",
    )
    (customer,) = made["payex"]["customers"]
    surpluses = api.get(f"{customer['href']}/surpluses").json()["items"]
    assert [(one["surplusId"], one["balance"]) for one in surpluses] == [(customer["surplusIds"][0], 125.5)]
    assert found[made["payex"]["surpluses"][0]["href"]].json()["balance"] == 200.0
    assert found[made["riverty"]["accounts"][0]["href"]].json() == {
        "remainingCreditLimit": 4879.5,
        "balance": 120.5,
        "isOpenForNewTransactions": False,
        "accountMessage": "The account is in status FirstReminder.",
        "totalBalance": 120.5,
    }
    assert api.get(f"{APTIC}/Debtors/{DEBTOR}").status_code == 404  # of the default space


def test_a_ledger_from_fixtures_serves_requests_until_a_reset(api: Api) -> None:
    load(api, example())
    path = "/ledger/customer/v1/46900/customers/1"
    strict = {"Authorization": "Bearer my-46900-token"}
    assert api.send("GET", path, headers=strict).json()["name"] == "Ada Ek"
    api.post("/_sim/reset")
    assert api.send("GET", path, headers=strict).status_code == 501


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "application/json", "x"])
def test_the_media_type_does_not_matter(api: Api, kind: str) -> None:
    assert load(api, '{"aptic": {"debtors": [{"fullName": "A"}]}}', kind=kind).status_code == 201


def test_empty_fixtures_create_nothing(api: Api) -> None:
    before = export(api)
    answer = load(api, "{}")
    assert (answer.status_code, answer.json()) == (201, {})
    assert export(api) == before


@pytest.mark.parametrize(
    ("text", "status", "errors"),
    [
        ("a: [", 400, {"body": ["line 2: did not find expected node content"]}),
        ("", 400, {"body": ["line 1: Input should be a JSON object"]}),
        (
            "aptic:\n  debtors:\n  - {}\n  - juridicalType: '1'",
            400,
            {
                "aptic.debtors[1].juridicalType": [
                    "line 4: Input should be a whole number, without quotation marks"
                ]
            },
        ),
        (
            "aptic:\n  clients:\n  - referenceCode: C1\n  - referenceCode: C1",
            409,
            {"aptic.clients[1]": ["line 4: Another client already has the referenceCode 'C1'."]},
        ),
        (
            "aptic:\n  debtors: [{}]\n  cases:\n  - {}\n  - debtors:\n    - {}\n    - debtorGuid: x",
            400,
            {"aptic.cases[1].debtors[1].debtorGuid": ["line 7: Unknown debtor 'x'"]},
        ),
        (
            "payex:\n  ledgers:\n  - {number: X1, name: n, country: SE, currency: SEK, language: SV,"
            " number_lengths: [1, 2]}\n  customers:\n  - ledger: X1\n    customerNo: '100'\n    name: n\n"
            "    legalAddress: {addressee: a, city: c, zipCode: '1', countryCode: SE}",
            400,
            {"payex.customers[0].customerNo": ["line 6: Input should be 1 to 2 digits"]},
        ),
    ],
)
def test_a_rejected_load_changes_nothing(api: Api, text: str, status: int, errors: dict[str, Any]) -> None:
    before, clock = export(api), api.get("/_sim/clock").json()["mode"]
    answer = load(api, text)
    assert (answer.status_code, answer.json()["errors"]) == (status, errors)
    assert export(api) == before
    assert api.put("/_sim/clock", {"mode": "frozen", "now": "2026-01-01"}).status_code == 200, clock
    assert api.send("GET", "/ledger/customer/v1/X1/customers/1").status_code == 501


def test_the_same_file_twice_is_a_conflict(api: Api) -> None:
    assert load(api, example()).status_code == 201
    loaded = export(api)
    assert load(api, example()).status_code == 409
    assert export(api) == loaded


def test_a_body_over_ten_mebibytes_is_rejected(api: Api) -> None:
    assert load(api, b"#" * (10 * 2**20 + 1)).status_code == 413


@given(st.binary(max_size=200) | st.text(alphabet="apticdebrs:-[]{}\"'\n 0*&!", max_size=60).map(str.encode))
def test_any_bytes_are_loaded_or_rejected(api: Api, data: bytes) -> None:
    assert load(api, data).status_code in (201, 400)


@given(st.dictionaries(NAMES, values, max_size=3) | items)
def test_any_value_is_loaded_whole_or_rejected(small_api: Api, value: Any) -> None:
    before = export(small_api)
    answer = small_api.post("/_sim/fixtures", value)
    assert answer.status_code in (201, 400, 409)
    if answer.status_code != 201:
        assert export(small_api) == before


def test_a_payment_that_leaves_no_surplus_is_created_without_an_id(api: Api) -> None:
    payment = {"ledger": "46001", "customerNo": "1000001", "amount": 1, "invoiceNo": "100000101"}
    made = api.post("/_sim/fixtures", {"payex": {"surpluses": [payment]}})
    assert (made.status_code, made.json()) == (201, {"payex": {"surpluses": [{"surplusId": None}]}})
