"""What happened to a person at all vendors, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from ledgersim.plugin import Vendor, resolve

if TYPE_CHECKING:
    from ledgersim.spaces.space import Space

# The events that vendors have in common.
EVENTS = (
    "credit-granted",
    "purchase",
    "invoice-pending",
    "invoice",
    "reminder",
    "collection-claim",
    "sent-to-collection",
    "case",
    "fee",
    "plan",
    "plan-invoice",
    "plan-reminder",
    "plan-ended",
    "payment",
    "closed",
    "surplus",
    "ordered",
    "set-off",
    "disbursed",
)
_WITH_SURPLUS = ("ordered", "set-off", "disbursed")


class TimelineEntry(NamedTuple):
    """Something that happened. `path` is where to read the result, without the prefix of a space.

    `event` is one of `EVENTS` where one fits. `amount` is in hundredths of `currency`. `is_carried` is whether
    it follows from what another vendor, which took the debt over, has received or closed.
    """

    at: datetime
    event: str
    summary: str
    path: str
    amount: int | None = None
    currency: str | None = None
    is_carried: bool = False


# Yields what happened at a vendor to the person with these ids, which are the vendor's part of a persona.
Timeline = Callable[["Space", Mapping[str, Any]], Iterable[TimelineEntry]]


def money(amount: int, currency: str) -> str:
    """An amount in hundredths for a summary: `1,250.00 SEK`."""
    return f"{amount / 100:,.2f} {currency}"


def timeline(
    vendors: Sequence[Vendor], space: Space, persona: Mapping[str, Any]
) -> Iterator[tuple[str, TimelineEntry]]:
    """What happened to a persona, oldest first, with the name of the vendor.

    The entries of one instant follow a debt on its way through the vendors: from the vendor that hands it on to
    the one that takes it over, and then, from the first carried entry of each on, back. What is done with a
    surplus comes last. Otherwise, the entries of one vendor stay in its own order.
    """
    found = []
    for vendor in vendors:
        read = resolve(vendor.timeline)
        if read is None or vendor.name not in persona:
            continue
        place, carried_at = _place(vendor), None
        for entry in sorted(read(space, persona[vendor.name]), key=lambda entry: entry.at):
            if entry.is_carried:
                carried_at = entry.at
            is_back = entry.at == carried_at
            order = (entry.at, entry.event in _WITH_SURPLUS, is_back, -place if is_back else place)
            found.append((order, vendor.name, entry))
    for _, name, entry in sorted(found, key=lambda one: one[0]):
        yield name, entry


def _place(vendor: Vendor) -> int:
    """The place of a vendor on the way of debts: -1 if it only hands them on, 1 if it only takes them over."""
    debts = resolve(vendor.debts)
    return 0 if debts is None else (debts.take is not None) - (debts.settle is not None)
