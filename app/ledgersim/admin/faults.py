"""Creates, lists and deletes faults."""

from typing import Any

from ledgersim.admin.base import CurrentDispatcher, CurrentSpace, Sparse, check_match, new_router
from ledgersim.diagnostics import faults
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.spaces.space import Space

router = new_router("Faults", "/faults")


class _Id(Sparse):
    id: str


class ActiveFault(faults.Fault, _Id):
    """A fault, how often it has fired, and whether it has ended."""

    fired: int
    ended: bool


class FaultList(Sparse):
    """The faults of a space, in the order in which they are applied."""

    faults: list[ActiveFault]


@router.get(
    "",
    response_model=FaultList,
    response_model_exclude_unset=True,
    operation_id="sim.faults.list",
    summary="List the faults",
)
async def list_faults(space: CurrentSpace) -> Any:
    """In the order in which they are applied: delays add up, and of the others the first one wins."""
    return {"faults": [_to_response(space, one) for one in space.faults.active]}


@router.post(
    "",
    status_code=201,
    response_model=ActiveFault,
    response_model_exclude_unset=True,
    operation_id="sim.faults.create",
    summary="Create a fault",
)
async def create_fault(space: CurrentSpace, dispatcher: CurrentDispatcher, body: faults.Fault) -> Any:
    """Requests that match `match` fail in the way that `kind` names, until `times` or `ttl` is used up. A space
    can have 100 faults.
    """
    check_match(dispatcher, body.match)
    return _to_response(space, space.faults.add(body, space.clock.now()))


@router.get(
    "/{id}",
    response_model=ActiveFault,
    response_model_exclude_unset=True,
    operation_id="sim.faults.get",
    summary="Get a fault and how many requests it has hit",
)
async def get_fault(space: CurrentSpace, id: str) -> Any:
    """`fired` is the number of requests that it has hit; `ended` is true if it will hit no more."""
    return _to_response(space, space.faults.get(id))


@router.delete("/{id}", **NO_CONTENT, operation_id="sim.faults.delete", summary="Delete a fault")
async def delete_fault(space: CurrentSpace, id: str) -> None:
    """It hits no further requests."""
    space.faults.remove(id)


@router.delete("", **NO_CONTENT, operation_id="sim.faults.clear", summary="Delete all faults")
async def clear_faults(space: CurrentSpace) -> None:
    """Removes the faults of this space only."""
    space.faults.clear()


def _to_response(space: Space, active: faults.ActiveFault) -> dict[str, Any]:
    members = active.fault.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {
        "id": active.id,
        **members,
        "fired": active.fired,
        "ended": active.ended(space.clock.now()),
    }
