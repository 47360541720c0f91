"""Coverage: what tests have exercised over all spaces, and what they have not."""

from typing import Any

from ledgersim.http.coverage import MAX_UNDOCUMENTED
from tests.client import APTIC, Api
from tests.conftest import Serve

DEBTORS = f"{APTIC}/Debtors"


def coverage(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.get("/s/any/_sim/coverage").json()
    return found


def test_at_first_nothing_has_been_exercised(api: Api) -> None:
    report = coverage(api)
    assert (report["exercised"], list(report["vendors"])) == (0, ["aptic", "payex", "riverty"])
    vendors = report["vendors"].values()
    assert report["operations"] == sum(len(one["never"]) for one in vendors) == 126
    assert all(one["problems"]["met"] == {} for one in vendors)


def test_operations_statuses_and_problems_are_counted_over_all_spaces(api: Api) -> None:
    api.put(DEBTORS, {"fullName": "Ada"})
    api.put(f"/s/a{DEBTORS}", {"fullName": "Bo"})
    api.put(DEBTORS, {"fullName": 7})
    api.get(f"{DEBTORS}/5eed0001-deb0-4000-8000-00000000ffff")
    api.get(f"{APTIC}/Nowhere")
    aptic = coverage(api)["vendors"]["aptic"]
    assert aptic["exercised"] == 2
    found = {name: (one["responses"], one["never"]) for name, one in aptic["operations"].items()}
    assert found["aptic.debtors.create"] == ({"201": 2, "400": 1}, [401])
    assert found["aptic.debtors.get"] == ({"404": 1}, [200, 401])
    assert found["aptic.ping.get"] == ({}, [200, 401])
    assert aptic["operations"]["aptic.debtors.create"]["problems"] == {"validation": 1}
    assert aptic["problems"]["met"] == {"not-found": 2, "validation": 1}
    assert "unauthorized" in aptic["problems"]["never"]
    assert "not-found" not in aptic["problems"]["never"]


def test_each_vendor_has_its_own_problem_codes(api: Api) -> None:
    api.get("/ledger/customer/v1/NOPE/customers/1")
    payex = coverage(api)["vendors"]["payex"]
    assert payex["problems"]["met"] == {"ledger-not-configured": 1}
    assert "kyc-configuration" in payex["problems"]["never"]


def test_a_creation_that_answers_200_is_a_success_as_well(serve: Serve) -> None:
    api = serve(created_status="200")
    api.put(DEBTORS, {"fullName": "Ada"})
    report = coverage(api)["vendors"]["aptic"]["operations"]["aptic.debtors.create"]
    assert (report["responses"], report["never"]) == ({"200": 1}, [400, 401])


def test_counting_starts_again_on_demand_and_not_by_a_reset(api: Api) -> None:
    api.get(DEBTORS)
    api.post("/_sim/reset")
    assert coverage(api)["exercised"] == 1
    assert api.delete("/_sim/coverage").status_code == 204
    assert coverage(api)["exercised"] == 0


def test_responses_of_faults_do_not_count_but_withheld_ones_do(api: Api) -> None:
    for fault in ("status=418", "nonsense"):
        headers = {"Authorization": "Bearer any", "Sim-Fault": fault}
        assert api.send("GET", DEBTORS, headers=headers).status_code >= 400
    assert coverage(api)["exercised"] == 0
    headers = {"Authorization": "Bearer any", "Sim-Fault": "status=500; when=after_commit"}
    api.send("GET", DEBTORS, headers=headers)
    aptic = coverage(api)["vendors"]["aptic"]
    assert aptic["operations"]["aptic.debtors.list"]["responses"] == {"200": 1}
    assert aptic["problems"]["met"] == {}


CREATE_CASES = "aptic.cases.create"


def operation(api: Api, name: str) -> dict[str, Any]:
    found: dict[str, Any] = coverage(api)["vendors"][name.partition(".")[0]]["operations"][name]
    return found


def test_members_of_bodies_are_those_that_were_sent_at_any_depth(api: Api) -> None:
    before = operation(api, CREATE_CASES)["members"]
    assert before["sent"] == []
    assert {"currencyCode", "debtors", "debtors.idNumber", "debts.referenceNumber"} <= set(before["never"])
    api.put(f"{APTIC}/Cases", [{"currencyCode": "SEK", "debts": [{"originalPrincipal": 10}]}])
    api.put(f"{APTIC}/Cases", [{"CURRENCYCODE": "SEK", "debts": [{"referenceNumber": "F-1"}, {}], "mine": 1}])
    after = operation(api, CREATE_CASES)["members"]
    sent = ["currencyCode", "debts", "debts.originalPrincipal", "debts.referenceNumber"]
    assert sorted(after["sent"]) == sent
    assert sorted(after["sent"] + after["never"]) == sorted(before["never"])


def test_members_in_any_case_are_documented_ones(api: Api) -> None:
    path = "/ledger/customer/v1/46001/find-customer"
    api.post(path, {"NationalIdentifier": {"REGNO": "19850314-9984", "countryCode": "SE"}})
    sent = ["nationalIdentifier", "nationalIdentifier.countryCode", "nationalIdentifier.regNo"]
    assert sorted(operation(api, "payex.findcustomer")["members"]["sent"]) == sent


def test_parameters_of_queries_are_those_that_were_sent(api: Api) -> None:
    api.get(DEBTORS, _top="1", other="2")
    assert operation(api, "aptic.debtors.list")["parameters"] == {
        "sent": ["$top"],
        "never": ["$filter", "$orderby", "$skip"],
    }


def test_what_the_vendor_does_not_document_is_counted_with_its_place(api: Api) -> None:
    for colour in ("red", "blue"):
        api.put(f"{APTIC}/Cases", [{"currencyCode": "SEK", "debts": [{"colour": colour}]}])
    api.get(DEBTORS, other="2")
    api.get(f"{APTIC}/Nowhere")
    api.get("/nothing/here")
    unknown = {"code": "unknown-operation", "count": 1}
    assert coverage(api)["undocumented"] == [
        {
            "vendor": "aptic",
            "operation": CREATE_CASES,
            "code": "unknown-member",
            "where": "debts.colour",
            "count": 2,
        },
        {
            "vendor": "aptic",
            "operation": "aptic.debtors.list",
            "code": "unknown-parameter",
            "where": "other",
            "count": 1,
        },
        {"vendor": "aptic", **unknown, "where": "GET /APIGW/v1/Nowhere"},
        {**unknown, "where": "GET /nothing/here"},
    ]


def test_clients_cannot_make_the_coverage_grow_without_bounds(api: Api) -> None:
    for number in range(MAX_UNDOCUMENTED // 20 + 2):
        names = {f"x{number}-{one}": 1 for one in range(20)}
        api.put(DEBTORS, {"fullName": "Ada", **names})
    assert len(coverage(api)["undocumented"]) == MAX_UNDOCUMENTED
    assert operation(api, "aptic.debtors.create")["members"]["sent"] == ["fullName"]
