"""What happened to a person at all vendors, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from heapq import merge
from typing import TYPE_CHECKING, Any, NamedTuple

from ledgersim.plugin import Vendor, resolve

if TYPE_CHECKING:
    from ledgersim.spaces.space import Space

# The events that vendors have in common, in the order in which those of one instant are listed.
EVENTS = (
    "credit-granted",
    "purchase",
    "invoice",
    "reminder",
    "collection-claim",
    "sent-to-collection",
    "case",
    "fee",
    "plan",
    "payment",
    "closed",
    "surplus",
    "set-off",
    "disbursed",
)


class TimelineEntry(NamedTuple):
    """Something that happened. `path` is where to read the result, without the prefix of a space.

    `event` is one of `EVENTS` where one fits. `amount` is in hundredths of `currency`.
    """

    at: datetime
    event: str
    summary: str
    path: str
    amount: int | None = None
    currency: str | None = None


# Yields what happened at a vendor to the person with these ids, which are the vendor's part of a persona.
Timeline = Callable[["Space", Mapping[str, Any]], Iterable[TimelineEntry]]


def money(amount: int, currency: str) -> str:
    """An amount in hundredths for a summary: `1,250.00 SEK`."""
    return f"{amount / 100:,.2f} {currency}"


def timeline(
    vendors: Sequence[Vendor], space: Space, persona: Mapping[str, Any]
) -> Iterator[tuple[str, TimelineEntry]]:
    """What happened to a persona, oldest first, with the name of the vendor.

    The entries of one instant are in the order of `EVENTS`, and those of one vendor in its own order.
    """
    found = []
    for vendor in vendors:
        read = resolve(vendor.timeline)
        if read is not None and vendor.name in persona:
            entries = sorted(read(space, persona[vendor.name]), key=lambda entry: entry.at)
            found.append([(vendor.name, entry) for entry in entries])
    return merge(*found, key=lambda pair: (pair[1].at, _rank(pair[1].event)))


def _rank(event: str) -> int:
    return EVENTS.index(event) if event in EVENTS else len(EVENTS)
