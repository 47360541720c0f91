"""Payments: their allocation in order, to the cent, in several currencies."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.vendors.aptic.payments.rules import Directed, Owed, allocate
from tests.client import APTIC, Api
from tests.contract.shapes import of_answer, of_sample

CLAIMS = [
    Owed(1, is_fee=False, principal=100_00, interest=10_00, reference="A"),
    Owed(2, is_fee=True, principal=60_00, interest=0),
    Owed(3, is_fee=False, principal=50_00, interest=5_00, reference="B"),
]


@pytest.mark.parametrize(
    ("amount", "entries"),
    [
        (0, []),
        (59_99, [(2, "fee", 59_99)]),
        (60_01, [(2, "fee", 60_00), (1, "interest", 1)]),
        (74_00, [(2, "fee", 60_00), (1, "interest", 10_00), (3, "interest", 4_00)]),
        (80_00, [(2, "fee", 60_00), (1, "interest", 10_00), (3, "interest", 5_00), (1, "principal", 5_00)]),
        (225_00, [(2, "fee", 60_00), (1, "interest", 10_00), (3, "interest", 5_00), (1, "principal", 100_00), (3, "principal", 50_00)]),
        (999_00, [(2, "fee", 60_00), (1, "interest", 10_00), (3, "interest", 5_00), (1, "principal", 100_00), (3, "principal", 50_00)]),
    ],
)  # fmt: skip
def test_costs_come_first_then_interest_then_principal_oldest_first(
    amount: int, entries: list[tuple[int, str, int]]
) -> None:
    assert [(one.claim_id, one.part, one.used) for one in allocate(amount, CLAIMS)] == entries


def test_a_specification_directs_money_to_an_invoice_and_the_remainder_follows_the_usual_order() -> None:
    found = allocate(70_00, CLAIMS, [Directed("B", principal=20_00, interest=9_00)])
    assert [(one.claim_id, one.part, one.used) for one in found] == [
        (3, "interest", 5_00),
        (3, "principal", 20_00),
        (2, "fee", 45_00),
    ]


claims = st.lists(
    st.builds(
        Owed,
        claim_id=st.integers(1, 10**6),
        is_fee=st.booleans(),
        principal=st.integers(0, 10**9),
        interest=st.integers(0, 10**7),
        rate=st.builds(Fraction, st.integers(1, 10**7), st.just(10**6)),
    ),
    max_size=6,
    unique_by=lambda one: one.claim_id,
)


@given(st.integers(0, 10**9), claims)
def test_no_cent_is_lost_or_made(amount: int, owed: list[Owed]) -> None:
    found = allocate(amount, owed)
    assert sum(one.used for one in found) <= amount
    by_id = {one.claim_id: one for one in owed}
    for one in found:
        assert one.used > 0
        assert 0 < one.paid <= by_id[one.claim_id].part(one.part)
    everything = all(
        sum(one.paid for one in found if one.claim_id == claim.claim_id) == claim.principal + claim.interest
        for claim in owed
    )
    left = amount - sum(one.used for one in found)
    assert everything or left <= 1 + max([Fraction(1), *(claim.rate for claim in owed)])


@given(st.integers(0, 10**9), claims)
def test_in_one_currency_what_is_used_is_what_is_paid(amount: int, owed: list[Owed]) -> None:
    plain = [Owed(one.claim_id, one.is_fee, one.principal, one.interest) for one in owed]
    found = allocate(amount, plain)
    total = sum(one.principal + one.interest for one in plain)
    assert all(one.used == one.paid for one in found)
    assert sum(one.used for one in found) == min(amount, total)


def pay(api: Api, case: str, **members: Any) -> dict[str, Any]:
    answer = api.put(f"{case}/Payments", {"paymentAmount": 1, **members})
    assert answer.status_code == 201, answer.text
    detail: dict[str, Any] = api.get(answer.headers["location"]).json()
    return detail


def test_a_payment_is_listed_read_and_lowers_what_remains(api: Api) -> None:
    api.freeze("2027-02-01T00:00:00Z")
    case = api.case(
        debts=[{"originalPrincipal": 1000, "referenceNumber": "F-1"}],
        fees=[{"name": "KK", "originalPrincipal": 180}],
    )
    answer = api.put(
        f"{case}/Payments",
        {"paymentAmount": 500, "paymentDate": "2027-01-31", "source": "bank", "paymentReference": "7"},
    )
    assert of_answer(answer.json()) == of_sample("aptic.cases.payments.create")
    assert of_answer(api.get(f"{case}/Payments").json()) == of_sample("aptic.cases.payments.list")
    detail = api.get(answer.headers["location"]).json()
    expected = dict(of_sample("aptic.cases.payments.get"))
    found = dict(of_answer(detail))
    assert {**found, "pledges": expected["pledges"]} == expected
    assert [
        (line["amountType"], line["usedAmount"], line["invoiceNumber"]) for line in detail["specifications"]
    ] == [
        (1, 180, None),
        (3, 320, "F-1"),
    ]
    assert (detail["totalAmountDeducted"], detail["amountNotDeducted"], detail["remittenceAmount"]) == (
        500,
        0,
        500,
    )
    for one in [
        *detail["links"],
        *detail["specifications"][0]["links"],
        *detail["specifications"][1]["links"],
    ]:
        assert api.get(one["href"]).status_code == 200
    whole = api.get(case).json()
    assert (whole["paidFee"], whole["paidPrincipal"], whole["remainingSum"]) == (180, 320, 680)


def test_an_overpayment_shows_in_amount_not_deducted(api: Api) -> None:
    detail = pay(api, api.case(debts=[{"remainingPrincipal": 10.5}]), paymentAmount=100)
    assert (detail["paidAmount"], detail["totalAmountDeducted"], detail["amountNotDeducted"]) == (
        100,
        10.5,
        89.5,
    )


def test_the_commission_of_a_client_is_withheld_with_vat(api: Api) -> None:
    """That of Järvilaina is 8 %, and VAT in Finland 25.5 %; Pertti Partpaid paid 229.00 EUR."""
    path = f"{APTIC}/Cases/5eed0005-ca5e-4000-8000-000000000001/Payments"
    detail = api.get(f"{path}/{api.only(path)['paymentGuid']}").json()
    lines = [(one["usedAmount"], one["commission"], one["commissionVAT"]) for one in detail["specifications"]]
    assert lines == [(5, 0.4, 0.1), (24, 1.92, 0.49), (200, 16, 4.08)]
    assert (detail["withdrawnCommission"], detail["withdrawnVAT"]) == (18.32, 4.67)
    assert (detail["totalAmountDeducted"], detail["remittenceAmount"]) == (229, 206.01)


def test_stop_payments_puts_a_payment_aside_unbooked(api: Api) -> None:
    case = api.case(debts=[{"remainingPrincipal": 10}], stopPayments=True)
    detail = pay(api, case, paymentAmount=5)
    assert (detail["totalAmountDeducted"], detail["amountNotDeducted"], detail["specifications"]) == (
        0,
        5,
        [],
    )
    assert api.get(case).json()["remainingSum"] == 10
    api.patch(case, {"stopPayments": False})
    assert pay(api, case, paymentAmount=5)["totalAmountDeducted"] == 5


def test_interest_up_to_the_day_is_paid_before_principal(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    case = api.case(debts=[{"remainingPrincipal": 1000, "interestRate": 10, "interestFrom": "2027-01-01"}])
    assert [
        (one["amountType"], one["usedAmount"]) for one in pay(api, case, paymentAmount=600)["specifications"]
    ] == [(2, 100), (3, 500)]
    api.post("/_sim/clock/advance", {"by": "P73D"})
    debt = api.only(f"{case}/Debts")
    assert (debt["paidInterest"], debt["remainingInterest"], debt["remainingPrincipal"]) == (100, 10, 500)


def test_the_oldest_due_is_paid_first(api: Api) -> None:
    case = api.case(
        debts=[
            {"remainingPrincipal": 10, "dueDate": "2026-03-01"},
            {"remainingPrincipal": 10, "dueDate": "2026-02-01"},
        ]
    )
    pay(api, case, paymentAmount=12)
    assert [one["remainingPrincipal"] for one in api.get(f"{case}/Debts").json()["value"]] == [8, 0]


def test_a_specification_directs_a_payment(api: Api) -> None:
    case = api.case(
        debts=[
            {"remainingPrincipal": 10, "referenceNumber": "A"},
            {"remainingPrincipal": 10, "referenceNumber": "B"},
        ]
    )
    pay(api, case, paymentAmount=12, specification=[{"invoiceReference": "B", "principalAmount": 9}])
    assert [one["remainingPrincipal"] for one in api.get(f"{case}/Debts").json()["value"]] == [7, 1]


def test_a_payment_in_another_currency_is_booked_by_the_cases_exchange_rate(api: Api) -> None:
    case = api.case(
        debts=[
            {"remainingPrincipal": 100, "currencyCode": "EUR", "exchRate": 11.5},
            {"remainingPrincipal": 1000},
        ]
    )
    detail = pay(api, case, paymentAmount=150, currencyCode="EUR")
    assert [one["usedAmount"] for one in detail["specifications"]] == [100, 50]
    assert (detail["currencyCode"], detail["totalAmountDeducted"]) == ("EUR", 150)
    assert [one["remainingPrincipal"] for one in api.get(f"{case}/Debts").json()["value"]] == [0, 425]
    kronor = pay(api, case, paymentAmount=500)
    assert (kronor["totalAmountDeducted"], kronor["amountNotDeducted"]) == (425, 75)
    assert api.get(case).json()["remainingSum"] == 0


IN_EUR = {"currencyCode": "EUR", "remainingPrincipal": 1000, "exchRate": 10}
IN_SEK = {"currencyCode": "SEK", "remainingPrincipal": 0, "exchRate": 0.09}


@pytest.mark.parametrize(
    ("case", "payment", "paid"),
    [
        # The case is in SEK, the general-ledger currency.
        ({"debts": [{"remainingPrincipal": 1000}]}, {"currencyCode": "EUR", "receivedAmount": 112.5}, 112.5),
        ({"debts": [{"remainingPrincipal": 1000}]}, {"currencyCode": "SEK", "receivedAmount": 5}, 10),
        # The case is in EUR: its exchange rate to SEK is that of a debt in EUR, or the inverse of one in SEK.
        ({"currencyCode": "EUR", "debts": [IN_EUR]}, {"currencyCode": "USD", "receivedAmount": 99}, 9.9),
        ({"currencyCode": "EUR", "debts": [IN_EUR]}, {"currencyCode": "SEK"}, 1),
        ({"currencyCode": "EUR", "debts": [IN_EUR]}, {"currencyCode": "SEK", "receivedAmount": 10}, 1),
        ({"currencyCode": "EUR", "debts": [IN_SEK, {**IN_EUR, "exchRate": None}]},
         {"currencyCode": "USD", "receivedAmount": 100}, 9),
        # Without such a rate, that of a debt in the payment's currency counts.
        ({"currencyCode": "NOK", "debts": [{**IN_EUR, "currencyCode": "NOK", "exchRate": 0}, {**IN_EUR, "remainingPrincipal": 0}]},
         {"currencyCode": "EUR", "receivedAmount": 100}, 100),
    ],
)  # fmt: skip
def test_the_received_amount_is_in_the_general_ledger_currency(
    api: Api, case: dict[str, Any], payment: dict[str, Any], paid: float
) -> None:
    path = api.case(**case)
    before = api.get(path).json()["remainingSum"]
    assert pay(api, path, paymentAmount=10, **payment)["totalAmountDeducted"] == 10
    assert round(before - api.get(path).json()["remainingSum"], 2) == paid


@pytest.mark.parametrize(
    ("case", "payment", "errors"),
    [
        ({"currencyCode": "EUR"}, {"currencyCode": "USD", "receivedAmount": 99},
         {"receivedAmount": ["The case is in EUR and has no debt in SEK with an exchRate"]}),
        ({"currencyCode": "EUR"}, {"currencyCode": "USD"},
         {"currencyCode": ["The case is in EUR and has no debt in USD with an exchRate; send receivedAmount in SEK"]}),
        ({}, {"currencyCode": "EUR", "receivedAmount": 10000.01},
         {"receivedAmount": ["is 1,000.001 SEK for 1 EUR; an exchange rate is from 0.000001 to 1,000"]}),
        ({}, {"currencyCode": "EUR", "receivedAmount": 0.01, "paymentAmount": 10000.01},
         {"receivedAmount": ["is 0.000000999999 SEK for 1 EUR; an exchange rate is from 0.000001 to 1,000"]}),
    ],
)  # fmt: skip
def test_without_an_exchange_rate_that_can_be_stored_a_foreign_payment_is_a_400(
    api: Api, case: dict[str, Any], payment: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    path = api.case(debts=[{"remainingPrincipal": 1000}], **case)
    answer = api.put(f"{path}/Payments", {"paymentAmount": 10, **payment})
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)
    assert api.get(f"{path}/Payments").json()["total"] == 0


def test_a_late_foreign_payment_is_booked_again_at_its_own_rate(api: Api) -> None:
    api.freeze("2027-01-03T00:00:00Z")
    case = api.case(debts=[{"remainingPrincipal": 1000}], fees=[{"remainingPrincipal": 10}])
    foreign = {"currencyCode": "EUR", "receivedAmount": 33.33, "paymentDate": "2027-01-02"}
    later = pay(api, case, paymentAmount=3, **foreign)
    pay(api, case, paymentAmount=10, paymentDate="2027-01-01")
    (line,) = api.get(later["links"][0]["href"]).json()["specifications"]
    assert (line["amountType"], line["usedAmount"]) == (3, 3)
    assert [api.get(case).json()[f"paid{part}"] for part in ("Fee", "Principal")] == [10, 33.33]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, ["paymentAmount"]),
        ({"paymentAmount": 0}, ["paymentAmount"]),
        ({"paymentAmount": -5}, ["paymentAmount"]),
        ({"paymentAmount": 1.001, "paymentDate": "never"}, ["paymentAmount", "paymentDate"]),
        ({"paymentAmount": 1, "currencyCode": "EUR"}, ["currencyCode"]),
        ({"paymentAmount": 1, "specification": [{"principalAmount": 2}]}, ["specification", "specification[0].invoiceReference"]),
        ({"paymentAmount": 1, "specification": [{"invoiceReference": "?"}]}, ["specification[0].invoiceReference"]),
    ],
)  # fmt: skip
def test_a_bad_payment_is_a_400_and_stores_nothing(api: Api, body: dict[str, Any], errors: list[str]) -> None:
    case = api.case(debts=[{"remainingPrincipal": 10}])
    answer = api.put(f"{case}/Payments", body)
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, errors)
    assert api.get(f"{case}/Payments").json()["total"] == 0


def test_a_debt_with_payments_cannot_be_removed(api: Api) -> None:
    case = api.case(debts=[{"remainingPrincipal": 10}])
    pay(api, case)
    assert api.delete(f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}").status_code == 409


def test_interest_does_not_depend_on_how_often_something_is_booked(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    debt = {"originalPrincipal": 1000, "interestRate": 10, "interestFrom": "2027-01-01"}
    often, never = api.case(debts=[debt]), api.case(debts=[debt])
    for _ in range(30):
        api.post("/_sim/clock/advance", {"by": "P1D"})
        pay(api, often, paymentAmount=0.01)
    assert [api.get(case).json()["originalInterest"] for case in (often, never)] == [8.22, 8.22]


def test_what_buys_no_whole_cent_of_a_foreign_debt_is_not_deducted(api: Api) -> None:
    case = api.case(debts=[{"originalPrincipal": 100, "currencyCode": "EUR", "exchRate": 11.5}])
    detail = pay(api, case, paymentAmount=6.66)
    assert (detail["totalAmountDeducted"], detail["amountNotDeducted"]) == (6.56, 0.1)
    assert api.only(f"{case}/Debts")["paidPrincipal"] == 0.57


def test_a_calculation_type_that_is_changed_changes_the_rate_from_that_day(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(debts=[{"originalPrincipal": 36500, "interestFrom": "2027-01-01"}])
    path = f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}"
    api.freeze("2027-01-11T00:00:00Z")
    api.patch(path, {"interestSpecificCalculationType": "FI-B2C"})
    api.freeze("2027-01-21T00:00:00Z")
    assert (api.get(path).json()["calcRate"], api.get(path).json()["remainingInterest"]) == (9.5, 95)
