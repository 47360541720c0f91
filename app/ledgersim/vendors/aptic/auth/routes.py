"""The token endpoint. Its errors are JSON as in RFC 6749 section 5.2, not problem documents."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from ledgersim.http.body import read_bytes
from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import operation
from ledgersim.plugin import AuthMode
from ledgersim.problems import Problem
from ledgersim.schemas import ResponseModel
from ledgersim.vendors.aptic.auth.rules import (
    TOKEN_LIFETIME,
    TOKEN_OPERATION,
    VENDOR,
    TokenRequestError,
    client_of,
)
from ledgersim.vendors.aptic.state import ApticState

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_FORM = "application/x-www-form-urlencoded"
_FIELDS = {name: {"type": "string"} for name in ("grant_type", "client_id", "client_secret")}


class AccessToken(ResponseModel):
    """An access token; `expires_in` is in seconds of the space's clock."""

    access_token: str
    token_type: str
    expires_in: int

    model_config = {"alias_generator": None}


class OAuthError(ResponseModel):
    """An error as in RFC 6749 section 5.2."""

    error: str
    error_description: str

    model_config = {"alias_generator": None}


def token_router(mode: AuthMode) -> APIRouter:
    """Return the token endpoint; with `--auth strict` only configured clients get a token."""
    router = APIRouter(tags=["Authentication"])
    metadata: dict[str, Any] = operation(
        TOKEN_OPERATION, method="observed", path="observed", summary="Get a token"
    )
    metadata["openapi_extra"]["requestBody"] = {
        "required": True,
        "content": {_FORM: {"schema": {"type": "object", "required": ["grant_type"], "properties": _FIELDS}}},
    }

    errors: dict[int | str, Any] = {
        400: {"model": OAuthError, "description": "The request does not follow RFC 6749."},
        401: {"model": OAuthError, "description": "The client is unknown."},
        413: {"model": OAuthError, "description": "The body is too large."},
        415: {
            "model": OAuthError,
            "description": "The body has a Content-Encoding other than gzip or deflate.",
        },
    }

    @router.post("/login/oauth/access_token", response_model=AccessToken, responses=errors, **metadata)
    async def create_token(request: Request) -> Any:
        try:
            body = await read_bytes(request)
            return JSONResponse(_issue(request, body, mode), headers=_NO_STORE)
        except TokenRequestError as error:
            return _error_response(error)
        except Problem as problem:  # the body is too large, or its encoding is not supported
            context_of(request.scope).record.add_problem(problem)
            return _error_response(
                TokenRequestError("invalid_request", problem.detail, problem.status), problem.headers
            )

    return router


def _issue(request: Request, body: bytes, mode: AuthMode) -> dict[str, Any]:
    if request.headers.get("content-type", _FORM).partition(";")[0].strip().lower() != _FORM:
        raise TokenRequestError("invalid_request", f"Send the request as {_FORM}.")
    try:
        form = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20)
    except ValueError as error:
        raise TokenRequestError("invalid_request", "The body cannot be read as a form.") from error
    client = client_of(form, request.headers.get("authorization", ""))
    space = context_of(request.scope).space
    if mode == "strict" and client not in space.state(ApticState).credentials:
        raise TokenRequestError("invalid_client", "These client credentials are not configured.", 401)
    token = space.issue_token(VENDOR, TOKEN_LIFETIME)
    return {"access_token": token, "token_type": "Bearer", "expires_in": int(TOKEN_LIFETIME.total_seconds())}


def _error_response(error: TokenRequestError, headers: Mapping[str, str] | None = None) -> Response:
    challenge = {"WWW-Authenticate": 'Basic realm="aptic"'} if error.status == 401 else {}
    content = {"error": error.error, "error_description": error.description}
    return JSONResponse(content, error.status, {**(headers or {}), **_NO_STORE, **challenge})
