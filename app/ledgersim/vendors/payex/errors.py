"""How PayEx says no: problem documents in Pascal case.

Source: the vendor's newest sample (members, order); codes that it does not publish are inferred.
"""

import json

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.core.problems import Problem


def to_response(problem: Problem, request: Request) -> Response:
    """The problem document of a refusal; `Instance` is a fresh GUID for support questions."""
    content = {
        "Type": f"ledger/customer/v1/problems/{problem.code}",
        "Title": problem.title,
        "Status": problem.status,
        "Instance": request.scope["space"].chance.guid(),
        "Detail": problem.detail or problem.title,
        "Problems": [{name: message} for name, messages in problem.errors.items() for message in messages],
    }
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(body, problem.status, dict(problem.headers), "application/problem+json")
