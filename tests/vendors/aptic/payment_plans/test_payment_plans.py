"""Payment plans over HTTP: create, read, change, lifecycle and end, with the balances of their cases."""

from decimal import Decimal
from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.contract.shapes import of_answer, of_sample

PETRA = f"{APTIC}/Debtors/5eed0002-deb0-4000-8000-000000000001/Paymentplans"
LINEAR = {"paymentPlanType": 3, "numberOfPayments": 4}


def owing(api: Api, *principals: float, **terms: Any) -> tuple[str, list[str]]:
    """A debtor with a case for each principal: the path of its plans, and the paths of the cases."""
    debtor = api.debtor()["debtorGuid"]
    cases = [
        api.case(debtors=[{"debtorGuid": debtor}], debts=[{"originalPrincipal": one, **terms}] if one else [])
        for one in principals
    ]
    return f"{APTIC}/Debtors/{debtor}/Paymentplans", cases


def plan(api: Api, path: str, **terms: Any) -> dict[str, Any]:
    return api.create(path, {**LINEAR, **terms})


def one_of(path: str, made: dict[str, Any]) -> str:
    return f"{path}/{made['paymentPlanGuid']}"


def guid(case: str) -> str:
    return case.rsplit("/", 1)[1]


def column(made: dict[str, Any], name: str) -> list[Any]:
    return [payment[name] for payment in made["payments"]]


def remaining(api: Api, cases: list[str]) -> list[float]:
    return [api.get(case).json()["remainingSum"] for case in cases]


def test_a_plan_answers_with_its_whole_schedule(api: Api) -> None:
    api.freeze("2026-12-15T10:00:00Z")
    path, cases = owing(api, 1000)
    answer = api.put(path, {**LINEAR, "invoiceFee": 10, "registrationFee": 50, "reminderFee": 60})
    assert answer.status_code == 201
    made = answer.json()
    assert of_answer(made) == of_sample("aptic.debtors.paymentplans.create")
    assert (made["active"], made["numberOfPayments"], made["remainingNumberOfPayments"]) == (2, 4, 4)
    assert column(made, "dueDate") == [f"2027-{day}T00:00:00Z" for day in ("01-31", "02-28", "03-31", "04-30")]
    assert made["payments"][0]["invoiceDate"] == "2027-01-17T00:00:00Z"
    assert column(made, "instalment") == [250] * 4
    assert column(made, "fee") == [60, 10, 10, 10]
    assert column(made, "unpaid") == [750, 500, 250, 0]
    assert (made["totalAmount"], made["totalPrincipal"], made["totalInterest"], made["totalFee"]) == (
        1090,
        1000,
        0,
        90,
    )
    assert [(one["periodNo"], one["amount"], one["intervalType"]) for one in made["periods"]] == [
        (1, 310, 3),
        (2, 260, 3),
    ]
    assert made["cases"][0]["caseGuid"] == guid(cases[0])
    assert api.get(answer.headers["location"]).json() == made
    (item,) = api.get(path).json()["value"]
    assert (item["amount"], item["startDate"], item["interval"]) == (260, "2027-01-31T00:00:00Z", 1)


