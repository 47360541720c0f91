"""The served PayEx API against its documented facts: members in order, and problems."""

from typing import Any

import pytest

from tests.apps import openapi
from tests.contract.documents import FOLDER, documented_operations
from tests.contract.shapes import of_schema


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    import yaml

    text = (FOLDER / "contract" / "payex-customer.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    found: dict[str, Any] = openapi("payex")["components"]["schemas"]
    return found


def members(schemas: dict[str, Any], name: str) -> list[str]:
    return list(schemas[name]["properties"])


def test_a_customer_has_the_documented_members_in_order(facts: Any, schemas: Any) -> None:
    assert members(schemas, "Customer") == facts["customer_fields"]


def test_a_customer_is_created_from_its_documented_members(facts: Any, schemas: Any) -> None:
    read_only = {"@id", "legalStatus", "activeConsents", "surpluses", "operations"}
    assert members(schemas, "CustomerCreate") == [
        one for one in facts["customer_fields"] if one not in read_only
    ]


def test_patch_takes_its_documented_members(schemas: Any) -> None:
    assert members(schemas, "CustomerUpdate") == [
        "emailAddress", "protectedIdentity", "preferredLanguageCode", "legalStatus", "msisdn", "distributionType",
        "taxIdentificationNumber", "eDIAddressInfo",
    ]  # fmt: skip
    assert schemas["CustomerUpdate"]["additionalProperties"] is False


def test_addresses_have_the_documented_members_in_order(facts: Any, schemas: Any) -> None:
    assert members(schemas, "AddressInput") == list(facts["address_fields"])
    assert members(schemas, "Address") == [*facts["address_fields"], "operations"]


def test_operations_have_the_members_of_their_samples_in_order(facts: Any, schemas: Any) -> None:
    assert members(schemas, "CustomerOperation") == facts["operation_members"]["customer"]
    assert members(schemas, "AddressOperation") == facts["operation_members"]["addresses"]


def test_a_surplus_has_the_members_of_the_sample_in_order(schemas: Any) -> None:
    assert members(schemas, "Surplus") == [
        "surplusId", "balance", "currency", "date", "status", "invoice", "account", "operations", "@id",
    ]  # fmt: skip


def test_lists_come_with_navigation(facts: Any, schemas: Any) -> None:
    for name in ("SurplusPage", "DisbursementOrderPage"):
        assert members(schemas, name) == list(facts["list_envelope"])
    assert members(schemas, "Navigation") == list(facts["list_envelope"]["navigation"])


def test_disbursement_orders_take_the_documented_payees(facts: Any, schemas: Any) -> None:
    wanted = [name for name in facts["disbursement_request"] if name != "naming"]
    assert members(schemas, "DisbursementOrderCreate") == wanted
    assert list(of_schema(schemas["SwedishBankAccountInput"], schemas)) == [
        "clearingNo",
        "accountNo",
        "accountType",
    ]


@pytest.mark.parametrize(
    ("schema", "fact"),
    [
        ("Consents", "consent_response"),
        ("RecurringCard", "recurring_card"),
        ("CardRegistrationCreate", "card_registration_request"),
        ("CardRegistrationStarted", "card_registration"),
        ("FindCustomer", "find_customer_request"),
        ("GenerateCustomer", "generate_customer_request"),
    ],
)
def test_the_other_bodies_have_the_documented_members_in_order(
    schema: str, fact: str, facts: Any, schemas: Any
) -> None:
    assert members(schemas, schema) == list(facts[fact])


def test_questions_have_the_members_of_the_sample_in_order(schemas: Any) -> None:
    assert members(schemas, "KycQuestionList") == ["kycQuestions", "operations"]
    assert members(schemas, "KycQuestion") == ["questionText", "answer", "questionCode", "subQuestions"]
    assert members(schemas, "KycAnswerForm") == ["type", "required", "textValidationRegEx", "possibleAnswers"]


def test_successes_have_the_documented_status() -> None:
    paths = openapi("payex")["paths"]
    for name, documented in documented_operations().items():
        if name.startswith("payex.") and "success" in documented.content:
            item = paths[documented.path.removeprefix("/ledger")][documented.method.lower()]
            assert [code for code in item["responses"] if code[0] == "2"] == [
                str(documented.content["success"])
            ]
