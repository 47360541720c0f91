"""Coverage: what tests have exercised over all spaces, and what they have not."""

from typing import Any

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
    assert aptic["operations"]["aptic.debtors.create"] == {"responses": {"201": 2, "400": 1}, "never": [401]}
    assert aptic["operations"]["aptic.debtors.get"] == {"responses": {"404": 1}, "never": [200, 401]}
    assert aptic["operations"]["aptic.ping.get"] == {"responses": {}, "never": [200, 401]}
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
    assert report == {"responses": {"200": 1}, "never": [400, 401]}


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
