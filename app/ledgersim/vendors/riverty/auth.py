"""Authorization: the shop's key in the header `X-Auth-Key` [documented]."""

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import Guard
from ledgersim.plugin import AuthMode
from ledgersim.problems import UNAUTHORIZED
from ledgersim.vendors.riverty.state import RivertyState

_DENIED = UNAUTHORIZED.with_detail("Authorization has been denied for this request.")  # [observed]


def guard(mode: AuthMode) -> Guard:
    """The check before every operation: any key with `--auth lenient`, a known one with `strict`."""

    def check(_: APIRoute, request: Request) -> None:
        space = context_of(request.scope).space
        key = request.headers.get("x-auth-key", "").strip()
        if mode == "off":
            return
        if not key:
            raise _DENIED.with_errors({"X-Auth-Key": ["is missing. Send X-Auth-Key: <key>."]})
        if mode == "strict" and key not in space.state(RivertyState).keys:
            raise _DENIED.with_errors({"X-Auth-Key": ["is none of the keys of this server."]})

    return check
