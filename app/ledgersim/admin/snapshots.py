"""Takes, lists, restores, deletes, downloads and uploads snapshots of a space."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import Body, Request, Response

from ledgersim.admin.base import CurrentSpace, CurrentSpaces, Strict, new_router
from ledgersim.admin.import_export import check_image
from ledgersim.http.body import read_bytes
from ledgersim.http.context import context_of
from ledgersim.http.long_response import LongResponse
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.problems import CONFLICT, NOT_FOUND
from ledgersim.schemas import AdminResponse
from ledgersim.spaces.space import Snapshot, Space

FILE_TYPE = "application/vnd.sqlite3"
BINARY = {"type": "string", "format": "binary"}
MAX_UPLOAD_BYTES = 512 * 2**20

router = new_router("Snapshots", "/snapshots")


class SnapshotCreate(Strict):
    """A name. The default is the next free of `snapshot-1`, `snapshot-2`, …"""

    name: str | None = None


class SnapshotInfo(AdminResponse):
    """A snapshot: its size, when it was taken in space time, and where to download its file."""

    name: str
    bytes: int
    taken_at: datetime
    file: str


class SnapshotList(AdminResponse):
    """The snapshots of a space, oldest first."""

    snapshots: list[SnapshotInfo]


@router.get("", response_model=SnapshotList, operation_id="sim.snapshots.list", summary="List the snapshots")
async def list_snapshots(request: Request, space: CurrentSpace) -> Any:
    """Oldest first."""
    return {"snapshots": [_to_response(request, name, one) for name, one in space.snapshots.items()]}


@router.post(
    "",
    status_code=201,
    response_model=SnapshotInfo,
    operation_id="sim.snapshots.create",
    summary="Take a snapshot of rows, identifiers, clock and tokens",
)
async def create_snapshot(
    request: Request,
    space: CurrentSpace,
    spaces: CurrentSpaces,
    body: Annotated[SnapshotCreate | None, Body()] = None,
) -> Any:
    """The default name is the next free one. A name that is taken is a 409."""
    snapshot = await space.worker.run(space.snapshot)
    name = _free_name(space) if body is None or body.name is None else body.name
    if name in space.snapshots:
        raise CONFLICT.with_detail(
            f"The snapshot {name!r} already exists; delete it first, or choose another name."
        )
    spaces.keep_snapshot(space, name, snapshot)
    return _to_response(request, name, snapshot)


@router.get("/{name}", response_model=SnapshotInfo, operation_id="sim.snapshots.get", summary="Get a snapshot")
async def get_snapshot(request: Request, space: CurrentSpace, name: str) -> Any:
    """Its size, when it was taken, and where to download it."""
    return _to_response(request, name, _find(space, name))


@router.post(
    "/{name}/restore", **NO_CONTENT, operation_id="sim.snapshots.restore", summary="Restore a snapshot"
)
async def restore_snapshot(space: CurrentSpace, name: str) -> None:
    """Rows, identifiers, clock and tokens become those of the snapshot."""
    await space.restore(_find(space, name))


@router.delete("/{name}", **NO_CONTENT, operation_id="sim.snapshots.delete", summary="Delete a snapshot")
async def delete_snapshot(space: CurrentSpace, spaces: CurrentSpaces, name: str) -> None:
    """Does not change the state of the space."""
    _find(space, name)
    spaces.delete_snapshot(space, name)


@router.get(
    "/{name}/file",
    operation_id="sim.snapshots.download",
    summary="Download a snapshot as a SQLite file",
    response_class=Response,
    responses={200: {"content": {FILE_TYPE: {"schema": BINARY}}}},
)
async def download_snapshot(space: CurrentSpace, name: str) -> Response:
    """It can be uploaded to any server of the same version."""
    disposition = {"Content-Disposition": f'attachment; filename="{name}.sqlite3"'}
    return LongResponse(_find(space, name).image, media_type=FILE_TYPE, headers=disposition)


@router.put(
    "/{name}/file",
    status_code=201,
    response_model=SnapshotInfo,
    operation_id="sim.snapshots.upload",
    openapi_extra={"requestBody": {"required": True, "content": {FILE_TYPE: {"schema": BINARY}}}},
    summary="Upload a downloaded snapshot, replacing one with the same name",
)
async def upload_snapshot(request: Request, space: CurrentSpace, spaces: CurrentSpaces, name: str) -> Any:
    """It must come from a server of the same version."""
    image = await read_bytes(request, MAX_UPLOAD_BYTES)
    await space.worker.run(partial(check_image, image, space.database))
    snapshot = Snapshot(image, space.clock.now())
    spaces.keep_snapshot(space, name, snapshot)
    return _to_response(request, name, snapshot)


def _find(space: Space, name: str) -> Snapshot:
    if name not in space.snapshots:
        raise NOT_FOUND.with_detail(
            f"Snapshot {name[:80]!r} not found; GET /_sim/snapshots lists all snapshots."
        )
    return space.snapshots[name]


def _free_name(space: Space) -> str:
    number = len(space.snapshots) + 1
    while f"snapshot-{number}" in space.snapshots:
        number += 1
    return f"snapshot-{number}"


def _to_response(request: Request, name: str, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "name": name,
        "bytes": len(snapshot.image),
        "taken_at": snapshot.taken_at,
        "file": context_of(request.scope).url(f"/snapshots/{name}/file"),
    }
