"""A visit of a page: what it asks the admin API for, and the page that shows it."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ledgersim.admin import MOUNT
from ledgersim.clock import isoformat
from ledgersim.http import internal
from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import VendorApp
from ledgersim.problems import INTERNAL, in_one_line, invalid
from ledgersim.spaces.registry import DEFAULT
from ledgersim.ui.dashboard.session import Sessions
from ledgersim.ui.rendering import page

UI = f"{MOUNT}/ui"
MAX_SHOWN_SPACES = 30
_DONE = "ledgersim-done"  # the cookie with the call that a form has made, for the page that follows
_MAX_DONE = 400  # characters of each part
_MAX_FIELDS = 8_000  # characters of an address
_FIELD = "body."  # how the names of fields of forms begin

READ: dict[str, Any] = {"methods": ["GET", "HEAD"], "include_in_schema": False}

PAGES = {
    "requests": "Requests",
    "errors": "Errors",
    "data": "Data",
    "clock": "Clock",
    "faults": "Faults",
    "coverage": "Coverage",
    "personas": "Personas",
    "spaces": "Spaces",
}


class Visit:
    """A request to the dashboard by somebody who may see it. Raises a 401 Problem for others.

    `parameters` are those that the query of the page may have, or fields of a form; others are a 400 Problem.
    """

    def __init__(self, request: Request, sessions: Sessions, *parameters: str) -> None:
        self.request = request
        self.sessions = sessions
        self.context = context_of(request.scope)
        self.root = self.context.root_path
        self._headers = sessions.authorization(request)
        given = [name for name, value in request.query_params.multi_items() if value]
        for name in given:
            if name not in parameters and not name.startswith(_FIELD):
                known = ", ".join(parameters) or "none"
                raise invalid(name[:80], f"is no parameter of this page, which takes {known}")
            if given.count(name) > 1:
                raise invalid(name, "is given more than once")

    async def get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        """What an operation of the admin API returns. Raises its Problem."""
        return (await self.call("GET", with_query(path, query or {})))[1]

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the body of a response of the admin API. Raises its Problem."""
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        target = MOUNT + path
        answer = await internal.send(
            self.context, self.request.scope, self.root, method, target, headers.items(), sent
        )
        content = answer.json()
        if answer.status >= 400:
            said = {name: content[name] for name in ("title", "detail", "errors") if name in content}
            if said["detail"] == in_one_line(said.get("errors", {})):
                del said["detail"]  # which only repeats them
            raise replace(INTERNAL, status=answer.status, **said)
        return answer.status, content

    def show(self, name: str, content: Mapping[str, Any], twin: str, template: str | None = None) -> Response:
        """A page. `twin` is the path of the operation of the admin API that returns the same as JSON."""
        clock = self.context.space.clock
        cookie = self.request.cookies.get(_DONE)
        done = None if cookie is None else _read_done(cookie)
        values = {
            "current": name,
            "title": PAGES[name],
            "pages": PAGES,
            "ui": self.root + UI,
            "base": self.context.base_path,
            "spaces": self.space_names(),
            "now": isoformat(clock.now()),
            "is_frozen": clock.setting.mode == "frozen",
            "twin": twin,
            "csrf": self.sessions.form_token(),
            "has_login": self.sessions.required,
            "done": done,
            "sent": self.sent,
            "text": self.text,
            "is_explained": False,  # why a form was rejected, beside its fields
            **content,
        }
        response = page(self.request, f"dashboard/{template or name}.html", values)
        if done is not None and done["status"] >= 400:
            response.status_code = done["status"]
        if cookie is not None:
            response.delete_cookie(_DONE, path=self.context.base_path or "/")
        return response

    @property
    def sent(self) -> dict[str, str]:
        """The fields of a form that was rejected, which are part of the address of the page."""
        return _fields(self.request.query_params)

    @property
    def text(self) -> str:
        """What the address of the page searches for."""
        return self.request.query_params.get("text", "").strip()

    def matches(self, value: Any) -> bool:
        """Whether a text, or one of the values in an object or list, has this text."""
        if isinstance(value, dict | list):
            return any(map(self.matches, value.values() if isinstance(value, dict) else value))
        return self.text.casefold() in str(value).casefold()

    def number(self, name: str) -> int:
        """A number in the address of the page, by default 0. Raises a 400 Problem."""
        text = self.request.query_params.get(name) or "0"
        if not re.fullmatch("[0-9]{1,9}", text):
            raise invalid(name, f"is {text[:80]!r}, but must be a whole number from 0")
        return int(text)

    def root_of(self, space: str) -> str:
        """The prefix of links to a space."""
        return self.context.base_path + ("" if space == DEFAULT else f"/s/{quote(space, safe='')}")

    @property
    def vendors(self) -> list[VendorApp]:
        """The applications of the vendors."""
        return list(self.context.dispatcher.vendors.values())

    def space_names(self) -> list[str]:
        """The spaces that the picker offers."""
        names = [space.name for space in self.context.dispatcher.spaces]
        own = self.context.space.name
        return sorted(set(names[:MAX_SHOWN_SPACES]) | {own, DEFAULT}, key=lambda name: (name != DEFAULT, name))

    def go(self, then: str, done: Mapping[str, Any], space: str) -> Response:
        """Go to a page of the dashboard in a space, if it still exists, which shows the call that was made."""
        is_there = space in self.context.dispatcher.spaces
        response = RedirectResponse((self.root_of(space) if is_there else self.root) + own_page(then), 303)
        shown = {name: str(value)[:_MAX_DONE] for name, value in done.items()}
        text = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
        response.set_cookie(
            _DONE,
            urlsafe_b64encode(text.encode()).decode(),
            max_age=30,
            path=self.context.base_path or "/",
            httponly=True,
            samesite="strict",
        )
        return response


def own_page(then: str) -> str:
    """A page of the dashboard that a form names, or else the first page."""
    return then if then.startswith((f"{UI}/", f"{UI}?")) else UI


def with_fields(then: str, form: Mapping[str, str]) -> str:
    """A page with the fields of a form that was rejected, to send it again; without very long ones."""
    query = urlencode({name: value for name, value in _fields(form).items() if value})
    return f"{then}{'&' if '?' in then else '?'}{query}" if 0 < len(query) <= _MAX_FIELDS else then


def _fields(form: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if name.startswith(_FIELD)}


def _read_done(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(urlsafe_b64decode(text))
        done = {name: str(found.get(name) or "") for name in ("call", "body", "why", "status")}
    except (ValueError, AttributeError):
        return None
    return {**done, "status": int(done["status"])} if re.fullmatch("[1-5][0-9]{2}", done["status"]) else None


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """A path with those parameters that have a value."""
    given = {name: value for name, value in query.items() if value not in (None, "", False)}
    text = urlencode(
        {name: "true" if value is True else value for name, value in given.items()}, quote_via=quote
    )
    return f"{path}?{text}" if text else path
