"""Seeds PayEx: customers of the ledgers, personas first.

Everybody belongs to the ledger of their country, or to the second Swedish ledger if their country has none.
"""

from collections.abc import Iterator
from datetime import date

from pydantic import TypeAdapter

from ledgersim.storage.statements import Row
from ledgersim.vendors.payex.addresses.models import ADDRESS, BILLING, LEGAL
from ledgersim.vendors.payex.consents.models import RECURRING_CARD
from ledgersim.vendors.payex.consents.rules import new_card
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.customers.rules import (
    first_number,
    generated_length,
    national_number,
    person_number,
)
from ledgersim.vendors.payex.invoices.models import ACCOUNT, INVOICE
from ledgersim.vendors.payex.invoices.rules import invoice_status
from ledgersim.vendors.payex.register.models import REGISTER_ENTRY
from ledgersim.vendors.payex.seed import definition
from ledgersim.vendors.payex.seed.definition import Ledgers, PersonaPayex
from ledgersim.vendors.payex.state import DISBURSEMENT, Ledger, PayexState
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.rules import OPEN, PENDING_DISBURSEMENT, PENDING_REGULATE, execution_day
from ledgersim.world.days import at, instant
from ledgersim.world.people import Person
from ledgersim.world.seeding import Seed, SeedContext, SeededPersona

OTHERS = 60  # ledger customers besides the personas
CONSENTS = {"SE": ["Autogiro", "Kivra"], "NO": ["Avtalegiro"], "DK": ["Betalingsservice"], "FI": ["EInvoice"]}
PAYEE = {"international": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}}


def fill(context: SeedContext) -> PayexState:
    """Store the rows of the ledgers."""
    ledgers: Ledgers = context.definition.files["ledgers"]
    seeder = _Seeder(context, ledgers)
    for persona in context.personas:
        seeder.add_customer(persona.person, persona)
    for person in context.people[:OTHERS]:
        seeder.add_customer(person)
    seeder.add_register()
    context.rows.flush()
    return PayexState(ledgers=tuple(to_state(ledger) for ledger in ledgers.ledgers))


def to_state(given: definition.Ledger) -> Ledger:
    """The ledger as stored in a space: texts have only the languages that they are translated to."""
    values = given.model_dump(mode="json")
    if given.kyc is not None:
        for question in _all_questions(values["kyc"]["questions"]):
            for texts in (question["text"], *question["answers"].values()):
                for language in [name for name, text in texts.items() if text is None]:
                    del texts[language]
    return TypeAdapter(Ledger).validate_python(values)


def _all_questions(questions: list[Row]) -> Iterator[Row]:
    for question in questions:
        yield question
        yield from _all_questions(question["sub_questions"])


def _ledger_address(address: Row) -> Row:
    """An address of the world in the columns of a ledger address."""
    street = " ".join(
        str(address[name]) for name in ("street", "house_no", "house_no_extension") if address.get(name)
    )
    return {
        "street_address": street[:72],
        "co_address": None,
        "city": address["city"][:27],
        "zip_code": "".join(address["zip_code"].split())[:9],
        "country_code": address["country_code"],
    }


