"""The context of a request: its space and ledger, and how to build links."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends
from starlette.requests import Request

from ledgersim.http.context import context_of
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

    def path(self, *parts: str) -> str:
        """A relative link in the customer API of the ledger."""
        return "/".join((f"{self.root}/customer/v1/{self.ledger.number}", *(quote(part) for part in parts)))

    def customer(self, customer: Row, *parts: str) -> str:
        """A relative link to a customer or one of its subresources."""
        return self.path("customers", customer["customer_no"], *parts)

    def invoice(self, number: str) -> str:
        """A relative link to an invoice."""
        return f"{self.root}/invoice/v1/{self.ledger.number}/invoices/{quote(number)}"

    def account(self, number: str) -> str:
        """A relative link to an account."""
        return f"{self.root}/account/v1/{self.ledger.number}/accounts/{quote(number)}"

    def page(self, path: str) -> str:
        """The absolute URL of a page of the simulator, which browsers open without a `Sim-Space` header."""
        prefix = "" if self.space.name == DEFAULT else f"/s/{self.space.name}"
        return f"{self.server}{prefix}/_sim/payex/{path}"


async def current_ledger(request: Request, ledger: str) -> LedgerContext:
    """The space and ledger of a request. Raises a 501 Problem."""
    context = context_of(request.scope)
    space = context.space
    return LedgerContext(space, find_ledger(space, ledger), context.root_path, context.server_url)


CurrentLedger = Annotated[LedgerContext, Depends(current_ledger)]
