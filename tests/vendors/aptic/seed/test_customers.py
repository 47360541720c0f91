"""Seeded customers: the parts of their summaries are consistent."""

from collections import Counter, defaultdict
from datetime import timedelta

from stdnum import luhn

from ledgersim.vendors.aptic.direct_debits.rules import account_errors
from ledgersim.world.model import Definition
from tests.client import APTIC, Api
from tests.worlds import MIDNIGHT, Row, Tables


def by_customer(rows: list[Row]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["customer_id"]].append(row)
    return found


def test_some_customers_have_each_of_it_and_many_do_not(world: Tables) -> None:
    for table, least in {
        "purchase": 100, "customer_invoice": 100, "customer_account": 30, "unsettled_payment": 3, "guarantee": 5,
        "collateral": 5, "direct_debit_mandate": 20, "credit_insurance": 5, "question": 15, "loan": 10,
    }.items():  # fmt: skip
        assert len(world[table]) >= least, table
        assert len(by_customer(world[table])) < 0.75 * len(world["customer"]), table


def test_the_balance_of_an_account_is_what_remains_of_its_purchases(world: Tables) -> None:
    sums: Counter[str] = Counter()
    owners = {account["account_number"]: account["customer_id"] for account in world["customer_account"]}
    for purchase in world["purchase"]:
        if (number := purchase["customer_account_number"]) is not None:
            sums[number] += purchase["remaining_amount"]
            assert owners[number] == purchase["customer_id"]
    assert {one["account_number"]: one["balance"] for one in world["customer_account"]} == {
        number: sums[number] for number in owners
    }


def test_totals_over_http_are_the_sums_of_the_parts(api: Api, default_world: Tables) -> None:
    purchases, unsettled = (
        by_customer(default_world["purchase"]),
        by_customer(default_world["unsettled_payment"]),
    )
    for customer in default_world["customer"]:
        found = api.get(f"{APTIC}/Customers/{customer['customer_guid']}/Summary").json()
        remaining = sum(one["remaining_amount"] for one in purchases[customer["id"]])
        credit = sum(one["amount"] for one in unsettled[customer["id"]])
        assert round(found["totalBalance"] * 100) == remaining - credit
        assert round(found["unsettledPaymentBalance"] * 100) == credit
        assert credit <= remaining


def test_purchases_and_campaigns_agree_with_themselves(world: Tables, definition: Definition) -> None:
    campaigns = {one.code: one for one in definition.section("aptic").customers.campaigns}
    customers = {customer["id"]: customer for customer in world["customer"]}
    in_campaign = 0
    for one in world["purchase"]:
        customer = customers[one["customer_id"]]
        assert 0 <= one["remaining_amount"] <= one["activated_amount"] <= one["purchase_amount"]
        assert one["currency_code"] == customer["currency_code"]
        assert customer["reg_date"].date() <= one["purchased_at"].date() < MIDNIGHT.date()
        assert (one["last_payment_date"] is None) == (one["remaining_amount"] == one["purchase_amount"])
        if one["last_payment_date"] is not None:
            assert one["purchased_at"] <= one["last_payment_date"] <= MIDNIGHT
        if one["campaign_code"] is None:
            assert (one["total_number_of_payments"], one["next_period_date"]) == (0, None)
            continue
        in_campaign += 1
        campaign = campaigns[one["campaign_code"]]
        payment = one["next_period_amount"] - campaign.fee
        assert one["total_number_of_payments"] == campaign.payments
        assert payment * campaign.payments == one["original_campaign_amount"] == one["purchase_amount"]
        assert payment * one["remaining_number_of_payments"] == one["remaining_campaign_amount"]
        assert one["remaining_campaign_amount"] == one["remaining_amount"]
        assert MIDNIGHT < one["next_period_date"] <= MIDNIGHT + timedelta(days=31)
    assert in_campaign >= 30


