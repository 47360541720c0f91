"""Seeds PayEx: customers of the ledgers, personas first.

Personas belong to the ledgers of their creditors, and the others to that of their country, or to the second
Swedish ledger if their country has none.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pydantic import TypeAdapter

from ledgersim.errors import StartupError
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
from ledgersim.vendors.payex.invoices.models import ACCOUNT, ACCOUNT_MOVE, INVOICE, INVOICE_MOVE
from ledgersim.vendors.payex.invoices.rules import (
    AGING,
    COLLECTION_CLAIM,
    DEBT_COLLECTION,
    Claim,
    Credit,
    account_move_row,
    aging_move,
    move_invoice,
    move_row,
    next_move_on,
)
from ledgersim.vendors.payex.invoices.rules import INVOICE as INVOICE_LEVEL
from ledgersim.vendors.payex.invoices.rules import OPEN as OPEN_INVOICE
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
_CUSTOMER = "/ledger/customer/v1/{ledger}/customers/{customerNo}"
_INVOICE = "/ledger/invoice/v1/{ledger}/invoices/{no}"
PAYEE = {"international": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}}


def fill(context: SeedContext) -> PayexState:
    """Store the rows of the ledgers. Raises StartupError for an order of a surplus that is not possible."""
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
                payment = (self._surplus_day(number), given.paid_invoice + given.amount)
                paid = _debt(customer, place, given.paid_invoice, self._today - 40, ledger.currency, [payment])
                source["invoice_no"] = self._add_invoice(customer, ledger, place, paid)["invoice_no"]
                entry["invoiceNos"].append(source["invoice_no"])
            else:
                source["account_no"] = self._add_account(
                    customer, ledger, number, given.amount, self._today - 40
                )
                entry["accountNos"].append(source["account_no"])
            surplus_id = f"5eed{self._customers:04}-5042-4000-8000-{number:012}"
            try:
                order = self._order(ledger, given.order, unpaid)
            except ValueError as error:
                where = f"payex.surpluses[{number - 1}].order"
                raise StartupError(f"the persona {customer['name']}, {where}: {error}") from error
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
        surplus = (serial % 5 + 1) * 1_000
        payment = (self._surplus_day(1), amount + surplus)
        _, paid = (
            self._add_invoice(
                customer, ledger, place, _debt(customer, place, amount, issued, ledger.currency, payments)
            )
            for place, payments in ((1, []), (2, [payment]))
        )
        account_no = self._add_account(customer, ledger, 2, balance, issued)
        sources: tuple[Row, Row] = (
            {"balance": surplus, "invoice_no": paid["invoice_no"], "account_no": None},
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
        """Add the customer's invoice for a debt, with the moves that led to its present state. Returns it."""
        claim, moves = _history(debt, self._today)
        invoice = {
            "ledger": ledger.number,
            "invoice_no": f"{customer['customer_no']}{place:02}",
            "customer_id": customer["id"],
            "external_invoice_id": debt.reference,
            "created": at(debt.billed, 36_000),
            "status": claim.status,
            "claim_level": claim.level,
            "current_debt": claim.debt,
            "original_amount": claim.original,
            "currency": debt.currency,
            "invoice_date": instant(debt.billed),
            "due_date": instant(debt.due),
            "seller_name": ledger.name,
            "seller_number": ledger.number,
            "next_move_on": _next_move_on(claim, moves, debt, self._today),
        }
        invoice_id = self._rows.add(INVOICE, invoice)
        for move in moves:
            carried = move.name == "pay" and debt.collected is not None
            past = move_row(invoice_id, instant(move.day), move.name, move.amount, move.claim, carried)
            self._rows.add(INVOICE_MOVE, past)
        return invoice

    def _add_account(
        self, customer: Row, ledger: definition.Ledger, surplus: int, balance: int, issued: int
    ) -> str:
        """Add an account into which the surplus with this number was paid. Returns its number."""
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
        account_id = self._rows.add(ACCOUNT, account)
        paid_at = at(self._surplus_day(surplus), 36_000)
        for when, move, amount in ((account["start_date"], "open", 0), (paid_at, "pay", balance)):
            credit = Credit(account["status"], account["credit_limit"], amount, 0)
            self._rows.add(ACCOUNT_MOVE, account_move_row(account_id, when, move, amount, credit))
        return number

    def _surplus_day(self, number: int) -> int:
        return self._today - 10 + number

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
                "date": at(self._surplus_day(number), 39_600),
                "status": OPEN,
                "payee": None,
                "set_off_invoice_no": None,
                "ordered_at": None,
                "execute_on": None,
                **own,
            },
        )

    def _order(self, ledger: definition.Ledger, order: str | None, unpaid: str | None) -> Row:
        """The columns of a surplus with an order; an unpaid invoice is that to set it off against.

        Raises ValueError if the order is not possible.
        """
        day = execution_day(date.fromordinal(self._today), ledger.country).toordinal()
        ordered = {"ordered_at": instant(self._today), "execute_on": day}
        if order == "disbursement":
            if DISBURSEMENT not in ledger.grants:
                raise ValueError(f"the ledger {ledger.number} does not grant disbursement")
            return {"status": PENDING_DISBURSEMENT, "payee": PAYEE, **ordered}
        if order == "set-off":
            if unpaid is None:
                raise ValueError(f"the customer has no unpaid invoice in the ledger {ledger.number}")
            return {"status": PENDING_REGULATE, "set_off_invoice_no": unpaid, **ordered}
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


