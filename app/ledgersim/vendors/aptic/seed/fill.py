"""Fills a space with what Aptic has: clients, debtors, customers and cases, the personas first."""

from datetime import date
from typing import Any

from sqlalchemy import Connection

from ledgersim.ids import Stream
from ledgersim.vendors.aptic.seed.cases import OFFICE_HOURS, CaseMaker, Debtor
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.customers import add_engagements
from ledgersim.vendors.aptic.seed.personas import add_personas
from ledgersim.vendors.aptic.system.routes import CurrentUser
from ledgersim.world.days import at
from ledgersim.world.model import Definition
from ledgersim.world.national_numbers import gln
from ledgersim.world.parts import CountryCode, ExtraFields
from ledgersim.world.people import Register, Weighted
from ledgersim.world.progress import Progress
from ledgersim.world.rows import Row

HAS_EXTRA_FIELD = 0.15  # of the debtors, customers and cases, for each name


def fill(
    connection: Connection, definition: Definition, guids: Stream, seed: int, customers: int, as_of: date
) -> dict[str, Any]:
    """Store the rows of a world; what else it says, by the name of the fact."""
    size = definition.world.size
    context = Context(connection, definition, guids, seed, as_of)
    wanted_debtors = round(customers * size.debtors / size.customers)
    wanted_cases = round(customers * size.cases / size.customers)
    progress = Progress(f"World of {customers} customers", customers + wanted_debtors + wanted_cases)
    personas, (debtors, others, cases) = add_personas(context)
    maker = _Parties(context, progress)
    made = [maker.debtor() for _ in range(wanted_debtors - debtors)]
    for _ in range(customers - others):
        maker.customer()
    _add_cases(context, made, wanted_cases - cases, progress)
    add_engagements(connection, context)
    context.rows.flush()
    progress.end()
    aptic = definition.world.aptic
    return {
        "aptic.user": CurrentUser.model_validate(aptic.user).model_dump(mode="json"),
        "aptic.api_keys": aptic.api_keys,
        "aptic.clients": [[one.client_id, one.client_secret] for one in aptic.credentials],
        "personas": personas,
    }


class _Parties:
    """Makes debtors and customers of all countries."""

    def __init__(self, context: Context, progress: Progress) -> None:
        self._context, self._progress = context, progress
        countries = context.definition.world.countries
        self._countries = Weighted({code: one.weight for code, one in countries.items()})
        self._chance = context.registers[next(iter(countries))].chance
        self._parents: dict[CountryCode, list[int]] = {code: [] for code in countries}

    def debtor(self) -> Debtor:
        """A debtor with addresses and extra fields."""
        context, country = self._context, self._countries.pick(self._chance.random())
        register = context.registers[country]
        chance = register.chance
        party, addresses = register.party()
        reachable = (1 if party["email"] else 0) | (2 if party["cellular_phone"] else 0)
        days_ago = context.definition.world.parties.debtors_registered_days_ago
        day = context.today - chance.randrange(days_ago.least, days_ago.most + 1)
        own = {
            "debtor_guid": context.aptic.new_guid(),
            "protected": False,
            "care_of": None,
            "conversation_notification_channel": chance.randrange(4) & reachable,
            "digital_mailbox": chance.random() < 0.4,
            "allow_calls": chance.random() < 0.7,
            "allow_sms": chance.random() < 0.8,
            "allow_email": chance.random() < 0.9,
        }
        registered = at(day, chance.randrange(*OFFICE_HOURS))
        debtor_id = context.aptic.add_debtor(party, addresses, registered, own)
        choices = context.definition.world.aptic.extra_fields.debtor
        context.aptic.add_extra_fields("debtor", debtor_id, _some_of(choices, register))
        self._progress.advance()
        return Debtor(debtor_id, country, bool(party["juridical_type"]), day)

    def customer(self) -> None:
        """A customer with addresses and extra fields; some companies belong to another one."""
        context, country = self._context, self._countries.pick(self._chance.random())
        register = context.registers[country]
        chance = register.chance
        party, addresses = register.party()
        days_ago = context.definition.world.parties.customers_registered_days_ago
        day = context.today - chance.randrange(days_ago.least, days_ago.most + 1)
        own: Row = {
            "customer_guid": context.aptic.new_guid(),
            "parent_customer_id": None,
            "client_id": context.clients[chance.choice(context.clients_in(country)).reference_code],
            "contact_person": None,
            "gln_number": None,
            "invoice_channel": "EMAIL" if party["email"] and chance.random() < 0.6 else "LETTER",
        }
        parents = self._parents[country]
        if party["juridical_type"]:
            own["contact_person"] = register.somebody()
            if chance.random() < 0.5:
                own |= {"gln_number": gln(country, chance), "invoice_channel": "E-INVOICE"}
            if parents and chance.random() < 0.2:
                own["parent_customer_id"] = chance.choice(parents)
        registered = at(day, chance.randrange(*OFFICE_HOURS))
        customer_id = context.aptic.add_customer(party, addresses, registered, own)
        if party["juridical_type"] and own["parent_customer_id"] is None and len(parents) < 1000:
            parents.append(customer_id)
        choices = context.definition.world.aptic.extra_fields.customer
        context.aptic.add_extra_fields("customer", customer_id, _some_of(choices, register))
        self._progress.advance()


def _add_cases(context: Context, debtors: list[Debtor], number: int, progress: Progress) -> None:
    """Cases spread over debtors by chance: some have none, some several, some share one."""
    if not debtors:
        return
    maker = CaseMaker(context)
    chance = context.registers[debtors[0].country].chance
    share = context.definition.world.aptic.cases.two_debtors / 100
    choices = context.definition.world.aptic.extra_fields.case
    for _ in range(number):
        debtor = chance.choice(debtors)
        other = chance.choice(debtors) if chance.random() < share else None
        if other is not None and (other == debtor or other.country != debtor.country):
            other = None
        draft = maker.draft(debtor, other)
        draft.extra_fields = _some_of(choices, context.registers[debtor.country])
        context.aptic.add_case(draft)
        progress.advance()


def _some_of(choices: ExtraFields, register: Register) -> dict[str, list[str]]:
    """Some of the extra fields, each with one of its values."""
    chance = register.chance
    return {
        name: [chance.choice(values)] for name, values in choices.items() if chance.random() < HAS_EXTRA_FIELD
    }
