"""PayEx's error format: problem documents, with members in Pascal case or, as a setting, in camel case.

Members, their order and Pascal case follow the vendor's latest sample; its older text has them in lower case
[documented]. The codes of the problems with status 401, 405, 409 and 415 are [inferred].
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.http.context import context_of
from ledgersim.http.error_response import Render
from ledgersim.problems import UNREADABLE, VALIDATION, Problem
from ledgersim.vendors.payex.settings import ProblemCase

_APIS = ("invoice", "account")  # besides the customer API, to which all other paths are attributed


def renderer(case: ProblemCase) -> Render:
    """Returns a function that renders problems with members in the given case."""

    def to_response(problem: Problem, request: Request) -> Response:
        body = json.dumps(_content(problem, request, case), ensure_ascii=False, separators=(",", ":"))
        return Response(
            body.encode("utf-8", "replace"),
            problem.status,
            dict(problem.headers),
            "application/problem+json",
        )

    return to_response


def problem_schema(case: ProblemCase) -> dict[str, Any]:
    """The schema of a problem document."""
    properties: dict[str, Any] = {
        "Type": {
            "type": "string",
            "description": "A relative reference: `ledger/customer/v1/problems/validation`.",
        },
        "Title": {"type": "string"},
        "Status": {"type": "integer"},
        "Instance": {
            "type": "string",
            "format": "uuid",
            "description": "Names this problem in support questions.",
        },
        "Detail": {"type": "string"},
        "Problems": {
            "type": "array",
            "items": {"type": "object", "additionalProperties": {"type": "string"}},
            "description": "The members at fault: an object of one member each, whose name is their path.",
        },
    }
    if case == "camel":
        properties = {name.lower(): schema for name, schema in properties.items()}
    return {"type": "object", "properties": properties, "required": list(properties)}


def _api(request: Request) -> str:
    """The API of a path: its problems have types of their own [inferred]."""
    path = request.scope["path"].removeprefix(context_of(request.scope).root_path)
    name = path.strip("/").partition("/")[0].lower()
    return name if name in _APIS else "customer"


def _content(problem: Problem, request: Request, case: ProblemCase) -> dict[str, object]:
    code = VALIDATION.code if problem.code == UNREADABLE.code else problem.code
    content: dict[str, object] = {
        "Type": f"ledger/{_api(request)}/v1/problems/{code}",
        "Title": problem.title,
        "Status": problem.status,
        "Instance": context_of(
            request.scope
        ).space.chance.guid(),  # identifies this occurrence in support cases
        "Detail": problem.detail or problem.title,
        "Problems": [{name: message} for name, messages in problem.errors.items() for message in messages],
    }
    return content if case == "pascal" else {name.lower(): value for name, value in content.items()}
