"""Consistency checks between the parts of a definition."""

from collections.abc import Iterator, Sequence

from ledgersim.world.model import Definition
from ledgersim.world.seeding import Mismatch, Seed


def mismatches(definition: Definition, seeds: Sequence[Seed]) -> Iterator[Mismatch]:
    """Yields all inconsistencies."""
    yield from _duplicates(definition, seeds)
    yield from _country_mismatches(definition)
    yield from _persona_mismatches(definition)
    for seed in seeds:
        yield from seed.check(definition)


def _country_mismatches(definition: Definition) -> Iterator[Mismatch]:
    world = definition.world
    if not any(country.weight for country in world.countries.values()):
        yield Mismatch("world", "countries", "at least one must have a weight above 0")
    for code in world.countries:
        if not definition.places.get(code):
            yield Mismatch("places", code, "must have at least one place, because it is a country of the world")


def _persona_mismatches(definition: Definition) -> Iterator[Mismatch]:
    for number, persona in enumerate(definition.personas):
        if persona.party.country not in definition.world.countries:
            reason = f"{persona.party.country} is not a country of the world"
            yield Mismatch("personas", f"[{number}] {persona.name}", reason)


def _duplicates(definition: Definition, seeds: Sequence[Seed]) -> Iterator[Mismatch]:
    seen: set[str] = set()
    for part, key, value in _unique_values(definition, seeds):
        if value in seen:
            yield Mismatch(part, key, f"{value} is given twice")
        seen.add(value)


def _unique_values(definition: Definition, seeds: Sequence[Seed]) -> Iterator[Mismatch]:
    for number, persona in enumerate(definition.personas):
        yield Mismatch("personas", f"[{number}] {persona.name}", persona.name)
    for seed in seeds:
        yield from seed.unique(definition)
