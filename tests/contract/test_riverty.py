"""The served Riverty API against its documented facts, whose format differs: members of request, response, messages."""

from typing import Any

import pytest
import yaml

from tests.apps import openapi
from tests.contract.documents import FOLDER
from tests.contract.shapes import of_schema, ordered

FACTS = yaml.safe_load((FOLDER / "contract" / "riverty-customer-account.yaml").read_text(encoding="utf-8"))
ADDRESS = FACTS["request"]["customer"]["fields"]["address"]
CREDIT_LIMIT = ["remainingCreditLimit", "balance", "isOpenForNewTransactions", "accountMessage", "totalBalance"]
FIELDS: dict[str, dict[str, Any]] = {
    **FACTS["request"],
    **{f"customer.{name}": facts for name, facts in FACTS["request"]["customer"]["fields"].items()},
    **{f"customer.address.{name}": facts for name, facts in ADDRESS.items()},
}


class Schema:
    """An operation of the OpenAPI document."""

    def __init__(self, path: str, method: str) -> None:
        document = openapi("riverty")
        self.operation = document["paths"][path][method]
        self.definitions = document["components"]["schemas"]

    def answer(self, status: str) -> Any:
        content = self.operation["responses"][status]["content"]["application/json"]
        return of_schema(content["schema"], self.definitions)

    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = self.operation["requestBody"]["content"]["application/json"]["schema"]
        return found

    def field(self, path: str) -> tuple[dict[str, Any], bool]:
        """The schema of a field of the request, and whether it is required."""
        schema, required = self.body(), True
        for name in path.split("."):
            owner = self._resolved(schema)
            schema, required = owner["properties"][name], name in owner["required"]
        return self._resolved(schema), required

    def _resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        if "anyOf" in schema:
            (schema,) = [one for one in schema["anyOf"] if one.get("type") != "null"]
        if "$ref" in schema:
            found: dict[str, Any] = self.definitions[schema["$ref"].rsplit("/", 1)[1]]
            return found
        return schema


@pytest.fixture(scope="module")
def apply() -> Schema:
    return Schema("/customer-account", "post")


def plain(names: Any) -> dict[str, Any]:
    return dict.fromkeys(names)


def test_the_request_has_the_documented_members_in_order(apply: Schema) -> None:
    customer = {**plain(FACTS["request"]["customer"]["fields"]), "address": plain(ADDRESS)}
    expected = {**plain(FACTS["request"]), "customer": customer}
    assert ordered(of_schema(apply.body(), apply.definitions)) == ordered(expected)


@pytest.mark.parametrize("path", FIELDS)
def test_fields_have_the_documented_limits(apply: Schema, path: str) -> None:
    facts = FIELDS[path]
    schema, required = apply.field(path)
    assert required == facts.get("required", False)
    # YAML reads an unquoted NO as false.
    allowed = facts.get("enum") and ["NO" if value is False else value for value in facts["enum"]]
    assert (schema.get("maxLength"), schema.get("enum")) == (facts.get("maxLength"), allowed)


def test_the_answer_has_the_members_of_the_sample_in_order(apply: Schema) -> None:
    documented = FACTS["response_200"]
    expected = {
        **plain(documented),
        "account": plain(documented["account"]),
        "customer": {**plain(documented["customer"]), "addressList": [plain(ADDRESS)]},
        "riskCheckMessages": [plain(FACTS["message"])],
    }
    assert ordered(apply.answer("200")) == ordered(expected)


def test_a_request_that_does_not_hold_is_answered_by_a_bare_array_of_messages(apply: Schema) -> None:
    assert ordered(apply.answer("400")) == ordered([plain(FACTS["message"])])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Account.accountStatus", FACTS["response_200"]["account"]["accountStatus"]),
        ("AccountApplicationResult.outcome", FACTS["response_200"]["outcome"]),
        ("Message.type", FACTS["message"]["type"]),
        ("Message.actionCode", FACTS["message"]["actionCode"]),
    ],
)
def test_closed_lists_are_the_documented_ones(apply: Schema, name: str, values: list[str]) -> None:
    model, member = name.split(".")
    assert apply.definitions[model]["properties"][member]["enum"] == values


def test_the_credit_limit_has_the_members_of_the_facts_in_order() -> None:
    schema = Schema("/customer-account/{accountNumber}/credit-limit", "get")
    assert list(schema.answer("200")) == CREDIT_LIMIT
    assert list(schema.answer("404")) == list(schema.answer("401")) == ["message"]


def test_the_openapi_document_describes_errors_and_the_key_as_they_are(apply: Schema) -> None:
    assert "422" not in apply.operation["responses"]
    assert list(apply.answer("default")) == ["message"]
    assert openapi("riverty")["components"]["securitySchemes"] == {
        "key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"}
    }
