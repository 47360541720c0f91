"""The personas as debtors and customers of Aptic, with their cases and plans."""

from datetime import date
from decimal import Decimal
from typing import Any

from ledgersim.errors import StartupError
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.claims.models import DEBT, FEE
from ledgersim.vendors.aptic.payment_plans.balance import CoveredCase, Debt
from ledgersim.vendors.aptic.payment_plans.engine import calculate
from ledgersim.vendors.aptic.payment_plans.models import ACTIVE, COMPLETED, PAYMENT_PLAN, PAYMENT_PLAN_CASE
from ledgersim.vendors.aptic.payment_plans.plan_terms import PlanType
from ledgersim.vendors.aptic.payment_plans.plans import (
    columns_of,
    covered_of,
    decimal,
    new_plan,
    terms_of,
)
from ledgersim.vendors.aptic.payment_plans.rounding import ZERO
from ledgersim.vendors.aptic.seed.case_rows import CaseDraft, PaymentDraft, StoredCase
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.customers import add_persona_summary
from ledgersim.vendors.aptic.seed.persona_definition import (
    PersonaCase,
    PersonaDebt,
    PersonaFee,
    PersonaPayment,
    aptic_part,
)
from ledgersim.vendors.aptic.seed.published_debts import cases_of, creditors, debts_of
from ledgersim.vendors.aptic.seed.purchase_rows import Customer
from ledgersim.vendors.aptic.settings import ApticSettings
from ledgersim.world.days import instant
from ledgersim.world.persona_model import Persona
from ledgersim.world.seeding import SeededPersona


def add_personas(context: Context) -> tuple[int, int, int]:
    """Store the personas; return the numbers of their customers, debtors and cases.

    Raises StartupError if a payment exceeds what is owed.
    """
    debtors: dict[str, int] = {}
    customers: dict[str, Customer] = {}
    for one in context.personas:
        guids = _add_parties(context, one, debtors, customers)
        one.entry["aptic"] = {"idNumber": one.person.facts["id_number"], **guids}
    ids = {guid: customer.id for guid, customer in customers.items()}
    cases = 0
    for one in context.personas:
        persona = one.definition
        stored = [_add_case(context, persona, case, debtors) for case in aptic_part(persona).cases]
        if aptic_part(persona).plan is not None:
            _add_plan(context, persona, stored, debtors)
        one.entry["aptic"] |= _case_entry(context, persona)
        one.creditors.extend(creditors(context, persona))
        one.debts.extend(debts_of(context, persona, stored))
        cases += len(stored)
        if (customer := aptic_part(persona).customer) is not None:
            add_persona_summary(context, customers[customer.guid], customer, ids)
    return len(customers), len(debtors), cases


def _add_parties(
    context: Context, seeded: SeededPersona, debtors: dict[str, int], customers: dict[str, Customer]
) -> dict[str, Any]:
    persona, (party, addresses, protected) = seeded.definition, seeded.person
    entry: dict[str, Any] = {}
    if (debtor := aptic_part(persona).debtor) is not None:
        own = {
            "debtor_guid": debtor.guid,
            "protected": protected,
            "care_of": debtor.care_of,
            "conversation_notification_channel": 1 if party.get("email") else 0,
            "digital_mailbox": False,
            "allow_calls": persona.party.reachable,
            "allow_sms": persona.party.reachable,
            "allow_email": persona.party.reachable,
        }
        registered = instant(context.today - debtor.registered_days_ago)
        debtors[debtor.guid] = context.aptic.add_debtor(party, addresses, registered, own)
        context.aptic.add_extra_fields("debtor", debtors[debtor.guid], debtor.extra_fields)
        entry["debtorGuid"] = debtor.guid
    if (customer := aptic_part(persona).customer) is not None:
        own = {
            "customer_guid": customer.guid,
            "parent_customer_id": None,
            "client_id": context.clients[customer.client],
            "contact_person": None,
            "gln_number": None,
            "invoice_channel": "EMAIL" if party.get("email") else "LETTER",
        }
        registered = instant(context.today - customer.registered_days_ago)
        customer_id = context.aptic.add_customer(party, addresses, registered, own)
        customers[customer.guid] = Customer(
            customer_id, context.client(customer.client), seeded.person, registered
        )
        context.aptic.add_extra_fields("customer", customer_id, customer.extra_fields)
        entry["customerGuid"] = customer.guid
    return entry


