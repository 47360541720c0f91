"""A vendor: one application at one mount, which says no in its own way."""

import re
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ledgersim import problems
from ledgersim.diagnostics.diagnostic import add_diagnostics
from ledgersim.http.body import JsonRoute
from ledgersim.http.lenient_parsing import about_query
from ledgersim.http.openapi import ApiMetadata, finish
from ledgersim.http.routing import Found, RouteIndex
from ledgersim.problems import Problem
from ledgersim.spaces.space import Space

Render = Callable[[Problem, Request], Response]
RenderInvalid = Callable[[RequestValidationError], Response]
Guard = Callable[[APIRoute, Request], None]


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What a route knows of its request besides the parameters: the space, and how to write links."""

    space: Space
    base: str  # what precedes the vendor's own path in a link

    def url(self, path: str) -> str:
        """An absolute address, with the prefix by which the request came."""
        return self.base + path


def origin(request: Request) -> str:
    """Scheme and host by which a request came."""
    return f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"


def server_url(request: Request) -> str:
    """The address of the server as its clients see it: with the base path of a proxy, without a space."""
    return origin(request) + str(request.scope["app_root_path"])


async def current_context(request: Request) -> RequestContext:
    """The space and base address of a request, as the dispatcher found them."""
    return RequestContext(request.scope["space"], origin(request) + request.scope["root_path"])


CurrentContext = Annotated[RequestContext, Depends(current_context)]


def operation(identifier: str, *, method: str, path: str, summary: str) -> dict[str, Any]:
    """What a route says of itself: the contract's id, and how sure we are of its method and path.

    Provenance is `observed`, `documented`, `documented elsewhere` or `inferred`; what the user maps becomes
    `configured`.
    """
    return {
        "operation_id": identifier,
        "summary": summary,
        "openapi_extra": {"x-provenance": {"method": method, "path": path}},
    }


# For routes that answer with no body, and so without a media type.
NO_CONTENT: dict[str, Any] = {"status_code": 204, "response_class": Response}


def new_router(tag: str) -> APIRouter:
    """A router whose routes read bodies in the house's way; `tag` says what its operations are about."""
    return APIRouter(tags=[tag], route_class=JsonRoute)


