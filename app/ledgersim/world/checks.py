"""What must agree between the parts of a definition."""

from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from ledgersim.vendors.aptic.system.routes import CurrentUser
from ledgersim.world.model import Definition


class Mismatch(NamedTuple):
    """What does not agree: in which file, at which key, and why."""

    part: str
    key: str
    reason: str


def mismatches(definition: Definition) -> Iterator[Mismatch]:
    """All that does not agree."""
    yield from _twice_given(definition)
    yield from _in_countries(definition)
    yield from _in_aptic(definition)
    yield from _in_personas(definition)
    yield from _in_persona_customers(definition)


def _in_countries(definition: Definition) -> Iterator[Mismatch]:
    world = definition.world
    if not any(country.weight for country in world.countries.values()):
        yield Mismatch("world", "countries", "one must have a weight above 0")
    for code, country in world.countries.items():
        if not definition.places.get(code):
            yield Mismatch("places", code, "must have a place, for it is a country of the world")
        if country.currency not in world.aptic.bank_accounts:
            yield Mismatch("world", "aptic.bank_accounts", f"must have one in {country.currency}")
        if not any(client.country == code for client in world.aptic.clients):
            yield Mismatch("world", "aptic.clients", f"must have one in {code}")


def _in_aptic(definition: Definition) -> Iterator[Mismatch]:
    aptic = definition.world.aptic
    known = {name for country in definition.world.countries.values() for name in country.fees}
    for name, service in aptic.cases.services.items():
        for fee in service.fees:
            if fee not in known:
                yield Mismatch("world", f"aptic.cases.services.{name}.fees", f"no country has a fee {fee}")
    for client in aptic.clients:
        if client.country not in definition.world.countries:
            reason = f"{client.country} of {client.reference_code} is no country of the world"
            yield Mismatch("world", "aptic.clients", reason)
    for name in aptic.user:
        if name not in CurrentUser.model_fields:
            yield Mismatch("world", f"aptic.user.{name}", "there is no such key")
    try:
        CurrentUser.model_validate(aptic.user)
    except ValidationError as error:
        first = error.errors()[0]
        yield Mismatch("world", ".".join(["aptic", "user", *map(str, first["loc"])]), first["msg"])


def _in_personas(definition: Definition) -> Iterator[Mismatch]:
    codes = {client.reference_code for client in definition.world.aptic.clients}
    debtors = {persona.aptic.debtor.guid for persona in definition.personas if persona.aptic.debtor}
    for number, persona in enumerate(definition.personas):
        key = f"[{number}] {persona.name}"
        if persona.party.country not in definition.world.countries:
            yield Mismatch("personas", key, f"{persona.party.country} is no country of the world")
        named = [case.client for case in persona.aptic.cases]
        named += [persona.aptic.customer.client] if persona.aptic.customer else []
        for code in named:
            if code not in codes:
                yield Mismatch("personas", key, f"{code} is no client of the world")
        for case in persona.aptic.cases:
            for guid in case.co_debtors:
                if guid not in debtors:
                    yield Mismatch("personas", key, f"co_debtors: there is no debtor {guid}")


def _in_persona_customers(definition: Definition) -> Iterator[Mismatch]:
    of = definition.world.aptic.customers
    payments = {campaign.code: campaign.payments for campaign in of.campaigns}
    questions = {question.code for question in of.questions}
    guids = {persona.aptic.customer.guid for persona in definition.personas if persona.aptic.customer}
    for number, persona in enumerate(definition.personas):
        key, customer = f"[{number}] {persona.name}", persona.aptic.customer
        if customer is None:
            continue
        for guarantee in customer.guarantees:
            if guarantee.guarantor not in guids - {customer.guid}:
                yield Mismatch("personas", key, f"there is no other customer {guarantee.guarantor}")
        for question in customer.questions:
            if question.code not in questions:
                yield Mismatch("personas", key, f"the world has no question {question.code}")
        for purchase in customer.purchases:
            if purchase.campaign is not None and purchase.campaign not in payments:
                yield Mismatch("personas", key, f"the world has no campaign {purchase.campaign}")
            elif purchase.campaign is not None and not purchase.is_paid_by(payments[purchase.campaign]):
                reason = "amount and remaining must be whole payments of the campaign"
                yield Mismatch("personas", key, f"{purchase.description}: {reason}")


def _twice_given(definition: Definition) -> Iterator[Mismatch]:
    seen: set[str] = set()
    for part, key, value in _unique_values(definition):
        if value in seen:
            yield Mismatch(part, key, f"{value} is given twice")
        seen.add(value)


def _unique_values(definition: Definition) -> Iterator[tuple[str, str, str]]:
    for client in definition.world.aptic.clients:
        yield "world", "aptic.clients", client.guid
        yield "world", "aptic.clients", client.reference_code
    for number, persona in enumerate(definition.personas):
        key = f"[{number}] {persona.name}"
        yield "personas", key, persona.name
        for one in (persona.aptic.debtor, persona.aptic.customer, persona.aptic.plan, *persona.aptic.cases):
            if one is not None:
                yield "personas", key, one.guid
        for case in persona.aptic.cases:
            for debt in case.debts:
                yield "personas", key, debt.guid
        if persona.riverty is not None:
            yield "personas", key, persona.riverty.guid
            yield "personas", key, f"customer_number {persona.riverty.customer_number}"
        if persona.aptic.customer is not None:
            for guid in persona.aptic.customer.guids:
                yield "personas", key, guid