def test_every_purchase_has_an_invoice_for_it(world: Tables) -> None:
    invoices = {invoice["reservation_id"]: invoice for invoice in world["customer_invoice"]}
    assert sorted(invoices) == [purchase["reservation_id"] for purchase in world["purchase"]]
    for purchase in world["purchase"]:
        invoice = invoices[purchase["reservation_id"]]
        for name, other in (("invoice_number", "invoice_no"), ("invoice_amount", "activated_amount")):
            assert invoice[name] == purchase[other]
        assert invoice["customer_id"] == purchase["customer_id"]
        assert invoice["customer_account_invoice"] == (purchase["customer_account_number"] is not None)
        assert invoice["invoice_status"] == (0 if purchase["remaining_amount"] else 1)
        assert invoice["invoice_date"] < invoice["due_date"]
        assert luhn.is_valid(invoice["payment_reference_number"])
        if purchase["campaign_code"] is None:
            assert invoice["minimum_to_pay"] == purchase["remaining_amount"]


def test_mandates_pass_the_checks_of_the_gateway(world: Tables) -> None:
    kinds = Counter(mandate["direct_debit_mandate_type"] for mandate in world["direct_debit_mandate"])
    assert set(kinds) == {1, 3, 5}
    for mandate in world["direct_debit_mandate"]:
        assert account_errors(mandate) == {}
        assert mandate["signed_date"] <= mandate["approved_at"] <= MIDNIGHT


def test_closed_mandates_were_approved_before_and_are_valid_until_that_day(world: Tables) -> None:
    closed = [mandate for mandate in world["direct_debit_mandate"] if mandate["closed_at"]]
    assert 0 < len(closed) < len(world["direct_debit_mandate"]) / 2
    for mandate in closed:
        assert mandate["approved_at"] < mandate["closed_at"] == mandate["validuntil"] <= MIDNIGHT
    for mandate in world["direct_debit_mandate"]:
        assert (mandate["closed_at"] is None) == (mandate["validuntil"] is None)


def test_extra_limits_have_an_amount_and_end_before_their_insurance(world: Tables) -> None:
    extended = [one for one in world["credit_insurance"] if one["extra_limit_amount"]]
    assert 0 < len(extended) < len(world["credit_insurance"])
    for insurance in extended:
        assert insurance["extra_limit_amount"] < insurance["amount"]
        assert insurance["insurance_date"] < insurance["extra_limit_end_date"] < insurance["end_date"]


def test_guarantors_are_others_and_no_persona_is_drawn_into_it(world: Tables) -> None:
    personas = {row["id"] for row in world["customer"] if row["customer_guid"].startswith("5eed")}
    for guarantee in world["guarantee"]:
        assert guarantee["guarantor_id"] != guarantee["customer_id"]
        assert (guarantee["guarantor_id"] in personas) == (guarantee["customer_id"] in personas)


def test_only_companies_have_credit_insurances(world: Tables) -> None:
    companies = {customer["id"] for customer in world["customer"] if customer["juridical_type"]}
    assert {insurance["customer_id"] for insurance in world["credit_insurance"]} <= companies


def test_questions_are_those_of_the_definition_and_open(world: Tables, definition: Definition) -> None:
    texts = {one.code: one for one in definition.section("aptic").customers.questions}
    for question in world["question"]:
        text = texts[question["action_item_code"]]
        assert (question["message"], question["responses"]) == (text.message, text.responses)
        assert question["answered_at"] is None


def test_periods_of_a_loan_follow_upon_each_other_and_the_last_runs_on(world: Tables) -> None:
    periods: dict[int, list[Row]] = defaultdict(list)
    for period in world["loan_interest_period"]:
        periods[period["loan_id"]].append(period)
    assert set(periods) == {loan["id"] for loan in world["loan"]}
    assert any(len(found) > 1 for found in periods.values())
    for found in periods.values():
        assert [one["interest_to"] for one in found] == [one["interest_from"] for one in found[1:]] + [None]
