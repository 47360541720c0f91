"""One debt through three vendors: as the documentation tells it, and what can go wrong on the way."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.serving import LIMIT, Served
from tests.vendors.riverty.conftest import ACCOUNTS, KEY, application
from tests.worlds import Row

ROOT = Path(__file__).parents[2]
END = "(end of block)"
PERSON, OTHER = "19101010-1010", "19101010-1028"
RIVERTY_TO_PAYEX = {"from": "riverty", "to": "payex", "creditor": "NORDLJUS"}


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl")
def test_the_story_happens_as_documented(server: Served) -> None:
    page = (ROOT / "docs" / "story.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", page, re.DOTALL)
    script = f"echo '{END}'\n".join(commands for commands, _ in blocks)
    script = script.replace("curl ", "curl --fail-with-body ").replace("http://127.0.0.1:8080", server.url)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # python3 may be a wrapper that is slow
    done = subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    *printed, timeline = done.stdout.split(f"{END}\n")
    assert printed == [expected for _, expected in blocks[:-1]]
    assert [tuple(entry.split("  ")[1:3]) for entry in timeline.splitlines()] == [
        ("riverty", "credit-granted"),
        ("riverty", "credit-granted"),
        ("riverty", "purchase"),
        ("riverty", "invoice"),
        *[("riverty", "reminder")] * 3,
        ("riverty", "sent-to-collection"),
        ("payex", "invoice"),
        *[("payex", "reminder")] * 2,
        ("payex", "collection-claim"),
        ("payex", "sent-to-collection"),
        ("aptic", "case"),
        ("aptic", "plan"),
        ("aptic", "payment"),
        ("payex", "payment"),
        ("aptic", "plan-invoice"),
        ("aptic", "payment"),
        ("aptic", "plan-ended"),
        ("aptic", "closed"),
        ("payex", "payment"),
        ("payex", "closed"),
        ("payex", "surplus"),
        ("riverty", "payment"),
        ("riverty", "closed"),
        ("payex", "ordered"),
        ("payex", "disbursed"),
    ]


def in_collection(api: Api, **customer: Any) -> str:
    """The number of an account at Riverty that was sent to collection."""
    sent = application({"organizationPersonalNo": PERSON, **customer}, accountLimit=5000)
    number: str = api.send("POST", ACCOUNTS, KEY, json=sent).json()["account"]["accountNumber"]
    admin = f"/_sim/riverty/accounts/{number}"
    assert api.post(f"{admin}/purchases", {"amount": 1250}).status_code == 201
    for move in ("reminder", "send-to-collection"):
        assert api.post(f"{admin}/moves/{move}").status_code == 200
    return number


def carry(api: Api, number: str, verb: str, body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Transfer or settle a debt. Returns the debt at each vendor."""
    answer = api.post(f"/_sim/debts/{number}/{verb}", body)
    assert answer.status_code == (201 if verb == "transfer" else 200), answer.text
    vendors: dict[str, dict[str, Any]] = answer.json()["vendors"]
    assert api.get(f"/_sim/debts/{number}").json() == {"number": number, "vendors": vendors}
    return vendors


def path(debt: dict[str, Any]) -> str:
    href: str = debt["href"]
    return href.removeprefix("http://sim.test")


def to_aptic(api: Api, number: str) -> dict[str, dict[str, Any]]:
    """Transfer a debt from Riverty over PayEx, by hand in place of the clock, to Aptic."""
    invoice = path(carry(api, number, "transfer", RIVERTY_TO_PAYEX)["payex"]).rpartition("/")[2]
    for move in ("collect", "transfer"):
        assert api.post(f"/_sim/payex/46001/invoices/{invoice}/moves/{move}").status_code == 200
    return carry(api, number, "transfer", {"from": "payex", "to": "aptic"})


@pytest.mark.parametrize("customer", [{}, {"category": "Company", "organizationPersonalNo": "559988-1173"}])
def test_a_debtor_whom_nobody_knows_is_known_everywhere(small_api: Api, customer: dict[str, str]) -> None:
    number = in_collection(small_api, firstName=None, lastName="Fjällfika AB", **customer)
    at = to_aptic(small_api, number)
    assert {one["debtor"] for one in at.values()} == {"Fjällfika AB"} | (
        {"Three Currencies AB"} if customer else set()
    )
    assert {one["national_number"] for one in at.values()} == {customer.get("organizationPersonalNo", PERSON)}


