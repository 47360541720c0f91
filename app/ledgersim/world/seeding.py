"""What a vendor contributes to a world: models for its part of the definition, and rows."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection

from ledgersim.ids import Stream
from ledgersim.spaces.vendor_state import VendorState
from ledgersim.world.model import Definition
from ledgersim.world.parts import CountryCode, Currency, Part
from ledgersim.world.people import Person, Register
from ledgersim.world.persona_model import Persona
from ledgersim.world.progress import Progress
from ledgersim.world.rows import Rows

MAX_PEOPLE = 1_000  # that are kept for the vendors after the first


class Mismatch(NamedTuple):
    """An inconsistency in a definition: the file, the key and the reason."""

    part: str
    key: str
    reason: str


class SeededDebt(NamedTuple):
    """A debt of a persona, without the fees and interest of its collection. Amounts in hundredths, day numbers.

    `collected` is the day on which the debt was sent to collection, and `closed` that on which its collection
    ended, if they were. `payments` are the days and amounts of what has been paid of it.
    """

    creditor: str
    reference: str
    currency: Currency
    amount: int
    billed: int
    due: int
    stage: Literal["billed", "reminded", "collection"]
    payments: Sequence[tuple[int, int]] = ()
    collected: int | None = None
    closed: int | None = None

    @property
    def remaining(self) -> int:
        """What is unpaid."""
        return self.amount - sum(amount for _, amount in self.payments)


class SeededPersona(NamedTuple):
    """A persona in the world. Each vendor adds its ids to `entry`, which `GET /_sim/personas` returns.

    The vendor that defines the debts of personas adds them to `debts`, and codes to `creditors`, the most
    important first: those of the debts and any others that know the persona. The vendors after it read them.
    """

    definition: Persona
    person: Person
    entry: dict[str, Any]
    creditors: list[str]
    debts: list[SeededDebt]


class SeedContext:
    """What vendors seed a world with: its definition, date and people, and a place to add rows."""

    def __init__(
        self,
        connection: Connection,
        definition: Definition,
        guids: Stream,
        seed: int,
        customers: int,
        as_of: date,
    ) -> None:
        self.connection = connection
        self.definition = definition
        self.guids = guids
        self.customers = customers
        self.today = as_of.toordinal()
        self.rows = Rows(connection)
        self.people: list[Person] = []  # generated so far, without the personas
        self.registers: dict[CountryCode, Register] = {
            code: Register(definition, code, seed, as_of, self._collect) for code in definition.world.countries
        }
        self.personas = [self._persona(number, persona) for number, persona in enumerate(definition.personas)]

    def progress(self, what: str, total: int) -> Progress:
        """A progress report for a long part of the build."""
        return Progress(what, total)

    def _collect(self, person: Person) -> None:
        if len(self.people) < MAX_PEOPLE:
            self.people.append(person)

    def _persona(self, number: int, persona: Persona) -> SeededPersona:
        person = self.registers[persona.party.country].persona(persona.party, number)
        entry = {
            "name": persona.name,
            "title": persona.title,
            "description": persona.description.strip(),
        }
        return SeededPersona(persona, person, entry, [], [])


def _no_mismatch(_: Definition) -> Iterator[Mismatch]:
    return iter(())


@dataclass(frozen=True, kw_only=True, eq=False)
class Seed:
    """How a vendor seeds a world.

    `fill` stores rows and returns the vendor's state. `section` is the model of the vendor's section of the
    world file, `persona` that of its part of a persona, and `files` those of further files, which the world
    file names under these keys. `check` yields inconsistencies, `unique` values that must not occur twice.
    """

    fill: Callable[[SeedContext], VendorState | None]
    section: type[Part] | None = None
    persona: type[Part] | None = None
    files: Mapping[str, type[Part]] = field(default_factory=dict)
    check: Callable[[Definition], Iterator[Mismatch]] = _no_mismatch
    unique: Callable[[Definition], Iterator[Mismatch]] = _no_mismatch  # `reason` is the value
