"""The state diagrams of the vendors' pages show what the tables and the API of the vendors do."""

import re
from pathlib import Path
from typing import Any

import pytest

from ledgersim.vendors.payex.invoices.rules import CLOSED, INVOICE, INVOICE_MOVES, PART_PAID
from ledgersim.vendors.payex.surpluses.rules import GONE, OPEN, TRANSITIONS
from ledgersim.vendors.riverty.customer_account.rules import decide
from tests.client import APTIC, Api

DOCS = Path(__file__).parents[1] / "docs"
NUMBER = "19850314-9984"
DEBTOR = f"{APTIC}/Debtors/5eed0001-deb0-4000-8000-000000000001"

Edge = tuple[str, str, str]  # from, to, label


def diagrams(vendor: str) -> list[set[Edge]]:
    """The edges of the state diagrams of a page, with the names that a reader sees."""
    page = (DOCS / f"{vendor}.md").read_text("utf-8")
    found = []
    for diagram in re.findall(r"```mermaid\nstateDiagram-v2\n(.*?)```", page, re.DOTALL):
        names = {short: name for name, short in re.findall(r'state "(.*?)" as (\w+)', diagram)}
        edges = re.findall(r"^ *(\S+) --> (\S+?)(?:: (.*))?$", diagram, re.MULTILINE)
        found.append({(names.get(one, one), names.get(other, other), label) for one, other, label in edges})
    return found


APTIC_CASE, APTIC_PLAN = diagrams("aptic")
PAYEX_SURPLUS, PAYEX_INVOICE = diagrams("payex")
RIVERTY_APPLICATION, _ = diagrams("riverty")


def test_the_states_of_a_surplus_are_those_of_the_table() -> None:
    moves = {(state, "[*]" if to == GONE else to, move) for (state, move), to in TRANSITIONS.items()}
    assert {("[*]", OPEN, "payment"), *moves} == PAYEX_SURPLUS


def test_the_states_of_an_invoice_are_those_of_the_table() -> None:
    moves = {(state, to, move) for (state, move), to in INVOICE_MOVES.items() if to not in (state, CLOSED)}
    assert {("[*]", "pending", ""), (INVOICE, PART_PAID, "a part is paid"), *moves} == PAYEX_INVOICE
    states = {state for state, _ in INVOICE_MOVES}
    assert {
        state for (state, move), to in INVOICE_MOVES.items() if (move, to) == ("cancel", CLOSED)
    } == states - {CLOSED}


def test_the_outcomes_of_an_application_are_those_of_the_rules() -> None:
    again = ("Pending", "Accepted", "the customer applies again and is accepted")
    shown = {
        name: outcome
        for start, outcome, label in RIVERTY_APPLICATION - {again}
        for name in label.split(", ")
        if start == "[*]"
    }
    table = (DOCS / "riverty.md").read_text("utf-8").partition("| `firstName` |")[2].partition("\n\n")[0]
    documented = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert set(shown) == {"any other firstName", *documented}
    assert {name: decide(name, None, 100).outcome for name in shown} == shown
    assert again in RIVERTY_APPLICATION


# What leads from one state of Aptic to another has no table, so the requests are sent.


def send(api: Api, method: str, path: str, body: Any = None) -> Any:
    """A request that must succeed."""
    answer = api.send(method, path, json=body)
    assert answer.status_code < 300, answer.text
    return answer


def new_case(api: Api, query: str = "") -> str:
    """A case with a debt; its path."""
    case = {"currencyCode": "SEK", "debtors": [{"idNumber": NUMBER}], "debts": [{"originalPrincipal": 900}]}
    return f"{APTIC}/Cases/{send(api, 'PUT', f'{APTIC}/Cases{query}', [case]).json()['caseGuids'][0]}"


def new_plan(api: Api, case: str, active: int) -> str:
    """A plan of three payments of 300.00 without interest; its path."""
    terms = {"paymentPlanType": 3, "numberOfPayments": 3, "active": active, "cases": [case.rpartition("/")[2]]}
    return str(send(api, "PUT", f"{DEBTOR}/Paymentplans", terms).headers["location"])


def take(api: Api, step: str, case: str, plan: str = "") -> None:
    """What an edge of Aptic's diagrams says, beside creating the case or the plan."""
    match step:
        case "the delay has passed":
            send(api, "POST", "/_sim/clock/advance", {"by": "PT1M"})
        case "two payments are overdue":
            send(api, "POST", "/_sim/clock/advance", {"by": "P3M"})
        case "the last payment is paid":
            send(api, "PUT", f"{case}/Payments", {"paymentAmount": 900, "paymentDate": "2026-01-10"})
        case "Close" | "nothing remains on its open cases":
            send(api, "POST", f"{case}/Close", {"closureCode": "RETRIEVED"})
        case "Activate":
            send(api, "POST", f"{plan}/Activate")
        case "DELETE" | "the plan ends":
            send(api, "DELETE", plan)
        case other:
            assert other in ("PUT", "PUT with a delay", "PUT with active 1", "a plan is active")


@pytest.mark.parametrize("edge", sorted(APTIC_CASE), ids=" ".join)
def test_the_states_of_a_case_follow_from_the_requests(api: Api, edge: Edge) -> None:
    start, end, label = edge
    api.freeze("2026-01-10")
    if "delay" in label:
        send(api, "PUT", "/_sim/aptic/case-import", {"delay": 60})
    case = new_case(api, "?async=true")
    plan = new_plan(api, case, 1) if "Paymentplan" in (start, end) else ""
    take(api, label, case, plan)
    answer = api.get(case)
    if answer.status_code == 404:
        assert end == "import pending"
    else:
        assert end in (answer.json()["status"], answer.json()["service"])


@pytest.mark.parametrize("edge", sorted(APTIC_PLAN), ids=" ".join)
def test_the_states_of_a_plan_follow_from_the_requests(api: Api, edge: Edge) -> None:
    start, end, label = edge
    api.freeze("2026-01-10")
    case = new_case(api)
    plan = new_plan(api, case, 1 if "active 1" in start + label else 2)
    take(api, label, case, plan)
    answer = api.get(plan)
    if answer.status_code == 404:
        assert end == "[*]"
    else:
        assert end.endswith(f"(active {answer.json()['active']})")
