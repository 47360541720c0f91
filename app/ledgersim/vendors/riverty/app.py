"""The application of this vendor."""

from ledgersim.http.openapi import PROVENANCE, ApiMetadata
from ledgersim.http.vendor_app import VendorApp, VendorSettings
from ledgersim.vendors.riverty.auth import guard
from ledgersim.vendors.riverty.customer_account.routes import router
from ledgersim.vendors.riverty.errors import refuse_invalid, to_response

_ABOUT = ApiMetadata(
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
    tags={"Customer accounts": "Applying for account credit, and what is left of it"},
)


def build(settings: VendorSettings) -> VendorApp:
    """The API, as strict about its keys as the settings ask for."""
    app = VendorApp(
        "Riverty customer account API (simulated)", to_response, guard(settings.auth), _ABOUT, refuse_invalid
    )
    app.include(router)
    return app
