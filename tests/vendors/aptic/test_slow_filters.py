"""A filter that would hold up everybody is stopped."""

import pytest

from ledgersim.vendors.aptic import listing
from tests.client import Api

SLOW = "length(tolower(toupper(fullName))) gt 3"


def test_a_filter_with_functions_is_stopped_after_its_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_SECONDS", 0)
    answer = api.get("/APIGW/v1/Debtors", _filter=SLOW)
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "$filter": ["takes longer than 0 seconds; use fewer functions or compare shorter texts"]
    }


def test_other_filters_and_later_ones_are_not(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_SECONDS", 0)
    assert api.get("/APIGW/v1/Debtors", _filter="fullName ne 'A'").status_code == 200
    monkeypatch.undo()
    answer = api.get("/APIGW/v1/Debtors", _filter=SLOW)
    assert answer.status_code == 200
    assert answer.json()["total"] > 0
