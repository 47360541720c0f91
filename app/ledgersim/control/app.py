"""The control application."""

from collections.abc import Sequence
from hmac import compare_digest
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim.control import MOUNT as MOUNT
from ledgersim.control import (
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
from ledgersim.control.fixtures import Load, fixtures_router
from ledgersim.core.plain import refusal
from ledgersim.core.problems import UNAUTHORIZED
from ledgersim.core.vendor import About, Guard, VendorApp

# What a probe asks for, and what a browser opens: without a token.
_OPEN = ("sim.health.", "sim.payex.cardcheck.")

_REFUSAL = {
    "type": "object",
    "required": ["status", "title", "detail"],
    "properties": {
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}
_BEARER = {"token": {"type": "http", "scheme": "bearer"}}


def build(load_fixtures: Load, settings: Sequence[dict[str, Any]] = (), token: str | None = None) -> VendorApp:
    """The operations under `/_sim`; they refuse in plain JSON, and let in who has the token, if there is one.

    `settings` are those that `GET /_sim/info` tells.
    """
    about = About(_REFUSAL, security={} if token is None else _BEARER)
    app = VendorApp("ledgersim control", refusal, None if token is None else _guard(token), about)
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
        if str(route.operation_id).startswith(_OPEN):
            return
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not compare_digest(given.strip().encode(), token.encode()):
            raise UNAUTHORIZED.with_detail(
                "The control plane of this server asks for its token: send Authorization: Bearer <the token of "
                "LEDGERSIM_CONTROL_TOKEN>.",
                WWW_Authenticate='Bearer realm="ledgersim"',
            )

    return check
