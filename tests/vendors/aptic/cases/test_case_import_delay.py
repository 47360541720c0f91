"""Cases that are imported after the response, like the vendor's background imports."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert

from ledgersim.vendors.aptic.cases.models import CASE_IMPORT, PENDING_IMPORT
from ledgersim.vendors.aptic.cases.pending import MAX_PENDING
from ledgersim.vendors.aptic.clients.models import CLIENT
from tests.client import APTIC, Api

CASES = f"{APTIC}/Cases"
DELAY = "/_sim/aptic/case-import"
BODY = [
    {
        "caseNumber": "LATE-1",
        "currencyCode": "SEK",
        "debtors": [{"idNumber": "L-1", "firstname": "Lars", "street": "S", "city": "C"}],
        "debts": [{"referenceNumber": "F-1", "originalPrincipal": 100.10, "remainingPrincipal": 50.05}],
        "fees": [{"name": "REMINDER", "originalPrincipal": 60}],
        "extraFields": [{"name": "Höjd", "value": ["å\u0000"]}],
        "unknown": [1.5, None],
    },
    {"debtors": [{"idNumber": "L-1"}, {"idNumber": "L-2"}]},
]


@pytest.fixture
def late(serve: Callable[..., Api]) -> Api:
    """A server that imports cases 60 seconds later; its clock stands still."""
    api = serve(case_import_delay="60")
    api.freeze("2026-02-03T12:00:00Z")
    return api


def advance(api: Api, by: str, space: str = "") -> list[dict[str, Any]]:
    """The events of aptic's imports on the way."""
    events = api.post(f"{space}/_sim/clock/advance", {"by": by}).json()["events"]
    return [one for one in events if one["event"].startswith("aptic.case")]


def status(api: Api, guid: str) -> int:
    return api.get(f"{CASES}/{guid}").status_code


def test_nothing_exists_before_the_time_and_everything_from_then_on(late: Api) -> None:
    def counts() -> list[int]:
        return [late.get(f"{APTIC}/{name}").json()["total"] for name in ("Cases", "Debtors")]

    cases, debtors = counts()
    made = late.create(CASES, BODY)
    assert advance(late, "PT59S") == []
    assert [status(late, guid) for guid in made["caseGuids"]] == [404, 404]
    assert counts() == [cases, debtors]
    events = advance(late, "PT1S")
    assert events == [
        {
            "at": "2026-02-03T12:01:00Z",
            "event": "aptic.case.imported",
            "href": f"http://sim.test{CASES}/{guid}",
            "impStockId": made["impStockId"],
        }
        for guid in made["caseGuids"]
    ]
    assert [late.get(one["href"].removeprefix("http://sim.test")).status_code for one in events] == [200, 200]
    assert counts() == [cases + 2, debtors + 2]
    first, second = (late.get(f"{CASES}/{guid}").json() for guid in made["caseGuids"])
    assert (first["caseNumber"], first["originalSum"], first["remainingSum"]) == ("LATE-1", 160.1, 110.05)
    assert first["registrationDate"] == second["registrationDate"] == "2026-02-03T12:01:00Z"
    fields = late.get(f"{CASES}/{made['caseGuids'][0]}/Extrafields").json()["value"]
    assert [(one["name"], one["value"]) for one in fields] == [("Höjd", ["å\u0000"])]
    assert advance(late, "P1Y") == []


def test_the_response_is_that_of_an_immediate_import(late: Api, api: Api) -> None:
    assert late.create(CASES, BODY) == api.create(CASES, BODY)
    assert late.create(CASES, [{}]) == api.create(CASES, [{}])


def test_without_async_the_cases_are_there_at_once(late: Api) -> None:
    answer = late.send("PUT", f"{CASES}?async=false", json=BODY)
    assert [status(late, guid) for guid in answer.json()["caseGuids"]] == [200, 200]
    assert advance(late, "PT60S") == []


