"""OpenAPI documents that code generators and linters read without complaint.

FastAPI writes a document of the routes. This module adds what FastAPI does not know (errors, credentials and
provenance) and removes what only pydantic understands.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from ledgersim import problems
from ledgersim.http.descriptions import Descriptions, describe
from ledgersim.problems import Problem
from ledgersim.schemas import drop_null

Json = dict[str, Any]

PROVENANCE = (
    "Each operation says how its method and path are known: `documented` by the vendor, `documented elsewhere` "
    "on another of its public pages, `observed` in a public client, `inferred`, or `configured` by the user."
)
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_ERRORS = {
    400: "The request is invalid",
    401: "The credentials are missing or invalid",
    404: "What the path names does not exist",
    413: "The body is too large",
    415: "The media type or the content encoding of the body is not supported",
}
_OF_FRAMEWORK = "Successful Response"  # FastAPI's description of every success
_FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")


@dataclass(frozen=True)
class ApiMetadata:
    """What holds for all operations of an API: its errors, credentials and tags."""

    description: str = ""
    version: str = "v1"
    error: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})  # its schema
    error_name: str = "ProblemDetails"
    media_type: str = "application/problem+json"  # of errors
    security: Mapping[str, Any] = field(default_factory=dict)
    optional_security: bool = False  # whether requests without credentials may be let in
    open_operations: frozenset[str] = frozenset()
    errors: Mapping[int, str] = field(default_factory=dict)  # of any operation, with what they mean
    tags: Mapping[str, str] = field(default_factory=dict)  # what operations are about, with a description
    problems: Sequence[Problem] = problems.COMMON
    challenge: str | None = None  # of `WWW-Authenticate`, where the vendor sends it


def finish(
    document: Json, about: ApiMetadata, statuses: Mapping[str, Sequence[int]], descriptions: Descriptions
) -> None:
    """Complete FastAPI's document in place. `statuses` are the errors that each operation may answer, by id."""
    schemas: Json = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    schemas[about.error_name] = {"description": "Why the request failed.", **deepcopy(about.error)}
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document["components"]["securitySchemes"] = dict(about.security)
    alternatives: list[Json] = [{name: []} for name in about.security]
    document["security"] = [{}, *alternatives] if about.optional_security else alternatives
    describe(document, descriptions)
    for operation in _operations(document):
        identifier = operation["operationId"]
        described = descriptions.responses(identifier)
        _complete_responses(operation, about, statuses[identifier], described, schemas)
        if identifier in about.open_operations:
            operation["security"] = []
        if "x-provenance" in operation:
            known = operation["x-provenance"]
            source = f"Provenance: method {known['method']}, path {known['path']}."
            operation["description"] = f"{operation.get('description', '')}\n\n{source}".lstrip()
        for parameter in operation.get("parameters", ()):
            drop_null(parameter["schema"])  # what is left out has no value in a URL
    document["paths"] = _with_one_name_each(document["paths"])
    for schema in _schemas(document):
        schema.pop("title", None)  # pydantic's is the name in other words, and some generators prefer it
        if schema.get("type") == "number":
            schema.setdefault("format", "double")  # all numbers of a generated client have one type
        if sum(one != {"type": "null"} for one in schema.get("anyOf", ())) > 1:
            schema["oneOf"] = schema.pop("anyOf")  # no value has two types; generators merge those of `anyOf`


def _operations(document: Json) -> Iterator[Json]:
    for item in document["paths"].values():
        yield from item.values()


def _complete_responses(
    operation: Json, about: ApiMetadata, statuses: Sequence[int], described: Mapping[str, str], schemas: Json
) -> None:
    responses: Json = operation["responses"]
    responses.pop("422", None)  # FastAPI's own; here a bad request is a 400
    for response in responses.values():
        if response["description"] == _OF_FRAMEWORK:
            response["description"] = _meaning(response, schemas)
    of_body = (413, 415) if "requestBody" in operation else ()
    meanings = {**_ERRORS, **about.errors}
    for status in (*statuses, *about.errors, *of_body):
        responses.setdefault(str(status), {"description": meanings[status]})
    for name, text in described.items():
        responses.setdefault(name, {})["description"] = text
    responses.setdefault("default", {"description": "Any other error"})
    for name in sorted(responses):  # `default` is the last
        response = responses.pop(name)
        if name >= "400":
            media = response.setdefault("content", {}).setdefault(about.media_type, {})
            media.setdefault("schema", {"$ref": f"#/components/schemas/{about.error_name}"})
        responses[name] = response


def _meaning(response: Json, schemas: Json) -> str:
    """What a success means: the description of what it returns."""
    if "content" not in response:
        return "Done; the response has no body"
    (media,) = response["content"].values()
    schema = media["schema"]
    item = schema.get("items", schema)
    named = schemas.get(item.get("$ref", "").rpartition("/")[2], item)
    text, _, _ = named.get("description", "The result").partition("\n\n")
    return " ".join(text.split())


def _with_one_name_each(paths: Json) -> Json:
    """The paths, those that differ in the names of placeholders only in one: with the names that say most.

    The vendor's documents write `/v1/Debtors/{guid}` in one place and `/v1/Debtors/{debtorGuid}` in another; to
    OpenAPI they are the same path, which must not stand twice.
    """
    best: dict[str, str] = {}
    for path in paths:
        template = _PLACEHOLDER.sub("{}", path)
        best[template] = max(best.get(template, ""), path, key=len)
    merged: Json = {}
    for path, item in paths.items():
        kept = best[_PLACEHOLDER.sub("{}", path)]
        names = dict(zip(_PLACEHOLDER.findall(path), _PLACEHOLDER.findall(kept), strict=True))
        for operation in item.values():
            parameters = operation.get("parameters", [])
            parameters.sort(key=lambda one: _place_in_path(list(names), one))
            for parameter in parameters:
                if parameter["in"] == "path":
                    parameter["name"] = names[parameter["name"]]
        merged.setdefault(kept, {}).update(item)
    return merged


def _place_in_path(names: list[str], parameter: Json) -> int:
    return names.index(parameter["name"]) if parameter["in"] == "path" else len(names)


def _schemas(document: Json) -> Iterator[Json]:
    """All schemas of a document, those within others among them."""
    for schema in document["components"]["schemas"].values():
        yield from _within(schema)
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            yield from _within(parameter["schema"])
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in body.get("content", {}).values():
                yield from _within(media.get("schema", {}))


def _within(schema: Json) -> Iterator[Json]:
    yield schema
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("properties", {}).values()]
    inner += [schema[name] for name in ("items", "additionalProperties") if isinstance(schema.get(name), dict)]
    for one in inner:
        yield from _within(one)
