"""Coverage: which operations, statuses, problems and members tests have met, over all spaces."""

from collections.abc import Iterable
from typing import Any

from fastapi.routing import APIRoute

from ledgersim.admin.base import OPTIONAL, CurrentDispatcher, ServerName, Sparse, new_router
from ledgersim.http.body import JsonRoute
from ledgersim.http.coverage import Coverage as Counts
from ledgersim.http.coverage import documented_members
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.vendor_app import NO_CONTENT, VendorApp
from ledgersim.schemas import AdminResponse

router = new_router("Requests", "/coverage", of_server=True)


class SentNames(AdminResponse):
    """The documented names that requests sent, and those that none did."""

    sent: list[str]
    never: list[str]


class OperationCoverage(AdminResponse):
    """How often an operation returned each status and problem, and what was sent to it.

    `never` are the statuses that it could return but never did. `members` are those of the body, inner ones
    after a dot; `parameters` are those of the query.
    """

    responses: dict[str, int]
    never: list[int]
    problems: dict[str, int]
    members: SentNames
    parameters: SentNames


class ProblemCoverage(AdminResponse):
    """How often each problem was met, and which problems never were."""

    met: dict[str, int]
    never: list[str]


class VendorCoverage(AdminResponse):
    """The coverage of a vendor: how many operations were exercised, and which never were."""

    exercised: int
    never: list[str]
    problems: ProblemCoverage
    operations: dict[str, OperationCoverage]


class UndocumentedCount(Sparse):
    """How often requests had something that the vendor does not document.

    `code` is that of a diagnostic, or `unknown-operation` for a method and path that no vendor has. `where` is
    the place in the request. `vendor` and `operation` are absent if the path has none.
    """

    vendor: str = OPTIONAL
    operation: str = OPTIONAL
    code: str
    where: str
    count: int


class Coverage(Sparse):
    """At one server: how many operations there are, how many were exercised, the coverage of each vendor."""

    server: str
    operations: int
    exercised: int
    vendors: dict[str, VendorCoverage]
    undocumented: list[UndocumentedCount]


@router.get(
    "",
    response_model=Coverage,
    response_model_exclude_unset=True,
    operation_id="sim.coverage.get",
    summary="Get the coverage of operations, statuses, problems and members",
)
async def get_coverage(dispatcher: CurrentDispatcher, server: ServerName) -> Any:
    """Over all spaces, since the start of the server or the last `DELETE`. `never` lists what the vendor
    documents and no request or response has had yet. `undocumented` lists up to 1,000 things that requests had
    and the vendor does not document.
    """
    vendors = {app.name: _vendor(dispatcher, mount) for mount, app in dispatcher.vendors.items()}
    return {
        "server": server,
        "operations": sum(len(one["operations"]) for one in vendors.values()),
        "exercised": sum(one["exercised"] for one in vendors.values()),
        "vendors": vendors,
        "undocumented": _undocumented(dispatcher),
    }


@router.delete("", **NO_CONTENT, operation_id="sim.coverage.clear", summary="Reset the coverage")
async def clear_coverage(dispatcher: CurrentDispatcher) -> None:
    """Sets all counts to zero, for all spaces."""
    dispatcher.coverage.clear()


def _undocumented(dispatcher: Dispatcher) -> list[dict[str, Any]]:
    counted = sorted(dispatcher.coverage.undocumented.items(), key=repr)
    names = {mount: app.name for mount, app in dispatcher.vendors.items()}
    return [
        {
            **({"vendor": names[found.mount]} if found.mount in names else {}),
            **({} if found.operation is None else {"operation": found.operation}),
            "code": found.code,
            "where": found.where,
            "count": count,
        }
        for found, count in counted
    ]


def _vendor(dispatcher: Dispatcher, mount: str) -> dict[str, Any]:
    app = dispatcher.mounts[mount]
    operations = {
        str(route.operation_id): _operation(dispatcher.coverage, mount, app, route)
        for route in app.operations()
    }
    met: dict[str, int] = {}
    for (where, _, code), count in sorted(dispatcher.coverage.problems.items(), key=repr):
        if where == mount:
            met[code] = met.get(code, 0) + count
    codes = list(dict.fromkeys(one.code for one in app.about.problems))
    never = [name for name, one in operations.items() if not one["responses"]]
    return {
        "exercised": len(operations) - len(never),
        "never": never,
        "problems": {"met": dict(sorted(met.items())), "never": [code for code in codes if code not in met]},
        "operations": operations,
    }


def _operation(counts: Counts, mount: str, app: VendorApp, route: APIRoute) -> dict[str, Any]:
    """What an operation returned and was sent, and what it could have been."""
    name = str(route.operation_id)
    responses = {status: count for (one, status), count in sorted(counts.responses.items()) if one == name}
    succeeded = any(status < 300 for status in responses)
    never = [
        status
        for status in _possible_statuses(app, route)
        if status not in responses and not (status < 300 and succeeded)
    ]
    problems = {
        code: count
        for (where, one, code), count in sorted(counts.problems.items(), key=repr)
        if (where, one) == (mount, name)
    }
    return {
        "responses": {str(status): count for status, count in responses.items()},
        "never": never,
        "problems": problems,
        **_sent(counts, name, route),
    }


def _sent(counts: Counts, name: str, route: APIRoute) -> dict[str, Any]:
    """The members and parameters of an operation; none for a route of another kind."""
    if not isinstance(route, JsonRoute):
        return {"members": _names((), ()), "parameters": _names((), ())}
    members = counts.members.get(name)
    return {
        "members": _names(documented_members(route.models), () if members is None else members.paths()),
        "parameters": _names(sorted(route.parameters), counts.parameters.get(name, ())),
    }


def _names(documented: Iterable[str], sent: Iterable[str]) -> dict[str, list[str]]:
    names, known = list(documented), set(sent)
    return {
        "sent": [name for name in names if name in known],
        "never": [name for name in names if name not in known],
    }


def _possible_statuses(app: VendorApp, route: APIRoute) -> list[int]:
    """The status of a successful response, and those that an invalid request can cause."""
    return [route.status_code or 200, *app.error_statuses(route)]
