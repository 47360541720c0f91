"""Importing, reading and changing cases."""

from typing import Any

import pytest

from tests.client import APTIC, Api

CASES = f"{APTIC}/Cases"
UNKNOWN = "5eed0000-0000-4000-8000-00000000dead"


def case_count(api: Api) -> int:
    total: int = api.get(CASES).json()["total"]
    return total


def test_a_case_may_have_no_debtors_and_no_debts(api: Api) -> None:
    case = api.get(api.case()).json()
    assert (case["remainingSum"], case["clientName"], case["currencyCode"]) == (0, None, "SEK")


def test_cases_keep_the_order_in_which_they_were_sent(api: Api) -> None:
    created = api.create(CASES, [{"caseNumber": f"N{number}"} for number in range(5)])
    numbers = [api.get(f"{CASES}/{guid}").json()["caseNumber"] for guid in created["caseGuids"]]
    assert numbers == ["N0", "N1", "N2", "N3", "N4"]


def test_each_import_has_its_own_number(api: Api) -> None:
    first = api.create(CASES, [{}])["impStockId"]
    assert api.create(CASES, [{}, {}])["impStockId"] == first + 1


def test_async_is_accepted_and_cases_still_exist_at_once(api: Api) -> None:
    for value in ("true", "false"):
        answer = api.send("PUT", f"{CASES}?async={value}", json=[{}])
        assert api.get(f"{CASES}/{answer.json()['caseGuids'][0]}").status_code == 200
    rejected = api.send("PUT", f"{CASES}?async=perhaps", json=[{}])
    assert (rejected.status_code, list(rejected.json()["errors"])) == (400, ["async"])


def test_case_numbers_and_payment_references_are_given_where_absent(api: Api) -> None:
    cases = [api.get(api.case()).json() for _ in range(3)]
    assert len({case["caseNumber"] for case in cases}) == 3
    assert len({case["paymentReferenceNumber"] for case in cases}) == 3
    assert api.get(api.case(paymentReferenceNumber="OCR")).json()["paymentReferenceNumber"] == "OCR"


def test_a_repeated_case_number_is_a_409_and_stores_nothing(api: Api) -> None:
    api.case(caseNumber="N1")
    before = case_count(api)
    conflict = api.put(CASES, [{"caseNumber": "N2"}, {"caseNumber": "N1"}])
    assert (conflict.status_code, conflict.json()["detail"]) == (
        409,
        "[1].caseNumber: 'N1' is already the number of another case.",
    )
    twice = api.put(CASES, [{"caseNumber": "N3"}, {"caseNumber": "N3"}])
    assert (twice.status_code, twice.json()["detail"]) == (
        409,
        "[1].caseNumber: 'N3' is already the number of [0].",
    )
    assert case_count(api) == before


def test_an_import_is_all_or_nothing(api: Api) -> None:
    start = api.get("/_sim/export").content
    body = [
        {"debtors": [{"firstname": "New"}], "debts": [{"remainingPrincipal": 1}]},
        {"clientGuid": UNKNOWN},
    ]
    assert api.put(CASES, body).status_code == 400
    assert api.get("/_sim/export").content == start


def test_clients_are_named_by_guid_else_by_reference_code(api: Api) -> None:
    one = api.create(f"{APTIC}/Clients", {"fullName": "One", "referenceCode": "ONE"})
    api.create(f"{APTIC}/Clients", {"fullName": "Two", "referenceCode": "TWO"})
    for named, found in [
        ({"clientGuid": one["uniqueId"].upper()}, "One"),
        ({"clientReferenceNumber": "TWO"}, "Two"),
        ({"clientGuid": one["uniqueId"], "clientReferenceNumber": "TWO"}, "One"),
    ]:
        assert api.get(api.case(**named)).json()["clientName"] == found


def test_unknown_clients_and_debtors_are_a_400_naming_every_element(api: Api) -> None:
    answer = api.put(
        CASES,
        [
            {"clientReferenceNumber": "NOBODY"},
            {"clientGuid": UNKNOWN, "debtors": [{"idNumber": "1"}, {"debtorGuid": "x"}]},
            {"caseNumber": "ok"},
        ],
    )
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "[0].clientReferenceNumber": ["No client has the referenceCode 'NOBODY'"],
        "[1].clientGuid": [f"Unknown client '{UNKNOWN}'"],
        "[1].debtors[1].debtorGuid": ["Unknown debtor 'x'"],
    }


