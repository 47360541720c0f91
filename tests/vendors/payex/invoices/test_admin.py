"""Invoices and accounts that tests create, move and let age."""

from typing import Any, get_args

import pytest

from ledgersim.vendors.payex.invoices.rules import INVOICE_AMOUNTS, INVOICE_MOVES, ClaimLevel, InvoiceMove
from tests.client import Api
from tests.vendors.payex.ledger import BRITT, britt

LEDGER = "/_sim/payex/46001"
CUSTOMER = f"{LEDGER}/customers/9999"
INVOICE = "/ledger/invoice/v1/46001/invoices/999901"
ACCOUNT = "/ledger/account/v1/46001/accounts/999990"


def invoice(api: Api, **members: Any) -> dict[str, Any]:
    """An invoice of the customer of the samples, who is created if need be."""
    if api.get(BRITT).status_code == 404:
        britt(api)
    answer = api.post(f"{CUSTOMER}/invoices", {"originalAmount": 100, **members})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def account(api: Api, **members: Any) -> dict[str, Any]:
    """An account of the customer of the samples."""
    britt(api)
    answer = api.post(f"{CUSTOMER}/accounts", {"creditLimit": 1000, **members})
    assert answer.status_code == 201, answer.text
    created: dict[str, Any] = answer.json()
    return created


def move(api: Api, name: str, amount: float | None = None, number: str = "999901") -> Any:
    return api.post(f"{LEDGER}/invoices/{number}/moves/{name}", None if amount is None else {"amount": amount})


def errors(answer: Any) -> list[str]:
    assert answer.status_code == 400, answer.text
    return list(answer.json()["errors"])


