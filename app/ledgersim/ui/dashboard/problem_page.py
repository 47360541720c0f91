"""Problems as pages: all of the dashboard, and those of other pages for browsers, or else as JSON."""

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.http.context import context_of
from ledgersim.http.error_response import error_response
from ledgersim.http.routing import is_below
from ledgersim.problems import UNAUTHORIZED, Problem
from ledgersim.ui.dashboard.session import Sessions
from ledgersim.ui.dashboard.visit import UI, own_page
from ledgersim.ui.rendering import page, prefers_html


def render_problem(sessions: Sessions, problem: Problem, request: Request) -> Response:
    """What is wrong, or a form to log in. It shows nothing of the server: it may be read by a foreign page."""
    here = request.url.path.removeprefix(context_of(request.scope).root_path)
    if not is_below(here, UI) and not prefers_html(request.headers.get("accept", "")):
        return error_response(problem, request)
    query = f"?{request.url.query}" if request.url.query else ""
    return problem_page(sessions, problem, request, UI if request.method == "POST" else here + query)


def problem_page(sessions: Sessions, problem: Problem, request: Request, then: str) -> Response:
    """What is wrong, or a form to log in. `then` is the page to go to after it."""
    context = context_of(request.scope)
    content = {
        "problem": problem,
        "is_wrong": request.method == "POST",
        "ui": f"{context.root_path}{UI}",
        "base": context.base_path,
        "then": own_page(then),
        "csrf": sessions.form_token(),
    }
    template = "login" if problem.status == UNAUTHORIZED.status else "problem"
    answer = page(request, f"dashboard/{template}.html", content)
    answer.status_code = problem.status
    answer.headers.update(problem.headers)
    return answer
