"""Schemas of cases. Members are in the order of the vendor's samples."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from ledgersim.schemas import (
    WHOLE,
    Amount,
    AmountIn,
    CurrencyIn,
    InstantIn,
    Int32,
    RequestModel,
    ResponseModel,
    RowModel,
)
from ledgersim.vendors.aptic.debtors.schemas import CaseSummary, JuridicalType
from ledgersim.vendors.aptic.debts.schemas import DebtCreate
from ledgersim.vendors.aptic.extrafields.schemas import ExtraFieldCreate
from ledgersim.vendors.aptic.fees.schemas import FeeCreate
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page

CreditRegistryStatus = Annotated[Literal[0, 1, 2, 3, 4], WHOLE]
# The first is documented, the others are inferred.
ClosureCode = Literal["RETRIEVED", "PAID", "WRITTENOFF", "BANKRUPT", "DECEASED", "DISPUTED"]


class CaseListItem(RowModel):
    """A case in a list, with its sums in the case's currency and its main debtor."""

    case_guid: str
    case_number: str
    client_reference_number: str | None
    client_name: str | None
    registration_date: datetime
    currency_code: str
    original_principal: Amount
    original_fee: Amount
    original_interest: Amount
    original_sum: Amount
    paid_principal: Amount
    paid_fee: Amount
    paid_interest: Amount
    paid_to_third_party: Amount
    paid_sum: Amount
    remaining_principal: Amount
    remaining_fee: Amount
    remaining_interest: Amount
    remaining_sum: Amount
    service: str | None
    status: str | None
    sub_status: str | None
    closure_code: str | None
    closure_date: datetime | None
    main_debtor_name: str | None
    juridical_type: int | None
    place_of_birth: str | None
    birth_date: datetime | None
    nace_code: str | None
    work_phone: str | None
    cellular_phone: str | None
    email: str | None


class CasePage(Page[CaseListItem]):
    """A page of cases."""


class CaseDetails(ResponseModel):
    """A case in full."""

    case_number: str
    client_name: str | None
    client_reference_number: str | None
    closure_code: str | None
    closure_date: datetime | None
    currency_code: str
    description: str | None
    original_fee: Amount
    original_interest: Amount
    original_principal: Amount
    original_sum: Amount
    paid_fee: Amount
    paid_interest: Amount
    paid_principal: Amount
    paid_sum: Amount
    paid_to_third_party: Amount
    payment_reference_number: str | None
    remaining_fee: Amount
    remaining_interest: Amount
    remaining_principal: Amount
    remaining_sum: Amount
    service: str | None
    status: str | None
    sub_status: str | None
    registration_date: datetime
    links: list[Link]


class CaseDebtor(ResponseModel):
    """A debtor of a case with what it owes over all its cases, in the debtor's currency."""

    debtor_role: str
    full_name: str | None
    id_number: str | None
    debtor_guid: str
    payment_reference: str
    bank_account_no: str | None
    remaining_principal: Amount
    remaining_interest: Amount
    remaining_fee: Amount
    remaining_sum: Amount
    active_cases: int
    cases: list[CaseSummary]


# A member that may be absent, but not null. It is None if absent.
_OPTIONAL: Any = Field(default=None, validate_default=False)


class CaseDebtorInput(RequestModel):
    """A debtor of a case to import: an existing one (by debtorGuid or idNumber) or a new one."""

    debtor_guid: str | None = None  # sent by a public client, not in the vendor's document [observed]
    id_number: str | None = None
    juridical_type: JuridicalType = _OPTIONAL
    debtor_role: str | None = None
    place_of_birth: str | None = None
    date_of_birth: InstantIn | None = None
    under_aged: bool | None = None
    protected: bool | None = None
    culture_code: str | None = None
    companyname: str | None = None
    firstname: str | None = None
    middlename: str | None = None
    lastname: str | None = None
    initials: str | None = None
    name_suffix: str | None = None
    care_of: str | None = None
    street: str | None = None
    house_no: str | None = None
    house_no_extension: str | None = None
    city: str | None = None
    zip_code: str | None = None
    state_code: str | None = None
    country_code: str | None = None
    domicile: str | None = None
    municipal_code: str | None = None
    nace_code: str | None = None
    home_phone: str | None = None
    work_phone: str | None = None
    cellular_phone: str | None = None
    telefax: str | None = None
    emails: list[str] | None = None
    language_code: str | None = None
    currency_code: CurrencyIn | None = None
    creditor_debtor_ref: str | None = None
    company_type: str | None = None
    digital_mailbox: bool | None = None
    allow_calls: bool | None = None
    allow_sms: bool | None = None
    allow_email: bool | None = None
    extra_fields: list[ExtraFieldCreate] | None = None


