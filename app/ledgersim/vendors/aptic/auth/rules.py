"""Who may call: bearer tokens and API keys."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from typing import Literal
from urllib.parse import unquote_plus

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim.http.vendor_app import Guard
from ledgersim.problems import UNAUTHORIZED, Problem
from ledgersim.spaces.space import Space

AuthMode = Literal["lenient", "strict", "off"]

VENDOR = "aptic"
TOKEN_LIFETIME = timedelta(seconds=3600)
CHALLENGE = 'Bearer realm="aptic"'
TOKEN_OPERATION = "aptic.auth.token"


def guard(mode: AuthMode) -> Guard:
    """The check before every operation but the one that issues tokens."""

    def check(route: APIRoute, request: Request) -> None:
        if mode == "off" or route.operation_id == TOKEN_OPERATION:
            return
        space: Space = request.scope["space"]
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        key = request.headers.get("x-api-key", "")
        if key and (mode == "lenient" or key in space.facts["aptic.api_keys"]):
            return
        if scheme.lower() == "bearer" and token.strip():
            _check_token(space, token.strip(), mode)
            return
        raise _missing(bool(key))

    return check


def _check_token(space: Space, token: str, mode: AuthMode) -> None:
    ends = space.token_expiry(VENDOR, token)
    if ends is None and mode == "strict":
        raise _unauthorized(
            "The token was not issued here; get one at /login/oauth/access_token.", "invalid_token"
        )
    if ends is not None and ends <= space.clock.now():
        raise _unauthorized(
            f"The token expired at {ends.isoformat(timespec='seconds')} by this space's clock; get a new one "
            "at /login/oauth/access_token.",
            "invalid_token",
        )


def _missing(has_key: bool) -> Problem:
    if has_key:
        return _unauthorized("The X-Api-Key is none of the configured ones.", "invalid_token")
    return _unauthorized("Send Authorization: Bearer <token>, or X-Api-Key: <key>.")


def _unauthorized(detail: str, error: str = "") -> Problem:
    challenge = CHALLENGE + (f', error="{error}"' if error else "")
    return UNAUTHORIZED.with_detail(detail, WWW_Authenticate=challenge)


class OAuthRefusal(Exception):
    """An error of the token endpoint after RFC 6749 section 5.2."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


def client_of(form: Mapping[str, list[str]], authorization: str) -> tuple[str, str]:
    """The client id and secret of a token request: from the form, from HTTP Basic, or equal in both.

    Raises OAuthRefusal.
    """
    for name, values in form.items():
        if len(values) > 1:
            raise OAuthRefusal("invalid_request", f"{name} is given more than once.")
    grant = form.get("grant_type", [""])[0]
    if not grant:
        raise OAuthRefusal("invalid_request", "grant_type is missing; send grant_type=client_credentials.")
    if grant != "client_credentials":
        raise OAuthRefusal("unsupported_grant_type", f"{grant!r} is not supported; use client_credentials.")
    sent = form.get("client_id", [""])[0], form.get("client_secret", [""])[0]
    basic = _basic(authorization)
    if basic is not None and any(one and one != other for one, other in zip(sent, basic, strict=True)):
        raise OAuthRefusal("invalid_request", "The form and the Authorization header name different clients.")
    client = basic or sent
    if not all(client):
        raise OAuthRefusal(
            "invalid_client",
            "client_id and client_secret are missing; send them in the form or by HTTP Basic.",
            401,
        )
    return client


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthRefusal("invalid_client", "The Basic credentials are not readable.", 401) from error
    if not colon:
        raise OAuthRefusal("invalid_client", "The Basic credentials have no colon.", 401)
    return unquote_plus(name), unquote_plus(secret)
