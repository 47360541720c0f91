"""What must hold of responses: each function returns the mismatches it finds."""

from collections.abc import Iterable, Mapping
from typing import Any

PARTS = ("Principal", "Interest", "Fee")
ERROR_TYPES = {"/APIGW": "application/problem+json", "/ledger": "application/problem+json"}


def cents(value: float) -> int:
    """An amount in hundredths."""
    return round(value * 100)


def expected_type(path: str, status: int) -> str:
    """The media type of a response with a body. `path` is without the prefix of a space."""
    return (
        ERROR_TYPES.get("/" + path.split("/")[1], "application/json") if status >= 400 else "application/json"
    )


def _mismatches(pairs: Iterable[tuple[str, object, object]]) -> list[str]:
    return [
        f"{what} should be {wanted}, not {found}"
        for what, wanted, found in pairs
        if wanted != found or type(wanted) is not type(found)
    ]


def case_errors(
    case: Mapping[str, Any],
    claims: list[Any],
    payments: Mapping[str, int],
    found: list[Any],
    paid: int,
    adjusted: int,
) -> list[str]:
    """Where the sums of a case, its claims (debts and fees) and its payments disagree.

    `payments` are the amounts of the acknowledged payments by id, `found` is the list of the server; `paid` is
    what was used of them, and `adjusted` the sum of all adjustments.
    """
    total = {kind: cents(case[f"{kind}Sum"]) for kind in ("original", "paid", "remaining")}
    pairs: list[tuple[str, object, object]] = [
        (f"{kind}Sum", sum(cents(case[f"{kind}{part}"]) for part in PARTS), total[kind]) for kind in total
    ]
    pairs += [
        ("paidSum", paid, total["paid"]),
        ("remainingSum (original - paid + adjusted)", total["original"] - paid + adjusted, total["remaining"]),
        ("the claims' remainingSum", total["remaining"], sum(cents(one["remainingSum"]) for one in claims)),
        ("the claims' paidSum", total["paid"], sum(cents(one["paidSum"]) for one in claims)),
        (
            "claims below zero",
            [],
            [one for one in claims if min(one["remainingPrincipal"], one["remainingInterest"]) < 0],
        ),
        ("payments", dict(payments), {one["paymentGuid"]: cents(one["paidAmount"]) for one in found}),
    ]
    return _mismatches(pairs)


def payment_errors(payment: Mapping[str, Any], amount: int, remaining: int) -> list[str]:
    """Where a payment, its lines and what its case still owed before it disagree."""
    used = cents(payment["totalAmountDeducted"])
    return _mismatches(
        [
            ("paidAmount", amount, cents(payment["paidAmount"])),
            ("totalAmountDeducted", min(amount, remaining), used),
            ("amountNotDeducted", amount - used, cents(payment["amountNotDeducted"])),
            (
                "the lines' usedAmount",
                used,
                sum(cents(line["usedAmount"]) for line in payment["specifications"]),
            ),
        ]
    )


def plan_errors(plan: Mapping[str, Any], owed: int) -> list[str]:
    """Where a proposed plan, its payments and what its cases owe disagree."""
    totals = sum(cents(plan[f"total{part}"]) for part in ("Principal", "Interest", "Fee"))
    return _mismatches(
        [
            ("totalAmount", totals, cents(plan["totalAmount"])),
            ("sum of amounts", totals, sum(cents(one["amount"]) for one in plan["payments"])),
            ("sum of instalments", owed, sum(cents(one["instalment"]) for one in plan["payments"])),
        ]
    )


def surplus_errors(
    items: list[Any], expected: Mapping[str, tuple[int, str]], received: int, set_off: int, paid_out: int
) -> list[str]:
    """Where the surpluses of a customer disagree with what came in and went out."""
    found = {one["surplusId"]: (cents(one["balance"]), one["status"]) for one in items}
    total = sum(balance for balance, _ in found.values())
    return _mismatches(
        [
            ("surpluses", dict(expected), found),
            ("sum of surpluses (received - set off - paid out)", received - set_off - paid_out, total),
        ]
    )


def memory_errors(baseline: int, last: int, growth: float) -> list[str]:
    """Whether the memory at the end is over that after the warm-up, in KiB, by more than `growth`."""
    if last <= baseline * (1 + growth):
        return []
    return [f"the memory should stay below {baseline:,} KiB + {growth:.0%}, not reach {last:,} KiB"]
