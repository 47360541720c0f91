"""The stored sums of cases are those of their claims, whatever happens, in any order, at any time."""

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from ledgersim.schemas import MAX_CENTS
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row, rows
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.cases.queries import add_sums
from ledgersim.vendors.aptic.claims.models import CASE_SUMS, CLAIM, DEBT
from ledgersim.vendors.aptic.claims.queries import today
from ledgersim.vendors.aptic.claims.rules import PARITY, Balances, accrue_to
from ledgersim.vendors.aptic.claims.sums import SUMS
from tests.client import Api

KINDS = ("original", "paid", "remaining")
PARTS = ("principal", "interest", "fee", "sum")
FILTERED = select(CASE_SUMS.c.case_id, *(amount.label(name) for name, amount in SUMS.items()))
amounts = st.one_of(st.integers(1, 500_000), st.integers(1, MAX_CENTS)).map(lambda cents: cents / 100)


def recomputed(space: Space) -> dict[int, Row]:
    """The sums of all cases as of today, from their claims by the rules in Python."""
    day = today(space)
    cases = {case["id"]: case for case in rows(space.connection, select(CASE))}
    sums = {case_id: {f"{kind}_{part}": 0 for kind in KINDS for part in PARTS} for case_id in cases}
    for claim in rows(space.connection, select(CLAIM)):
        balances = accrue_to(Balances.of(claim), day)
        is_same = (
            claim["exch_rate"] is None or claim["currency_code"] == cases[claim["case_id"]]["currency_code"]
        )
        rate = PARITY if is_same else claim["exch_rate"]
        for part in ("principal", "interest"):
            original, adjusted, remaining = (
                getattr(balances, f"{kind}_{part}") for kind in ("original", "adjusted", "remaining")
            )
            converted = [
                (2 * amount * rate + PARITY) // (2 * PARITY)
                for amount in (original, original + adjusted, remaining)
            ]
            found = dict(zip(KINDS, (converted[0], converted[1] - converted[2], converted[2]), strict=True))
            for kind, amount in found.items():
                named = "fee" if part == "principal" and claim["kind"] != DEBT else part
                sums[claim["case_id"]][f"{kind}_{named}"] += amount
                sums[claim["case_id"]][f"{kind}_sum"] += amount
    return sums


def stored(space: Space) -> dict[int, Row]:
    """The sums of all cases as of today, as filters use them, and then the same as responses do."""
    filtered = {one.pop("case_id"): one for one in rows(space.connection, FILTERED, today=today(space))}
    cases: list[Row] = [{"id": case_id} for case_id in filtered]
    add_sums(space.connection, cases, {"today": today(space)})
    assert {case.pop("id"): {name: case[name] for name in SUMS} for case in cases} == filtered
    return filtered


