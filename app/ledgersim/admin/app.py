"""The control application."""

from collections.abc import Sequence
from hmac import compare_digest
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim import __version__
from ledgersim.admin import MOUNT as MOUNT
from ledgersim.admin import (
    aptic,
    clock,
    coverage,
    faults,
    payex,
    requests,
    server,
    snapshots,
    spaces,
    state,
    transfer,
)
from ledgersim.admin.fixtures import Load, fixtures_router
from ledgersim.http.error_response import refusal
from ledgersim.http.openapi import ApiMetadata
from ledgersim.http.vendor_app import Guard, VendorApp
from ledgersim.problems import UNAUTHORIZED

# What a probe asks for, and what a browser opens: without a token.
_OPEN = frozenset(
    {
        "sim.health.live",
        "sim.health.live.head",
        "sim.health.ready",
        "sim.health.ready.head",
        "sim.payex.cardcheck.show",
        "sim.payex.cardcheck.press",
    }
)

_ERROR = {
    "type": "object",
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["status", "title", "detail"],
}
_TOKEN = {"type": "http", "scheme": "bearer", "description": "Needed where the server has a `--control-token`."}
_ABOUT = ApiMetadata(
    description="What tests do with the simulator itself. The paths are those of the default space; those of "
    "another one begin with `/s/NAME`.",
    version=__version__,
    error=_ERROR,
    media_type="application/json",
    security={"token": _TOKEN},
    optional_security=True,
    open_operations=_OPEN,
    tags={
        "Server": "Health, version and settings",
        "Clock": "The clock of a space, and what fell due by it",
        "State": "Reset, personas, fixtures, export and import",
        "Spaces": "Worlds that know nothing of each other",
        "Snapshots": "States of a space to go back to",
        "Faults": "Failures on demand",
        "Requests": "What was asked and answered",
        "Aptic": "What tests may set about Aptic",
        "PayEx": "What happens behind PayEx's API: payments, executions, consents",
    },
)


def build(load_fixtures: Load, settings: Sequence[dict[str, Any]] = (), token: str | None = None) -> VendorApp:
    """The operations under `/_sim`; they refuse in plain JSON, and let in who has the token, if there is one.

    `settings` are those that `GET /_sim/info` tells.
    """
    app = VendorApp("ledgersim admin API", refusal, None if token is None else _guard(token), _ABOUT)
    app.include(
        server.health_router,
        server.server_router(settings),
        clock.router,
        state.router,
        spaces.router,
        snapshots.router,
        transfer.router,
        faults.router,
        requests.router,
        coverage.router,
        fixtures_router(load_fixtures),
        aptic.router,
        payex.router,
    )
    return app


def _guard(token: str) -> Guard:
    def check(route: APIRoute, request: Request) -> None:
        if route.operation_id in _OPEN:
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), token.encode()):
            raise UNAUTHORIZED.with_detail(
                "The control plane of this server asks for its token: send Authorization: Bearer <the token of "
                "LEDGERSIM_CONTROL_TOKEN>.",
                WWW_Authenticate='Bearer realm="ledgersim"',
            )

    return check
