"""Coverage: which operations, statuses and problems the tests have met, over all spaces, and which never."""

from typing import Any

from fastapi.routing import APIRoute
from pydantic import BaseModel

from ledgersim.admin.base import CurrentDispatcher, new_router
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.vendor_app import NO_CONTENT, VendorApp
from ledgersim.vendors import VENDORS

router = new_router("Requests", "/coverage")


class OperationCoverage(BaseModel):
    """How often an operation gave which status, and which of those that it can give it never gave."""

    answers: dict[str, int]
    never: list[int]


class ProblemCoverage(BaseModel):
    """How often each problem was met, and which never were."""

    met: dict[str, int]
    never: list[str]


class VendorCoverage(BaseModel):
    """What of a vendor was exercised: how many operations, and which never were."""

    exercised: int
    never: list[str]
    problems: ProblemCoverage
    operations: dict[str, OperationCoverage]


class Coverage(BaseModel):
    """How many operations there are, how many were exercised, and what of each vendor."""

    operations: int
    exercised: int
    vendors: dict[str, VendorCoverage]


@router.get(
    "",
    response_model=Coverage,
    operation_id="sim.coverage.get",
    summary="What has been exercised, and what never",
)
async def get_coverage(dispatcher: CurrentDispatcher) -> Any:
    """Over all spaces, since the start of the server or the last `DELETE`. `never` lists the statuses that an
    operation can answer by its shape and did not yet.
    """
    vendors = {vendor.name: _vendor(dispatcher, vendor.mount) for vendor in VENDORS}
    return {
        "operations": sum(len(one["operations"]) for one in vendors.values()),
        "exercised": sum(one["exercised"] for one in vendors.values()),
        "vendors": vendors,
    }


@router.delete("", **NO_CONTENT, operation_id="sim.coverage.clear", summary="Start counting again")
async def clear_coverage(dispatcher: CurrentDispatcher) -> None:
    """Forget what was counted, for all spaces."""
    dispatcher.coverage.clear()


def _vendor(dispatcher: Dispatcher, mount: str) -> dict[str, Any]:
    app, seen = dispatcher.mounts[mount], dispatcher.coverage
    operations = {str(route.operation_id): _operation(dispatcher, app, route) for route in app.operations()}
    codes = list(dict.fromkeys(one.code for one in app.about.problems))
    met = {code: count for (where, code), count in sorted(seen.problems.items(), key=repr) if where == mount}
    never = [name for name, told in operations.items() if not told["answers"]]
    return {
        "exercised": len(operations) - len(never),
        "never": never,
        "problems": {"met": met, "never": [code for code in codes if code not in met]},
        "operations": operations,
    }


def _operation(dispatcher: Dispatcher, app: VendorApp, route: APIRoute) -> dict[str, Any]:
    """How often an operation gave which answer, and which of those that its shape allows it never gave."""
    counted = dispatcher.coverage.answers
    answers = {status: count for (name, status), count in sorted(counted.items()) if name == route.operation_id}
    succeeded = any(status < 300 for status in answers)
    never = [
        status for status in _possible(app, route) if status not in answers and not (status < 300 and succeeded)
    ]
    return {"answers": {str(status): count for status, count in answers.items()}, "never": never}


def _possible(app: VendorApp, route: APIRoute) -> list[int]:
    """The answer to a right request, and the errors that a client can cause by a wrong one."""
    return [route.status_code or 200, *app.error_statuses(route)]
