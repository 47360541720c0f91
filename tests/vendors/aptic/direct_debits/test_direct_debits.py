"""Direct debit mandates of customers."""

from typing import Any

import pytest

from ledgersim.vendors.aptic.direct_debits.rules import BY_CLASS
from tests.client import APTIC, Api
from tests.conftest import Serve

BANKGIRO, PLUSGIRO = "5050-1055", "41 56 20-4"
NL, NO, FI, DE = (
    "NL91 ABNA 0417 1643 00",
    "NO93 8601 1117 947",
    "FI21 1234 5600 0007 85",
    "DE89370400440532013000",
)


@pytest.fixture
def path(api: Api) -> str:
    """The mandates of a new customer."""
    return f"{APTIC}/Customers/{api.customer()['customerGuid']}/DirectDebits"


def test_a_mandate_reads_back_as_it_was_registered(api: Api, path: str) -> None:
    api.freeze("2027-03-01T08:00:00Z")
    sent = {
        "directDebitMandateType": 1,
        "receivingBankAccountNo": BANKGIRO,
        "sendingBankAccountClass": 9,
        "sendingBankAccountNo": "9999-1234567",
        "referenceNo": "M-1",
        "requestedAt": "2027-01-01T00:00:00Z",
        "approvedAt": "2027-01-04T10:00:00+01:00",
        "signedDate": "2027-01-02",
        "validfrom": "2027-01-05T00:00:00Z",
        "validuntil": "2028-01-05T00:00:00Z",
    }
    answer = api.put(path, sent)
    assert answer.status_code == 201
    created = answer.json()
    one = f"{path}/{created['mandateGuid']}"
    assert answer.headers["location"] == f"http://sim.test{one}"
    assert {name: value for name, value in created.items() if name not in ("mandateGuid", "links")} == {
        "directDebitMandateType": 1,
        "referenceNo": "M-1",
        "bankAccountNo": "9999-1234567",
        "requestedAt": "2027-01-01T00:00:00Z",
        "approvedAt": "2027-01-04T09:00:00Z",
        "signedDate": "2027-01-02T00:00:00Z",
        "validfrom": "2027-01-05T00:00:00Z",
        "validuntil": "2028-01-05T00:00:00Z",
        "closedAt": None,
    }
    assert api.get(f"{path}/{created['mandateGuid'].upper()}").json() == created
    assert api.only(path) == created
    for link in created["links"]:
        assert api.get(link["href"].removeprefix("http://sim.test")).status_code == 200


def test_what_is_not_sent_is_null_but_for_the_request_of_today(api: Api, path: str) -> None:
    api.freeze("2027-03-01T08:00:00Z")
    created = api.create(path, {"directDebitMandateType": 3, "receivingBankAccountNo": FI})
    assert created["requestedAt"] == "2027-03-01T08:00:00Z"
    assert [created[name] for name in ("referenceNo", "bankAccountNo", "approvedAt", "validuntil")] == [
        None
    ] * 4


@pytest.mark.parametrize(
    ("kind", "account"),
    [(1, BANKGIRO), (1, PLUSGIRO), (1, "9999-1234567"), (2, NL), (3, FI), (4, NO), (5, DE), (7, NL)],
)
def test_the_receiving_account_fits_the_type(api: Api, path: str, kind: int, account: str) -> None:
    created = api.create(path, {"directDebitMandateType": kind, "receivingBankAccountNo": account})
    assert created["directDebitMandateType"] == kind
    *_, last = api.get("/_sim/requests").json()["requests"]
    assert "diagnostics" not in last


@pytest.mark.parametrize("account", ["5050-1056", FI, "x", "5"])
def test_autogiro_takes_any_account_and_reports_what_is_not_swedish(
    serve: Serve, api: Api, path: str, account: str
) -> None:
    sent = {"directDebitMandateType": 1, "receivingBankAccountNo": account, "sendingBankAccountNo": account}
    answer = api.put(path, sent)
    assert (answer.status_code, answer.json()["bankAccountNo"]) == (201, account)
    diagnostics = "account-number receivingBankAccountNo, account-number sendingBankAccountNo"
    assert answer.headers["sim-diagnostics"] == diagnostics
    strict = serve(leniency="strict")
    path = f"{APTIC}/Customers/{strict.customer()['customerGuid']}/DirectDebits"
    answer = strict.put(path, sent)
    assert (answer.status_code, answer.json()["errors"]["receivingBankAccountNo"]) == (
        400,
        ["account-number: This is not a Swedish account number or giro number, and was stored as sent."],
    )
    assert strict.get(path).json()["total"] == 0


@pytest.mark.parametrize(
    ("kind", "account"),
    [(2, FI), (2, "NL91ABNA0417164301"), (3, BANKGIRO), (5, "FI2112345600000786"),
     (7, "XX00")],
)  # fmt: skip
def test_a_receiving_account_that_does_not_is_a_400(api: Api, path: str, kind: int, account: str) -> None:
    answer = api.put(path, {"directDebitMandateType": kind, "receivingBankAccountNo": account})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["receivingBankAccountNo"])
    assert api.get(path).json()["total"] == 0


