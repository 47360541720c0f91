"""The owners of custom services: customers, debtors and cases."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from ledgersim.http.context import RequestContext
from ledgersim.schemas import ResponseModel
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.cases.queries import case_response
from ledgersim.vendors.aptic.cases.routes import find_case
from ledgersim.vendors.aptic.cases.schemas import CaseDetails
from ledgersim.vendors.aptic.customers.queries import customer_response
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.customers.schemas import Customer
from ledgersim.vendors.aptic.debtors.routes import debtor_response, find_debtor
from ledgersim.vendors.aptic.debtors.schemas import Debtor
from ledgersim.vendors.aptic.services.registry import Services
from ledgersim.vendors.aptic.services.routes import Fetch, service_router

Find = Callable[[RequestContext, str], Row]
ToResponse = Callable[[RequestContext, Row], Row]


def _fetch(find: Find, to_response: ToResponse, model: type[ResponseModel]) -> Fetch:
    def fetch(context: RequestContext, guid: str) -> dict[str, Any]:
        response = model.model_validate(to_response(context, find(context, guid)))
        return response.model_dump(mode="json", by_alias=True)

    return fetch


_FETCHERS = {
    "Customers": _fetch(find_customer, customer_response, Customer),
    "Debtors": _fetch(find_debtor, debtor_response, Debtor),
    "Cases": _fetch(find_case, case_response, CaseDetails),
}


def service_routers(services: Services) -> list[APIRouter]:
    """Return the operations that run these services for each kind of owner."""
    return [
        service_router("customer", "Customers", services, _FETCHERS),
        service_router("debtor", "Debtors", services, _FETCHERS),
        service_router("case", "Cases", services, _FETCHERS),
    ]
