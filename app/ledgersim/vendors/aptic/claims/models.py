"""Claims: the debts and fees of a case, with their balances.

Amounts are in hundredths of `currency_code`. Only the functions in `rules` change the balances (original, paid,
adjusted, remaining), which always satisfy remaining = original - paid + adjusted. Interest accrues on the
remaining principal from day `accrues_from` to day `accrues_to` (proleptic ordinals); the balances include it
only up to `accrues_from`, and `accrued` are the periods for which they do. `accrual_rest` is the remainder of
its rounding, in 1/`rules.YEAR` of a hundredth; it keeps the total interest independent of the number of
postings.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ColumnElement, ForeignKey, Index, and_, not_
from sqlmodel import Field
from typing_extensions import TypedDict

from ledgersim.storage.functions import constant
from ledgersim.storage.types import Instant, TableModel
from ledgersim.vendors.aptic.claims.rules import NEVER, YEAR, Period

DEBT, FEE = "debt", "fee"


class _ExtraField(TypedDict):
    name: str
    value: list[str]


def _cents(default: int = 0) -> Any:
    return Field(default=default, sa_type=BigInteger)


def _instant() -> Any:
    return Field(default=None, sa_type=Instant)


class Claim(TableModel, table=True):
    """A debt or a fee. `exch_rate` is in millionths, other rates in ten-thousandths of a per cent per year."""

    __tablename__ = "claim"
    __table_args__ = (Index("ix_claim_case", "case_id", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    guid: str = Field(unique=True)
    case_id: int = Field(foreign_key="case.id")
    kind: str
    currency_code: str
    exch_rate: int | None = None
    exch_date: datetime | None = _instant()
    original_principal: int = _cents()
    paid_principal: int = _cents()
    adjusted_principal: int = _cents()
    remaining_principal: int = _cents()
    original_interest: int = _cents()
    paid_interest: int = _cents()
    adjusted_interest: int = _cents()
    remaining_interest: int = _cents()
    opening_principal: int = _cents()
    opening_vat: int = _cents()
    original_vat: int = _cents()
    paid_vat: int = _cents()
    adjusted_vat: int = _cents()
    remaining_vat: int = _cents()
    accrual_rate: int = 0
    accrual_rest: int = _cents()
    accrues_from: int = NEVER
    accrues_to: int = NEVER
    accrued: list[Period] = Field(default=[], sa_type=JSON)
    registration_date: datetime = Field(sa_type=Instant)
    description: str | None = None
    bill_date: datetime | None = _instant()
    due_date: datetime | None = _instant()
    interest_rate: int | None = None
    interest_code: str | None = None
    interest_from: datetime | None = _instant()
    interest_to: datetime | None = _instant()
    # fees
    name: str | None = None
    fee_type: str | None = None
    # debts
    reference_number: str | None = None
    ledger_ref: str | None = None
    debt_group: str | None = None
    our_reference: str | None = None
    your_reference: str | None = None
    payment_condition: int | None = None
    interest_condition: int | None = None
    interest_specific_calculation_type: str | None = None
    interest_specific_calculation_cutoff_date: datetime | None = _instant()
    fixed_interest_term_start: datetime | None = _instant()
    account_ref: str | None = None
    account_ref_type: str | None = None
    one_time_service_fees: int | None = None
    loan_purpose: str | None = None
    loan_type_code: str | None = None
    agreement_date: datetime | None = _instant()
    agreement_due_date: datetime | None = _instant()
    agreement_end_date: datetime | None = _instant()
    enforceable_debt_type: str | None = None
    goods_related_credit: bool | None = None
    effective_year: int | None = None
    debt_principal_type: str | None = None
    granted_credit_amount: int | None = None
    used_credit_amount: int | None = None
    original_eir: int | None = None
    lender_name: str | None = None
    period_of_limitation: str | None = None
    limitation_date: datetime | None = _instant()
    extra_fields: list[_ExtraField] | None = Field(default=None, sa_type=JSON)
    interest_rate_ceiling_code: str | None = None
    agreed_interest_code: str | None = None
    agreed_interest_rate: int | None = None


class Adjustment(TableModel, table=True):
    """An adjustment of a claim, up or down, in hundredths."""

    __tablename__ = "claim_adjustment"

    id: int | None = Field(default=None, primary_key=True)
    claim_id: int = Field(foreign_key="claim.id", index=True)
    adjusted_at: datetime = Field(sa_type=Instant)
    trans_spec_type_code: str
    principal: int = _cents()
    interest: int = _cents()
    note: str | None = None


class CaseSums(TableModel, table=True):
    """The sums of a case, derived from its claims: see `ledgersim.vendors.aptic.claims.sums`.

    They are in its currency and include interest up to the last posting of each claim. `accruing` is how many
    of the claims bear interest since then, `converting` how many of these are in another currency. The columns
    from `daily_interest` to `accrues_to` are sums over the claims that bear interest, which say how it accrues
    if there is only one: `daily_interest` hundredths and `daily_fraction` / `rules.YEAR` of one for each day.

    SQLite reads a row up to the last column that it needs: those that most filters need come first.
    """

    __tablename__ = "case_sums"

    case_id: int = Field(sa_column=Column(ForeignKey("case.id", ondelete="CASCADE"), primary_key=True))
    currency_code: str
    accruing: int = 0
    converting: int = 0
    daily_interest: int = _cents()
    daily_fraction: int = _cents()
    accrual_rest: int = _cents()
    accrues_from: int = _cents()
    accrues_to: int = _cents()
    remaining_sum: int = _cents()
    remaining_principal: int = _cents()
    remaining_interest: int = _cents()
    remaining_fee: int = _cents()
    original_sum: int = _cents()
    original_principal: int = _cents()
    original_interest: int = _cents()
    original_fee: int = _cents()
    paid_sum: int = _cents()
    paid_principal: int = _cents()
    paid_interest: int = _cents()
    paid_fee: int = _cents()


CLAIM = Claim.__table__  # type: ignore[attr-defined]
ADJUSTMENT = Adjustment.__table__  # type: ignore[attr-defined]
CASE_SUMS = CaseSums.__table__  # type: ignore[attr-defined]


def accrues(claim: Any) -> ColumnElement[bool]:
    """Return the condition that interest accrues on a claim now or later. `claim` are its columns."""
    is_still = (claim.remaining_principal == constant(0)) | (claim.accrues_from >= claim.accrues_to)
    is_rounded = claim.accrual_rest.between(constant(-YEAR // 2), constant(YEAR // 2 - 1))
    return and_(claim.accrual_rate != constant(0), not_(is_still & is_rounded))


Index(
    "ix_claim_accruing",
    CLAIM.c.case_id,
    CLAIM.c.remaining_principal,
    CLAIM.c.accrual_rate,
    CLAIM.c.accrual_rest,
    CLAIM.c.accrues_from,
    CLAIM.c.accrues_to,
    sqlite_where=accrues(CLAIM.c),
)
