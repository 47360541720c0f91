"""Seeds PayEx: customers of the ledgers, personas first.

Personas belong to the ledgers of their creditors, and the others to that of their country, or to the second
Swedish ledger if their country has none.
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
from ledgersim.vendors.payex.seed.definition import Consent, Ledgers, PersonaPayex
from ledgersim.vendors.payex.state import DISBURSEMENT, Ledger, PayexState
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.rules import OPEN, PENDING_DISBURSEMENT, PENDING_REGULATE, execution_day
from ledgersim.world.days import at, instant
from ledgersim.world.people import Person
from ledgersim.world.seeding import Seed, SeedContext, SeededDebt, SeededPersona

OTHERS = 60  # ledger customers besides the personas
CONSENTS: dict[str, list[Consent]] = {
    "SE": ["Autogiro", "Kivra"],
    "NO": ["Avtalegiro"],
    "DK": ["Betalingsservice"],
    "FI": ["EInvoice"],
}
CLAIM_LEVELS = {"billed": "Invoice", "reminded": "Reminder", "collection": "DebtCollection"}
_CUSTOMER = "/ledger/customer/v1/{ledger}/customers/{customerNo}"
_INVOICE = "/ledger/invoice/v1/{ledger}/invoices/{no}"
PAYEE = {"international": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}}


def fill(context: SeedContext) -> PayexState:
    """Store the rows of the ledgers."""
    ledgers: Ledgers = context.definition.files["ledgers"]
    seeder = _Seeder(context, ledgers)
    for persona in context.personas:
        seeder.add_persona(persona)
    for person in context.people[:OTHERS]:
        seeder.add_other(person)
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

    Personas have what their traits and debts say. Of the others, some have a billing address, consents, a card
    or KYC answers that are due, and all have an unpaid and an overpaid invoice, an account and two surpluses.
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

    def add_persona(self, persona: SeededPersona) -> None:
        """Add a persona to the ledgers of its creditors, or of its country; the first gets its traits."""
        traits = persona.definition.part("payex") or PersonaPayex()
        by_creditor = {ledger.creditor: ledger for ledger in self._ledgers if ledger.creditor}
        ledgers = [by_creditor[code] for code in persona.creditors if code in by_creditor]
        serial = self._customers
        self._customers += 1
        entries: list[Row] = []
        for ledger in ledgers or [self._ledger_for(persona.definition.party.country)]:
            customer = self._add_customer(persona.person, ledger, serial, PersonaPayex() if entries else traits)
            debts = [debt for debt in persona.debts if by_creditor.get(debt.creditor) is ledger]
            invoices = [
                self._add_invoice(customer, ledger, place, debt) for place, debt in enumerate(debts, start=1)
            ]
            entries.append(
                {
                    "ledger": ledger.number,
                    "customerNo": customer["customer_no"],
                    "surplusIds": [],
                    "invoiceNos": [invoice["invoice_no"] for invoice in invoices],
                    "accountNos": [],
                }
            )
            if len(entries) == 1:
                self._add_traits(customer, ledger, traits, entries[0], invoices)
        persona.entry["payex"] = entries[0]
        if entries[1:]:
            entries[0] |= {
                "otherCustomers": [_CUSTOMER.format(**one) for one in entries[1:]],
                "otherInvoices": [
                    _INVOICE.format(no=no, **one) for one in entries[1:] for no in one["invoiceNos"]
                ],
            }

    def _add_traits(
        self, customer: Row, ledger: definition.Ledger, traits: PersonaPayex, entry: Row, invoices: list[Row]
    ) -> None:
        """Add the surpluses of a persona, and the paid invoices and the account that they are from."""
        unpaid = next((invoice["invoice_no"] for invoice in invoices if invoice["current_debt"]), None)
        for number, given in enumerate(traits.surpluses, start=1):
            source: Row = {"invoice_no": None, "account_no": None}
            if given.paid_invoice is not None:
                place = len(entry["invoiceNos"]) + 1
                paid = _debt(customer, place, given.paid_invoice, 0, self._today - 40, ledger.currency)
                source["invoice_no"] = self._add_invoice(customer, ledger, place, paid)["invoice_no"]
                entry["invoiceNos"].append(source["invoice_no"])
            else:
                source["account_no"] = self._add_account(customer, ledger, given.amount, self._today - 40)
                entry["accountNos"].append(source["account_no"])
            surplus_id = f"5eed{self._customers:04}-5042-4000-8000-{number:012}"
            order = self._order(ledger, given.order, unpaid)
            self._add_surplus(
                customer, ledger, number, surplus_id, {"balance": given.amount, **source, **order}
            )
            entry["surplusIds"].append(surplus_id)

    def add_other(self, person: Person) -> None:
        """Add a ledger customer who is no persona."""
        serial = self._customers
        self._customers += 1
        country = person.addresses[0]["country_code"]
        ledger = self._ledger_for(country)
        traits = PersonaPayex(
            distribution="postal" if serial % 4 == 0 else None,
            consents=CONSENTS[country] if serial % 3 == 0 else [],
            billing_address=serial % 4 == 1,
            card=serial % 6 == 3,
            kyc_due=serial % 5 == 4,
        )
        customer = self._add_customer(person, ledger, serial, traits)
        issued = self._today - 40 - serial % 20
        amount, balance = (serial % 7 + 1) * 12_500, (serial % 3 + 1) * 2_000
        _, paid = (
            self._add_invoice(
                customer, ledger, place, _debt(customer, place, amount, remaining, issued, ledger.currency)
            )
            for place, remaining in ((1, amount), (2, 0))
        )
        account_no = self._add_account(customer, ledger, balance, issued)
        sources: tuple[Row, Row] = (
            {"balance": (serial % 5 + 1) * 1_000, "invoice_no": paid["invoice_no"], "account_no": None},
            {"balance": balance, "invoice_no": None, "account_no": account_no},
        )
        for number, source in enumerate(sources, start=1):
            self._add_surplus(customer, ledger, number, self._guids.guid(), source)

    def _add_customer(
        self, person: Person, ledger: definition.Ledger, serial: int, traits: PersonaPayex
    ) -> Row:
        address = _ledger_address(person.addresses[0])
        customer = self._customer(person, ledger, address["country_code"], serial, traits)
        customer["id"] = self._rows.add(CUSTOMER, customer)
        own = {"customer_id": customer["id"], "addressee": customer["name"], **address}
        if self._is_registered(customer["reg_no"]):
            self._rows.add(ADDRESS, {**own, "kind": LEGAL})
        if traits.billing_address:
            self._rows.add(ADDRESS, {**own, "kind": BILLING})
        if traits.card:
            card = new_card(self._guids.guid(), date.fromordinal(self._today))
            self._rows.add(RECURRING_CARD, {"customer_id": customer["id"], **card})
        self._register_person(customer, person, address)
        return customer

    def _customer(
        self, person: Person, ledger: definition.Ledger, country: str, serial: int, traits: PersonaPayex
    ) -> Row:
        facts = person.facts
        reg_no = national_number(country, facts["id_number"] or "")
        shortest, longest = ledger.number_lengths
        first = first_number(generated_length((shortest, longest)))
        kyc = ledger.kyc if traits.kyc_due else None
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
            "distribution_type": traits.distribution,
            "tax_identification_number": None,
            "consents": traits.consents,
            "edi_address_info": None,
            "kyc_answers": None if kyc is None else [],
            "kyc_answered_at": None if kyc is None else instant(self._today - kyc.renewal_days),
            "kyc_renewal_at": None,
        }

    def _add_invoice(self, customer: Row, ledger: definition.Ledger, place: int, debt: SeededDebt) -> Row:
        """Add the customer's invoice for a debt. Returns it."""
        invoice = {
            "ledger": ledger.number,
            "invoice_no": f"{customer['customer_no']}{place:02}",
            "customer_id": customer["id"],
            "external_invoice_id": debt.reference,
            "created": at(debt.billed, 36_000),
            "status": invoice_status(debt.remaining),
            "claim_level": CLAIM_LEVELS[debt.stage],
            "current_debt": debt.remaining,
            "original_amount": debt.amount,
            "currency": debt.currency,
            "invoice_date": instant(debt.billed),
            "due_date": instant(debt.due),
            "seller_name": ledger.name,
            "seller_number": ledger.number,
        }
        self._rows.add(INVOICE, invoice)
        return invoice

    def _add_account(self, customer: Row, ledger: definition.Ledger, balance: int, issued: int) -> str:
        """Add an account. Returns its number."""
        number = f"{customer['customer_no']}90"
        account = {
            "ledger": ledger.number,
            "account_no": number,
            "customer_id": customer["id"],
            "start_date": instant(issued - 300),
            "description": "Card account",
            "status": "open",
            "credit_limit": 1_000_000,
            "total_balance": balance,
            "reserved_amount": 0,
            "currency": ledger.currency,
        }
        self._rows.add(ACCOUNT, account)
        return number

    def _add_surplus(
        self, customer: Row, ledger: definition.Ledger, number: int, surplus_id: str, own: Row
    ) -> None:
        """Add a surplus; `own` are its balance and source, and its order if it has one."""
        self._rows.add(
            SURPLUS,
            {
                "surplus_id": surplus_id,
                "customer_id": customer["id"],
                "currency": ledger.currency,
                "date": at(self._today - 10 + number, 39_600),
                "status": OPEN,
                "payee": None,
                "set_off_invoice_no": None,
                "execute_on": None,
                **own,
            },
        )

    def _order(self, ledger: definition.Ledger, order: str | None, unpaid: str | None) -> Row:
        """The columns of a surplus with an order; an unpaid invoice is that to set it off against."""
        day = execution_day(date.fromordinal(self._today), ledger.country).toordinal()
        if order == "disbursement" and DISBURSEMENT in ledger.grants:
            return {"status": PENDING_DISBURSEMENT, "payee": PAYEE, "execute_on": day}
        if order == "set-off" and unpaid is not None:
            return {"status": PENDING_REGULATE, "set_off_invoice_no": unpaid, "execute_on": day}
        return {}

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


def _debt(customer: Row, place: int, amount: int, remaining: int, issued: int, currency: str) -> SeededDebt:
    """A debt to the owner of a ledger that no other vendor knows; what is unpaid was reminded of."""
    return SeededDebt(
        creditor="",
        reference=f"EXT-{customer['customer_no']}-{place}",
        currency=currency,
        amount=amount,
        remaining=remaining,
        billed=issued,
        due=issued + 30,
        stage="reminded" if remaining else "billed",
    )


SEED = Seed(fill=fill, files={"ledgers": Ledgers}, persona=PersonaPayex)
