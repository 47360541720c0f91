"""The application at one mount: the API of a vendor, with its own error format."""

import re
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from threading import Lock
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ledgersim import problems
from ledgersim.http.body import JsonRoute
from ledgersim.http.context import context_of
from ledgersim.http.descriptions import Descriptions
from ledgersim.http.error_response import Render
from ledgersim.http.lenient_parsing import about_query, respell_query
from ledgersim.http.openapi import ApiMetadata, finish
from ledgersim.http.routing import Found, RouteIndex, raw_path, segments
from ledgersim.problems import Problem

RenderInvalid = Callable[[RequestValidationError], Response]
Guard = Callable[[APIRoute, Request], None]
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def operation(identifier: str, *, method: str, path: str, summary: str) -> dict[str, Any]:
    """The metadata of a route: its id, and the provenance of its method and path.

    Provenance is `observed`, `documented`, `documented elsewhere` or `inferred`; what the user maps becomes
    `configured`.
    """
    return {
        "operation_id": identifier,
        "summary": summary,
        "openapi_extra": {"x-provenance": {"method": method, "path": path}},
    }


# For routes whose response has no body, and so no media type.
NO_CONTENT: dict[str, Any] = {"status_code": 204, "response_class": Response}


def new_router(tag: str) -> APIRouter:
    """A router whose routes are `JsonRoute`s. The OpenAPI document groups its operations under `tag`."""
    return APIRouter(tags=[tag], route_class=JsonRoute)


def uses_space(route: APIRoute | None) -> bool:
    """Whether answering a route takes the space of the request; health probes, for example, do not."""
    return getattr(route, "uses_space", True)


