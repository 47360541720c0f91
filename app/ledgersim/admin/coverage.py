"""Coverage: which operations, statuses and problems have been returned, over all spaces."""

from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel

from ledgersim.admin.base import CurrentDispatcher, ServerName, new_router
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.vendor_app import NO_CONTENT, VendorApp

router = new_router("Requests", "/coverage", of_server=True)


class OperationCoverage(BaseModel):
    """How often an operation returned each status, and the statuses that it could return but never did."""

    responses: dict[str, int]
    never: list[int]


class ProblemCoverage(BaseModel):
    """How often each problem was met, and which problems never were."""

    met: dict[str, int]
    never: list[str]


class VendorCoverage(BaseModel):
    """The coverage of a vendor: how many operations were exercised, and which never were."""

    exercised: int
    never: list[str]
    problems: ProblemCoverage
    operations: dict[str, OperationCoverage]


class Coverage(BaseModel):
    """At one server: how many operations there are, how many were exercised, the coverage of each vendor."""

    server: str
    operations: int
    exercised: int
    vendors: dict[str, VendorCoverage]


@router.get(
    "",
    response_model=Coverage,
    operation_id="sim.coverage.get",
    summary="Get the coverage of operations, statuses and problems",
)
async def get_coverage(dispatcher: CurrentDispatcher, server: ServerName) -> Any:
    """Over all spaces, since the start of the server or the last `DELETE`. `never` lists the statuses that an
    operation could return, by its shape, but has not returned yet.
    """
    vendors = {app.name: _vendor(dispatcher, mount) for mount, app in dispatcher.vendors.items()}
    return {
        "server": server,
        "operations": sum(len(one["operations"]) for one in vendors.values()),
        "exercised": sum(one["exercised"] for one in vendors.values()),
        "vendors": vendors,
    }


@router.delete("", **NO_CONTENT, operation_id="sim.coverage.clear", summary="Reset the coverage")
async def clear_coverage(dispatcher: CurrentDispatcher) -> None:
    """Sets all counts to zero, for all spaces."""
    dispatcher.coverage.clear()


def _vendor(dispatcher: Dispatcher, mount: str) -> dict[str, Any]:
    app = dispatcher.mounts[mount]
    operations = {str(route.operation_id): _operation(dispatcher, app, route) for route in app.operations()}
    codes = list(dict.fromkeys(one.code for one in app.about.problems))
    met = {
        code: count
        for (where, code), count in sorted(dispatcher.coverage.problems.items(), key=repr)
        if where == mount
    }
    never = [name for name, one in operations.items() if not one["responses"]]
    return {
        "exercised": len(operations) - len(never),
        "never": never,
        "problems": {"met": met, "never": [code for code in codes if code not in met]},
        "operations": operations,
    }


def _operation(dispatcher: Dispatcher, app: VendorApp, route: APIRoute) -> dict[str, Any]:
    """How often an operation returned each status, and the statuses that it could return but never did."""
    counted = dispatcher.coverage.responses
    responses = {
        status: count for (name, status), count in sorted(counted.items()) if name == route.operation_id
    }
    succeeded = any(status < 300 for status in responses)
    never = [
        status
        for status in _possible_statuses(app, route)
        if status not in responses and not (status < 300 and succeeded)
    ]
    return {"responses": {str(status): count for status, count in responses.items()}, "never": never}


def _possible_statuses(app: VendorApp, route: APIRoute) -> list[int]:
    """The status of a successful response, and those that an invalid request can cause."""
    return [route.status_code or 200, *app.error_statuses(route)]
