"""Random cases: debts, fees, payments and closure, in chronological order."""

from datetime import datetime
from typing import NamedTuple

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.claims.rules import accrued_interest, share
from ledgersim.vendors.aptic.seed.case_rows import INVOICE, PLEDGE, CaseDraft, PaymentDraft
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.definition import Client
from ledgersim.vendors.aptic.seed.invoices import Facts, InvoiceMaker
from ledgersim.vendors.aptic.seed.persona_definition import PAID
from ledgersim.world.days import at, instant
from ledgersim.world.parts import CountryCode
from ledgersim.world.people import Person, Register, Weighted

OFFICE_HOURS = 8 * 3600, 16 * 3600  # registrations happen between these seconds of the day
ONLY_PERSONS = {"DECEASED"}  # closure codes that do not apply to companies
PLEDGED = 8  # of the cases that were paid, one was paid by the realization of a pledge
INTERVAL = 30  # days between the debts of a case
_PER_CENT = 100 * 10_000  # a rate of 100 per cent


class Debtor(NamedTuple):
    """The properties of a debtor that its cases depend on."""

    id: int
    country: CountryCode
    person: Person
    registered: datetime


class CaseMaker:
    """Makes cases by the shares in the definition of the world."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._of = context.section.cases
        self._services = Weighted({name: one.weight for name, one in self._of.services.items()})
        self._numbers = Weighted(self._of.debts)
        self._clients = {code: context.clients_in(code) for code in context.registers}
        closures: dict[str | None, float] = {None: 100 - sum(self._of.closed.values())}
        closures.update((code, share) for code, share in self._of.closed.items())
        self._closures = Weighted(closures)
        countries, places = context.definition.world.countries, context.definition.places
        self._invoices = {
            client.reference_code: InvoiceMaker(
                client.invoices, countries[client.country], places[client.country], context.today
            )
            for client in context.section.clients
        }
        self._serial = self._paid = 0

    def draft(self, debtor: Debtor, other: Debtor | None) -> CaseDraft:
        """Return a case of a debtor, optionally with another one from the same country."""
        register = self._context.registers[debtor.country]
        chance, of = register.chance, self._of
        client = chance.choice(self._clients[debtor.country])
        days_ago = chance.randrange(of.registered_days_ago.least, of.registered_days_ago.most + 1)
        day = min(
            max(self._context.today - days_ago, debtor.registered.toordinal() + 1), self._context.today - 1
        )
        service = self._services.pick(chance.random())
        goods = chance.choice(client.goods)
        last_due = day - chance.randrange(20, 90)
        count = self._numbers.pick(chance.random())
        debts = [
            self._debt(debtor, client, goods, last_due - INTERVAL * number, day)
            for number in reversed(range(count))
        ]
        closed, payments = self._end(register, debtor.person.is_company, day)
        return CaseDraft(
            debtors=[debtor.id] if other is None else [debtor.id, other.id],
            client=self._context.clients[client.reference_code],
            report_paid_interest=client.report_paid_interest,
            currency=register.country.currency,
            registered=at(day, chance.randrange(*OFFICE_HOURS)),
            service=service,
            sub_status=chance.choice(of.services[service].sub_statuses),
            description=goods,
            debts=debts,
            fees=self._fees(register, debtor.person.is_company, service, debts, last_due, day),
            payments=payments,
            closed=closed,
        )

    def _debt(self, debtor: Debtor, client: Client, goods: str, due: int, registered: int) -> Row:
        register = self._context.registers[debtor.country]
        chance, country = register.chance, register.country
        billed = due - country.payment_days
        low, high = country.principal.least, country.principal.most
        u = chance.random()
        principal = low + int((high - low) * u * u * u)  # mostly small amounts
        if chance.random() < 0.3:
            principal = max(low, principal // 10_000 * 10_000)
        self._serial += 1
        debt: Row = {
            "description": f"{goods} {instant(billed):%Y-%m}",
            "original_principal": principal,
            "bill_date": instant(billed),
            "due_date": instant(due),
            "payment_condition": country.payment_days,
            "interest_from": instant(due + 1),
            "debt_principal_type": "INVOICE",
            "reference_number": f"{client.reference_code[:3]}{1_000_000 + self._serial}",
        }
        if chance.random() * 100 < self._of.with_vat:
            debt["original_vat"] = share(principal, country.vat, _PER_CENT + country.vat)
        if chance.random() * 100 < self._of.paid_before_import:
            remaining = principal * chance.randrange(30, 95) // 100
            debt["remaining_principal"] = remaining
            paid = f"{(principal - remaining) // 100}.{(principal - remaining) % 100:02}"
            debt["extra_fields"] = [{"name": "PaidBeforeImport", "value": [paid]}]
        if chance.random() * 100 < self._of.with_interest:
            self._add_interest(debt, register, debtor.person.is_company, due, registered)
        facts = Facts(
            self._serial,
            goods,
            billed,
            due,
            principal,
            debt.get("interest_rate"),
            "original_vat" in debt,
            client.full_name,
            client.country,
        )
        if (invoice := self._invoices[client.reference_code].make(facts)) is not None:
            debt |= {**invoice.claim, INVOICE: invoice.details}
        return debt

    def _add_interest(self, debt: Row, register: Register, is_company: bool, due: int, registered: int) -> None:
        """Add late interest; in some debts, the interest accrued before registration is a separate amount."""
        interest = register.country.interest
        rate = interest.company if is_company else interest.person
        debt["interest_code"] = interest.code
        debt["interest_rate"] = rate
        debt["interest_specific_calculation_type"] = (
            interest.company_calculation if is_company else interest.person_calculation
        )
        if register.chance.random() < 0.2:
            name = "remaining_principal" if "remaining_principal" in debt else "original_principal"
            principal: int = debt[name]
            debt["original_interest"] = accrued_interest(principal, rate, registered - due - 1)
            debt["interest_to"] = instant(registered)

    def _fees(
        self, register: Register, is_company: bool, service: str, debts: list[Row], due: int, day: int
    ) -> list[Row]:
        principal = sum(debt["original_principal"] for debt in debts)
        interest = register.country.interest
        rate = interest.company if is_company else interest.person
        fees: list[Row] = []
        for name in self._of.services[service].fees:
            fee = register.country.fees.get(name)
            if fee is not None:
                fee_day = day if fee.days_after_due is None else min(day, due + fee.days_after_due)
                fees.append(
                    {
                        "name": name,
                        "description": fee.description,
                        "original_principal": fee.amount_for(principal),
                        "bill_date": instant(fee_day),
                    }
                )
                if self._of.services[service].fee_interest:
                    fees[-1] |= {
                        "interest_code": interest.code,
                        "interest_rate": rate,
                        "interest_from": instant(day),
                    }
        return fees

    def _end(
        self, register: Register, is_company: bool, day: int
    ) -> tuple[tuple[str, int] | None, list[PaymentDraft]]:
        """Return the closure, if any, and the payments of a case registered on a day."""
        chance, today = register.chance, self._context.today
        code = self._closures.pick(chance.random())
        if is_company and code in ONLY_PERSONS:
            code = None
        last = today if code is None else chance.randrange(day + 1, today + 1)
        payments = []
        if chance.random() * 100 < self._of.part_paid:
            days = sorted(chance.randrange(day + 1, last + 1) for _ in range(chance.randrange(1, 4)))
            payments = [
                PaymentDraft(
                    paid, per_mille=chance.randrange(100, 600), source=chance.choice(self._of.payment_sources)
                )
                for paid in days
            ]
        if code == PAID:
            source = chance.choice(self._of.payment_sources)
            self._paid += 1
            payments.append(PaymentDraft(last, source=source if self._paid % PLEDGED else PLEDGE))
        return None if code is None else (code, last), payments
