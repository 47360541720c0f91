"""Surpluses: disbursed, set off against invoices, and listed."""

from tests.client import Api
from tests.vendors.payex.ledger import ORDERS, PAYEE, SE, SIRI, SIRI_ADMIN, SURPLUS, problem_of


def test_a_surplus_looks_as_in_the_sample_and_agrees_with_its_source(api: Api) -> None:
    surplus = api.get(SURPLUS.replace("5eed0019-5042", "5EED0019-5042")).json()
    assert surplus == {
        "surplusId": "5eed0019-5042-4000-8000-000000000001",
        "balance": 10.0,
        "currency": "SEK",
        "date": "2025-12-23T11:00:00",
        "status": "open",
        "invoice": "/ledger/invoice/v1/46001/invoices/100001902",
        "operations": [{"rel": "add-disbursement-orders", "method": "POST", "href": ORDERS}],
        "@id": SURPLUS,
    }
    assert list(surplus)[-1] == "@id"
    invoice = api.get(surplus["invoice"]).json()
    assert (invoice["status"], invoice["currentDebt"], invoice["currency"]) == ("closed", 0, "SEK")
    other = api.get(f"{SIRI}/surpluses").json()["items"][1]
    account = api.get(other["account"]).json()
    assert (account["customerNo"], account["totalBalance"]) == ("1000019", other["balance"])
    assert account["availableAmount"] == account["creditLimit"] + account["totalBalance"]


def test_an_order_is_executed_two_banking_days_later(api: Api) -> None:
    api.freeze("2026-04-01T12:00:00Z")
    assert api.post(ORDERS, PAYEE).status_code == 201
    assert api.get(SURPLUS).json()["status"] == "pending-disbursement"
    assert api.get(SURPLUS).json()["operations"] == []
    assert problem_of(api.post(ORDERS, PAYEE)) == (409, "conflict")
    # Good Friday the 3rd to Easter Monday the 6th lie between.
    api.freeze("2026-04-06T23:59:59Z")
    assert api.get(SURPLUS).status_code == 200
    api.freeze("2026-04-07T00:00:00Z")
    assert problem_of(api.get(SURPLUS)) == (404, "not-found")
    assert len(api.get(f"{SIRI}/surpluses").json()["items"]) == 1


def test_the_clock_reports_an_execution(api: Api) -> None:
    api.freeze("2026-03-02T00:00:00Z")
    api.post(ORDERS, PAYEE)
    events = api.post("/_sim/clock/advance", {"by": "P2D"}).json()["events"]
    assert [one for one in events if one["event"].startswith("payex")] == [
        {
            "at": "2026-03-04T00:00:00Z",
            "event": "payex.surplus.disbursed",
            "href": f"http://sim.test{SIRI}/surpluses",
            "surplusId": SURPLUS.rsplit("/", 1)[1],
            "balance": 10.0,
        }
    ]


def test_a_surplus_is_set_off_against_an_invoice(api: Api) -> None:
    path = f"{SIRI_ADMIN}/surpluses/{SURPLUS.rsplit('/', 1)[1]}"
    owed = api.get("/ledger/invoice/v1/46001/invoices/100001901").json()["currentDebt"]
    answer = api.post(f"{path}/execute")
    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "The surplus (open) does not allow execution; possible moves: disbursement order, set-off.",
    )
    assert api.post(f"{path}/regulate", {"invoiceNo": "100001901"}).status_code == 204
    assert api.get(SURPLUS).json()["status"] == "pending-regulate"
    assert problem_of(api.post(ORDERS, PAYEE)) == (409, "conflict")
    assert api.post(f"{path}/execute").status_code == 204
    assert api.get(SURPLUS).status_code == 404
    assert api.get("/ledger/invoice/v1/46001/invoices/100001901").json()["currentDebt"] == owed - 10


def test_a_payment_pays_the_debt_first_and_the_remainder_is_a_surplus(api: Api) -> None:
    answer = api.post(f"{SIRI_ADMIN}/payments", {"amount": 200, "invoiceNo": "100001901"})
    surplus = api.get(f"{SIRI}/surpluses/{answer.json()['surplusId']}").json()
    assert (surplus["balance"], surplus["status"]) == (75.0, "open")
    assert surplus["invoice"].endswith("/invoices/100001901")
    plain = api.post(f"{SIRI_ADMIN}/payments", {"amount": 5.5}).json()["surplusId"]
    found = api.get(f"{SIRI}/surpluses/{plain}").json()
    assert (found["balance"], "invoice" in found, "account" in found) == (5.5, False, False)


def test_paulas_pending_surpluses_are_executed_by_the_clock(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    here = f"{SE}/customers/1000020/surpluses"
    assert [one["status"] for one in api.get(here).json()["items"]] == [
        "pending-disbursement",
        "pending-regulate",
    ]
    api.freeze("2026-01-04T00:00:00Z")  # a Sunday
    assert len(api.get(here).json()["items"]) == 2
    api.freeze("2026-01-05T00:00:00Z")
    assert api.get(here).json()["items"] == []


def test_lists_page_with_navigation(api: Api) -> None:
    here = f"{SIRI}/surpluses"
    assert api.get(here).json()["navigation"] == {"@id": here}
    for _ in range(20):
        api.post(f"{SIRI_ADMIN}/payments", {"amount": 1})
    first = api.get(here).json()
    assert len(first["items"]) == 20
    assert first["navigation"] == {"@id": here, "first": f"{here}?skip=0", "next": f"{here}?skip=20"}
    last = api.send("GET", first["navigation"]["next"]).json()
    assert len(last["items"]) == 2
    assert last["navigation"] == {"@id": here, "first": f"{here}?skip=0", "previous": f"{here}?skip=0"}
