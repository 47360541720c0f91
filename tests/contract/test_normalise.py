"""What is written in different ways but means the same becomes the same, and what is no specification is refused."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.contract.comparison import compare
from ledgersim.contract.document import MAX_BYTES, read_document
from ledgersim.contract.model import Api, Schema
from ledgersim.contract.normalise import normalise
from ledgersim.contract.pairing import pair
from ledgersim.errors import StartupError
from tests import apps
from tests.contract.mutations import Json
from tests.test_cli import complaint

STRING = Schema(frozenset({"string"}))


def document(schema: Any, version: str = "3.1.0", **components: Any) -> Json:
    """A document with one operation, whose request has this schema."""
    body = {"content": {"application/json": {"schema": schema}}}
    operation = {"operationId": "send", "requestBody": body, "responses": {"204": {"description": ""}}}
    return {
        "openapi": version,
        "info": {"title": "", "version": ""},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": components},
    }


def document_2(schema: Any, **definitions: Any) -> Json:
    """The same in OpenAPI 2.0."""
    body = {"name": "body", "in": "body", "schema": schema}
    operation = {"operationId": "send", "parameters": [body], "responses": {"204": {"description": ""}}}
    return {"swagger": "2.0", "paths": {"/things": {"post": operation}}, "definitions": definitions}


def api_of(document: Json) -> Api:
    return normalise(document, "/base", "it")


def model(schema: Any, **components: Any) -> Schema:
    """The model of a schema, without a reference."""
    return resolved(document(schema, **components))


def resolved(document: Json) -> Schema:
    api = api_of(document)
    body = api.operations[0].body
    assert body is not None
    return api.resolve(body)


def findings(ours: Json, theirs: Json) -> list[tuple[str, str, str, str, str]]:
    left, right = api_of(ours), api_of(theirs)
    found = compare(left, right, pair(left, right))
    return [(one.level, one.kind, one.member, one.ours, one.theirs) for one in found]


NULL = {"type": "null"}
NULLABLE = Schema(frozenset({"string"}), nullable=True)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["string", "null"]},
        {"type": "string", "nullable": True},
        {"type": "string", "x-nullable": True},
        {"anyOf": [{"type": "string"}, NULL]},
        {"oneOf": [NULL, {"type": "string"}]},
        {"oneOf": [{"type": "string", "nullable": True}]},
        {"allOf": [{"type": "string"}], "nullable": True},
        {"allOf": [{"type": ["string", "null"]}]},
        {"allOf": [{"allOf": [{"anyOf": [{"type": "string"}, NULL]}]}], "description": "A text"},
        {"$ref": "#/components/schemas/Nullable"},
        {"allOf": [{"$ref": "#/components/schemas/Text"}], "nullable": True},
        {"anyOf": [{"$ref": "#/components/schemas/Text"}, NULL]},
        {"anyOf": [{"$ref": "#/components/schemas/Link"}, NULL]},
    ],
)
def test_nullable_strings_are_one_thing(schema: Json) -> None:
    components = {
        "Nullable": {"$ref": "#/components/schemas/Again"},
        "Again": {"type": ["string", "null"]},
        "Text": {"type": "string"},
        "Link": {"$ref": "#/components/schemas/Text"},
    }
    assert model(schema, **components) == NULLABLE


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({}, Schema()),
        (True, Schema()),
        ({"const": "A"}, Schema(frozenset({"string"}), enum=('"A"',))),
        ({"enum": ["B", None, "A"]}, Schema(frozenset({"string"}), nullable=True, enum=('"A"', '"B"'))),
        ({"enum": [1, "A"]}, Schema(frozenset({"integer", "string"}), enum=('"A"', "1"))),
        ({"type": ["integer", "number"]}, Schema(frozenset({"number"}))),
        ({"items": {"type": "string"}}, Schema(frozenset({"array"}), items=STRING)),
        ({"properties": {"a": {"type": "string"}}}, Schema(frozenset({"object"}), members={"a": STRING})),
        (
            {"type": "object", "additionalProperties": {"type": "string"}},
            Schema(frozenset({"object"}), members={"*": STRING}),
        ),
        (
            {
                "allOf": [
                    {"properties": {"a": {"type": "string"}}, "required": ["a"]},
                    {"properties": {"b": {}}},
                ]
            },
            Schema(frozenset({"object"}), members={"a": STRING, "b": Schema()}, required=frozenset({"a"})),
        ),
        (
            {"oneOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, {"type": "integer"}]},
            Schema(frozenset({"object", "integer"}), members={"a": STRING}, required=frozenset({"a"})),
        ),
        (
            {"oneOf": [{"enum": ["A"]}, {"const": "B"}]},
            Schema(frozenset({"string"}), enum=('"A"', '"B"')),
        ),
    ],
)
def test_schemas_become_models(schema: Any, expected: Schema) -> None:
    assert model(schema) == expected


def test_openapi_2_is_read_with_its_own_forms() -> None:
    swagger = {
        "swagger": "2.0",
        "basePath": "/base/v3",
        "paths": {
            "/things/{no}": {
                "parameters": [{"$ref": "#/parameters/no"}],
                "post": {
                    "consumes": ["application/x-www-form-urlencoded"],
                    "parameters": [
                        {"name": "name", "in": "formData", "type": "string", "required": True},
                        {"name": "scan", "in": "formData", "type": "file"},
                        {"name": "sort", "in": "query", "type": "string", "enum": ["up"]},
                    ],
                    "responses": {200: {"description": "", "schema": {"type": "string", "x-nullable": True}}},
                },
            }
        },
        "parameters": {"no": {"name": "no", "in": "path", "required": True, "type": "integer"}},
    }
    (operation,) = api_of(swagger).operations
    assert (operation.id, operation.path) == ("POST /v3/things/{no}", "/v3/things/{no}")
    assert [(one.place, one.name, one.required) for one in operation.parameters] == [
        ("path", "no", True),
        ("query", "sort", False),
    ]
    assert operation.body is not None
    assert operation.body.required == {"name"}
    assert operation.body.members["scan"] == Schema(frozenset({"string"}), format="binary")
    assert operation.responses == {"200": NULLABLE}


def as_openapi_3_0(raw: Any) -> Any:
    """A schema or document with `nullable`, and with an `allOf` around each reference."""
    if isinstance(raw, list):
        return [as_openapi_3_0(one) for one in raw]
    if not isinstance(raw, dict):
        return raw
    if "$ref" in raw:
        return {"allOf": [raw]}
    raw = {name: as_openapi_3_0(one) for name, one in raw.items()}
    options = raw.get("anyOf", [])
    if NULL in options and len(options) == 2:
        (one,) = [option for option in options if option != NULL]
        return {**{name: value for name, value in raw.items() if name != "anyOf"}, **one, "nullable": True}
    return raw


def as_openapi_2(source: Json) -> Json:
    """A document in the form of OpenAPI 2.0."""

    def moved(raw: Any) -> Any:
        if isinstance(raw, list):
            return [moved(one) for one in raw]
        if not isinstance(raw, dict):
            return raw.replace("#/components/schemas/", "#/definitions/") if isinstance(raw, str) else raw
        return {"x-nullable" if name == "nullable" else name: moved(one) for name, one in raw.items()}

    whole = as_openapi_3_0(source)
    paths: Json = {}
    for path, item in whole["paths"].items():
        for method, raw in item.items():
            parameters = [{**one.pop("schema"), **one} for one in raw.get("parameters", [])]
            if "requestBody" in raw:
                body = raw.pop("requestBody")
                ((media, content),) = body["content"].items()
                raw["consumes"] = [media]
                one = {
                    "name": "it",
                    "in": "body",
                    "required": body.get("required", False),
                    "schema": content["schema"],
                }
                parameters.append(one)
            for response in raw["responses"].values():
                if "content" in response:
                    response["schema"] = next(iter(response.pop("content").values()))["schema"]
            paths.setdefault(path, {})[method] = {**raw, "parameters": parameters}
    return {"swagger": 2.0, "paths": moved(paths), "definitions": moved(whole["components"]["schemas"])}


@pytest.mark.parametrize("name", ["aptic", "payex", "riverty"])
@pytest.mark.parametrize("rewrite", [as_openapi_3_0, as_openapi_2])
def test_our_documents_do_not_differ_from_themselves_in_earlier_versions(name: str, rewrite: Any) -> None:
    source = apps.openapi(name)
    theirs = rewrite(deepcopy(source))
    if "openapi" in theirs:
        theirs["openapi"] = "3.0.3"
    assert findings(source, theirs) == []


# Recursion


NODE = {
    "type": "object",
    "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}}},
}


def test_schemas_may_contain_themselves() -> None:
    ours = document({"$ref": "#/components/schemas/Node"}, Node=NODE)
    theirs = document(
        {"$ref": "#/components/schemas/Node"},
        Node={"type": "object", "properties": {**NODE["properties"], "name": {"type": "string"}}},  # type: ignore[dict-item]
    )
    assert findings(ours, deepcopy(ours)) == []
    assert findings(ours, theirs) == [("info", "member", "name", "", "string, optional")]


def test_a_base_may_list_what_is_derived_from_it() -> None:
    pet = {"oneOf": [{"$ref": "#/components/schemas/Cat"}], "properties": {"name": {"type": "string"}}}
    cat = {"allOf": [{"$ref": "#/components/schemas/Pet"}, {"properties": {"claws": {"type": "integer"}}}]}
    found = model({"$ref": "#/components/schemas/Cat"}, Pet=pet, Cat=cat)
    assert set(found.members) == {"name", "claws"}


@pytest.mark.parametrize(
    ("components", "circle"),
    [
        ({"A": {"$ref": "#/components/schemas/A"}}, "A → A"),
        ({"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}}, "A → B → A"),
        ({"A": {"allOf": [{"$ref": "#/components/schemas/A"}]}}, "A → A"),
        (
            {
                "A": {"allOf": [{"$ref": "#/components/schemas/B"}, {"type": "object"}]},
                "B": {"allOf": [{"$ref": "#/components/schemas/A"}, {"type": "object"}]},
            },
            "A → B → A",
        ),
    ],
)
def test_references_in_a_circle_are_refused(components: Json, circle: str) -> None:
    with pytest.raises(StartupError) as caught:
        api_of(document({"$ref": "#/components/schemas/A"}, **components))
    shown = str(caught.value).replace("#/components/schemas/", "")
    assert shown == f"it: `$ref` in a circle: {circle}"


# Hypothesis

schemas = st.recursive(
    st.builds(
        lambda kind, nullable, enum: {
            "type": [kind, "null"] if nullable else kind,
            **({"enum": [*enum, *([None] if nullable else [])]} if enum and kind == "string" else {}),
        },
        st.sampled_from(["string", "integer", "boolean", "number"]),
        st.booleans(),
        st.sets(st.sampled_from("ABC")),
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda members, required: {
                "type": "object",
                "properties": members,
                "required": [name for name in members if name in required],
            },
            st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            st.sets(st.sampled_from("abc")),
        ),
        inner.map(lambda one: {"type": "array", "items": one}),
    ),
    max_leaves=8,
)


@given(schemas, st.randoms(use_true_random=False))
def test_every_way_to_write_a_schema_means_the_same(schema: Json, chance: Any) -> None:
    components: Json = {}

    def rewritten(raw: Json) -> Json:
        raw = dict(raw)
        for name in ("properties",):
            if name in raw:
                raw[name] = {key: rewritten(one) for key, one in raw[name].items()}
        if "items" in raw:
            raw["items"] = rewritten(raw["items"])
        types = raw["type"]
        if isinstance(types, list) and "enum" not in raw:
            plain = {**raw, "type": types[0]}
            raw = chance.choice(
                [raw, {**plain, "nullable": True}, {"anyOf": [plain, NULL]}, {"oneOf": [NULL, plain]}]
            )
        way = chance.randrange(4)
        if way == 1:
            return {"allOf": [raw]}
        if way >= 2:
            for _ in range(way - 1):
                name = f"S{len(components)}"
                components[name] = raw
                raw = {"$ref": f"#/components/schemas/{name}"}
        return raw

    ours = document(schema)
    assert findings(ours, document(rewritten(schema), **components)) == []
    assert findings(document(rewritten(schema), **components), ours) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_any_document_is_read_or_refused_in_one_line(data: st.DataObject) -> None:
    broken = deepcopy(document({"allOf": [NODE, {"$ref": "#/components/schemas/Node"}]}, Node=NODE))

    def places(value: Any) -> list[tuple[Any, Any]]:
        pairs = (
            list(value.items())
            if isinstance(value, dict)
            else list(enumerate(value))
            if isinstance(value, list)
            else []
        )
        return [(value, key) for key, _ in pairs] + [place for _, one in pairs for place in places(one)]

    holder, key = data.draw(st.sampled_from(places(broken)))
    holder[key] = data.draw(json_values)
    try:
        api = api_of(broken)
    except StartupError:
        return
    compare(api, api, pair(api, api))


# Bad input


def refused(capsys: pytest.CaptureFixture[str], path: Path, *arguments: str) -> str:
    """Why the command does not compare a file."""
    reason = complaint(capsys, "contract", "diff", str(path), "--vendor", "riverty", *arguments)
    return reason.removeprefix(f"ledgersim: {path}").lstrip(" :,")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "is not a specification: it holds no object with `openapi` or `swagger`"),
        ("just text", "is not a specification: it holds no object with `openapi` or `swagger`"),
        ("[1]", "is not a specification: it holds no object with `openapi` or `swagger`"),
        ("{}", "not a specification: it has neither `openapi` nor `swagger`"),
        ('{"openapi": "4.0.0"}', "its version is 4.0.0; OpenAPI 2.0, 3.0 and 3.1 are read"),
        ('{"openapi": "3.0.0", "paths": {}}', "not a specification of an API: it has no operations"),
        ('{"openapi": "3.0.0", "paths": []}', "paths: expected an object"),
        ('{"openapi": ', "is not JSON: Expecting value: line 1 column 13 (char 12)"),
        ("openapi: 3.1.0\nopenapi: 3.0.0", "line 2: openapi is given twice"),
        (BOMB, "line 6: *e: the aliases stand for more than 100,000 values"),
        (
            "openapi: !!python/object/apply:os.system ['true']",
            "line 1: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.system'",
        ),
        ("[" * 200, "line 1: nested more than 100 levels deep"),
        ('{"a": ' * 200, "is not JSON: nested more than 100 levels deep"),
        (
            "openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {$ref: 'https://evil.example/a.yaml#/b'}}}}}",
            "GET /a, 200: the `$ref` https://evil.example/a.yaml#/b leads out of the file, and is not fetched; "
            "bundle the specification into one file first",
        ),
        (
            "openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {$ref: '../../etc/passwd'}}}}}",
            "GET /a, 200: the `$ref` ../../etc/passwd leads out of the file, and is not fetched; "
            "bundle the specification into one file first",
        ),
        (
            "openapi: 3.1.0\npaths: {/a: {get: {responses: {200: {$ref: '#/components/responses/b'}}}}}",
            "GET /a, 200: the `$ref` #/components/responses/b leads nowhere",
        ),
        (
            "openapi: 3.1.0\npaths: {/cats: {get: {operationId: listCats, responses: {}}}}",
            "is not a specification of riverty: 0 of its 1 operations are like one of the simulator",
        ),
    ],
)
def test_bad_input_is_one_line(
    content: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "vendor.yaml"
    path.write_text(content, encoding="utf-8")
    assert refused(capsys, path) == reason


def test_a_specification_of_50_megabytes_is_refused_unread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "vendor.json"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    assert refused(capsys, path) == "is too large; a specification may have at most 16 MiB"
    assert MAX_BYTES == 16 * 2**20


def test_files_that_cannot_be_read_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, tmp_path) == "cannot be read: Is a directory"
    assert refused(capsys, tmp_path / "missing") == "cannot be read: No such file or directory"
    (tmp_path / "bytes").write_bytes(b'{"\xff": 1}')
    assert refused(capsys, tmp_path / "bytes") == "byte 3 is not UTF-8"
    (tmp_path / "bytes").write_bytes(b"\xff\xfe{")
    assert refused(capsys, tmp_path / "bytes") == ("is not UTF-16, though it begins with its byte order mark")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ['{"openapi": "3.1.0", "å": 1}', "openapi: 3.1.0\nå: 1"])
def test_a_byte_order_mark_is_no_part_of_a_document(text: str, encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "document"
    file.write_text(f"\ufeff{text}", encoding=encoding)
    assert read_document(file)[0] == {"openapi": "3.1.0", "å": 1}


def test_a_specification_of_another_vendor_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import json

    path = tmp_path / "payex.json"
    path.write_text(json.dumps(apps.openapi("payex")), encoding="utf-8")
    assert refused(capsys, path) == (
        "is not a specification of riverty: 0 of its 25 operations are like one of the simulator"
    )
    assert complaint(capsys, "contract", "diff", str(path), "--vendor", "acme") == (
        "ledgersim: --vendor is 'acme'; it must be one of aptic, payex, riverty"
    )
