"""Every adult persona has a Riverty account with the same national number as elsewhere."""

import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ledgersim.errors import StartupError
from ledgersim.vendors.riverty.customer_account.rules import account_number, ocr
from ledgersim.vendors.riverty.seed import History, PersonaRiverty
from ledgersim.world.definition import seed_folder
from ledgersim.world.seeding import SeededDebt
from tests.client import Api
from tests.worlds import AS_OF, Row, Tables, build, load, tables_of

KEY = {"X-Auth-Key": "any"}
ACCOUNTS = "/api/v3/customer-account"


def test_personas_have_one_national_number_in_all_vendors(world: Tables, personas: dict[str, Row]) -> None:
    accounts = {account["customer_number"]: account for account in world["riverty_customer_account"]}
    with_account = {name: one for name, one in personas.items() if "riverty" in one}
    assert len(accounts) == len(with_account)
    assert personas.keys() - with_account == {"Unto Underage"}
    parties = {one["id_number"] for one in (*world["debtor"], *world["customer"])}
    for persona in with_account.values():
        account = accounts[persona["riverty"]["customerNumber"]]
        assert account["organization_personal_no"] == persona["aptic"]["idNumber"]
        assert account["organization_personal_no"] in parties


def test_accounts_are_in_every_status(world: Tables) -> None:
    assert Counter(account["account_status"] for account in world["riverty_customer_account"]) == {
        "SentToDebtCollection": 10,
        "Ok": 5,
        "ClosedFromDebtCollection": 3,
        "FirstReminder": 1,
        "SecondReminder": 3,
        "UnderCancelation": 1,
    }


def test_accounts_in_dunning_and_collection_have_monthly_notices(world: Tables) -> None:
    accounts = world["riverty_customer_account"]
    dunned = {"FirstReminder", "SecondReminder", "UnderCancelation", "SentToDebtCollection"}
    for one in accounts:
        owes = one["account_status"] in dunned or (one["account_status"], one["balance"] > 0) == ("Ok", True)
        assert (one["next_notice_date"] is not None) == owes
        assert one["last_notice_date"] is not None or one["account_status"] == "Ok"
    (reminded,) = [one for one in accounts if one["account_status"] == "FirstReminder"]
    assert (reminded["last_notice_date"], reminded["next_notice_date"]) == (
        date(2025, 12, 18),
        date(2026, 1, 18),
    )


@pytest.mark.parametrize(
    ("name", "remaining", "balance"),
    [("Ulla Unpaid", 3750, 1250), ("Nina Nocase", 500, 0), ("Tove Twoaddresses", 3550, 450)],
)
def test_the_credit_limit_of_a_persona_is_found(
    api: Api, personas: dict[str, Row], name: str, remaining: float, balance: float
) -> None:
    number = personas[name]["riverty"]["accountNumber"]
    found = api.send("GET", f"{ACCOUNTS}/{number}/credit-limit", headers=KEY).json()
    assert (found["remainingCreditLimit"], found["balance"]) == (remaining, balance)


def test_a_persona_that_applies_again_gets_its_account(api: Api, personas: dict[str, Row]) -> None:
    sigrid = personas["Sigrid Secret"]["riverty"]
    body = {
        "accountLimit": 1,
        "customer": {"customerNumber": sigrid["customerNumber"], "category": "Person", "currency": "NOK"},
        "countryCode": "NO",
        "conversationLanguage": "NO",
    }
    found = api.send("POST", ACCOUNTS, headers=KEY, json=body).json()
    assert (found["account"]["accountNumber"], found["account"]["ocr"]) == (
        sigrid["accountNumber"],
        sigrid["ocr"],
    )
    assert (found["account"]["accountLimit"], found["account"]["createdAt"]) == (5000, "2024-01-29T00:00:00Z")
    assert found["customer"] == {
        "customerNumber": sigrid["customerNumber"],
        "customerAccountId": sigrid["customerAccountId"],
        "firstName": "Sigrid",
        "lastName": "Secret",
        "addressList": [
            {
                "street": "Postboks 100",
                "streetNumber": None,
                "streetNumberAdditional": None,
                "postalCode": "0150",
                "postalPlace": "Oslo",
                "countryCode": "NO",
                "careOf": None,
            }
        ],
    }


def test_new_accounts_are_numbered_after_those_of_the_personas(api: Api, personas: dict[str, Row]) -> None:
    body = {
        "accountLimit": 1,
        "customer": {"category": "Company", "currency": "CHF"},
        "countryCode": "CH",
        "conversationLanguage": "DE",
    }
    account = api.send("POST", ACCOUNTS, headers=KEY, json=body).json()["account"]
    number = account_number(len(personas))  # one has none
    assert (account["accountNumber"], account["ocr"]) == (number, ocr(number))


def test_a_shop_that_is_quicker_than_the_clock_bills_and_reminds_first() -> None:
    part = PersonaRiverty(
        guid="5eed0001-c4ed-4000-8000-000000000001",
        customer_number="1",
        account_limit=500_00,
        opened_days_ago=90,
    )
    today = AS_OF.toordinal()
    history = History(part, today)
    history.follow(
        [
            SeededDebt(
                creditor="",
                reference="INV-1",
                currency="SEK",
                amount=100_00,
                billed=today - 30,
                due=today - 16,
                stage="collection",
                collected=today - 10,
            )
        ]
    )
    assert [(move["at"].date().toordinal() - today, move["move"]) for move in history.moves] == [
        (-30, "purchase"),
        (-10, "notice"),
        (-10, "reminder"),
        (-10, "send-to-collection"),
    ]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The file of the default world in a copy of the folder."""
    shutil.copytree(seed_folder(), tmp_path / "mine")
    return tmp_path / "mine" / "worlds" / "nordic-basic.yaml"


def test_the_riverty_section_of_a_world_is_optional(copy: Path) -> None:
    text = copy.read_text(encoding="utf-8")
    copy.write_text(text[: text.index("\nriverty:")], encoding="utf-8")
    copy.with_name("none.yaml").write_text("[]\n")
    copy.write_text(copy.read_text(encoding="utf-8").replace("../personas.yaml", "none.yaml"), encoding="utf-8")
    found = tables_of(build(load(str(copy)), 1, 20, AS_OF))
    facts = {fact["name"]: fact["value"] for fact in found["sim_value"]}
    assert facts["riverty"] == {"keys": [], "bank_accounts": {}}
    assert found["riverty_customer_account"] == []


def test_a_customer_number_belongs_to_one_persona(copy: Path) -> None:
    file = copy.parents[1] / "personas.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace('"1000002"', '"1000001"'), encoding="utf-8")
    with pytest.raises(StartupError, match="customer_number 1000001 is given twice"):
        load(str(copy))
