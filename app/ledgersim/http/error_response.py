"""Error responses in the simulator's own format: plain JSON, where no vendor's API is involved."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from ledgersim.diagnostics.journal import Record
from ledgersim.problems import Problem, in_one_line

Render = Callable[[Problem, Request], Response]


def error_response(problem: Problem, _: Request) -> JSONResponse:
    """A problem as status, title, detail and, for invalid fields, errors."""
    content: dict[str, Any] = {
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail or in_one_line(problem.errors) or problem.title,
    }
    if problem.errors:
        content["errors"] = problem.errors
    return JSONResponse(content, problem.status, dict(problem.headers))


async def send_error(
    problem: Problem, record: Record, render: Render, scope: Scope, receive: Receive, send: Send
) -> None:
    """Respond with a problem of the simulator itself, in the format of `render`, and record it."""
    record.add_problem(problem)
    record.from_simulator = True
    await render(problem, Request(scope))(scope, receive, send)
