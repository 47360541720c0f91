"""Cases, their debtors, and the imports that created them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel

ACTIVE, CLOSED = "Active", "Closed"  # [inferred] statuses
MAIN_ROLE, OTHER_ROLE = "MainDebtor", "CoDebtor"  # [inferred] roles of debtors


class CaseImport(TableModel, table=True):
    """One `PUT /v1/Cases`. The id is `impStockId` in the response; `imported_at` is when cases are created."""

    __tablename__ = "case_import"

    id: int | None = Field(default=None, primary_key=True)
    imported_at: datetime = Field(sa_type=Instant)
    number_of_cases: int


class PendingImport(TableModel, table=True):
    """An import that is not due yet, with the body of its request."""

    __tablename__ = "pending_import"

    import_id: int = Field(primary_key=True, foreign_key="case_import.id")
    body: str


class PendingCase(TableModel, table=True):
    """The GUID and number reserved for a case of a pending import."""

    __tablename__ = "pending_case"

    id: int | None = Field(default=None, primary_key=True)
    import_id: int = Field(foreign_key="pending_import.import_id", index=True)
    case_guid: str
    case_number: str = Field(unique=True)


class Case(TableModel, table=True):
    """A collection case."""

    __tablename__ = "case"

    id: int | None = Field(default=None, primary_key=True)
    case_guid: str = Field(unique=True)
    case_number: str = Field(unique=True)
    import_id: int | None = Field(default=None, foreign_key="case_import.id")
    client_id: int | None = Field(default=None, foreign_key="client.id", index=True)
    main_debtor_id: int | None = Field(default=None, foreign_key="debtor.id")
    currency_code: str
    registration_date: datetime = Field(sa_type=Instant)
    received_from: str | None = None
    reference_number: str | None = None
    delivery_system_code: str | None = None
    description: str | None = None
    payment_reference_number: str | None = None
    original_claimant_name: str | None = None
    service: str | None = None
    status: str | None = None
    sub_status: str | None = None
    claim_type: str | None = None
    legal_claim_type: str | None = None
    protected: bool | None = None
    stop_payments: bool | None = None
    prohibit_trust_accounting: bool | None = None
    report_paid_interest: bool | None = None
    report_paid_interest_from: datetime | None = Field(default=None, sa_type=Instant)
    fee_base_principal_amount: int | None = None
    high_cost_credit: bool | None = None
    high_cost_credit_amount: int | None = None
    high_cost_credit_used_amount: int | None = None
    credit_registry_status: int | None = None
    credit_registry_submission_date: datetime | None = Field(default=None, sa_type=Instant)
    paid_to_third_party: int = 0
    closure_code: str | None = None
    closure_date: datetime | None = Field(default=None, sa_type=Instant)
    closure_note: str | None = None
    claimant: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    energy_debt: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    relations: list[Any] | None = Field(default=None, sa_type=JSON)
    action_dates: list[Any] | None = Field(default=None, sa_type=JSON)


class CaseDebtor(TableModel, table=True):
    """A debtor of a case, with its role."""

    __tablename__ = "case_debtor"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    debtor_id: int = Field(foreign_key="debtor.id", index=True)
    debtor_role: str
    creditor_debtor_ref: str | None = None


CASE_IMPORT = CaseImport.__table__  # type: ignore[attr-defined]
PENDING_IMPORT = PendingImport.__table__  # type: ignore[attr-defined]
PENDING_CASE = PendingCase.__table__  # type: ignore[attr-defined]
CASE = Case.__table__  # type: ignore[attr-defined]
CASE_DEBTOR = CaseDebtor.__table__  # type: ignore[attr-defined]
