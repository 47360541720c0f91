"""Values that the vendor calls predefined: the definition of the world lists them."""

from typing import Any

import pytest

from ledgersim.vendors.aptic.seed.definition import PredefinedValues
from ledgersim.world.model import Definition
from tests.client import APTIC, Api
from tests.conftest import Serve

DEBT = {"remainingPrincipal": 10}


def requests(api: Api) -> dict[str, tuple[str, str, Any]]:
    """Requests with values that are not predefined, by the diagnostics that they get."""
    customer = f"{APTIC}/Customers/{api.customer()['customerGuid']}"
    case = api.case(debts=[DEBT])
    debt = f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}"
    return {
        "unlisted-value preferredChannel, unlisted-value invoiceChannel": (
            "PUT",
            f"{APTIC}/Customers",
            {"preferredChannel": "email", "invoiceChannel": "FAX"},
        ),
        "unlisted-value invoiceChannel": ("PATCH", customer, {"invoiceChannel": "Fax"}),
        "unlisted-value debtGroup, unlisted-value interestCode, unlisted-value agreedInterestCode": (
            "PUT",
            f"{case}/Debts",
            {**DEBT, "debtGroup": "X", "interestCode": "X", "agreedInterestCode": "X"},
        ),
        "unlisted-value debtGroup": ("PATCH", debt, {"debtGroup": "invoice"}),
        "unlisted-value name": ("PUT", f"{case}/Fees", {"name": "OTHER", "originalPrincipal": 10}),
        "unlisted-value [1].debts[0].debtGroup, unlisted-value [1].fees[1].name": (
            "PUT",
            f"{APTIC}/Cases",
            [{}, {"debts": [{**DEBT, "debtGroup": "X"}], "fees": [{"name": "KK"}, {"name": "kk"}]}],
        ),
    }


def test_values_that_are_not_predefined_are_stored_and_reported(api: Api) -> None:
    for diagnostics, (method, path, body) in requests(api).items():
        answer = api.send(method, path, json=body)
        assert answer.status_code in (201, 204), answer.text
        assert answer.headers["sim-diagnostics"] == diagnostics


def test_the_nearest_value_is_suggested(api: Api) -> None:
    created = api.create(f"{APTIC}/Customers", {"preferredChannel": "email"})
    assert created["preferredChannel"] == "email"
    *_, last = api.get("/_sim/requests").json()["requests"]
    (one,) = last["diagnostics"]
    assert one["message"] == "'email' is not predefined, and was stored as sent; did you mean EMAIL?"


def test_strict_parsing_rejects_them(serve: Serve) -> None:
    api = serve(leniency="strict")
    for diagnostics, (method, path, body) in requests(api).items():
        answer = api.send(method, path, json=body)
        assert answer.status_code == 400
        assert list(answer.json()["errors"]) == [one.split()[1] for one in diagnostics.split(", ")]


@pytest.mark.parametrize("value", ["LETTER", "E-INVOICE", "EMAIL", "SMS", None])
def test_predefined_values_and_null_are_not_reported(api: Api, value: str | None) -> None:
    answer = api.put(f"{APTIC}/Customers", {"preferredChannel": value, "invoiceChannel": value})
    assert (answer.status_code, "sim-diagnostics" in answer.headers) == (201, False)


def test_a_value_of_another_type_is_a_400_as_ever(api: Api) -> None:
    answer = api.put(f"{APTIC}/Customers", {"preferredChannel": ["EMAIL"]})
    assert (answer.status_code, answer.headers["sim-diagnostics"]) == (400, "validation preferredChannel")


def test_a_world_lists_what_its_own_rows_contain(definition: Definition, world: dict[str, Any]) -> None:
    listed = definition.section("aptic").predefined_values
    assert {row["preferred_channel"] for row in world["customer"]} <= {*listed.channels, None}
    assert {row["invoice_channel"] for row in world["customer"]} <= {*listed.channels, None}
    assert {row["preferred_channel"] for row in world["debtor"]} <= {*listed.channels, None}
    claims = world["claim"]
    assert {row["interest_code"] for row in claims} <= {*listed.interest_codes, None}
    assert {row["agreed_interest_code"] for row in claims} <= {*listed.interest_codes, None}
    assert {row["debt_group"] for row in claims} <= {*listed.debt_groups, None}
    assert {row["name"] for row in claims if row["kind"] == "fee"} <= set(listed.fee_names)


def test_a_world_without_lists_has_the_vendors_examples() -> None:
    assert PredefinedValues().model_dump() == {
        "channels": ["LETTER", "E-INVOICE", "EMAIL", "SMS"],
        "debt_groups": [],
        "interest_codes": ["FIXED", "ÖGR", "F_365_BASE"],
        "fee_names": ["REMIND", "INKVARSEL", "KK"],
    }
