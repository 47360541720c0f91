"""Provider states of Pact: what a verifier sends, and what the space is like then."""

import re
from pathlib import Path
from typing import Any

import pytest

from ledgersim.errors import StartupError
from ledgersim.provider_states import read_states
from tests.client import APTIC, Api
from tests.conftest import Serve

DOCS = Path(__file__).parents[2] / "docs"
ROUTE = "/_sim/pact/provider-states"
ULLA = "5eed0001-deb0-4000-8000-000000000001"
UNPAID = "a debtor with an unpaid case exists"
ADA = "a case of Ada Ek over an amount exists"


@pytest.fixture
def example(serve: Serve, tmp_path: Path) -> Api:
    """A server with the states of the documentation."""
    page = (DOCS / "conformance.md").read_text("utf-8")
    (found,) = re.findall(r"```yaml\n(# provider-states.yaml\n.*?)```", page, re.DOTALL)
    return served(serve, tmp_path, found)


def served(serve: Serve, tmp_path: Path, text: str) -> Api:
    file = tmp_path / "provider-states.yaml"
    file.write_text(text, "utf-8")
    return serve(provider_states=str(file))


def set_up(api: Api, state: str, **params: Any) -> dict[str, Any]:
    answer = api.post(ROUTE, {"consumer": "shop", "state": state, "params": params, "action": "setup"})
    assert answer.status_code == 200, answer.text
    values: dict[str, Any] = answer.json()
    return values


def tear_down(api: Api, state: str) -> None:
    assert api.post(ROUTE, {"state": state, "action": "teardown"}).json() == {}


def errors(api: Api, state: str, **params: Any) -> dict[str, list[str]]:
    answer = api.post(ROUTE, {"state": state, "params": params})
    assert answer.status_code == 400, answer.text
    found: dict[str, list[str]] = answer.json()["errors"]
    return found


def test_a_persona_returns_its_ids(example: Api) -> None:
    values = set_up(example, UNPAID)
    assert values["debtorGuid"] == ULLA
    assert {"caseGuids", "customerNo", "ledger", "accountNumber"} <= values.keys()


def test_fixtures_clock_and_parameters_are_applied(example: Api) -> None:
    values = set_up(example, ADA, amount=250.5)
    assert values["casePath"] == f"/v1/Cases/{values['caseGuid']}"
    case = example.get(f"/APIGW{values['casePath']}").json()
    assert (case["originalSum"], case["currencyCode"]) == (250.5, "SEK")
    assert example.only(f"{APTIC}/Cases/{values['caseGuid']}/Debts")["referenceNumber"] == "F-1001"
    assert example.get("/_sim/clock").json() == {"mode": "frozen", "now": "2026-03-01T00:00:00Z"}


def test_a_mistyped_parameter_is_rejected(example: Api) -> None:
    assert errors(example, ADA, ammount=250) == {
        "params.ammount": ["unknown parameter; did you mean amount?"],
    }
    assert errors(example, ADA, customer="Ada") == {
        "params.customer": ["unknown parameter; the parameters of the state are amount, number"],
    }
    assert errors(example, UNPAID, a=1, b=2) == {
        "params.a": ["unknown parameter; the state takes none"],
        "params.b": ["unknown parameter; the state takes none"],
    }


def test_a_parameter_without_a_default_may_be_sent(serve: Serve, tmp_path: Path) -> None:
    api = served(serve, tmp_path, "someone exists: {persona: '${who} Unpaid', values: {sum: '${sums.0}'}}")
    assert set_up(api, "someone exists", who="Ulla", sums=[7])["sum"] == 7
    assert errors(api, "someone exists", whom="Ulla") == {
        "params.whom": ["unknown parameter; did you mean who?"],
    }


def test_the_clock_moves_on_after_the_fixtures(example: Api) -> None:
    values = set_up(example, "nobody has paid the plan for three months")
    plan = f"{APTIC}/Debtors/{values['debtorGuid']}/Paymentplans/{values['paymentPlanGuid']}"
    assert example.get(plan).json()["active"] == 0
    assert example.get("/_sim/clock").json()["now"].startswith("2026-04-01")


def test_faults_hit_until_the_next_interaction(example: Api) -> None:
    assert set_up(example, "Aptic is down") == {}
    down = example.get(f"{APTIC}/Debtors")
    assert (down.status_code, down.headers["retry-after"]) == (503, "30")
    set_up(example, UNPAID)
    assert example.get(f"{APTIC}/Debtors").status_code == 200


def test_each_interaction_starts_anew_and_states_of_one_add_up(example: Api) -> None:
    first = set_up(example, ADA, number="F-1")
    second = set_up(example, UNPAID)
    assert second["debtorGuid"] == ULLA
    path = f"{APTIC}/Cases/{first['caseGuid']}"
    assert example.get(path).status_code == 200
    assert set_up(example, "") == {}
    assert example.get(path).status_code == 404
    assert example.get("/_sim/clock").json()["mode"] == "real"


