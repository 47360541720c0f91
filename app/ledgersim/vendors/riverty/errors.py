"""Riverty's error format.

An invalid request returns a bare array of messages [documented]; any other error returns an object with one
member, `message` [observed for 401, inferred for the others].
"""

from collections.abc import Sequence

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ledgersim.problems import UNREADABLE, Problem
from ledgersim.vendors.riverty.messages import Message, from_validation_error, invalid, unreadable


def to_response(problem: Problem, _: Request) -> Response:
    """The problem in Riverty's error format."""
    if problem.code == UNREADABLE.code:
        return _array([unreadable()])
    if problem.errors and problem.status == 400:  # those of others are only for the journal
        return _array([invalid(name, text) for name, texts in problem.errors.items() for text in texts])
    return JSONResponse({"message": problem.detail or problem.title}, problem.status, dict(problem.headers))


def render_invalid(error: RequestValidationError) -> Response:
    """A message for each invalid field."""
    return _array([from_validation_error(one) for one in error.errors()])


def _array(messages: Sequence[Message]) -> Response:
    return JSONResponse([one.model_dump(by_alias=True) for one in messages], 400)
