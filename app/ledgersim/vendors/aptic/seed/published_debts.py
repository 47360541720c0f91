"""What the personas owe, for the seeds of the vendors after Aptic."""

from collections.abc import Iterator, Sequence

from ledgersim.vendors.aptic.claims.models import DEBT
from ledgersim.vendors.aptic.seed.case_rows import StoredCase
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.persona_definition import PersonaCase, PersonaCustomer, aptic_part
from ledgersim.world.model import Country
from ledgersim.world.persona_model import Persona
from ledgersim.world.seeding import SeededDebt

PRE_COLLECTION, RETRIEVED = "PreCollection", "RETRIEVED"
PATIENCE = 30  # days after the due date of a purchase before it is reminded


def cases_of(context: Context, persona: Persona) -> list[PersonaCase]:
    """Return the cases of a persona, including those as a co-debtor."""
    debtor = aptic_part(persona).debtor
    return [
        case
        for other in context.definition.personas
        for case in aptic_part(other).cases
        if other is persona or (debtor is not None and debtor.guid in case.co_debtors)
    ]


def creditors(context: Context, persona: Persona) -> list[str]:
    """Return the reference codes of the clients of a persona's cases, and of the one it is a customer of."""
    customer = aptic_part(persona).customer
    codes = [case.client for case in cases_of(context, persona)]
    return list(dict.fromkeys([*codes, *([customer.client] if customer else [])]))


def debts_of(context: Context, persona: Persona, stored: Sequence[StoredCase]) -> Iterator[SeededDebt]:
    """Yield the debts in a persona's own cases, then those from purchases as a customer."""
    country = context.registers[persona.party.country].country
    part = aptic_part(persona)
    for case, one in zip(part.cases, stored, strict=True):
        yield from _in_case(case, one, country, context.today)
    if part.customer is not None:
        yield from _from_purchases(part.customer, country, context.today)


def _in_case(case: PersonaCase, stored: StoredCase, country: Country, today: int) -> Iterator[SeededDebt]:
    """Yield the debts of a case; the creditor goes on reminding of those that it has retrieved."""
    retrieved = case.closed is not None and case.closed.code == RETRIEVED
    accounts = [one for one in stored.accounts if one.row["kind"] == DEBT]
    for debt, account in zip(case.debts, accounts, strict=True):
        yield SeededDebt(
            creditor=case.client,
            reference=debt.reference,
            currency=case.currency or country.currency,
            amount=debt.principal,
            remaining=account.balances.remaining_principal,
            billed=today - debt.billed_days_ago,
            due=today - debt.due_days_ago,
            stage="reminded" if retrieved or case.service == PRE_COLLECTION else "collection",
            collected=today - case.registered_days_ago,
        )


def _from_purchases(customer: PersonaCustomer, country: Country, today: int) -> Iterator[SeededDebt]:
    """Yield the unpaid purchases, oldest first; a payment that is not set off yet counts towards them."""
    payment = customer.unsettled_payment
    for number, purchase in enumerate(sorted(customer.purchases, key=lambda one: -one.days_ago), start=1):
        paid = min(payment, purchase.remaining)
        payment -= paid
        billed = today - purchase.days_ago
        due = billed + country.payment_days
        overdue = purchase.campaign is None and due + PATIENCE < today
        yield SeededDebt(
            creditor=customer.client,
            reference=f"BUY-{customer.guid[4:8]}-{number:02}",
            currency=country.currency,
            amount=purchase.amount,
            remaining=purchase.remaining - paid,
            billed=billed,
            due=due,
            stage="reminded" if overdue else "billed",
        )
