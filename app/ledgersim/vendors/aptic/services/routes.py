"""The custom services of debtors, customers and cases: one router factory for all three."""

from asyncio import sleep
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from json import dumps
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from ledgersim.clock import isoformat
from ledgersim.http.context import CurrentContext, RequestContext
from ledgersim.http.vendor_app import new_router
from ledgersim.problems import INTERNAL, Problem
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.nested import inferred_operations
from ledgersim.vendors.aptic.services.definitions import Definition, Find, ServiceRequest, ServiceResponse
from ledgersim.vendors.aptic.services.registry import Services
from ledgersim.vendors.aptic.services.runs import ServiceRun, ServiceRuns

# Returns the resource with a GUID as its GET does. Raises a 404 Problem.
Fetch = Callable[[RequestContext, str], Row]

JSON = "application/json"
PARSED_BYTES = 10  # roughly what a byte of JSON takes with its value
STATUSES_WITHOUT_BODY = (204, 205, 304)

Async = Annotated[
    bool, Query(alias="async", description="Whether to return `{}` at once and run in the background")
]
AnyJson = Annotated[Any, Body(description="Any JSON value, or none")]

# Definitions choose the status and the JSON of a response.
_RESPONSE = {"description": "The response of the service, or an error.", "content": {JSON: {"schema": {}}}}
_RESPONSES: dict[int | str, Any] = dict.fromkeys((400, 401, 404, "default"), _RESPONSE)


def service_router(owner: str, collection: str, services: Services, fetchers: Mapping[str, Fetch]) -> APIRouter:
    """Return the operations that run `services` for one owner in `/v1/<collection>`, or for none.

    `fetchers` has the function that fetches an owner for each collection.
    """
    router = new_router(collection)
    base = f"/v1/{collection}"
    operation = inferred_operations(f"aptic.{collection.lower()}.services")

    async def service_request(
        context: CurrentContext, request: Request, serviceDefinition: str, body: AnyJson = None
    ) -> ServiceRequest:
        text = (await request.body()).removeprefix(b"\xef\xbb\xbf").strip()
        now = isoformat(context.space.clock.now())
        return ServiceRequest(serviceDefinition, text, body, now, None, _find_in(context, fetchers))

    @router.post(
        f"{base}/Services/{{serviceDefinition}}",
        response_model=Any,
        responses=_RESPONSES,
        **operation("executeall", "Run a custom service"),
    )
    async def execute_for_none(
        context: CurrentContext,
        request: ServiceRequest = Depends(service_request),
        in_background: Async = False,
    ) -> Any:
        return await _execute(context.space, services, request, collection, None, in_background)

    @router.post(
        f"{base}/{{{owner}Guid}}/Services/{{serviceDefinition}}",
        response_model=Any,
        responses=_RESPONSES,
        **operation("execute", f"Run a custom service for one {owner}"),
    )
    async def execute_for_owner(
        context: CurrentContext,
        guid: Annotated[str, Path(alias=f"{owner}Guid")],
        request: ServiceRequest = Depends(service_request),
        in_background: Async = False,
    ) -> Any:
        request = replace(request, owner=fetchers[collection](context, guid))
        return await _execute(context.space, services, request, collection, guid.lower(), in_background)

    return router


def _find_in(context: RequestContext, fetchers: Mapping[str, Fetch]) -> Find:
    def find(collection: str, guid: str) -> Row | None:
        if collection not in fetchers:
            raise ValueError(f"find searches {', '.join(fetchers)}, not {collection!r}")
        with suppress(Problem):
            return fetchers[collection](context, str(guid))
        return None

    return find


async def _execute(
    space: Space,
    services: Services,
    request: ServiceRequest,
    collection: str,
    owner: str | None,
    in_background: bool,
) -> Response:
    definition = services.find(request.service)
    now = space.clock.now()
    runs = space.record(ServiceRuns)
    run = runs.start(ServiceRun(request.service, collection, owner, in_background, request.text, now))
    if in_background:
        size = PARSED_BYTES * len(request.text)
        runs.run_in_background(run, _run_in_background(space, definition, request, run), size)
        return Response(b"{}", media_type=JSON)
    response = await _run(space, definition, request, run)
    text = b"" if response.status in STATUSES_WITHOUT_BODY else response.text
    return Response(text, response.status, media_type=JSON)


async def _run_in_background(
    space: Space, definition: Definition, request: ServiceRequest, run: ServiceRun
) -> None:
    with suppress(Problem):  # the run has recorded it
        await _run(space, definition, request, run)


async def _run(
    space: Space, definition: Definition, request: ServiceRequest, run: ServiceRun
) -> ServiceResponse:
    """Respond after the definition's delay, and record the response in the run. Raises a Problem."""
    runs = space.record(ServiceRuns)
    try:
        await sleep(definition.delay(request))
        await space.worker.idle()
        response = await definition.respond(request)
    except Exception as error:
        problem = error if isinstance(error, Problem) else INTERNAL
        content = {"title": problem.title, "detail": problem.detail, "errors": problem.errors}
        runs.finish(run, space.clock.now(), problem.status, dumps(content, ensure_ascii=False).encode())
        raise
    runs.finish(run, space.clock.now(), response.status, response.text)
    return response
