"""Allocation of a payment to claims: fees, then interest, then principal, oldest due date first.

Amounts are in hundredths. `rate` is the value of one unit of a claim's currency in the payment's currency. The
vendor does not define rounding; here, a claim that the payment does not cover in full receives as much of its
own currency as the money buys, rounded down; the remainder goes to the next claim or stays unallocated
[inferred].
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any, Literal

from ledgersim.vendors.aptic.claims.rules import PARITY

MIN_RATE, MAX_RATE = Fraction(1, PARITY), Fraction(1_000)  # exchange rates that can be stored

Part = Literal["fee", "interest", "principal"]
ORDER: tuple[Part, ...] = ("fee", "interest", "principal")


@dataclass(frozen=True, slots=True)
class Owed:
    """The remaining amounts of a claim, in hundredths of its currency."""

    claim_id: int
    is_fee: bool
    principal: int
    interest: int
    rate: Fraction = Fraction(1)
    reference: str | None = None

    def part(self, part: Part) -> int:
        """Return the remaining amount of one part of the claim."""
        if part == "interest":
            return self.interest
        return self.principal if self.is_fee is (part == "fee") else 0


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of the payment (`used`, in its currency) and what it pays of a claim (`paid`, in the claim's)."""

    claim_id: int
    part: Part
    used: int
    paid: int


@dataclass(frozen=True, slots=True)
class Directed:
    """The amounts that a client directs to an invoice, in hundredths of the payment's currency."""

    reference: str
    principal: int
    interest: int


def claim_rate(claim: Mapping[str, Any], currency: str) -> Fraction:
    """Return the units of the case's currency per unit of the claim's: its exchange rate, or else 1."""
    if claim["currency_code"] == currency or claim["exch_rate"] is None:
        return Fraction(1)
    return Fraction(claim["exch_rate"], PARITY)


def case_rates(currency: str, ledger: str, claims: Iterable[Mapping[str, Any]]) -> dict[str, Fraction]:
    """Return the units of the case's currency per unit of others, as the exchange rates of its claims say.

    That of a claim in the case's currency leads to the general-ledger currency [inferred].
    """
    rates = {currency: Fraction(1)}
    for claim in claims:
        if claim["exch_rate"] is None:
            continue
        if claim["currency_code"] == currency:
            rates.setdefault(ledger, Fraction(PARITY, claim["exch_rate"]))
        else:
            rates.setdefault(claim["currency_code"], claim_rate(claim, currency))
    return rates


def allocate(amount: int, claims: Sequence[Owed], directed: Sequence[Directed] = ()) -> list[Allocation]:
    """Allocate a payment to claims, which come oldest due date first; the sum can be less than `amount`."""
    remaining = amount
    paid: dict[tuple[int, Part], int] = {}
    allocations: list[Allocation] = []
    for claim, part, limit in [*_directed(claims, directed), *_ordered(claims)]:
        owed = claim.part(part) - paid.get((claim.claim_id, part), 0)
        used, covers = _pay(remaining if limit is None else min(remaining, limit), owed, claim.rate)
        if covers:
            remaining -= used
            paid[claim.claim_id, part] = paid.get((claim.claim_id, part), 0) + covers
            allocations.append(Allocation(claim.claim_id, part, used, covers))
    return _merged(allocations)


def bookings(allocations: Sequence[Allocation]) -> dict[int, dict[str, int]]:
    """Return the booking on each claim, by the claim's id, in the order of the first allocations."""
    found: dict[int, dict[str, int]] = {}
    for one in allocations:
        part = "interest" if one.part == "interest" else "principal"
        empty = {"principal": 0, "interest": 0, "used_principal": 0, "used_interest": 0}
        booking = found.setdefault(one.claim_id, {"claim_id": one.claim_id, **empty})
        booking[part] += one.paid
        booking[f"used_{part}"] += one.used
    return found


def _ordered(claims: Sequence[Owed]) -> Iterator[tuple[Owed, Part, int | None]]:
    for part in ORDER:
        for claim in claims:
            yield claim, part, None


def _directed(claims: Sequence[Owed], directed: Sequence[Directed]) -> Iterator[tuple[Owed, Part, int | None]]:
    by_reference: Mapping[str | None, Owed] = {
        claim.reference: claim for claim in reversed(claims) if not claim.is_fee
    }
    for one in directed:
        yield by_reference[one.reference], "interest", one.interest
        yield by_reference[one.reference], "principal", one.principal


def _pay(available: int, owed: int, rate: Fraction) -> tuple[int, int]:
    """Return how much of the available money is used, and how much of the owed amount it covers."""
    if available <= 0 or owed <= 0:
        return 0, 0
    price = _price(owed, rate)
    if price <= available:
        return price, owed
    covers = min(owed, floor(available / rate))
    return (min(available, _price(covers, rate)), covers) if covers else (0, 0)


def _price(paid: int, rate: Fraction) -> int:
    """Return the price of an amount of a claim, rounded half up, at least one hundredth."""
    whole, part = rate.numerator, rate.denominator
    return max(1, (2 * paid * whole + part) // (2 * part))


def _merged(allocations: Sequence[Allocation]) -> list[Allocation]:
    """Merge the allocations to the same part of a claim, in the order of their first occurrence."""
    merged: dict[tuple[int, Part], Allocation] = {}
    for one in allocations:
        before = merged.get((one.claim_id, one.part))
        used, paid = (before.used, before.paid) if before else (0, 0)
        merged[one.claim_id, one.part] = Allocation(one.claim_id, one.part, used + one.used, paid + one.paid)
    return list(merged.values())
