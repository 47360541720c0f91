"""Sums of debts, cases and debtors after random imports agree in SQL and in plain arithmetic."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ledgersim.vendors.aptic.claims.rules import accrue_to, open_balances
from tests.client import APTIC, Api

NOW = datetime(2027, 6, 30, tzinfo=UTC)
amounts = st.integers(0, 10**8).map(lambda cents: cents / 100)
days = st.dates(datetime(2024, 1, 1).date(), datetime(2028, 1, 1).date()).map(str)  # noqa: DTZ001


def with_possible_vat(debt: dict[str, Any]) -> dict[str, Any]:
    """The debt with at most as much VAT as principal."""
    most = debt.get("originalPrincipal", 10**6)
    return {**debt, "originalVAT": min(debt["originalVAT"], most)} if "originalVAT" in debt else debt


debts = st.fixed_dictionaries(
    {"billDate": days},
    optional={
        "originalPrincipal": amounts,
        "remainingPrincipal": amounts,
        "originalInterest": amounts,
        "remainingInterest": amounts,
        "originalVAT": amounts,
        "currencyCode": st.sampled_from(["SEK", "NOK", "EUR"]),
        "exchRate": st.integers(1, 20_000_000).map(lambda millionths: millionths / 1_000_000),
        "interestRate": st.integers(0, 400_000).map(lambda rate: rate / 10_000),
        "interestFrom": days,
        "interestTo": days,
    },
).map(with_possible_vat)
fees = st.fixed_dictionaries({}, optional={"originalPrincipal": amounts, "remainingPrincipal": amounts})
cases = st.fixed_dictionaries(
    {"currencyCode": st.just("SEK")},
    optional={"debts": st.lists(debts, max_size=4), "fees": st.lists(fees, max_size=2)},
)
PARTS = ("Principal", "Interest", "Fee")


def cents(value: float) -> int:
    return int((Decimal(str(value)) * 100).to_integral_value())


def in_sek(debt: dict[str, Any], amount: int) -> int:
    if debt.get("currencyCode", "SEK") == "SEK" or "exchRate" not in debt:
        return amount
    return int((amount * Decimal(str(debt["exchRate"]))).quantize(Decimal(1), ROUND_HALF_UP))


def remaining(debt: dict[str, Any]) -> tuple[int, int]:
    """Principal and interest of a debt at NOW in its currency, by the rules in Python."""
    names = {"originalPrincipal": "original_principal", "remainingPrincipal": "remaining_principal",
             "originalInterest": "original_interest", "remainingInterest": "remaining_interest"}  # fmt: skip
    sent: dict[str, Any] = {column: cents(debt[name]) for name, column in names.items() if name in debt}
    for name, column in (
        ("interestFrom", "interest_from"),
        ("interestTo", "interest_to"),
        ("billDate", "bill_date"),
    ):
        if name in debt:
            sent[column] = datetime.fromisoformat(debt[name]).replace(tzinfo=UTC)
    sent["interest_rate"] = int(Decimal(str(debt.get("interestRate", 0))) * 10_000)
    balances = accrue_to(open_balances(sent), NOW.toordinal())
    return balances.remaining_principal, balances.remaining_interest


@given(st.lists(cases, min_size=1, max_size=3))
def test_every_sum_is_what_its_parts_say(api: Api, bodies: list[dict[str, Any]]) -> None:
    api.post("/_sim/reset")
    api.freeze(NOW.isoformat())
    debtor = api.debtor(currencyCode="SEK")["debtorGuid"]
    for body in bodies:
        body["debtors"] = [{"debtorGuid": debtor}]
    guids = api.create(f"{APTIC}/Cases", bodies)["caseGuids"]
    total = 0
    for guid, body in zip(guids, bodies, strict=True):
        case = api.get(f"{APTIC}/Cases/{guid}").json()
        for kind in ("original", "paid", "remaining"):
            assert cents(case[f"{kind}Sum"]) == sum(cents(case[f"{kind}{part}"]) for part in PARTS)
        found = api.get(f"{APTIC}/Cases/{guid}/Debts").json()["value"]
        principal = interest = 0
        for debt, item in zip(body.get("debts", []), found, strict=True):
            expected = remaining(debt)
            assert (cents(item["remainingPrincipal"]), cents(item["remainingInterest"])) == expected
            assert cents(item["remainingSum"]) == sum(expected)
            assert cents(item["originalSum"]) == cents(item["originalPrincipal"]) + cents(
                item["originalInterest"]
            )
            assert cents(item["ledgerSum"]) == in_sek(debt, expected[0]) + in_sek(debt, expected[1])
            principal += in_sek(debt, expected[0])
            interest += in_sek(debt, expected[1])
        fee = sum(
            cents(one.get("remainingPrincipal", one.get("originalPrincipal", 0)))
            for one in body.get("fees", [])
        )
        assert [cents(case[f"remaining{part}"]) for part in PARTS] == [principal, interest, fee]
        total += principal + interest + fee
        (listed,) = api.get(
            f"{APTIC}/Cases", _filter=f"caseGuid eq {guid} and remainingSum eq {case['remainingSum']}"
        ).json()["value"]
        assert {name: listed[name] for name in listed if name in case} == {
            name: case[name] for name in case if name in listed
        }
    summary = api.get(f"{APTIC}/Debtors/{debtor}/Summary").json()
    assert cents(summary["remainingSum"]) == total
    assert total == sum(cents(case["remainingSum"]) for case in summary["cases"])
    assert total == sum(
        cents(summary[name]) for name in ("remainingPrincipal", "remainingInterest", "remaininFee")
    )