def test_calculating_stores_nothing_and_returns_what_create_would(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, _ = owing(api, 1000)
    start = api.get("/_sim/export").content
    calculated = api.post(f"{path}/Calculate", {**LINEAR, "invoiceFee": 5})
    assert calculated.status_code == 200
    assert calculated.json()["paymentPlanGuid"] is None
    assert api.get("/_sim/export").content == start
    made = plan(api, path, invoiceFee=5)
    assert {**made, "paymentPlanGuid": None} == calculated.json()


@pytest.mark.parametrize(
    ("terms", "errors"),
    [
        ({}, ["paymentPlanType"]),
        ({"paymentPlanType": 6}, ["paymentPlanType"]),
        ({"paymentPlanType": 1}, ["amount", "numberOfPayments"]),
        ({"paymentPlanType": 1, "numberOfPayments": 2, "amount": 5}, ["amount", "numberOfPayments"]),
        ({"paymentPlanType": 2, "numberOfPayments": 2}, ["amount"]),
        ({"paymentPlanType": 3, "numberOfPayments": 0}, ["numberOfPayments"]),
        ({"paymentPlanType": 3, "numberOfPayments": 601}, ["numberOfPayments"]),
        ({"paymentPlanType": 3, "amount": 0}, ["amount"]),
        ({"paymentPlanType": 3, "amount": -1, "invoiceFee": 1.001}, ["amount", "invoiceFee"]),
        ({**LINEAR, "active": 3}, ["active"]),
        ({**LINEAR, "currencyCode": "EUR"}, ["currencyCode"]),
        ({**LINEAR, "feeCurrencyCode": "EUR"}, ["feeCurrencyCode"]),
        ({**LINEAR, "cases": ["x"]}, ["cases[0]"]),
        ({**LINEAR, "payments": [{"paymentNo": 9}]}, ["payments[0].paymentNo"]),
        ({**LINEAR, "payments": [{"paymentNo": 1, "specifiedAmount": 5000}]}, ["payments[0].specifiedAmount"]),
    ],
)  # fmt: skip
def test_invalid_plans_are_a_400_that_names_the_fields(
    api: Api, terms: dict[str, Any], errors: list[str]
) -> None:
    path, _ = owing(api, 1000)
    for answer in (api.put(path, terms), api.post(f"{path}/Calculate", terms)):
        assert (answer.status_code, sorted(answer.json()["errors"])) == (400, errors)
    assert api.get(path).json()["total"] == 0


def test_a_plan_covers_all_open_cases_that_no_active_plan_covers(api: Api) -> None:
    path, cases = owing(api, 100, 200, 300)
    api.post(f"{cases[0]}/Close", {"closureCode": "RETRIEVED"})
    first = plan(api, path, active=1, cases=[guid(cases[1])])
    second = plan(api, path)
    assert [[one["caseGuid"] for one in made["cases"]] for made in (first, second)] == [
        [guid(cases[1])],
        [guid(cases[2])],
    ]
    plan(api, path, active=1)
    assert api.put(path, LINEAR).status_code == 409


def test_foreign_and_closed_cases_are_a_400_and_two_currencies_too(api: Api) -> None:
    path, cases = owing(api, 100, 200)
    _, foreign = owing(api, 300)
    api.post(f"{cases[0]}/Close", {"closureCode": "PAID"})
    answer = api.put(path, {**LINEAR, "cases": [guid(cases[0]), guid(cases[1]).upper(), guid(foreign[0])]})
    assert sorted(answer.json()["errors"]) == ["cases[0]", "cases[2]"]
    debtor = path.split("/")[4]
    api.case(currencyCode="NOK", debtors=[{"debtorGuid": debtor}], debts=[{"originalPrincipal": 5}])
    assert list(api.put(path, LINEAR).json()["errors"]) == ["cases"]


def test_a_case_is_in_one_active_plan_but_in_any_number_of_proposals(api: Api) -> None:
    path, cases = owing(api, 100)
    proposal, active = plan(api, path), plan(api, path, active=1)
    named = {"cases": [guid(cases[0])]}
    assert api.put(path, {**LINEAR, **named, "active": 1}).status_code == 409
    plan(api, path, **named)
    assert api.post(f"{one_of(path, proposal)}/Activate").status_code == 409
    assert api.post(f"{one_of(path, active)}/Activate").status_code == 409
    assert api.delete(one_of(path, active)).status_code == 204
    assert api.get(one_of(path, active)).status_code == 404
    assert api.post(f"{one_of(path, proposal)}/Activate").status_code == 204
    assert api.get(one_of(path, proposal)).json()["active"] == 1


def test_a_debtor_who_owes_nothing_gets_no_plan(api: Api) -> None:
    path, _ = owing(api, 0)
    assert api.put(path, LINEAR).status_code == 409
    assert api.put(f"{APTIC}/Debtors/{api.debtor()['debtorGuid']}/Paymentplans", LINEAR).status_code == 409


def test_an_active_plan_suspends_interest_until_it_ends(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 3650, interestRate=10, interestFrom="2027-01-01")
    api.freeze("2027-01-11T00:00:00Z")  # 10 days: 10.00
    made = plan(api, path, active=1, numberOfPayments=40)
    api.freeze("2027-02-20T00:00:00Z")
    case = api.get(cases[0]).json()
    assert (case["remainingInterest"], made["totalPrincipal"]) == (10 + made["payments"][0]["interest"], 3650)
    api.delete(one_of(path, made))
    api.freeze("2027-02-25T00:00:00Z")  # 5 days: 5.00
    assert api.get(cases[0]).json()["remainingInterest"] == 15 + made["payments"][0]["interest"]


def test_paid_in_time_every_covered_case_ends_at_zero_exactly(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 1000, 333.33, 0.01, interestRate=12, interestFrom="2027-01-01")
    made = plan(api, path, active=1, paymentPlanType=1, numberOfPayments=5, invoiceFee=25, registrationFee=170)
    for payment in made["payments"]:
        api.freeze(payment["dueDate"])
        left = Decimal(str(payment["amount"]))
        for case in cases:
            part = min(left, Decimal(str(api.get(case).json()["remainingSum"])))
            if part:
                assert api.put(f"{case}/Payments", {"paymentAmount": float(part)}).status_code == 201
            left -= part
        assert left == 0
    assert remaining(api, cases) == [0, 0, 0]
    done = api.get(one_of(path, made)).json()
    assert (done["active"], done["remainingNumberOfPayments"]) == (0, 0)
    assert column(done, "paidDate") == column(made, "dueDate")
    assert column(done, "unpaid")[-1] == 0
    assert sum(api.get(case).json()["paidSum"] for case in cases) == pytest.approx(made["totalAmount"])


def test_payments_fill_the_oldest_first(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 1000)
    made = plan(api, path, active=1)
    api.put(f"{cases[0]}/Payments", {"paymentAmount": 300})
    now = api.get(one_of(path, made)).json()
    assert column(now, "paidDate") == ["2027-01-01T00:00:00Z", None, None, None]
    assert (column(now, "unpaid"), now["remainingNumberOfPayments"]) == ([700, 500, 250, 0], 3)
    api.put(f"{cases[0]}/Payments", {"paymentAmount": 200})
    assert api.get(one_of(path, made)).json()["remainingNumberOfPayments"] == 2
    assert api.get(path).json()["value"][0]["remainingNumberOfPayments"] == 2
    api.put(f"{cases[0]}/Payments", {"paymentAmount": 500})
    assert api.get(one_of(path, made)).json()["active"] == 0


def test_unpaid_invoices_get_reminders_and_two_overdue_payments_end_the_plan(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 1000)
    made = plan(api, path, active=1, reminderFee=60, invoiceFee=10)
    events = api.post("/_sim/clock/advance", {"by": "P1Y"}).json()["events"]
    mine = [
        (one["at"][:10], one["event"], one["paymentNo"])
        for one in events
        if one["href"].endswith(made["paymentPlanGuid"])
    ]
    assert mine == [
        ("2027-02-14", "aptic.paymentplan.invoiced", 1),
        ("2027-03-01", "aptic.paymentplan.reminded", 1),
        ("2027-03-17", "aptic.paymentplan.invoiced", 2),
        ("2027-04-01", "aptic.paymentplan.reminded", 2),
        ("2027-04-01", "aptic.paymentplan.terminated", 2),
    ]
    ended = api.get(one_of(path, made)).json()
    assert (ended["active"], column(ended, "fee"), ended["remainingNumberOfPayments"]) == (
        0,
        [70, 70, 10, 10],
        4,
    )
    assert remaining(api, cases) == [1000 + 2 * 10 + 2 * 60]
    assert [one["name"] for one in api.get(f"{cases[0]}/Fees").json()["value"]] == ["PLANFEE", "PLANREMIND"] * 2


def test_deviating_payments_replace_those_not_yet_paid(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 1000)
    made = plan(api, path, active=1)
    one = one_of(path, made)
    change = {"payments": [{"paymentNo": 2, "specifiedAmount": 100, "specifiedDueDate": "2027-04-10"}]}
    assert api.patch(one, change).status_code == 204
    now = api.get(one).json()
    assert column(now, "instalment") == [250, 100, 325, 325]
    assert column(now, "dueDate")[1] == "2027-04-10T00:00:00Z"
    api.put(f"{cases[0]}/Payments", {"paymentAmount": 250})
    paid = api.patch(one, {"payments": [{"paymentNo": 1, "specifiedAmount": 10}]})
    assert (paid.status_code, list(paid.json()["errors"])) == (409, ["payments[0].paymentNo"])
    twice = api.patch(one, {"payments": [{"paymentNo": 3}, {"paymentNo": 3}]})
    assert (twice.status_code, list(twice.json()["errors"])) == (400, ["payments[1].paymentNo"])
    assert api.patch(one, {"payments": [{"specifiedAmount": 10}]}).status_code == 400


def test_debt_relief_writes_off_the_remainder_when_it_is_completed(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 10000, interestRate=10, interestFrom="2026-01-01")
    made = api.create(path, {"paymentPlanType": 5, "amount": 100, "active": 1, "numberOfPayments": 3})
    assert (column(made, "interest"), column(made, "fee"), made["annualPercentage"]) == (
        [0, 0, 0],
        [0, 0, 0],
        None,
    )
    assert column(made, "unpaid")[-1] == 10700
    for payment in made["payments"]:
        assert remaining(api, cases)[0] > 10000
        api.freeze(payment["dueDate"])
        api.put(f"{cases[0]}/Payments", {"paymentAmount": 100})
    assert remaining(api, cases) == [0]
    assert api.get(one_of(path, made)).json()["active"] == 0


def test_the_plan_of_the_persona_is_as_described(api: Api) -> None:
    (item,) = api.get(PETRA).json()["value"]
    assert (item["active"], item["paymentPlanType"], item["numberOfPayments"], item["amount"]) == (
        1,
        3,
        12,
        1000,
    )
    whole = api.get(f"{PETRA}/{item['paymentPlanGuid']}").json()
    assert (whole["totalAmount"], column(whole, "instalment")) == (12000, [1000] * 12)
    assert of_answer(whole) == of_sample("aptic.debtors.paymentplans.get")


def test_an_unknown_plan_is_a_404(api: Api) -> None:
    path, _ = owing(api, 5)
    for unknown in ("5eed0000-0000-4000-8000-00000000dead", "x"):
        assert api.get(f"{path}/{unknown}").status_code == 404
        assert api.patch(f"{path}/{unknown}", {}).status_code == 404
        assert api.delete(f"{path}/{unknown}").status_code == 404
        assert api.post(f"{path}/{unknown}/Activate").status_code == 404


def test_the_time_of_reminders_and_the_limit_of_overdue_payments_are_settings(serve: Any) -> None:
    api: Api = serve(plan_reminder_days="10", plan_overdue_limit="1")
    api.freeze("2027-01-01T00:00:00Z")
    path, _ = owing(api, 1000)
    made = plan(api, path, active=1, reminderFee=60)
    events = api.post("/_sim/clock/advance", {"by": "P3M"}).json()["events"]
    mine = [
        (one["at"][:10], one["event"].rsplit(".", 1)[1])
        for one in events
        if one["href"].endswith(made["paymentPlanGuid"])
    ]
    assert mine == [("2027-02-14", "invoiced"), ("2027-03-10", "reminded"), ("2027-03-10", "terminated")]


def test_closing_all_its_cases_ends_a_plan_and_nothing_more_is_charged(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 1000, 500)
    made = plan(api, path, active=1, invoiceFee=30)
    api.post(f"{cases[0]}/Close", {"closureCode": "RETRIEVED"})
    api.freeze("2027-02-20T00:00:00Z")
    assert remaining(api, cases) == [1000, 530]
    api.post(f"{cases[1]}/Close", {"closureCode": "RETRIEVED"})
    assert api.get(one_of(path, made)).json()["active"] == 0
    api.freeze("2028-01-01T00:00:00Z")
    assert remaining(api, cases) == [1000, 530]


def test_a_debt_added_under_a_plan_bears_its_own_interest(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    path, cases = owing(api, 1000, interestRate=10, interestFrom="2027-01-01")
    made = plan(api, path, active=1)
    api.create(
        f"{cases[0]}/Debts", {"originalPrincipal": 3650, "interestRate": 10, "interestFrom": "2027-01-01"}
    )
    api.freeze("2027-01-11T00:00:00Z")
    api.delete(one_of(path, made))
    assert api.get(cases[0]).json()["remainingInterest"] == 10
    api.freeze("2027-01-21T00:00:00Z")
    assert api.get(cases[0]).json()["remainingInterest"] == 22.74


def test_all_that_is_wrong_is_named_at_once(api: Api) -> None:
    path, _ = owing(api, 100)
    terms = {
        "paymentPlanType": 2,
        "numberOfPayments": 601,
        "amount": 0,
        "active": 3,
        "cases": ["x"],
        "invoiceFee": 1,
    }
    assert sorted(api.put(path, terms).json()["errors"]) == ["active", "amount", "cases[0]", "numberOfPayments"]
    other = {
        "paymentPlanType": 9,
        "currencyCode": "NOK",
        "feeCurrencyCode": "EUR",
        "payments": [{"paymentNo": 0}],
    }
    assert sorted(api.put(path, other).json()["errors"]) == [
        "currencyCode",
        "feeCurrencyCode",
        "paymentPlanType",
        "payments[0].paymentNo",
    ]


def test_closing_one_of_its_cases_leaves_a_plan_that_ends_when_the_others_are_paid(api: Api) -> None:
    api.freeze("2026-01-15T00:00:00Z")
    path, cases = owing(api, 1000.01, 500.02, interestRate=10, interestFrom="2026-01-15")
    made = plan(api, path, active=1, paymentPlanType=1, numberOfPayments=5, invoiceFee=5, reminderFee=60)
    api.freeze("2026-02-20T00:00:00Z")
    api.post(f"{cases[1]}/Close", {"closureCode": "RETRIEVED"})
    api.put(f"{cases[0]}/Payments", {"paymentAmount": remaining(api, cases)[0]})
    assert api.get(one_of(path, made)).json()["active"] == 0
    api.freeze("2027-01-01T00:00:00Z")
    assert remaining(api, cases)[0] == 0


def test_a_proposal_whose_deviations_no_longer_fit_is_activated_without_them(api: Api) -> None:
    api.freeze("2026-01-15T00:00:00Z")
    path, _ = owing(api, 1000)
    late = {"paymentNo": 1, "specifiedDueDate": "2026-03-10", "specifiedAmount": 100}
    made = plan(api, path, numberOfPayments=3, payments=[late])
    api.freeze("2026-02-01T00:00:00Z")
    assert api.post(f"{one_of(path, made)}/Activate").status_code == 204
    now = api.get(one_of(path, made)).json()
    assert (now["payments"][0]["dueDate"], column(now, "amount")) == ("2026-03-31T00:00:00Z", [100, 450, 450])


def test_null_removes_a_deviation(api: Api) -> None:
    path, _ = owing(api, 1000)
    one = one_of(path, plan(api, path))
    api.patch(one, {"payments": [{"paymentNo": 2, "specifiedAmount": 100}]})
    assert api.patch(one, {"payments": [{"paymentNo": 2}]}).status_code == 204
    assert column(api.get(one).json(), "amount")[1] == 100
    assert api.patch(one, {"payments": [{"paymentNo": 2, "specifiedAmount": None}]}).status_code == 204
    assert column(api.get(one).json(), "amount") == [250] * 4


def test_a_limited_plan_paid_in_advance_is_charged_all_the_same(api: Api) -> None:
    api.freeze("2026-01-15T00:00:00Z")
    path, cases = owing(api, 1500, interestRate=10, interestFrom="2026-01-15")
    made = api.create(
        path, {"paymentPlanType": 4, "numberOfPayments": 5, "amount": 100, "invoiceFee": 3, "active": 1}
    )
    assert column(made, "unpaid")[-1] == 1000
    api.put(f"{cases[0]}/Payments", {"paymentAmount": made["totalAmount"]})
    assert api.get(one_of(path, made)).json()["remainingNumberOfPayments"] == 0
    api.freeze(made["payments"][-1]["invoiceDate"])
    assert (remaining(api, cases), api.get(one_of(path, made)).json()["active"]) == ([1000], 0)


def test_debts_and_fees_covered_by_an_active_plan_cannot_be_removed(api: Api) -> None:
    path, cases = owing(api, 1000)
    debt = f"{cases[0]}/Debts/{api.only(f'{cases[0]}/Debts')['debtGuid']}"
    made = plan(api, path, active=1)
    assert api.delete(debt).status_code == 409
    api.delete(one_of(path, made))
    assert api.delete(debt).status_code == 204


def services(api: Api, cases: list[str]) -> list[str]:
    return [api.get(case).json()["service"] for case in cases]


def test_while_a_plan_is_active_it_is_the_service_of_its_cases_as_in_the_seeded_world(api: Api) -> None:
    debtor = api.debtor()["debtorGuid"]
    path = f"{APTIC}/Debtors/{debtor}/Paymentplans"
    debts = [{"remainingPrincipal": 100}]
    cases = [
        api.case(debtors=[{"debtorGuid": debtor}], debts=debts, service=service)
        for service in ("PreCollection", "Legal", None)
    ]
    proposal = one_of(path, plan(api, path))
    assert services(api, cases) == ["PreCollection", "Legal", "Collection"]
    assert api.post(f"{proposal}/Activate").status_code == 204
    assert services(api, cases) == ["Paymentplan"] * 3
    api.patch(cases[1], {"service": "External"})
    assert api.delete(proposal).status_code == 204
    assert services(api, cases) == ["PreCollection", "External", "Collection"]
    active = plan(api, path, active=1, cases=[guid(cases[0])])
    assert services(api, cases) == ["Paymentplan", "External", "Collection"]
    api.put(f"{cases[0]}/Payments", {"paymentAmount": 100})
    assert api.get(one_of(path, active)).json()["active"] == 0
    assert services(api, cases) == ["PreCollection", "External", "Collection"]


def test_a_case_that_is_closed_keeps_its_service(api: Api) -> None:
    path, cases = owing(api, 100, 100)
    one = one_of(path, plan(api, path, active=1))
    api.post(f"{cases[0]}/Close", {})
    assert api.delete(one).status_code == 204
    assert services(api, cases) == ["Paymentplan", "Collection"]


def test_the_end_of_the_seeded_plan_gives_its_case_the_default_service(api: Api) -> None:
    one = one_of(PETRA, api.only(PETRA))
    case = f"{APTIC}/Cases/5eed0002-ca5e-4000-8000-000000000001"
    assert services(api, [case]) == ["Paymentplan"]
    assert api.delete(one).status_code == 204
    assert services(api, [case]) == ["Collection"]