class Sums(RuleBasedStateMachine):
    """Cases with debts in two currencies."""

    api: Api

    @initialize()
    def begin(self) -> None:
        self.api.post("/_sim/reset")
        self.api.freeze("2027-01-01T00:00:00Z")
        self.api.post("/_sim/snapshots", {"name": "then"})
        self.exported = self.api.get("/_sim/export").content
        self.cases: list[str] = []
        self.add_case()

    def send(self, method: str, path: str, body: Any = None) -> None:
        """Send a request about the newest case, which may be missing after a restore."""
        answer = self.api.send(method, f"{self.cases[-1]}{path}", json=body)
        assert answer.status_code < 500

    def claims(self, kind: str) -> list[str]:
        """The paths of the debts or fees of the newest case."""
        answer = self.api.get(f"{self.cases[-1]}/{kind}")
        guid = "debtGuid" if kind == "Debts" else "feeGuid"
        found = answer.json()["value"] if answer.status_code == 200 else []
        return [f"/{kind}/{one[guid]}" for one in found]

    @rule()
    def add_case(self) -> None:
        self.cases.append(self.api.case(debtors=[{"fullName": "Ada Ek"}], currencyCode="SEK"))

    @rule(
        original=amounts,
        remaining=amounts,
        rate=st.integers(0, 300_000),
        currency=st.sampled_from([{}, {"currencyCode": "EUR", "exchRate": 11.123457}, {"currencyCode": "NOK"}]),
        back=st.integers(0, 2),
    )
    def add_debt(
        self, original: float, remaining: float, rate: int, currency: dict[str, Any], back: int
    ) -> None:
        debt = {"originalPrincipal": original, "remainingPrincipal": remaining, "interestRate": rate / 10_000}
        self.send("PUT", "/Debts", {**debt, **currency, "interestFrom": f"{2027 - back}-01-01"})

    @rule(amount=amounts)
    def add_fee(self, amount: float) -> None:
        self.send("PUT", "/Fees", {"originalPrincipal": amount})

    @rule(amount=amounts, date=st.sampled_from([{}, {"paymentDate": "2026-12-01"}]))
    def pay(self, amount: float, date: dict[str, str]) -> None:
        self.send("PUT", "/Payments", {"paymentAmount": amount, **date})

    @rule(
        kind=st.sampled_from(["Debts", "Fees"]),
        principal=st.integers(-100_000, 100_000),
        interest=st.integers(0, 900),
    )
    def adjust(self, kind: str, principal: int, interest: int) -> None:
        body = {"principalAdjustment": principal / 100, "interestAdjustment": interest / 100}
        for path in self.claims(kind)[-1:]:
            self.send("POST", f"{path}/Adjust", body)

    @rule(rate=st.integers(0, 30))
    def change_terms(self, rate: int) -> None:
        for path in self.claims("Debts")[-1:]:
            self.send("PATCH", path, {"interestRate": rate})

    @rule(kind=st.sampled_from(["Debts", "Fees"]))
    def remove(self, kind: str) -> None:
        for path in self.claims(kind)[-1:]:
            self.send("DELETE", path)

    @rule()
    def close(self) -> None:
        self.send("POST", "/Close", {"closureCode": "DISPUTED"})

    @rule(days=st.integers(1, 400))
    def wait(self, days: int) -> None:
        assert self.api.post("/_sim/clock/advance", {"by": f"P{days}D"}).status_code == 200

    @rule(how=st.sampled_from(["reset", "snapshots/then/restore"]))
    def go_back(self, how: str) -> None:
        assert self.api.post(f"/_sim/{how}").status_code in (200, 204)

    @rule()
    def import_what_was_exported(self) -> None:
        answer = self.api.send("POST", "/_sim/import", content=self.exported)
        assert answer.status_code in (200, 204), answer.text

    @rule()
    def export(self) -> None:
        self.exported = self.api.get("/_sim/export").content

    @invariant()
    def sums_are_those_of_the_claims(self) -> None:
        space = self.api.app.spaces["default"]
        assert stored(space) == recomputed(space)


@pytest.mark.hypothesis
def test_the_stored_sums_of_cases_are_those_of_their_claims(small_api: Api) -> None:
    machine = type("SumsOfThisServer", (Sums,), {"api": small_api})
    # An example compares all cases after each of its steps, so half as many as usual.
    few = settings(max_examples=settings().max_examples // 2, stateful_step_count=16)
    run_state_machine_as_test(machine, settings=few)


def test_the_interest_of_several_claims_is_exact_whatever_their_principal(small_api: Api) -> None:
    small_api.freeze("2199-12-31T00:00:00Z")
    for digits in range(1, 14):
        case = small_api.case(debtors=[{"fullName": "Ada Ek"}], currencyCode="SEK")
        debt = {
            "originalPrincipal": (10**digits - 1) / 100,
            "interestRate": 9.9999,
            "interestFrom": "1950-01-01",
        }
        for _ in range(2):
            assert small_api.send("PUT", f"{case}/Debts", json=debt).status_code == 201
    space = small_api.app.spaces["default"]
    assert stored(space) == recomputed(space)