def _add_case(context: Context, persona: Persona, case: PersonaCase, debtors: dict[str, int]) -> StoredCase:
    today, debtor = context.today, aptic_part(persona).debtor
    assert debtor is not None, "the model validates this"
    draft = CaseDraft(
        debtors=[debtors[guid] for guid in (debtor.guid, *case.co_debtors)],
        client=context.clients[case.client],
        report_paid_interest=context.client(case.client).report_paid_interest,
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
        protected=persona.party.protected,
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
        "reference_number": debt.reference,
    }


def _fee(fee: PersonaFee, today: int) -> Row:
    return {
        "name": fee.name,
        "description": fee.description,
        "original_principal": fee.amount,
        "bill_date": instant(today - fee.days_ago),
    }


def _add_plan(context: Context, persona: Persona, cases: list[StoredCase], debtors: dict[str, int]) -> None:
    plan, debtor = aptic_part(persona).plan, aptic_part(persona).debtor
    assert plan is not None, "the caller checks this"
    assert debtor is not None, "the model validates this"
    part, today = aptic_part(persona), context.today
    covered = {case.guid: case for case in part.covered}
    stored = [one for one, case in zip(cases, part.cases, strict=True) if case.guid in covered]
    balance = [_covered(one, plan.completed) for one in stored]
    values = {
        "payment_plan_guid": plan.guid,
        "debtor_id": debtors[debtor.guid],
        "registration_date": instant(context.today - plan.registered_days_ago),
        "active": COMPLETED if plan.completed else ACTIVE,
        "payment_plan_type": PlanType.LINEAR.value,
        "currency_code": context.registers[persona.party.country].country.currency,
        "requested_number": plan.payments,
    }
    row = new_plan(balance, values)
    planned = calculate(covered_of(row), terms_of(row))
    if plan.completed:
        owed = sum((one.principal + one.fees for one in balance), ZERO)
        payments = [payment for case in part.covered for payment in case.payments]
        row["receipts"] = _receipts(sorted(payments, key=lambda one: -one.days_ago), owed, today)
        last = date.fromisoformat(row["receipts"][-1][0])
        row["ended_at"] = instant(last.toordinal())
        row["invoiced"] = sum(payment.invoice_date <= last for payment in planned.rows)
    row |= columns_of(row, planned, ApticSettings().plan_reminder_days)
    plan_id = context.rows.add(PAYMENT_PLAN, row)
    for one in stored:
        context.rows.add(PAYMENT_PLAN_CASE, {"payment_plan_id": plan_id, "case_id": one.id})


def _covered(stored: StoredCase, completed: bool) -> CoveredCase:
    """Return what a plan covers of a case without interest: all of a completed one, else what remains."""
    name = "original_principal" if completed else "remaining_principal"
    fees = sum(getattr(one.balances, name) for one in stored.accounts if one.row["kind"] == FEE)
    debts = [getattr(one.balances, name) for one in stored.accounts if one.row["kind"] == DEBT]
    return CoveredCase(stored.id, tuple(Debt(decimal(one)) for one in debts), fees=decimal(fees))


def _receipts(payments: list[PersonaPayment], owed: Decimal, today: int) -> list[list[str]]:
    """Return the column `receipts` of a plan whose cases have been paid."""
    receipts = []
    for payment in payments:
        amount = owed if payment.amount is None else decimal(payment.amount)
        owed -= amount
        receipts.append([date.fromordinal(today - payment.days_ago).isoformat(), str(amount), str(owed)])
    return receipts


def _case_entry(context: Context, persona: Persona) -> dict[str, Any]:
    """Return the GUIDs of a persona's cases, including those as a co-debtor, and of related resources."""
    part = aptic_part(persona)
    cases = cases_of(context, persona)
    codes = creditors(context, persona)
    clients = {client.reference_code: client.guid for client in context.section.clients}
    entry: dict[str, Any] = {}
    if part.debtor is not None:
        entry["caseGuids"] = [case.guid for case in cases]
        entry["debtGuids"] = [debt.guid for case in cases for debt in case.debts]
    if part.plan is not None:
        entry["paymentPlanGuid"] = part.plan.guid
    if codes:
        entry["clientGuids"] = [clients[code] for code in codes]
    return entry
