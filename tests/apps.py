"""What the applications publish with the default settings, built once for all tests that only read it."""

from functools import cache

from ledgersim import app
from ledgersim.http.vendor_app import VendorApp
from ledgersim.settings import Settings


@cache
def mounts() -> dict[str, VendorApp]:
    """The application at each mount."""
    return app.mounts(Settings())


openapi = cache(app.openapi)
routes = cache(app.routes)