class VendorApp(FastAPI):
    """A FastAPI application that finds its routes by an index and words every refusal itself."""

    def __init__(
        self,
        name: str,
        title: str,
        render: Render,
        guard: Guard | None = None,
        about: ApiMetadata | None = None,
        render_invalid: RenderInvalid | None = None,
    ) -> None:
        self.name = name
        self.about = about or ApiMetadata()
        super().__init__(
            title=title,
            version=self.about.version,
            description=self.about.description,
            contact={"name": "The ledgersim authors"},
            license_info={"name": "MIT", "identifier": "MIT"},
            openapi_tags=[{"name": name, "description": what} for name, what in self.about.tags.items()],
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
        )
        self.render = render
        self._index = RouteIndex()
        self._guard = guard
        self._documenting = Lock()  # threads build the document: see `ui/documents.py`
        self.router.middleware_stack = self._route

        async def refuse(request: Request, problem: Any) -> Response:
            request.scope["record"].refuse(problem)
            return render(problem, request)

        async def refuse_invalid(request: Request, error: Any) -> Response:
            problem = _from_validation(error)
            if render_invalid is None:
                return await refuse(request, problem)
            request.scope["record"].refuse(problem)
            return render_invalid(error)

        async def refuse_http(request: Request, error: Any) -> Response:
            return await refuse(request, Problem(error.status_code, "http", error.detail))

        async def refuse_incomplete(request: Request, _: Any) -> Response:
            return await refuse(request, problems.INCOMPLETE_BODY)

        async def refuse_failure(request: Request, _: Any) -> Response:
            return await refuse(
                request, problems.INTERNAL.with_detail("The simulator failed; its log tells why.")
            )

        self.add_exception_handler(Problem, refuse)
        self.add_exception_handler(RequestValidationError, refuse_invalid)
        self.add_exception_handler(HTTPException, refuse_http)
        self.add_exception_handler(ClientDisconnect, refuse_incomplete)
        self.add_exception_handler(Exception, refuse_failure)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with the vendor's own errors and credentials in place of the framework's."""
        with self._documenting:
            if not self.openapi_schema:
                statuses = {str(route.operation_id): self.error_statuses(route) for route in self.operations()}
                finish(super().openapi(), self.about, statuses)
            return self.openapi_schema or {}

    def error_statuses(self, route: APIRoute) -> list[int]:
        """The errors that a client can cause by a wrong request, as far as the shape of the operation shows."""
        possible = {
            400: "requestBody" in (route.openapi_extra or {}) or _takes_more_than_a_path(route.dependant),
            401: bool(self.about.security) and route.operation_id not in self.about.open_operations,
            404: "{" in route.path,
        }
        return [status for status, may_be in possible.items() if may_be]

    def include(self, *routers: APIRouter) -> None:
        """Take the routes of these routers, flat."""
        for router in routers:
            for route in router.routes:
                assert isinstance(route, APIRoute)
                self.router.routes.append(route)
                self._index.add(route)

    def show_creations_as_200(self) -> None:
        """Show 200 in place of 201, for an application whose middleware answers so."""
        for number, route in enumerate(self.operations()):
            if route.status_code == 201:
                self.router.routes[number] = shown = copy(route)
                shown.status_code = 200

    def map_operation(self, route: APIRoute, method: str | None, path: str | None) -> None:
        """Answer at the user's method and path too (None: the route's own), and show them instead of its own.

        The path has the placeholders of the route's own, in any order, and is that of no other route.
        """
        mapped = copy(route)
        provenance = {**(route.openapi_extra or {})["x-provenance"]}
        if method is not None:
            mapped.methods = {method}
            provenance["method"] = "configured"
        if path is not None:
            mapped.path = mapped.path_format = path
            provenance["path"] = "configured"
        mapped.openapi_extra = {**(route.openapi_extra or {}), "x-provenance": provenance}
        self.router.routes[self.router.routes.index(route)] = mapped
        self._index.add(mapped)

    def find(self, method: str, segments: list[str]) -> Found:
        """The route of a request, if there is one."""
        return self._index.find(method, segments)

    def operations(self) -> Iterator[APIRoute]:
        """Every route, in the order in which they were included."""
        for route in self.routes:
            assert isinstance(route, APIRoute)
            yield route

    def paths(self) -> Iterator[tuple[str, str]]:
        """Method and path of every route, as they are shown."""
        for route in self.operations():
            for method in sorted(route.methods or ()):
                yield method, route.path

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        route, parameters, allowed = scope["found"]
        if route is None:
            raise _no_route(scope, allowed)
        scope.update(route=route, endpoint=route.endpoint, path_params=parameters, router=self.router)
        if self._guard is not None:
            self._guard(route, Request(scope))
        if scope["query_string"]:
            scope["query_string"] = query = _OPTION.sub(lambda found: found[0].lower(), scope["query_string"])
            if isinstance(route, JsonRoute):
                add_diagnostics(scope, about_query(query, route.parameters))
        await route.app(scope, receive, send)


def _takes_more_than_a_path(dependant: Dependant) -> bool:
    return bool(dependant.body_params or dependant.query_params) or any(
        _takes_more_than_a_path(one) for one in dependant.dependencies
    )


# The name of a query option such as $filter, which counts in any case.
_OPTION = re.compile(rb"(?:^|(?<=&))(?:\$|%24)[A-Za-z]+(?==)")

# Where pydantic speaks of Python, in the words of JSON.
MESSAGES = {
    "no_body": "A JSON body is required",
    "model_type": "Input should be a JSON object",
    "model_attributes_type": "Input should be a JSON object",
    "dict_type": "Input should be a JSON object",
    "list_type": "Input should be a JSON array",
    "int_type": "Input should be a whole number, without quotation marks",
    "bool_type": "Input should be true or false, without quotation marks",
    "string_type": "Input should be a string",
    "too_short": "Input should have at least one element",
}


def _no_route(scope: Scope, allowed: list[str]) -> Problem:
    what = f"{scope['method']} {scope['path']}"
    if not allowed:
        return problems.NOT_FOUND.with_detail(f"There is no {what}.")
    methods = ", ".join(sorted(set(allowed)))
    return problems.METHOD_NOT_ALLOWED.with_detail(
        f"There is no {what}; the path takes {methods}.", Allow=methods
    )


def _from_validation(error: RequestValidationError) -> Problem:
    errors: dict[str, list[str]] = {}
    for one in error.errors():
        where, *inside = one["loc"]
        name = problems.field_path(inside) or str(where)
        kind = "no_body" if one["loc"] == ("body",) and one["type"] == "missing" else one["type"]
        errors.setdefault(name, []).append(MESSAGES.get(kind, one["msg"]))
    return problems.VALIDATION.with_errors(errors)
