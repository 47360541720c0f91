"""The application: all routers of PayEx."""

from urllib.parse import quote, unquote_plus

from starlette.types import ASGIApp, Receive, Scope, Send

from ledgersim.http.openapi import PROVENANCE, ApiMetadata
from ledgersim.http.vendor_app import VendorApp
from ledgersim.problems import COMMON
from ledgersim.vendors.payex.addresses.routes import router as addresses
from ledgersim.vendors.payex.consents.routes import router as consents
from ledgersim.vendors.payex.customers.routes import router as customers
from ledgersim.vendors.payex.errors import problem_schema, renderer
from ledgersim.vendors.payex.guard import CHALLENGE, guard
from ledgersim.vendors.payex.invoices.routes import router as invoices
from ledgersim.vendors.payex.kyc.routes import router as kyc
from ledgersim.vendors.payex.problems import PROBLEMS
from ledgersim.vendors.payex.settings import PayexSettings
from ledgersim.vendors.payex.surpluses.routes import router as surpluses

_TAGS = {
    "Customers": "The customers of a ledger",
    "KYC": "Questions and answers about customers",
    "Surpluses": "Money that customers have to their credit, and orders to pay it out",
    "Addresses": "The legal and the billing address of a customer",
    "Consents": "Recurring cards and their registration",
    "Invoices and accounts": "What surpluses link to",
}


class QueryNamesInAnyCase:
    """Lower-cases the names of query parameters: the vendor documents both `language` and `Language`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("query_string"):
            pairs = [part.partition(b"=") for part in scope["query_string"].split(b"&")]
            lowered = [
                quote(unquote_plus(name.decode("latin-1")).lower()).encode() + equals + value
                if name.strip()
                else b""
                for name, equals, value in pairs
            ]
            scope = {**scope, "query_string": b"&".join(lowered)}
        await self._app(scope, receive, send)


def build(settings: PayexSettings) -> VendorApp:
    """The customer API, and the invoice and account APIs that it links to."""
    app = VendorApp(
        "payex",
        "PayEx ledger customer API (simulated)",
        renderer(settings.payex_problem_case),
        guard(settings.auth),
        ApiMetadata(
            description=f"A simulation of PayEx's ledger customer API. {PROVENANCE}",
            error=problem_schema(settings.payex_problem_case),
            security={
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The reference token of the ledger in the path. The vendor also asks for a "
                    "client certificate.",
                }
            },
            tags=_TAGS,
            problems=(*COMMON, *PROBLEMS),
            challenge=CHALLENGE,
        ),
    )
    app.add_middleware(QueryNamesInAnyCase)
    app.include(customers, kyc, surpluses, addresses, consents, invoices)
    return app
