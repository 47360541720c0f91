"""Counts are cached until the next write."""

from tests.client import APTIC, Api


def total(api: Api, **query: str) -> int:
    found: int = api.get(f"{APTIC}/Debtors", **query).json()["total"]
    return found


def test_a_total_follows_writes_resets_and_other_filters(api: Api) -> None:
    start = total(api)
    assert total(api, _filter="fullName eq 'Ada Ek'") == 0
    api.debtor()
    assert (total(api), total(api, _filter="fullName eq 'Ada Ek'")) == (start + 1, 1)
    api.post("/_sim/reset")
    assert (total(api), total(api, _filter="fullName eq 'Ada Ek'")) == (start, 0)


def test_a_total_follows_the_clock(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    api.case(debts=[{"remainingPrincipal": 3650000, "interestRate": 10, "interestFrom": "2027-01-01"}])
    query = {"_filter": "remainingPrincipal eq 3650000 and remainingInterest gt 0"}
    assert api.get(f"{APTIC}/Cases", **query).json()["total"] == 0
    api.post("/_sim/clock/advance", {"by": "P1D"})
    assert api.get(f"{APTIC}/Cases", **query).json()["total"] == 1


def test_totals_of_two_owners_are_two(api: Api) -> None:
    first, second = api.debtor(street="A"), api.debtor()
    found = [
        api.get(f"{APTIC}/Debtors/{one['debtorGuid']}/Addresses").json()["total"] for one in (first, second)
    ]
    assert found == [1, 0]
