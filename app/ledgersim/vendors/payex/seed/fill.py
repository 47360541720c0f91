"""Fills a space with what PayEx has: ledger customers who are also debtors of Aptic, the personas first.

Each goes to the ledger of its country, Finns to the second Swedish one. What there is to see of the personas
follows from their place in turn, so that a world with other personas has them all too.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ledgersim.ids import Stream
from ledgersim.vendors.aptic.addresses.models import ADDRESS as APTIC_ADDRESS
from ledgersim.vendors.aptic.customers.models import CUSTOMER as APTIC_CUSTOMER
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.payex.addresses.models import ADDRESS, BILLING, LEGAL
from ledgersim.vendors.payex.consents.models import RECURRING_CARD
from ledgersim.vendors.payex.consents.rules import new_card
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.customers.rules import national_number, person_number
from ledgersim.vendors.payex.invoices.models import ACCOUNT, INVOICE
from ledgersim.vendors.payex.ledgers.rules import LEDGERS
from ledgersim.vendors.payex.register.models import REGISTER_ENTRY
from ledgersim.vendors.payex.seed.definition import Ledger
from ledgersim.vendors.payex.surpluses.models import SURPLUS
from ledgersim.vendors.payex.surpluses.rules import OPEN, PENDING_DISBURSEMENT, PENDING_REGULATE, execution_day
from ledgersim.world.days import at, instant
from ledgersim.world.model import Definition
from ledgersim.world.rows import Row, Rows

PENDING_PERSONA = 7  # its surpluses are about to end: Sven Several's
DECEASED = "Dag Deceased"  # the persona whose case was closed for it
OTHERS = 60  # ledger customers beside the personas
FIRST_NUMBER = 1_000_001
CONSENTS = {"SE": ["Autogiro", "Kivra"], "NO": ["Avtalegiro"], "DK": ["Betalingsservice"], "FI": ["EInvoice"]}


def fill(
    connection: Connection, definition: Definition, guids: Stream, as_of: date, personas: list[Row]
) -> dict[str, Any]:
    """Store the rows of the ledgers and tell the personas' facts; what else there is to know, by fact."""
    maker = _Maker(connection, definition, guids, as_of.toordinal())
    for number, persona in enumerate(personas):
        party = _party_of(connection, persona["aptic"])
        if party is not None:
            maker.add(party, number, persona)
    for party in _others(connection, personas):
        maker.add(party)
    maker.add_register()
    maker.rows.flush()
    return {LEDGERS: [ledger_fact(ledger) for ledger in definition.ledgers.ledgers]}


def ledger_fact(ledger: Ledger) -> Row:
    """What a space is told of a ledger."""
    fact = ledger.model_dump(mode="json")
    if ledger.kyc is not None:
        for question in _questions(fact["kyc"]["questions"]):
            for texts in (question["text"], *question["answers"].values()):
                for language in [name for name, text in texts.items() if text is None]:
                    del texts[language]
    return fact


def _questions(questions: list[Row]) -> Iterator[Row]:
    for question in questions:
        yield question
        yield from _questions(question["sub_questions"])


def _party_of(connection: Connection, fact: Row) -> Row | None:
    for name, table, column in (
        ("debtor", DEBTOR, DEBTOR.c.debtor_guid),
        ("customer", APTIC_CUSTOMER, APTIC_CUSTOMER.c.customer_guid),
    ):
        guid = fact.get(f"{name}Guid")
        if guid is not None:
            found = connection.execute(select(table).where(column == guid)).mappings().one()
            return _with_address(connection, name, dict(found))
    return None


def _others(connection: Connection, personas: list[Row]) -> Iterator[Row]:
    known = [one["aptic"].get("debtorGuid") for one in personas]
    wanted = (
        select(DEBTOR).where(DEBTOR.c.debtor_guid.not_in([one for one in known if one])).order_by(DEBTOR.c.id)
    )
    for found in connection.execute(wanted.limit(OTHERS)).mappings().all():
        yield _with_address(connection, "debtor", dict(found))