class VendorApp(FastAPI):
    """A FastAPI application whose routes are found by an index, and whose errors are rendered by `render`.

    The router has no routes of its own: the dispatcher has found the operation before it calls the application.
    """

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
            redirect_slashes=False,
            telemetry={"tracing": False, "metrics": False, "logs": False},  # which FastAPI had not before 0.165
        )
        self.render = render
        self._operations: list[APIRoute] = []
        self._index = RouteIndex()
        self._own: dict[str, APIRoute] = {}  # what the user has mapped, by operation id
        self._mapped: dict[str, APIRoute] = {}  # the same with the user's methods and paths
        self._guard = guard
        self.amendments: list[Callable[[dict[str, Any]], None]] = []  # changes to the document
        self._documenting = Lock()  # threads build the document: see `admin/openapi.py`
        self.router.default = self._respond

        async def respond_with(request: Request, problem: Any) -> Response:
            context_of(request.scope).record.add_problem(problem)
            return render(problem, request)

        async def on_invalid(request: Request, error: Any) -> Response:
            problem = _from_validation(error)
            response = await respond_with(request, problem)
            return response if render_invalid is None else render_invalid(error)

        async def on_http_exception(request: Request, error: Any) -> Response:
            return await respond_with(request, Problem(error.status_code, "http", error.detail))

        async def on_disconnect(request: Request, _: Any) -> Response:
            return await respond_with(request, problems.INCOMPLETE_BODY)

        async def on_failure(request: Request, _: Any) -> Response:
            return await respond_with(
                request, problems.INTERNAL.with_detail("The simulator failed; see its log.")
            )

        self.add_exception_handler(Problem, respond_with)
        self.add_exception_handler(RequestValidationError, on_invalid)
        self.add_exception_handler(HTTPException, on_http_exception)
        self.add_exception_handler(ClientDisconnect, on_disconnect)
        self.add_exception_handler(Exception, on_failure)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with the vendor's own errors and credentials in place of the framework's."""
        with self._documenting:
            if self.openapi_schema is None:
                document = get_openapi(
                    title=self.title,
                    version=self.version,
                    description=self.description,
                    contact=self.contact,
                    license_info=self.license_info,
                    routes=self._operations,
                    tags=self.openapi_tags,
                    servers=self.servers,
                )
                statuses = {str(route.operation_id): self.error_statuses(route) for route in self._operations}
                modules = [str(route.endpoint.__module__) for route in self._operations]
                finish(document, self.about, statuses, Descriptions(modules))
                for amend in self.amendments:
                    amend(document)
                self.openapi_schema = document
            return self.openapi_schema

    def error_statuses(self, route: APIRoute) -> list[int]:
        """The errors that clients can cause, as far as the parameters of the operation show."""
        possible = {
            400: "requestBody" in (route.openapi_extra or {}) or _takes_more_than_a_path(route.dependant),
            401: bool(self.about.security) and route.operation_id not in self.about.open_operations,
            404: "{" in route.path,
        }
        return [status for status, may_be in possible.items() if may_be]

    def include(self, *routers: APIRouter) -> None:
        """Add the routes of these routers."""
        for router in routers:
            for route in router.routes:
                assert isinstance(route, APIRoute)
                self._operations.append(route)
                self._index.add(route)

    def show_creations_as_200(self) -> None:
        """Document 200 in place of 201, for an application whose middleware changes the status."""
        for number, route in enumerate(self._operations):
            if route.status_code == 201:
                self._operations[number] = documented = copy(route)
                documented.status_code = 200

    def map_operation(
        self, route: APIRoute, method: str | None, path: str | None, source: str = "configured"
    ) -> None:
        """Serve a route under the user's method and path too; document these and link to them.

        None leaves the method or path as it is; `source` is the provenance of the others. The path must have
        the placeholders of the route's own, in any order, and must not be that of another route.
        """
        mapped = copy(route)
        provenance = {**(route.openapi_extra or {})["x-provenance"]}
        if method is not None:
            mapped.methods = {method}
            provenance["method"] = source
        if path is not None:
            mapped.path = mapped.path_format = path
            provenance["path"] = source
        mapped.openapi_extra = {**(route.openapi_extra or {}), "x-provenance": provenance}
        self._operations[self._operations.index(route)] = mapped
        self._index.add(mapped)
        self._own.setdefault(str(route.operation_id), route)
        self._mapped[str(route.operation_id)] = mapped

    @property
    def is_mapped(self) -> bool:
        """Whether the user has mapped any of the operations."""
        return bool(self._mapped)

    def address(self, path: str, method: str = "GET") -> tuple[str, str]:
        """The method and path by which clients send a request to one of the application's own paths.

        They differ from these if the user has mapped the operation.
        """
        return self._moved(self._mapped, method, path)

    def own_path(self, path: str) -> str:
        """The application's own path for one that the user may have mapped."""
        _, own = self._moved(self._own, "GET", path)
        return own

    def _moved(self, to: dict[str, APIRoute], method: str, path: str) -> tuple[str, str]:
        """A method and path as those of another route of their operation, if there is one."""
        if not to:
            return method, path
        plain, mark, query = path.partition("?")
        found = self.at(plain, method)
        route = None if found.route is None else to.get(str(found.route.operation_id))
        if route is None:
            return method, path
        (method,) = route.methods or {method}
        path = _PLACEHOLDER.sub(lambda name: quote(found.parameters[name[1]], safe=""), route.path)
        return method, path + mark + query

    def at(self, path: str, method: str = "GET") -> Found:
        """The route for a path by a method or, if the path does not allow that, by another one."""
        parts = segments(path)
        found = self.find(method, parts)
        return found if found.route or not found.allowed else self.find(found.allowed[0], parts)

    def find(self, method: str, segments: list[str]) -> Found:
        """The route for a method and the segments of a path."""
        return self._index.find(method, segments)

    def operations(self) -> Sequence[APIRoute]:
        """Every route, in the order in which they were included."""
        return self._operations

    def paths(self) -> Iterator[tuple[str, str]]:
        """Method and path of every route, as documented."""
        for route in self._operations:
            for method in sorted(route.methods or ()):
                yield method, route.path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; leave to FastAPI what takes more than calling the function of a route, and errors.

        FastAPI's layers take longer than most of these functions. They are needed by added middleware.
        """
        response = None
        if scope["type"] == "http" and not self.user_middleware:
            scope["app"] = self
            try:
                response = await self._answer(Request(scope, receive, send))
            except Exception as error:
                context_of(scope).error = error
        if response is None:
            await super().__call__(scope, receive, send)
        else:
            await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response | None:
        scope, context = request.scope, context_of(request.scope)
        route, parameters, allowed = context.found
        if route is None:
            raise _no_route(scope, allowed)
        if uses_space(route):
            await context.space.worker.idle()  # a fault may have delayed the request
        scope.update(route=route, endpoint=route.endpoint, path_params=parameters)
        if self._guard is not None and not context.is_trusted:
            self._guard(route, request)
        if not isinstance(route, JsonRoute):
            return None
        if scope["query_string"]:
            if not route.parameters.issuperset(request.query_params):
                scope["query_string"] = respell_query(scope["query_string"], route.parameters)
                request = Request(scope, request.receive)  # which reads the query again
            names = [name for name, _ in request.query_params.multi_items()]
            if not route.is_admin:
                context.dispatcher.coverage.add_query(str(route.operation_id), names, route.parameters)
            context.report(about_query(names, route.parameters))
        return await route.answer(request)

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        context = context_of(scope)
        if context.error is not None:
            raise context.error
        response = await self._answer(Request(scope, receive, send)) if self.user_middleware else None
        assert context.found.route is not None
        await (context.found.route.app if response is None else response)(scope, receive, send)


def _takes_more_than_a_path(dependant: Dependant) -> bool:
    return bool(dependant.body_params or dependant.query_params) or any(
        _takes_more_than_a_path(one) for one in dependant.dependencies
    )


MAX_ERRORS = 1_000  # that a response lists

# pydantic's messages about Python types, in terms of JSON.
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
    what = f"{scope['method']} {unquote(raw_path(scope).decode('utf-8', 'replace'))}"
    if not allowed:
        return problems.NOT_FOUND.with_detail(f"There is no {what}.")
    methods = ", ".join(sorted(set(allowed)))
    return problems.METHOD_NOT_ALLOWED.with_detail(
        f"There is no {what}; the path allows {methods}.", Allow=methods
    )


def _from_validation(error: RequestValidationError) -> Problem:
    errors: dict[str, list[str]] = {}
    for one in error.errors()[:MAX_ERRORS]:
        kind = "no_body" if one["loc"] == ("body",) and one["type"] == "missing" else one["type"]
        for where, *inside in problems.locations(one):
            name = problems.field_path(inside) or str(where)
            errors.setdefault(name, []).append(MESSAGES.get(kind, one["msg"]))
    return problems.VALIDATION.with_errors(errors)
