"""The ASGI application of the gateway."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgersim.http.openapi import PROVENANCE, ApiMetadata
from ledgersim.http.vendor_app import VendorApp
from ledgersim.vendors.aptic.auth.guard import CHALLENGE, guard
from ledgersim.vendors.aptic.auth.routes import token_router
from ledgersim.vendors.aptic.auth.rules import TOKEN_OPERATION
from ledgersim.vendors.aptic.cases import routes as cases
from ledgersim.vendors.aptic.clients.routes import router as clients
from ledgersim.vendors.aptic.credit_insurances.routes import router as credit_insurances
from ledgersim.vendors.aptic.customer_summary.routes import router as customer_summary
from ledgersim.vendors.aptic.customers import routes as customers
from ledgersim.vendors.aptic.debtors import routes as debtors
from ledgersim.vendors.aptic.debts.routes import router as debts
from ledgersim.vendors.aptic.direct_debits.routes import router as direct_debits
from ledgersim.vendors.aptic.documents.routes import router as documents
from ledgersim.vendors.aptic.errors import PROBLEM, to_response
from ledgersim.vendors.aptic.fees.routes import router as fees
from ledgersim.vendors.aptic.loan_interests.routes import router as loan_interests
from ledgersim.vendors.aptic.party_parameters.routes import router as party_parameters
from ledgersim.vendors.aptic.payment_plans.routes import router as payment_plans
from ledgersim.vendors.aptic.payments.routes import router as payments
from ledgersim.vendors.aptic.questions.routes import router as questions
from ledgersim.vendors.aptic.services.owners import service_routers
from ledgersim.vendors.aptic.services.registry import read_services
from ledgersim.vendors.aptic.settings import ApticSettings
from ledgersim.vendors.aptic.system.routes import router as system

_METADATA = ApiMetadata(
    description=f"A simulation of Aptic's API Gateway: debtors, cases and customers. {PROVENANCE}",
    error=PROBLEM,
    security={
        "oauth2": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "/APIGW/login/oauth/access_token", "scopes": {}}},
        },
        "apikey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    },
    open_operations=frozenset({TOKEN_OPERATION}),
    tags={
        "Authentication": "Access tokens",
        "System": "The calling user, a ping, and code lists",
        "Clients": "The creditors that cases belong to",
        "Debtors": "People and companies that owe money, with addresses, extra fields and services",
        "Payment plans": "Plans by which a debtor pays in instalments",
        "Cases": "Collection cases, with debtors, extra fields and services",
        "Debts": "The debts of a case",
        "Fees": "The fees of a case",
        "Payments": "The payments of a case, and how they were booked",
        "Documents": "The documents of a case",
        "Customers": "Customers with what they owe, their addresses, mandates, insurances and questions",
    },
    challenge=CHALLENGE,
)


class CreatedAs200:
    """Replaces status 201 with 200: the vendor does not document which of them the gateway returns."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_200(message: Message) -> None:
            if message.get("status") == 201:
                message = {**message, "status": 200}
            await send(message)

        await self._app(scope, receive, send_200)


def build(settings: ApticSettings) -> VendorApp:
    """Build the gateway with these settings."""
    app = VendorApp("aptic", "Aptic API Gateway (simulated)", to_response, guard(settings.auth), _METADATA)
    app.include(
        token_router(settings.auth),
        system,
        clients,
        debtors.router,
        debtors.addresses,
        debtors.extra_fields,
        payment_plans,
        cases.router,
        cases.extra_fields,
        debts,
        fees,
        payments,
        documents,
        customers.router,
        customers.addresses,
        customers.extra_fields,
        customer_summary,
        party_parameters,
        direct_debits,
        credit_insurances,
        questions,
        loan_interests,
        *service_routers(read_services(settings.services)),
    )
    if settings.created_status == "200":
        app.add_middleware(CreatedAs200)
        app.show_creations_as_200()
    return app
