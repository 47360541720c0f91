"""The client credentials of a token request."""

import base64
import binascii
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import unquote_plus

VENDOR = "aptic"  # the issuer of the tokens in a space
TOKEN_LIFETIME = timedelta(seconds=3600)
TOKEN_OPERATION = "aptic.auth.token"


class TokenRequestError(Exception):
    """An error response of the token endpoint (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


def client_of(form: Mapping[str, list[str]], authorization: str) -> tuple[str, str]:
    """Return the client id and secret of a token request, from the form, from HTTP Basic or equal in both.

    Raises TokenRequestError.
    """
    for name, values in form.items():
        if len(values) > 1:
            raise TokenRequestError("invalid_request", f"{name} occurs more than once.")
    grant = form.get("grant_type", [""])[0]
    if not grant:
        raise TokenRequestError("invalid_request", "grant_type is missing; send grant_type=client_credentials.")
    if grant != "client_credentials":
        raise TokenRequestError(
            "unsupported_grant_type", f"{grant!r} is not supported; use client_credentials."
        )
    sent = form.get("client_id", [""])[0], form.get("client_secret", [""])[0]
    basic = _basic(authorization)
    if basic is not None and any(one and one != other for one, other in zip(sent, basic, strict=True)):
        raise TokenRequestError(
            "invalid_request", "The form and the Authorization header have different client credentials."
        )
    client = basic or sent
    if not all(client):
        raise TokenRequestError(
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
        raise TokenRequestError("invalid_client", "The Basic credentials cannot be decoded.", 401) from error
    if not colon:
        raise TokenRequestError("invalid_client", "The Basic credentials have no colon.", 401)
    return unquote_plus(name), unquote_plus(secret)