@pytest.mark.parametrize(
    ("account_class", "good", "bad"),
    [
        (1, [PLUSGIRO, "18"], ["41 56 20-5", "4", "123456789", "", "IBAN"]),
        (2, [BANKGIRO, "991-2346", "9912346"], ["5050-1056", "18", FI]),
        (3, [NL, "nl91abna0417164300"], [FI, "NL91ABNA0417164301"]),
        (4, [FI, NO, DE, NL], ["FI2112345600000786", BANKGIRO, "FI21"]),
        (5, ["1234567", "0040-0440116243"], ["123456", "123456789012345", FI]),
        (7, ["8601 11 17947", "86011117947"], ["8601 11 17949", "860111179470"]),
        (8, ["8601.11.17947"], ["86011117946", "1"]),
        (9, ["9999-1234567", "8327-9 123 456 789-0"], ["0999-1234567", "9999-12345", "1234567890123456"]),
        (10, [FI, "12345600000785"], [NO, "12345600000786", "FI2112345600000786"]),
    ],
)
def test_sending_accounts_are_checked_by_the_rule_of_their_class(
    account_class: int, good: list[str], bad: list[str]
) -> None:
    fits = BY_CLASS[account_class].is_valid
    assert [number for number in good if not fits(number)] == []
    assert [number for number in bad if fits(number)] == []


@pytest.mark.parametrize(
    "number",
    [
        "",
        " ",
        "\x00",
        "٣٤٥٦٧٨٩٠",
        "\uff11\uff12\uff13\uff14",
        "-" * 50,
        "FI" * 40,
        "Ö" * 20,
        "ǅ1",
        "\U0001f600",
    ],
)
def test_any_text_is_only_ever_no_account(number: str) -> None:
    assert [account_class for account_class, rule in BY_CLASS.items() if rule.is_valid(number)] == []


def test_a_sending_account_that_does_not_fit_its_class_is_a_400(api: Api, path: str) -> None:
    sent = {"directDebitMandateType": 1, "receivingBankAccountNo": "x", "sendingBankAccountNo": "8601 11 17949"}
    answer = api.put(path, {**sent, "sendingBankAccountClass": 8})
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {
            "sendingBankAccountNo": [
                "Input should be a Norwegian account number: 11 digits, the last a check digit modulo 11"
            ],
        },
    )


@pytest.mark.parametrize(
    ("kind", "receiving", "good", "bad"),
    [(2, NL, NL, FI), (3, FI, DE, BANKGIRO), (7, FI, NO, "8601 11 17947")],
)
def test_without_a_class_the_type_says_which_rule(
    api: Api, path: str, kind: int, receiving: str, good: str, bad: str
) -> None:
    sent = {"directDebitMandateType": kind, "receivingBankAccountNo": receiving}
    assert api.create(path, {**sent, "sendingBankAccountNo": good})["bankAccountNo"] == good
    answer = api.put(path, {**sent, "sendingBankAccountNo": bad})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["sendingBankAccountNo"])


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"directDebitMandateType": 0}, ["directDebitMandateType"]),
        ({"directDebitMandateType": 6}, ["directDebitMandateType"]),
        ({"directDebitMandateType": 8}, ["directDebitMandateType"]),
        ({"directDebitMandateType": "1"}, ["directDebitMandateType"]),
        ({"directDebitMandateType": True}, ["directDebitMandateType"]),
        ({"directDebitMandateType": None}, ["directDebitMandateType"]),
        ({"sendingBankAccountClass": 0}, ["sendingBankAccountClass"]),
        ({"sendingBankAccountClass": 6}, ["sendingBankAccountClass"]),
        ({"sendingBankAccountClass": 11}, ["sendingBankAccountClass"]),
        ({"receivingBankAccountNo": "", "validfrom": "soon"}, ["receivingBankAccountNo", "validfrom"]),
        ({"receivingBankAccountNo": None}, ["receivingBankAccountNo"]),
    ],
)
def test_types_and_classes_that_are_not_documented_are_a_400(
    api: Api, path: str, changes: dict[str, Any], errors: list[str]
) -> None:
    answer = api.put(path, {"directDebitMandateType": 1, "receivingBankAccountNo": BANKGIRO, **changes})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, errors)


def test_type_and_receiving_account_are_required(api: Api, path: str) -> None:
    answer = api.put(path, {})
    assert list(answer.json()["errors"]) == ["directDebitMandateType", "receivingBankAccountNo"]


def test_mandates_are_filtered_by_their_members_and_those_of_others_are_not_seen(api: Api, path: str) -> None:
    first = api.create(
        path, {"directDebitMandateType": 3, "receivingBankAccountNo": FI, "sendingBankAccountNo": NO}
    )
    api.create(
        path, {"directDebitMandateType": 1, "receivingBankAccountNo": BANKGIRO, "validfrom": "2027-01-01"}
    )
    for text, count in [
        ("directDebitMandateType eq 3", 1),
        (f"bankAccountNo eq '{NO}'", 1),
        ("validfrom lt 2027-01-02", 1),
        (f"mandateGuid eq {first['mandateGuid']}", 1),
        ("closedAt eq null", 2),
    ]:
        assert api.get(path, _filter=text).json()["total"] == count, text
    other = f"{APTIC}/Customers/{api.customer()['customerGuid']}/DirectDebits"
    assert api.get(other).json()["total"] == 0
    assert api.get(f"{other}/{first['mandateGuid']}").status_code == 404
