"""The application: the routes of Riverty."""

from ledgersim.http.openapi import PROVENANCE, ApiMetadata
from ledgersim.http.vendor_app import VendorApp
from ledgersim.plugin import VendorSettings
from ledgersim.vendors.riverty.auth import guard
from ledgersim.vendors.riverty.customer_account.routes import router
from ledgersim.vendors.riverty.errors import render_invalid, to_response

_METADATA = ApiMetadata(
    description=f"A simulation of Riverty's customer account API. {PROVENANCE}",
    version="v3",
    error={
        "type": "object",
        "description": "Why the request failed.",
        "properties": {"message": {"type": "string"}},
        "required": ["message"],
    },
    error_name="ErrorResponse",
    media_type="application/json",
    security={"key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"}},
    tags={"Customer accounts": "Applying for account credit, and the remaining credit"},
)


def build(settings: VendorSettings) -> VendorApp:
    """The customer account API."""
    app = VendorApp(
        "riverty",
        "Riverty customer account API (simulated)",
        to_response,
        guard(settings.auth),
        _METADATA,
        render_invalid,
    )
    app.include(router)
    return app
