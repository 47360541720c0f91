"""Which hosts are served, and which web pages may call what.

Any page that a developer opens can send requests to a server on the same machine or network. Two checks keep
foreign pages out. `Host`: a page can make its own name resolve to the address of the server (DNS rebinding).
`Origin` and `Sec-Fetch-Site`: a page can send simple requests to other sites.
"""

import os
import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from hmac import compare_digest
from ipaddress import ip_address
from pathlib import Path
from socket import gethostname
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Scope

from ledgersim.problems import UNAUTHORIZED, Problem

UNKNOWN_HOST = Problem(421, "unknown-host", "Misdirected Request")
CROSS_SITE = Problem(403, "cross-site", "Forbidden")

SESSION_COOKIE = "ledgersim-session"

# Top-level domains that nobody can register: for local networks (RFC 6762, RFC 8375), containers and tests.
_PRIVATE = (".localhost", ".local", ".internal", ".home.arpa", ".test", ".svc")
_NAMESPACE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+(?:%25[\w.~-]+)?\]|[\w.-]*)(?::[0-9]*)?", re.ASCII)
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Access:
    """The checks that the settings ask for.

    `hosts` are names besides those that only local networks resolve; `.example.com` is the name and all below
    it, and `*` is any. Pages of `origins` may call the vendors' routes, pages of `admin_origins` the admin API,
    which requires `admin_token` if there is one. `public_host` is the host of the server's public address.
    `session` is the value of the cookie of those who have logged in to the dashboard.
    """

    def __init__(
        self,
        hosts: Collection[str],
        origins: Collection[str],
        admin_origins: Collection[str],
        admin_token: str | None = None,
        public_host: str | None = None,
    ) -> None:
        own = (gethostname(), *([] if public_host is None else [public_host]))
        self._hosts = {host.lower() for host in (*hosts, *own)}
        self._public_host = public_host
        self._origins = {False: origins, True: admin_origins}
        self._admin_token = None if admin_token is None else admin_token.encode()
        self.session = os.urandom(32).hex()
        self._namespace = _kubernetes_namespace()
        self._serves = lru_cache(256)(self.serves)

    def check(self, scope: Scope, is_admin: bool, forwarded_host: str | None = None) -> None:
        """Raise a 421 Problem for an unknown host, or a 403 Problem for a page of another site.

        `forwarded_host` is the host that a trusted proxy says the client has named.
        """
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        hosts = [host] if forwarded_host is None else [host, forwarded_host]
        for name in hosts:
            if not self._serves(name):
                raise UNKNOWN_HOST.with_detail(
                    f"This server does not serve the host {name[:200]!r}: a web page could make that name "
                    "resolve to it. If the name is yours, start the server with --allowed-host and the name."
                )
        if b"origin" in headers or b"sec-fetch-site" in headers:
            self._check_page(scope["method"], headers, hosts, is_admin)

    def check_admin_token(self, scope: Scope) -> None:
        """Raise a 401 Problem if the admin API requires a token and the request lacks it."""
        if self._admin_token is None:
            return
        headers = dict(scope["headers"])
        scheme, _, given = headers.get(b"authorization", b"").partition(b" ")
        if scheme.lower() != b"bearer" or not compare_digest(given.strip(), self._admin_token):
            raise UNAUTHORIZED.with_detail(
                "The admin API of this server requires its token: send Authorization: Bearer <the value of "
                "LEDGERSIM_ADMIN_TOKEN>.",
                WWW_Authenticate='Bearer realm="ledgersim"',
            )

    def has_session(self, connection: HTTPConnection) -> bool:
        """Whether a request has the cookie of those who have logged in to the dashboard."""
        given = connection.cookies.get(SESSION_COOKIE, "")
        return compare_digest(given.encode(), self.session.encode())

    def may_read_admin(self, scope: Scope) -> bool:
        """Whether the cookie stands in for the admin token: for reads by own pages and by the address bar.

        Only browsers send `Sec-Fetch-Site`, and pages cannot change it.
        """
        request = HTTPConnection(scope)
        return (
            scope["method"] == "GET"
            and "authorization" not in request.headers
            and request.headers.getlist("sec-fetch-site") in (["same-origin"], ["none"])
            and self.has_session(request)
        )

    def is_foreign(self, scope: Scope) -> bool:
        """Whether a page of another site sent the request, and none is allowed to. It creates no space."""
        is_allowed = bool(self._origins[False] or self._origins[True])
        return not is_allowed and (b"sec-fetch-site", b"cross-site") in scope["headers"]

    def serves(self, host: str) -> bool:
        """Whether a host is an IP address, a name that only local networks resolve, or a configured name."""
        name = _hostname(host)
        if name is None:
            return False
        if "." not in name or _is_address(name) or name.endswith(_PRIVATE):
            return True
        if self._namespace and name.partition(".")[2] == self._namespace:  # Kubernetes: SERVICE.NAMESPACE
            return True
        parents = [name[at:] for at, letter in enumerate(name) if letter == "."]
        return not self._hosts.isdisjoint({"*", name, f".{name}", *parents})

    def _check_page(
        self, method: str, headers: Mapping[bytes, bytes], hosts: Sequence[str], is_admin: bool
    ) -> None:
        """Raise a 403 Problem if a page of another site calls the admin API, or changes anything elsewhere."""
        if method == "OPTIONS" or (method in _SAFE_METHODS and not is_admin):
            return
        site = headers.get(b"sec-fetch-site", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if site in ("same-origin", "same-site", "none"):
            return
        own = {self._public_host, *(_hostname(host) for host in hosts)} - {None}
        if not site and _hostname(urlsplit(origin).netloc) in own:  # older browsers
            return
        if "*" in self._origins[is_admin] or origin in self._origins[is_admin]:
            return
        destination = headers.get(b"sec-fetch-mode"), headers.get(b"sec-fetch-dest")
        if method in _SAFE_METHODS and destination == (b"navigate", b"document"):  # a link that was followed
            return
        setting = "--admin-origin" if is_admin else "--cors-origin"
        what = "call the admin API" if is_admin else "send such requests"
        raise CROSS_SITE.with_detail(
            f"A web page of another site ({origin[:200] or 'unknown origin'}) may not {what}. If it is yours, "
            f"start the server with {setting} and its origin."
        )

    def with_cors(self, app: ASGIApp, is_admin: bool) -> ASGIApp:
        """The application with CORS headers for the pages that may call it."""
        if not self._origins[is_admin]:
            return app
        from starlette.middleware.cors import CORSMiddleware

        return CORSMiddleware(
            app,
            allow_origins=self._origins[is_admin],
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["*"],
        )


def _hostname(host: str) -> str | None:
    """A host without its port, in lower case; None for what is no host."""
    found = _HOST.fullmatch(host)
    return None if found is None else found[1].lower().removesuffix(".")


def _is_address(name: str) -> bool:
    with suppress(ValueError):
        ip_address(name.strip("[]").partition("%")[0])
        return True
    return False


def _kubernetes_namespace() -> str:
    with suppress(OSError, UnicodeDecodeError):
        return _NAMESPACE.read_text().strip().lower()
    return ""
