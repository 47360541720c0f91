"""The examples of docs/aptic-interest.md and docs/aptic-plans.md: their requests are sent, their formulas worked out and compared."""

import json
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.client import APTIC, Api

DOCS = Path(__file__).parents[4] / "docs"
INTEREST, PLANS = ((DOCS / f"aptic-{name}.md").read_text("utf-8") for name in ("interest", "plans"))
EXAMPLES = re.findall(r"^\| `(\{.*?\})` \| (\S+) \| (.+?) = (\S+) \| (\S+) \|", INTEREST, re.MULTILINE)
SCHEDULES = re.findall(r"^```json\n(\{.*?\})\n```\n(.*?)(?=^##|\Z)", PLANS, re.MULTILINE | re.DOTALL)
STEP = re.compile(r"^### (\S+): .*?\n```http\n(.*?)```\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^\| (\S+) \| `(\w+)` \| (.+) \| (\S+) \|$", re.MULTILINE)
DEBTOR = f"{APTIC}/Debtors/5eed0001-deb0-4000-8000-000000000001"


def worked_out(formula: str) -> Decimal:
    """The value of a formula, rounded to the cent."""
    text = formula.replace(",", "").replace("%", "/ 100").translate({0xD7: "*", 0x2212: "-"})
    assert re.fullmatch(r"[0-9. +*/()-]+", text), text
    exact: Fraction = eval(re.sub(r"[0-9.]+", r"Fraction('\g<0>')", text), {"Fraction": Fraction})
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.01"), ROUND_HALF_UP)


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


@pytest.mark.parametrize(("members", "day", "formula", "figure", "until"), EXAMPLES)
def test_interest_accrues_from_day_to_day_as_the_examples_say(
    api: Api, members: str, day: str, formula: str, figure: str, until: str
) -> None:
    api.freeze(day)
    case = api.case(debts=[{"originalPrincipal": 10_000, "interestRate": 10, **json.loads(members)}])
    debt = api.get(f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}").json()
    assert Decimal(str(debt["originalInterest"])) == amount(figure) == worked_out(formula)
    assert debt["interestTo"] == f"{until}T00:00:00Z"


@pytest.mark.parametrize(("terms", "table"), SCHEDULES)
def test_a_plan_has_the_schedule_that_was_worked_out(api: Api, terms: str, table: str) -> None:
    api.freeze("2027-01-01")
    debt = {"originalPrincipal": 1200, "interestRate": 12, "interestFrom": "2027-01-01"}
    body = {
        **json.loads(terms),
        "cases": [api.case(debts=[debt], debtors=[{"idNumber": "19850314-9984"}]).rpartition("/")[2]],
    }
    calculated = api.send("POST", f"{DEBTOR}/Paymentplans/Calculate", json=body).json()
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.strip().splitlines() if "=" in row]
    for row, payment in zip(rows, calculated["payments"], strict=True):
        assert [payment["paymentNo"], payment["dueDate"]] == [int(row[0]), f"{row[1]}T00:00:00Z"]
        for member, cell in zip(("instalment", "interest", "amount", "unpaid"), row[2:], strict=True):
            formula, figure = cell.split(" = ")
            assert Decimal(str(payment[member])) == amount(figure) == worked_out(formula), (row[0], member)


@pytest.mark.parametrize(("page", "steps", "figures"), [(INTEREST, 6, 40), (PLANS, 8, 25)])
def test_a_case_has_the_figures_that_were_worked_out_on_each_day(
    api: Api, page: str, steps: int, figures: int
) -> None:
    names: dict[str, str] = {}
    read: dict[str, Any] = {}
    compared = 0
    for day, request, table in STEP.findall(page):
        api.freeze(date.fromisoformat(day).isoformat())
        line, _, body = request.partition("\n")
        method, path = line.format(**names).split()
        body = body.replace("{case}", names.get("case", ""))
        answer = api.send(method, path, json=json.loads(body) if body.strip() else None)
        assert answer.status_code < 300, answer.text
        if path == f"{APTIC}/Cases":
            (names["case"],) = answer.json()["caseGuids"]
        elif path.endswith("/Payments"):
            read["payment"] = api.get(answer.headers["location"]).json()
        elif path.endswith("/Paymentplans"):
            names["plan"] = answer.headers["location"]
        case = f"{APTIC}/Cases/{names['case']}"
        debts = {one["referenceNumber"]: one for one in api.get(f"{case}/Debts").json()["value"]}
        names |= {number: debt["debtGuid"] for number, debt in debts.items()}
        read |= {**debts, "case": api.get(case).json()}
        if "plan" in names:
            read["plan"] = api.get(names["plan"]).json()
        for of, member, formula, figure in LINE.findall(table):
            assert worked_out(formula) == amount(figure), formula
            assert Decimal(str(read[of][member])) == amount(figure), (day, of, member)
            compared += 1
    assert (len(STEP.findall(page)), compared) == (steps, figures)


def test_all_examples_of_the_pages_are_read() -> None:
    assert (len(EXAMPLES), len(SCHEDULES)) == (10, 3)
