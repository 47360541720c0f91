"""The OpenAPI documents of a running server, `--paths` and custom services included."""

import asyncio
import json
from typing import Any

from fastapi import Request, Response

from ledgersim.admin import MOUNT
from ledgersim.admin.base import PUBLIC, new_router
from ledgersim.http.codegen import Profile, codegen
from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import VendorApp
from ledgersim.problems import NOT_FOUND
from ledgersim.schemas import Schema

router = new_router("Server", of_server=True)


@router.get(
    "/openapi.json",
    operation_id="sim.openapi",
    summary="Get the OpenAPI document of the admin API",
    response_model=dict[str, Any],
)
async def get_own_document(request: Request) -> Response:
    """This document, with the base URL of the space of the request."""
    return await document(request, "admin.json")


class OpenapiDocument(Schema):
    """An OpenAPI document in its two profiles."""

    name: str
    title: str
    url: str
    codegen_url: str


class OpenapiDocuments(Schema):
    """The OpenAPI documents of the vendors and of the admin API."""

    documents: list[OpenapiDocument]


@router.get(
    "/openapi",
    response_model=OpenapiDocuments,
    operation_id="sim.openapi.list",
    summary="List the OpenAPI documents",
    openapi_extra=PUBLIC,
)
async def list_documents(request: Request) -> Any:
    """Where the document of each API is, for people and for code generators. It works without a token."""
    context = context_of(request.scope)
    documents = [
        {
            "name": app.name,
            "title": app.title,
            "url": context.url(f"/openapi/{app.name}.json"),
            "codegen_url": context.url(f"/openapi/{app.name}.codegen.json"),
        }
        for app in context.dispatcher.mounts.values()
    ]
    return {"documents": documents}


@router.get(
    "/openapi/{file}",
    operation_id="sim.openapi.get",
    summary="Get an OpenAPI document: NAME.json, or NAME.codegen.json for code generators",
    response_model=dict[str, Any],
    openapi_extra=PUBLIC,
)
async def get_document(request: Request, file: str, profile: Profile = "faithful") -> Response:
    """The document of a vendor, or of the admin API as `admin`, with the base URL of the space of the request.

    It works without a token.
    """
    return await document(request, file, profile)


async def document(request: Request, file: str, profile: Profile = "faithful") -> Response:
    """A document as JSON, with the base address of the request. Raises a 404 Problem for an unknown file.

    Building it takes up to a second the first time, in a thread, so that other requests are not blocked.
    """
    context = context_of(request.scope)
    apps = {app.name: (mount, app) for mount, app in context.dispatcher.mounts.items()}
    stem = file.lower().removesuffix(".json")
    name = stem.removesuffix(".codegen")
    if name not in apps or not file.lower().endswith(".json"):
        known = ", ".join(f"{one}.json" for one in apps)
        raise NOT_FOUND.with_detail(
            f"Document {file[:80]!r} not found; the documents are {known}, and for code generators "
            "NAME.codegen.json."
        )
    mount, app = apps[name]
    chosen: Profile = "codegen" if stem != name else profile
    root = context.root_path.removesuffix(MOUNT) + mount  # the pages, which have no mount, call this too
    written = await asyncio.to_thread(_to_json, app, mount, root, chosen)
    return Response(written, media_type="application/json")


def _to_json(app: VendorApp, mount: str, root: str, profile: Profile) -> bytes:
    found = {**app.openapi(), "servers": [{"url": root}]}
    schemes = found["components"]["securitySchemes"]
    moved = {name: _with_base(scheme, mount, root) for name, scheme in schemes.items()}
    found["components"] = {**found["components"], "securitySchemes": moved}
    if profile == "codegen":
        found = codegen(found)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _with_base(scheme: dict[str, Any], mount: str, root: str) -> dict[str, Any]:
    """A security scheme whose token URL has the base address of the request."""
    if "flows" not in scheme:
        return scheme
    flows = {
        name: {**flow, "tokenUrl": root + flow["tokenUrl"].removeprefix(mount)}
        for name, flow in scheme["flows"].items()
    }
    return {**scheme, "flows": flows}
