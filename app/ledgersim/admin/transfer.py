"""All rows of the space that a request is for, as JSON, out and in."""

from fastapi import Request, Response

from ledgersim.admin import import_export as transfer
from ledgersim.admin.base import CurrentSpace, new_router
from ledgersim.http.body import read_bytes
from ledgersim.http.vendor_app import NO_CONTENT

MAX_BYTES = 256 * 2**20  # of an import; a world of 10,000 customers has half of that

_ROWS = {
    "type": "object",
    "description": "The rows of each table, and how many GUIDs were given. Tables differ between versions.",
    "properties": {
        "guid_position": {"type": "integer"},
        "tables": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}},
    },
    "required": ["guid_position", "tables"],
}

router = new_router("State")


@router.get(
    "/export",
    operation_id="sim.export",
    summary="All stored rows as JSON",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": _ROWS}}}},
)
async def export(space: CurrentSpace) -> Response:
    """Equal states give equal bytes."""
    return Response(transfer.export(space), media_type="application/json")


@router.post(
    "/import",
    **NO_CONTENT,
    operation_id="sim.import",
    summary="Put what an export wrote in place of all stored rows",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _ROWS}}}},
)
async def import_(request: Request, space: CurrentSpace) -> None:
    """All of it is taken, or nothing. Types, unique values and references are checked, the vendors' rules are
    not.
    """
    transfer.replace_rows(space, await read_bytes(request, MAX_BYTES))
