"""Calls the function of a route directly, for requests that need no more than that.

FastAPI resolves dependencies and parameters of every kind again for each request, which takes longer than most
operations of the simulator do. A route whose parameters are only segments of the path, query parameters, one
body, the request, the response, and dependencies of these needs none of it, nor FastAPI's layers. FastAPI still
serves all other routes and all invalid requests, so that there is one place that reports errors.
"""

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from typing import Any

from fastapi._compat import field_annotation_is_scalar
from fastapi.datastructures import DefaultPlaceholder
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import ResponseValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

Handler = Callable[[Request, Any], Awaitable[Response | None]]
Arguments = Callable[[Request, Response], Awaitable[dict[str, Any] | None]]


def direct_handler(route: APIRoute) -> Handler | None:
    """A function that takes a request and the value of its body, and returns the response.

    It returns None for an invalid request. There is no such function for routes that need FastAPI.
    """
    arguments = _arguments(route.dependant, is_endpoint=True)
    respond = _responder(route)
    body_field, call = route.body_field, route.dependant.call
    if arguments is None or respond is None or body_field not in (None, *route.dependant.body_params):
        return None
    assert call is not None

    async def handle(request: Request, body: Any) -> Response | None:
        response = Response(status_code=route.status_code or 200)  # the function may set headers and the status
        response.raw_headers.clear()
        values = await arguments(request, response)
        if values is None:
            return None
        if body_field is not None:
            values[body_field.name], errors = body_field.validate(body, {}, loc=("body",))
            if errors:
                return None
        return respond(await call(**values), response)

    return handle


def _arguments(dependant: Dependant, is_endpoint: bool = False) -> Arguments | None:
    """A function that returns the arguments of a call, but for the body, or None if a parameter is invalid."""
    unknown = (
        dependant.header_params,
        dependant.cookie_params,
        dependant.body_params and not is_endpoint,
        dependant.background_tasks_param_name,
        dependant.http_connection_param_name,
        dependant.security_scopes_param_name,
        not iscoroutinefunction(dependant.call),
    )
    fields = dependant.path_params
    if any(unknown) or any(one.field_info.annotation is not str or one.field_info.metadata for one in fields):
        return None
    if not all(field_annotation_is_scalar(one.field_info.annotation) for one in dependant.query_params):
        return None
    queries = [(one, one.alias, one.field_info.is_required(), one.default) for one in dependant.query_params]
    calls: list[tuple[str, Callable[..., Awaitable[Any]], Arguments]] = []
    for one in dependant.dependencies:
        of_call = _arguments(one)
        if of_call is None or one.name is None or one.call is None:
            return None
        calls.append((one.name, one.call, of_call))
    names = [(one.name, one.alias) for one in fields]
    request_name, response_name = dependant.request_param_name, dependant.response_param_name

    async def arguments(request: Request, response: Response) -> dict[str, Any] | None:
        values = {name: request.path_params[alias] for name, alias in names}
        for name, call, of_call in calls:
            if (inner := await of_call(request, response)) is None:
                return None
            values[name] = await call(**inner)
        for field, alias, is_required, default in queries:
            if alias in request.query_params:
                text = request.query_params[alias]
                values[field.name], errors = field.validate(text, {}, loc=("query", alias))
                if errors:
                    return None
            elif is_required:
                return None
            else:
                values[field.name] = default
        if request_name is not None:
            values[request_name] = request
        if response_name is not None:
            values[response_name] = response
        return values

    return arguments


def _responder(route: APIRoute) -> Callable[[Any, Response], Response] | None:
    """A function that makes the result of a route a response."""
    field = route.response_field
    if route.status_code == 204:
        return lambda _, response: response
    is_default = isinstance(route.response_class, DefaultPlaceholder)
    if field is None or not is_default or not hasattr(field, "serialize_json"):
        return None

    def respond(content: Any, response: Response) -> Response:
        if isinstance(content, Response):
            return content
        value, errors = field.validate(content, {}, loc=("response",))
        if errors:
            raise ResponseValidationError(errors=errors, body=content)
        text = field.serialize_json(
            value,
            include=route.response_model_include,
            exclude=route.response_model_exclude,
            by_alias=route.response_model_by_alias,
            exclude_unset=route.response_model_exclude_unset,
            exclude_defaults=route.response_model_exclude_defaults,
            exclude_none=route.response_model_exclude_none,
        )
        response.body = text
        response.raw_headers[:0] = (
            (b"content-length", b"%d" % len(text)),
            (b"content-type", b"application/json"),
        )
        return response

    return respond
