"""The state of a space: back to its start, its personas, what its custom services ran."""

from typing import Annotated, Any

from fastapi import Body, Response
from pydantic import BaseModel

from ledgersim.control.base import CurrentSpace, Strict, new_router
from ledgersim.core.space import ResetScope
from ledgersim.core.vendor import NO_CONTENT

router = new_router()


class ResetIn(Strict):
    """What to go back to the start with."""

    scope: ResetScope = "all"


class PersonasOut(BaseModel):
    """The people and companies of the world that show something."""

    personas: list[dict[str, Any]]


@router.post("/reset", **NO_CONTENT, operation_id="sim.reset", summary="Go back to the seeded world")
async def reset(space: CurrentSpace, body: Annotated[ResetIn | None, Body()] = None) -> None:
    space.reset("all" if body is None else body.scope)


@router.get(
    "/personas", response_model=PersonasOut, operation_id="sim.personas.list", summary="List the personas"
)
async def list_personas(space: CurrentSpace) -> Any:
    return {"personas": space.facts["personas"]}


@router.get(
    "/services/runs",
    operation_id="sim.services.runs.list",
    summary="The last 1,000 runs of custom services",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}},
)
async def list_runs(space: CurrentSpace) -> Response:
    return Response(space.runs.export(), media_type="application/json")
