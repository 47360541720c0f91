"""Over HTTP the personas match their descriptions, to the cent."""

from typing import Any

import pytest

from ledgersim.world.model import Definition
from tests.client import APTIC, Api
from tests.worlds import Row, Tables

Personas = dict[str, Row]


def amounts(answer: dict[str, Any], *names: str) -> tuple[Any, ...]:
    """Some members of a response."""
    return tuple(answer[name] for name in names)


def of(personas: Personas, name: str) -> dict[str, Any]:
    """The ids of a persona in Aptic."""
    found: dict[str, Any] = personas[name]["aptic"]
    return found


def summary(api: Api, personas: Personas, name: str) -> dict[str, Any]:
    """The summary of a persona."""
    answer = api.get(f"{APTIC}/Debtors/{of(personas, name)['debtorGuid']}/Summary")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def case(api: Api, personas: Personas, name: str, number: int = 0) -> dict[str, Any]:
    """A case of a persona."""
    answer = api.get(f"{APTIC}/Cases/{of(personas, name)['caseGuids'][number]}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def api(api: Api) -> Api:
    """A client of a server whose clock is frozen on the date of the world."""
    api.freeze("2026-01-01T00:00:00Z")
    return api


SUM = ("originalSum", "paidSum", "remainingSum")
REMAINING = ("remainingPrincipal", "remainingInterest", "remainingFee", "remainingSum")


def test_personas_are_listed_as_json(api: Api, personas: Personas) -> None:
    listed = api.get("/_sim/personas").json()["personas"]
    assert [persona["name"] for persona in listed] == list(personas)
    assert listed[0] == {
        "name": "Ulla Unpaid",
        "title": "One unpaid case",
        "description": listed[0]["description"],
        "aptic": {
            "idNumber": "19850314-9984",
            "debtorGuid": "5eed0001-deb0-4000-8000-000000000001",
            "customerGuid": "5eed0001-c057-4000-8000-000000000001",
            "caseGuids": ["5eed0001-ca5e-4000-8000-000000000001"],
            "debtGuids": ["5eed0001-deb7-4000-8000-000000000001"],
            "clientGuids": ["5eed0000-c11e-4000-8000-000000000001"],
        },
        "payex": {
            "ledger": "46001",
            "customerNo": "1000001",
            "surplusIds": [],
            "invoiceNos": ["100000101"],
            "accountNos": [],
        },
        "riverty": {
            "organizationPersonalNo": "19850314-9984",
            "customerNumber": "1000001",
            "customerAccountId": "5eed0001-c4ed-4000-8000-000000000001",
            "accountNumber": "0100.0000008",
            "ocr": "6101000000008000002",
        },
    }
    assert all(persona["title"] and persona["description"] for persona in listed)


def test_every_guid_of_a_persona_exists(world: Tables, personas: Personas) -> None:
    stored = {
        value for table in world.values() for row in table for value in row.values() if isinstance(value, str)
    }
    for persona in personas.values():
        for value in persona["aptic"].values():
            assert set(value if isinstance(value, list) else [value]) <= stored


@pytest.mark.parametrize("name", ["Ulla Unpaid", "Petra Paymentplan", "Åse O'Öberg", "Three Currencies AB"])
def test_the_name_of_a_persona_is_that_of_its_debtor(api: Api, personas: Personas, name: str) -> None:
    quoted = name.replace("'", "''")
    found = api.get(f"{APTIC}/Debtors", _filter=f"fullName eq '{quoted}'").json()
    assert [debtor["debtorGuid"] for debtor in found["value"]] == [of(personas, name)["debtorGuid"]]


def test_ulla_owes_1250_at_any_time(api: Api, personas: Personas) -> None:
    for day in ("2026-01-01", "2031-07-13"):
        api.freeze(f"{day}T00:00:00Z")
        assert amounts(summary(api, personas, "Ulla Unpaid"), "remainingSum", "activeCases", "closedCases") == (
            1250,
            1,
            0,
        )
        assert amounts(case(api, personas, "Ulla Unpaid"), *SUM) == (1250, 0, 1250)


def test_petra_pays_12000_in_12_payments_by_a_plan(api: Api, personas: Personas) -> None:
    assert amounts(case(api, personas, "Petra Paymentplan"), *REMAINING) == (11590, 0, 410, 12000)
    petra = of(personas, "Petra Paymentplan")
    plans = api.get(f"{APTIC}/Debtors/{petra['debtorGuid']}/Paymentplans").json()["value"]
    assert plans == [
        {
            "paymentPlanGuid": petra["paymentPlanGuid"],
            "registrationDate": "2025-12-15T00:00:00Z",
            "startDate": "2026-01-31T00:00:00Z",
            "active": 1,
            "paymentPlanType": 3,
            "numberOfPayments": 12,
            "remainingNumberOfPayments": 12,
            "amount": 1000,
            "currencyCode": "SEK",
            "paymentType": 0,
            "intervalType": 3,
            "interval": 1,
        }
    ]


def test_each_plan_covers_the_case_of_its_persona(world: Tables) -> None:
    plans = {plan["id"]: plan["payment_plan_guid"] for plan in world["payment_plan"]}
    cases = {case["id"]: case["case_guid"] for case in world["case"]}
    assert {plans[one["payment_plan_id"]]: cases[one["case_id"]] for one in world["payment_plan_case"]} == {
        "5eed0002-91a0-4000-8000-000000000001": "5eed0002-ca5e-4000-8000-000000000001",
        "5eed0006-91a0-4000-8000-000000000001": "5eed0006-ca5e-4000-8000-000000000001",
    }


def test_sigrid_is_protected(api: Api, world: Tables, personas: Personas) -> None:
    assert amounts(case(api, personas, "Sigrid Secret"), *REMAINING) == (4000, 0, 750, 4750)
    (sigrid,) = (debtor for debtor in world["debtor"] if debtor["full_name"] == "Sigrid Secret")
    assert (sigrid["protected"], sigrid["email"], sigrid["cellular_phone"]) == (True, None, None)
    assert [debtor["protected"] for debtor in world["debtor"]].count(True) == 1
    assert [case["protected"] for case in world["case"]].count(True) == 1


def test_three_currencies_come_to_30500_sek(api: Api, personas: Personas) -> None:
    found = summary(api, personas, "Three Currencies AB")
    assert found["remainingSum"] == 30500
    owed = [(one["currencyCode"], one["remainingSum"], one["clientName"]) for one in found["cases"]]
    assert owed == [
        ("SEK", 10000, "Nordljus Energi AB"),
        ("NOK", 10000, "Fjordnett Bredbånd AS"),
        ("EUR", 1000, "Järvilaina Oy"),
    ]


def test_perttis_payment_went_to_the_fees_first(api: Api, personas: Personas, world: Tables) -> None:
    found = case(api, personas, "Pertti Partpaid")
    assert amounts(found, *SUM) == (829, 229, 600)
    assert amounts(found, "paidFee", "paidPrincipal", "paidInterest") == (29, 200, 0)
    assert amounts(found, *REMAINING) == (600, 0, 0, 600)
    (payment,) = (one for one in world["payment"] if one["paid_amount"] == 22_900)
    parts = [one["principal"] for one in world["payment_booking"] if one["payment_id"] == payment["id"]]
    assert sorted(parts) == [500, 2_400, 20_000]


def test_klaus_has_paid_all(api: Api, personas: Personas) -> None:
    found = case(api, personas, "Klaus Closed")
    assert amounts(found, *SUM) == (2000, 2000, 0)
    assert amounts(found, "status", "closureCode", "closureDate") == (
        "Closed",
        "PAID",
        "2025-11-02T00:00:00Z",
    )


def test_klaus_has_completed_his_plan(api: Api, personas: Personas) -> None:
    ids = of(personas, "Klaus Closed")
    path = f"{APTIC}/Debtors/{ids['debtorGuid']}/Paymentplans/{ids['paymentPlanGuid']}"
    found = api.get(path).json()
    assert amounts(found, "active", "remainingNumberOfPayments", "totalAmount") == (0, 0, 2000)
    days = [(one["dueDate"][:10], one["amount"], one["paidDate"][:10]) for one in found["payments"]]
    assert days == [
        ("2025-10-31", 500, "2025-10-03"),
        ("2025-11-30", 500, "2025-11-02"),
        ("2025-12-31", 500, "2025-11-02"),
        ("2026-01-31", 500, "2025-11-02"),
    ]
    assert [one["caseGuid"] for one in found["cases"]] == ids["caseGuids"]


@pytest.mark.parametrize(
    ("name", "code", "remaining"), [("Rune Retrieved", "RETRIEVED", 2400), ("Dag Deceased", "DECEASED", 3300)]
)
def test_cases_closed_unpaid_keep_what_remained(
    api: Api, personas: Personas, name: str, code: str, remaining: float
) -> None:
    found = case(api, personas, name)
    assert amounts(found, "status", "closureCode", "paidSum", "remainingSum") == ("Closed", code, 0, remaining)


def test_sven_has_two_open_cases_and_a_paid_one(api: Api, personas: Personas) -> None:
    found = summary(api, personas, "Sven Several")
    assert amounts(found, "remainingSum", "activeCases", "closedCases") == (1200, 2, 1)
    owed = [(one["clientReferenceNumber"], one["remainingSum"]) for one in found["cases"]]
    assert owed == [("NORDLJUS", 500), ("BJORKVIK", 700), ("NORDLJUS", 0)]


def test_maja_and_kalle_share_a_case(api: Api, personas: Personas) -> None:
    maja, kalle = of(personas, "Maja Main"), of(personas, "Kalle Codebtor")
    assert maja["caseGuids"] == kalle["caseGuids"]
    debtors = api.get(f"{APTIC}/Cases/{maja['caseGuids'][0]}/Debtors").json()
    listed = debtors["value"] if isinstance(debtors, dict) else debtors
    assert [(one["debtorRole"], one["debtorGuid"], one["remainingSum"]) for one in listed] == [
        ("MainDebtor", maja["debtorGuid"], 5000),
        ("CoDebtor", kalle["debtorGuid"], 5000),
    ]


def test_nina_owes_nothing(api: Api, personas: Personas) -> None:
    found = summary(api, personas, "Nina Nocase")
    assert amounts(found, "remainingSum", "activeCases", "closedCases", "cases") == (0, 0, 0, [])
    assert of(personas, "Nina Nocase")["caseGuids"] == []


def test_unto_is_13_on_the_day_of_the_world(api: Api, personas: Personas) -> None:
    unto = of(personas, "Unto Underage")
    (found,) = api.get(f"{APTIC}/Debtors", _filter="underAged eq true").json()["value"]
    assert (found["debtorGuid"], found["dateOfBirth"]) == (unto["debtorGuid"], "2013-01-01T00:00:00Z")
    assert found["idNumber"].startswith("010113A9")
    assert case(api, personas, "Unto Underage")["remainingSum"] == 90


def test_ase_has_letters_and_quotes(api: Api, personas: Personas) -> None:
    guid = of(personas, "Åse O'Öberg")["debtorGuid"]
    (address,) = api.get(f"{APTIC}/Debtors/{guid}/Addresses").json()["value"]
    assert address["fullAddress"] == 'Änglavägen "Östra" 4 Ö, 702 11 Örebro, SE'
    (field,) = api.get(f"{APTIC}/Debtors/{guid}/Extrafields").json()["value"]
    assert field == {"name": 'Favourite "word"', "value": ["it's", "smörgås", "50% _off_"]}
    assert case(api, personas, "Åse O'Öberg")["remainingSum"] == 777


@pytest.mark.parametrize(
    ("day", "interest"),
    [("2026-01-01", 1000), ("2026-01-02", 1002.74), ("2026-01-31", 1082.19), ("2027-01-01", 2000)],
)
def test_ines_interest_is_correct_to_the_cent(api: Api, personas: Personas, day: str, interest: float) -> None:
    api.freeze(f"{day}T00:00:00Z")
    found = case(api, personas, "Ines Interest")
    assert amounts(found, "remainingPrincipal", "remainingInterest", "remainingSum") == (
        10000,
        interest,
        10000 + interest,
    )


def test_tove_has_two_addresses(world: Tables) -> None:
    (tove,) = (row for row in world["customer"] if row["full_name"] == "Tove Twoaddresses")
    found = [
        (address["address_type"], address["city"], address["default_address"])
        for address in world["address"]
        if (address["owner"], address["owner_id"]) == ("customer", tove["id"])
    ]
    assert found == [("LEGAL", "Odense C", True), ("POSTAL", "Aalborg", False)]


def test_descriptions_come_from_the_definition(definition: Definition, personas: Personas) -> None:
    assert len(personas) == len(definition.personas) == 24
    for persona in definition.personas:
        assert personas[persona.name]["description"] == persona.description.strip()