def test_an_invoice_is_open_and_unpaid_by_default(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    expected = {
        "@id": INVOICE,
        "created": "2026-03-01T10:00:00",
        "invoiceNo": "999901",
        "externalInvoiceId": "EXT-999901",
        "status": "open",
        "claimLevel": "Invoice",
        "currentDebt": 100.0,
        "originalAmount": 100.0,
        "currency": "SEK",
        "invoiceDate": "2026-03-01T00:00:00",
        "dueDate": "2026-03-31T00:00:00",
        "seller": {"name": "Nordljus Energi AB", "number": "46001"},
    }
    assert invoice(api) == expected
    assert api.get(INVOICE).json() == expected
    assert invoice(api)["invoiceNo"] == "999902"


def test_every_member_of_an_invoice_can_be_set(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    members = {
        "invoiceNo": "F-17",
        "externalInvoiceId": "order 17",
        "status": "open",
        "claimLevel": "DebtCollection",
        "currentDebt": 40.5,
        "originalAmount": 100,
        "currency": "EUR",
        "invoiceDate": "2025-01-01T00:00:00",
        "dueDate": "2025-01-15T00:00:00",
        "seller": {"name": "Bo Ek AB", "number": "17"},
    }
    created = invoice(api, **members)
    assert {name: created[name] for name in members} == members


@pytest.mark.parametrize("status", ["pending", "open", "closed"])
def test_an_invoice_can_have_every_status(api: Api, status: str) -> None:
    assert invoice(api, status=status)["status"] == status


@pytest.mark.parametrize(
    ("members", "fields"),
    [
        ({"originalAmount": 0}, ["originalAmount"]),
        ({"originalAmount": "1"}, ["originalAmount"]),
        ({"currentDebt": 101}, ["currentDebt"]),
        ({"currentDebt": -1}, ["currentDebt"]),
        ({"status": "paid"}, ["status"]),
        ({"status": "open", "currentDebt": 0}, ["status"]),
        ({"status": "closed", "currentDebt": 1}, ["currentDebt"]),
        ({"status": "pending", "currentDebt": 1}, ["currentDebt"]),
        ({"status": "pending", "claimLevel": "Reminder"}, ["claimLevel"]),
        ({"claimLevel": "Normal"}, ["claimLevel"]),
        ({"currency": "KRONOR"}, ["currency"]),
        ({"invoiceDate": "yesterday"}, ["invoiceDate"]),
        ({"invoiceDate": "2026-02-01", "dueDate": "2026-01-31"}, ["dueDate"]),
        ({"seller": {"name": "A"}}, ["seller.number"]),
        ({"seller": {"name": "A", "number": "1", "x": 1}}, ["seller.x"]),
        ({"invoiceNo": "a b"}, ["invoiceNo"]),
        ({"invoiceNo": "a" * 41}, ["invoiceNo"]),
        ({"amount": 5}, ["amount"]),
    ],
)
def test_a_bad_member_of_an_invoice_is_named(api: Api, members: dict[str, Any], fields: list[str]) -> None:
    britt(api)
    body = {"originalAmount": 100, **members}
    answer = api.post(f"{CUSTOMER}/invoices", body)
    assert errors(answer) == fields
    assert api.get(INVOICE).status_code == 404


def test_the_allowed_values_and_forms_are_named(api: Api) -> None:
    britt(api)
    members = {"originalAmount": -5, "claimLevel": "Normal", "invoiceNo": "ä/../x"}
    answer = api.post(f"{CUSTOMER}/invoices", members)
    assert answer.json()["errors"] == {
        "invoiceNo": ["String should match pattern '^[A-Za-z0-9-]+$'"],
        "claimLevel": [
            "Input should be 'Invoice', 'RestReminder', 'Reminder', 'SecondReminder', 'CollectionClaim' "
            "or 'DebtCollection'"
        ],
        "originalAmount": ["Input should be greater than 0"],
    }


def test_an_invoice_number_is_unique_in_its_ledger(api: Api) -> None:
    invoice(api, invoiceNo="17")
    answer = api.post(f"{CUSTOMER}/invoices", {"invoiceNo": "17", "originalAmount": 1})
    assert (answer.status_code, answer.json()["errors"]) == (
        409,
        {"invoiceNo": ["The ledger 46001 already has 17"]},
    )


def test_an_unpaid_invoice_ages_by_the_clock(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    invoice(api)
    events = api.post("/_sim/clock/advance", {"by": "P1Y"}).json()["events"]
    aged = [one for one in events if one["href"].endswith(INVOICE)]
    assert aged[0] == {
        "at": "2026-04-10T00:00:00Z",
        "event": "payex.invoice.moved",
        "href": f"http://sim.test{INVOICE}",
        "status": "open",
        "claimLevel": "Reminder",
    }
    assert [(one["at"][:10], one["claimLevel"]) for one in aged[1:]] == [
        ("2026-04-24", "SecondReminder"),
        ("2026-05-08", "CollectionClaim"),
        ("2026-06-07", "DebtCollection"),
    ]
    found = api.get(INVOICE).json()
    assert (found["claimLevel"], found["currentDebt"]) == ("DebtCollection", 100.0)


def test_a_part_paid_invoice_is_reminded_of_the_rest(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    invoice(api)
    api.post(f"{CUSTOMER}/payments", {"amount": 30, "invoiceNo": "999901"})
    api.freeze("2026-04-10T00:00:00Z")
    found = api.get(INVOICE).json()
    assert (found["claimLevel"], found["currentDebt"]) == ("RestReminder", 70.0)
    api.freeze("2026-04-24T00:00:00Z")
    assert api.get(INVOICE).json()["claimLevel"] == "SecondReminder"


def test_an_invoice_of_a_later_date_is_pending_until_then(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    assert invoice(api, invoiceDate="2026-03-10")["status"] == "pending"
    answer = api.post(f"{CUSTOMER}/payments", {"amount": 1, "invoiceNo": "999901"})
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The invoice (pending) does not allow pay; possible moves: issue, cancel.",
    )
    api.freeze("2026-03-10T00:00:00Z")
    assert api.get(INVOICE).json()["status"] == "open"


def test_moves_change_an_invoice_until_it_is_paid(api: Api) -> None:
    invoice(api)
    assert move(api, "Remind").json()["claimLevel"] == "Reminder"
    added = move(api, "add", 60).json()
    assert (added["originalAmount"], added["currentDebt"], "surplusId" in added) == (160.0, 160.0, False)
    assert move(api, "collect").json()["claimLevel"] == "CollectionClaim"
    assert move(api, "transfer").json()["claimLevel"] == "DebtCollection"
    paid = move(api, "pay", 170).json()
    assert (paid["@id"], paid["status"], paid["currentDebt"]) == (INVOICE, "closed", 0.0)
    (surplus,) = api.get(f"{BRITT}/surpluses").json()["items"]
    assert (surplus["surplusId"], surplus["balance"], surplus["invoice"]) == (paid["surplusId"], 10.0, INVOICE)
    answer = move(api, "remind")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The invoice (closed) does not allow remind; possible moves: pay.",
    )


def test_what_was_paid_of_a_cancelled_invoice_is_a_surplus(api: Api) -> None:
    invoice(api)
    move(api, "pay", 30)
    cancelled = move(api, "cancel").json()
    assert (cancelled["status"], cancelled["currentDebt"]) == ("closed", 0.0)
    surplus = api.get(f"{BRITT}/surpluses/{cancelled['surplusId']}").json()
    assert (surplus["balance"], surplus["invoice"]) == (30.0, INVOICE)


def test_amounts_and_names_of_moves_are_checked(api: Api) -> None:
    invoice(api)
    assert errors(move(api, "pay")) == ["amount"]
    assert errors(move(api, "remind", 5)) == ["amount"]
    assert errors(move(api, "pay", 0)) == ["amount"]
    answer = move(api, "age")
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"move": ["Input should be issue, add, pay, remind, collect, transfer or cancel"]},
    )
    assert move(api, "pay", 5, "1").status_code == 404
    assert api.get(INVOICE).json()["currentDebt"] == 100.0


STATES: list[dict[str, Any]] = [
    {"status": "pending"},
    {"currentDebt": 60},
    *({"claimLevel": level} for level in get_args(ClaimLevel)),
    {"status": "closed"},
]


@pytest.mark.parametrize("members", STATES)
def test_a_move_that_the_table_lacks_conflicts_and_names_those_that_it_has(
    api: Api, members: dict[str, Any]
) -> None:
    britt(api)
    for number, name in enumerate(get_args(InvoiceMove)):
        before = invoice(api, invoiceNo=str(number), **members)
        status = before["status"] if before["status"] != "open" else before["claimLevel"]
        state = "part paid" if before["currentDebt"] == 60 else status
        answer = move(api, name, 1 if name in INVOICE_AMOUNTS else None, str(number))
        if (state, name) in INVOICE_MOVES:
            assert answer.status_code == 200
            continue
        possible = ", ".join(one for at, one in INVOICE_MOVES if at == state)
        described = {"part paid": "open, claim level Invoice, part paid"}.get(
            state, state if before["status"] != "open" else f"open, claim level {state}"
        )
        detail = f"The invoice ({described}) does not allow {name}; possible moves: {possible}."
        assert (answer.status_code, answer.json()["detail"]) == (409, detail)
        assert api.get(before["@id"]).json() == before


def test_an_account_can_be_created_charged_and_paid(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    assert account(api) == {
        "@id": ACCOUNT,
        "accountNo": "999990",
        "startDate": "2026-03-01T00:00:00",
        "description": "Card account",
        "customerNo": "9999",
        "status": "open",
        "creditLimit": 1000.0,
        "totalBalance": 0.0,
        "reservedAmount": 0.0,
        "availableAmount": 1000.0,
        "currency": "SEK",
    }
    path = f"{LEDGER}/accounts/999990/moves"
    assert api.post(f"{path}/charge", {"amount": 400}).json()["availableAmount"] == 600.0
    assert errors(api.post(f"{path}/charge", {"amount": 600.01})) == ["amount"]
    api.post(f"{path}/reserve", {"amount": 100})
    found = api.get(ACCOUNT).json()
    assert (found["totalBalance"], found["reservedAmount"], found["availableAmount"]) == (-400.0, 100.0, 500.0)
    assert api.post(f"{path}/close").json()["status"] == "pending-close"
    api.post(f"{path}/release", {"amount": 100})
    closed = api.post(f"{path}/pay", {"amount": 450}).json()
    assert (closed["status"], closed["totalBalance"]) == ("closed", 50.0)
    surplus = api.get(f"{BRITT}/surpluses/{closed['surplusId']}").json()
    assert (surplus["balance"], surplus["account"]) == (50.0, ACCOUNT)
    assert api.post(f"{path}/charge", {"amount": 1}).status_code == 409


def test_a_payment_after_a_surplus_pays_the_new_debt_first(api: Api) -> None:
    account(api)
    path = f"{LEDGER}/accounts/999990/moves"
    api.post(f"{path}/pay", {"amount": 20})
    api.post(f"{path}/charge", {"amount": 50})
    assert "surplusId" not in api.post(f"{path}/pay", {"amount": 50}).json()
    assert "surplusId" in api.post(f"{path}/pay", {"amount": 5}).json()


@pytest.mark.parametrize(
    "members",
    [
        {"status": "pending-close", "totalBalance": -5},
        {"status": "pending-close", "reservedAmount": 5},
        {"status": "closed"},
        {"accountNo": "A-1", "description": "Loan", "currency": "EUR", "totalBalance": -10.5},
    ],
)
def test_an_account_can_be_in_every_state(api: Api, members: dict[str, Any]) -> None:
    created = account(api, **members)
    assert {name: created[name] for name in members} == members


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"totalBalance": 1}, "totalBalance"),
        ({"creditLimit": -1}, "creditLimit"),
        ({"creditLimit": 10, "totalBalance": -8, "reservedAmount": 3}, "creditLimit"),
        ({"status": "closed", "totalBalance": -1}, "status"),
        ({"status": "pending-close"}, "status"),
        ({"status": "gone"}, "status"),
        ({"description": " "}, "description"),
        ({"accountNo": ""}, "accountNo"),
    ],
)
def test_a_bad_member_of_an_account_is_named(api: Api, members: dict[str, Any], field: str) -> None:
    britt(api)
    assert errors(api.post(f"{CUSTOMER}/accounts", {"creditLimit": 1000, **members})) == [field]


