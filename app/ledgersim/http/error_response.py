"""Refusals in the simulator's own words: plain JSON, for what no vendor answers."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from ledgersim.problems import Problem


def refusal(problem: Problem, _: Request) -> JSONResponse:
    """A problem as status, title, detail and, for bad fields, errors."""
    told = "; ".join(f"{name}: {message}" for name, messages in problem.errors.items() for message in messages)
    content: dict[str, Any] = {
        "status": problem.status,
        "title": problem.title,
        "detail": problem.detail or told or problem.title,
    }
    if problem.errors:
        content["errors"] = problem.errors
    return JSONResponse(content, problem.status, dict(problem.headers))
