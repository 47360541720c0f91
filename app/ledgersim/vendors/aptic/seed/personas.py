"""The personas as debtors and customers of Aptic, with their cases and plans."""

from typing import Any

from ledgersim.errors import StartupError
from ledgersim.vendors.aptic.claims.models import DEBT, FEE
from ledgersim.vendors.aptic.payment_plans.balance import CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.engine import calculate
from ledgersim.vendors.aptic.payment_plans.models import ACTIVE, PAYMENT_PLAN, PAYMENT_PLAN_CASE
from ledgersim.vendors.aptic.payment_plans.periods import MONTH, ORDINARY
from ledgersim.vendors.aptic.payment_plans.plan_terms import PlanType
from ledgersim.vendors.aptic.payment_plans.plans import (
    columns_of,
    covered_of,
    decimal,
    stored_cases,
    terms_of,
)
from ledgersim.vendors.aptic.seed.case_rows import CaseDraft, PaymentDraft, StoredCase
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.world.days import instant
from ledgersim.world.persona_model import Persona, PersonaCase, PersonaDebt, PersonaFee
from ledgersim.world.rows import Row

Fact = dict[str, Any]


def add_personas(context: Context) -> tuple[list[Fact], tuple[int, int, int]]:
    """Store the personas; what there is to say of them, and how many debtors, customers and cases they are.

    Raises CannotStart for a payment of more than is owed.
    """
    personas = context.definition.personas
    facts: list[Fact] = []
    debtors: dict[str, int] = {}
    for number, persona in enumerate(personas):
        party, addresses = context.registers[persona.party.country].persona(persona.party, number)
        guids = _add_parties(context, persona, party, addresses, debtors)
        facts.append({"idNumber": party["id_number"], **guids})
    for persona, fact in zip(personas, facts, strict=True):
        cases = [_add_case(context, persona, case, debtors) for case in persona.aptic.cases]
        if persona.aptic.plan is not None:
            _add_plan(context, persona, cases, debtors)
        fact |= _about_cases(context, persona)
    told = [
        {"name": one.name, "title": one.title, "description": one.description.strip(), "aptic": fact}
        for one, fact in zip(personas, facts, strict=True)
    ]
    customers = sum(persona.aptic.customer is not None for persona in personas)
    return told, (len(debtors), customers, sum(len(persona.aptic.cases) for persona in personas))


def _add_parties(
    context: Context, persona: Persona, party: Row, addresses: list[Row], debtors: dict[str, int]
) -> Fact:
    fact: Fact = {}
    if (debtor := persona.aptic.debtor) is not None:
        own = {
            "debtor_guid": debtor.guid,
            "protected": debtor.protected,
            "care_of": debtor.care_of,
            "conversation_notification_channel": 1 if party["email"] else 0,
            "digital_mailbox": False,
            "allow_calls": persona.party.reachable,
            "allow_sms": persona.party.reachable,
            "allow_email": persona.party.reachable,
        }
        registered = instant(context.today - debtor.registered_days_ago)
        debtors[debtor.guid] = context.aptic.add_debtor(party, addresses, registered, own)
        context.aptic.add_extra_fields("debtor", debtors[debtor.guid], debtor.extra_fields)
        fact["debtorGuid"] = debtor.guid
    if (customer := persona.aptic.customer) is not None:
        own = {
            "customer_guid": customer.guid,
            "parent_customer_id": None,
            "client_id": context.clients[customer.client],
            "contact_person": None,
            "gln_number": None,
            "invoice_channel": "EMAIL" if party["email"] else "LETTER",
        }
        registered = instant(context.today - customer.registered_days_ago)
        customer_id = context.aptic.add_customer(party, addresses, registered, own)
        context.aptic.add_extra_fields("customer", customer_id, customer.extra_fields)
        fact["customerGuid"] = customer.guid
    return fact


def _add_case(context: Context, persona: Persona, case: PersonaCase, debtors: dict[str, int]) -> StoredCase:
    today, debtor = context.today, persona.aptic.debtor
    assert debtor is not None, "the model has seen to it"
    draft = CaseDraft(
        debtors=[debtors[guid] for guid in (debtor.guid, *case.co_debtors)],
        client=context.clients[case.client],
        currency=case.currency or context.registers[persona.party.country].country.currency,
        registered=instant(today - case.registered_days_ago),
        service=case.service,
        sub_status=case.sub_status,
        description=case.description,
        debts=[_debt(debt, today) for debt in case.debts],
        fees=[_fee(fee, today) for fee in case.fees],
        payments=[PaymentDraft(today - payment.days_ago, payment.amount) for payment in case.payments],
        closed=None if case.closed is None else (case.closed.code, today - case.closed.days_ago),
        guid=case.guid,
        protected=debtor.protected,
        extra_fields=case.extra_fields,
    )
    try:
        return context.aptic.add_case(draft)
    except ValueError as error:
        raise StartupError(f"the persona {persona.name}, case {case.guid}: {error}") from error


