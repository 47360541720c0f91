"""The calling user, a ping, and code lists."""

from typing import Any

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import new_router, operation
from ledgersim.schemas import ResponseModel, RowModel
from ledgersim.vendors.aptic.claims.commands import ADJUSTMENTS
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Page
from ledgersim.vendors.aptic.state import ApticState
from ledgersim.vendors.aptic.system.current_user import CurrentUser

router = new_router("System")


class TransSpecType(RowModel):
    """A code for adjustments."""

    code: str
    description: str


class TransSpecTypePage(Page[TransSpecType]):
    """A page of codes for adjustments."""


class Pong(ResponseModel):
    """An empty object."""


@router.get(
    "/v1/CurrentUser",
    response_model=CurrentUser,
    **operation("aptic.currentuser.get", method="observed", path="observed", summary="Read the calling user"),
)
async def get_current_user(context: CurrentContext) -> Any:
    user = context.space.state(ApticState).user
    return {
        **user,
        "links": [link(context, "self", "/v1/CurrentUser", "CurrentUser", user["unique_id"], "item")],
    }


@router.get(
    "/v1/Ping",
    response_model=Pong,
    **operation(
        "aptic.ping.get",
        method="documented elsewhere",
        path="inferred",
        summary="Check that the gateway answers",
    ),
)
async def get_ping() -> Any:
    return {}


@router.get(
    "/v1/Metadata/Transspectype",
    response_model=TransSpecTypePage,
    **operation(
        "aptic.metadata.transspectypes",
        method="inferred",
        path="documented",
        summary="List the codes of adjustments",
    ),
)
async def list_trans_spec_types() -> Any:
    codes = [{"code": code, "description": description} for code, description in ADJUSTMENTS.items()]
    return {"count": len(codes), "skip": 0, "total": len(codes), "value": codes}