def _debt(
    customer: Row, place: int, amount: int, issued: int, currency: str, payments: Sequence[tuple[int, int]] = ()
) -> SeededDebt:
    """A debt to the owner of a ledger that no other vendor knows: paid, or reminded of."""
    return SeededDebt(
        creditor="",
        reference=f"EXT-{customer['customer_no']}-{place}",
        currency=currency,
        amount=amount,
        billed=issued,
        due=issued + 30,
        stage="billed" if payments else "reminded",
        payments=payments,
    )


class _PastMove(NamedTuple):
    """A move of an invoice on a day, and the claim after it."""

    day: int
    name: str
    amount: int
    claim: Claim


def _history(debt: SeededDebt, today: int) -> tuple[Claim, list[_PastMove]]:
    """The claim of an invoice for a debt on the date of the world, and its moves until then.

    An invoice that was sent to collection has aged by the clock until then. Of the others, those that are
    overdue have had their reminder, and the creditors have let them rest since.
    """
    planned: list[tuple[int, str, int]] = []
    claim = Claim(OPEN_INVOICE, INVOICE_LEVEL, debt.amount, debt.amount)
    if debt.stage == "reminded" and debt.remaining:
        planned.append((min(debt.due + AGING[INVOICE_LEVEL][1], today), "remind", 0))
    if debt.stage == "collection" and debt.collected is not None:
        day, aged = debt.billed, claim
        while (
            next_day := next_move_on(aged, day, debt.billed, debt.due)
        ) is not None and next_day < debt.collected:
            day = next_day
            planned.append((day, aging_move(aged), 0))
            aged, _ = move_invoice(aged, aging_move(aged))
        if aged.level not in (COLLECTION_CLAIM, DEBT_COLLECTION):
            planned.append((debt.collected, "collect", 0))
        if aged.level != DEBT_COLLECTION:
            planned.append((debt.collected, "transfer", 0))
    planned += [(day, "pay", amount) for day, amount in debt.payments]
    moves: list[_PastMove] = []
    for day, name, amount in sorted(planned, key=lambda one: one[0]):
        claim, _ = move_invoice(claim, name, amount)
        moves.append(_PastMove(day, name, amount, claim))
    return claim, moves


def _next_move_on(claim: Claim, moves: Sequence[_PastMove], debt: SeededDebt, today: int) -> int | None:
    """The day on which the clock moves an invoice next: what has rested ages from the date of the world on."""
    since = next((move.day for move in moves if move.claim.level == claim.level), debt.billed)
    day = next_move_on(claim, since, debt.billed, debt.due)
    return next_move_on(claim, today, debt.billed, debt.due) if day is not None and day <= today else day


SEED = Seed(fill=fill, files={"ledgers": Ledgers}, persona=PersonaPayex)
