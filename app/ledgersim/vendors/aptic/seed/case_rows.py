"""Rows of parties with their addresses, and of cases with their claims and payments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from ledgersim.ids import Stream
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.rules import full_address, validated_at
from ledgersim.vendors.aptic.cases.models import ACTIVE, CASE, CASE_DEBTOR, CLOSED, MAIN_ROLE, OTHER_ROLE
from ledgersim.vendors.aptic.claims.models import CLAIM, DEBT, FEE
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.customers.rules import customer_reference
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.rules import debtor_reference, payment_reference
from ledgersim.vendors.aptic.debts.models import DEBT_INVOICE
from ledgersim.vendors.aptic.extrafields.models import EXTRA_FIELD
from ledgersim.vendors.aptic.parties import Party
from ledgersim.vendors.aptic.payments.models import PAYMENT, PAYMENT_BOOKING, PAYMENT_PLEDGE
from ledgersim.vendors.aptic.seed.balances import Account, close, outstanding, pay
from ledgersim.world.days import instant
from ledgersim.world.rows import Rows

INVOICE = "invoice"  # key of the columns of the invoice behind a debt, beside those of its claim
PLEDGE = "PLEDGE"  # source of payments from the realization of a pledge
FIRST_CASE_NUMBER, MORE_CASE_NUMBERS = 500_000, 10_000_000  # imported cases have numbers from 1,000,000
INVOICE_READER, CARE_OF = "Invoice Reading Service", "Postservice"  # at second addresses
FORMER_ADDRESS = timedelta(days=60)  # after which some second addresses were no longer valid

_BLANK: Row = {name: None for name in Party.model_fields if name not in ("id", "reg_date")}
_DEBT: Row = dict.fromkeys(
    (
        "exch_rate",
        "exch_date",
        "description",
        "bill_date",
        "due_date",
        "interest_rate",
        "interest_code",
        "interest_from",
        "interest_to",
        "interest_specific_calculation_type",
        "payment_condition",
        "debt_principal_type",
        "reference_number",
        "name",
    )
)


class PaymentDraft(NamedTuple):
    """A payment on a day: of an amount, or of a share of what is outstanding then."""

    day: int
    amount: int | None = None
    per_mille: int = 1000
    source: str = "BANK"


@dataclass
class CaseDraft:
    """A case to add. `debtors` are ids, the main debtor first; `closed` is a closure code and day."""

    debtors: list[int]
    client: int
    report_paid_interest: bool
    currency: str
    registered: datetime
    service: str
    sub_status: str | None
    description: str
    debts: list[Row]
    fees: list[Row] = field(default_factory=list)
    payments: list[PaymentDraft] = field(default_factory=list)
    closed: tuple[str, int] | None = None
    guid: str | None = None
    protected: bool = False
    extra_fields: Mapping[str, list[str]] = field(default_factory=dict)


class StoredCase(NamedTuple):
    """A case that has been added, with the accounts of its claims, and its payments with their bookings."""

    id: int
    accounts: list[Account]
    payments: list[tuple[Row, list[Row]]]


class ApticRows:
    """Adds rows that belong together, with their ids and GUIDs."""

    def __init__(self, rows: Rows, guids: Stream, today: int) -> None:
        self._rows = rows
        self._today = today
        self._second_addresses = 0
        self.new_guid = guids.guid

    def add_debtor(self, party: Row, addresses: list[Row], registered: datetime, own: Row) -> int:
        """Add a debtor; `own` are the columns that only debtors have. Return its id."""
        debtor_id = self._rows.new_id(DEBTOR)
        email = own["conversation_notification_channel"] & 1
        sms = own["conversation_notification_channel"] & 2
        self._rows.add(
            DEBTOR,
            {
                **_BLANK,
                **party,
                **own,
                "id": debtor_id,
                "debtor_reference": debtor_reference(debtor_id),
                "reg_date": registered,
                "conversation_notification_email": party.get("email") if email else None,
                "conversation_notification_cellular_phone": party.get("cellular_phone") if sms else None,
                "initials": party["firstname"][:1] if party.get("firstname") else None,
            },
        )
        self._add_addresses("debtor", debtor_id, addresses, registered)
        return debtor_id

    def add_customer(self, party: Row, addresses: list[Row], registered: datetime, own: Row) -> int:
        """Add a customer; `own` are the columns that only customers have. Return its id."""
        customer_id = self._rows.new_id(CUSTOMER)
        reference = customer_reference(customer_id)
        self._rows.add(
            CUSTOMER,
            {
                **_BLANK,
                **party,
                **own,
                "id": customer_id,
                "customer_reference": reference,
                "reg_date": registered,
            },
        )
        self._add_addresses("customer", customer_id, addresses, registered)
        return customer_id

    def add_extra_fields(self, owner: str, owner_id: int, fields: Mapping[str, list[str]]) -> None:
        """Add extra fields to a debtor, customer or case."""
        for name, value in fields.items():
            self._rows.add(EXTRA_FIELD, {"owner": owner, "owner_id": owner_id, "name": name, "value": value})

    def _add_addresses(self, owner: str, owner_id: int, addresses: list[Row], registered: datetime) -> None:
        for number, address in enumerate(addresses):
            self._second_addresses += number > 0
            moved = number > 0 and self._second_addresses % 2 == 0
            left = min(registered + FORMER_ADDRESS, instant(self._today)) if moved else None
            self._rows.add(
                ADDRESS,
                {
                    **address,
                    "full_address": full_address(address),
                    "address_guid": self.new_guid(),
                    "owner": owner,
                    "owner_id": owner_id,
                    "full_name": None if number == 0 else INVOICE_READER,
                    "care_of": None if number == 0 else CARE_OF,
                    "address_not_valid_date": left,
                    "default_address": number == 0,
                    "valid_from": registered,
                    "valid_to": left,
                    "validated_at": validated_at(address, registered) if number == 0 else None,
                    "valid_override": False,
                    "last_updated_at": registered,
                },
            )

    def add_case(self, draft: CaseDraft) -> StoredCase:
        """Add a case with debtors, claims and payments. Raises ValueError if a payment exceeds what is owed."""
        case_id = self._rows.new_id(CASE)
        number = case_number(case_id)
        code, closing_day = draft.closed or (None, None)
        self._rows.add(
            CASE,
            {
                "id": case_id,
                "case_guid": draft.guid or self.new_guid(),
                "case_number": number,
                "client_id": draft.client,
                "main_debtor_id": draft.debtors[0],
                "currency_code": draft.currency,
                "registration_date": draft.registered,
                "description": draft.description,
                "payment_reference_number": payment_reference(number),
                "service": draft.service,
                "status": ACTIVE if code is None else CLOSED,
                "sub_status": draft.sub_status,
                "protected": draft.protected,
                "stop_payments": False,
                "report_paid_interest": draft.report_paid_interest,
                "paid_to_third_party": 0,
                "closure_code": code,
                "closure_date": None if closing_day is None else instant(closing_day),
            },
        )
        for position, debtor_id in enumerate(draft.debtors):
            role = OTHER_ROLE if position else MAIN_ROLE
            self._rows.add(CASE_DEBTOR, {"case_id": case_id, "debtor_id": debtor_id, "debtor_role": role})
        self.add_extra_fields("case", case_id, draft.extra_fields)
        accounts = [self._open(DEBT, draft, case_id, debt) for debt in draft.debts]
        accounts += [self._open(FEE, draft, case_id, fee) for fee in draft.fees]
        paid = [self._pay(draft, case_id, accounts, payment) for payment in draft.payments]
        if closing_day is not None:
            close(accounts, closing_day)
        for account in accounts:
            invoice = account.row.pop(INVOICE, None)
            self._rows.add(CLAIM, account.columns)
            if invoice is not None:
                self._rows.add(DEBT_INVOICE, {"id": account.row["id"], **invoice})
        for payment, bookings in paid:
            self._add_payment(payment, bookings)
        return StoredCase(case_id, accounts, paid)

    def _open(self, kind: str, draft: CaseDraft, case_id: int, sent: Row) -> Account:
        claim_id = self._rows.new_id(CLAIM)
        return Account.open(
            {
                **_DEBT,
                "extra_fields": [],
                **sent,
                "guid": sent.get("guid") or self.new_guid(),
                "id": claim_id,
                "case_id": case_id,
                "kind": kind,
                "fee_type": sent["name"] if kind == FEE else None,
                "currency_code": draft.currency,
                "registration_date": max(draft.registered, sent["bill_date"]),
            }
        )

    def _pay(
        self, draft: CaseDraft, case_id: int, accounts: list[Account], payment: PaymentDraft
    ) -> tuple[Row, list[Row]]:
        """Book a payment; return its row and those of its bookings, without the id of the payment."""
        accounts = [account for account in accounts if account.row["bill_date"] <= instant(payment.day)]
        amount = payment.amount
        if amount is None:
            amount = outstanding(accounts, payment.day) * payment.per_mille // 1000
        row = {
            "payment_guid": self.new_guid(),
            "case_id": case_id,
            "payment_date": instant(payment.day),
            "accounting_date": instant(payment.day),
            "currency_code": draft.currency,
            "paid_amount": amount,
            "source": payment.source,
            "payment_reference": payment_reference(case_number(case_id)),
            "direct_payment": False,
            "paid_by": 0,
            "case_rate": "1",
            "directed": [],
            "due_on": None,
            "booked_at": instant(payment.day),
        }
        return row, pay(accounts, amount, payment.day)

    def _add_payment(self, payment: Row, bookings: list[Row]) -> None:
        if payment["paid_amount"]:
            payment_id = self._rows.add(PAYMENT, payment)
            for booking in bookings:
                self._rows.add(PAYMENT_BOOKING, {"payment_id": payment_id, **booking})
            if payment["source"] == PLEDGE:
                self._rows.add(
                    PAYMENT_PLEDGE,
                    {
                        "payment_id": payment_id,
                        "pledge_type": "CHATTEL",
                        "identity_number": f"PLEDGE-{payment_id}",
                        "description": "Car, sold at an auction",
                        "amount": payment["paid_amount"],
                    },
                )


def case_number(case_id: int) -> str:
    """Return the number of a case."""
    first = FIRST_CASE_NUMBER if case_id < FIRST_CASE_NUMBER else MORE_CASE_NUMBERS
    return str(first + case_id)
