"""Adjustments on the wire."""

from ledgersim.core.wire import Body, SignedAmountIn


class AdjustmentIn(Body):
    """By how much to raise (or, below zero, to lower) what is owed. One of the two amounts is needed."""

    principal_adjustment: SignedAmountIn | None = None
    interest_adjustment: SignedAmountIn | None = None
    trans_spec_type_code: str | None = None
    note: str | None = None
