"""The events of scheduled jobs: working links, and the same events for one long advance as for twelve short ones."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.client import APTIC, BEARER, Api
from tests.vendors.payex.ledger import ANSWERS, ORDERS, PAYEE, SE, SIRI, SIRI_ADMIN, SURPLUS, ULLA
from tests.vendors.riverty.conftest import ACCOUNTS, KEY, SAMPLE
from tests.vendors.riverty.conftest import ADMIN as ACCOUNTS_ADMIN

LEAP, STEPS = "/s/leap", "/s/steps"
DAY = 86_400
KINDS = [
    "aptic.case.imported",
    "aptic.paymentplan.completed",
    "aptic.paymentplan.invoiced",
    "aptic.paymentplan.reminded",
    "aptic.paymentplan.terminated",
    "payex.invoice.moved",
    "payex.kyc.due",
    "payex.surplus.disbursed",
    "payex.surplus.regulated",
    "riverty.account.billed",
    "riverty.account.reminded",
    "riverty.account.sent-to-collection",
]

# Every day up to the 28th, every month, before, in and after a leap year, and all hours.
STARTS = [
    *(f"{2026 + day % 3}-{1 + day * 5 % 12:02}-{day:02}T{day * 7 % 24:02}:00:00Z" for day in range(1, 29)),
    "2028-02-01T00:00:00Z",
    "2028-02-28T23:59:59Z",
    "2027-02-28T00:00:00Z",
]


def under_plan(api: Api, space: str, id_number: str, paid: float, **terms: Any) -> None:
    """A debtor who owes 900 SEK at 12 % under an active plan and has paid this amount."""
    debt = {"originalPrincipal": 900, "interestRate": 12, "interestFrom": "2026-01-01"}
    body = [{"currencyCode": "SEK", "debtors": [{"idNumber": id_number}], "debts": [debt]}]
    made = api.send("PUT", f"{space}{APTIC}/Cases?async=false", json=body).json()
    case = f"{space}{APTIC}/Cases/{made['caseGuids'][0]}"
    (debtor,) = api.get(f"{case}/Debtors").json()
    plan = {"paymentPlanType": 3, "numberOfPayments": 3, "active": 1, "reminderFee": 60, **terms}
    api.create(f"{space}{APTIC}/Debtors/{debtor['debtorGuid']}/Paymentplans", plan)
    if paid:
        api.create(f"{case}/Payments", {"paymentAmount": paid})


def set_going(api: Api, space: str, now: str) -> None:
    """Freeze the clock of a fresh space and start everything of which a job is due within a year."""
    assert api.put(f"{space}/_sim/clock", {"mode": "frozen", "now": now}).status_code == 200
    under_plan(api, space, "PAYS NOTHING", 0)
    under_plan(api, space, "PAYS SOME", 300, invoiceFee=30, numberOfPayments=18)
    under_plan(api, space, "PAYS IN ADVANCE", 300, paymentPlanType=5, amount=100)
    late = {"debtors": [{"idNumber": "PAYS NOTHING"}], "debts": [{"originalPrincipal": 10, "interestRate": 8}]}
    for days in (28, 10, 30):
        assert api.put(f"{space}/_sim/aptic/case-import", {"delay": days * DAY}).status_code == 200
        api.create(f"{space}{APTIC}/Cases", [late, {}])
    assert api.post(f"{space}{ULLA}/update-kyc-answers", {"answers": ANSWERS}).status_code == 204
    assert api.post(f"{space}{ORDERS}", PAYEE).status_code == 201
    owed = api.get(f"{space}{SIRI}/surpluses").json()["items"]
    other = next(one["@id"] for one in owed if not one["@id"].endswith(SURPLUS))
    setting_off = f"{space}{SIRI_ADMIN}/surpluses/{other.rsplit('/', 1)[1]}/regulate"
    assert api.post(setting_off, {"invoiceNo": "100001901"}).status_code == 204
    assert api.post(f"{space}{SIRI_ADMIN}/invoices", {"originalAmount": 1}).status_code == 201
    applied = api.send("POST", f"{space}{ACCOUNTS}", KEY, json=SAMPLE)
    purchases = f"{space}{ACCOUNTS_ADMIN}/{applied.json()['account']['accountNumber']}/purchases"
    assert api.post(purchases, {"amount": 1}).status_code == 201


def advance(api: Api, space: str, steps: Iterable[str]) -> list[dict[str, Any]]:
    """The events of an advance, with links without the prefix."""
    events: list[dict[str, Any]] = []
    for by in steps:
        events += api.post(f"{space}/_sim/clock/advance", {"by": by}).json()["events"]
    return [{**one, "href": one["href"].removeprefix(f"http://sim.test{space}")} for one in events]


@pytest.mark.parametrize("now", STARTS)
def test_twelve_months_one_by_one_are_the_same_as_a_year_at_once(small_api: Api, now: str) -> None:
    set_going(small_api, STEPS, now)
    assert small_api.post("/_sim/spaces", {"name": "leap", "from": "steps"}).status_code == 201
    events = advance(small_api, STEPS, ["P1M"] * 12)
    assert events == advance(small_api, LEAP, ["P1Y"])
    assert sorted({one["event"] for one in events}) == KINDS
    assert [one["at"] for one in events] == sorted(one["at"] for one in events)
    assert small_api.get(f"{STEPS}/_sim/clock").json() == small_api.get(f"{LEAP}/_sim/clock").json()
    assert small_api.get(f"{STEPS}/_sim/export").content == small_api.get(f"{LEAP}/_sim/export").content


def test_the_links_of_all_events_can_be_followed(api: Api) -> None:
    set_going(api, STEPS, "2026-01-01T00:00:00Z")
    events = api.post(f"{STEPS}/_sim/clock/advance", {"by": "P1Y"}).json()["events"]
    assert sorted({one["event"] for one in events}) == KINDS
    for href in {one["href"] for one in events}:
        assert href.startswith(f"http://sim.test{STEPS}/")
        assert api.send("GET", href, BEARER | KEY).status_code == 200


def test_links_carry_the_prefix_by_which_the_request_came(api: Api) -> None:
    def hrefs(path: str, **headers: str) -> set[str]:
        body = {"mode": "frozen", "now": "2026-01-05"}
        events = api.send("PUT", path, headers, json=body).json()["events"]
        return {one["href"] for one in events if one["event"].startswith("payex.surplus.")}

    path = f"{SE}/customers/1000020/surpluses"
    assert hrefs("/_sim/clock") == {f"http://sim.test{path}"}
    assert hrefs("/s/a/_sim/clock/") == {f"http://sim.test/s/a{path}"}
    assert hrefs("/_SIM/clock", **{"Sim-Space": "b"}) == {f"http://sim.test{path}"}
    assert hrefs("/_sim/clock", **{"Sim-Space": "c", "Host": "sim.local:81"}) == {f"http://sim.local:81{path}"}


def test_setting_the_clock_returns_the_same_events_as_advancing(serve: Callable[..., Api]) -> None:
    api = serve(case_import_delay="60")
    api.freeze("2026-02-01T00:00:00Z")
    (guid,) = api.create(f"{APTIC}/Cases", [{}])["caseGuids"]
    answer = api.put("/_sim/clock", {"mode": "frozen", "now": "2026-02-01T00:01:00Z"}).json()
    (event,) = answer.pop("events")
    assert answer == {"mode": "frozen", "now": "2026-02-01T00:01:00Z"}
    assert (event["at"], event["href"]) == ("2026-02-01T00:01:00Z", f"http://sim.test{APTIC}/Cases/{guid}")