def test_what_was_received_is_carried_once(small_api: Api) -> None:
    number = in_collection(small_api)
    case = path(to_aptic(small_api, number)["aptic"])
    settlement = {"from": "aptic", "to": "payex"}
    small_api.create(f"{case}/Payments", {"paymentAmount": 100})
    for _ in range(2):
        at = carry(small_api, number, "settle", settlement)
        assert (at["aptic"]["remaining"], at["payex"]["remaining"]) == (1150, 1150)
    # What is paid to PayEx itself is no part of it, nor are Aptic's fees.
    invoice = path(at["payex"]).rpartition("/")[2]
    small_api.post(f"/_sim/payex/46001/invoices/{invoice}/moves/pay", {"amount": 50})
    small_api.create(f"{case}/Fees", {"name": "KK", "originalPrincipal": 180})
    small_api.create(f"{case}/Payments", {"paymentAmount": 200})
    at = carry(small_api, number, "settle", settlement)
    assert (at["aptic"]["received"], at["aptic"]["remaining"]) == (120, 1130)
    assert (at["payex"]["received"], at["payex"]["remaining"]) == (170, 1080)


def test_a_case_that_is_closed_unpaid_ends_the_collection_at_riverty(small_api: Api) -> None:
    number = in_collection(small_api)
    at = carry(small_api, number, "transfer", {"from": "riverty", "to": "aptic", "creditor": "BJORKVIK"})
    assert small_api.post(f"{path(at['aptic'])}/Close", {"closureCode": "WRITTENOFF"}).status_code == 204
    settled = carry(small_api, number, "settle", {"from": "aptic", "to": "riverty"})["riverty"]
    assert (settled["status"], settled["remaining"]) == ("ClosedFromDebtCollection", 1250)


def test_a_case_that_is_closed_unpaid_ends_the_collection_through_payex(small_api: Api) -> None:
    number = in_collection(small_api)
    case = path(to_aptic(small_api, number)["aptic"])
    small_api.create(f"{case}/Payments", {"paymentAmount": 50})
    assert small_api.post(f"{case}/Close", {"closureCode": "DECEASED"}).status_code == 204
    # Not before the payment has been carried, which a closed account would reject.
    payex_to_riverty = {"from": "payex", "to": "riverty"}
    assert carry(small_api, number, "settle", payex_to_riverty)["riverty"]["status"] == "SentToDebtCollection"
    carry(small_api, number, "settle", {"from": "aptic", "to": "payex"})
    at = carry(small_api, number, "settle", payex_to_riverty)
    assert (at["riverty"]["status"], at["riverty"]["remaining"]) == ("ClosedFromDebtCollection", 1200)
    assert (at["payex"]["status"], at["payex"]["remaining"]) == ("DebtCollection", 1200)
    assert at["payex"]["kept"] == f"The debt {number} was handed on to aptic, and closed there."


def test_the_debt_of_a_persona_can_be_settled(small_api: Api, personas: dict[str, Row]) -> None:
    assert (
        carry(small_api, "INV-0005-01", "settle", {"from": "aptic", "to": "payex"})["payex"]["remaining"] == 600
    )
    (case,) = personas["Pertti Partpaid"]["aptic"]["caseGuids"]
    small_api.create(f"{APTIC}/Cases/{case}/Payments", {"paymentAmount": 600})
    at = carry(small_api, "INV-0005-01", "settle", {"from": "aptic", "to": "payex"})
    assert (at["payex"]["status"], at["payex"]["remaining"]) == ("closed", 0)


def rejected(api: Api, path: str, body: Any) -> tuple[int, Any]:
    """The status of a request that changes nothing, and why it is rejected."""
    before = api.get("/_sim/export").content
    answer = api.post(f"/_sim/debts/{path}", body)
    assert api.get("/_sim/export").content == before
    return answer.status_code, answer.json().get("errors") or answer.json()["detail"]


ANY = {"from": "riverty", "to": "payex"}


