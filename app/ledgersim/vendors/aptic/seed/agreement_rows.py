"""Rows of the agreements of customers: guarantees, collateral, mandates, insurances, questions and loans."""

from typing import NamedTuple

from ledgersim.vendors.aptic.credit_insurances.models import CREDIT_INSURANCE
from ledgersim.vendors.aptic.credit_insurances.rules import company_name
from ledgersim.vendors.aptic.customer_summary.models import COLLATERAL, GUARANTEE
from ledgersim.vendors.aptic.direct_debits.models import DIRECT_DEBIT_MANDATE
from ledgersim.vendors.aptic.loan_interests.models import LOAN, LOAN_INTEREST_PERIOD
from ledgersim.vendors.aptic.party_parameters.models import PARTY_PARAMETER
from ledgersim.vendors.aptic.questions.models import QUESTION
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.customer_definition import PartyParameterValue, Pledge, QuestionText
from ledgersim.vendors.aptic.seed.purchase_rows import Customer
from ledgersim.world.days import instant

FIRST_LOAN = 6_000_000
LIMITED = 0  # guaranteeType [inferred]
GUARANTEE_PLEDGE = 0  # pledgeType [inferred]
YEAR = 365
MANDATE_DAYS = 90  # after which some mandates were closed


class MandateDraft(NamedTuple):
    """A mandate signed on a day, with the account to collect from."""

    type: int
    account_class: int
    account: str
    day: int


class PeriodDraft(NamedTuple):
    """An interest period of a loan; open-ended without `end`."""

    principal: int
    rate: int
    start: int
    end: int | None
    code: str = "FIXED"
    margin_code: str | None = None


