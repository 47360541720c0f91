"""Shows a debt at all vendors, and carries it from one to another."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import Field, model_validator

from ledgersim import debts
from ledgersim.admin.base import Strict, new_router, vendor_url
from ledgersim.debts import Debt
from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.plugin import Vendor
from ledgersim.schemas import AdminResponse, Amount


class DebtAtVendor(AdminResponse):
    """A debt as a vendor has it. `kept` is why the vendor does not hand it on; null if it does."""

    status: str
    creditor: str | None
    debtor: str
    national_number: str | None
    currency: str
    amount: Amount
    remaining: Amount
    received: Amount
    billed: date
    due: date
    closed: bool
    kept: str | None
    href: str


class DebtEverywhere(AdminResponse):
    """A debt at each vendor that has it."""

    number: str
    vendors: dict[str, DebtAtVendor]


class Settlement(Strict):
    """The vendor that received payments for a debt, and the one that is to know.

    `creditor` chooses among debts with the same number.
    """

    from_: str = Field(alias="from")
    to: str
    creditor: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _missing_is_empty(cls, value: Any) -> Any:
        """Have missing vendors reported with those that are possible."""
        return {"from": "", "to": "", **value} if isinstance(value, dict) else value


class Transfer(Settlement):
    """The vendor that hands a debt on, and the one that takes it; the creditor's code if the debt has none."""


def debts_router(vendors: Sequence[Vendor]) -> APIRouter:
    """The routes for debts."""
    router = new_router("Debts", "/debts")

    def to_response(context: RequestContext, number: str, found: Mapping[str, Debt]) -> dict[str, Any]:
        at_vendors = {
            vendor: {
                **debt._asdict(),
                "debtor": debt.debtor.name,
                "national_number": debt.debtor.national_number,
                "closed": debt.is_closed,
                "kept": debt.kept or None,
                "href": vendor_url(context, debt.path),
            }
            for vendor, debt in found.items()
        }
        return {"number": number, "vendors": at_vendors}

    @router.get(
        "/{number}",
        response_model=DebtEverywhere,
        operation_id="sim.debts.get",
        summary="Show a debt at all vendors that have it",
    )
    async def get_debt(context: CurrentContext, number: str, creditor: str | None = None) -> Any:
        """The number is the same at all vendors. If several debts have it, `creditor` chooses one; without it,
        the answer is a 409 that names them.
        """
        return to_response(context, number, debts.debts_at(vendors, context.space, number, creditor))

    @router.post(
        "/{number}/transfer",
        status_code=201,
        response_model=DebtEverywhere,
        operation_id="sim.debts.transfer",
        summary="Hand a debt on from one vendor to another",
    )
    async def transfer_debt(context: CurrentContext, number: str, body: Transfer) -> Any:
        """What remains of the debt is opened at the other vendor, with the same number, currency and debtor. A
        vendor hands on only debts that it has sent to collection, and each once; otherwise the answer is a 409
        that says what is possible instead.
        """
        found = debts.transfer(vendors, context.space, number, body.from_, body.to, body.creditor)
        return to_response(context, number, found)

    @router.post(
        "/{number}/settle",
        response_model=DebtEverywhere,
        operation_id="sim.debts.settle",
        summary="Carry back what a vendor received for a debt",
    )
    async def settle_debt(context: CurrentContext, number: str, body: Settlement) -> Any:
        """Books at the vendor that handed the debt on what was received since the last time. If the debt is
        closed, its collection ends there too.
        """
        found = debts.settle(vendors, context.space, number, body.from_, body.to, body.creditor)
        return to_response(context, number, found)

    return router
