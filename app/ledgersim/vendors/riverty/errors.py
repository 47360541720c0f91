"""How Riverty says no: an object with one member `message` [observed for 401, inferred elsewhere]."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ledgersim.core.problems import Problem


def to_response(problem: Problem, _: Request) -> Response:
    """The refusal as the vendor words it."""
    return JSONResponse({"message": problem.detail or problem.title}, problem.status, dict(problem.headers))
