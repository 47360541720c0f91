"""The examples of docs/aptic-interest.md: their requests are sent, their formulas worked out and compared."""

import json
import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.client import APTIC, Api

PAGE = (Path(__file__).parents[4] / "docs" / "aptic-interest.md").read_text("utf-8")
EXAMPLES = re.findall(r"^\| `(\{.*?\})` \| (\S+) \| (.+?) = (\S+) \| (\S+) \|", PAGE, re.MULTILINE)
STEPS = re.findall(r"^### (\S+): .*?\n```http\n(.*?)```\n(.*?)(?=^###|\Z)", PAGE, re.MULTILINE | re.DOTALL)
LINE = re.compile(r"^\| (\S+) \| `(\w+)` \| (.+) \| (\S+) \|$", re.MULTILINE)


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


def test_a_portfolio_from_its_import_to_the_next_year_has_the_figures_that_were_worked_out(api: Api) -> None:
    names: dict[str, str] = {}
    payment: dict[str, Any] = {}
    compared = 0
    for day, request, table in STEPS:
        api.freeze(date.fromisoformat(day).isoformat())
        line, _, body = request.partition("\n")
        method, path = line.format(**names).split()
        answer = api.send(method, path, json=json.loads(body) if body.strip() else None)
        assert answer.status_code < 300, answer.text
        if path == f"{APTIC}/Cases":
            (names["case"],) = answer.json()["caseGuids"]
        elif path.endswith("/Payments"):
            payment = api.get(answer.headers["location"]).json()
        case = f"{APTIC}/Cases/{names['case']}"
        debts = {one["referenceNumber"]: one for one in api.get(f"{case}/Debts").json()["value"]}
        names |= {number: debt["debtGuid"] for number, debt in debts.items()}
        read = {**debts, "case": api.get(case).json(), "payment": payment}
        for of, member, formula, figure in LINE.findall(table):
            assert worked_out(formula) == amount(figure), formula
            assert Decimal(str(read[of][member])) == amount(figure), (day, of, member)
            compared += 1
    assert (len(EXAMPLES), len(STEPS), compared) == (10, 6, 40)
