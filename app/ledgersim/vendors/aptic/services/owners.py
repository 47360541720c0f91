"""Whom services run for: customers, debtors and cases, as their GETs show them."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from ledgersim.http.schemas import ResponseModel
from ledgersim.http.vendor_app import RequestContext
from ledgersim.vendors.aptic.cases.queries import case_out
from ledgersim.vendors.aptic.cases.routes import find_case
from ledgersim.vendors.aptic.cases.schemas import CaseDetails
from ledgersim.vendors.aptic.customers.queries import customer_out
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.customers.schemas import Customer
from ledgersim.vendors.aptic.debtors.routes import debtor_out, find_debtor
from ledgersim.vendors.aptic.debtors.schemas import Debtor
from ledgersim.vendors.aptic.repository import Row
from ledgersim.vendors.aptic.services.registry import Services
from ledgersim.vendors.aptic.services.routes import Show, service_router

Find = Callable[[RequestContext, str], Row]
Out = Callable[[RequestContext, Row], Row]


def _shown(find: Find, out: Out, model: type[ResponseModel]) -> Show:
    def show(context: RequestContext, guid: str) -> dict[str, Any]:
        found = model.model_validate(out(context, find(context, guid)))
        return found.model_dump(mode="json", by_alias=True)

    return show


_SHOWS = {
    "Customers": _shown(find_customer, customer_out, Customer),
    "Debtors": _shown(find_debtor, debtor_out, Debtor),
    "Cases": _shown(find_case, case_out, CaseDetails),
}


def service_routers(services: Services) -> list[APIRouter]:
    """The operations that run these services for each kind of owner."""
    return [
        service_router("customer", "Customers", services, _SHOWS),
        service_router("debtor", "Debtors", services, _SHOWS),
        service_router("case", "Cases", services, _SHOWS),
    ]
