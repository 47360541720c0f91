"""How Riverty says no.

A request that does not hold is answered by a bare array of messages [documented], everything else by an object
with one member `message` [observed for 401, inferred elsewhere].
"""

from collections.abc import Sequence

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ledgersim.problems import UNREADABLE, Problem
from ledgersim.vendors.riverty.messages import Message, about, unreadable


def to_response(problem: Problem, _: Request) -> Response:
    """The refusal as the vendor words it."""
    if problem.code == UNREADABLE.code:
        return _array([unreadable()])
    return JSONResponse({"message": problem.detail or problem.title}, problem.status, dict(problem.headers))


def refuse_invalid(error: RequestValidationError) -> Response:
    """A message for every field at fault, all at once."""
    return _array([about(one) for one in error.errors()])


def _array(messages: Sequence[Message]) -> Response:
    return JSONResponse([one.model_dump(by_alias=True) for one in messages], 400)
