"""Problems of the dashboard as pages; those of other pages as JSON."""

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.http.context import context_of
from ledgersim.http.error_response import error_response
from ledgersim.problems import UNAUTHORIZED, Problem
from ledgersim.ui.dashboard.session import Sessions
from ledgersim.ui.dashboard.visit import UI
from ledgersim.ui.rendering import page


def render_problem(sessions: Sessions, problem: Problem, request: Request) -> Response:
    """What is wrong, or a form to log in. It shows nothing of the server: it may be read by a foreign page."""
    context = context_of(request.scope)
    here = request.url.path.removeprefix(context.root_path)
    if not f"{here}/".lower().startswith(f"{UI}/"):
        return error_response(problem, request)
    content = {
        "problem": problem,
        "ui": f"{context.root_path}{UI}",
        "base": context.base_path,
        "then": here,
        "csrf": sessions.form_token(),
    }
    template = "login" if problem.status == UNAUTHORIZED.status else "problem"
    answer = page(request, f"dashboard/{template}.html", content)
    answer.status_code = problem.status
    answer.headers.update(problem.headers)
    return answer
