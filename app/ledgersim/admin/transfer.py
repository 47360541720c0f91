"""Exports and imports all rows of a space as JSON."""

from functools import partial

from fastapi import Request, Response

from ledgersim.admin.base import CurrentSpace, CurrentSpaces, new_router
from ledgersim.admin.import_export import export_rows, import_rows
from ledgersim.http.body import read_bytes
from ledgersim.http.long_response import LongResponse
from ledgersim.http.vendor_app import NO_CONTENT

JSON_FACTOR = 3  # how much larger JSON is than the rows in it
MAX_BYTES = 256 * 2**20  # of an import; 10,000 customers take half of that

_ROWS = {
    "type": "object",
    "description": "The rows of each table, and how many GUIDs were issued. Tables differ between versions.",
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
    summary="Export all rows of the vendors",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": _ROWS}}}},
)
async def export(space: CurrentSpace) -> Response:
    """Equal states give equal bytes."""
    exported = await space.worker.run(partial(export_rows, space))
    return LongResponse(memoryview(exported), media_type="application/json")


@router.post(
    "/import",
    **NO_CONTENT,
    operation_id="sim.import",
    summary="Replace all rows of the vendors by those of an export",
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _ROWS}}}},
)
async def import_(request: Request, space: CurrentSpace, spaces: CurrentSpaces) -> None:
    """All of it is imported, or nothing. Types, unique values and references are checked; the vendors' rules
    are not.
    """
    body = await read_bytes(request, MAX_BYTES)
    spaces.check_capacity(len(body) // JSON_FACTOR)
    await space.worker.run(partial(import_rows, space, body))
    space.cancel_background_work()  # before it gets to use the space again
