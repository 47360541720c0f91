"""The state of a space: back to its start, its personas, what its custom services ran."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Body, Response
from pydantic import BaseModel, ConfigDict, Field

from ledgersim.control.base import CurrentSpace, Strict, new_router
from ledgersim.core.space import ResetScope
from ledgersim.core.vendor import NO_CONTENT

router = new_router("State")


class ResetRequest(Strict):
    """What to go back to the start with."""

    scope: ResetScope = Field("all", json_schema_extra={"default": "all"})


class Persona(BaseModel):
    """A person or company that shows something; of each vendor, its ids there."""

    __pydantic_extra__: dict[str, dict[str, str | int | list[str]]]

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    description: str


class PersonaList(BaseModel):
    """The people and companies of the world that show something."""

    personas: list[Persona]


class ServiceRun(BaseModel):
    """A run of a custom service. `cut` names the bodies of which only the beginning was kept, as a string."""

    service: str
    resource: str
    owner: str | None
    in_background: bool = Field(alias="async")
    state: Literal["running", "done", "cancelled"]
    started_at: datetime
    finished_at: datetime | None
    status: int | None
    cut: list[Literal["request", "answer"]]
    request: Any
    answer: Any


class ServiceRunList(BaseModel):
    """The last runs of custom services, the oldest first."""

    runs: list[ServiceRun]


@router.post("/reset", **NO_CONTENT, operation_id="sim.reset", summary="Go back to the seeded world")
async def reset(space: CurrentSpace, body: Annotated[ResetRequest | None, Body()] = None) -> None:
    """Of the space of the request. `data` are rows and identifiers; `all` also resets clock, faults, journal
    and tokens. Snapshots stay.
    """
    space.reset("all" if body is None else body.scope)


@router.get(
    "/personas", response_model=PersonaList, operation_id="sim.personas.list", summary="List the personas"
)
async def list_personas(space: CurrentSpace) -> Any:
    """People and companies with fixed ids that each show one thing, with their ids in each vendor."""
    return {"personas": space.facts["personas"]}


@router.get(
    "/services/runs",
    operation_id="sim.services.runs.list",
    summary="The last 1,000 runs of custom services",
    response_class=Response,
    responses={200: {"model": ServiceRunList}},
)
async def list_runs(space: CurrentSpace) -> Response:
    """The oldest first, with what was asked and answered."""
    return Response(space.runs.export(), media_type="application/json")
