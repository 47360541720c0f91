"""Whom services run for: customers, debtors and cases, as their GETs show them."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter

from ledgersim.core.vendor import Call
from ledgersim.core.wire import Answer
from ledgersim.vendors.aptic.cases.reading import case_out
from ledgersim.vendors.aptic.cases.routes import find_case
from ledgersim.vendors.aptic.cases.schemas import CaseDetails
from ledgersim.vendors.aptic.customers.reading import customer_out
from ledgersim.vendors.aptic.customers.routes import find_customer
from ledgersim.vendors.aptic.customers.schemas import Customer
from ledgersim.vendors.aptic.debtors.routes import debtor_out, find_debtor
from ledgersim.vendors.aptic.debtors.schemas import Debtor
from ledgersim.vendors.aptic.services.registry import Services
from ledgersim.vendors.aptic.services.routes import Show, service_router
from ledgersim.vendors.aptic.store import Row

Find = Callable[[Call, str], Row]
Out = Callable[[Call, Row], Row]


def _shown(find: Find, out: Out, model: type[Answer]) -> Show:
    def show(call: Call, guid: str) -> dict[str, Any]:
        found = model.model_validate(out(call, find(call, guid)))
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
