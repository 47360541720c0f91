"""Consistency checks between Aptic's parts of a definition."""

from collections.abc import Iterator

from pydantic import ValidationError

from ledgersim.vendors.aptic.seed.definition import Aptic
from ledgersim.vendors.aptic.seed.persona_definition import aptic_part
from ledgersim.vendors.aptic.system.current_user import CurrentUser
from ledgersim.world.model import Definition
from ledgersim.world.seeding import Mismatch


def mismatches(definition: Definition) -> Iterator[Mismatch]:
    """Yield all inconsistencies."""
    yield from _in_countries(definition)
    yield from _in_section(definition)
    yield from _in_personas(definition)
    yield from _in_persona_customers(definition)


def _section(definition: Definition) -> Aptic:
    section: Aptic = definition.section("aptic")
    return section


def _in_countries(definition: Definition) -> Iterator[Mismatch]:
    section = _section(definition)
    for code, country in definition.world.countries.items():
        if country.currency not in section.bank_accounts:
            yield Mismatch("world", "aptic.bank_accounts", f"must include one in {country.currency}")
        if not any(client.country == code for client in section.clients):
            yield Mismatch("world", "aptic.clients", f"must include one in {code}")


def _in_section(definition: Definition) -> Iterator[Mismatch]:
    aptic = _section(definition)
    known = {name for country in definition.world.countries.values() for name in country.fees}
    for name, service in aptic.cases.services.items():
        for fee in service.fees:
            if fee not in known:
                yield Mismatch("world", f"aptic.cases.services.{name}.fees", f"no country has the fee {fee}")
    for client in aptic.clients:
        if client.country not in definition.world.countries:
            reason = f"unknown country {client.country} of {client.reference_code}"
            yield Mismatch("world", "aptic.clients", reason)
    for name in aptic.user:
        if name not in CurrentUser.model_fields:
            yield Mismatch("world", f"aptic.user.{name}", "unknown key")
    try:
        CurrentUser.model_validate(aptic.user)
    except ValidationError as error:
        first = error.errors()[0]
        yield Mismatch("world", ".".join(["aptic", "user", *map(str, first["loc"])]), first["msg"])


def _in_personas(definition: Definition) -> Iterator[Mismatch]:
    codes = {client.reference_code for client in _section(definition).clients}
    parts = [aptic_part(persona) for persona in definition.personas]
    debtors = {part.debtor.guid for part in parts if part.debtor}
    for number, (persona, part) in enumerate(zip(definition.personas, parts, strict=True)):
        key = f"[{number}] {persona.name}"
        named = [case.client for case in part.cases]
        named += [part.customer.client] if part.customer else []
        for code in named:
            if code not in codes:
                yield Mismatch("personas", key, f"unknown client {code}")
        for case in part.cases:
            for guid in case.co_debtors:
                if guid not in debtors:
                    yield Mismatch("personas", key, f"co_debtors: unknown debtor {guid}")


def _in_persona_customers(definition: Definition) -> Iterator[Mismatch]:
    of = _section(definition).customers
    payments = {campaign.code: campaign.payments for campaign in of.campaigns}
    questions = {question.code for question in of.questions}
    customers = [aptic_part(persona).customer for persona in definition.personas]
    guids = {customer.guid for customer in customers if customer}
    for number, persona in enumerate(definition.personas):
        key, customer = f"[{number}] {persona.name}", aptic_part(persona).customer
        if customer is None:
            continue
        for guarantee in customer.guarantees:
            if guarantee.guarantor not in guids - {customer.guid}:
                yield Mismatch("personas", key, f"no other customer has the GUID {guarantee.guarantor}")
        for question in customer.questions:
            if question.code not in questions:
                yield Mismatch("personas", key, f"unknown question {question.code}")
        for purchase in customer.purchases:
            if purchase.campaign is not None and purchase.campaign not in payments:
                yield Mismatch("personas", key, f"unknown campaign {purchase.campaign}")
            elif purchase.campaign is not None and not purchase.is_paid_by(payments[purchase.campaign]):
                reason = "amount and remaining must be whole payments of the campaign"
                yield Mismatch("personas", key, f"{purchase.description}: {reason}")


def unique_values(definition: Definition) -> Iterator[Mismatch]:
    """Yield the values that must be unique."""
    for client in _section(definition).clients:
        yield Mismatch("world", "aptic.clients", client.guid)
        yield Mismatch("world", "aptic.clients", client.reference_code)
    for number, persona in enumerate(definition.personas):
        key, part = f"[{number}] {persona.name}", aptic_part(persona)
        for one in (part.debtor, part.customer, part.plan, *part.cases):
            if one is not None:
                yield Mismatch("personas", key, one.guid)
        for case in part.cases:
            for debt in case.debts:
                yield Mismatch("personas", key, debt.guid)
        if part.customer is not None:
            for guid in part.customer.guids:
                yield Mismatch("personas", key, guid)
