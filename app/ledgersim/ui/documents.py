"""The OpenAPI documents of a running server, `--paths` and custom services included."""

import asyncio
import json
from typing import Any

from starlette.requests import Request

from ledgersim.admin import MOUNT
from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import VendorApp
from ledgersim.vendors import installed_vendors

ADMIN = "admin"
MOUNTS = {**{vendor.name: vendor.mount for vendor in installed_vendors()}, ADMIN: MOUNT}
LABELS = {vendor.name: vendor.title for vendor in installed_vendors()} | {ADMIN: "Admin API"}


async def document(request: Request, name: str) -> bytes:
    """A document as JSON, with the base address of the request.

    Building it takes up to a second the first time, in a thread, so that other requests are not blocked.
    """
    mount = MOUNTS[name]
    app = context_of(request.scope).dispatcher.mounts[mount]
    return await asyncio.to_thread(_to_json, app, mount, context_of(request.scope).root_path + mount)


def _to_json(app: VendorApp, mount: str, root: str) -> bytes:
    found = {**app.openapi(), "servers": [{"url": root}]}
    if "securitySchemes" in found.get("components", {}):
        schemes = found["components"]["securitySchemes"]
        moved = {name: _with_base(scheme, mount, root) for name, scheme in schemes.items()}
        found["components"] = {**found["components"], "securitySchemes": moved}
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
