"""The state of a space: back to its start, its personas, what its custom services ran."""

from typing import Annotated, Any

from fastapi import Body, Response
from pydantic import BaseModel, Field

from ledgersim.control.base import CurrentSpace, Strict, new_router
from ledgersim.core.space import ResetScope
from ledgersim.core.vendor import NO_CONTENT

_RUNS = {"type": "array", "items": {"type": "object"}}

router = new_router("State")


class ResetRequest(Strict):
    """What to go back to the start with."""

    scope: ResetScope = Field("all", json_schema_extra={"default": "all"})


class PersonaList(BaseModel):
    """The people and companies of the world that show something."""

    personas: list[dict[str, Any]]


@router.post("/reset", **NO_CONTENT, operation_id="sim.reset", summary="Go back to the seeded world")
async def reset(space: CurrentSpace, body: Annotated[ResetRequest | None, Body()] = None) -> None:
    space.reset("all" if body is None else body.scope)


@router.get(
    "/personas", response_model=PersonaList, operation_id="sim.personas.list", summary="List the personas"
)
async def list_personas(space: CurrentSpace) -> Any:
    return {"personas": space.facts["personas"]}


@router.get(
    "/services/runs",
    operation_id="sim.services.runs.list",
    summary="The last 1,000 runs of custom services",
    response_class=Response,
    responses={200: {"content": {"application/json": {"schema": _RUNS}}}},
)
async def list_runs(space: CurrentSpace) -> Response:
    return Response(space.runs.export(), media_type="application/json")
