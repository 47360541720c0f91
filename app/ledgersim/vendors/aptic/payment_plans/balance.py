"""The amounts that a plan covers, their interest, and their distribution over cases."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cached_property
from typing import Self, TypeVar

from ledgersim.vendors.aptic.payment_plans.rounding import CENT, EXACT, ZERO, half_up, quotient

Key = TypeVar("Key")

# A level payment is computed with 100 digits, of which cancellation costs at most 30. Rounding it to 50 first
# makes exact half cents exact.
_GUARDED = Context(prec=50, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Debt:
    """The remaining principal of a debt, and its interest rate in per cent per year."""

    principal: Decimal
    interest_rate: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CoveredCase:
    """The remaining amounts of a case that a plan covers."""

    case_id: int
    debts: tuple[Debt, ...] = ()
    interest: Decimal = ZERO
    fees: Decimal = ZERO

    @property
    def principal(self) -> Decimal:
        """The remaining principal of all debts of the case."""
        return sum((debt.principal for debt in self.debts), ZERO)


@dataclass(frozen=True)
class Balance:
    """The balance of a plan. Only principal bears interest [inferred].

    `yearly_interest` is the sum of principal times rate in per cent, 100 times the interest of a year.
    """

    principal: Decimal
    interest: Decimal
    fees: Decimal
    yearly_interest: Decimal

    @classmethod
    def of(cls, cases: Iterable[CoveredCase]) -> Self:
        """Return the balance of these cases."""
        cases = tuple(cases)
        debts = [debt for case in cases for debt in case.debts]
        return cls(
            sum((debt.principal for debt in debts), ZERO),
            sum((case.interest for case in cases), ZERO),
            sum((case.fees for case in cases), ZERO),
            sum((EXACT.multiply(debt.principal, debt.interest_rate) for debt in debts), ZERO),
        )

    @cached_property
    def total(self) -> Decimal:
        """The amount that the plan pays off."""
        return self.principal + self.interest + self.fees

    @cached_property
    def yearly_rate(self) -> Decimal:
        """The yearly rate on the whole balance, in per cent, unrounded."""
        return EXACT.divide(self.yearly_interest, self.total)

    @cached_property
    def _months(self) -> Decimal:
        return self.total * 1200

    def interest_of_month(self, unpaid: Decimal) -> Decimal:
        """Return a month's interest on `unpaid`, a twelfth of the yearly rate, rounded half up to the cent."""
        return quotient(EXACT.multiply(unpaid, self.yearly_interest), self._months)

    def level_payment(self, unpaid: Decimal, count: int) -> Decimal:
        """Return the equal payment (instalment and interest) that pays off `unpaid` in `count` months.

        With balance B and monthly rate i this is B·i / (1 - (1+i)^-n), or B/n if i = 0, rounded half up.
        """
        if not self.yearly_interest:
            return quotient(unpaid, Decimal(count))
        with localcontext(EXACT):
            rate = self.yearly_interest / self._months
            exact = unpaid * rate / (1 - (1 + rate) ** -count)
        return half_up(_GUARDED.plus(exact))


def distribute(amount: Decimal, principals: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """Distribute `amount` over cases (oldest first) in proportion to their principal; the sum is exact.

    Shares are rounded down to the cent; the oldest case that has principal receives the remaining cents. If no
    case has principal, the oldest case receives everything.
    """
    total = sum(principals.values(), ZERO)
    if total == 0:
        principals = {case: CENT if index == 0 else ZERO for index, case in enumerate(principals)}
        total = CENT
    shares = {
        case: EXACT.divide(EXACT.multiply(amount, principal), total).quantize(CENT, ROUND_DOWN)
        for case, principal in principals.items()
    }
    oldest = next(case for case, principal in principals.items() if principal)
    shares[oldest] += amount - sum(shares.values(), ZERO)
    return shares
