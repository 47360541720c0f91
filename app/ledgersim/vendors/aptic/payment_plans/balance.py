"""What is owed when a plan is made, and the interest it bears."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, localcontext
from functools import cached_property
from typing import Self, TypeVar

from ledgersim.vendors.aptic.payment_plans.rounding import CENT, EXACT, ZERO, half_up, quotient

Key = TypeVar("Key")

# A level payment is computed in 100 digits, of which cancellation costs at most 30, then cut to these, so
# that an exact half cent is seen as one.
_GUARDED = Context(prec=50, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Debt:
    """What remains of the principal of a debt, and its interest rate in per cent a year."""

    principal: Decimal
    interest_rate: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class CoveredCase:
    """What remains to be paid on a case that a plan covers."""

    case_id: int
    debts: tuple[Debt, ...] = ()
    interest: Decimal = ZERO
    fees: Decimal = ZERO

    @property
    def principal(self) -> Decimal:
        """The principal that remains of all debts of the case."""
        return sum((debt.principal for debt in self.debts), ZERO)


@dataclass(frozen=True)
class Balance:
    """The balance of a plan; `yearly_interest` is Σ(principal · rate in per cent), 100 times a year's.

    Source: the issue on payment plans ("Balance of a plan", "Rate"): only principal bears interest.
    """

    principal: Decimal
    interest: Decimal
    fees: Decimal
    yearly_interest: Decimal

    @classmethod
    def of(cls, cases: Iterable[CoveredCase]) -> Self:
        """The balance of these cases."""
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
        """B: all that the plan is to clear."""
        return self.principal + self.interest + self.fees

    @cached_property
    def yearly_rate(self) -> Decimal:
        """The yearly rate on the whole balance, in per cent, unrounded."""
        return EXACT.divide(self.yearly_interest, self.total)

    @cached_property
    def _months(self) -> Decimal:
        return self.total * 1200

    def interest_of_month(self, unpaid: Decimal) -> Decimal:
        """Interest of one month on `unpaid`, to the cent: a twelfth of the yearly rate, half up."""
        return quotient(EXACT.multiply(unpaid, self.yearly_interest), self._months)

    def level_payment(self, unpaid: Decimal, count: int) -> Decimal:
        """The equal payment, instalment and interest, that clears `unpaid` in `count` months, to the cent.

        A = B·i / (1 - (1+i)^-n), or B/n at i = 0, half up.
        """
        if not self.yearly_interest:
            return quotient(unpaid, Decimal(count))
        with localcontext(EXACT):
            rate = self.yearly_interest / self._months
            exact = unpaid * rate / (1 - (1 + rate) ** -count)
        return half_up(_GUARDED.plus(exact))


def distribute(amount: Decimal, principals: Mapping[Key, Decimal]) -> dict[Key, Decimal]:
    """Shares of `amount` by remaining principal; keys are cases, oldest first; the sum is exact.

    Each share is rounded down to the cent; the cents left over go to the oldest case that has principal.
    Where none has any, the oldest case bears all.
    """
    total = sum(principals.values(), ZERO)
    if total == 0:
        principals = {case: CENT if nth == 0 else ZERO for nth, case in enumerate(principals)}
        total = CENT
    shares = {
        case: EXACT.divide(EXACT.multiply(amount, principal), total).quantize(CENT, ROUND_DOWN)
        for case, principal in principals.items()
    }
    oldest = next(case for case, principal in principals.items() if principal)
    shares[oldest] += amount - sum(shares.values(), ZERO)
    return shares
