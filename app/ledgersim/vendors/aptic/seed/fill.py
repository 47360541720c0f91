"""Fills a world with Aptic's clients, debtors, customers and cases, the personas first."""

from sqlalchemy import select, update

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.seed.cases import OFFICE_HOURS, CaseMaker, Debtor
from ledgersim.vendors.aptic.seed.checks import mismatches, unique_values
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.customers import add_customer_summaries
from ledgersim.vendors.aptic.seed.definition import Aptic
from ledgersim.vendors.aptic.seed.documents import add_documents
from ledgersim.vendors.aptic.seed.persona_definition import PersonaAptic
from ledgersim.vendors.aptic.seed.personas import add_personas
from ledgersim.vendors.aptic.state import ApticState
from ledgersim.vendors.aptic.system.routes import CurrentUser
from ledgersim.world.days import at
from ledgersim.world.national_numbers import gln
from ledgersim.world.parts import CountryCode, ExtraFields
from ledgersim.world.people import Register, Weighted
from ledgersim.world.progress import Progress
from ledgersim.world.seeding import Seed, SeedContext

HAS_EXTRA_FIELD = 0.15  # probability per name
_REPORT_PAID_INTEREST = update(CASE).values(
    report_paid_interest=select(CLIENT.c.report_paid_interest)
    .where(CLIENT.c.id == CASE.c.client_id)
    .scalar_subquery()
)


def fill(world: SeedContext) -> ApticState:
    """Store the rows of a world; return Aptic's state."""
    size, section = world.definition.world.size, world.definition.section("aptic")
    context = Context(world)
    wanted_debtors = round(world.customers * size.debtors / size.customers)
    wanted_cases = round(world.customers * size.cases / size.customers)
    parts = world.customers + wanted_debtors + wanted_cases
    progress = Progress(f"World of {world.customers} customers", parts)
    debtors, customers, cases = add_personas(context)
    maker = _Parties(context, progress)
    made = [maker.debtor() for _ in range(wanted_debtors - debtors)]
    for _ in range(world.customers - customers):
        maker.customer()
    _add_cases(context, made, wanted_cases - cases, progress)
    add_customer_summaries(world.connection, context)
    context.rows.flush()
    world.connection.execute(_REPORT_PAID_INTEREST)
    progress.end()
    return ApticState(
        user=CurrentUser.model_validate(section.user).model_dump(mode="json"),
        bank_accounts=section.bank_accounts,
        predefined_values=section.predefined_values.model_dump(),
        api_keys=section.api_keys,
        credentials=[(one.client_id, one.client_secret) for one in section.credentials],
    )


class _Parties:
    """Makes random debtors and customers in all countries."""

    def __init__(self, context: Context, progress: Progress) -> None:
        self._context, self._progress = context, progress
        countries = context.definition.world.countries
        self._countries = Weighted({code: one.weight for code, one in countries.items()})
        self._chance = context.registers[next(iter(countries))].chance
        self._parents: dict[CountryCode, list[int]] = {code: [] for code in countries}

    def debtor(self) -> Debtor:
        """Add a debtor with addresses and extra fields."""
        context, country = self._context, self._countries.pick(self._chance.random())
        register = context.registers[country]
        chance = register.chance
        party, addresses, _ = register.party()
        reachable = (1 if party.get("email") else 0) | (2 if party.get("cellular_phone") else 0)
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
        choices = context.section.extra_fields.debtor
        context.aptic.add_extra_fields("debtor", debtor_id, _some_of(choices, register))
        self._progress.advance()
        return Debtor(debtor_id, country, bool(party["juridical_type"]), day)

    def customer(self) -> None:
        """Add a customer with addresses and extra fields; some companies are subsidiaries."""
        context, country = self._context, self._countries.pick(self._chance.random())
        register = context.registers[country]
        chance = register.chance
        party, addresses, _ = register.party()
        days_ago = context.definition.world.parties.customers_registered_days_ago
        day = context.today - chance.randrange(days_ago.least, days_ago.most + 1)
        own: Row = {
            "customer_guid": context.aptic.new_guid(),
            "parent_customer_id": None,
            "client_id": context.clients[chance.choice(context.clients_in(country)).reference_code],
            "contact_person": None,
            "gln_number": None,
            "invoice_channel": "EMAIL" if party.get("email") and chance.random() < 0.6 else "LETTER",
        }
        parents = self._parents[country]
        if party["juridical_type"]:
            own["contact_person"] = register.full_name()
            if chance.random() < 0.5:
                own |= {"gln_number": gln(country, chance), "invoice_channel": "E-INVOICE"}
            if parents and chance.random() < 0.2:
                own["parent_customer_id"] = chance.choice(parents)
        registered = at(day, chance.randrange(*OFFICE_HOURS))
        customer_id = context.aptic.add_customer(party, addresses, registered, own)
        if party["juridical_type"] and own["parent_customer_id"] is None and len(parents) < 1000:
            parents.append(customer_id)
        choices = context.section.extra_fields.customer
        context.aptic.add_extra_fields("customer", customer_id, _some_of(choices, register))
        self._progress.advance()


def _add_cases(context: Context, debtors: list[Debtor], number: int, progress: Progress) -> None:
    """Add cases of random debtors: some debtors have none, some several, and some share one."""
    if not debtors:
        return
    maker = CaseMaker(context)
    chance = context.registers[debtors[0].country].chance
    share = context.section.cases.two_debtors / 100
    choices = context.section.extra_fields.case
    for _ in range(number):
        debtor = chance.choice(debtors)
        other = chance.choice(debtors) if chance.random() < share else None
        if other is not None and (other == debtor or other.country != debtor.country):
            other = None
        draft = maker.draft(debtor, other)
        draft.extra_fields = _some_of(choices, context.registers[debtor.country])
        add_documents(context, draft, context.aptic.add_case(draft))
        progress.advance()


def _some_of(choices: ExtraFields, register: Register) -> dict[str, list[str]]:
    """Return some of the extra fields, each with one of its values."""
    chance = register.chance
    return {
        name: [chance.choice(values)] for name, values in choices.items() if chance.random() < HAS_EXTRA_FIELD
    }


SEED = Seed(fill=fill, section=Aptic, persona=PersonaAptic, check=mismatches, unique=unique_values)
