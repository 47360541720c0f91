"""Schemas of the summary of a customer. Members are in the order of the vendor's sample."""

from datetime import datetime

from ledgersim.schemas import Amount, ResponseModel
from ledgersim.vendors.aptic.links import Link


class PurchaseField(ResponseModel):
    """An extra field of a purchase."""

    name: str
    data: str


class Purchase(ResponseModel):
    """A purchase on credit."""

    reservation_id: int
    claimant_reference: str
    claimant_name: str
    invoice_no: str
    creditor_reference: str
    description: str
    currency_code: str
    purchase_amount: Amount
    activated_amount: Amount
    remaining_amount: Amount
    campaign_code: str | None
    campaign_description: str | None
    customer_account_number: str | None
    original_campaign_amount: Amount
    remaining_campaign_amount: Amount
    campaign_fee: Amount
    total_number_of_payments: int
    remaining_number_of_payments: int
    next_period_date: datetime | None
    next_period_amount: Amount
    last_payment_date: datetime | None
    extra_fields: list[PurchaseField]


class Invoice(ResponseModel):
    """An invoice. `invoiceStatus`: 0 open, 1 paid [inferred]."""

    invoice_date: datetime
    due_date: datetime
    description: str
    invoice_number: str
    invoice_grouping_reference: str | None
    payment_reference_number: str
    payment_bank_account_number: str
    currency_code: str
    invoice_amount: Amount
    minimum_to_pay: Amount
    minimum_to_pay_including_campaign: Amount
    customer_account_invoice: bool
    invoice_status: int
    reservation_id: int


class Account(ResponseModel):
    """An account with what is owed on it."""

    account_number: str
    unique_id: str
    description: str
    currency_code: str
    balance: Amount


class Guarantee(ResponseModel):
    """A guarantee for the customer. `guaranteeType`: 0 limited to its amount, 1 for all debts [inferred]."""

    guarantee_guid: str
    pledge_type: int
    reference_number: str
    guarantee_date: datetime
    original_guarantee_amount: Amount
    guarantee_amount: Amount
    description: str
    note: str | None
    valid_until: datetime | None
    guarantee_type: int


class Collateral(ResponseModel):
    """A collateral of the customer. `pledgeType`: 0 guarantee, 1 chattel, 2 real estate [inferred]."""

    collateral_guid: str
    pledge_type: int
    reference_number: str
    pledge_date: datetime
    pledge_amount: Amount
    description: str
    note: str | None
    insurer: str | None
    insurance_number: str | None
    insured_amount: Amount | None
    insurance_expiry_date: datetime | None
    realized: bool


class _GuarantorGuid(ResponseModel):
    guarantor_guid: str


class _CustomerGuid(ResponseModel):
    customer_guid: str


class _Role(_CustomerGuid):
    customer_role_code: str


class _Relation(ResponseModel):
    customer_reference: str | None
    id_number: str | None
    juridical_type: int
    company_type: str | None
    place_of_birth: str | None
    date_of_birth: datetime | None
    full_name: str | None
    vat_number: str | None
    nace_code: str | None
    home_phone: str | None
    work_phone: str | None
    cellular_phone: str | None
    email: str | None
    language_code: str | None
    currency_code: str | None
    links: list[Link]


class Guarantor(_Relation, _GuarantorGuid):
    """A guarantor of this customer."""


class GuaranteedCustomer(_Relation, _CustomerGuid):
    """A customer whom this one guarantees."""


class RelatedCustomer(_Relation, _Role):
    """A related customer, and its role."""


class CustomerSummary(ResponseModel):
    """The balances of a customer, their parts and all related customers."""

    total_balance: Amount
    account_balance: Amount
    currency_code: str | None
    unsettled_payment_balance: Amount
    purchases: list[Purchase]
    invoices: list[Invoice]
    accounts: list[Account]
    guarantees: list[Guarantee]
    collaterals: list[Collateral]
    my_guarantors: list[Guarantor]
    guarantee_for: list[GuaranteedCustomer]
    all_related_customers: list[RelatedCustomer]
