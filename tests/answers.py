"""Checks answers against the OpenAPI document of the application that gave them.

Every answer that a test gets by httpx is checked (see `conftest.py`): status, media type and body must be documented.
Schemas are applied more strictly than the documents state them: an object has no members but those of its schema,
so that a misspelt one shows.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from jsonschema_rs import Draft202012Validator, Registry, ValidationError

from ledgersim.admin import MOUNT as ADMIN
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.http.routing import segments
from ledgersim.http.vendor_app import VendorApp
from ledgersim.spaces.registry import DEFAULT
from ledgersim.spaces.space import Space
from tests.apps import mounts

Json = dict[str, Any]

WITHOUT_BODY = (204, 205, 304)
# Errors that an operation's document has to state, instead of leaving them to `default`.
STATED = ("400", "401", "404", "409", "413", "415")
NO_CONNECTION = 501  # a fault that breaks connections, where there is none
ROOT = "urn:document"

_DOCUMENTS: WeakKeyDictionary[VendorApp, "Document"] = WeakKeyDictionary()
_ALIKE: dict[str, "Document"] = {}


class Document:
    """The OpenAPI document of an application, with a compiled validator for each schema of an answer in use."""

    def __init__(self, app: VendorApp) -> None:
        document = app.openapi()
        self._operations: dict[str, Json] = {
            operation["operationId"]: operation
            for item in document["paths"].values()
            for operation in item.values()
        }
        error = {"$ref": f"#/components/schemas/{app.about.error_name}"}
        self._error = {"content": {app.about.media_type: {"schema": error}}}
        components = {name: strict(one) for name, one in document["components"]["schemas"].items()}
        self._registry = Registry([(ROOT, {"components": {"schemas": components}})])
        self._validators: dict[str, Draft202012Validator] = {}

    def problem(self, operation: str | None, answer: httpx.Response, others: Sequence[str] = ()) -> str | None:
        """What is wrong with an answer. `operation` is None where no route took the request.

        `others` are responses of the document that it may be like, besides that of its status.
        """
        if operation is None:
            return self._compared(self._error, answer)
        responses, status = self._operations[operation]["responses"], str(answer.status_code)
        if status not in responses and status >= "400" and status not in STATED:
            others = ["default", *others]
        found = [self._compared(responses[name], answer) for name in (status, *others) if name in responses]
        if not found:
            return f"the status is none of {', '.join(responses)}"
        return None if None in found else found[0]

    def _compared(self, response: Json, answer: httpx.Response) -> str | None:
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        if answer.status_code in WITHOUT_BODY:
            return "an answer with this status has no body" if answer.content else None
        if "content" not in response:
            return "the document says that there is no body" if answer.content or media_type else None
        if media_type not in response["content"]:
            return f"the media type {media_type!r} is none of {', '.join(response['content'])}"
        if not media_type.endswith("json"):
            return None
        try:
            self._validator(response["content"][media_type]["schema"]).validate(json.loads(answer.content))
        except ValidationError as error:
            return f"{'/'.join(map(str, error.instance_path)) or 'the body'}: {error.message[:500]}"
        return None

    def _validator(self, schema: Json) -> Draft202012Validator:
        key = json.dumps(schema)
        if key not in self._validators:
            self._validators[key] = Draft202012Validator(
                {"$id": f"{ROOT}:{len(self._validators)}", **strict(schema)},
                registry=self._registry,
                validate_formats=True,
            )
        return self._validators[key]


def strict(schema: Json) -> Json:
    """A schema that also forbids what it does not name, and whose references are those of the registry."""
    found = dict(schema)
    if "$ref" in found:
        found["$ref"] = ROOT + found["$ref"]
    if "properties" in found:
        found["properties"] = {name: strict(one) for name, one in found["properties"].items()}
        found.setdefault("additionalProperties", False)
    for name in ("items", "additionalProperties"):
        if isinstance(found.get(name), dict):
            found[name] = strict(found[name])
    for name in ("anyOf", "oneOf"):
        if name in found:
            found[name] = [strict(one) for one in found[name]]
    return found


def document_of(app: VendorApp) -> Document:
    """The document of an application, read once for all applications whose responses are described alike."""
    if app not in _DOCUMENTS:
        responses = [(route.operation_id, route.status_code) for route in app.operations()]
        key = repr((app.title, app.about, responses, app.amendments))
        if key not in _ALIKE:
            _ALIKE[key] = Document(app)
        _DOCUMENTS[app] = _ALIKE[key]
    return _DOCUMENTS[app]


def check(answer: httpx.Response) -> None:
    """Raises AssertionError for an answer that is not as its document says.

    The application is that of the request's extension `app`; of a server in another process no more is known than
    that it has the default settings. An extension `foreign` says that it is another's answer.
    """
    request = answer.request
    if request.method in ("HEAD", "OPTIONS") or "foreign" in request.extensions:
        return
    app: Dispatcher | None = request.extensions.get("app")
    path = request.url.raw_path.partition(b"?")[0].decode("utf-8", "replace")
    parts = segments(path)
    named = request.headers.get_list("sim-space")
    if len(parts) > 1 and parts[0].lower() == "s":
        named.append(parts[1])
        parts = parts[2:]
    apps = mounts() if app is None else app.mounts
    mount, own = _mounted(apps, parts)
    if mount is None or (mount == ADMIN and (not own or own[0].lower() == "ui")):  # a page, or nothing
        return
    route = apps[mount].find(request.method, own).route
    if app is None and route is None and answer.status_code < 400:
        return  # a server in another process may have further vendors
    operation = None if route is None else str(route.operation_id)
    space = _space(app, named)
    others = []
    if app is None:
        others = ["default", "201"]  # there may be faults, or --created-status 200
    elif "sim-fault" in request.headers or space is None or space.faults.active:
        others = ["default"]
    elif operation is not None and ".services." in operation:
        others = ["default"]  # the definition of a service chooses the status
    problem = document_of(apps[mount]).problem(operation, answer, others)
    if problem is not None and answer.status_code >= 400 and (space is None or _has_no_connection(answer)):
        # What no vendor answers, the simulator answers in its own words.
        problem = document_of(apps[ADMIN]).problem(None, answer)
    assert problem is None, (
        f"{request.method} {path} was answered by {answer.status_code}, which is not as documented "
        f"({operation or 'no operation'}): {problem}\n{answer.text[:2_000]}"
    )


def _mounted(apps: Mapping[str, VendorApp], parts: list[str]) -> tuple[str | None, list[str]]:
    lowered = [part.lower() for part in parts]
    for mount in apps:
        prefix = segments(mount.lower())
        if lowered[: len(prefix)] == prefix:
            return mount, parts[len(prefix) :]
    return None, parts


def _space(app: Dispatcher | None, named: list[str]) -> Space | None:
    """The space of a request, as far as it has one and it is known."""
    if app is None or len(set(named)) > 1:
        return None
    spaces = {one.name: one for one in app.spaces}
    return spaces.get(named[0] if named else DEFAULT)


def _has_no_connection(answer: httpx.Response) -> bool:
    return answer.status_code == NO_CONNECTION and answer.headers.get("content-type") == "application/json"
