"""The application: all routers of PayEx."""

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
            errors={
                403: "The ledger does not have the grant for this operation",
                501: "The ledger is not configured",
            },
            tags=_TAGS,
            problems=(*COMMON, *PROBLEMS),
            challenge=CHALLENGE,
        ),
    )
    app.include(customers, kyc, surpluses, addresses, consents, invoices)
    return app
