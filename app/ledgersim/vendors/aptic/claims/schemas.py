"""Schemas that debts and fees share."""

from pydantic import Field

from ledgersim.schemas import Amount, RequestModel, RowModel, SignedAmountIn


class ClaimSums(RowModel):
    """The balances of a claim in a list. `ledger…` are remaining amounts in the case's currency [inferred]."""

    original_principal: Amount
    original_vat: Amount = Field(alias="originalVAT")
    original_interest: Amount
    original_sum: Amount
    paid_principal: Amount
    paid_vat: Amount = Field(alias="paidVAT")
    paid_interest: Amount
    paid_sum: Amount
    remaining_principal: Amount
    remaining_vat: Amount = Field(alias="remainingVAT")
    remaining_interest: Amount
    remaining_sum: Amount
    ledger_principal: Amount
    ledger_vat: Amount = Field(alias="ledgerVAT")
    ledger_interest: Amount
    ledger_sum: Amount


class AdjustmentCreate(RequestModel):
    """An adjustment: positive amounts raise what is owed, negative ones lower it. One amount is required."""

    principal_adjustment: SignedAmountIn | None = None
    interest_adjustment: SignedAmountIn | None = None
    trans_spec_type_code: str | None = None
    note: str | None = None
