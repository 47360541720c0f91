"""What holds for every operation of the ledgers."""

from tests.client import Api
from tests.vendors.payex.ledger import SE, ULLA, problem_of


def test_paths_and_query_names_match_in_any_case(api: Api) -> None:
    found = api.send("GET", "/LEDGER/Customer/V1/46001/Kyc-Questions?LANGUAGE=sv").json()
    assert found == api.get(f"{SE}/kyc-questions", language="sv").json()
    assert found["kycQuestions"][0]["questionText"] == "Vad arbetar du med?"
    for query in ("%24EXPAND=LegalAddress", "$Expand=LEGALADDRESS"):
        assert isinstance(api.send("GET", f"{ULLA}?{query}").json()["legalAddress"], dict)


def test_a_wrong_method_and_a_wrong_media_type_are_rejected(api: Api) -> None:
    assert problem_of(api.put(ULLA, {})) == (405, "method-not-allowed")
    headers = {"Authorization": "Bearer x", "Content-Type": "text/plain"}
    answer = api.send("POST", f"{SE}/customers", headers=headers, content=b"{}")
    assert problem_of(answer) == (415, "unsupported-media-type")


def test_unreadable_json_is_a_validation_problem(api: Api) -> None:
    headers = {"Authorization": "Bearer x", "Content-Type": "application/json"}
    answer = api.send("POST", f"{SE}/customers", headers=headers, content=b'{"a": 1,}')
    assert problem_of(answer) == (400, "validation")
