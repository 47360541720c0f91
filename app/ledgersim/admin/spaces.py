"""Creates, lists and deletes spaces."""

from typing import Annotated, Any

from fastapi import Body, Request
from pydantic import BaseModel, Field

from ledgersim.admin.base import CurrentSpace, CurrentSpaces, Strict, new_router
from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.problems import CONFLICT, NOT_FOUND
from ledgersim.spaces.registry import DEFAULT, Spaces
from ledgersim.spaces.space import Space

SEED = "seed"

router = new_router("Spaces", "/spaces")


class SpaceCreate(Strict):
    """A name (default: a free one), and what to start from: `seed`, or the name of a space or snapshot."""

    name: str | None = None
    from_: str = Field(SEED, alias="from", json_schema_extra={"default": SEED})


class SpaceInfo(BaseModel):
    """A space: its base URLs and contents.

    `bytes` is the size of its rows changed since its start, its journal, and what jobs and vendors have
    recorded.
    """

    name: str
    vendors: dict[str, str]
    control: str
    bytes: int
    requests: int
    snapshots: list[str]


class SpaceList(BaseModel):
    """All spaces. `bytes` is what they and their snapshots use together.

    `image_bytes` of these are snapshots and the images that spaces started from; shared images count once.
    """

    spaces: list[SpaceInfo]
    bytes: int
    image_bytes: int


@router.get("", response_model=SpaceList, operation_id="sim.spaces.list", summary="List all spaces")
async def list_spaces(request: Request, spaces: CurrentSpaces) -> Any:
    """With the bytes that they and their snapshots use."""
    return {
        "spaces": [_to_response(request, space) for space in spaces],
        "bytes": spaces.size,
        "image_bytes": spaces.images_size,
    }


@router.post(
    "",
    status_code=201,
    response_model=SpaceInfo,
    operation_id="sim.spaces.create",
    summary="Create a space from the seed, a space or a snapshot",
)
async def create_space(
    request: Request,
    space: CurrentSpace,
    spaces: CurrentSpaces,
    body: Annotated[SpaceCreate | None, Body()] = None,
) -> Any:
    """The default name is a free one. A name that is taken is a 409, no room for another space a 503."""
    body = body or SpaceCreate.model_validate({})
    return _to_response(request, spaces.create(body.name, _start_image(spaces, space, body.from_)))


@router.get("/{name}", response_model=SpaceInfo, operation_id="sim.spaces.get", summary="Get a space")
async def get_space(request: Request, spaces: CurrentSpaces, name: str) -> Any:
    """Its base URLs, size and snapshots."""
    return _to_response(request, spaces.find(name))


@router.delete("/{name}", **NO_CONTENT, operation_id="sim.spaces.delete", summary="Delete a space")
async def delete_space(spaces: CurrentSpaces, name: str) -> None:
    """It is deleted once its requests in flight have ended. The default space cannot be deleted: 409."""
    spaces.delete(name)


def _start_image(spaces: Spaces, current: Space, source: str) -> bytes | None:
    """The image of a space or of a snapshot of the current space; None stands for the seed."""
    if source == SEED:
        return None
    kind, _, name = source.rpartition(":")
    space = next((one for one in spaces if one.name == name and kind in ("", "space")), None)
    snapshot = current.snapshots.get(name) if kind in ("", "snapshot") else None
    if space is not None and snapshot is not None:
        raise CONFLICT.with_detail(
            f"A space and a snapshot are both named {name!r}: write space:{name} or snapshot:{name}."
        )
    if space is not None:
        return space.database.image()
    if snapshot is not None:
        return snapshot.image
    raise NOT_FOUND.with_detail(
        f"{kind[:20].capitalize() or 'Space or snapshot'} {name[:80]!r} not found. A space can start from "
        "seed, from another space, or from a snapshot of the space that this request is for."
    )


def base_urls(request: Request, name: str) -> dict[str, str]:
    """The base URL of each vendor in a space."""
    root = _root(request, name)
    vendors = context_of(request.scope).dispatcher.vendors
    return {app.name: root + mount for mount, app in vendors.items()}


def _root(request: Request, name: str) -> str:
    server_url = context_of(request.scope).server_url
    return server_url if name == DEFAULT else f"{server_url}/s/{name}"


def _to_response(request: Request, space: Space) -> dict[str, Any]:
    return {
        "name": space.name,
        "vendors": base_urls(request, space.name),
        "control": f"{_root(request, space.name)}/_sim",
        "bytes": space.size,
        "requests": len(space.journal),
        "snapshots": list(space.snapshots),
    }