class AgreementRows:
    """Adds rows with their ids and GUIDs."""

    def __init__(self, context: Context) -> None:
        self._rows = context.rows
        self._today = context.today
        self._new_guid = context.aptic.new_guid
        self._countries = context.definition.world.countries
        self._bank_accounts = context.section.bank_accounts

    def add_guarantee(
        self, customer: Customer, guarantor_id: int, amount: int, day: int, guid: str | None = None
    ) -> None:
        """Add a guarantee by another customer, valid for five years."""
        row_id = self._rows.new_id(GUARANTEE)
        self._rows.add(
            GUARANTEE,
            {
                "id": row_id,
                "guarantee_guid": guid or self._new_guid(),
                "customer_id": customer.id,
                "guarantor_id": guarantor_id,
                "pledge_type": GUARANTEE_PLEDGE,
                "reference_number": f"GUARANTEE-{row_id}",
                "guarantee_date": instant(day),
                "original_guarantee_amount": amount,
                "guarantee_amount": amount,
                "description": f"Guarantee for {customer.client.informal_name}",
                "note": None if row_id % 3 else "Signed at the office",
                "valid_until": instant(day + 5 * YEAR),
                "guarantee_type": LIMITED,
            },
        )

    def add_collateral(self, customer: Customer, pledge: Pledge, amount: int, day: int) -> None:
        """Add collateral, insured for its amount; some has been realized."""
        row_id = self._rows.new_id(COLLATERAL)
        self._rows.add(
            COLLATERAL,
            {
                "id": row_id,
                "collateral_guid": self._new_guid(),
                "customer_id": customer.id,
                "pledge_type": pledge.type,
                "reference_number": f"PLEDGE-{row_id}",
                "pledge_date": instant(day),
                "pledge_amount": amount,
                "description": pledge.description,
                "note": None if row_id % 3 else "Kept by the owner",
                "insurer": "Nordisk Provforsikring",
                "insurance_number": f"POLICY-{row_id}",
                "insured_amount": amount,
                "insurance_expiry_date": instant(self._today + YEAR),
                "realized": row_id % 3 == 2,
            },
        )

    def add_mandate(self, customer: Customer, draft: MandateDraft) -> None:
        """Add a mandate, approved two days after it was signed, today at the latest; some have been closed."""
        row_id = self._rows.new_id(DIRECT_DEBIT_MANDATE)
        signed, approved = instant(draft.day), instant(min(draft.day + 2, self._today))
        last_day = draft.day + MANDATE_DAYS
        ended = instant(last_day) if row_id % 3 == 0 and last_day <= self._today else None
        self._rows.add(
            DIRECT_DEBIT_MANDATE,
            {
                "id": row_id,
                "mandate_guid": self._new_guid(),
                "customer_id": customer.id,
                "direct_debit_mandate_type": draft.type,
                "reference_no": f"MANDATE-{row_id}",
                "receiving_bank_account_no": self._bank_accounts[customer.currency],
                "sending_bank_account_class": draft.account_class,
                "sending_bank_account_no": draft.account,
                "requested_at": signed,
                "approved_at": approved,
                "signed_date": signed,
                "validfrom": approved,
                "validuntil": ended,
                "closed_at": ended,
            },
        )

    def add_insurance(self, customer: Customer, code: str, amount: int, day: int) -> None:
        """Add a credit insurance for a year; some have an extra limit for half of it."""
        row_id = self._rows.new_id(CREDIT_INSURANCE)
        extended = row_id % 3 == 0
        self._rows.add(
            CREDIT_INSURANCE,
            {
                "id": row_id,
                "insurance_guid": self._new_guid(),
                "customer_id": customer.id,
                "insurance_date": instant(day),
                "insurance_company_reference_code": code,
                "insurance_company_name": company_name(code),
                "insurance_company_number": f"{code[:3]}-{row_id}",
                "insurance_company_customer_number": str(customer.id),
                "note": "Extra limit for the season" if extended else None,
                "end_date": instant(day + YEAR),
                "currency_code": customer.currency,
                "amount": amount,
                "extra_limit_amount": amount // 10 if extended else None,
                "extra_limit_end_date": instant(day + YEAR // 2) if extended else None,
                "payment_term": self._countries[customer.country].payment_days,
                "grace_days": 10,
            },
        )

    def add_question(self, customer: Customer, text: QuestionText, day: int, guid: str | None = None) -> None:
        """Add an open question."""
        self._rows.add(
            QUESTION,
            {
                "action_guid": guid or self._new_guid(),
                "customer_id": customer.id,
                "logged_at": instant(day),
                "process_at": instant(day),
                "action_item_code": text.code,
                "message": text.message,
                "allow_postpone": text.allow_postpone,
                "action_category_code": text.category,
                "action_category_description": text.category_description,
                "responses": text.responses,
                "answered_at": None,
                "response": None,
                "note": None,
            },
        )

    def add_parameters(self, customer: Customer, parameters: list[PartyParameterValue]) -> None:
        """Add party parameters."""
        for parameter in parameters:
            self._rows.add(PARTY_PARAMETER, {"customer_id": customer.id, **parameter.model_dump()})

    def add_loan(
        self,
        customer: Customer,
        periods: list[PeriodDraft],
        number: str | None = None,
        guid: str | None = None,
    ) -> None:
        """Add a loan with its periods, the oldest first."""
        row_id = self._rows.new_id(LOAN)
        self._rows.add(
            LOAN,
            {
                "id": row_id,
                "loan_guid": guid or self._new_guid(),
                "customer_id": customer.id,
                "loan_number": number or str(FIRST_LOAN + row_id),
            },
        )
        for period in periods:
            self._rows.add(
                LOAN_INTEREST_PERIOD,
                {
                    "loan_id": row_id,
                    "loan_type": "LumpSumLoan",
                    "interest_code": period.code,
                    "interest_margin_code": period.margin_code,
                    "interest_rate": period.rate,
                    "interest_from": instant(period.start),
                    "interest_to": None if period.end is None else instant(period.end),
                    "principal_amount": period.principal,
                },
            )
