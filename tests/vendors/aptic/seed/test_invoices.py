"""Seeded invoices, documents and pledges are plausible in themselves and fit their case."""

from base64 import b64decode
from datetime import datetime

from tests.client import APTIC, Api
from tests.worlds import MIDNIGHT, Row, Tables


def invoices(world: Tables) -> list[Row]:
    """The invoices, each with the columns of its claim and, as `case`, its case."""
    claims = {claim["id"]: claim for claim in world["claim"]}
    cases = {case["id"]: case for case in world["case"]}
    return [
        {**claims[one["id"]], **one, "case": cases[claims[one["id"]]["case_id"]]}
        for one in world["debt_invoice"]
    ]


def in_order(*days: datetime) -> bool:
    """Whether no day is before the one before it."""
    return list(days) == sorted(days)


def test_some_debts_have_an_invoice_and_most_do_not(world: Tables) -> None:
    debts = [claim for claim in world["claim"] if claim["kind"] == "debt"]
    assert len(debts) / 6 < len(invoices(world)) < len(debts) / 3
    assert {one["kind"] for one in invoices(world)} == {"debt"}


def test_goods_are_ordered_then_delivered_then_billed(world: Tables) -> None:
    delivered = [one for one in invoices(world) if one["delivery_date"]]
    assert {one["delivery_method"] for one in delivered} == {"PARCEL", "STORE"}
    for one in delivered:
        assert in_order(one["order_date"], one["delivery_date"], one["bill_date"], one["accounting_date"])
        assert (one["delivery"] is None) == (one["delivery_method"] == "STORE") == bool(one["receipt_number"])


def test_a_disputed_debt_has_a_date_after_it_fell_due_and_a_reason(world: Tables) -> None:
    disputed = [one for one in invoices(world) if one["disputed"]]
    assert {one["dispute_rebutted"] for one in disputed} == {False, True}
    for one in disputed:
        assert in_order(one["due_date"], one["dispute_date"], one["case"]["registration_date"])
        assert one["dispute_reason"]
    for one in invoices(world):
        assert one["disputed"] or (one["dispute_date"], one["dispute_reason"]) == (None, None)


def test_loans_are_used_within_what_was_granted_and_agreed(world: Tables) -> None:
    loans = [one for one in invoices(world) if one["loan_type_code"]]
    assert any(one["agreed_interest_rate"] for one in loans)
    for one in loans:
        assert one["original_principal"] == one["used_credit_amount"] <= one["granted_credit_amount"]
        assert in_order(one["agreement_date"], one["bill_date"], one["agreement_due_date"])
        assert in_order(one["agreement_due_date"], one["agreement_end_date"])
        assert one["agreed_interest_rate"] == one["interest_rate"]
        if one["interest_rate"]:
            assert one["fixed_interest_term_start"] <= one["interest_from"]
            assert one["interest_specific_calculation_cutoff_date"] > MIDNIGHT


def test_vat_rates_are_those_of_debts_with_vat(world: Tables) -> None:
    rates = {"SEK": 25_0000, "NOK": 25_0000, "EUR": 25_5000, "DKK": 25_0000}
    for one in invoices(world):
        assert one["vat_rate"] == (rates[one["currency_code"]] if one["original_vat"] else None)


def test_interest_of_a_closed_case_has_been_calculated_until_it_stopped_at_the_closing(
    api: Api, default_world: Tables
) -> None:
    closed = {case["id"]: case for case in default_world["case"] if case["closure_date"]}
    seen = 0
    for claim in default_world["claim"]:
        if claim["kind"] == "debt" and claim["accrual_rate"] and claim["case_id"] in closed:
            case = closed[claim["case_id"]]
            debt = api.get(f"{APTIC}/Cases/{case['case_guid']}/Debts/{claim['guid']}").json()
            day = f"{case['closure_date']:%Y-%m-%dT00:00:00Z}"
            assert (debt["interestTo"], debt["interestStop"]) == (day, day)
            seen += 1
    assert seen > 20


def test_only_fees_of_legal_cases_bear_interest(world: Tables) -> None:
    legal = {case["id"] for case in world["case"] if case["service"] == "Legal"}
    fees = [claim for claim in world["claim"] if claim["kind"] == "fee"]
    assert {fee["case_id"] for fee in fees if fee["interest_rate"]} == {
        fee["case_id"] for fee in fees if fee["case_id"] in legal
    }
    for fee in fees:
        assert fee["interest_rate"] is None or fee["bill_date"] <= fee["interest_from"]


def test_legal_cases_have_a_verdict_and_some_cases_an_archived_invoice(world: Tables) -> None:
    cases = {case["id"]: case for case in world["case"]}
    persons = {debtor["id"] for debtor in world["debtor"] if debtor["debtor_guid"].startswith("5eed")}
    verdicts = {one["case_id"] for one in world["document"] if one["document_type"] == "verdict"}
    assert verdicts == {
        case["id"]
        for case in cases.values()
        if case["service"] == "Legal" and case["main_debtor_id"] not in persons
    }
    for one in world["document"]:
        assert one["logged_at"] == cases[one["case_id"]]["registration_date"]
        assert (one["external_link"] is None) != (one["file_data_base64"] is None)
        assert one["file_data_base64"] is None or b64decode(one["file_data_base64"]).startswith(b"Verdict: ")
    documented = {one["case_id"] for one in world["document"]}
    assert len(verdicts) < len(documented) < len(cases) / 2


def test_a_pledge_brought_all_of_its_payment(world: Tables) -> None:
    payments = {payment["id"]: payment for payment in world["payment"]}
    pledged = {payment["id"] for payment in payments.values() if payment["source"] == "PLEDGE"}
    assert {one["payment_id"] for one in world["payment_pledge"]} == pledged != set()
    for one in world["payment_pledge"]:
        assert one["amount"] == payments[one["payment_id"]]["paid_amount"]


def test_only_second_addresses_have_a_name_of_their_own(world: Tables) -> None:
    for address in world["address"]:
        own = (address["full_name"], address["care_of"])
        assert own == (
            (None, None) if address["default_address"] else ("Invoice Reading Service", "Postservice")
        )


def test_former_addresses_were_valid_before_and_are_not_the_default(world: Tables) -> None:
    former = [address for address in world["address"] if address["valid_to"]]
    assert {address["owner"] for address in former} == {"debtor", "customer"}
    for address in former:
        assert address["valid_from"] <= address["valid_to"] == address["address_not_valid_date"] <= MIDNIGHT
        assert not address["default_address"]
