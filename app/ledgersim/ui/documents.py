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
    """A document as JSON, with the addresses by which the request came.

    The first one of an API takes up to a second to build. A thread does that, so that others are answered
    meanwhile.
    """
    mount = MOUNTS[name]
    app = context_of(request.scope).dispatcher.mounts[mount]
    return await asyncio.to_thread(_written, app, mount, context_of(request.scope).root_path + mount)


def _written(app: VendorApp, mount: str, root: str) -> bytes:
    found = {**app.openapi(), "servers": [{"url": root}]}
    if "securitySchemes" in found.get("components", {}):
        schemes = found["components"]["securitySchemes"]
        below = {name: _below(scheme, mount, root) for name, scheme in schemes.items()}
        found["components"] = {**found["components"], "securitySchemes": below}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _below(scheme: dict[str, Any], mount: str, root: str) -> dict[str, Any]:
    """A security scheme whose token address begins as that of the server does."""
    if "flows" not in scheme:
        return scheme
    flows = {
        name: {**flow, "tokenUrl": root + flow["tokenUrl"].removeprefix(mount)}
        for name, flow in scheme["flows"].items()
    }
    return {**scheme, "flows": flows}
