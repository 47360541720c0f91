"""The application of this vendor."""

from ledgersim.core.vendor import About, VendorApp, VendorSettings
from ledgersim.vendors.riverty.auth import guard
from ledgersim.vendors.riverty.customer_account.routes import router
from ledgersim.vendors.riverty.errors import refuse_invalid, to_response

_ABOUT = About(
    refusal={"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
    security={"key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"}},
)


def build(settings: VendorSettings) -> VendorApp:
    """The API, as strict about its keys as the settings ask for."""
    app = VendorApp(
        "Riverty customer account API (simulated)", to_response, guard(settings.auth), _ABOUT, refuse_invalid
    )
    app.include(router)
    return app
