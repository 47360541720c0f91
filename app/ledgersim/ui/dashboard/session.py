"""Who may see the dashboard and use its forms.

With an admin token a login form asks for it once. A cookie, which scripts cannot read and which pages of other
sites cannot make the browser send, remembers that it was right. Each form has a token that only pages of this
server know, and must come from one of them.
"""

import hmac
import os
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.http.access import CROSS_SITE, SESSION_COOKIE
from ledgersim.http.context import context_of
from ledgersim.problems import UNAUTHORIZED

CSRF = "csrf"  # the member of forms

LOGIN_REQUIRED = UNAUTHORIZED.with_detail("The dashboard of this server requires its admin token.")
FOREIGN_FORM = CROSS_SITE.with_detail(
    "The form does not come from a page of this server, or the server has restarted since. Load it again."
)


class Sessions:
    """Logins of one server. They end with the process."""

    def __init__(self, admin_token: str | None) -> None:
        self._admin_token = admin_token
        self._form_token = os.urandom(32).hex()

    @property
    def required(self) -> bool:
        """Whether one must log in."""
        return self._admin_token is not None

    def authorization(self, request: Request) -> dict[str, str]:
        """The header for the admin API. Raises a 401 Problem for who has not logged in."""
        if self._admin_token is None:
            return {}
        if not context_of(request.scope).dispatcher.access.has_session(request):
            raise LOGIN_REQUIRED
        return {"Authorization": f"Bearer {self._admin_token}"}

    def is_admin_token(self, text: str) -> bool:
        """Whether a text is the admin token."""
        return self._admin_token is not None and hmac.compare_digest(text.encode(), self._admin_token.encode())

    def log_in(self, response: Response, request: Request) -> None:
        """Set the cookie."""
        context = context_of(request.scope)
        response.set_cookie(
            SESSION_COOKIE,
            context.dispatcher.access.session,
            path=context.base_path or "/",
            secure=context.origin.startswith("https:"),
            httponly=True,
            samesite="strict",
        )

    def log_out(self, response: Response, request: Request) -> None:
        """Delete the cookie."""
        response.delete_cookie(SESSION_COOKIE, path=context_of(request.scope).base_path or "/")

    def form_token(self) -> str:
        """What the forms of this server's pages contain."""
        return self._form_token

    def check_form(self, request: Request, token: str) -> None:
        """Raise a 403 Problem unless a form comes from a page of this server."""
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        hosts = (request.headers.get("host"), urlsplit(context_of(request.scope).origin).netloc)
        is_own = site in (None, "same-origin") and (origin is None or urlsplit(origin).netloc in hosts)
        if not is_own or not hmac.compare_digest(token.encode(), self._form_token.encode()):
            raise FOREIGN_FORM