def test_a_ticking_clock_imports_before_the_next_request(late: Api) -> None:
    (guid,) = late.create(CASES, [{}])["caseGuids"]
    events = late.put("/_sim/clock", {"mode": "real", "now": "2026-02-03T12:01:00Z"}).json()["events"]
    assert [one["event"] for one in events] == ["aptic.case.imported"]
    assert status(late, guid) == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([{"clientReferenceNumber": "NOBODY"}], 400),
        ([{"debtors": [{"debtorGuid": "x"}]}], 400),
        ([{"debts": [{"remainingPrincipal": 99_999_999_999.99}] * 200}], 400),
        ([{"caseNumber": 1}], 400),
        ([{"caseNumber": "N"}, {"caseNumber": "N"}], 409),
        ([], 400),
    ],
)
def test_invalid_imports_are_rejected_at_once_and_store_nothing(
    late: Api, api: Api, body: Any, expected: int
) -> None:
    before = late.get("/_sim/export").content
    rejected = late.put(CASES, body)
    assert (rejected.status_code, rejected.json()) == (expected, api.put(CASES, body).json())
    assert late.get("/_sim/export").content == before


def test_the_number_of_a_pending_case_is_in_use(late: Api) -> None:
    late.create(CASES, [{"caseNumber": "N1"}])
    for query in ("", "?async=false"):
        rejected = late.send("PUT", f"{CASES}{query}", json=[{}, {"caseNumber": "N1"}])
        assert (rejected.status_code, rejected.json()["detail"]) == (
            409,
            "[1].caseNumber: 'N1' is already the number of a case of a pending import.",
        )


def test_numbers_that_are_given_differ_between_pending_and_immediate_imports(late: Api) -> None:
    first = late.create(CASES, [{}] * 3)
    # The number that the third import would generate is reserved by a pending import.
    ahead = str(1_000_000 + (first["impStockId"] + 2) * 1_000)
    second = late.create(CASES, [{"caseNumber": ahead}])
    at_once = late.send("PUT", f"{CASES}?async=false", json=[{}]).json()
    guids = [*first["caseGuids"], *second["caseGuids"], *at_once["caseGuids"]]
    advance(late, "PT60S")
    numbers = [late.get(f"{CASES}/{guid}").json()["caseNumber"] for guid in guids]
    start = 1_000_000 + first["impStockId"] * 1_000
    assert numbers == [*(str(start + n) for n in range(3)), ahead, str(int(ahead) + 1)]
    assert [first["impStockId"] + n for n in range(3)] == [
        one["impStockId"] for one in (first, second, at_once)
    ]


def test_imports_happen_in_the_order_of_their_times(late: Api) -> None:
    first = late.create(CASES, [{"debtors": [{"idNumber": "X", "firstname": "First"}]}])
    late.put(DELAY, {"delay": 10})
    second = late.create(CASES, [{"debtors": [{"idNumber": "X", "firstname": "Second"}]}])
    events = advance(late, "P1D")
    assert [(one["at"], one["impStockId"]) for one in events] == [
        ("2026-02-03T12:00:10Z", second["impStockId"]),
        ("2026-02-03T12:01:00Z", first["impStockId"]),
    ]
    found = late.get(f"{CASES}/{first['caseGuids'][0]}/Debtors").json()
    assert [one["fullName"] for one in found] == [
        "First"
    ]  # the later import updates the debtor of the earlier one


def test_an_import_that_has_become_impossible_is_an_event_and_the_clock_continues(late: Api) -> None:
    client = late.create(f"{APTIC}/Clients", {"fullName": "Gone", "referenceCode": "GONE"})
    lost = late.create(CASES, [{}, {"clientGuid": client["uniqueId"]}])
    kept = late.create(CASES, [{}])
    with late.app.spaces["default"].transaction() as connection:
        connection.execute(delete(CLIENT).where(CLIENT.c.unique_id == client["uniqueId"]))
    events = advance(late, "P1D")
    assert events[0] == {
        "at": "2026-02-03T12:01:00Z",
        "event": "aptic.cases.refused",
        "href": f"http://sim.test{CASES}",
        "impStockId": lost["impStockId"],
        "reason": f"[1].clientGuid: Unknown client '{client['uniqueId']}'",
    }
    assert [one["event"] for one in events[1:]] == ["aptic.case.imported"]
    assert [status(late, guid) for guid in (*lost["caseGuids"], *kept["caseGuids"])] == [404, 404, 200]
    assert advance(late, "P1D") == []