class Claimant(RequestModel):
    """The original creditor of a debt."""

    reference_code: str | None = None
    id_number: str | None = None
    full_name: str | None = None
    street: str | None = None
    house_no: str | None = None
    house_no_extension: str | None = None
    city: str | None = None
    zip_code: str | None = None
    country_code: str | None = None


class EnergyDebt(RequestModel):
    """The installation that a utility debt is for."""

    installation_id: str | None = None
    net_owner_reference_code: str | None = None
    has_moved: bool | None = None
    facility_street: str | None = None
    facility_house_no: str | None = None
    facility_house_no_extension: str | None = None
    facility_city: str | None = None
    facility_zip_code: str | None = None
    served_at: InstantIn | None = None
    disconnect: bool | None = None
    disconnected: bool | None = None
    disconnect_at: bool | None = None  # a boolean in the vendor's sample
    disconnection_week: Int32 | None = None
    disconnection_year: Int32 | None = None


class CaseRelation(RequestModel):
    """Another party of a case, such as a field collector."""

    party_guid: str | None = None


class CaseAction(RequestModel):
    """An event in the history of a case."""

    action_type: str | None = None
    action_group: str | None = None
    action_date: InstantIn | None = None


class CaseCreate(RequestModel, defer_build=False):  # or the first import would wait 15 ms for it
    """A case to import."""

    case_number: str | None = Field(None, min_length=1)
    client_reference_number: str | None = None
    client_guid: str | None = None
    currency_code: CurrencyIn | None = None
    received_from: str | None = None
    reference_number: str | None = None
    delivery_system_code: str | None = None
    description: str | None = None
    payment_reference_number: str | None = None
    original_claimant_name: str | None = None
    service: str | None = None
    claim_type: str | None = None
    legal_claim_type: str | None = None
    protected: bool | None = None
    stop_payments: bool | None = None
    prohibit_trust_accounting: bool | None = None
    report_paid_interest: bool | None = None
    report_paid_interest_from: InstantIn | None = None
    fee_base_principal_amount: AmountIn | None = None
    high_cost_credit: bool | None = None
    high_cost_credit_amount: AmountIn | None = None
    high_cost_credit_used_amount: AmountIn | None = None
    credit_registry_status: CreditRegistryStatus | None = None
    credit_registry_submission_date: InstantIn | None = None
    debtors: list[CaseDebtorInput] | None = None
    debts: list[DebtCreate] | None = None
    fees: list[FeeCreate] | None = None
    claimant: Claimant | None = None
    energy_debt: EnergyDebt | None = None
    relations: list[CaseRelation] | None = None
    action_dates: list[CaseAction] | None = None
    extra_fields: list[ExtraFieldCreate] | None = None


class CasesCreated(ResponseModel):
    """The imported cases, in the order they were sent."""

    case_guids: list[str]
    imp_stock_id: int


class CaseClose(RequestModel):
    """The reason for closing a case."""

    closure_code: ClosureCode | None = None
    note: str | None = None


class CaseUpdate(RequestModel):
    """Changes to a case."""

    description: str | None = None
    payment_reference_number: str | None = None
    protected: bool | None = None
    prohibit_trust_accounting: bool | None = None
    stop_payments: bool | None = None
    service: str | None = None
    status: str | None = None
    sub_status: str | None = None