def test_debtors_are_found_by_guid_else_the_oldest_with_that_id_number_else_created(api: Api) -> None:
    old, young = api.debtor(idNumber="42", fullName="Old"), api.debtor(idNumber="42", fullName="Young")
    by_guid = api.case(debtors=[{"debtorGuid": young["debtorGuid"], "idNumber": "42"}])
    by_number = api.case(debtors=[{"idNumber": "42", "firstname": "Ignored"}])
    new = api.case(
        debtors=[{"idNumber": "43", "firstname": "New", "emails": ["a@b", "c@d"], "street": "S", "city": "C"}]
    )
    again = api.case(debtors=[{"idNumber": "43"}])
    found = [api.get(f"{case}/Debtors").json()[0] for case in (by_guid, by_number, new, again)]
    assert [one["fullName"] for one in found] == ["Young", "Old", "New", "New"]
    assert found[1]["debtorGuid"] == old["debtorGuid"]
    assert found[2]["debtorGuid"] == found[3]["debtorGuid"]
    debtor = api.get(f"{APTIC}/Debtors/{found[2]['debtorGuid']}").json()
    assert (debtor["firstname"], debtor["email"]) == ("New", "a@b")
    assert (
        api.get(f"{APTIC}/Debtors/{found[2]['debtorGuid']}/Addresses").json()["value"][0]["addressType"]
        == "LEGAL"
    )


def test_two_new_debtors_of_one_import_with_the_same_id_number_are_one(api: Api) -> None:
    created = api.create(
        CASES, [{"debtors": [{"idNumber": "44", "firstname": "A"}]}, {"debtors": [{"idNumber": "44"}]}]
    )
    debtors = {api.get(f"{CASES}/{guid}/Debtors").json()[0]["debtorGuid"] for guid in created["caseGuids"]}
    assert len(debtors) == 1


def test_the_debtors_of_a_case_come_with_their_roles_the_main_one_first(api: Api) -> None:
    case = api.case(
        debtors=[
            {"firstname": "Main"},
            {"firstname": "Co"},
            {"firstname": "Guarantor", "debtorRole": "Surety"},
        ],
        debts=[{"remainingPrincipal": 10}],
    )
    found = api.get(f"{case}/Debtors").json()
    assert [(one["fullName"], one["debtorRole"], one["remainingSum"], one["activeCases"]) for one in found] == [
        ("Main", "MainDebtor", 10, 1),
        ("Co", "CoDebtor", 10, 1),
        ("Guarantor", "Surety", 10, 1),
    ]
    assert found[1]["cases"][0]["debtorRole"] == "CoDebtor"
    guid = case.rsplit("/", 1)[1]
    listed = api.get(CASES, _filter=f"caseGuid eq {guid}").json()["value"][0]
    assert listed["mainDebtorName"] == "Main"


def test_the_parts_of_a_case_are_kept(api: Api) -> None:
    before = api.get("/_sim/export").json()["tables"]
    case = api.case(
        claimant={"referenceCode": "K", "fullName": "Claimant"},
        energyDebt={"installationId": "I", "servedAt": "2026-01-02", "disconnectionWeek": 7},
        relations=[{"partyGuid": "p"}],
        actionDates=[{"actionType": "LETTER", "actionDate": "2026-01-03T00:00:00"}],
        extraFields=[{"name": "Kept", "value": ["1"]}],
        highCostCreditAmount=12.34,
        creditRegistryStatus=2,
    )
    tables = api.get("/_sim/export").json()["tables"]
    row = tables["case"][-1]
    assert row["case_guid"] == case.rsplit("/", 1)[1]
    assert (row["claimant"]["full_name"], row["energy_debt"]["served_at"]) == (
        "Claimant",
        "2026-01-02T00:00:00Z",
    )
    assert row["relations"] == [{"party_guid": "p"}]
    assert row["action_dates"][0]["action_date"] == "2026-01-03T00:00:00Z"
    assert (row["high_cost_credit_amount"], row["credit_registry_status"]) == (1234, 2)
    added = [one for one in tables["extra_field"] if one not in before["extra_field"]]
    assert [(one["owner"], one["owner_id"], one["name"], one["value"]) for one in added] == [
        ("case", row["id"], "Kept", ["1"])
    ]


def test_patch_changes_what_was_sent_and_null_clears(api: Api) -> None:
    path = api.case(description="before", paymentReferenceNumber="1")
    before = api.get(path).json()
    assert api.patch(path, {"description": None, "status": "Paused", "subStatus": "Waiting"}).status_code == 204
    assert api.get(path).json() == {**before, "description": None, "status": "Paused", "subStatus": "Waiting"}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ([], ["body"]),
        ({}, ["body"]),
        ([3], ["[0]"]),
        ([{}, {"debts": [{"loanPurpose": "Fun"}, {"originalPrincipal": -1}]}],
         ["[1].debts[0].loanPurpose", "[1].debts[1].originalPrincipal"]),
        ([{"debts": [{"originalPrincipal": 1.001, "remainingPrincipal": None, "billDate": None, "interestRate": "5"}]}],
         ["[0].debts[0].billDate", "[0].debts[0].interestRate", "[0].debts[0].originalPrincipal",
          "[0].debts[0].remainingPrincipal"]),
        ([{"creditRegistryStatus": 5, "debtors": [{"juridicalType": 9}]}],
         ["[0].creditRegistryStatus", "[0].debtors[0].juridicalType"]),
        ([{"debts": [{"paymentCondition": 2147483648, "effectiveYear": 1.5}]}],
         ["[0].debts[0].effectiveYear", "[0].debts[0].paymentCondition"]),
        ([{"caseNumber": ""}], ["[0].caseNumber"]),
    ],
)  # fmt: skip
def test_bad_bodies_are_a_400_naming_all_fields_at_once(api: Api, body: Any, errors: list[str]) -> None:
    before = case_count(api)
    answer = api.put(CASES, body)
    assert answer.status_code == 400
    assert sorted(answer.json()["errors"]) == errors
    assert case_count(api) == before


