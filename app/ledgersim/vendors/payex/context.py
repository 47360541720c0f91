"""The context of a request: its space and ledger, and how to build links."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from starlette.requests import Request

from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import VendorApp
from ledgersim.spaces.registry import DEFAULT
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row
from ledgersim.vendors.payex.ledgers.queries import find_ledger
from ledgersim.vendors.payex.state import Ledger


@dataclass(frozen=True, slots=True)
class LedgerContext:
    """One request to a ledger."""

    space: Space
    ledger: Ledger
    root: str  # prefix of relative links: /ledger or /s/NAME/ledger
    server: str  # address of the server, without a space
    app: VendorApp | None = None  # knows the user's paths, if links are to have these

    def customer(self, customer: Row, *parts: str) -> str:
        """A relative link to a customer or one of its subresources."""
        return self._link(self._customer(customer, *parts))

    def operation(self, rel: str, method: str, customer: Row, *parts: str) -> Row:
        """An available operation on a customer or one of its subresources."""
        method, href = self._address(self._customer(customer, *parts), method)
        return {"rel": rel, "method": method, "href": href}

    def invoice(self, number: str) -> str:
        """A relative link to an invoice."""
        return self._link(f"/invoice/v1/{self.ledger.number}/invoices/{quote(number)}")

    def account(self, number: str) -> str:
        """A relative link to an account."""
        return self._link(f"/account/v1/{self.ledger.number}/accounts/{quote(number)}")

    def _customer(self, customer: Row, *parts: str) -> str:
        path = f"/customer/v1/{self.ledger.number}/customers"
        return "/".join((path, *(quote(part) for part in (customer["customer_no"], *parts))))

    def _link(self, path: str) -> str:
        return self._address(path, "GET")[1]

    def _address(self, path: str, method: str) -> tuple[str, str]:
        if self.app is not None:
            method, path = self.app.address(path, method)
        return method, self.root + path

    def page(self, path: str) -> str:
        """The absolute URL of a page of the simulator, which browsers open without a `Sim-Space` header."""
        prefix = "" if self.space.name == DEFAULT else f"/s/{self.space.name}"
        return f"{self.server}{prefix}/_sim/payex/{path}"


async def current_ledger(request: Request, ledger: str) -> LedgerContext:
    """The space and ledger of a request. Raises a 501 Problem."""
    context = context_of(request.scope)
    space = context.space
    found = find_ledger(space, ledger)
    return LedgerContext(space, found, context.root_path, context.server_url, context.app)


CurrentLedger = Annotated[LedgerContext, Depends(current_ledger)]
