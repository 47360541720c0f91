"""The pages of the vendors' data: cards, links to what was written, and items that are gone."""

from urllib.parse import urlencode

import httpx

from tests.client import APTIC, Api
from tests.ui.html import Page, browse

HOST = "http://sim.test"
UI = f"{HOST}/_sim/ui"
PETRA = f"{APTIC}/Debtors/5eed0002-deb0-4000-8000-000000000001"
LEDGER = "/ledger/customer/v1/46001/customers"
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
