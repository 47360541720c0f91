"""How PayEx says no: problem documents, in Pascal case unless the settings say camel.

Source: the vendor's newest sample (members, order, spelling) and older prose (lower-case members); codes that
it does not publish are inferred.
"""

import json
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.http.vendor_app import Render
from ledgersim.problems import UNREADABLE, VALIDATION, Problem

ProblemCase = Literal["pascal", "camel"]

_TYPES = "ledger/customer/v1/problems/"


def renderer(case: ProblemCase) -> Render:
    """Writes refusals in one of the two spellings of their members."""

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
        "Type": {"type": "string", "description": f"A relative reference such as `{_TYPES}validation`."},
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


def _content(problem: Problem, request: Request, case: ProblemCase) -> dict[str, object]:
    code = VALIDATION.code if problem.code == UNREADABLE.code else problem.code
    content: dict[str, object] = {
        "Type": f"{_TYPES}{code}",
        "Title": problem.title,
        "Status": problem.status,
        "Instance": request.scope["space"].chance.guid(),  # a fresh one, for support questions
        "Detail": problem.detail or problem.title,
        "Problems": [{name: message} for name, messages in problem.errors.items() for message in messages],
    }
    return content if case == "pascal" else {name.lower(): value for name, value in content.items()}
