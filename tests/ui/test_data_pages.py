"""The pages of the vendors' data: cards, links to what was written, and items that are gone."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.client import APTIC, Api
from tests.ui.html import Page, browse

HOST = "http://sim.test"
UI = f"{HOST}/_sim/ui"
PETRA = f"{APTIC}/Debtors/5eed0002-deb0-4000-8000-000000000001"
LEDGER = "/ledger/customer/v1/46001/customers"
INVOICE = "/ledger/invoice/v1/46001/invoices/100002001"
SURPLUS = f"{LEDGER}/1000020/surpluses/5eed0020-5042-4000-8000-000000000001"


def page_of(api: Api, path: str) -> Page:
    """The page of an item."""
    return browse(api, address_of(path))


def address_of(path: str) -> str:
    return f"{UI}/data/item?{urlencode({'path': path}, safe='/')}"


def written(api: Api, answer: httpx.Response) -> list[tuple[str, str]]:
    """The name and path of the rows that a request wrote."""
    rows = api.get(f"/_sim/data/written/{answer.headers['sim-request-id']}").json()["rows"]
    return [(one["name"], one["path"]) for one in rows]


def test_amounts_on_cards_have_their_currency(api: Api) -> None:
    assert "remaining in all12,000.00 SEK" in page_of(api, PETRA).text
    assert "balance30.00 SEK" in page_of(api, SURPLUS).text


def test_a_surplus_names_its_customer(api: Api) -> None:
    page = page_of(api, SURPLUS)
    assert "customerPaula Pending" in page.text
    assert address_of(f"{LEDGER}/1000020") in [one.url for one in page.links]
    assert "Paula Pending" in browse(api, f"{UI}/data/payex/surpluses?filter=paula").text


@pytest.mark.parametrize(
    ("path", "title", "texts", "customer"),
    [
        (INVOICE, "Invoice 100002001", ["customerCustomer 1000020, Paula Pending"], f"{LEDGER}/1000020"),
        (
            "/api/v3/customer-account/0100.0000008/credit-limit",
            "Account 0100.0000008",
            ["customerUlla Unpaid", "statusSentToDebtCollection", "totalBalance1,250.00 SEK"],
            None,
        ),
    ],
)
def test_a_debt_names_its_customer(
    api: Api, path: str, title: str, texts: list[str], customer: str | None
) -> None:
    page = page_of(api, path)
    assert page.text.split()[:2] == title.split()
    assert [text for text in texts if text not in page.text] == []
    assert customer is None or address_of(customer) in [one.url for one in page.links]


def test_an_address_that_was_written_leads_to_its_owner(api: Api) -> None:
    customer = f"{APTIC}/Customers/{api.customer()['customerGuid']}"
    for owner, name in ((PETRA, "Petra Paymentplan"), (customer, "Bo Ek")):
        added = api.put(f"{owner}/Addresses", {"street": "Storgatan 1", "city": "Falun"})
        path = f"{owner}/Addresses/{added.json()['addressGuid']}"
        assert written(api, added) == [(f"Address of {name}", path)]
        assert address_of(owner) in [one.url for one in page_of(api, path).links]
    path = f"{LEDGER}/1000001/legal-address"
    replaced = api.put(path, {"addressee": "Ulla", "city": "Falun", "zipCode": "79170", "countryCode": "SE"})
    assert written(api, replaced)[-1] == ("Address of Ulla Unpaid (legal)", path)
    assert address_of(f"{LEDGER}/1000001") in [one.url for one in page_of(api, path).links]


def test_a_list_is_as_long_as_its_address_says(api: Api) -> None:
    def addresses(skip: int) -> list[str]:
        page = browse(api, f"{UI}/data/aptic/debtors?top=2&skip={skip}")
        assert f"{skip + 1} to {skip + 2} of" in page.text
        return [one.url for one in page.links if "top=2" in one.url and "#" not in one.url][:-1]

    assert addresses(2) == [f"{UI}/data/aptic/debtors?{query}" for query in ("top=2", "skip=4&top=2")]


# Items that are gone


@pytest.mark.parametrize(
    ("surplus", "fate", "changed_by"),
    [
        (
            SURPLUS,
            "The surplus of 30.00 SEK was paid out at 2026-01-0",
            "payex.surplus.disbursed surplusId 5eed0020",
        ),
        (
            f"{LEDGER}/1000020/surpluses/5eed0020-5042-4000-8000-000000000002",
            "The surplus of 40.00 SEK was set off against the invoice 100002001 at 2026-01-0",
            "payex.surplus.regulated surplusId 5eed0020-5042-4000-8000-000000000002, balance 40.00",
        ),
    ],
)
def test_an_executed_surplus_says_what_became_of_it(api: Api, surplus: str, fate: str, changed_by: str) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    api.post("/_sim/clock/advance", {"by": "P14D"})
    assert api.get(surplus).status_code == 404
    page = page_of(api, surplus)
    assert fate in page.text
    assert "; PayEx no longer returns it. It answers with status 404." in page.text
    assert changed_by in page.text
    assert "customerCustomer 1000020, Paula Pending" in page.text
    assert (address_of(INVOICE) in [one.url for one in page.links]) is ("set off" in fate)
    assert api.send("GET", f"{UI}/data/item", params={"path": surplus}).text.count('class="present"') == 1
    assert address_of(surplus) in [one.url for one in browse(api, f"{UI}/clock").links]
    listed = api.get("/_sim/data/payex/surpluses", filter="paula").json()["items"]
    assert surplus not in [one["path"] for one in listed]


def test_a_deleted_item_keeps_its_history(api: Api) -> None:
    added = api.put(f"{PETRA}/Addresses", {"street": "Storgatan 1", "city": "Falun"})
    path = f"{PETRA}/Addresses/{added.json()['addressGuid']}"
    deleted = api.delete(path)
    number = deleted.headers["sim-request-id"]
    assert written(api, deleted) == [("Address", path)]
    page = page_of(api, path)
    assert f"Request {number} deleted it at 2026-01-01" in page.text
    assert "Aptic no longer returns it." in page.text
    links = [one.url for one in page.links]
    assert [f"{UI}/requests/{one}" in links for one in (added.headers["sim-request-id"], number)] == [
        True,
        True,
    ]
    content = api.send("GET", "/_sim/data/item", params={"path": path}).json()
    assert (content["status"], content["cards"], len(content["history"])) == (404, [], 2)


def test_what_never_was_is_not_found(api: Api) -> None:
    missing = f"{PETRA}/Addresses/{PETRA[-36:]}"
    for method in ("GET", "DELETE"):
        assert api.send(method, missing).status_code == 404
    assert api.send("GET", "/_sim/data/item", params={"path": missing}).status_code == 404
