"""What the personas owe, for the seeds of the vendors after Aptic."""

from collections.abc import Iterator, Mapping, Sequence

from ledgersim.vendors.aptic.claims.models import DEBT
from ledgersim.vendors.aptic.seed.case_rows import StoredCase
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.customer_definition import PersonaPurchase
from ledgersim.vendors.aptic.seed.persona_definition import PersonaCase, PersonaCustomer, aptic_part
from ledgersim.vendors.aptic.seed.purchase_rows import last_payment_day
from ledgersim.world.days import end_of_month
from ledgersim.world.model import Country
from ledgersim.world.persona_model import Persona
from ledgersim.world.seeding import SeededDebt

PRE_COLLECTION, RETRIEVED = "PreCollection", "RETRIEVED"
PATIENCE = 10  # days after the due date of a purchase before it is reminded


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
        campaigns = {one.code: one.payments for one in context.section.customers.campaigns}
        yield from _from_purchases(part.customer, campaigns, country, context.today)


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
            billed=today - debt.billed_days_ago,
            due=today - debt.due_days_ago,
            stage="reminded" if retrieved or case.service == PRE_COLLECTION else "collection",
            payments=[
                (payment["payment_date"].toordinal(), booking["principal"])
                for payment, bookings in stored.payments
                for booking in bookings
                if booking["claim_id"] == account.row["id"] and booking["principal"]
            ],
            collected=today - case.registered_days_ago,
            closed=None if case.closed is None else today - case.closed.days_ago,
        )


def _from_purchases(
    customer: PersonaCustomer, campaigns: Mapping[str, int], country: Country, today: int
) -> Iterator[SeededDebt]:
    """Yield the unpaid purchases, oldest first; a payment that is not set off yet counts towards them.

    `campaigns` are the numbers of payments by code: a purchase in a campaign is due with the last of them.
    """
    unsettled = customer.unsettled_payment
    for number, purchase in enumerate(sorted(customer.purchases, key=lambda one: -one.days_ago), start=1):
        billed = today - purchase.days_ago
        payments = _paid_on(purchase, campaigns, today)
        if set_off := min(unsettled, purchase.remaining):
            payments = [*payments, (today - 1, set_off)]
            unsettled -= set_off
        due = billed + country.payment_days
        if purchase.campaign is not None:
            due = end_of_month(billed, campaigns[purchase.campaign])
        yield SeededDebt(
            creditor=customer.client,
            reference=f"BUY-{customer.guid[4:8]}-{number:02}",
            currency=country.currency,
            amount=purchase.amount,
            billed=billed,
            due=due,
            stage="reminded" if due + PATIENCE < today else "billed",
            payments=payments,
        )


def _paid_on(purchase: PersonaPurchase, campaigns: Mapping[str, int], today: int) -> list[tuple[int, int]]:
    """Return the days and amounts of the payments of a purchase; those in a campaign are at ends of months."""
    paid = purchase.amount - purchase.remaining
    if purchase.campaign is None:
        return [(last_payment_day(today - purchase.days_ago, today), paid)] if paid else []
    payment = purchase.amount // campaigns[purchase.campaign]
    return [(end_of_month(today, -months), payment) for months in range(paid // payment, 0, -1)]
