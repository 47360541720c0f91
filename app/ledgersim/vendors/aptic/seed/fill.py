"""Fills a world with Aptic's clients, debtors, customers and cases, the personas first."""

from math import ceil

from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.seed.cases import OFFICE_HOURS, CaseMaker, Debtor
from ledgersim.vendors.aptic.seed.checks import mismatches, unique_values
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.copies import OWN, functions
from ledgersim.vendors.aptic.seed.customers import add_customer_summaries
from ledgersim.vendors.aptic.seed.definition import Aptic
from ledgersim.vendors.aptic.seed.documents import add_documents
from ledgersim.vendors.aptic.seed.persona_definition import PersonaAptic
from ledgersim.vendors.aptic.seed.personas import add_personas
from ledgersim.vendors.aptic.seed.purchase_rows import Customer
from ledgersim.vendors.aptic.state import ApticState
from ledgersim.vendors.aptic.system.current_user import CurrentUser
from ledgersim.world.blocks import Block
from ledgersim.world.days import at
from ledgersim.world.model import PastRange
from ledgersim.world.national_numbers import gln
from ledgersim.world.parts import CountryCode, ExtraFields
from ledgersim.world.people import Register, Weighted
from ledgersim.world.progress import Progress
from ledgersim.world.seeding import Seed, SeedContext

BLOCK = 1_000  # customers, without the personas
HAS_EXTRA_FIELD = 0.15  # probability per name


def fill(world: SeedContext) -> ApticState:
    """Store the rows of a world; return Aptic's state.

    Large worlds consist of equal blocks of at most `BLOCK` customers, with their debtors and cases, and a
    remainder. The first block is generated. The others are copies of it, except for debtors and customers,
    which are generated.
    """
    size, section = world.definition.world.size, world.definition.section("aptic")
    context = Context(world)
    sizes = [
        round(world.customers * one / size.customers) for one in (size.customers, size.debtors, size.cases)
    ]
    progress = Progress(f"World of {world.customers} customers", sum(sizes))
    wanted = [max(0, one - made) for one, made in zip(sizes, add_personas(context), strict=True)]
    blocks = max(1, min(ceil(wanted[0] / BLOCK), wanted[1]))
    parties, cases = _Parties(context, progress), _Cases(context, progress)
    (of_customers, more_customers), (of_debtors, more_debtors), (of_cases, more_cases) = (
        divmod(one, blocks) for one in wanted
    )
    other_debtors = [parties.debtor() for _ in range(more_debtors)]
    other_customers = [parties.customer() for _ in range(more_customers)]
    ids = context.rows.last_ids()
    debtors = [parties.debtor() for _ in range(of_debtors)]
    customers = [parties.customer() for _ in range(of_customers)]
    cases.add(debtors, of_cases)
    add_customer_summaries(context, customers)
    if blocks > 1:
        block = Block(world.connection, context.rows, ids, OWN, functions(context), (DEBTOR, CUSTOMER))
        cases.add(other_debtors or debtors, more_cases)
        add_customer_summaries(context, other_customers)
        for _ in range(1, blocks):
            block.copy()
            for debtor in debtors:
                parties.debtor(debtor)
            for customer in customers:
                parties.customer(customer)
            progress.advance(of_cases)
    context.rows.flush()
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
        self._definition = context.definition.world.parties
        countries = context.definition.world.countries
        self._countries = Weighted({code: one.weight for code, one in countries.items()})
        self._chance = context.registers[next(iter(countries))].chance
        self._parents: dict[CountryCode, list[int]] = {code: [] for code in countries}

    def debtor(self, like: Debtor | None = None) -> Debtor:
        """Add a debtor with addresses and extra fields.

        With `like`, a debtor of the original block, they are left out, since they are copied.
        """
        context = self._context
        country = like.country if like else self._countries.pick(self._chance.random())
        register = context.registers[country]
        chance = register.chance
        person = register.neighbour(like.person) if like else register.party()
        party = person.facts
        reachable = (1 if party.get("email") else 0) | (2 if party.get("cellular_phone") else 0)
        day = self._day(register, self._definition.debtors_registered_days_ago)
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
        registered = like.registered if like else at(day, chance.randrange(*OFFICE_HOURS))
        debtor_id = context.aptic.add_debtor(party, person.addresses, registered, own)
        if not like:
            choices = context.section.extra_fields.debtor
            context.aptic.add_extra_fields("debtor", debtor_id, _some_of(choices, register))
        self._progress.advance()
        return Debtor(debtor_id, country, person, registered)

    def customer(self, like: Customer | None = None) -> Customer:
        """Add a customer in the same way as a debtor; some companies are subsidiaries."""
        context = self._context
        country = like.country if like else self._countries.pick(self._chance.random())
        register = context.registers[country]
        chance = register.chance
        person = register.neighbour(like.person) if like else register.party()
        party = person.facts
        day = self._day(register, self._definition.customers_registered_days_ago)
        customer_guid = context.aptic.new_guid()
        client = like.client if like else chance.choice(context.clients_in(country))
        own: Row = {
            "customer_guid": customer_guid,
            "parent_customer_id": None,
            "client_id": context.clients[client.reference_code],
            "contact_person": None,
            "gln_number": None,
            "invoice_channel": "EMAIL" if party.get("email") and chance.random() < 0.6 else "LETTER",
        }
        parents = self._parents[country]
        if person.is_company:
            own["contact_person"] = register.full_name()
            if chance.random() < 0.5:
                own |= {"gln_number": gln(country, chance), "invoice_channel": "E-INVOICE"}
            if parents and chance.random() < 0.2:
                own["parent_customer_id"] = chance.choice(parents)
        registered = like.registered if like else at(day, chance.randrange(*OFFICE_HOURS))
        customer_id = context.aptic.add_customer(party, person.addresses, registered, own)
        if person.is_company and own["parent_customer_id"] is None and len(parents) < 1000:
            parents.append(customer_id)
        if not like:
            choices = context.section.extra_fields.customer
            context.aptic.add_extra_fields("customer", customer_id, _some_of(choices, register))
        self._progress.advance()
        return Customer(customer_id, client, person, registered)

    def _day(self, register: Register, days_ago: PastRange) -> int:
        chosen: int = register.chance.randrange(days_ago.least, days_ago.most + 1)
        return self._context.today - chosen


class _Cases:
    """Makes cases of random debtors: some debtors have none, some several, and some share one."""

    def __init__(self, context: Context, progress: Progress) -> None:
        self._context, self._progress = context, progress
        self._maker = CaseMaker(context)

    def add(self, debtors: list[Debtor], number: int) -> None:
        """Add so many cases with their documents, if there are debtors."""
        if not debtors:
            return
        context = self._context
        chance = context.registers[debtors[0].country].chance
        share = context.section.cases.two_debtors / 100
        choices = context.section.extra_fields.case
        for _ in range(number):
            debtor = chance.choice(debtors)
            other = chance.choice(debtors) if chance.random() < share else None
            if other is not None and (other == debtor or other.country != debtor.country):
                other = None
            draft = self._maker.draft(debtor, other)
            draft.extra_fields = _some_of(choices, context.registers[debtor.country])
            add_documents(context, draft, context.aptic.add_case(draft))
            self._progress.advance()


def _some_of(choices: ExtraFields, register: Register) -> dict[str, list[str]]:
    """Return some of the extra fields, each with one of its values."""
    chance = register.chance
    return {
        name: [chance.choice(values)] for name, values in choices.items() if chance.random() < HAS_EXTRA_FIELD
    }


SEED = Seed(fill=fill, section=Aptic, persona=PersonaAptic, check=mismatches, unique=unique_values)