def _debt(debt: PersonaDebt, today: int) -> Row:
    billed, due = today - debt.billed_days_ago, today - debt.due_days_ago
    return {
        "guid": debt.guid,
        "description": debt.description,
        "original_principal": debt.principal,
        "original_vat": debt.vat,
        "exch_rate": debt.exch_rate,
        "exch_date": None if debt.exch_rate is None else instant(billed),
        "bill_date": instant(billed),
        "due_date": instant(due),
        "payment_condition": due - billed,
        "interest_rate": debt.interest_rate,
        "interest_code": None if debt.interest_rate is None else "FIXED",
        "interest_from": instant(today - debt.interest_starts),
        "debt_principal_type": "INVOICE",
        "reference_number": f"INV-{debt.guid[4:8]}-{debt.guid[-2:]}",
    }


def _fee(fee: PersonaFee, today: int) -> Row:
    return {
        "name": fee.name,
        "fee_type": fee.name,
        "description": fee.description,
        "original_principal": fee.amount,
        "bill_date": instant(today - fee.days_ago),
    }


def _add_plan(context: Context, persona: Persona, cases: list[StoredCase], debtors: dict[str, int]) -> None:
    plan, debtor = persona.aptic.plan, persona.aptic.debtor
    assert plan is not None, "asked by the caller"
    assert debtor is not None, "the model has seen to it"
    open_cases = [
        stored for stored, case in zip(cases, persona.aptic.cases, strict=True) if case.closed is None
    ]
    row: Row = {
        "payment_plan_guid": plan.guid,
        "debtor_id": debtors[debtor.guid],
        "registration_date": instant(context.today - plan.registered_days_ago),
        "active": ACTIVE,
        "payment_plan_type": PlanType.LINEAR.value,
        "currency_code": context.registers[persona.party.country].country.currency,
        "requested_number": plan.payments,
        "requested_amount": None,
        "registration_fee": 0,
        "invoice_fee": 0,
        "reminder_fee": 0,
        "covered": stored_cases(_covered(stored) for stored in open_cases),
        "deviations": [],
        "receipts": [],
        "reminders": {},
        "invoiced": 0,
        "payment_type": ORDINARY,
        "interval_type": MONTH,
        "interval": 1,
    }
    row |= columns_of(row, calculate(covered_of(row), terms_of(row)), reminder_days=1)
    plan_id = context.rows.add(PAYMENT_PLAN, row)
    for stored in open_cases:
        context.rows.add(PAYMENT_PLAN_CASE, {"payment_plan_id": plan_id, "case_id": stored.id})


def _covered(stored: StoredCase) -> CoveredCase:
    """What is owed on a case whose debts bear no interest."""
    fees = sum(one.books.remaining_principal for one in stored.accounts if one.row["kind"] == FEE)
    debts = [one.books.remaining_principal for one in stored.accounts if one.row["kind"] == DEBT]
    return CoveredCase(stored.id, tuple(Debt(decimal(one)) for one in debts), fees=decimal(fees))


def _about_cases(context: Context, persona: Persona) -> Fact:
    """The GUIDs of a persona's cases, those that it only shares included, and of what belongs to them."""
    debtor = persona.aptic.debtor
    cases = [
        case
        for other in context.definition.personas
        for case in other.aptic.cases
        if other is persona or (debtor is not None and debtor.guid in case.co_debtors)
    ]
    codes = [case.client for case in cases]
    codes += [persona.aptic.customer.client] if persona.aptic.customer else []
    clients = {client.reference_code: client.guid for client in context.definition.world.aptic.clients}
    fact: Fact = {}
    if debtor is not None:
        fact["caseGuids"] = [case.guid for case in cases]
        fact["debtGuids"] = [debt.guid for case in cases for debt in case.debts]
    if persona.aptic.plan is not None:
        fact["paymentPlanGuid"] = persona.aptic.plan.guid
    if codes:
        fact["clientGuids"] = [clients[code] for code in dict.fromkeys(codes)]
    return fact
