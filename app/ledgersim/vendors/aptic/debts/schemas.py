"""Schemas of debts. Members are in the order of the vendor's samples."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ledgersim.schemas import (
    Amount,
    AmountIn,
    CurrencyIn,
    ExchangeRate,
    ExchangeRateIn,
    InstantIn,
    Int32,
    Rate,
    RateIn,
    RequestModel,
    ResponseModel,
    member_error,
)
from ledgersim.vendors.aptic.claims.schemas import ClaimSums
from ledgersim.vendors.aptic.extrafields.schemas import ExtraField, ExtraFieldCreate
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page
from ledgersim.vendors.aptic.predefined import DebtGroup, InterestCode

LoanPurpose = Literal[
    "HomeLoan",
    "HomeLoanForFirstHome",
    "HomeLoanForLeisureHouse",
    "HomeLoanForInvestmentPurposes",
    "StudentLoan",
    "LoanForPurchaseOfVehicleOrCraft",
    "OtherConsumerCredit",
    "OtherLoan",
    "LoanForBusinessActivities",
    "GuaranteeReceivable",
]
LoanType = Literal["LumpSumLoan", "RunningAccountLoan", "Leasing", "GuaranteeReceivable"]
DebtPrincipalType = Literal[
    "INVOICE",
    "CREDIT_INVOICE",
    "INTEREST_INVOICE",
    "FINAL_INVOICE_CREDITDEBT",
    "OFFER_INVOICE",
    "BILLING",
    "CAPITALIZED_INTEREST",
    "INTEREST_COMPENSATION",
    "TERMINATED_ACCOUNT",
    "PREREDEMPTION",
    "LOAN_INTEREST",
    "SUPPLIER_INVOICE",
    "CREDIT_EXPENSE",
]


class _DebtHead(ResponseModel):
    debt_guid: str
    description: str | None
    reference_number: str | None
    bill_date: datetime | None
    due_date: datetime | None
    debt_principal_type: str | None
    currency_code: str


class _DebtTerms(ResponseModel):
    interest_rate_ceiling_code: str | None
    agreed_interest_code: str | None
    agreed_interest_rate: Rate | None
    interest_specific_calculation_type: str | None


class DebtListItem(_DebtTerms, ClaimSums, _DebtHead):  # pydantic orders members from the last base to the first
    """A debt in a list. `ledger…` are remaining amounts in the case's currency [inferred]."""


class DebtPage(Page[DebtListItem]):
    """A page of debts."""


# A member that may be absent, but unlike others may not be null. It is None if absent.
_OPTIONAL: Any = Field(default=None, validate_default=False)


class DebtCreate(RequestModel):
    """A debt to add to a case."""

    description: str | None = None
    reference_number: str | None = None
    ledger_ref: str | None = None
    debt_group: DebtGroup | None = None
    our_reference: str | None = None
    your_reference: str | None = None
    currency_code: CurrencyIn | None = None
    original_principal: AmountIn | None = None
    remaining_principal: AmountIn = _OPTIONAL
    original_interest: AmountIn | None = None
    remaining_interest: AmountIn | None = None
    original_vat: AmountIn | None = Field(None, alias="originalVAT")
    remaining_vat: AmountIn | None = Field(None, alias="remainingVAT")
    exch_rate: ExchangeRateIn | None = None
    exch_date: InstantIn | None = None
    bill_date: InstantIn = _OPTIONAL
    due_date: InstantIn | None = None
    payment_condition: Int32 | None = None
    interest_condition: Int32 | None = None
    interest_rate: RateIn | None = None
    interest_code: InterestCode | None = None
    interest_specific_calculation_type: str | None = None
    interest_specific_calculation_cutoff_date: InstantIn | None = None
    fixed_interest_term_start: InstantIn | None = None
    interest_from: InstantIn | None = None
    interest_to: InstantIn | None = None
    account_ref_type: str | None = None
    one_time_service_fees: AmountIn | None = None
    loan_purpose: LoanPurpose | None = None
    loan_type_code: LoanType | None = None
    agreement_date: InstantIn | None = None
    agreement_due_date: InstantIn | None = None
    agreement_end_date: InstantIn | None = None
    enforceable_debt_type: str | None = None
    goods_related_credit: bool | None = None
    effective_year: Int32 | None = None
    debt_principal_type: DebtPrincipalType | None = None
    granted_credit_amount: AmountIn | None = None
    used_credit_amount: AmountIn | None = None
    original_eir: RateIn | None = None
    lender_name: str | None = None
    period_of_limitation: str | None = None
    limitation_date: InstantIn | None = None
    extra_fields: list[ExtraFieldCreate] | None = None
    interest_rate_ceiling_code: str | None = None
    agreed_interest_code: InterestCode | None = None
    agreed_interest_rate: RateIn | None = None

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        """VAT is a part of the principal [inferred]."""
        for which in ("original", "remaining"):
            principal, vat = (getattr(self, f"{which}_{part}") for part in ("principal", "vat"))
            if principal is not None and vat is not None and vat > principal:
                message = f"is more than {which}Principal, of which VAT is a part"
                raise member_error(message, f"{which}VAT")
        return self


