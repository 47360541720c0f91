"""The summary of a customer."""

from typing import Any

from ledgersim.core.vendor import CurrentCall, new_router, operation
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.engagements.reading import summary
from ledgersim.vendors.aptic.engagements.schemas import CustomerSummary

router = new_router("Customers")


@router.get(
    "/v1/Customers/{guid}/Summary",
    response_model=CustomerSummary,
    **operation(
        "aptic.customers.summary",
        method="inferred",
        path="inferred",
        summary="Balances and engagements of a customer",
    ),
)
async def get_customer_summary(call: CurrentCall, guid: str) -> Any:
    return summary(call, find_customer(call, guid))
