"""Questions to customers, using those of the persona Berit Balances."""

from typing import Any

import pytest

from tests.client import APTIC, Api

BERIT = f"{APTIC}/Customers/5eed0017-c057-4000-8000-000000000001"
QUESTIONS = f"{BERIT}/Questions"
OCCUPATION = f"{QUESTIONS}/5eed0017-ac71-4000-8000-000000000001"  # can be postponed
PEP = f"{QUESTIONS}/5eed0017-ac71-4000-8000-000000000002"  # cannot


@pytest.fixture
def api(api: Api) -> Api:
    """A client of a server whose clock stands on the day of the world."""
    api.freeze("2026-01-01T00:00:00Z")
    return api


def codes(api: Api, **query: str) -> list[str]:
    """The codes of the open questions."""
    return [question["actionItemCode"] for question in api.get(QUESTIONS, **query).json()["value"]]


def test_open_questions_are_listed_and_read(api: Api) -> None:
    first = api.get(QUESTIONS).json()["value"][0]
    assert {name: value for name, value in first.items() if name != "links"} == {
        "actionGuid": "5eed0017-ac71-4000-8000-000000000001",
        "loggedAt": "2025-12-31T00:00:00Z",
        "processAt": "2025-12-31T00:00:00Z",
        "actionItemCode": "OCCUPATION",
        "message": "What do you do for a living?",
        "allowPostpone": True,
        "actionCategoryCode": "KYC",
        "actionCategoryDescription": "Know your customer",
        "responses": ["EMPLOYED", "SELFEMPLOYED", "STUDENT", "RETIRED", "OTHER"],
    }
    assert api.get(OCCUPATION).json() == first
    for link in first["links"]:
        assert api.get(link["href"].removeprefix("http://sim.test")).status_code == 200


def test_questions_are_filtered_and_sorted(api: Api) -> None:
    assert codes(api, _filter="allowPostpone eq false") == ["PEP"]
    assert codes(api, _filter="actionCategoryCode eq 'KYC'", _orderby="actionItemCode desc") == [
        "PEP",
        "OCCUPATION",
    ]


def test_an_answered_question_leaves_the_list_but_can_be_read(api: Api) -> None:
    before = api.get(PEP).json()
    answer = api.post(PEP, {"response": "NO", "note": "never"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert codes(api) == ["OCCUPATION"]
    assert api.get(PEP).json() == before


def test_a_question_is_answered_once(api: Api) -> None:
    api.post(OCCUPATION, {"response": "RETIRED"})
    for body in ({"response": "RETIRED"}, {"response": "STUDENT"}, {"postponeTo": "2026-03-01"}):
        again = api.post(OCCUPATION, body)
        assert (again.status_code, again.json()["title"]) == (409, "Conflict")


def test_a_postponed_question_stays_listed_with_its_new_day(api: Api) -> None:
    assert api.post(OCCUPATION, {"postponeTo": "2026-03-01", "note": "later"}).status_code == 204
    assert api.get(OCCUPATION).json()["processAt"] == "2026-03-01T00:00:00Z"
    assert codes(api) == ["OCCUPATION", "PEP"]
    assert codes(api, _filter="processAt gt 2026-01-01") == ["OCCUPATION"]
    assert api.post(OCCUPATION, {"response": "OTHER"}).status_code == 204
    assert codes(api) == ["PEP"]


@pytest.mark.parametrize(
    ("question", "body", "field", "message"),
    [
        (PEP, {"postponeTo": "2026-03-01"}, "postponeTo", "This question cannot be postponed"),
        (OCCUPATION, {"postponeTo": "2026-01-01T00:00:00Z"}, "postponeTo", "Input should be in the future"),
        (OCCUPATION, {"postponeTo": "2025-12-31"}, "postponeTo", "Input should be in the future"),
        (PEP, {"response": "no"}, "response", "'no' is not a valid answer; use one of YES, NO"),
        (PEP, {"response": ""}, "response", "'' is not a valid answer; use one of YES, NO"),
        (PEP, {}, "response", "Send one of YES, NO, or postponeTo if the question allows it"),
        (PEP, {"note": "n"}, "response", "Send one of YES, NO, or postponeTo if the question allows it"),
        (OCCUPATION, {"response": "OTHER", "postponeTo": "2026-03-01"}, "postponeTo", "Send either response or postponeTo, not both"),
    ],
)  # fmt: skip
def test_other_answers_are_a_400_and_leave_the_question_open(
    api: Api, question: str, body: dict[str, Any], field: str, message: str
) -> None:
    answer = api.post(question, body)
    assert (answer.status_code, answer.json()["errors"]) == (400, {field: [message]})
    assert codes(api) == ["OCCUPATION", "PEP"]


def test_wrong_types_are_a_400(api: Api) -> None:
    answer = api.post(PEP, {"response": 1, "note": [], "postponeTo": "soon"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["response", "note", "postponeTo"])


def test_a_question_belongs_to_its_customer(api: Api) -> None:
    other = f"{APTIC}/Customers/{api.customer()['customerGuid']}/Questions"
    guid = PEP.rsplit("/", 1)[1]
    assert api.get(other).json()["total"] == 0
    assert api.get(f"{other}/{guid}").status_code == 404
    assert api.post(f"{other}/{guid}", {"response": "NO"}).status_code == 404
    assert api.get(PEP.upper().replace("/APIGW/V1", APTIC)).status_code == 200
