"""Debts: their balances, interest and exchange rates."""

import pytest

from tests.client import APTIC, Api

AMOUNTS = [
    f"{kind}{part}"
    for kind in ("original", "paid", "remaining")
    for part in ("Principal", "VAT", "Interest", "Sum")
]


def listed(api: Api, case: str) -> dict[str, float]:
    (debt,) = api.get(f"{case}/Debts").json()["value"]
    return {name: debt[name] for name in AMOUNTS}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"remainingPrincipal": 100}, [100, 0, 0, 100, 0, 0, 0, 0, 100, 0, 0, 100]),
        ({"originalPrincipal": 100}, [100, 0, 0, 100, 0, 0, 0, 0, 100, 0, 0, 100]),
        ({"originalPrincipal": 100, "remainingPrincipal": 40.01}, [100, 0, 0, 100, 59.99, 0, 0, 59.99, 40.01, 0, 0, 40.01]),
        ({"originalPrincipal": 100, "remainingPrincipal": 50, "originalVAT": 20, "originalInterest": 8, "remainingInterest": 3},
         [100, 20, 8, 108, 50, 10, 5, 55, 50, 10, 3, 53]),
        ({"originalPrincipal": 100, "originalVAT": 20, "remainingVAT": 5}, [100, 20, 0, 100, 0, 0, 0, 0, 100, 5, 0, 100]),
        ({"originalPrincipal": 100, "remainingPrincipal": 90, "originalVAT": 20, "remainingVAT": 5},
         [100, 20, 0, 100, 10, 10, 0, 10, 90, 5, 0, 90]),
        ({"originalPrincipal": 100, "remainingPrincipal": 150, "originalVAT": 20}, [100, 20, 0, 100, 0, 0, 0, 0, 150, 30, 0, 150]),
        ({"originalInterest": 0, "remainingInterest": 7}, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7]),
        ({}, [0] * 12),
    ],
)  # fmt: skip
def test_what_is_missing_of_the_original_counts_as_paid_and_vat_is_contained(
    api: Api, sent: dict[str, float], expected: list[float]
) -> None:
    assert list(listed(api, api.case(debts=[sent])).values()) == expected


def test_a_created_debt_reads_back_as_sent(api: Api) -> None:
    case = api.case()
    sent = {
        "description": "d", "referenceNumber": "F-1", "ledgerRef": "L", "debtGroup": "G", "currencyCode": "EUR",
        "originalPrincipal": 99999999999.99, "remainingPrincipal": 0.01, "exchRate": 11.234567, "exchDate": "2026-01-01T00:00:00Z",
        "billDate": "2026-01-02T03:04:05.678Z", "dueDate": "2026-02-01T00:00:00Z", "paymentCondition": 30,
        "interestCondition": -3, "interestRate": 8.1234, "interestCode": "FIXED", "loanPurpose": "StudentLoan",
        "loanTypeCode": "Leasing", "debtPrincipalType": "INVOICE", "goodsRelatedCredit": False, "effectiveYear": 2026,
        "extraFields": [{"name": "a", "value": ["b"]}], "agreedInterestRate": 3.5, "oneTimeServiceFees": 12.5,
    }  # fmt: skip
    created = api.create(f"{case}/Debts", sent)
    assert {name: created[name] for name in sent} == {**sent, "billDate": "2026-01-02T03:04:05.678000Z"}
    (item,) = api.get(f"{case}/Debts").json()["value"]
    debt = api.get(f"{case}/Debts/{item['debtGuid'].upper()}").json()
    for name in (
        "description",
        "ledgerRef",
        "exchRate",
        "interestRate",
        "currencyCode",
        "remainingPrincipal",
    ):
        assert debt[name] == sent[name]
    for name in ("referenceNumber", "dueDate", "loanPurpose", "effectiveYear", "agreedInterestRate"):
        assert debt["head"][name] == sent[name]


def test_a_debt_has_a_location_and_working_links(api: Api) -> None:
    case = api.case(debtors=[{"firstname": "Ada", "street": "S", "city": "C"}])
    answer = api.put(f"{case}/Debts", {"remainingPrincipal": 1})
    debt = api.get(answer.headers["location"]).json()
    assert [link["name"] for link in debt["links"]] == ["self", "case"]
    assert [api.get(link["href"]).status_code for link in debt["links"]] == [200, 200]
    assert (debt["head"]["receiver"]["fullName"], debt["head"]["receiver"]["fullAddress"]) == ("Ada", "S, C")


