"""Serves what an overlay adopts: members and values are stored as they were sent, and shown so.

A request is stripped of them before the vendor's application reads it, so that its rules see what they know.
They are stored in the space under the resource that the request created or changed, and put into the responses
that show this resource: at the same places, and in lists in the items that name its id.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, insert, select, update
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ledgersim.contract import places
from ledgersim.contract.model import to_text
from ledgersim.contract.overlay import Body, OperationOverlay, Overlay, amend
from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.errors import StartupError, did_you_mean
from ledgersim.http.context import RequestContext, context_of
from ledgersim.http.routing import segments
from ledgersim.http.vendor_app import VendorApp
from ledgersim.ids import parse_guid
from ledgersim.spaces.models import ADOPTED_VALUES, VALUE
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import add, change, row

Parameters = Mapping[str, str]
Stored = dict[str, Any]  # values by place

_WITHOUT_BODY = (204, 205)
_FIND = select(VALUE.c.value).where(VALUE.c.name == bindparam("of_name"))
_UPDATE = update(VALUE).where(VALUE.c.name == bindparam("of_name")).values(value=bindparam("to"))
_ADD = insert(VALUE)
_DELETE = delete(VALUE).where(VALUE.c.name == bindparam("of_name"))


def apply(overlay: Overlay, apps: Sequence[VendorApp]) -> None:
    """Have the applications serve and document what an overlay adopts. Raises StartupError."""
    known = {str(route.operation_id) for app in apps for route in app.operations()}
    for name in overlay.operations:
        if name not in known:
            hint = did_you_mean(name.lower(), known, "`ledgersim routes` lists them")
            raise StartupError(f"the overlay has an unknown operation {name}; {hint}")
    for app in apps:
        names = [str(route.operation_id) for route in app.operations()]
        own = {name: overlay.operations[name] for name in names if name in overlay.operations}
        if own:
            of_app = overlay.model_copy(update={"operations": own})
            app.amendments.append(partial(amend, overlay=of_app))
            app.add_middleware(Adopted, vendor=app, overlay=of_app)


class Adopted:
    """An ASGI layer around a vendor's application that stores, shows and leaves out what an overlay says."""

    def __init__(self, app: ASGIApp, vendor: VendorApp, overlay: Overlay) -> None:
        self._app = app
        self._vendor = vendor
        self._operations = {name: _Operation(one) for name, one in overlay.operations.items()}
        self._has_values = any(one.request.values for one in self._operations.values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        context = context_of(scope) if scope["type"] == "http" else None
        route = None if context is None else context.found.route
        if context is None or route is None:
            await self._app(scope, receive, send)
            return
        operation = self._operations.get(str(route.operation_id), _UNCHANGED)
        exchange = _Exchange(self._vendor, context, operation, self._has_values, send)
        context.adopt = exchange.take
        if operation.parameters:
            scope["query_string"] = operation.without_parameters(scope["query_string"])
        await self._app(scope, receive, exchange.send)


class _Operation:
    """An operation of the overlay, prepared."""

    def __init__(self, overlay: OperationOverlay) -> None:
        self.request = _Body(overlay.request)
        self._responses = {status: _Body(body) for status, body in overlay.responses.items()}
        self.success = None if overlay.success is None else int(overlay.success)
        self.parameters = frozenset(one.name for one in overlay.parameters if one.place == "query")

    def response(self, status: int) -> "_Body":
        """What a response of a status has or lacks."""
        return self._responses.get(str(status), _NOTHING)

    def without_parameters(self, query: bytes) -> bytes:
        """A query string without the adopted parameters, which the application does not know."""
        parts = query.split(b"&")
        return b"&".join(
            part for part in parts if part.partition(b"=")[0].decode("latin-1") not in self.parameters
        )


class _Body:
    """The places of a request or response."""

    def __init__(self, body: Body) -> None:
        self.added = [places.parse(place) for place in body.add]
        self.removed = [places.parse(place) for place in body.remove]
        self.values = {
            places.parse(place): {to_text(one.value): one.taken_as for one in values}
            for place, values in body.values.items()
        }
        self.shown = frozenset([*self.added, *self.values])

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be done."""
        return not (self.shown or self.removed)


_NOTHING = _Body(Body())
_UNCHANGED = _Operation(OperationOverlay())


class _Exchange:
    """One request to an operation of the overlay, and its response."""

    def __init__(
        self, vendor: VendorApp, context: RequestContext, operation: _Operation, has_values: bool, send: Send
    ) -> None:
        self._vendor, self._context, self._operation, self._send = vendor, context, operation, send
        self._has_values = has_values  # which replace others in the responses of any operation
        self._body: Any = None  # of the request, without what is adopted
        self._sent: Stored = {}
        self._start: Message = {}
        self._chunks: list[bytes] = []

    def take(self, value: Any) -> None:
        """Take what is adopted out of the parsed body of the request."""
        body = self._operation.request
        for place in body.added:
            for at, one in _pop(value, place):
                self._sent[places.text(at)] = _plain(one)
        for place, stand_ins in body.values.items():
            for at, holder in places.holders(value, place[:-1]):
                self._take_value(holder, (*at, place[-1]), stand_ins)
        for place in body.removed:
            for at, _ in _pop(value, place):
                message = "The vendor's specification has no such member, and it was ignored. Leave it out."
                self._context.report([Diagnostic("unknown-member", places.text(at), message)])
        self._body = value

    def _take_value(self, holder: Any, at: places.Path, stand_ins: Mapping[str, Any]) -> None:
        name = at[-1]
        if isinstance(holder, dict) and name in holder and to_text(holder[name]) in stand_ins:
            value = holder.pop(name)
            self._sent[places.text(at)] = value
            if (stand_in := stand_ins[to_text(value)]) is not None:
                holder[name] = stand_in

    async def send(self, message: Message) -> None:
        """Pass a response on, changed; it is held back until all of it is there."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._chunks.append(message.get("body", b""))
        if message.get("more_body"):
            return
        start, content = self._start, b"".join(self._chunks)
        status: int = start["status"]
        if 200 <= status < 300:
            await self._context.space.worker.idle()
            content = self._changed(status, content)
            if self._operation.success is not None:
                status = self._operation.success
            content = b"" if status in _WITHOUT_BODY else content
            headers = [(name, value) for name, value in start["headers"] if name != b"content-length"]
            if status not in _WITHOUT_BODY:
                headers.append((b"content-length", b"%d" % len(content)))
            else:
                headers = [(name, value) for name, value in headers if name != b"content-type"]
            start = {**start, "status": status, "headers": headers}
        await self._send(start)
        await self._send({"type": "http.response.body", "body": content})

    def _changed(self, status: int, content: bytes) -> bytes:
        """The body of a response, after what was sent has been stored."""
        body = self._operation.response(status)
        if self._body is not None or self._context.record.method == "DELETE":
            self._store(content)
        if not content or (body.is_empty and not self._has_values) or not _is_json(self._start):
            return content
        value = json.loads(content)
        for place in body.removed:
            for _ in _pop(value, place):
                pass
        self._show(value, body, self._own_key(value))
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

    # Which resource

    def _own_key(self, value: Any) -> str | None:
        """The resource that a response shows."""
        created = self._created()
        if created is None and self._context.record.method != "GET":
            created = self._named(value)
        return key(self._context.found.parameters) if created is None else key(created)

    def _created(self) -> Parameters | None:
        """The path parameters of the resource that the response locates."""
        headers = dict(self._start["headers"])
        if b"location" not in headers:
            return None
        path = urlsplit(headers[b"location"].decode("latin-1")).path
        inside = path.removeprefix(self._context.root_path)
        found = self._vendor.at(inside)
        return found.parameters if found.route is not None else None

    def _named(self, value: Any) -> Parameters | None:
        """The path parameters of a resource whose id is a member of a response."""
        route = self._context.found.route
        assert route is not None
        own = segments(route.path)
        for other in self._vendor.operations():
            parts = segments(other.path)
            if len(parts) > len(own) and parts[: len(own)] == own and parts[len(own)].startswith("{"):
                name = parts[len(own)].strip("{}")
                if isinstance(value, dict) and isinstance(value.get(name), str):
                    return {**self._context.found.parameters, name: value[name]}
        return None

    # Storing

    def _store(self, content: bytes) -> None:
        value = json.loads(content) if content else None
        space = self._context.space
        with space.transaction():
            if self._context.record.method == "DELETE":
                own = key(self._context.found.parameters)
                if own is not None:
                    change(space.connection, _DELETE, of_name=self._name(own))
                return
            for resource, sent in self._by_resource(value):
                name = self._name(resource)
                known = _stored(space, name)
                kept = {place: one for place, one in known.items() if not self._is_sent(place)} | sent
                if kept == known:
                    continue
                if not change(space.connection, _UPDATE, of_name=name, to=kept):
                    add(space.connection, _ADD, {"name": name, "value": kept})

    def _is_sent(self, place: str) -> bool:
        """Whether the rules have read a value at a place, which then counts."""
        return any(True for _ in places.holders(self._body, places.parse(place)))

    def _by_resource(self, value: Any) -> Iterator[tuple[str, Stored]]:
        """What was sent, by resource: a request with an array creates one for each element, in order."""
        ids = _ids(value)
        own = self._own_key(value)
        by_index: dict[int, Stored] = {}
        whole: Stored = {}
        for place, one in self._sent.items():
            first, *rest = places.parse(place)
            if isinstance(first, int):
                by_index.setdefault(first, {})[places.text(rest)] = one
            else:
                whole[place] = one
        for index, sent in by_index.items():
            if index < len(ids):
                yield ids[index], sent
        if own is not None:
            yield own, whole

    def _name(self, resource: str) -> str:
        return f"{ADOPTED_VALUES}{self._vendor.name}:{resource}"

    # Showing

    def _show(self, value: Any, body: _Body, own: str | None) -> None:
        """Put what is stored into a response, in each object that names the resource."""
        found = _resources(value, ())
        if own is not None:
            found.append(((), value, own))
        for at, shown, resource in found:
            stored = _stored(self._context.space, self._name(resource))
            for place, one in stored.items():
                path = places.parse(place)
                is_documented = places.general((*at, *path)) in body.shown
                for _, holder in places.holders(shown, path[:-1]):
                    if isinstance(holder, dict) and (is_documented or path[-1] in holder):
                        holder[path[-1]] = one


def key(parameters: Parameters) -> str | None:
    """What names a resource: its GUID, or all path parameters in order of name; None without any."""
    if not parameters:
        return None
    last = list(parameters.values())[-1]
    return parse_guid(last) or "/".join(f"{name}={parameters[name].lower()}" for name in sorted(parameters))


def _ids(value: Any) -> list[str]:
    """The GUIDs of the first array of GUIDs in a response."""
    for one in value.values() if isinstance(value, dict) else ():
        if isinstance(one, list):
            found = [guid for guid in map(_guid, one) if guid is not None]
            if found:
                return found
    return []


def _resources(value: Any, at: places.Path) -> list[tuple[places.Path, Any, str]]:
    """The objects of a response that name a resource by its GUID: each with its place."""
    found: list[tuple[places.Path, Any, str]] = []
    if isinstance(value, dict):
        for name, one in value.items():
            found += _resources(one, (*at, name))
            if (guid := _guid(one)) is not None:
                found.append((at, value, guid))
    elif isinstance(value, list):
        for one in value:
            found += _resources(one, (*at, None))
    return found


def _guid(value: Any) -> str | None:
    return parse_guid(value) if isinstance(value, str) else None


def _stored(space: Space, name: str) -> Stored:
    found = row(space.connection, _FIND, of_name=name)
    return {} if found is None else found["value"]


def _pop(value: Any, place: places.Path) -> list[tuple[places.Path, Any]]:
    """Remove the members at a place; each with its path."""
    name = place[-1]
    return [
        ((*at, name), holder.pop(name))
        for at, holder in list(places.holders(value, place[:-1]))
        if isinstance(holder, dict) and name in holder
    ]


def _is_json(start: Message) -> bool:
    return any(name == b"content-type" and b"json" in value for name, value in start["headers"])


def _plain(value: Any) -> Any:
    """A value of a request, for a column of JSON: with floats in place of exact decimals."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
