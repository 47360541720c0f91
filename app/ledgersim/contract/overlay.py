"""The overlay file: what a vendor's contract has beside ours, and its effect on our OpenAPI document."""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ledgersim.contract import places
from ledgersim.contract.model import Json
from ledgersim.errors import StartupError

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
ADOPTED: Literal["adopted"] = "adopted"  # a provenance


def _place(text: str) -> str:
    places.parse(text)  # raises ValueError
    return text


Place = Annotated[str, AfterValidator(_place), Field(min_length=1)]
Status = Annotated[str, Field(pattern=r"^([1-5]\d\d|[1-5]XX|default)$")]
Scalar = str | int | float | bool


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AddedValue(_Part):
    """A value of an enum. The rules take a request with it as one with `as` in its place, or without it."""

    value: Scalar
    taken_as: Scalar | None = Field(default=None, alias="as")


class Body(_Part):
    """What a request or response has besides, or does not have."""

    add: dict[Place, Any] = {}  # a schema by place
    remove: tuple[Place, ...] = ()
    values: dict[Place, tuple[AddedValue, ...]] = {}


class AddedParameter(_Part):
    """An optional parameter, which the simulator takes and ignores."""

    name: str
    place: Literal["query", "header", "cookie"] = Field(alias="in")
    definition: Any = Field(alias="schema")


class OperationOverlay(_Part):
    """How an operation differs from our document. `responses` are by our status, `statuses` are new ones."""

    placeholders: tuple[str, ...] = ()  # the vendor's names of those in the path, in order
    parameters: tuple[AddedParameter, ...] = ()
    request: Body = Body()
    responses: dict[Status, Body] = {}
    success: Annotated[str, Field(pattern=r"^2\d\d$")] | None = None
    statuses: dict[Status, Any] = {}  # the schema of the body, or null


class Overlay(_Part):
    """The content of an overlay file."""

    provenance: Literal["adopted"] = ADOPTED
    source: str = ""
    sha256: str = ""
    operations: dict[str, OperationOverlay] = {}


def read_overlay(path: Path) -> Overlay:
    """Read an overlay file. Raises StartupError with one line."""
    from ledgersim.world.yaml_files import parse  # imports PyYAML, which is slow to load

    try:
        content = parse(path, path.read_bytes())
    except OSError as error:
        raise StartupError(f"the overlay {path} cannot be read: {error.strerror}") from error
    try:
        return Overlay.model_validate(content or {})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise StartupError(f"{path}: {where}: {first['msg']}") from error


def amend(document: Json, overlay: Overlay) -> None:
    """Change an OpenAPI document in place, so that it says what the overlay does."""
    paths: Json = {}
    for path, item in document["paths"].items():
        names: tuple[str, ...] = ()
        for raw in item.values():
            one = overlay.operations.get(raw["operationId"])
            if one is not None:
                _amend_operation(document, raw, one)
                raw["x-provenance"] = {**raw.get("x-provenance", {}), "members": ADOPTED}
                names = names or one.placeholders
        paths.setdefault(_renamed(path, item, names), {}).update(item)
    document["paths"] = paths
    document["info"]["x-adopted"] = {"source": overlay.source, "sha256": overlay.sha256}


def _renamed(path: str, item: Json, names: Sequence[str]) -> str:
    """Give the placeholders of a path and its operations other names; the path with them."""
    own = _PLACEHOLDER.findall(path)
    if len(own) != len(names):
        return path
    new = dict(zip(own, names, strict=True))
    for raw in item.values():
        for parameter in raw.get("parameters", ()):
            if parameter["in"] == "path":
                parameter["name"] = new.get(parameter["name"], parameter["name"])
    return _PLACEHOLDER.sub(lambda found: f"{{{new[found[1]]}}}", path)


def _amend_operation(document: Json, raw: Json, overlay: OperationOverlay) -> None:
    for added in overlay.parameters:
        raw.setdefault("parameters", []).append(
            {"name": added.name, "in": added.place, "required": False, "schema": added.definition}
        )
    _amend_body(document, raw.get("requestBody", {}), overlay.request)
    responses: Json = raw["responses"]
    for status, body in overlay.responses.items():
        _amend_body(document, responses.get(status, {}), body)
    for status, schema in overlay.statuses.items():
        content = {} if schema is None else {"content": {"application/json": {"schema": schema}}}
        responses.setdefault(status, {"description": "Adopted from the vendor's specification", **content})
    own_success = [status for status in responses if status.startswith("2") and status not in overlay.statuses]
    if overlay.success is not None and len(own_success) == 1:
        response = responses.pop(own_success[0])
        if overlay.success in ("204", "205"):
            response.pop("content", None)
        raw["responses"] = {overlay.success: response, **responses}


def _amend_body(document: Json, raw: Json, body: Body) -> None:
    for media in raw.get("content", {}).values():
        for place in body.remove:
            *parent, name = places.parse(place)
            for schema in _schemas_at(document, media, "schema", parent):
                schema.get("properties", {}).pop(name, None)
                if name in schema.get("required", ()):
                    schema["required"] = [one for one in schema["required"] if one != name]
                    if not schema["required"]:
                        del schema["required"]
        for place, added in body.add.items():
            *parent, name = places.parse(place)
            for schema in _schemas_at(document, media, "schema", parent):
                known = {**added, "x-provenance": ADOPTED} if isinstance(added, dict) else added
                schema.setdefault("properties", {})[name] = known
        for place, values in body.values.items():
            for schema in _schemas_at(document, media, "schema", places.parse(place)):
                if "enum" in schema:
                    known = [one.value for one in values if one.value not in schema["enum"]]
                    schema["enum"] = [*schema["enum"], *known]


def _schemas_at(document: Json, holder: Any, key: Any, path: Sequence[places.Step]) -> Iterator[Json]:
    """The schemas at a place, as copies of their own where others refer to them too."""
    raw = holder.get(key) if isinstance(holder, dict) else holder[key]
    if not isinstance(raw, dict):
        return
    while "$ref" in raw:
        holder[key] = raw = deepcopy(_component(document, raw["$ref"]))
    composed = [raw[name] for name in ("anyOf", "oneOf", "allOf") if name in raw]
    if composed:
        for options in composed:
            for number in range(len(options)):
                yield from _schemas_at(document, options, number, path)
    elif not path:
        if raw.get("type") != "null":
            yield raw
    elif path[0] is None:
        yield from _schemas_at(document, raw, "items", path[1:])
    elif path[0] in raw.get("properties", {}):
        yield from _schemas_at(document, raw["properties"], path[0], path[1:])


def _component(document: Json, pointer: str) -> Json:
    value: Any = document
    for part in pointer.removeprefix("#/").split("/"):
        value = value[part.replace("~1", "/").replace("~0", "~")]
    found: Json = value
    return found
