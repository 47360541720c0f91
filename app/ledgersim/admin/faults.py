"""Faults: put in force, listed and taken back."""

from typing import Any

from ledgersim.admin.base import CurrentDispatcher, CurrentSpace, Sparse, new_router
from ledgersim.admin.match_validation import check_match
from ledgersim.diagnostics.faults import ActiveFault, Fault
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.spaces.space import Space

router = new_router("Faults", "/faults")


class _Id(Sparse):
    id: str


class FaultStatus(Fault, _Id):
    """A fault in force, how often it has fired, and whether it has ended."""

    fired: int
    ended: bool


class FaultList(Sparse):
    """The faults of a space, in the order in which they are tried."""

    faults: list[ActiveFault]


@router.get(
    "",
    response_model=FaultList,
    response_model_exclude_unset=True,
    operation_id="sim.faults.list",
    summary="List the faults",
)
async def list_faults(space: CurrentSpace) -> Any:
    """In the order in which they are tried: delays add up, the first other one wins."""
    return {"faults": [_told(space, one) for one in space.faults.active]}


@router.post(
    "",
    status_code=201,
    response_model=ActiveFault,
    response_model_exclude_unset=True,
    operation_id="sim.faults.create",
    summary="Let requests fail",
)
async def create_fault(space: CurrentSpace, dispatcher: CurrentDispatcher, body: Fault) -> Any:
    """Requests that `match` fail in the way that `kind` names, until `times` or `ttl` is over. There may be 100
    in a space.
    """
    check_match(dispatcher, body.match)
    return _told(space, space.faults.add(body, space.clock.now()))


@router.get(
    "/{id}",
    response_model=ActiveFault,
    response_model_exclude_unset=True,
    operation_id="sim.faults.get",
    summary="Read one fault, and how often it has struck",
)
async def get_fault(space: CurrentSpace, id: str) -> Any:
    """`fired` is how often it has fired, `ended` whether it is over."""
    return _told(space, space.faults.get(id))


@router.delete("/{id}", **NO_CONTENT, operation_id="sim.faults.delete", summary="Take a fault back")
async def delete_fault(space: CurrentSpace, id: str) -> None:
    """Requests no longer fail because of it."""
    space.faults.remove(id)


@router.delete("", **NO_CONTENT, operation_id="sim.faults.clear", summary="Take all faults back")
async def clear_faults(space: CurrentSpace) -> None:
    """No request of the space fails any more."""
    space.faults.clear()


def _told(space: Space, active: ActiveFault) -> dict[str, Any]:
    members = active.fault.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return {
        "id": active.id,
        **members,
        "fired": active.fired,
        "ended": active.ended(space.clock.now()),
    }
