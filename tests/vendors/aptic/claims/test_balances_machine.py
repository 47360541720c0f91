"""Debts, fees, adjustments, payments, days and closing in any order: no cent is lost or created."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.client import Api

amounts = st.integers(1, 500_000)


def cents(value: float) -> int:
    return round(value * 100)


class Balances(RuleBasedStateMachine):
    """One case in SEK; the model keeps what should have come in and gone out."""

    api: Api

    @initialize()
    def begin(self) -> None:
        self.api.post("/_sim/reset")
        self.api.freeze("2027-01-01T00:00:00Z")
        self.case = self.api.case()
        self.closed = False
        self.adjusted = self.opening_paid = 0
        self.frozen_interest = 0

    def put(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.api.put(f"{self.case}/{path}", body)
        assert answer.status_code == (409 if self.closed else 201)
        return answer

    @rule(original=amounts, remaining=amounts, rate=st.integers(0, 30), vat=st.integers(0, 25))
    def add_debt(self, original: int, remaining: int, rate: int, vat: int) -> None:
        now = self.api.get("/_sim/clock").json()["now"]
        sent = {"originalPrincipal": original / 100, "remainingPrincipal": remaining / 100}
        sent["originalVAT"] = original * vat // 125 / 100
        self.put("Debts", {**sent, "interestRate": rate, "interestFrom": now})
        if not self.closed:
            self.opening_paid += max(0, original - remaining)
            self.adjusted += max(0, remaining - original)

    @rule(amount=amounts)
    def add_fee(self, amount: int) -> None:
        self.put("Fees", {"originalPrincipal": amount / 100})

    @rule(amount=amounts)
    def pay(self, amount: int) -> None:
        before = self.api.get(self.case).json()
        answer = self.put("Payments", {"paymentAmount": amount / 100})
        if not self.closed:
            detail = self.api.get(answer.headers["location"]).json()
            used = cents(detail["totalAmountDeducted"])
            assert used == min(amount, cents(before["remainingSum"]))
            assert used + cents(detail["amountNotDeducted"]) == amount
            assert used == sum(cents(line["usedAmount"]) for line in detail["specifications"])

    @rule(amount=amounts, days=st.integers(-900, 300))
    def pay_on_another_day(self, amount: int, days: int) -> None:
        now = datetime.fromisoformat(self.api.get("/_sim/clock").json()["now"])
        date = (now + timedelta(days=days)).isoformat()
        self.put("Payments", {"paymentAmount": amount / 100, "paymentDate": date})

    @rule(
        kind=st.sampled_from(["Debts", "Fees"]),
        principal=st.integers(-400_000, 400_000),
        interest=st.integers(-900, 900),
    )
    def adjust(self, kind: str, principal: int, interest: int) -> None:
        claims = self.api.get(f"{self.case}/{kind}").json()["value"]
        if claims:
            claim = claims[-1]
            body = {"principalAdjustment": principal / 100, "interestAdjustment": interest / 100}
            guid = claim["debtGuid" if kind == "Debts" else "feeGuid"]
            answer = self.api.post(f"{self.case}/{kind}/{guid}/Adjust", body)
            fits = (
                cents(claim["remainingPrincipal"]) + principal >= 0
                and cents(claim["remainingInterest"]) + interest >= 0
            )
            assert answer.status_code == (204 if fits else 409)
            self.adjusted += principal + interest if fits else 0

    @rule(days=st.integers(1, 400))
    def wait(self, days: int) -> None:
        self.api.post("/_sim/clock/advance", {"by": f"P{days}D"})

    @rule()
    def close(self) -> None:
        answer = self.api.post(f"{self.case}/Close", {"closureCode": "DISPUTED"})
        assert answer.status_code == (409 if self.closed else 204)
        if not self.closed:
            self.frozen_interest = cents(self.api.get(self.case).json()["originalInterest"])
        self.closed = True

    @invariant()
    def everything_adds_up(self) -> None:
        case = self.api.get(self.case).json()
        parts = ("Principal", "Interest", "Fee")
        for kind in ("original", "paid", "remaining"):
            assert cents(case[f"{kind}Sum"]) == sum(cents(case[f"{kind}{part}"]) for part in parts)
        payments = self.api.get(f"{self.case}/Payments", _top="100").json()["value"]
        details = [self.api.get(f"{self.case}/Payments/{one['paymentGuid']}").json() for one in payments]
        deducted = sum(cents(one["totalAmountDeducted"]) for one in details)
        assert cents(case["paidSum"]) == self.opening_paid + deducted
        assert (
            cents(case["remainingSum"]) == cents(case["originalSum"]) - cents(case["paidSum"]) + self.adjusted
        )
        claims = [
            one
            for kind in ("Debts", "Fees")
            for one in self.api.get(f"{self.case}/{kind}", _top="100").json()["value"]
        ]
        assert sum(cents(one["remainingSum"]) for one in claims) == cents(case["remainingSum"])
        for one in claims:
            assert 0 <= one["remainingVAT"] <= one["remainingPrincipal"]
            assert 0 <= one["paidVAT"] <= one["paidPrincipal"]
            assert min(one["originalInterest"], one["remainingInterest"], one["paidInterest"]) >= 0
        if self.closed:
            assert cents(case["originalInterest"]) == self.frozen_interest


@pytest.mark.hypothesis
def test_the_balances_of_a_case_always_add_up(api: Api) -> None:
    machine = type("BooksOfThisServer", (Balances,), {"api": api})
    run_state_machine_as_test(machine, settings=settings(stateful_step_count=12))
    assert api.get("/_sim/health/live").status_code == 200
