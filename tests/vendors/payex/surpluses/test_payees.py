"""The payees of a disbursement: which are accepted, and what is wrong with the others."""

from typing import Any

import pytest

from tests.client import Api
from tests.conftest import Serve
from tests.vendors.payex.ledger import ADDRESS, ORDERS, fields

BKSE = {"accountNo": "3300-1010101010", "accountType": "BKSE"}
KINDS = ["norwegianBankAccount", "swedishBankAccount", "international", "swedishSus"]


@pytest.mark.parametrize(
    "account",
    [
        {"accountNo": "3300-1010101010", "accountType": "BKSE"},
        {"clearingNo": "3300", "accountNo": "1010101010"},
        {"clearingNo": "3300", "accountNo": "1010101010", "accountType": "BKSE"},
        {"clearingNo": "3300", "accountNo": "3300-1010101010"},
        {"clearingNo": "3300", "accountNo": "3300-1010101010", "accountType": "BKSE"},
    ],
)
def test_a_swedish_account_may_have_its_clearing_number_in_either_member_or_both(
    api: Api, account: dict[str, str]
) -> None:
    answer = api.post(ORDERS, {"swedishBankAccount": account})
    assert (answer.status_code, answer.json()["swedishBankAccount"]) == (201, BKSE)


SWEDISH = "swedishBankAccount"
IBAN = "SE3550000000054910000003"


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, KINDS),
        ({"international": {"iban": IBAN, "bic": "SWEDSESS"}, "norwegianBankAccount": {"accountNo": "86011117947"}},
         ["norwegianBankAccount", "international"]),
        ({"international": {"iban": "1"}, "NorwegianBankAccount": {"accountNo": "1"}, "swedishSus": None},
         ["norwegianBankAccount", "international"]),
        ({"norwegianBankAccount": {"accountNo": "1234"}}, ["norwegianBankAccount.accountNo"]),
        ({SWEDISH: {"clearingNo": "3300"}}, [f"{SWEDISH}.accountNo"]),
        ({SWEDISH: {"accountNo": "991-2346"}}, [f"{SWEDISH}.clearingNo"]),
        ({SWEDISH: {"accountNo": "991-2347", "accountType": "BGSE"}}, [f"{SWEDISH}.accountNo"]),
        ({SWEDISH: {"clearingNo": "3300", "accountNo": "991-2346", "accountType": "BGSE"}}, [f"{SWEDISH}.clearingNo"]),
        ({SWEDISH: {"accountNo": "123456", "clearingNo": "3300"}}, [f"{SWEDISH}.accountNo"]),
        ({SWEDISH: {"accountNo": "944-1049001", "accountType": "BGSE"}}, [f"{SWEDISH}.accountNo"]),
        ({SWEDISH: {"accountNo": "944-1049000", "accountType": "BKSE"}}, [f"{SWEDISH}.accountNo"]),
        ({SWEDISH: {"clearingNo": "3301", "accountNo": "3300-1010101010"}}, [f"{SWEDISH}.accountNo"]),
        ({SWEDISH: {"accountNo": "1234567", "clearingNo": "0100"}}, [f"{SWEDISH}.accountNo"]),
        ({SWEDISH: {"accountNo": "1", "accountType": "IBAN"}}, [f"{SWEDISH}.accountType"]),
        ({"international": {"iban": "123456", "bic": "SWED..."}}, ["international.iban", "international.bic"]),
        ({"swedishSus": {"nationalIdentifier": {"regNo": "559988-1173", "countryCode": "SE"}, "address": ADDRESS}},
         ["swedishSus.nationalIdentifier.regNo"]),
        ({"swedishSus": {"nationalIdentifier": {"regNo": "02519026263", "countryCode": "NO"}, "address": ADDRESS}},
         ["swedishSus.nationalIdentifier.countryCode"]),
        ({"swedishSus": {"nationalIdentifier": {"regNo": "1", "countryCode": "SE"}, "address": ADDRESS}},
         ["swedishSus.nationalIdentifier.regNo"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_payee_is_named_by_its_path(
    api: Api, body: dict[str, Any], named: list[str]
) -> None:
    assert fields(api.post(ORDERS, body)) == named


@pytest.mark.parametrize(("leniency", "status"), [("lenient", 201), ("strict", 400)])
def test_the_account_of_the_vendors_sample_is_reported(serve: Serve, leniency: str, status: int) -> None:
    api = serve(leniency=leniency)
    payee = {"SwedishBankAccount": {"AccountNo": "944-1049000", "AccountType": "BGSE"}}
    answer = api.post(ORDERS, payee)
    assert answer.status_code == status
    assert "account-number SwedishBankAccount.AccountNo" in answer.headers["sim-diagnostics"]


def test_several_payees_are_reported_before_what_is_wrong_with_each(api: Api) -> None:
    answer = api.post(ORDERS, {"international": {"iban": "1"}, "norwegianBankAccount": {"accountNo": "1"}})
    message = f"Exactly one of {', '.join(KINDS)} must be given"
    assert answer.json()["Problems"] == [{"norwegianBankAccount": message}, {"international": message}]
