"""The application of this vendor: all its routers in one place."""

from typing import Any

from ledgersim.core.vendor import VendorApp
from ledgersim.vendors.aptic.auth.routes import router_for
from ledgersim.vendors.aptic.auth.rules import guard
from ledgersim.vendors.aptic.cases.routes import router as cases
from ledgersim.vendors.aptic.clients.routes import router as clients
from ledgersim.vendors.aptic.debtors import routes as debtors
from ledgersim.vendors.aptic.debts.routes import router as debts
from ledgersim.vendors.aptic.errors import to_response
from ledgersim.vendors.aptic.payment_plans.routes import router as payment_plans
from ledgersim.vendors.aptic.system.routes import router as system


def build(settings: Any) -> VendorApp:
    """The gateway, with the strictness that the settings ask for."""
    app = VendorApp("Aptic API Gateway (simulated)", to_response, guard(settings.auth))
    app.include(
        router_for(settings.auth),
        system,
        clients,
        debtors.router,
        debtors.addresses,
        debtors.extra_fields,
        payment_plans,
        cases,
        debts,
    )
    return app