def test_the_number_of_pending_imports_is_limited(late: Api) -> None:
    far, ids = datetime(2100, 1, 1, tzinfo=UTC), range(9_001, 9_000 + MAX_PENDING)
    with late.app.spaces["default"].transaction() as connection:
        connection.execute(
            insert(CASE_IMPORT), [{"id": one, "imported_at": far, "number_of_cases": 0} for one in ids]
        )
        connection.execute(insert(PENDING_IMPORT), [{"import_id": one, "body": "[]"} for one in ids])
    assert late.put(CASES, [{}]).status_code == 201
    rejected = late.put(CASES, [{}])
    assert (rejected.status_code, rejected.json()["detail"]) == (
        429,
        "This space already has 1,000 pending imports; advance its clock to run them.",
    )
    assert late.send("PUT", f"{CASES}?async=false", json=[{}]).status_code == 201
    advance(late, "PT60S")
    assert late.put(CASES, [{}]).status_code == 201


def test_the_delay_is_set_per_space_and_reset_with_its_data(api: Api) -> None:
    assert api.get(DELAY).json() == {"delay": "immediate"}
    assert api.put(f"/s/a{DELAY}", {"delay": 30}).json() == {"delay": 30}
    assert (api.get(DELAY).json(), api.get(f"/s/a{DELAY}").json()) == ({"delay": "immediate"}, {"delay": 30})
    (guid,) = api.create(f"/s/a{CASES}", [{}])["caseGuids"]
    assert api.get(f"/s/a{CASES}/{guid}").status_code == 404
    assert [one["event"] for one in advance(api, "PT31S", "/s/a")] == ["aptic.case.imported"]
    assert api.put(f"/s/a{DELAY}", {"delay": "immediate"}).json() == {"delay": "immediate"}
    for scope, after in (("clock", 5), ("data", "immediate")):
        api.put(f"/s/a{DELAY}", {"delay": 5})
        api.post("/s/a/_sim/reset", {"scope": scope})
        assert api.get(f"/s/a{DELAY}").json() == {"delay": after}


def test_a_reset_restores_the_setting_and_discards_pending_imports(late: Api) -> None:
    late.post("/_sim/reset")
    start = late.get("/_sim/export").content
    answers = []
    for _ in range(2):
        late.freeze("2026-02-03T12:00:00Z")
        answers.append((late.create(CASES, BODY), late.get("/_sim/export").content))
        late.put(DELAY, {"delay": "immediate"})
        assert late.post("/_sim/reset").status_code == 204
        assert late.get("/_sim/export").content == start
        assert late.get(DELAY).json() == {"delay": 60}
    assert answers[0] == answers[1]
    assert advance(late, "PT2M") == []


@pytest.mark.parametrize("delay", [0, -1, 2_592_001, 10**30, 1.5, True, None, "30", "soon", [], {}])
def test_a_delay_that_is_none_is_a_400(late: Api, delay: Any) -> None:
    rejected = late.put(DELAY, {"delay": delay})
    assert (rejected.status_code, rejected.json()["errors"]) == (
        400,
        {"delay": ['Input should be "immediate" or a whole number of seconds from 1 to 2592000']},
    )
    assert late.get(DELAY).json() == {"delay": 60}


@pytest.mark.parametrize("body", [{}, [], None, "immediate", {"delay": 1, "unit": "h"}])
def test_a_body_that_is_no_delay_is_a_400(late: Api, body: Any) -> None:
    assert late.put(DELAY, body).status_code == 400
    assert late.get(DELAY).json() == {"delay": 60}