def test_without_a_bill_date_a_debt_is_billed_today_and_due_after_the_payment_condition(api: Api) -> None:
    api.freeze("2027-03-01T12:00:00Z")
    created = api.create(f"{api.case()}/Debts", {"remainingPrincipal": 1, "paymentCondition": 10})
    assert (created["billDate"], created["dueDate"]) == ("2027-03-01T12:00:00Z", "2027-03-11T12:00:00Z")


def test_interest_accrues_by_the_day_alike_on_original_and_remaining(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case(
        debts=[
            {
                "originalPrincipal": 10000,
                "remainingPrincipal": 7300,
                "interestRate": 10,
                "interestFrom": "2027-01-01",
            }
        ]
    )
    for days, interest in [(0, 0), (1, 2), (31, 62), (365, 730), (730, 1460)]:
        now = api.get("/_sim/clock").json()["now"]
        passed = {0: "2027-01-01", 1: "2027-01-02", 31: "2027-02-01", 365: "2028-01-01", 730: "2028-12-31"}[
            days
        ]
        api.put("/_sim/clock", {"mode": "frozen", "now": passed}) if now[:10] != passed else None
        debt = listed(api, case)
        assert (debt["originalInterest"], debt["remainingInterest"], debt["paidInterest"]) == (
            interest,
            interest,
            0,
        )
        assert debt["remainingSum"] == 7300 + interest
        whole = api.get(case).json()
        assert (whole["originalSum"], whole["paidSum"], whole["remainingSum"]) == (
            10000 + interest,
            2700,
            7300 + interest,
        )


@pytest.mark.parametrize(
    ("terms", "interest"),
    [
        ({"interestFrom": "2027-01-01"}, 36.5),
        ({"interestFrom": "2027-01-01", "interestTo": "2027-01-11"}, 35.5),
        ({"interestFrom": "2028-06-01"}, 0),
        ({"interestFrom": "2027-01-11", "interestTo": "2027-01-01"}, 35.5),
        ({"dueDate": "2027-12-22"}, 1),
        ({"billDate": "2027-12-01", "interestCondition": 21}, 1),
        ({"billDate": "2027-12-01", "interestCondition": 21, "dueDate": "2027-01-01"}, 1),
        ({"billDate": "2027-12-01", "paymentCondition": 21}, 1),
        ({"billDate": "2027-12-22"}, 1),
        ({"interestFrom": "2027-01-01", "interestRate": 0}, 0),
    ],
)
def test_interest_runs_from_its_day(api: Api, terms: dict[str, object], interest: float) -> None:
    api.freeze("2027-12-31T00:00:00Z") if terms.get("interestFrom") == "2028-06-01" else api.freeze(
        "2028-01-01T00:00:00Z"
    )
    case = api.case(debts=[{"remainingPrincipal": 365, "interestRate": 10, **terms}])
    assert listed(api, case)["remainingInterest"] == interest


def test_lists_filter_and_sort_by_accrued_figures(api: Api) -> None:
    api.freeze("2028-01-01T00:00:00Z")
    who = api.debtor()["debtorGuid"]
    for principal, rate in [(1000, 10), (1050, 1), (1040, 7)]:
        api.case(
            debtors=[{"debtorGuid": who}],
            debts=[{"remainingPrincipal": principal, "interestRate": rate, "interestFrom": "2027-01-01"}],
        )
    path = f"{APTIC}/Debtors/{who}/Cases"
    found = api.get(path, _orderby="remainingSum desc").json()["value"]
    assert [case["remainingSum"] for case in found] == [1112.8, 1100, 1060.5]
    assert [case["remainingSum"] for case in api.get(path, _filter="remainingSum eq 1100").json()["value"]] == [
        1100
    ]
    assert (
        api.get(path, _filter="remainingInterest ge 72.8 and originalInterest lt 100.01").json()["total"] == 2
    )


@pytest.mark.parametrize("other", [None, "currencyCode eq 'SEK'", "clientName eq null", "email eq 'ada@ek.se'"])
@pytest.mark.parametrize("order", ["", "remainingSum desc", "paidSum,caseNumber", "clientName", "email desc"])
def test_sums_are_filtered_and_sorted_with_members_of_other_tables(
    api: Api, other: str | None, order: str
) -> None:
    who = {"debtorGuid": api.debtor(email="ada@ek.se")["debtorGuid"]}
    cases = [
        api.case(caseNumber=number, debtors=[who], debts=[{"remainingPrincipal": 9_000_000}])
        for number in ("N1", "N2")
    ]
    condition = "remainingSum gt 8000000" + (f" and {other}" if other else "")
    page = api.get(f"{APTIC}/Cases", _filter=condition, _orderby=order).json()
    assert [f"{APTIC}/Cases/{case['caseGuid']}" for case in page["value"]] == cases
    assert api.get(f"{APTIC}/Cases", _filter=condition, _orderby=order, _top="1").json()["total"] == 2


def test_a_foreign_debt_counts_in_the_cases_currency_by_its_exchange_rate(api: Api) -> None:
    case = api.case(
        debts=[
            {"originalPrincipal": 10.05, "remainingPrincipal": 3.33, "currencyCode": "EUR", "exchRate": 11.5}
        ]
    )
    whole = api.get(case).json()
    assert (whole["originalPrincipal"], whole["paidPrincipal"], whole["remainingPrincipal"]) == (
        115.58,
        77.28,
        38.3,
    )
    (debt,) = api.get(f"{case}/Debts").json()["value"]
    assert (debt["remainingPrincipal"], debt["ledgerPrincipal"], debt["ledgerSum"]) == (3.33, 38.3, 38.3)


def test_patch_changes_a_debt_but_never_its_balances(api: Api) -> None:
    case = api.case(
        debts=[
            {"originalPrincipal": 100, "remainingPrincipal": 60, "description": "a", "billDate": "2026-01-01"}
        ]
    )
    (item,) = api.get(f"{case}/Debts").json()["value"]
    path = f"{case}/Debts/{item['debtGuid']}"
    before = api.get(path).json()
    change = {
        "description": None,
        "accountRef": "R",
        "paymentCondition": 14,
        "remainingPrincipal": 1,
        "agreedInterestRate": 2,
    }
    assert api.patch(path, change).status_code == 204
    after = api.get(path).json()
    assert (after["description"], after["accountRef"], after["remainingPrincipal"]) == (None, "R", 60)
    assert (after["head"]["dueDate"], after["head"]["agreedInterestRate"]) == ("2026-01-15T00:00:00Z", 2)
    changed = {"description": "b", "accountRef": None, "calcRate": 0, "head": None}
    assert {**after, **changed} == {**before, "description": "b", "head": None}


@pytest.mark.parametrize(
    ("debt", "member", "message"),
    [
        ({"originalPrincipal": 100, "originalVAT": 100.01}, "originalVAT", "is more than originalPrincipal, of which VAT is a part"),
        ({"remainingPrincipal": 1, "remainingVAT": 2}, "remainingVAT", "is more than remainingPrincipal, of which VAT is a part"),
    ],
)  # fmt: skip
def test_vat_is_at_most_the_principal(api: Api, debt: dict[str, object], member: str, message: str) -> None:
    answer = api.put(f"{api.case()}/Debts", debt)
    assert (answer.status_code, answer.json()["errors"]) == (400, {member: [message]})
    answer = api.put(f"{APTIC}/Cases", [{"debts": [{}, debt]}])
    assert (answer.status_code, answer.json()["errors"]) == (400, {f"[0].debts[1].{member}": [message]})


def test_a_removed_debt_is_gone_from_the_sums(api: Api) -> None:
    case = api.case(debts=[{"remainingPrincipal": 100}, {"remainingPrincipal": 11}])
    path = f"{case}/Debts/{api.get(f'{case}/Debts').json()['value'][0]['debtGuid']}"
    assert api.delete(path).status_code == 204
    assert api.get(case).json()["remainingSum"] == 11
    assert api.delete(path).status_code == 404


def test_a_debt_belongs_to_its_case(api: Api) -> None:
    mine, other = api.case(debts=[{"remainingPrincipal": 1}]), api.case()
    guid = api.get(f"{mine}/Debts").json()["value"][0]["debtGuid"]
    assert api.get(f"{other}/Debts/{guid}").status_code == 404
    assert api.delete(f"{other}/Debts/{guid}").status_code == 404


def test_more_than_sums_can_hold_is_a_400_and_stores_nothing(api: Api) -> None:
    start = api.get("/_sim/export").content
    answer = api.put(f"{APTIC}/Cases", [{"debts": [{"remainingPrincipal": 99999999999.99}] * 101}])
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["[0].debts"])
    assert api.get("/_sim/export").content == start


def test_the_greatest_amounts_with_a_century_of_interest_stay_exact(api: Api) -> None:
    api.freeze("2100-01-01T00:00:00Z")
    case = api.case(
        debts=[{"remainingPrincipal": 99999999999.99, "interestRate": 1000, "interestFrom": "0001-01-01"}] * 100
    )
    days = 54787  # from 1950-01-01, the earliest day that interest accrues from
    each = (2 * 9_999_999_999_999 * 10 * days + 365) // (2 * 365)
    assert api.get(case).json()["remainingInterest"] == each * 100 / 100