@pytest.mark.parametrize(
    ("verb", "body", "errors"),
    [
        (
            "transfer",
            {},
            {
                "from": ["Field required: use payex or riverty"],
                "to": ["Field required: use aptic or payex"],
            },
        ),
        (
            "transfer",
            {"from": "aptic"},
            {
                "from": ["aptic hands no debts on: use payex or riverty"],
                "to": ["Field required: use payex"],
            },
        ),
        (
            "transfer",
            {"from": "kivra", "to": "riverty"},
            {
                "from": ["kivra hands no debts on: use payex or riverty"],
                "to": ["riverty takes no debts over from kivra: use aptic or payex"],
            },
        ),
        (
            "transfer",
            {"from": "payex", "to": "payex"},
            {"to": ["payex takes no debts over from payex: use aptic"]},
        ),
        (
            "settle",
            {},
            {
                "from": ["Field required: use aptic or payex"],
                "to": ["Field required: use payex or riverty"],
            },
        ),
        (
            "settle",
            {"from": "payex", "to": "aptic"},
            {"to": ["aptic hands no debts on to payex: use riverty"]},
        ),
        ("settle", ANY, {"from": ["riverty takes no debts over: use aptic or payex"]}),
        ("settle", {**ANY, "customer": "X"}, {"customer": ["Extra inputs are not permitted"]}),
        ("transfer", {**ANY, "creditor": 1}, {"creditor": ["Input should be a string"]}),
        (
            "transfer",
            ANY,
            {"creditor": ["Field required: use one of NORDLJUS, BJORKVIK, FJORDNETT, SUNDBRO, JARVILAINA"]},
        ),
        (
            "transfer",
            {"from": "riverty", "to": "aptic", "creditor": "SOLSKEN"},
            {
                "creditor": [
                    "Unknown creditor 'SOLSKEN': use one of NORDLJUS, BJORKVIK, FJORDNETT, JARVILAINA, SUNDBRO"
                ]
            },
        ),
    ],
)
def test_bad_input_returns_the_allowed_values(
    small_api: Api, verb: str, body: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    number = in_collection(small_api)
    assert rejected(small_api, f"{number}/{verb}", body) == (400, errors)


def test_a_debt_that_a_vendor_lacks_or_has_already_is_reported(small_api: Api) -> None:
    number = in_collection(small_api)
    assert small_api.get("/_sim/debts/4711").json()["detail"] == "No vendor has a debt with the number '4711'."
    assert rejected(small_api, "4711/transfer", RIVERTY_TO_PAYEX) == (
        404,
        "riverty has no debt with the number '4711'.",
    )
    assert rejected(small_api, f"{number}/settle", {"from": "payex", "to": "riverty"}) == (
        404,
        f"payex has no debt with the number '{number}'.",
    )
    assert rejected(small_api, "INV-0001-01/settle", {"from": "aptic", "to": "riverty"}) == (
        404,
        "riverty has no debt with the number 'INV-0001-01'.",
    )
    carry(small_api, number, "transfer", RIVERTY_TO_PAYEX)
    assert rejected(small_api, f"{number}/transfer", RIVERTY_TO_PAYEX) == (
        409,
        f"The debt {number} was handed on to payex.",
    )


def test_a_debt_that_is_not_in_collection_is_kept(small_api: Api) -> None:
    sent = application({"organizationPersonalNo": PERSON}, accountLimit=5000)
    number = small_api.send("POST", ACCOUNTS, KEY, json=sent).json()["account"]["accountNumber"]
    assert rejected(small_api, f"{number}/transfer", RIVERTY_TO_PAYEX) == (
        409,
        f"The account {number} (Ok, owes nothing) has no debt in collection; "
        "possible moves: purchase, payment, stop.",
    )
    other = in_collection(small_api, customerNumber="K-2")
    carry(small_api, other, "transfer", RIVERTY_TO_PAYEX)
    assert rejected(small_api, f"{other}/transfer", {"from": "payex", "to": "aptic"}) == (
        409,
        "The invoice 100002101 (Invoice) is not in debt collection; "
        "possible moves: remind, collect, add, pay, cancel.",
    )
    assert rejected(small_api, "INV-0001-01/transfer", {"from": "payex", "to": "aptic"}) == (
        409,
        "The debt INV-0001-01 was handed on to aptic.",
    )


def test_a_debtor_whom_a_ledger_does_not_accept_is_reported(small_api: Api) -> None:
    number = in_collection(small_api, address=None)
    assert rejected(small_api, f"{number}/transfer", RIVERTY_TO_PAYEX) == (
        409,
        f"The ledger 46001 does not accept the debtor of {number}: legalAddress: Field required.",
    )


TO_NORWAY = {"from": "riverty", "to": "payex", "creditor": "FJORDNETT"}


def test_a_debtor_without_the_number_that_a_ledger_needs_is_reported(small_api: Api) -> None:
    number = in_collection(small_api, currency="NOK", organizationPersonalNo=...)
    assert rejected(small_api, f"{number}/transfer", TO_NORWAY) == (
        409,
        f"The ledger 47001 does not accept the debtor of {number}: "
        "nationalIdentifier: Field required: this ledger generates the customer numbers.",
    )


def test_a_ledger_invoices_in_its_currency(small_api: Api) -> None:
    number = in_collection(small_api)
    assert rejected(small_api, f"{number}/transfer", TO_NORWAY) == (
        409,
        f"The ledger 47001 invoices in NOK, but the currency of the debt {number} is SEK.",
    )


def test_the_creditor_of_an_invoice_stays(small_api: Api) -> None:
    number = in_collection(small_api)
    invoice = path(carry(small_api, number, "transfer", RIVERTY_TO_PAYEX)["payex"]).rpartition("/")[2]
    for move in ("collect", "transfer"):
        small_api.post(f"/_sim/payex/46001/invoices/{invoice}/moves/{move}")
    assert rejected(
        small_api, f"{number}/transfer", {"from": "payex", "to": "aptic", "creditor": "SUNDBRO"}
    ) == (
        400,
        {"creditor": ["must be absent or NORDLJUS, the creditor at payex"]},
    )


def invoice_of(debt: dict[str, Any]) -> str:
    """The admin path of an invoice."""
    _, _, _, _, ledger, _, number = path(debt).split("/")
    return f"/_sim/payex/{ledger}/invoices/{number}"


@pytest.mark.parametrize("paid", [0, 400])
def test_a_cancelled_invoice_ends_the_collection_unpaid(small_api: Api, paid: int) -> None:
    number = in_collection(small_api)
    at = to_aptic(small_api, number)
    if paid:
        small_api.post(f"{invoice_of(at['payex'])}/moves/pay", {"amount": paid})
    small_api.post(f"{invoice_of(at['payex'])}/moves/cancel")
    at = carry(small_api, number, "settle", {"from": "payex", "to": "riverty"})
    assert (at["payex"]["received"], at["payex"]["remaining"]) == (0, 0)
    assert (at["riverty"]["status"], at["riverty"]["received"], at["riverty"]["remaining"]) == (
        "ClosedFromDebtCollection",
        0,
        1250,
    )


def test_a_debt_is_settled_with_the_vendor_of_the_stored_transfer_only(small_api: Api) -> None:
    number = in_collection(small_api)
    riverty_to_aptic = {"from": "riverty", "to": "aptic", "creditor": "BJORKVIK"}
    case = path(carry(small_api, number, "transfer", riverty_to_aptic)["aptic"])
    invoiced(small_api, "46002", PERSON, externalInvoiceId=number)
    small_api.create(f"{case}/Payments", {"paymentAmount": 300})
    assert rejected(small_api, f"{number}/settle", APTIC_TO_PAYEX) == (
        409,
        f"aptic did not take the debt {number} over from payex.",
    )
    at = carry(small_api, number, "settle", {"from": "aptic", "to": "riverty"})
    assert (at["riverty"]["received"], at["payex"]["received"]) == (300, 0)


def surpluses_of_person(api: Api) -> list[float]:
    """The balances of the surpluses of the debtor in ledger 46001."""
    ledger = "/ledger/customer/v1/46001"
    identifier = {"nationalIdentifier": {"regNo": PERSON, "countryCode": "SE"}}
    customer = api.post(f"{ledger}/find-customer", identifier).json()["customerNo"]
    items = api.get(f"{ledger}/customers/{customer}/surpluses").json()["items"]
    return [one["balance"] for one in items]


@pytest.mark.parametrize("at_aptic", [True, False])
def test_what_was_settled_of_a_cancelled_invoice_is_no_surplus(small_api: Api, at_aptic: bool) -> None:
    number = in_collection(small_api)
    at = to_aptic(small_api, number)
    invoice = invoice_of(at["payex"])
    if at_aptic:
        small_api.create(f"{path(at['aptic'])}/Payments", {"paymentAmount": 400})
        carry(small_api, number, "settle", APTIC_TO_PAYEX)
    else:
        small_api.post(f"{invoice}/moves/pay", {"amount": 400})
    carry(small_api, number, "settle", PAYEX_TO_RIVERTY)
    small_api.post(f"{invoice}/moves/pay", {"amount": 50})
    assert small_api.post(f"{invoice}/moves/cancel").status_code == 200
    assert surpluses_of_person(small_api) == [50]
    at = carry(small_api, number, "settle", PAYEX_TO_RIVERTY)
    assert (at["payex"]["received"], at["riverty"]["received"], at["riverty"]["remaining"]) == (400, 400, 850)
    assert at["riverty"]["closed"]


def invoiced(api: Api, ledger: str, reg_no: str, **members: Any) -> None:
    """An invoice in debt collection of customer 55 of a ledger."""
    customer = {
        "customerNo": "55",
        "name": "Stig Stranger",
        "legalEntity": "consumer",
        "legalAddress": {"addressee": "Stig Stranger", "city": "Umeå", "zipCode": "90326", "countryCode": "SE"},
        "nationalIdentifier": {"regNo": reg_no, "countryCode": "SE"},
    }
    here = f"/ledger/customer/v1/{ledger}/customers"
    if api.get(f"{here}/55").status_code == 404:
        assert api.post(here, customer).status_code == 201
    body = {"originalAmount": 333, "claimLevel": "DebtCollection", **members}
    assert api.post(f"/_sim/payex/{ledger}/customers/55/invoices", body).status_code == 201


def case_of(api: Api, creditor: str, reg_no: str, number: str) -> str:
    """A case with a debt of 333 SEK."""
    return api.case(
        clientReferenceNumber=creditor,
        debtors=[{"idNumber": reg_no, "firstname": "Stig", "lastname": "Stranger"}],
        debts=[{"referenceNumber": number, "originalPrincipal": 333}],
    )


APTIC_TO_PAYEX = {"from": "aptic", "to": "payex"}
PAYEX_TO_RIVERTY = {"from": "payex", "to": "riverty"}


@pytest.mark.parametrize(
    ("creditor", "person"), [("NORDLJUS", PERSON), ("BJORKVIK", OTHER), ("BJORKVIK", PERSON)]
)
def test_only_who_took_a_debt_over_settles_it(small_api: Api, creditor: str, person: str) -> None:
    case = case_of(small_api, creditor, person, "R-9")
    invoiced(small_api, "46002", PERSON, externalInvoiceId="R-9")
    small_api.create(f"{case}/Payments", {"paymentAmount": 10})
    if (creditor, person) == ("BJORKVIK", PERSON):  # the same debt, created at both vendors
        settled = carry(small_api, "R-9", "settle", APTIC_TO_PAYEX)
        assert (settled["payex"]["received"], settled["payex"]["kept"]) == (
            10,
            "The debt R-9 was handed on to aptic.",
        )
    else:
        assert rejected(small_api, "R-9/settle", APTIC_TO_PAYEX) == (
            409,
            "aptic did not take the debt R-9 over from payex.",
        )


def test_what_was_paid_before_the_case_opened_is_not_settled(small_api: Api) -> None:
    invoiced(small_api, "46002", PERSON, externalInvoiceId="R-9", currentDebt=233)
    case = small_api.case(
        clientReferenceNumber="BJORKVIK",
        debtors=[{"idNumber": PERSON, "firstname": "Stig", "lastname": "Stranger"}],
        debts=[{"referenceNumber": "R-9", "originalPrincipal": 333, "remainingPrincipal": 233}],
    )
    at = carry(small_api, "R-9", "settle", APTIC_TO_PAYEX)
    assert (at["aptic"]["received"], at["payex"]["received"], at["payex"]["remaining"]) == (0, 100, 233)
    small_api.create(f"{case}/Payments", {"paymentAmount": 233})
    at = carry(small_api, "R-9", "settle", APTIC_TO_PAYEX)
    assert (at["aptic"]["remaining"], at["aptic"]["received"], at["payex"]["received"]) == (0, 233, 333)


@pytest.mark.parametrize(
    "payments",
    [
        [{"paymentAmount": 1350}],
        [{"paymentAmount": 135, "currencyCode": "EUR", "receivedAmount": 1350}],
        [{"paymentAmount": 1250}, {"paymentAmount": 10, "currencyCode": "EUR", "receivedAmount": 100}],
        [{"paymentAmount": 100, "currencyCode": "EUR", "receivedAmount": 1100}, {"paymentAmount": 250}],
        [{"paymentAmount": 122.73, "currencyCode": "EUR", "receivedAmount": 1350}],
    ],
)
def test_what_is_paid_too_much_in_any_currency_is_a_surplus(
    small_api: Api, payments: list[dict[str, Any]]
) -> None:
    number = in_collection(small_api)
    case = path(to_aptic(small_api, number)["aptic"])
    for payment in payments:
        small_api.create(f"{case}/Payments", payment)
    at = carry(small_api, number, "settle", APTIC_TO_PAYEX)
    assert (at["aptic"]["received"], at["payex"]["received"]) == (1350, 1250)
    assert surpluses_of_person(small_api) == [100]


def test_a_number_of_several_debts_needs_the_creditor(small_api: Api) -> None:
    for ledger in ("46001", "46002"):
        invoiced(small_api, ledger, PERSON)
    several = (
        "Several debts have the number EXT-5501: /ledger/invoice/v1/46001/invoices/5501 (NORDLJUS), "
        "/ledger/invoice/v1/46002/invoices/5501 (BJORKVIK); choose one by its creditor."
    )
    answer = small_api.get("/_sim/debts/EXT-5501")
    assert (answer.status_code, answer.json()["detail"]) == (409, several)
    to_aptic = {"from": "payex", "to": "aptic"}
    assert rejected(small_api, "EXT-5501/transfer", to_aptic) == (409, several)
    assert rejected(small_api, "EXT-5501/transfer", {**to_aptic, "creditor": "SUNDBRO"}) == (
        400,
        {"creditor": ["must be absent or BJORKVIK or NORDLJUS, the creditor at payex"]},
    )
    for ledger, creditor in (("46002", "BJORKVIK"), ("46001", "NORDLJUS")):
        chosen = small_api.get("/_sim/debts/EXT-5501", creditor=creditor).json()["vendors"]
        assert chosen["payex"]["href"] == f"http://sim.test/ledger/invoice/v1/{ledger}/invoices/5501"
        handed_on = small_api.post("/_sim/debts/EXT-5501/transfer", {**to_aptic, "creditor": creditor})
        assert (handed_on.status_code, handed_on.json()["vendors"]["aptic"]["creditor"]) == (201, creditor)
    case = path(handed_on.json()["vendors"]["aptic"])
    small_api.create(f"{case}/Payments", {"paymentAmount": 10})
    answer = small_api.post("/_sim/debts/EXT-5501/settle", APTIC_TO_PAYEX)
    assert answer.status_code == 409
    settled = small_api.post("/_sim/debts/EXT-5501/settle", {**APTIC_TO_PAYEX, "creditor": "NORDLJUS"}).json()
    assert settled["vendors"]["payex"]["received"] == 10
    other = small_api.get("/_sim/debts/EXT-5501", creditor="BJORKVIK").json()["vendors"]
    assert (other["payex"]["received"], other["aptic"]["received"]) == (0, 0)
    assert small_api.get("/_sim/debts/EXT-5501", creditor="SUNDBRO").status_code == 404


def test_a_debt_is_handed_on_once(small_api: Api) -> None:
    number = in_collection(small_api)
    at = carry(small_api, number, "transfer", RIVERTY_TO_PAYEX)
    assert at["riverty"]["kept"] == f"The debt {number} was handed on to payex."
    for to, creditor in (("aptic", "BJORKVIK"), ("aptic", "NORDLJUS"), ("payex", "BJORKVIK")):
        assert rejected(
            small_api, f"{number}/transfer", {"from": "riverty", "to": to, "creditor": creditor}
        ) == (
            409,
            f"The debt {number} was handed on to payex.",
        )


def test_transfers_are_exported(small_api: Api) -> None:
    number = in_collection(small_api)
    to_aptic(small_api, number)
    exported = small_api.get("/_sim/export").json()
    assert small_api.post("/_sim/reset").status_code == 204
    assert small_api.post("/_sim/import", exported).status_code in (200, 204)
    kept = {
        vendor: one["kept"] for vendor, one in small_api.get(f"/_sim/debts/{number}").json()["vendors"].items()
    }
    assert (kept["payex"], kept["riverty"]) == (
        f"The debt {number} was handed on to aptic.",
        f"The debt {number} was handed on to payex.",
    )


def test_the_debts_of_personas_were_handed_on(small_api: Api, personas: dict[str, Row]) -> None:
    numbers = {
        invoice["externalInvoiceId"]
        for persona in personas.values()
        for no in persona["payex"]["invoiceNos"]
        for invoice in [small_api.get(f"/ledger/invoice/v1/{persona['payex']['ledger']}/invoices/{no}").json()]
        if invoice["claimLevel"] == "DebtCollection"
    }
    assert len(numbers) > 10
    for number in numbers:
        before = small_api.get(f"/_sim/debts/{number}").json()["vendors"]
        assert before["payex"]["kept"].startswith(f"The debt {number} was handed on to aptic"), number
        assert carry(small_api, number, "settle", APTIC_TO_PAYEX) == before


FIXTURES = """
payex:
  ledgers:
    - {number: "99001", name: Solsken AB, country: SE, currency: SEK, language: SV, number_lengths: [1, 9]}
  customers:
    - ledger: "99001"
      customerNo: "1"
      name: Astrid Ek
      nationalIdentifier: {regNo: 19101010-1010, countryCode: SE}
      legalAddress: {addressee: Astrid Ek, city: Umeå, zipCode: "90326", countryCode: SE}
      invoices: [{externalInvoiceId: F-1, originalAmount: 80, currentDebt: 70, claimLevel: DebtCollection}]
riverty:
  accounts:
    - accountLimit: 500
      accountStatus: SentToDebtCollection
      balance: 120.5
      customer: {lastName: Ek, customerNumber: K-9, category: Person, currency: SEK}
      countryCode: SE
      conversationLanguage: SV
"""


def test_debts_from_fixtures_can_be_handed_on(small_api: Api) -> None:
    made = small_api.send("POST", "/_sim/fixtures", content=FIXTURES).json()
    number = made["riverty"]["accounts"][0]["accountNumber"]
    at = carry(small_api, number, "transfer", {"from": "riverty", "to": "aptic", "creditor": "SUNDBRO"})
    assert (at["aptic"]["debtor"], at["aptic"]["amount"]) == ("Ek", 120.5)
    assert at["aptic"]["creditor"] == "SUNDBRO"
    # A ledger without the code of a creditor.
    to_aptic = {"from": "payex", "to": "aptic"}
    status, errors = rejected(small_api, "F-1/transfer", to_aptic)
    assert (status, list(errors)) == (400, ["creditor"])
    at = carry(small_api, "F-1", "transfer", {**to_aptic, "creditor": "NORDLJUS"})
    assert (at["aptic"]["debtor"], at["aptic"]["amount"], at["payex"]["creditor"]) == ("Astrid Ek", 70, None)
    (debtor,) = small_api.get(f"{path(at['aptic'])}/Debtors").json()
    (address,) = small_api.get(f"{APTIC}/Debtors/{debtor['debtorGuid']}/Addresses").json()["value"]
    assert address["city"] == "Umeå"


def test_what_is_paid_of_an_account_that_was_created_in_collection_is_received(small_api: Api) -> None:
    made = small_api.send("POST", "/_sim/fixtures", content=FIXTURES).json()
    number = made["riverty"]["accounts"][0]["accountNumber"]
    small_api.post(f"/_sim/riverty/accounts/{number}/payments", {"amount": 20.5})
    case = path(
        carry(small_api, number, "transfer", {"from": "riverty", "to": "aptic", "creditor": "SUNDBRO"})["aptic"]
    )
    small_api.create(f"{case}/Payments", {"paymentAmount": 100})
    owed = carry(small_api, number, "settle", {"from": "aptic", "to": "riverty"})["riverty"]
    assert (owed["amount"], owed["remaining"], owed["received"]) == (120.5, 0, 120.5)


PAYEX_TO_APTIC = {"from": "payex", "to": "aptic"}


def test_a_corrected_invoice_is_settled_and_not_the_cancelled_one(small_api: Api) -> None:
    invoiced(small_api, "46002", PERSON, externalInvoiceId="R-9")
    first = invoice_of(small_api.get("/_sim/debts/R-9").json()["vendors"]["payex"])
    small_api.post(f"{first}/moves/cancel")
    invoiced(small_api, "46002", PERSON, externalInvoiceId="R-9", originalAmount=900)
    case = path(carry(small_api, "R-9", "transfer", PAYEX_TO_APTIC)["aptic"])
    small_api.create(f"{case}/Payments", {"paymentAmount": 900})
    invoiced(small_api, "46002", PERSON, externalInvoiceId="R-9", originalAmount=50)
    at = carry(small_api, "R-9", "settle", APTIC_TO_PAYEX)  # then the invoice of 50 is the open one
    assert (at["aptic"]["received"], at["payex"]["amount"], at["payex"]["kept"]) == (900, 50, None)
    assert small_api.post(f"{case}/Close", {"closureCode": "PAID"}).status_code == 204
    at = carry(small_api, "R-9", "transfer", PAYEX_TO_APTIC)
    assert (at["aptic"]["amount"], at["aptic"]["received"]) == (50, 0)


@pytest.mark.parametrize("corrected", [True, False])
def test_debts_created_at_both_vendors_match_in_order(small_api: Api, corrected: bool) -> None:
    if corrected:
        invoiced(small_api, "46002", PERSON, externalInvoiceId="R-9")
        small_api.post(
            f"{invoice_of(small_api.get('/_sim/debts/R-9').json()['vendors']['payex'])}/moves/cancel"
        )
    invoiced(small_api, "46002", PERSON, externalInvoiceId="R-9")
    case = case_of(small_api, "BJORKVIK", PERSON, "R-9")
    small_api.create(f"{case}/Payments", {"paymentAmount": 333})
    assert small_api.post(f"{case}/Close", {"closureCode": "PAID"}).status_code == 204
    case_of(small_api, "BJORKVIK", PERSON, "R-9")
    at = carry(small_api, "R-9", "settle", APTIC_TO_PAYEX)
    assert (at["payex"]["received"], at["payex"]["remaining"]) == (333, 0)


LEDGERS = """
payex:
  ledgers:
    - {number: "46900", name: Ett AB, country: SE, currency: SEK, language: SV, number_lengths: [1, 9]}
    - {number: "46901", name: Två AB, country: SE, currency: SEK, language: SV, number_lengths: [1, 9]}
"""


def test_the_number_of_a_ledger_without_a_creditor_chooses(small_api: Api) -> None:
    assert small_api.send("POST", "/_sim/fixtures", content=LEDGERS).status_code == 201
    number = in_collection(small_api)
    for ledger in ("46900", "46901"):
        invoiced(small_api, ledger, PERSON, externalInvoiceId="G-1")
        at = small_api.get("/_sim/debts/G-1", creditor=ledger).json()["vendors"]
        assert at["payex"]["href"] == f"http://sim.test/ledger/invoice/v1/{ledger}/invoices/5501"
    assert small_api.get("/_sim/debts/G-1").status_code == 409
    at = carry(small_api, number, "transfer", {**RIVERTY_TO_PAYEX, "creditor": "46900"})
    small_api.post(f"{invoice_of(at['payex'])}/moves/pay", {"amount": 10})
    at = carry(small_api, number, "settle", {**PAYEX_TO_RIVERTY, "creditor": "46900"})
    assert at["riverty"]["received"] == 10
