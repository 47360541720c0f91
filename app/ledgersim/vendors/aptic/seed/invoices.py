"""The invoices behind some random debts: goods ordered, bought in a store, used on subscription, or lent money.

Which debts have one follows from their numbers, not from chance, so that each kind occurs in every world.
"""

from collections.abc import Callable
from itertools import count
from typing import Literal, NamedTuple

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.addresses.rules import full_address
from ledgersim.vendors.aptic.debtors.rules import payment_reference
from ledgersim.world.days import instant
from ledgersim.world.model import Country, Place
from ledgersim.world.parts import CountryCode

Kind = Literal["order", "store", "subscription", "loan"]

EVERY = 4  # of the debts of a creditor, one has an invoice
DISPUTED = 3  # of the invoices, one is disputed
YEAR = 365
_EIR = 14_9000  # the effective rate of the loans
_SERVICE_FEE = 50_00


class Facts(NamedTuple):
    """The properties of a debt that its invoice depends on; days are ordinals."""

    number: int
    description: str
    billed: int
    due: int
    principal: int
    interest_rate: int | None
    with_vat: bool
    creditor: str
    country: CountryCode


class Invoice(NamedTuple):
    """Columns of the claim, and of its invoice."""

    claim: Row
    details: Row


class InvoiceMaker:
    """Makes the invoices of the debts to one creditor, its kinds in turn."""

    def __init__(self, kinds: list[Kind], country: Country, places: list[Place], today: int) -> None:
        self._kinds, self._country, self._places, self._today = kinds, country, places, today
        self._debts, self._invoices = count(), count()

    def make(self, facts: Facts) -> Invoice | None:
        """Return the invoice of the creditor's next debt, if it has one."""
        if next(self._debts) % EVERY or not self._kinds:
            return None
        number = next(self._invoices)
        kind: Callable[[Facts], Invoice] = getattr(self, f"_{self._kinds[number % len(self._kinds)]}")
        claim, details = kind(facts)
        details |= {
            "document_date": instant(facts.billed),
            "accounting_date": instant(facts.billed + 1),
            "invoice_type": "INVOICE",
            "handling_code": "STANDARD",
        }
        if facts.with_vat:
            details |= {"vat_rate": self._country.vat, "vat_code": f"VAT{self._country.vat / 10_000:g}"}
        if number // len(self._kinds) % DISPUTED == 1:
            details |= {
                "disputed": True,
                "dispute_date": instant(facts.due + 10),
                "dispute_reason": f"{facts.description}: not as agreed",
                "dispute_rebutted": number % 2 == 0,
            }
        return Invoice(claim, details)

    def _order(self, facts: Facts) -> Invoice:
        place = self._places[facts.number % len(self._places)]
        delivery = {
            "street": "Terminalen",
            "house_no": str(facts.number % 90 + 1),
            "house_no_extension": "B",
            "city": place.city,
            "zip_code": place.zip_code,
            "state_code": place.state_code,
            "country_code": facts.country,
        }
        claim = {
            "our_reference": f"S-{facts.number % 40 + 1}",
            "your_reference": f"K-{facts.number}",
            "ledger_ref": f"LEDGER-{facts.number}",
        }
        return Invoice(
            claim,
            {
                "order_date": instant(facts.billed - 6),
                "our_order": f"ORDER-{facts.number}",
                "your_order": f"WEB-{facts.number}",
                "goods_mark": f"MARK-{facts.number}",
                "delivery_method": "PARCEL",
                "delivery_condition": "DAP",
                "delivery_date": instant(facts.billed - 1),
                "delivery_note": f"DN-{facts.number}",
                "delivery": {
                    "full_name": f"Pick-up point {place.city}",
                    **delivery,
                    "full_address": full_address(delivery),
                },
            },
        )

    def _store(self, facts: Facts) -> Invoice:
        return Invoice(
            {"account_ref": f"CARD-{facts.number}", "account_ref_type": "CARD", "goods_related_credit": True},
            {
                "order_date": instant(facts.billed),
                "delivery_date": instant(facts.billed),
                "delivery_method": "STORE",
                "credit_card_transaction_id": f"TX-{facts.number}",
                "seller": f"S-{facts.number % 40 + 1}",
                "receipt_number": f"R-{facts.number}",
                "cash_register_number": str(facts.number % 9 + 1),
            },
        )

    def _subscription(self, facts: Facts) -> Invoice:
        claim = {
            "agreement_date": instant(facts.billed - YEAR),
            "agreement_end_date": instant(facts.due + YEAR),
            "account_ref": f"ACCOUNT-{facts.number}",
            "account_ref_type": "SUBSCRIPTION",
        }
        return Invoice(
            claim,
            {
                "object_ref": f"OBJECT-{facts.number}",
                "old_account_ref": f"OLD-{facts.number}",
                "original_debt_ref": f"CONTRACT-{facts.number}",
                "original_due_date": instant(facts.due - 7),
                "original_payment_reference": payment_reference(str(facts.number)),
            },
        )

    def _loan(self, facts: Facts) -> Invoice:
        claim: Row = {
            "debt_group": "LOAN",
            "loan_purpose": "OtherConsumerCredit",
            "loan_type_code": "RunningAccountLoan",
            "agreement_date": instant(facts.billed - YEAR),
            "agreement_due_date": instant(facts.due),
            "agreement_end_date": instant(facts.due + YEAR),
            "enforceable_debt_type": "LOAN",
            "goods_related_credit": False,
            "effective_year": instant(facts.billed).year,
            "granted_credit_amount": 2 * facts.principal,
            "used_credit_amount": facts.principal,
            "original_eir": _EIR,
            "lender_name": facts.creditor,
            "one_time_service_fees": _SERVICE_FEE,
        }
        if facts.interest_rate is not None:
            claim |= {
                "agreed_interest_code": "FIXED",
                "agreed_interest_rate": facts.interest_rate,
                "interest_rate_ceiling_code": facts.country,
                "fixed_interest_term_start": instant(facts.due + 1),
                "interest_specific_calculation_cutoff_date": instant(self._today + YEAR),
            }
        return Invoice(claim, {"old_account_ref": f"LOAN-{facts.number}"})
