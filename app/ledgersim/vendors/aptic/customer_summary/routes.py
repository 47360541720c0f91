"""The summary of a customer."""

from typing import Any

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import new_router, operation
from ledgersim.vendors.aptic.customer_summary.queries import summary
from ledgersim.vendors.aptic.customer_summary.schemas import CustomerSummary
from ledgersim.vendors.aptic.customers.routes import find_customer

router = new_router("Customers")


@router.get(
    "/v1/Customers/{guid}/Summary",
    response_model=CustomerSummary,
    **operation(
        "aptic.customers.summary",
        method="inferred",
        path="inferred",
        summary="Read the balances of a customer and their parts",
    ),
)
async def get_customer_summary(context: CurrentContext, guid: str) -> Any:
    return summary(context, find_customer(context, guid))
