"""Authentication of requests: bearer tokens and API keys."""

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import Guard
from ledgersim.plugin import AuthMode
from ledgersim.problems import UNAUTHORIZED, Problem
from ledgersim.spaces.space import Space
from ledgersim.vendors.aptic.auth.rules import TOKEN_OPERATION, VENDOR
from ledgersim.vendors.aptic.state import ApticState

CHALLENGE = 'Bearer realm="aptic"'


def guard(mode: AuthMode) -> Guard:
    """Return the check that runs before every operation except the token endpoint."""

    def check(route: APIRoute, request: Request) -> None:
        if mode == "off" or route.operation_id == TOKEN_OPERATION:
            return
        space = context_of(request.scope).space
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = request.headers.get("x-api-key", "")
        if key and (mode == "lenient" or key in space.state(ApticState).api_keys):
            return
        if scheme.lower() == "bearer" and token.strip():
            _check_token(space, token.strip(), mode)
            return
        if key:
            raise _unauthorized("The X-Api-Key is not configured.", "invalid_token")
        raise _unauthorized("Send Authorization: Bearer <token>, or X-Api-Key: <key>.")

    return check


def _check_token(space: Space, token: str, mode: AuthMode) -> None:
    expiry = space.token_expiry(VENDOR, token)
    if expiry is None and mode == "strict":
        raise _unauthorized(
            "This server did not issue the token; get one at /login/oauth/access_token.", "invalid_token"
        )
    if expiry is not None and expiry <= space.clock.now():
        raise _unauthorized(
            f"The token expired at {expiry.isoformat(timespec='seconds')} by this space's clock; get a new one "
            "at /login/oauth/access_token.",
            "invalid_token",
        )


def _unauthorized(detail: str, error: str = "") -> Problem:
    challenge = CHALLENGE + (f', error="{error}"' if error else "")
    return UNAUTHORIZED.with_detail(detail, WWW_Authenticate=challenge)
