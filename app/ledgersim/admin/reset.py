"""Resets a space, and lists its personas."""

from typing import Annotated, Any

from fastapi import Body
from pydantic import ConfigDict, Field

from ledgersim.admin.base import CurrentSpace, Strict, new_router
from ledgersim.http.vendor_app import NO_CONTENT
from ledgersim.schemas import AdminResponse
from ledgersim.spaces.space import ResetScope

router = new_router("State")


class ResetRequest(Strict):
    """What to reset."""

    scope: ResetScope = Field("all", json_schema_extra={"default": "all"})


class Persona(AdminResponse):
    """A person or company that demonstrates one situation. Further members are its ids, by vendor."""

    __pydantic_extra__: dict[str, dict[str, str | int | list[str]]]

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    description: str


class PersonaList(AdminResponse):
    """The personas of the world: people and companies with fixed ids that each demonstrate one situation."""

    personas: list[Persona]


@router.post(
    "/reset", **NO_CONTENT, operation_id="sim.reset", summary="Reset the space, or a part of it, to its start"
)
async def reset(space: CurrentSpace, body: Annotated[ResetRequest | None, Body()] = None) -> None:
    """`data` means rows and identifiers; `all` adds clock, faults, journal and tokens. Snapshots stay."""
    await space.reset("all" if body is None else body.scope)


@router.get(
    "/personas", response_model=PersonaList, operation_id="sim.personas.list", summary="List the personas"
)
async def list_personas(space: CurrentSpace) -> Any:
    """People and companies with fixed ids that each demonstrate one situation, and their ids at each vendor."""
    return {"personas": space.personas()}