def test_a_teardown_takes_the_space_back_and_keeps_tokens_and_journal(example: Api) -> None:
    token = example.token()
    values = set_up(example, ADA)
    tear_down(example, ADA)
    headers = {"Authorization": f"Bearer {token}"}
    assert example.send("GET", f"{APTIC}/Cases/{values['caseGuid']}", headers=headers).status_code == 404
    assert len(example.get("/_sim/requests").json()["requests"]) == 2


def test_a_space_of_its_own_is_the_only_one_that_changes(example: Api) -> None:
    answer = example.post(f"/s/pact{ROUTE}", {"state": ADA})
    path = f"{APTIC}/Cases/{answer.json()['caseGuid']}"
    assert example.get(f"/s/pact{path}").status_code == 200
    assert example.get(path).status_code == 404


def test_an_unknown_state_names_the_closest_one(example: Api, api: Api) -> None:
    answer = example.post(ROUTE, {"state": "a debtor with an unpayed case exists"})
    assert answer.status_code == 404
    assert answer.json()["detail"].endswith(f"did you mean {UNPAID}?")
    assert api.post(ROUTE, {"state": UNPAID}).json()["detail"] == (
        f"Unknown provider state {UNPAID!r}; --provider-states names the file that describes states"
    )


def test_a_state_that_cannot_be_set_up_says_why(serve: Serve, tmp_path: Path) -> None:
    api = served(
        serve,
        tmp_path,
        """
persona: {persona: "${who}"}
clock: {clock: {now: "${when}"}}
advance: {advance: soon}
fault: {faults: [{kind: status}, {kind: nonsense}]}
match: {faults: [{kind: drop, match: {operation: aptic.debtor.list}}]}
fixtures:
  fixtures: {aptic: {debtors: [{fullName: 5}]}}
values: {values: {guid: "${fixtures.aptic.debtors.0.debtorGuid}"}}
""",
    )
    missing = "send it in params, or give it a default in params of the state"
    assert errors(api, "persona") == {"persona": [f"${{who}} stands for nothing; {missing}"]}
    assert errors(api, "persona", who="Ulla Unpayd") == {
        "persona": ["unknown persona 'Ulla Unpayd'; did you mean Ulla Unpaid?"]
    }
    assert list(errors(api, "clock", when="tomorrow")) == ["clock.now"]
    assert list(errors(api, "advance")) == ["advance"]
    assert errors(api, "fault") == {"status": ["is required for a fault of kind status"]}
    assert list(errors(api, "match")) == ["match.operation"]
    assert errors(api, "fixtures") == {
        "fixtures.aptic.debtors[0].fullName": ["Input should be a string: put it in quotes"]
    }
    assert list(errors(api, "values")) == ["values"]


def test_after_a_failure_the_next_state_starts_anew(serve: Serve, tmp_path: Path) -> None:
    text = """
half:
  fixtures: {aptic: {debtors: [{fullName: Ada, debtorGuid: f1c50001-deb0-4000-8000-000000000001}]}}
  advance: soon
whole:
  fixtures: {aptic: {debtors: [{fullName: Ada, debtorGuid: f1c50001-deb0-4000-8000-000000000001}]}}
"""
    api = served(serve, tmp_path, text)
    errors(api, "half")
    assert set_up(api, "whole") == {"debtorGuid": "f1c50001-deb0-4000-8000-000000000001"}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "state"),
        ({"state": 1}, "state"),
        ({"state": "a", "params": []}, "params"),
        ({"state": "a", "action": "stop"}, "action"),
    ],
)
def test_a_body_that_no_verifier_sends_is_invalid(api: Api, body: Any, where: str) -> None:
    answer = api.post(ROUTE, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [where])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- a", "line 1: the file must map the names of states to what they need"),
        ("a: {}\na: {}", "line 2: a is given twice"),
        ("a:\n  person: Ulla", "line 2: 'a': unknown member person; did you mean persona?"),
        ("a: {}\nb:\n  faults: {}", "line 3: 'b': faults: Input should be a JSON array"),
        ("a: [", "line 2: did not find expected node content"),
        ("a: Ulla Unpaid", "line 1: 'a': Input should be a JSON object"),
        ("a: *b", "line 1: *b: aliases are not supported; write out the value"),
    ],
)
def test_an_invalid_file_prevents_the_start(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "states.yaml"
    file.write_text(text)
    with pytest.raises(StartupError, match=re.escape(f"{file}, {reason}")):
        read_states(file)


def test_a_missing_file_prevents_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="the provider states cannot be read from"):
        read_states(tmp_path / "none.yaml")
