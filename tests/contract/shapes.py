"""The nested members, in order, of a sample, a schema or a response."""

from typing import Any

from tests.contract.documents import documented_operations

Shape = Any  # None for a plain value, {name: Shape} in order for an object, [Shape] for an array


def of_value(value: Any) -> Shape:
    """The members of a JSON value; an array has those of its first element."""
    if isinstance(value, dict):
        return {name: of_value(item) for name, item in value.items()}
    if isinstance(value, list):
        return [of_value(value[0])] if value else [None]
    return None


def of_sample(operation: str) -> Any:
    """The members of a documented sample response, in order."""
    return ordered(of_value(documented_operations()[operation].content["response"]["sample"]))


def of_answer(value: Any) -> Any:
    """The members of a response, in order."""
    return ordered(of_value(value))


def of_schema(schema: dict[str, Any], definitions: dict[str, Any]) -> Shape:
    """The members of a JSON schema, with references resolved and null ignored."""
    if "$ref" in schema:
        return of_schema(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        (one,) = [option for option in schema["anyOf"] if option.get("type") != "null"]
        return of_schema(one, definitions)
    if "properties" in schema:
        return {name: of_schema(item, definitions) for name, item in schema["properties"].items()}
    if schema.get("type") == "array":
        return [of_schema(schema["items"], definitions)]
    any_json = not schema.keys() - {"title", "description"}  # the samples show it as {}
    return {} if any_json or schema.get("type") == "object" else None


def ordered(shape: Shape) -> Any:
    """A shape as nested lists, so that comparing it compares the order of members too."""
    if isinstance(shape, dict):
        return [(name, ordered(item)) for name, item in shape.items()]
    if isinstance(shape, list):
        return ["array", *(ordered(item) for item in shape)]
    return shape
