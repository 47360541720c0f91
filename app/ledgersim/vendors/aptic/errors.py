"""Aptic's error format: RFC 9457 problem documents with the extra members of ASP.NET Core.

The members and their order are [observed] in the vendor's samples; `errors` and `traceId` follow the framework
[inferred].
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.http.context import context_of
from ledgersim.problems import Problem

# JSON Schema of a problem document.
PROBLEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer", "format": "int32"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "The members at fault, by path, with what is wrong with each.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "traceId": {"type": "string"},
    },
    "required": ["type", "title", "status", "detail", "instance", "traceId"],
}
_RFC9110_SECTIONS = {
    400: "15.5.1",
    401: "15.5.2",
    403: "15.5.4",
    404: "15.5.5",
    405: "15.5.6",
    409: "15.5.10",
    413: "15.5.14",
    415: "15.5.16",
    500: "15.6.1",
}


def to_response(problem: Problem, request: Request) -> Response:
    """Render a problem as a problem document."""
    section = _RFC9110_SECTIONS.get(problem.status)
    chance = context_of(request.scope).space.chance
    content: dict[str, Any] = {
        "type": "about:blank" if section is None else f"https://tools.ietf.org/html/rfc9110#section-{section}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail or _first_error(problem) or problem.title,
        "instance": request.scope["path"],
    }
    if problem.errors:
        content["errors"] = problem.errors
    content["traceId"] = f"00-{chance.draw().hex()}-{chance.draw().hex()[:16]}-00"
    return Response(
        json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"),
        problem.status,
        dict(problem.headers),
        "application/problem+json",
    )


def _first_error(problem: Problem) -> str:
    others = len(problem.errors) - 1
    for name, messages in problem.errors.items():
        remainder = "" if others < 1 else f" And {others} more: see errors."
        return f"{name}: {messages[0].rstrip('.')}.{remainder}".replace("?.", "?")
    return ""