class _Seeder:
    """Adds ledger customers and everything that belongs to them.

    Some have a billing address, consents, a card or KYC answers that are due: every third, fourth and so on, by
    serial number.
    """

    def __init__(self, context: SeedContext, ledgers: Ledgers) -> None:
        self._rows, self._guids = context.rows, context.guids
        self._today = context.today
        self._ledgers = ledgers.ledgers
        self._register = ledgers.register_
        self._entries: dict[tuple[str, str], Row] = {}
        self._customers = 0

    def _ledger_for(self, country: str) -> definition.Ledger:
        national = [ledger for ledger in self._ledgers if ledger.country == country]
        swedish = [ledger for ledger in self._ledgers if ledger.country == "SE"]
        return (national or swedish[1:] or self._ledgers)[0]

    def add_customer(self, person: Person, persona: SeededPersona | None = None) -> None:
        """Add a ledger customer; a persona gets the number among its ids."""
        serial = self._customers  # equals the position of the persona, if it is one
        self._customers += 1
        traits = (persona.definition.part("payex") if persona else None) or PersonaPayex()
        address = _ledger_address(person.addresses[0])
        ledger = self._ledger_for(address["country_code"])
        customer = self._customer(person, ledger, address["country_code"], serial, traits)
        customer["id"] = self._rows.add(CUSTOMER, customer)
        self._add_addresses(customer, address, serial)
        if serial % 6 == 3:
            card = new_card(self._guids.guid(), date.fromordinal(self._today))
            self._rows.add(RECURRING_CARD, {"customer_id": customer["id"], **card})
        self._register_person(customer, person, address)
        invoice_nos = self._add_invoices(customer, ledger, serial)
        account_no = self._add_account(customer, ledger, serial)
        ids = [
            f"5eed{serial + 1:04}-5042-4000-8000-{place:012}" if persona else self._guids.guid()
            for place in (1, 2)
        ]
        self._add_surpluses(customer, ledger, serial, ids, invoice_nos, account_no, traits)
        if persona is not None:
            persona.entry["payex"] = {
                "ledger": ledger.number,
                "customerNo": customer["customer_no"],
                "surplusIds": ids,
                "invoiceNos": invoice_nos,
                "accountNos": [account_no],
            }

    def _customer(
        self, person: Person, ledger: definition.Ledger, country: str, serial: int, traits: PersonaPayex
    ) -> Row:
        facts = person.facts
        reg_no = national_number(country, facts["id_number"] or "")
        shortest, longest = ledger.number_lengths
        first = first_number(generated_length((shortest, longest)))
        kyc = ledger.kyc if serial % 5 == 4 else None
        return {
            "ledger": ledger.number,
            "customer_no": str(first + serial),
            "reg_no": reg_no,
            "country_code": None if reg_no is None else country,
            "vat_no": None,
            "legal_entity": "business" if facts["juridical_type"] else "consumer",
            "name": facts["full_name"][:72],
            "email_address": facts.get("email"),
            "protected_identity": person.protected if ledger.country == "SE" else None,
            "preferred_language_code": ledger.language,
            "legal_status": traits.legal_status,
            "msisdn": facts.get("cellular_phone"),
            "distribution_type": "postal" if serial % 4 == 0 else None,
            "tax_identification_number": None,
            "consents": CONSENTS[country] if serial % 3 == 0 else [],
            "edi_address_info": None,
            "kyc_answers": None if kyc is None else [],
            "kyc_answered_at": None if kyc is None else instant(self._today - kyc.renewal_days),
            "kyc_renewal_at": None,
        }

    def _add_addresses(self, customer: Row, address: Row, serial: int) -> None:
        own = {"customer_id": customer["id"], "addressee": customer["name"], **address}
        if self._is_registered(customer["reg_no"]):
            self._rows.add(ADDRESS, {**own, "kind": LEGAL})
        if serial % 4 == 1:
            self._rows.add(ADDRESS, {**own, "kind": BILLING})

    def _add_invoices(self, customer: Row, ledger: definition.Ledger, serial: int) -> list[str]:
        """Add an unpaid and an overpaid invoice. Returns their numbers."""
        amount = (serial % 7 + 1) * 12_500
        issued = self._issued(serial)
        numbers = []
        for place, (debt, level) in enumerate(((amount, "Reminder"), (0, "Invoice")), start=1):
            invoice = {
                "ledger": ledger.number,
                "invoice_no": f"{customer['customer_no']}{place:02}",
                "customer_id": customer["id"],
                "external_invoice_id": f"EXT-{customer['customer_no']}-{place}",
                "created": at(issued, 36_000),
                "status": invoice_status(debt),
                "claim_level": level,
                "current_debt": debt,
                "original_amount": amount,
                "currency": ledger.currency,
                "invoice_date": instant(issued),
                "due_date": instant(issued + 30),
                "seller_name": ledger.name,
                "seller_number": ledger.number,
            }
            self._rows.add(INVOICE, invoice)
            numbers.append(f"{invoice['invoice_no']}")
        return numbers

    def _add_account(self, customer: Row, ledger: definition.Ledger, serial: int) -> str:
        """Add an account whose balance is the second surplus. Returns its number."""
        number = f"{customer['customer_no']}90"
        account = {
            "ledger": ledger.number,
            "account_no": number,
            "customer_id": customer["id"],
            "start_date": instant(self._issued(serial) - 300),
            "description": "Card account",
            "status": "open",
            "credit_limit": 1_000_000,
            "total_balance": _account_balance(serial),
            "reserved_amount": 0,
            "currency": ledger.currency,
        }
        self._rows.add(ACCOUNT, account)
        return number

    def _issued(self, serial: int) -> int:
        return self._today - 40 - serial % 20

    def _add_surpluses(
        self,
        customer: Row,
        ledger: definition.Ledger,
        serial: int,
        ids: list[str],
        invoice_nos: list[str],
        account_no: str,
        traits: PersonaPayex,
    ) -> None:
        """Add a surplus from the overpaid invoice and one from the account."""
        unpaid, overpaid = invoice_nos
        orders = self._orders(ledger, unpaid) if traits.surpluses == "pending" else ({}, {})
        sources: tuple[Row, Row] = (
            {"balance": (serial % 5 + 1) * 1_000, "invoice_no": overpaid, "account_no": None},
            {"balance": _account_balance(serial), "invoice_no": None, "account_no": account_no},
        )
        for place, (surplus_id, source, order) in enumerate(zip(ids, sources, orders, strict=True), start=1):
            self._rows.add(
                SURPLUS,
                {
                    "surplus_id": surplus_id,
                    "customer_id": customer["id"],
                    "currency": ledger.currency,
                    "date": at(self._today - 10 + place, 39_600),
                    "status": OPEN,
                    "payee": None,
                    "set_off_invoice_no": None,
                    "execute_on": None,
                    **source,
                    **order,
                },
            )

    def _orders(self, ledger: definition.Ledger, invoice_no: str) -> tuple[Row, Row]:
        """The columns of surpluses with an order: a disbursement, and a set-off against the invoice."""
        if DISBURSEMENT not in ledger.grants:
            return {}, {}
        day = execution_day(date.fromordinal(self._today), ledger.country).toordinal()
        return (
            {"status": PENDING_DISBURSEMENT, "payee": PAYEE, "execute_on": day},
            {"status": PENDING_REGULATE, "set_off_invoice_no": invoice_no, "execute_on": day},
        )

    def _is_registered(self, reg_no: str | None) -> bool:
        return reg_no is None or reg_no not in self._register.unknown

    def _register_person(self, customer: Row, person: Person, address: Row) -> None:
        reg_no, country = customer["reg_no"], address["country_code"]
        if reg_no is not None and person_number(country, reg_no) is not None:
            known = self._is_registered(reg_no)
            self._add_entry(country, reg_no, customer["name"], address, person.protected, known)

    def _add_entry(
        self, country: str, reg_no: str, name: str, address: Row, protected: bool, known: bool
    ) -> None:
        self._entries[country, reg_no] = {
            "country_code": country,
            "reg_no": reg_no,
            "name": name,
            "street_address": address["street_address"],
            "city": address["city"],
            "zip_code": address["zip_code"],
            "protected": protected,
            "known": known,
        }

    def add_register(self) -> None:
        """Add the population register: the people of the ledgers and those that the file lists."""
        nowhere = {"street_address": None, "city": "", "zip_code": ""}
        for reg_no in self._register.unknown:
            if not any(number == reg_no for _, number in self._entries):
                self._add_entry("SE", reg_no, "", nowhere, protected=False, known=False)
        for reg_no in self._register.protected:
            self._add_entry("SE", reg_no, "", nowhere, protected=True, known=True)
        for entry in self._entries.values():
            self._rows.add(REGISTER_ENTRY, entry)


def _account_balance(serial: int) -> int:
    return (serial % 3 + 1) * 2_000


SEED = Seed(fill=fill, files={"ledgers": Ledgers}, persona=PersonaPayex)