class DebtUpdate(RequestModel):
    """Changes to a debt; its balances change only by postings."""

    description: str | None = None
    reference_number: str | None = None
    debt_group: DebtGroup | None = None
    our_reference: str | None = None
    your_reference: str | None = None
    due_date: InstantIn | None = None
    payment_condition: Int32 | None = None
    account_ref_type: str | None = None
    account_ref: str | None = None
    one_time_service_fees: AmountIn | None = None
    loan_purpose: LoanPurpose | None = None
    loan_type_code: LoanType | None = None
    agreement_date: InstantIn | None = None
    agreement_due_date: InstantIn | None = None
    agreement_end_date: InstantIn | None = None
    enforceable_debt_type: str | None = None
    goods_related_credit: bool | None = None
    effective_year: Int32 | None = None
    debt_principal_type: DebtPrincipalType | None = None
    granted_credit_amount: AmountIn | None = None
    used_credit_amount: AmountIn | None = None
    original_eir: RateIn | None = None
    lender_name: str | None = None
    interest_rate_ceiling_code: str | None = None
    agreed_interest_code: InterestCode | None = None
    agreed_interest_rate: RateIn | None = None
    interest_specific_calculation_type: str | None = None


def _no_fields(value: object) -> object:
    return [] if value is None else value


class DebtCreated(ResponseModel):
    """A debt as returned when it is created."""

    description: str | None
    reference_number: str | None
    ledger_ref: str | None
    debt_group: str | None
    our_reference: str | None
    your_reference: str | None
    currency_code: str
    original_principal: Amount
    remaining_principal: Amount
    original_interest: Amount
    remaining_interest: Amount
    original_vat: Amount = Field(alias="originalVAT")
    remaining_vat: Amount = Field(alias="remainingVAT")
    exch_rate: ExchangeRate | None
    exch_date: datetime | None
    bill_date: datetime | None
    due_date: datetime | None
    payment_condition: int | None
    interest_condition: int | None
    interest_rate: Rate | None
    interest_code: str | None
    interest_specific_calculation_type: str | None
    interest_specific_calculation_cutoff_date: datetime | None
    fixed_interest_term_start: datetime | None
    interest_from: datetime | None
    interest_to: datetime | None
    account_ref_type: str | None
    one_time_service_fees: Amount | None
    loan_purpose: str | None
    loan_type_code: str | None
    agreement_date: datetime | None
    agreement_due_date: datetime | None
    agreement_end_date: datetime | None
    enforceable_debt_type: str | None
    goods_related_credit: bool | None
    effective_year: int | None
    debt_principal_type: str | None
    granted_credit_amount: Amount | None
    used_credit_amount: Amount | None
    original_eir: Rate | None
    lender_name: str | None
    period_of_limitation: str | None
    limitation_date: datetime | None
    extra_fields: Annotated[list[ExtraField], BeforeValidator(_no_fields)]
    interest_rate_ceiling_code: str | None
    agreed_interest_code: str | None
    agreed_interest_rate: Rate | None


class DebtParty(ResponseModel):
    """A party of the invoice: name and address."""

    full_name: str | None = None
    street: str | None = None
    house_no: str | None = None
    house_no_extension: str | None = None
    city: str | None = None
    zip_code: str | None = None
    state_code: str | None = None
    country_code: str | None = None
    full_address: str | None = None


class DebtHead(ResponseModel):
    """The invoice behind a debt. Members that no request can set have values in the seeded world only."""

    reference_number: str | None
    order_date: datetime | None = None
    bill_date: datetime | None
    document_date: datetime | None = None
    due_date: datetime | None
    accounting_date: datetime | None = None
    payment_condition: int | None
    disputed: bool = False
    dispute_date: datetime | None = None
    dispute_reason: str | None = None
    dispute_rebutted: bool = False
    our_order: str | None = None
    your_order: str | None = None
    our_reference: str | None
    your_reference: str | None
    handling_code: str | None = None
    original_debt_ref: str | None = None
    invoice_type: str | None = None
    goods_mark: str | None = None
    delivery_method: str | None = None
    delivery_condition: str | None = None
    delivery_date: datetime | None = None
    delivery_note: str | None = None
    credit_card_transaction_id: str | None = None
    seller: str | None = None
    receipt_number: str | None = None
    cash_register_number: str | None = None
    original_due_date: datetime | None = None
    account_ref_type: str | None
    one_time_service_fees: Amount | None
    loan_purpose: str | None
    loan_type_code: str | None
    enforceable_debt_type: str | None
    goods_related_credit: bool | None
    effective_year: int | None
    granted_credit_amount: Amount | None
    used_credit_amount: Amount | None
    lender_name: str | None
    receiver: DebtParty
    delivery: DebtParty
    agreed_interest_code: str | None
    agreed_interest_rate: Rate | None


class Debt(ResponseModel):
    """A debt in full."""

    debt_guid: str
    registration_date: datetime
    debt_group: str | None
    debt_principal_type: str | None
    description: str | None
    account_ref: str | None
    old_account_ref: str | None = None
    ledger_ref: str | None
    object_ref: str | None = None
    original_payment_reference: str | None = None
    currency_code: str
    original_principal: Amount
    remaining_principal: Amount
    original_interest: Amount
    remaining_interest: Amount
    original_vat: Amount = Field(alias="originalVAT")
    remaining_vat: Amount = Field(alias="remainingVAT")
    exch_rate: ExchangeRate | None
    exch_date: datetime | None
    vat_rate: Rate | None = None
    vat_code: str | None = None
    interest_rate: Rate | None
    interest_code: str | None
    calc_rate: Rate
    interest_from: datetime | None
    interest_to: datetime | None
    fixed_interest_term_start: datetime | None
    interest_stop: datetime | None
    interest_specific_calculation_type: str | None
    interest_specific_calculation_cutoff_date: datetime | None
    account_ref_type: str | None
    agreement_date: datetime | None
    agreement_due_date: datetime | None
    agreement_end_date: datetime | None
    original_eir: Rate | None
    interest_rate_ceiling_code: str | None
    head: DebtHead
    links: list[Link]
