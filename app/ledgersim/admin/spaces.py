"""Spaces: made from the seed, a space or a snapshot; listed and deleted."""

from typing import Annotated, Any

from fastapi import Body, Request
from pydantic import BaseModel, Field

from ledgersim.admin.base import CurrentSpace, CurrentSpaces, Strict, new_router
from ledgersim.http.vendor_app import NO_CONTENT, server_url
from ledgersim.problems import CONFLICT, NOT_FOUND
from ledgersim.spaces.registry import DEFAULT, Spaces
from ledgersim.spaces.space import Space
from ledgersim.vendors import VENDORS

SEED = "seed"

router = new_router("Spaces", "/spaces")


class SpaceCreate(Strict):
    """A name (without: a free one), and what the space starts from: `seed`, a space or a snapshot by name."""

    name: str | None = None
    from_: str = Field(SEED, alias="from", json_schema_extra={"default": SEED})


class SpaceInfo(BaseModel):
    """A space: where it is reached, and what it holds.

    `bytes` is what it takes: rows changed since its start, the journal, the records of service runs and events.
    """

    name: str
    vendors: dict[str, str]
    control: str
    bytes: int
    requests: int
    snapshots: list[str]


class SpaceList(BaseModel):
    """All spaces, with the bytes that they and their snapshots take together.

    `image_bytes` of them are snapshots and the starts of spaces that were made of others; each counts once.
    """

    spaces: list[SpaceInfo]
    bytes: int
    image_bytes: int


@router.get("", response_model=SpaceList, operation_id="sim.spaces.list", summary="List all spaces")
async def list_spaces(request: Request, spaces: CurrentSpaces) -> Any:
    """With the bytes that they and their snapshots take."""
    return {
        "spaces": [_told(request, space) for space in spaces],
        "bytes": spaces.size,
        "image_bytes": spaces.images_size,
    }


@router.post(
    "",
    status_code=201,
    response_model=SpaceInfo,
    operation_id="sim.spaces.create",
    summary="Make a space from the seed, a space or a snapshot",
)
async def create_space(
    request: Request,
    space: CurrentSpace,
    spaces: CurrentSpaces,
    body: Annotated[SpaceCreate | None, Body()] = None,
) -> Any:
    """Without a name a free one is found. A name that is taken is a 409, no room for another space a 503."""
    body = body or SpaceCreate.model_validate({})
    return _told(request, spaces.create(body.name, _image(spaces, space, body.from_)))


@router.get("/{name}", response_model=SpaceInfo, operation_id="sim.spaces.get", summary="Read one space")
async def get_space(request: Request, spaces: CurrentSpaces, name: str) -> Any:
    """Its addresses, size and snapshots."""
    return _told(request, spaces.find(name))


@router.delete("/{name}", **NO_CONTENT, operation_id="sim.spaces.delete", summary="Delete a space")
async def delete_space(spaces: CurrentSpaces, name: str) -> None:
    """It is gone when the requests in flight have ended. The default space stays: 409."""
    spaces.delete(name)


def _image(spaces: Spaces, here: Space, wanted: str) -> bytes | None:
    """The image to start from; None is the seed's. A plain name may be a space's or a snapshot's of here."""
    if wanted == SEED:
        return None
    kind, _, name = wanted.rpartition(":")
    space = next((one for one in spaces if one.name == name and kind in ("", "space")), None)
    snapshot = here.snapshots.get(name) if kind in ("", "snapshot") else None
    if space is not None and snapshot is not None:
        raise CONFLICT.with_detail(
            f"Both a space and a snapshot are named {name!r}: write space:{name} or snapshot:{name}."
        )
    if space is not None:
        return space.database.image()
    if snapshot is not None:
        return snapshot.image
    raise NOT_FOUND.with_detail(
        f"There is no {kind[:20] or 'space or snapshot'} {name[:80]!r} to start from; write seed, or the name "
        "of a space, or that of a snapshot of the space that this request is for."
    )


def addresses(request: Request, name: str) -> dict[str, str]:
    """The base address of each vendor in a space."""
    root = _root(request, name)
    return {vendor.name: root + vendor.mount for vendor in VENDORS}


def _root(request: Request, name: str) -> str:
    return server_url(request) if name == DEFAULT else f"{server_url(request)}/s/{name}"


def _told(request: Request, space: Space) -> dict[str, Any]:
    return {
        "name": space.name,
        "vendors": addresses(request, space.name),
        "control": f"{_root(request, space.name)}/_sim",
        "bytes": space.size,
        "requests": len(space.journal),
        "snapshots": list(space.snapshots),
    }
