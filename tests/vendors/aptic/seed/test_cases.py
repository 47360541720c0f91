"""Seeded cases: sums agree to the cent, and events are in chronological order."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from stdnum import luhn

from ledgersim.vendors.aptic.claims.rules import Balances, accrued_interest
from ledgersim.vendors.aptic.debtors.rules import payment_reference
from tests.worlds import MIDNIGHT, TODAY, Row, Tables

Claims = dict[int, list[Row]]


def claims_by_case(world: Tables) -> Claims:
    """The claims of each case."""
    found: Claims = defaultdict(list)
    for claim in world["claim"]:
        found[claim["case_id"]].append(claim)
    return found


def booked(world: Tables) -> dict[int, tuple[int, int]]:
    """Principal and interest that payments brought to each claim."""
    sums: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for booking in world["payment_booking"]:
        principal, interest = sums[booking["claim_id"]]
        sums[booking["claim_id"]] = principal + booking["principal"], interest + booking["interest"]
    return sums


def test_remaining_is_original_less_paid_plus_adjusted(world: Tables) -> None:
    for claim in world["claim"]:
        for part in ("principal", "interest", "vat"):
            original, paid = claim[f"original_{part}"], claim[f"paid_{part}"]
            assert claim[f"remaining_{part}"] == original - paid + claim[f"adjusted_{part}"]
            assert claim[f"remaining_{part}"] >= 0
        assert 0 <= claim["remaining_vat"] <= claim["original_vat"] <= claim["original_principal"]
        assert 0 <= claim["paid_vat"] <= claim["paid_principal"]


def test_bookings_of_a_payment_come_to_its_amount(world: Tables) -> None:
    sums: Counter[int] = Counter()
    for booking in world["payment_booking"]:
        assert booking["principal"] + booking["interest"] > 0
        sums[booking["payment_id"]] += booking["principal"] + booking["interest"]
    assert len(world["payment"]) > 50
    for payment in world["payment"]:
        assert sums[payment["id"]] == payment["paid_amount"]


def test_what_is_paid_on_a_claim_was_booked_or_paid_before_it_came(world: Tables) -> None:
    brought, before = booked(world), 0
    for claim in world["claim"]:
        fields = {field["name"]: field["value"] for field in claim["extra_fields"]}
        (paid,) = fields.get("PaidBeforeImport", ["0.00"])
        cents = round(float(paid) * 100)
        before += cents > 0
        principal, interest = brought[claim["id"]]
        assert (claim["paid_principal"], claim["paid_interest"]) == (principal + cents, interest)
    assert before >= 5


def test_payments_and_their_bookings_stay_within_the_case_and_its_currency(world: Tables) -> None:
    claims = {claim["id"]: claim for claim in world["claim"]}
    payments = {payment["id"]: payment for payment in world["payment"]}
    cases = {case["id"]: case for case in world["case"]}
    for booking in world["payment_booking"]:
        assert claims[booking["claim_id"]]["case_id"] == payments[booking["payment_id"]]["case_id"]
    for payment in payments.values():
        assert payment["currency_code"] == cases[payment["case_id"]]["currency_code"]
        assert payment["payment_reference"] == cases[payment["case_id"]]["payment_reference_number"]
    for claim in claims.values():
        assert claim["currency_code"] == cases[claim["case_id"]]["currency_code"]


def test_fees_are_paid_before_principal(world: Tables) -> None:
    for claims in claims_by_case(world).values():
        fees = [claim for claim in claims if claim["kind"] == "fee"]
        paid = sum(claim["paid_principal"] for claim in claims if not claim["extra_fields"]) > sum(
            fee["paid_principal"] for fee in fees
        )
        if paid:
            assert sum(fee["remaining_principal"] for fee in fees) == 0


def test_principal_is_paid_in_order_of_due_dates(world: Tables) -> None:
    for claims in claims_by_case(world).values():
        debts = sorted((one for one in claims if one["kind"] == "debt"), key=lambda debt: debt["due_date"])
        untouched = [debt["paid_principal"] == 0 for debt in debts if not debt["extra_fields"]]
        assert untouched == sorted(untouched)


def test_dates_of_a_debt_are_in_order(world: Tables) -> None:
    for claim in world["claim"]:
        if claim["kind"] == "debt":
            assert claim["bill_date"] < claim["due_date"] < claim["interest_from"]
            assert claim["interest_from"] <= claim["registration_date"] <= MIDNIGHT
            assert claim["due_date"] - claim["bill_date"] == timedelta(days=claim["payment_condition"])
        else:
            assert claim["bill_date"] <= claim["registration_date"] <= MIDNIGHT


def test_payments_come_between_registration_and_today_and_before_closing(world: Tables) -> None:
    cases = {case["id"]: case for case in world["case"]}
    for payment in world["payment"]:
        case = cases[payment["case_id"]]
        assert case["registration_date"] <= payment["payment_date"] <= (case["closure_date"] or MIDNIGHT)
    for case in cases.values():
        assert case["registration_date"] <= (case["closure_date"] or MIDNIGHT) <= MIDNIGHT


def test_parties_were_registered_before_their_cases(world: Tables) -> None:
    debtors = {debtor["id"]: debtor for debtor in world["debtor"]}
    clients = {client["id"]: client for client in world["client"]}
    for case in world["case"]:
        assert debtors[case["main_debtor_id"]]["reg_date"] < case["registration_date"]
        assert clients[case["client_id"]]["reg_date"] < case["registration_date"]


FUTURE = {
    ("payment_plan", "start_date"),
    ("purchase", "next_period_date"),
    ("customer_invoice", "due_date"),
    ("payex_invoice", "due_date"),
    ("guarantee", "valid_until"),
    ("collateral", "insurance_expiry_date"),
    ("credit_insurance", "end_date"),
    ("credit_insurance", "extra_limit_end_date"),
    ("claim", "agreement_end_date"),
    ("claim", "interest_specific_calculation_cutoff_date"),
}


def test_instants_are_whole_seconds_in_utc_and_none_is_in_the_future(world: Tables) -> None:
    for name, table in world.items():
        for row in table:
            for column, value in row.items():
                if isinstance(value, datetime):
                    assert (value.tzinfo, value.microsecond) == (UTC, 0)
                    assert value <= MIDNIGHT or (name, column) in FUTURE


def test_interest_booked_is_what_accrues_between_the_days(world: Tables) -> None:
    """Of debts that nothing was paid on, no interest has been booked, but some has been sent."""
    sent = 0
    for claim in world["claim"]:
        if (
            claim["kind"] == "debt"
            and claim["interest_rate"]
            and not claim["paid_principal"]
            and not claim["paid_interest"]
        ):
            assert claim["interest_from"] == claim["due_date"] + timedelta(days=1)
            days = claim["accrues_from"] - claim["interest_from"].toordinal()
            interest = accrued_interest(claim["original_principal"], claim["interest_rate"], days)
            assert claim["original_interest"] == interest
            assert claim["accrual_rate"] == claim["interest_rate"]
            sent += claim["interest_to"] is not None
    assert sent > 5


def test_rates_and_fees_are_those_of_the_country(world: Tables) -> None:
    rates = {"SEK": {100_000}, "NOK": {120_000}, "EUR": {95_000, 105_000}, "DKK": {97_500}}
    fees = {
        "SEK": {6_000, 18_000, 17_000},
        "NOK": {75_000},
        "EUR": {500, 1_400, 2_400, 5_000},
        "DKK": {10_000},
    }
    for claim in world["claim"]:
        if claim["kind"] == "debt":
            assert claim["interest_rate"] is None or claim["interest_rate"] in rates[claim["currency_code"]]
        else:
            assert claim["original_principal"] in fees[claim["currency_code"]]


def test_finnish_demands_depend_on_the_principal(world: Tables) -> None:
    steps = set()
    for claims in claims_by_case(world).values():
        principal = sum(claim["original_principal"] for claim in claims if claim["kind"] == "debt")
        for fee in claims:
            if fee["name"] == "KK" and fee["currency_code"] == "EUR":
                due = 1_400 if principal <= 10_000 else 2_400 if principal <= 100_000 else 5_000
                steps.add(due)
                assert fee["original_principal"] == due
    assert steps == {1_400, 2_400, 5_000}


def test_closed_cases_have_a_code_a_day_and_the_status(world: Tables) -> None:
    codes = {"PAID", "RETRIEVED", "WRITTENOFF", "BANKRUPT", "DECEASED", "DISPUTED"}
    for case in world["case"]:
        if case["closure_date"] is None:
            assert (case["status"], case["closure_code"]) == ("Active", None)
        else:
            assert case["status"] == "Closed"
            assert case["closure_code"] in codes
    assert {case["closure_code"] for case in world["case"]} >= {None, "PAID", "RETRIEVED"}


def test_closed_cases_bear_no_more_interest_and_paid_ones_are_at_zero(world: Tables) -> None:
    claims = claims_by_case(world)
    for case in world["case"]:
        if case["closure_date"] is not None:
            closing = case["closure_date"].toordinal()
            for claim in claims[case["id"]]:
                assert claim["accrues_to"] <= max(closing, claim["accrues_from"])
                assert claim["accrues_to"] == claim["accrues_from"]
        if case["closure_code"] == "PAID":
            balances = [
                Balances(**{name: claim[name] for name in Balances._fields}) for claim in claims[case["id"]]
            ]
            assert sum(one.remaining_principal + one.remaining_interest for one in balances) == 0


def test_nobody_but_a_person_has_died(world: Tables) -> None:
    debtors = {debtor["id"]: debtor for debtor in world["debtor"]}
    for case in world["case"]:
        if case["closure_code"] == "DECEASED":
            assert debtors[case["main_debtor_id"]]["juridical_type"] == 0


def test_the_first_debtor_of_a_case_is_its_main_one(world: Tables) -> None:
    of_case: dict[int, list[Row]] = defaultdict(list)
    for link in world["case_debtor"]:
        of_case[link["case_id"]].append(link)
    for case in world["case"]:
        links = of_case[case["id"]]
        assert links[0]["debtor_id"] == case["main_debtor_id"]
        assert [link["debtor_role"] for link in links] == ["MainDebtor", "CoDebtor"][: len(links)]
        assert len({link["debtor_id"] for link in links}) == len(links)
    assert sum(len(links) == 2 for links in of_case.values()) >= 3


def test_cases_are_in_the_currency_of_debtor_and_client(world: Tables) -> None:
    debtors = {debtor["id"]: debtor for debtor in world["debtor"]}
    currencies = {"SE": "SEK", "NO": "NOK", "FI": "EUR", "DK": "DKK"}
    clients = {one["id"]: currencies[one["country_code_of_operation"]] for one in world["client"]}
    for case in world["case"]:
        assert case["currency_code"] == clients[case["client_id"]]
        debtor = debtors[case["main_debtor_id"]]
        assert case["currency_code"] == debtor["currency_code"] or debtor["full_name"] == "Three Currencies AB"


def test_case_numbers_and_payment_references_are_unique_and_below_those_of_imports(world: Tables) -> None:
    numbers = [case["case_number"] for case in world["case"]]
    references = [case["payment_reference_number"] for case in world["case"]]
    assert len(set(numbers)) == len(set(references)) == len(numbers)
    assert all(500_000 < int(number) < 1_000_000 for number in numbers)
    assert all(luhn.is_valid(reference) for reference in references)
    assert references == [payment_reference(number) for number in numbers]


def test_services_are_those_that_are_documented(world: Tables) -> None:
    known = {"Paymentplan", "PreCollection", "Collection", "Legal", "Surveillance"}
    assert {case["service"] for case in world["case"]} == known


def test_guids_are_unique_over_all_tables(world: Tables) -> None:
    columns = {
        "client": "unique_id",
        "debtor": "debtor_guid",
        "customer": "customer_guid",
        "address": "address_guid",
        "case": "case_guid",
        "claim": "guid",
        "payment": "payment_guid",
        "payment_plan": "payment_plan_guid",
    }
    guids = [row[column] for table, column in columns.items() for row in world[table]]
    assert len(set(guids)) == len(guids)
    assert all(guid == guid.lower() and guid[14] == "4" for guid in guids)


def test_most_debtors_have_a_case_and_some_have_none(world: Tables) -> None:
    with_cases = {link["debtor_id"] for link in world["case_debtor"]}
    assert 0.6 <= len(with_cases) / len(world["debtor"]) <= 0.95
    assert TODAY == 739_617


def test_paid_interest_is_reported_where_the_client_does_by_default(world: Tables) -> None:
    defaults = {client["id"]: client["report_paid_interest"] for client in world["client"]}
    assert sum(defaults.values()) == 1
    for case in world["case"]:
        assert case["report_paid_interest"] == defaults[case["client_id"]]
