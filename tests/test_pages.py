"""Where the rows of vendors are read: by row, by path, and what is below a path."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from ledgersim.pages import Link, RowPage
from ledgersim.plugin import resolve
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import scalar
from ledgersim.vendors import installed_vendors
from tests.client import Api

VENDORS = {one.name: one for one in installed_vendors()}
CASE = "/v1/Cases/5eed0002-ca5e-4000-8000-000000000001"


@pytest.fixture
def space(api: Api) -> Space:
    api.get("/_sim/clock")
    space: Space = api.app.spaces.get("default")
    return space


def pages_of(name: str) -> Mapping[str, RowPage]:
    """The pages of the rows of a vendor, by table."""
    pages = resolve(VENDORS[name].pages)
    assert pages is not None
    return pages.rows


@pytest.mark.parametrize("name", VENDORS)
def test_each_table_has_a_page_that_leads_to_the_row_and_back(api: Api, space: Space, name: str) -> None:
    for table, page in pages_of(name).items():
        row_id = scalar(space.connection, select(page.key).order_by(page.key).limit(1))
        link = page.link(space, row_id)
        assert link is not None, table
        assert (page.at(space, link.path), row_id in page.below(space, link.path)) == (link, True)
        shown = api.send("GET", "/_sim/data/item", params={"path": VENDORS[name].mount + link.path})
        assert shown.status_code == 200


def test_what_is_below_a_path(space: Space) -> None:
    pages = pages_of("aptic")
    claims = pages["claim"].below(space, CASE)
    links = [pages["claim"].link(space, one) for one in claims]
    assert (
        Link(text="Debt INV-0002-01 of case 500002", path=f"{CASE}/Debts/5eed0002-deb7-4000-8000-000000000001")
        in links
    )
    assert {one.path.rpartition("/")[0] for one in links if one} == {f"{CASE}/Debts", f"{CASE}/Fees"}
    assert pages["claim"].below(space, CASE.upper().replace("5EED", "5eed").replace("CA5E", "ca5e")) == claims
    assert pages["claim"].at(space, CASE) is None
    assert len(pages["case"].below(space, CASE)) == 1
    for path in (f"{CASE}/Debts/1/Adjustments/2", "/v1/Debtors", "/v1/Cases/%00", "/v2/Cases/1"):
        assert pages["claim"].below(space, path) == []
