"""Aptic's part of the admin API, under `/_sim/aptic`."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Response
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from ledgersim.admin.base import CurrentSpace, Strict, new_router
from ledgersim.schemas import AdminResponse
from ledgersim.vendors.aptic.services.runs import ServiceRuns
from ledgersim.vendors.aptic.settings import IMMEDIATE, MAX_IMPORT_DELAY
from ledgersim.vendors.aptic.state import ApticState, case_import_delay

router = new_router("Aptic", "/aptic", "What tests may set about Aptic")


def _check_delay(value: object) -> object:
    if value != IMMEDIATE and not (type(value) is int and 1 <= value <= MAX_IMPORT_DELAY):
        raise PydanticCustomError(
            "delay", f'Input should be "immediate" or a whole number of seconds from 1 to {MAX_IMPORT_DELAY}'
        )
    return value


class CaseImportDelay(Strict):
    """The delay, in seconds of the space's clock, before cases sent with `async=true` are imported."""

    delay: Annotated[Literal["immediate"] | int, BeforeValidator(_check_delay)]


class ServiceRun(AdminResponse):
    """A run of a custom service. `cut` names the bodies that were cut to their beginning, as a string."""

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


class ServiceRunList(AdminResponse):
    """The last runs of custom services, oldest first."""

    runs: list[ServiceRun]


@router.get(
    "/case-import",
    response_model=CaseImportDelay,
    operation_id="sim.aptic.caseimport.get",
    summary="Read the delay of case imports",
)
async def get_case_import(space: CurrentSpace) -> Any:
    """Either `immediate`, or a number of seconds of the space's clock."""
    return {"delay": case_import_delay(space)}


@router.put(
    "/case-import",
    response_model=CaseImportDelay,
    operation_id="sim.aptic.caseimport.set",
    summary="Set the delay of case imports",
)
async def set_case_import(space: CurrentSpace, body: CaseImportDelay) -> Any:
    """Applies to cases that are sent from now on; imports that are already pending keep their time."""
    state = space.state(ApticState).model_copy(update={"case_import_delay": body.delay})
    with space.transaction() as connection:
        space.save_state(connection, state)
    return body


@router.get(
    "/services/runs",
    operation_id="sim.aptic.services.runs.list",
    summary="List the last 1,000 runs of custom services",
    response_class=Response,
    responses={200: {"model": ServiceRunList}},
)
async def list_runs(space: CurrentSpace) -> Response:
    """Oldest first, with their requests and answers."""
    return Response(space.record(ServiceRuns).export(), media_type="application/json")
