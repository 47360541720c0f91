"""The profile of the OpenAPI documents for code generators."""

from typing import Any

import pytest

from ledgersim.http.codegen import codegen
from tests.apps import openapi


def converted(schema: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    """The member `kind` of the only schema of a document, as the profile has it."""
    schemas = {"Thing": {"type": "object", "properties": {"kind": schema}}, **others}
    document = {"info": {}, "paths": {}, "components": {"schemas": schemas}}
    found: dict[str, Any] = codegen(document)["components"]["schemas"]["Thing"]["properties"]["kind"]
    return found


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": "string"}, {"type": "string"}),
        (
            {"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}], "description": "d"},
            {"type": "string", "maxLength": 2, "nullable": True, "description": "d"},
        ),
        (
            {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"oneOf": [{"type": "string", "nullable": True}, {"type": "integer"}]},
        ),
        ({"const": "one"}, {"enum": ["one"]}),
        (
            {"type": "number", "format": "double", "exclusiveMinimum": 0},
            {"type": "number", "format": "decimal", "minimum": 0, "exclusiveMinimum": True},
        ),
        (
            {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
            {"type": "array", "items": {"type": "integer", "nullable": True}},
        ),
    ],
)
def test_schemas_are_those_of_3_0(schema: dict[str, Any], expected: dict[str, Any]) -> None:
    assert converted(schema) == expected


def test_a_reference_has_no_neighbours() -> None:
    other = {"type": "object"}
    reference = {"$ref": "#/components/schemas/Other"}
    assert converted(reference, Other=other) == reference
    assert converted({**reference, "description": "d"}, Other=other) == {
        "allOf": [reference],
        "description": "d",
    }
    assert converted({"anyOf": [reference, {"type": "null"}]}, Other=other) == {
        "oneOf": [reference],
        "nullable": True,
        "type": "object",
    }


def test_the_document_itself_stays_as_it_is() -> None:
    document = openapi("riverty")
    assert codegen(document)["openapi"] == "3.0.3"
    assert document["openapi"] == "3.1.0"
    assert "License" not in document["info"]
    assert document["info"]["license"] == {"name": "MIT", "identifier": "MIT"}


def test_enumerations_have_names() -> None:
    schemas = codegen(openapi("aptic"))["components"]["schemas"]
    assert schemas["JuridicalType"] == {
        "description": "The values of `juridicalType`.",
        "type": "integer",
        "enum": [0, 1],
        "x-enum-varnames": ["NaturalPerson", "LegalPerson"],
        "x-enumNames": ["NaturalPerson", "LegalPerson"],
    }
    users = [
        name
        for name, schema in schemas.items()
        if "JuridicalType" in str(schema.get("properties", {}).get("juridicalType", ""))
    ]
    assert users == ["CaseDebtorInput", "CustomerCreate", "CustomerUpdate", "DebtorCreate", "DebtorUpdate"]


def test_members_with_one_name_and_different_values_get_different_names() -> None:
    schemas = codegen(openapi("payex"))["components"]["schemas"]
    assert {name: schemas[name]["enum"] for name in schemas if name.endswith("Status")} == {
        "AccountStatus": ["open", "pending-close", "closed"],
        "InvoiceStatus": ["pending", "open", "closed"],
        "LegalStatus": ["active", "deceased"],
        "SurplusStatus": ["open", "pending-disbursement", "pending-regulate"],
    }


@pytest.mark.parametrize("name", ["aptic", "payex", "riverty", "admin"])
def test_nothing_of_3_1_is_left(name: str) -> None:
    document = codegen(openapi(name))
    found = {word for schema in schemas_of(document) for word in schema}
    assert found.isdisjoint({"const", "examples", "$defs", "contentEncoding"})
    assert {"type": "null"} not in list(schemas_of(document))
    numbers = [one for one in schemas_of(document) if one.get("type") == "number"]
    assert {one["format"] for one in numbers} <= {"decimal"}


def schemas_of(value: Any) -> Any:
    """All objects of a document but for examples; of those, schemas are the ones with these words."""
    if isinstance(value, dict):
        yield value
        for name, one in value.items():
            if name != "example":
                yield from schemas_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from schemas_of(one)
