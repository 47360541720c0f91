"""Custom services of debtors, customers and cases: written once, built for an owner."""

from asyncio import sleep
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from json import dumps
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from ledgersim.http.vendor_app import CurrentContext, RequestContext, new_router, operation
from ledgersim.problems import INTERNAL, Problem
from ledgersim.spaces.service_runs import Run
from ledgersim.spaces.space import Space
from ledgersim.vendors.aptic.repository import Row
from ledgersim.vendors.aptic.services.registry import Services
from ledgersim.vendors.aptic.services.rules import Asked, Definition, Find, Reply

# What has that GUID, as its GET shows it. Raises a 404 Problem.
Show = Callable[[RequestContext, str], Row]

JSON = "application/json"
NO_BODY = (204, 205, 304)  # statuses whose answers have none

Async = Annotated[
    bool, Query(alias="async", description="Whether to answer `{}` at once and run in the background")
]
AnyJson = Annotated[Any, Body(description="Any JSON value, or none")]

# A definition names the status, and the JSON is its own.
_REPLY = {"description": "What the service replies, or an error.", "content": {JSON: {"schema": {}}}}
_REPLIES: dict[int | str, Any] = dict.fromkeys((400, 401, 404, "default"), _REPLY)


def service_router(owner: str, collection: str, services: Services, shows: Mapping[str, Show]) -> APIRouter:
    """The operations that run `services` for an owner in `/v1/<collection>`, or for none."""
    router = new_router(collection)
    base = f"/v1/{collection}"

    def about(verb: str, summary: str) -> Any:
        identifier = f"aptic.{collection.lower()}.services.{verb}"
        return operation(identifier, method="inferred", path="inferred", summary=summary)

    async def ask(
        context: CurrentContext, request: Request, serviceDefinition: str, body: AnyJson = None
    ) -> Asked:
        text = (await request.body()).removeprefix(b"\xef\xbb\xbf").strip()
        now = context.space.clock.now().isoformat().replace("+00:00", "Z")
        return Asked(serviceDefinition, text, body, now, None, _find_in(context, shows))

    @router.post(
        f"{base}/Services/{{serviceDefinition}}",
        response_model=Any,
        responses=_REPLIES,
        **about("executeall", "Run a custom service"),
    )
    async def execute_for_none(
        context: CurrentContext, asked: Asked = Depends(ask), in_background: Async = False
    ) -> Any:
        return await _execute(context.space, services, asked, collection, None, in_background)

    @router.post(
        f"{base}/{{{owner}Guid}}/Services/{{serviceDefinition}}",
        response_model=Any,
        responses=_REPLIES,
        **about("execute", f"Run a custom service for one {owner}"),
    )
    async def execute_for_owner(
        context: CurrentContext,
        guid: Annotated[str, Path(alias=f"{owner}Guid")],
        asked: Asked = Depends(ask),
        in_background: Async = False,
    ) -> Any:
        asked = replace(asked, owner=shows[collection](context, guid))
        return await _execute(context.space, services, asked, collection, guid.lower(), in_background)

    return router


def _find_in(context: RequestContext, shows: Mapping[str, Show]) -> Find:
    def find(collection: str, guid: str) -> Row | None:
        if collection not in shows:
            raise ValueError(f"find looks in {', '.join(shows)}, not in {collection!r}")
        with suppress(Problem):
            return shows[collection](context, str(guid))
        return None

    return find


async def _execute(
    space: Space, services: Services, asked: Asked, collection: str, owner: str | None, in_background: bool
) -> Response:
    definition = services.find(asked.service)
    now = space.clock.now()
    run = space.runs.begin(Run(asked.service, collection, owner, in_background, asked.text, now))
    if in_background:
        space.runs.go_on(run, _in_background(space, definition, asked, run))
        return Response(b"{}", media_type=JSON)
    reply = await _reply(space, definition, asked, run)
    return Response(b"" if reply.status in NO_BODY else reply.text, reply.status, media_type=JSON)


async def _in_background(space: Space, definition: Definition, asked: Asked, run: Run) -> None:
    with suppress(Problem):  # it stands in the record
        await _reply(space, definition, asked, run)


async def _reply(space: Space, definition: Definition, asked: Asked, run: Run) -> Reply:
    """The reply, after the definition's delay, noted in the record. Raises a Problem."""
    try:
        await sleep(definition.delay(asked))
        reply = definition.reply(asked)
    except Exception as error:
        problem = error if isinstance(error, Problem) else INTERNAL
        told = {"title": problem.title, "detail": problem.detail, "errors": problem.errors}
        space.runs.finish(run, space.clock.now(), problem.status, dumps(told, ensure_ascii=False).encode())
        raise
    space.runs.finish(run, space.clock.now(), reply.status, reply.text)
    return reply
