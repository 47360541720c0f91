"""How a payment is spread over what is owed: costs, then interest, then principal, oldest due first.

Everything is counted in whole hundredths. `rate` is how many hundredths of the payment's currency one
hundredth of a claim's currency is worth. Source: the facts file; what falls to rounding is ours:
a claim that the money does not cover in full gets as much of its own currency as fits, rounded down, and what
that costs is used; the rest goes on to the next claim or is left over.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Literal

Part = Literal["fee", "interest", "principal"]
ORDER: tuple[Part, ...] = ("fee", "interest", "principal")


@dataclass(frozen=True, slots=True)
class Owed:
    """What remains of a claim, in hundredths of its currency; claims are given oldest due first."""

    claim_id: int
    is_fee: bool
    principal: int
    interest: int
    rate: Fraction = Fraction(1)
    reference: str | None = None

    def part(self, part: Part) -> int:
        """What of the claim belongs to a part of the order."""
        if part == "interest":
            return self.interest
        return self.principal if self.is_fee is (part == "fee") else 0


@dataclass(frozen=True, slots=True)
class Used:
    """That so much of the payment (`used`, its currency) paid so much of a claim (`paid`, its currency)."""

    claim_id: int
    part: Part
    used: int
    paid: int


@dataclass(frozen=True, slots=True)
class Directed:
    """How much of a payment is meant for an invoice, in hundredths of the payment's currency."""

    reference: str
    principal: int
    interest: int


def spread(amount: int, claims: Sequence[Owed], directed: Sequence[Directed] = ()) -> list[Used]:
    """Where the hundredths of a payment go; what is in no entry is left over."""
    left = amount
    paid: dict[tuple[int, Part], int] = {}
    found: list[Used] = []
    for claim, part, most in [*_directed(claims, directed), *_ordered(claims)]:
        owed = claim.part(part) - paid.get((claim.claim_id, part), 0)
        used, covers = _pay(left if most is None else min(left, most), owed, claim.rate)
        if covers:
            left -= used
            paid[claim.claim_id, part] = paid.get((claim.claim_id, part), 0) + covers
            found.append(Used(claim.claim_id, part, used, covers))
    return _merged(found)


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
    """How much is used, and how much of what is owed it covers."""
    if available <= 0 or owed <= 0:
        return 0, 0
    price = _price(owed, rate)
    if price <= available:
        return price, owed
    covers = min(owed, floor(available / rate))
    return (min(available, _price(covers, rate)), covers) if covers else (0, 0)


def _price(paid: int, rate: Fraction) -> int:
    """What a part of a claim costs, to the hundredth, half up; never nothing."""
    return max(1, floor(paid * rate + Fraction(1, 2)))


def _merged(found: Sequence[Used]) -> list[Used]:
    """One entry for a claim and part, in the order of their first."""
    merged: dict[tuple[int, Part], Used] = {}
    for one in found:
        before = merged.get((one.claim_id, one.part))
        used, paid = (before.used, before.paid) if before else (0, 0)
        merged[one.claim_id, one.part] = Used(one.claim_id, one.part, used + one.used, paid + one.paid)
    return list(merged.values())
