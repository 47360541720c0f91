"""Schemas of invoices and accounts: as the vendor returns them, and as tests create them."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from ledgersim.schemas import (
    Amount,
    AmountIn,
    CurrencyIn,
    PositiveAmountIn,
    SignedAmountIn,
    member_error,
)
from ledgersim.vendors.payex.invoices.rules import (
    CLOSED,
    INVOICE,
    OPEN,
    PENDING,
    AccountStatus,
    ClaimLevel,
    InvoiceStatus,
    available_amount,
)
from ledgersim.vendors.payex.schemas import NOT_BLANK, DayIn, RequestModel, ResponseModel, chars

Number = Annotated[str, chars(40, r"^[A-Za-z0-9-]+$")]
Text = Annotated[str, chars(100, NOT_BLANK)]


class SellerCreate(RequestModel):
    """The sender of an invoice."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    number: Text


class InvoiceCreate(RequestModel):
    """An invoice in any state. By default nothing of it is paid, and it is open from its `invoiceDate` on."""

    model_config = ConfigDict(extra="forbid")

    invoice_no: Number | None = None
    external_invoice_id: Text | None = None
    status: InvoiceStatus | None = None
    claim_level: ClaimLevel = INVOICE
    original_amount: PositiveAmountIn
    current_debt: AmountIn | None = None
    currency: CurrencyIn | None = None
    invoice_date: DayIn | None = None
    due_date: DayIn | None = None
    seller: SellerCreate | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        debt = self.original_amount if self.current_debt is None else self.current_debt
        if debt > self.original_amount:
            raise member_error("Input should be at most originalAmount", "currentDebt")
        if self.status == CLOSED and self.current_debt:
            raise member_error("A closed invoice has no debt", "currentDebt")
        if self.status in (PENDING, OPEN) and not debt:
            raise member_error("Without debt an invoice is closed", "status")
        if self.status == PENDING and debt < self.original_amount:
            raise member_error("Nothing of a pending invoice is paid", "currentDebt")
        if self.status == PENDING and self.claim_level != INVOICE:
            raise member_error("The claim level of a pending invoice is Invoice", "claimLevel")
        return self


class AccountCreate(RequestModel):
    """An account in any state. A negative balance is debt."""

    model_config = ConfigDict(extra="forbid")

    account_no: Number | None = None
    start_date: DayIn | None = None
    description: Text = "Card account"
    status: AccountStatus = "open"
    credit_limit: AmountIn = 0
    total_balance: SignedAmountIn = 0
    reserved_amount: AmountIn = 0
    currency: CurrencyIn | None = None

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.total_balance > 0:
            raise member_error(
                "Input should be at most 0: what is paid beyond the debt is a surplus", "totalBalance"
            )
        if available_amount(self.credit_limit, self.total_balance, self.reserved_amount) < 0:
            raise member_error("Input should cover the debt and the reserved amount", "creditLimit")
        is_settled = not self.total_balance and not self.reserved_amount
        if self.status != OPEN and is_settled != (self.status == CLOSED):
            raise member_error(
                "An account with debt or a reserved amount is open or pending-close, any other open or closed",
                "status",
            )
        return self


class Seller(ResponseModel):
    """The sender of an invoice."""

    name: str
    number: str


class Invoice(ResponseModel):
    """An invoice."""

    id_: str = Field(alias="@id")
    created: str
    invoice_no: str
    external_invoice_id: str
    status: InvoiceStatus
    claim_level: ClaimLevel
    current_debt: Amount
    original_amount: Amount
    currency: str
    invoice_date: str
    due_date: str
    seller: Seller


class Account(ResponseModel):
    """An account; the available amount is limit plus balance minus reservations."""

    id_: str = Field(alias="@id")
    account_no: str
    start_date: str
    description: str
    customer_no: str
    status: AccountStatus
    credit_limit: Amount
    total_balance: Amount
    reserved_amount: Amount
    available_amount: Amount
    currency: str