@pytest.mark.parametrize("guid", [UNKNOWN, "1"])
def test_an_unknown_or_malformed_guid_is_a_404_problem(api: Api, guid: str) -> None:
    for method, path in [
        ("GET", ""), ("PATCH", ""), ("GET", "/Debtors"), ("GET", "/Debts"), ("PUT", "/Debts"),
        ("GET", f"/Debts/{UNKNOWN}"), ("PATCH", f"/Debts/{UNKNOWN}"), ("DELETE", f"/Debts/{UNKNOWN}"),
    ]:  # fmt: skip
        answer = api.send(method, f"{CASES}/{guid}{path}", json={} if method in ("PATCH", "PUT") else None)
        assert answer.status_code == 404, (method, path)
        assert answer.json()["detail"].startswith("Unknown case ")


def test_the_links_of_a_case_answer(api: Api) -> None:
    client = api.create(f"{APTIC}/Clients", {})
    case = api.get(api.case(clientGuid=client["uniqueId"])).json()
    assert [link["name"] for link in case["links"]] == [
        "self",
        "debtors",
        "debts",
        "fees",
        "payments",
        "documents",
        "extrafields",
        "client",
    ]
    assert [api.get(link["href"]).status_code for link in case["links"]] == [200] * 8


def test_given_numbers_keep_clear_of_those_in_the_same_request(api: Api) -> None:
    number = api.get(api.case()).json()["caseNumber"]
    next_one = str(int(number) + 1000)
    created = api.create(CASES, [{}, {"caseNumber": next_one}, {}])
    numbers = [api.get(f"{CASES}/{guid}").json()["caseNumber"] for guid in created["caseGuids"]]
    assert numbers == [str(int(next_one) + 1), next_one, str(int(next_one) + 2)]


def test_the_main_debtor_is_the_one_with_that_role(api: Api) -> None:
    case = api.case(
        debtors=[{"debtorRole": "Guarantor", "firstname": "G"}, {"debtorRole": "MainDebtor", "firstname": "M"}]
    )
    listed = api.get(CASES, _filter=f"caseGuid eq {case.rsplit('/', 1)[1]}").json()["value"][0]
    assert listed["mainDebtorName"] == "M"


def test_a_status_of_null_is_the_default_one(api: Api) -> None:
    case = api.case()
    api.patch(case, {"status": "Paused"})
    assert api.patch(case, {"status": None}).status_code == 204
    assert api.get(case).json()["status"] == "Active"
    api.post(f"{case}/Close", {})
    assert api.patch(case, {"status": None}).status_code == 204
    assert api.get(case).json()["status"] == "Closed"


def test_async_is_read_in_any_case(api: Api) -> None:
    api.put("/_sim/aptic/case-import", {"delay": 60})
    for query, status in (("ASYNC=TRUE", 404), ("Async=False", 200)):
        guid = api.send("PUT", f"{CASES}?{query}", json=[{}]).json()["caseGuids"][0]
        assert api.get(f"{CASES}/{guid}").status_code == status


def test_a_delayed_import_reads_members_in_any_case(api: Api) -> None:
    api.put("/_sim/aptic/case-import", {"delay": 60})
    guid = api.create(CASES, [{"Description": "a", "DEBTORS": [{"FirstName": "Ada"}]}])["caseGuids"][0]
    api.post("/_sim/clock/advance", {"by": "PT60S"})
    assert api.get(f"{CASES}/{guid}").json()["description"] == "a"
    assert [one["fullName"] for one in api.get(f"{CASES}/{guid}/Debtors").json()] == ["Ada"]


@pytest.mark.parametrize(
    ("client", "sent", "expected"),
    [
        ("NORDLJUS", None, True),
        ("BJORKVIK", None, False),
        (None, None, False),
        ("NORDLJUS", False, False),
        ("BJORKVIK", True, True),
    ],
)
def test_whether_paid_interest_is_reported_is_the_clients_default(
    api: Api, client: str | None, sent: bool | None, expected: bool
) -> None:
    case = api.case(clientReferenceNumber=client, reportPaidInterest=sent)
    rows = api.get("/_sim/export").json()["tables"]["case"]
    (found,) = (one for one in rows if case.endswith(one["case_guid"]))
    assert found["report_paid_interest"] is expected
