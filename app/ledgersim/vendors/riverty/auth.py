"""Who may call: a key of the shop in `X-Auth-Key` [documented]."""

from typing import Literal

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim.http.vendor_app import Guard
from ledgersim.problems import UNAUTHORIZED
from ledgersim.spaces.space import Space

KEYS = "riverty.keys"  # the fact that names those of the world

_DENIED = UNAUTHORIZED.with_detail("Authorization has been denied for this request.")  # [observed]


def guard(mode: Literal["lenient", "strict", "off"]) -> Guard:
    """The check before every operation."""

    def check(_: APIRoute, request: Request) -> None:
        space: Space = request.scope["space"]
        key = request.headers.get("x-auth-key", "").strip()
        if mode != "off" and (not key or (mode == "strict" and key not in space.facts[KEYS])):
            raise _DENIED

    return check
