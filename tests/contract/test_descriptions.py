"""What the OpenAPI documents say in words: everything is described, and no description is left over."""

import tomllib
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import ledgersim
from tests.apps import openapi

Json = dict[str, Any]
PHRASES = {"Successful Response", "The result", *(one.phrase for one in HTTPStatus)}
NAMES = ("aptic", "payex", "riverty", "admin")
FILES = sorted(Path(ledgersim.__file__).parent.glob("**/descriptions.toml"))


def operations() -> Iterator[Json]:
    for name in NAMES:
        for item in openapi(name)["paths"].values():
            yield from item.values()


def parameters() -> Iterator[tuple[str, Json]]:
    for operation in operations():
        for parameter in operation.get("parameters", ()):
            yield operation["operationId"], parameter


def members() -> Iterator[tuple[str, str, Json]]:
    """Owner, name and schema of each member."""
    owners: list[tuple[str, Json]] = []
    for name in NAMES:
        owners += openapi(name)["components"]["schemas"].items()
    for operation in operations():
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            owners += [
                (operation["operationId"], media["schema"]) for media in body.get("content", {}).values()
            ]
    for owner, schema in owners:
        for name, member in schema.get("properties", {}).items():
            yield owner, name, member


def test_everything_is_described() -> None:
    assert [one["operationId"] for one in operations() if not one.get("description")] == []
    assert [(owner, one["name"]) for owner, one in parameters() if not one.get("description")] == []
    assert [(owner, name) for owner, name, one in members() if not one.get("description")] == []
    schemas = [(name, *one) for name in NAMES for one in openapi(name)["components"]["schemas"].items()]
    assert [(document, name) for document, name, schema in schemas if not schema.get("description")] == []


def test_responses_are_described_in_words_of_their_own() -> None:
    generic = {
        f"{operation['operationId']} {status}: {response['description']}"
        for operation in operations()
        for status, response in operation["responses"].items()
        if response["description"] in PHRASES
    }
    assert generic == set()


def test_responses_are_by_status() -> None:
    names = {name for one in operations() for name in one["responses"]}
    assert [name for name in names if not (name.isdecimal() or name == "default")] == []


def test_no_description_is_left_over() -> None:
    shown = {
        "operations": [one["operationId"] for one in operations()],
        "parameters": [key for owner, one in parameters() for key in (f"{owner}.{one['name']}", one["name"])],
        "responses": [f"{one['operationId']}.{status}" for one in operations() for status in one["responses"]],
        "values": [name for _, name, one in members() if "x-enum-varnames" in str(one)],
        "members": [key for owner, name, _ in members() for key in (f"{owner}.{name}", name)],
    }
    described = [(kind, name) for file in FILES for kind, texts in _read(file).items() for name in texts]
    assert [(kind, name) for kind, name in described if name not in shown[kind]] == []


def test_a_description_says_more_than_that_of_all_members_with_its_name() -> None:
    for file in FILES:
        texts = _read(file)["members"]
        same = [key for key, text in texts.items() if text == texts.get(key.rpartition(".")[2]) and "." in key]
        assert same == [], file


def _read(file: Path) -> dict[str, dict[str, str]]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