def _with_address(connection: Connection, owner: str, party: Row) -> Row:
    of_owner = (APTIC_ADDRESS.c.owner == owner) & (APTIC_ADDRESS.c.owner_id == party["id"])
    statement = select(APTIC_ADDRESS).where(of_owner).order_by(APTIC_ADDRESS.c.id).limit(1)
    address = connection.execute(statement).mappings().one()
    street = " ".join(
        str(address[name]) for name in ("street", "house_no", "house_no_extension") if address[name]
    )
    place = {
        "street_address": street[:72],
        "co_address": None,
        "city": address["city"][:27],
        "zip_code": "".join(address["zip_code"].split())[:9],
        "country_code": address["country_code"],
    }
    return {**party, "place": place}


class _Maker:
    """Makes ledger customers with what belongs to them."""

    def __init__(self, connection: Connection, definition: Definition, guids: Stream, today: int) -> None:
        self.rows = Rows(connection)
        self._guids, self._today = guids, today
        self._ledgers = definition.ledgers.ledgers
        self._register = definition.ledgers.register_
        self._entries: dict[tuple[str, str], Row] = {}
        self._made = 0

    def _ledger_of(self, country: str) -> Ledger:
        fitting = [one for one in self._ledgers if one.country == country]
        return (fitting or [one for one in self._ledgers if one.country == "SE"][1:] or self._ledgers)[0]

    def add(self, party: Row, number: int | None = None, persona: Row | None = None) -> None:
        """A ledger customer; `number` is the place of a persona, `persona` what is told of it."""
        country = party["place"]["country_code"]
        reg_no = national_number(country, party["id_number"] or "")
        ledger = self._ledger_of(country)
        turn = self._made if number is None else number
        self._made += 1
        digits = max(ledger.number_lengths[0], min(7, ledger.number_lengths[1]))
        customer_no = str(FIRST_NUMBER + self._made - 1)[-digits:]
        due_kyc = ledger.kyc is not None and turn % 5 == 4
        customer: Row = {
            "ledger": ledger.number,
            "customer_no": customer_no,
            "reg_no": reg_no,
            "country_code": None if reg_no is None else country,
            "vat_no": None,
            "legal_entity": "business" if party["juridical_type"] else "consumer",
            "name": party["full_name"][:72],
            "email_address": party["email"],
            "protected_identity": bool(party.get("protected")) if ledger.country == "SE" else None,
            "preferred_language_code": ledger.language,
            "legal_status": "deceased" if party["full_name"] == DECEASED else "active",
            "msisdn": party["cellular_phone"],
            "distribution_type": "postal" if turn % 4 == 0 else None,
            "tax_identification_number": None,
            "consents": CONSENTS[country] if turn % 3 == 0 else [],
            "edi_address_info": None,
            "kyc_answers": [] if due_kyc else None,
            "kyc_answered_at": instant(self._today - ledger.kyc.renewal_days)
            if due_kyc and ledger.kyc
            else None,
            "kyc_renewal_at": None,
        }
        customer["id"] = self.rows.add(CUSTOMER, customer)
        protected = bool(party.get("protected"))
        known = reg_no is None or reg_no not in self._register.unknown
        address = {"customer_id": customer["id"], "addressee": customer["name"], **party["place"]}
        if known:
            self.rows.add(ADDRESS, {**address, "kind": LEGAL})
        if turn % 4 == 1:
            self.rows.add(ADDRESS, {**address, "kind": BILLING})
        if turn % 6 == 3:
            card = new_card(self._guids.guid(), date.fromordinal(self._today))
            self.rows.add(RECURRING_CARD, {"customer_id": customer["id"], **card})
        if reg_no is not None and person_number(country, reg_no) is not None:
            self._enter(country, reg_no, customer["name"], party["place"], protected, known)
        told = self._add_books(customer, ledger, turn, number)
        if persona is not None:
            persona["payex"] = {"ledger": ledger.number, "customerNo": customer_no, **told}

    def _add_books(self, customer: Row, ledger: Ledger, turn: int, number: int | None) -> Row:
        """An unpaid invoice, an account, and two surpluses: from an overpaid invoice and from the account."""
        serial = f"{customer['customer_no']}{{}}"
        amounts = (turn % 7 + 1) * 12_500, (turn % 5 + 1) * 1_000, (turn % 3 + 1) * 2_000
        issued = self._today - 40 - turn % 20
        invoices = []
        for place, (debt, level) in enumerate(((amounts[0], "Reminder"), (0, "Invoice")), start=1):
            invoice = {
                "ledger": ledger.number,
                "invoice_no": serial.format(f"{place:02}"),
                "customer_id": customer["id"],
                "external_invoice_id": f"EXT-{customer['customer_no']}-{place}",
                "created": at(issued, 36_000),
                "status": "open" if debt else "closed",
                "claim_level": level,
                "current_debt": debt,
                "original_amount": amounts[0],
                "currency": ledger.currency,
                "invoice_date": instant(issued),
                "due_date": instant(issued + 30),
                "seller_name": ledger.name,
                "seller_number": ledger.number,
            }
            self.rows.add(INVOICE, invoice)
            invoices.append(invoice["invoice_no"])
        account_no = serial.format("90")
        account = {
            "ledger": ledger.number,
            "account_no": account_no,
            "customer_id": customer["id"],
            "start_date": instant(issued - 300),
            "description": "Card account",
            "status": "open",
            "credit_limit": 1_000_000,
            "total_balance": amounts[2],
            "reserved_amount": 0,
            "currency": ledger.currency,
        }
        self.rows.add(ACCOUNT, account)
        surpluses: list[str] = []
        for place, (balance, source) in enumerate(
            (
                (amounts[1], {"invoice_no": invoices[1], "account_no": None}),
                (amounts[2], {"invoice_no": None, "account_no": account_no}),
            ),
            start=1,
        ):
            surplus_id = (
                self._guids.guid() if number is None else f"5eed{number + 1:04}-5042-4000-8000-{place:012}"
            )
            surpluses.append(surplus_id)
            pending = self._pending(ledger, place, invoices[0]) if number == PENDING_PERSONA else {}
            self.rows.add(
                SURPLUS,
                {
                    "surplus_id": surplus_id,
                    "customer_id": customer["id"],
                    "balance": balance,
                    "currency": ledger.currency,
                    "date": at(self._today - 10 + place, 39_600),
                    "status": OPEN,
                    "payee": None,
                    "set_off_invoice_no": None,
                    "execute_on": None,
                    **source,
                    **pending,
                },
            )
        return {"surplusIds": surpluses, "invoiceNos": invoices, "accountNos": [account_no]}

    def _pending(self, ledger: Ledger, place: int, invoice_no: str) -> Row:
        """What makes a surplus one that is to be paid out, or set off against an invoice."""
        if "disbursement" not in ledger.grants:
            return {}
        day = execution_day(date.fromordinal(self._today), ledger.country).toordinal()
        if place == 1:
            payee = {"international": {"iban": "SE3550000000054910000003", "bic": "SWEDSESS"}}
            return {"status": PENDING_DISBURSEMENT, "payee": payee, "execute_on": day}
        return {"status": PENDING_REGULATE, "set_off_invoice_no": invoice_no, "execute_on": day}

    def _enter(self, country: str, reg_no: str, name: str, place: Row, protected: bool, known: bool) -> None:
        self._entries[country, reg_no] = {
            "country_code": country,
            "reg_no": reg_no,
            "name": name,
            "street_address": place["street_address"],
            "city": place["city"],
            "zip_code": place["zip_code"],
            "protected": protected,
            "known": known,
        }

    def add_register(self) -> None:
        """The population register: the people of the ledgers, and whom the file names."""
        nowhere = {"street_address": None, "city": "", "zip_code": ""}
        for reg_no in self._register.unknown:
            if not any(number == reg_no for _, number in self._entries):
                self._enter("SE", reg_no, "", nowhere, False, False)
        for reg_no in self._register.protected:
            self._enter("SE", reg_no, "", nowhere, True, True)
        for entry in self._entries.values():
            self.rows.add(REGISTER_ENTRY, entry)
