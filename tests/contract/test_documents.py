"""The exported OpenAPI documents, as code generators and linters read them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ledgersim.http.codegen import codegen
from tests.apps import openapi
from tests.contract.documents import FOLDER

Json = dict[str, Any]

NAMES = ("aptic", "payex", "riverty", "admin")
PLACEHOLDER = re.compile(r"\{[^{}]*\}")

# Defaults that a request body may state, with their source. A generated client sends a default that the user did
# not choose, so none may stand where its absence means "leave as it is".
DOCUMENTED_DEFAULTS = {
    ("aptic", "PaymentPlanCreate", "active"): 2,  # the vendor: "2 = Proposal (default)"
    ("admin", "ResetRequest", "scope"): "all",  # docs/admin.md
    ("admin", "SpaceCreate", "from"): "seed",  # docs/admin.md
    ("admin", "StateChange", "action"): "setup",  # docs/conformance.md
}

# Names that the target languages or the generated clients use themselves: a schema with such a name would be renamed,
# or hide the original.
RESERVED = {
    "array",
    "case",
    "class",
    "client",
    "date",
    "default",
    "error",
    "list",
    "map",
    "object",
    "package",
    "string",
}

# The keywords of JSON Schema 2020-12 that the documents use; another one is a typo or an internal name of pydantic.
KEYWORDS = {
    "$ref", "additionalProperties", "anyOf", "const", "contentEncoding", "default", "description", "enum", "examples",
    "exclusiveMinimum", "format", "items", "maxItems", "maxLength", "maxProperties", "maximum", "minItems",
    "minLength", "minimum", "oneOf", "pattern", "properties", "required", "title", "type", "x-enum-varnames",
}  # fmt: skip
SINGLE = ("additionalProperties", "items")
SEVERAL = ("anyOf", "oneOf")


# Members that responses omit if they have no value. All others are always present.
OPTIONAL_MEMBERS = {
    "aptic": {"ProblemDetails": ["errors"]},
    "payex": {
        "Address": ["streetAddress", "coAddress"],
        "BankAccount": ["accountType"],
        "Customer": [
            "nationalIdentifier", "vatNo", "legalEntity", "emailAddress", "protectedIdentity", "preferredLanguageCode",
            "legalStatus", "msisdn", "distributionType", "taxIdentificationNumber", "eDIAddressInfo", "billingAddress",
        ],
        "DisbursementOrder": ["norwegianBankAccount", "swedishBankAccount", "international", "swedishSus"],
        "EdiAddress": ["VAN", "InterChangeRecipient"],
        "KycAnswerForm": ["textValidationRegEx", "possibleAnswers"],
        "KycQuestion": ["subQuestions"],
        "Navigation": ["first", "previous", "next"],
        "Surplus": ["invoice", "account"],
        "SwedishSusAddress": ["streetAddress", "coAddress"],
    },
    "riverty": {},
    "admin": {
        "AccountMoved": ["surplusId"],
        "ActiveFault": [
            "match", "when", "status", "retry_after", "detail", "seconds", "bytes", "limit", "window", "times",
            "probability", "ttl",
        ],
        "InvoiceMoved": ["surplusId"],
        "ListedEvent": ["job", "item", "wrote"],
        "Match": ["operation", "method", "path", "header", "query"],
        "NearMiss": ["problem", "detail", "diagnostics", "faults", "injected", "withheld", "nearest"],
        "ProblemDetails": ["errors"],
        "RecordedMessage": ["body", "binary", "truncated"],
        "RecordedRequest": ["problem", "detail", "diagnostics", "faults", "injected", "withheld", "nearest"],
        "RecordedRequestInFull": ["problem", "detail", "diagnostics", "faults", "injected", "withheld", "nearest"],
        "UndocumentedCount": ["vendor", "operation"],
    },
}  # fmt: skip


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(name: str) -> Json:
    return openapi(name)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def schemas(schema: Any) -> Iterator[Json]:
    """A schema and those nested in it, except references."""
    yield schema
    for keyword in SINGLE:
        if isinstance(schema.get(keyword), dict):
            yield from schemas(schema[keyword])
    for keyword in SEVERAL:
        for one in schema.get(keyword, ()):
            yield from schemas(one)
    for one in schema.get("properties", {}).values():
        yield from schemas(one)


def media(document: Json) -> Iterator[Json]:
    """The schemas of all bodies of requests and responses."""
    for _, _, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        yield from (one["schema"] for body in bodies for one in body.get("content", {}).values())


def all_schemas(document: Json) -> Iterator[Json]:
    for schema in document["components"]["schemas"].values():
        yield from schemas(schema)
    for schema in media(document):
        yield from schemas(schema)
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", ()):
            yield from schemas(parameter["schema"])


def reached(document: Json, schema: Json) -> Iterator[tuple[str, Json]]:
    """Name and schema of every component that a schema refers to, directly or not."""
    seen: set[str] = set()
    waiting = [schema]
    while waiting:
        for one in schemas(waiting.pop()):
            name = one.get("$ref", "").rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                waiting.append(document["components"]["schemas"][name])
                yield name, waiting[-1]


@pytest.mark.pinned
def test_exported_documents_are_up_to_date(name: str, document: Json) -> None:
    for file, published in ((f"{name}.json", document), (f"{name}.codegen.json", codegen(document))):
        exported = json.loads((FOLDER / file).read_text(encoding="utf-8"))
        assert exported == published, "run `make openapi`"


def test_schema_names_are_plain_domain_names(document: Json) -> None:
    names = list(document["components"]["schemas"])
    assert [one for one in names if not re.fullmatch("[A-Z][A-Za-z0-9]+", one)] == []
    assert [
        one for one in names if re.search("(In|Out|Item|Body|Model)$", one) and not one.endswith("ListItem")
    ] == []


def test_a_schema_has_no_second_name(document: Json) -> None:
    assert [one["title"] for one in all_schemas(document) if "title" in one] == []


def request_bodies(document: Json, *methods: str) -> Iterator[Json]:
    for _, method, operation in operations(document):
        for one in operation.get("requestBody", {}).get("content", {}).values():
            if method in methods and "schema" in one:
                yield one["schema"]


def test_changes_have_no_defaults(document: Json) -> None:
    found = [
        (name, one)
        for body in request_bodies(document, "patch")
        for name, schema in [("", body), *reached(document, body)]
        for one in schemas(schema)
        if "default" in one
    ]
    assert found == []


def test_creations_have_the_documented_defaults_only() -> None:
    found = {
        (name, component, member): one["default"]
        for name, document in ((name, openapi(name)) for name in NAMES)
        for body in request_bodies(document, "put", "post")
        for component, schema in [("", body), *reached(document, body)]
        for member, property_ in schema.get("properties", {"": schema}).items()
        for one in schemas(property_)
        if "default" in one
    }
    assert found == DOCUMENTED_DEFAULTS


def test_answers_require_the_members_that_are_always_there(name: str, document: Json) -> None:
    found = {
        component: [
            member for member in schema.get("properties", ()) if member not in schema.get("required", ())
        ]
        for _, _, operation in operations(document)
        for response in operation["responses"].values()
        for media in response.get("content", {}).values()
        for component, schema in reached(document, media["schema"])
    }
    assert {component: members for component, members in found.items() if members} == OPTIONAL_MEMBERS[name]


def test_a_payment_plan_needs_its_type() -> None:
    assert openapi("aptic")["components"]["schemas"]["PaymentPlanCreate"]["required"] == ["paymentPlanType"]


@pytest.mark.parametrize("path", ["/v1/Cases/{guid}/Debtors", "/v1/Customers/{guid}/LoanInterests"])
def test_bare_arrays_are_documented(path: str) -> None:
    operation = openapi("aptic")["paths"][path]["get"]
    assert operation["responses"]["200"]["content"]["application/json"]["schema"]["type"] == "array"
    assert "bare array" in operation["summary"]


def test_a_path_template_stands_once_whatever_its_parameters_are_called(document: Json) -> None:
    templates = [PLACEHOLDER.sub("{}", path) for path in document["paths"]]
    assert len(templates) == len(set(templates))


def test_each_operation_has_the_path_parameters_of_its_template(document: Json) -> None:
    for path, method, operation in operations(document):
        declared = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "path"]
        assert sorted(declared) == sorted(one[1:-1] for one in PLACEHOLDER.findall(path)), (method, path)


def test_no_schema_is_named_by_a_word_that_languages_reserve(document: Json) -> None:
    assert RESERVED & {name.lower() for name in document["components"]["schemas"]} == set()


def test_all_numbers_have_one_format(document: Json) -> None:
    assert {one.get("format") for one in all_schemas(document) if one.get("type") == "number"} <= {"double"}


def test_only_null_is_an_alternative_in_any_of(document: Json) -> None:
    # openapi-generator makes one type of several in `anyOf`, and fails to read a string as an object.
    several = [one["anyOf"] for one in all_schemas(document) if "anyOf" in one]
    assert [one for one in several if len(one) != 2 or {"type": "null"} not in one] == []


def test_schemas_have_known_keywords_only(document: Json) -> None:
    assert {keyword for one in all_schemas(document) for keyword in one} - KEYWORDS == set()


def test_patterns_can_be_read_by_javascript(document: Json) -> None:
    # Neither inline flags nor named groups, possessive quantifiers, anchors or escapes that only other engines know.
    foreign = re.compile(r"\(\?(?![:=!])|\\[AZzhHKQERpP]|[*+?}]\+|\[\[:")
    patterns = [one["pattern"] for one in all_schemas(document) if isinstance(one.get("pattern"), str)]
    assert [one for one in patterns if foreign.search(one)] == []
    for one in patterns:
        re.compile(one)


def test_every_operation_documents_the_credentials_that_it_requires(document: Json) -> None:
    known = set(document["components"]["securitySchemes"])
    for path, method, operation in operations(document):
        needed = operation["security"] if "security" in operation else document["security"]
        assert {one for alternative in needed for one in alternative} <= known, (method, path)


def test_every_error_has_the_one_schema_of_its_document(name: str, document: Json) -> None:
    own = {"riverty": "ErrorResponse"}.get(name, "ProblemDetails")
    others = {
        "riverty": {("customer-account", "400"): ["array of Message"]},
        "aptic": {
            **{("access_token", status): ["OAuthError", own] for status in ("400", "401", "413", "415")},
            **{
                ("{serviceDefinition}", status): ["anything", own]
                for status in ("400", "401", "404", "default")
            },
        },
        "admin": {
            ("{key}", "404"): ["text", own],
            ("{button}", "404"): ["text", own],
            ("{button}", "409"): ["text", own],
        },
    }.get(name, {})
    found = {}
    for path, _, operation in operations(document):
        assert "default" in operation["responses"]
        for status, response in operation["responses"].items():
            if status >= "400":
                shown = [shortly(one["schema"]) for one in response["content"].values()]
                if shown != [own]:
                    found[path.rpartition("/")[2], status] = shown
    assert found == others


def shortly(schema: Json) -> str:
    if "items" in schema:
        return f"array of {shortly(schema['items'])}"
    return str(
        {"string": "text"}.get(schema.get("type", ""), schema.get("$ref", "anything").rpartition("/")[2])
    )


def test_every_operation_has_a_tag_that_the_document_describes(document: Json) -> None:
    tags = {one["name"]: one["description"] for one in document["tags"]}
    assert {tag for _, _, one in operations(document) for tag in one["tags"]} == set(tags)
    assert all(tags.values())
    assert all(len(one["tags"]) == 1 and one["summary"] for _, _, one in operations(document))
