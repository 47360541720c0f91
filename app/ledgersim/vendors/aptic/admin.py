"""What tests may set about Aptic."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from ledgersim.admin.base import CurrentSpace, Strict, new_router
from ledgersim.vendors.aptic.cases.pending import DELAY, IMMEDIATE

LONGEST = 86_400 * 30  # seconds

router = new_router("Aptic", "/aptic")


def _check_delay(value: object) -> object:
    if value != IMMEDIATE and not (type(value) is int and 1 <= value <= LONGEST):
        raise PydanticCustomError(
            "delay", f'Input should be "immediate" or a whole number of seconds from 1 to {LONGEST}'
        )
    return value


class CaseImportDelay(Strict):
    """After how long, in seconds of the clock, cases sent with `async=true` are imported."""

    delay: Annotated[Literal["immediate"] | int, BeforeValidator(_check_delay)]


@router.get(
    "/case-import",
    response_model=CaseImportDelay,
    operation_id="sim.aptic.caseimport.get",
    summary="After how long cases are imported",
)
async def get_case_import(space: CurrentSpace) -> Any:
    """Tell `immediate`, or after how many seconds of the clock cases sent with `async=true` are imported."""
    return {"delay": space.facts[DELAY]}


@router.put(
    "/case-import",
    response_model=CaseImportDelay,
    operation_id="sim.aptic.caseimport.set",
    summary="Set after how long cases are imported from now on",
)
async def set_case_import(space: CurrentSpace, body: CaseImportDelay) -> Any:
    """It applies to cases that are sent from now on; those that are waiting keep their time."""
    space.facts[DELAY] = body.delay
    return body
