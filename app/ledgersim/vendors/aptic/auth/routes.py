"""The token endpoint. Its errors are RFC 6749 section 5.2 JSON, not problem documents."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from ledgersim.http.body import read_bytes
from ledgersim.http.schemas import ResponseModel
from ledgersim.http.vendor_app import operation
from ledgersim.problems import Problem
from ledgersim.vendors.aptic.auth.rules import (
    TOKEN_LIFETIME,
    TOKEN_OPERATION,
    VENDOR,
    AuthMode,
    OAuthRefusal,
    client_of,
)

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_FORM = "application/x-www-form-urlencoded"
_FIELDS = {name: {"type": "string"} for name in ("grant_type", "client_id", "client_secret")}


class AccessToken(ResponseModel):
    """An access token; `expires_in` in seconds of the space's clock."""

    access_token: str
    token_type: str
    expires_in: int

    model_config = {"alias_generator": None}


class OAuthError(ResponseModel):
    """An error of RFC 6749 section 5.2."""

    error: str
    error_description: str

    model_config = {"alias_generator": None}


def router_for(mode: AuthMode) -> APIRouter:
    """The token endpoint; in strict mode only configured clients get a token."""
    router = APIRouter(tags=["Authentication"])
    about: dict[str, Any] = operation(
        TOKEN_OPERATION, method="observed", path="observed", summary="Get a token"
    )
    about["openapi_extra"]["requestBody"] = {
        "required": True,
        "content": {_FORM: {"schema": {"type": "object", "required": ["grant_type"], "properties": _FIELDS}}},
    }

    errors: dict[int | str, Any] = {
        400: {"model": OAuthError, "description": "The request is not one of RFC 6749."},
        401: {"model": OAuthError, "description": "The client is unknown."},
        413: {"model": OAuthError, "description": "The body is too large."},
        415: {
            "model": OAuthError,
            "description": "The body has a Content-Encoding other than gzip or deflate.",
        },
    }

    @router.post("/login/oauth/access_token", response_model=AccessToken, responses=errors, **about)
    async def create_token(request: Request) -> Any:
        try:
            body = await read_bytes(request)
            return JSONResponse(_issue(request, body, mode), headers=_NO_STORE)
        except OAuthRefusal as refusal:
            return _refused(refusal)
        except Problem as problem:  # a body that cannot be read
            request.scope["record"].refuse(problem)
            return _refused(OAuthRefusal("invalid_request", problem.detail, problem.status), problem.headers)

    return router


def _issue(request: Request, body: bytes, mode: AuthMode) -> dict[str, Any]:
    if request.headers.get("content-type", _FORM).partition(";")[0].strip().lower() != _FORM:
        raise OAuthRefusal("invalid_request", f"Send the request as {_FORM}.")
    try:
        form = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=20)
    except ValueError as error:
        raise OAuthRefusal("invalid_request", "The body is not readable as a form.") from error
    client = client_of(form, request.headers.get("authorization", ""))
    space = request.scope["space"]
    if mode == "strict" and list(client) not in space.facts["aptic.clients"]:
        raise OAuthRefusal("invalid_client", "This client_id and client_secret are not configured.", 401)
    token = space.issue_token(VENDOR, TOKEN_LIFETIME)
    return {"access_token": token, "token_type": "Bearer", "expires_in": int(TOKEN_LIFETIME.total_seconds())}


def _refused(refusal: OAuthRefusal, headers: Mapping[str, str] | None = None) -> Response:
    challenge = {"WWW-Authenticate": 'Basic realm="aptic"'} if refusal.status == 401 else {}
    content = {"error": refusal.error, "error_description": refusal.description}
    return JSONResponse(content, refusal.status, {**(headers or {}), **_NO_STORE, **challenge})
