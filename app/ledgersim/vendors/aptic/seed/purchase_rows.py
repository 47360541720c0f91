"""Consistent rows of purchases, their invoices, accounts and unsettled payments."""

from datetime import datetime
from typing import NamedTuple

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.customer_summary.models import (
    CUSTOMER_ACCOUNT,
    CUSTOMER_INVOICE,
    PURCHASE,
    UNSETTLED_PAYMENT,
)
from ledgersim.vendors.aptic.debtors.rules import payment_reference
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.customer_definition import Campaign
from ledgersim.vendors.aptic.seed.definition import Client
from ledgersim.world.days import end_of_month, instant
from ledgersim.world.parts import CountryCode
from ledgersim.world.people import Person

FIRST_RESERVATION = 400_000
FIRST_ACCOUNT = 5_000_000
OPEN, PAID = 0, 1  # invoiceStatus [inferred]

_WITHOUT_CAMPAIGN: Row = {
    "campaign_code": None,
    "campaign_description": None,
    "original_campaign_amount": 0,
    "remaining_campaign_amount": 0,
    "campaign_fee": 0,
    "total_number_of_payments": 0,
    "remaining_number_of_payments": 0,
    "next_period_date": None,
    "next_period_amount": 0,
}


class Customer(NamedTuple):
    """The properties of a customer that its rows depend on."""

    id: int
    client: Client
    person: Person
    registered: datetime

    @property
    def currency(self) -> str:
        """The currency of the customer."""
        currency: str = self.person.facts["currency_code"]
        return currency

    @property
    def country(self) -> CountryCode:
        """The country of the customer and its client."""
        return self.client.country


class PurchaseDraft(NamedTuple):
    """A purchase on a day; in a campaign, `remaining` is a multiple of its payments."""

    description: str
    amount: int
    remaining: int
    day: int
    campaign: Campaign | None = None
    extra_fields: tuple[tuple[str, str], ...] = ()


def last_payment_day(bought: int, today: int) -> int:
    """Return the day of the last payment of a purchase that is in no campaign."""
    return (bought + today) // 2


class PurchaseRows:
    """Adds rows that belong together, with their ids and GUIDs."""

    def __init__(self, context: Context) -> None:
        self._rows = context.rows
        self._today = context.today
        self._new_guid = context.aptic.new_guid
        self._countries = context.definition.world.countries
        self._bank_accounts = context.section.bank_accounts

    def add_account(
        self,
        customer: Customer,
        purchases: list[PurchaseDraft],
        number: str | None = None,
        guid: str | None = None,
    ) -> None:
        """Add an account with purchases; their remaining amount is its balance."""
        row_id = self._rows.new_id(CUSTOMER_ACCOUNT)
        number = number or str(FIRST_ACCOUNT + row_id)
        self._rows.add(
            CUSTOMER_ACCOUNT,
            {
                "id": row_id,
                "customer_id": customer.id,
                "account_number": number,
                "unique_id": guid or self._new_guid(),
                "description": f"{customer.client.informal_name} {number}",
                "currency_code": customer.currency,
                "balance": sum(purchase.remaining for purchase in purchases),
            },
        )
        for purchase in purchases:
            self.add_purchase(customer, purchase, number)

    def add_purchase(self, customer: Customer, draft: PurchaseDraft, account: str | None = None) -> None:
        """Add a purchase with its invoice."""
        row_id = self._rows.new_id(PURCHASE)
        client = customer.client
        paid_on = end_of_month(self._today, -1) if draft.campaign else last_payment_day(draft.day, self._today)
        purchase = {
            **_WITHOUT_CAMPAIGN,
            **self._campaign(draft),
            "id": row_id,
            "customer_id": customer.id,
            "reservation_id": FIRST_RESERVATION + row_id,
            "purchased_at": instant(draft.day),
            "claimant_reference": client.reference_code,
            "claimant_name": client.full_name,
            "invoice_no": f"{client.reference_code[:3]}{2_000_000 + row_id}",
            "creditor_reference": f"ORDER-{row_id}",
            "description": draft.description,
            "currency_code": customer.currency,
            "purchase_amount": draft.amount,
            "activated_amount": draft.amount,
            "remaining_amount": draft.remaining,
            "customer_account_number": account,
            "last_payment_date": None if draft.remaining == draft.amount else instant(paid_on),
            "extra_fields": [{"name": name, "data": data} for name, data in draft.extra_fields],
        }
        self._rows.add(PURCHASE, purchase)
        self._add_invoice(customer, purchase, draft.day)

    def _campaign(self, draft: PurchaseDraft) -> Row:
        if draft.campaign is None:
            return {}
        payment, odd = divmod(draft.amount, draft.campaign.payments)
        remaining_payments, remainder = divmod(draft.remaining, payment)
        assert not odd, "the amount must be a multiple of the payment"
        assert not remainder, "the remaining amount must be a multiple of the payment"
        return {
            "campaign_code": draft.campaign.code,
            "campaign_description": draft.campaign.description,
            "original_campaign_amount": draft.amount,
            "remaining_campaign_amount": draft.remaining,
            "campaign_fee": draft.campaign.fee,
            "total_number_of_payments": draft.campaign.payments,
            "remaining_number_of_payments": remaining_payments,
            "next_period_date": instant(end_of_month(self._today)) if remaining_payments else None,
            "next_period_amount": payment + draft.campaign.fee if remaining_payments else 0,
        }

    def _add_invoice(self, customer: Customer, purchase: Row, day: int) -> None:
        remaining = purchase["remaining_amount"]
        in_campaign = purchase["campaign_code"] is not None
        due = day + self._countries[customer.country].payment_days
        self._rows.add(
            CUSTOMER_INVOICE,
            {
                "customer_id": customer.id,
                "reservation_id": purchase["reservation_id"],
                "invoice_date": instant(day),
                "due_date": instant(due),
                "description": purchase["description"],
                "invoice_number": purchase["invoice_no"],
                "invoice_grouping_reference": purchase["customer_account_number"],
                "payment_reference_number": payment_reference(str(purchase["reservation_id"])),
                "payment_bank_account_number": self._bank_accounts[customer.currency],
                "currency_code": customer.currency,
                "invoice_amount": purchase["activated_amount"],
                "minimum_to_pay": 0 if in_campaign else remaining,
                "minimum_to_pay_including_campaign": (
                    purchase["next_period_amount"] if in_campaign else remaining
                ),
                "customer_account_invoice": purchase["customer_account_number"] is not None,
                "invoice_status": OPEN if remaining else PAID,
            },
        )

    def add_unsettled_payment(self, customer: Customer, amount: int, day: int) -> None:
        """Add a payment that has not been allocated."""
        self._rows.add(
            UNSETTLED_PAYMENT,
            {
                "customer_id": customer.id,
                "received_at": instant(day),
                "currency_code": customer.currency,
                "amount": amount,
            },
        )