def test_an_invoice_and_its_aging_survive_a_snapshot_and_an_export(api: Api) -> None:
    api.freeze("2026-03-01T10:00:00Z")
    invoice(api)
    api.post("/_sim/snapshots", {"name": "before"})
    exported = api.get("/_sim/export").content
    move(api, "cancel")
    assert api.post("/_sim/snapshots/before/restore").status_code < 300
    assert api.get(INVOICE).json()["status"] == "open"
    api.post("/_sim/reset")
    assert api.get(INVOICE).status_code == 404
    assert api.send("POST", "/_sim/import", content=exported).status_code < 300
    api.freeze("2026-04-10T00:00:00Z")
    assert api.get(INVOICE).json()["claimLevel"] == "Reminder"


def test_set_offs_that_are_pending_count_against_each_other(api: Api) -> None:
    invoice(api)
    ids = [api.post(f"{CUSTOMER}/payments", {"amount": amount}).json()["surplusId"] for amount in (60, 40, 5)]
    paths = [f"{CUSTOMER}/surpluses/{one}/regulate" for one in ids]
    assert api.post(paths[0], {"invoiceNo": "999901"}).status_code == 204
    assert api.post(paths[1], {"invoiceNo": "999901"}).status_code == 204
    assert errors(api.post(paths[2], {"invoiceNo": "999901"})) == ["invoiceNo"]
    assert api.get(f"{BRITT}/surpluses/{ids[2]}").json()["status"] == "open"


def test_dates_are_the_calendar_days_that_were_sent(api: Api) -> None:
    api.freeze("2026-03-05T10:00:00Z")
    made = invoice(api, invoiceDate="2026-03-01T00:00:00+01:00", dueDate="2026-03-31T23:30:00-02:00")
    assert (made["invoiceDate"][:10], made["dueDate"][:10]) == ("2026-03-01", "2026-03-31")
    account = api.post(f"{CUSTOMER}/accounts", {"startDate": "2026-03-02T00:30:00+02:00"}).json()
    assert account["startDate"][:10] == "2026-03-02"
    wrong = api.post(f"{CUSTOMER}/invoices", {"originalAmount": 1, "dueDate": "31.3.2026"})
    assert wrong.json()["errors"] == {"dueDate": ["Input should be a date such as 2026-01-31"]}
