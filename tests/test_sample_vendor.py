"""A third-party vendor, installed beside ledgersim, has everything that the built-in ones have."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import LIMIT, Served, ServedByCommand, environ, process, refused

FOLDER = Path(__file__).parent / "sample_vendor"
PATH = {"PYTHONPATH": str(FOLDER)}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the vendor, its world kept apart from the worlds of others."""
    cache = {"XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache"))}
    server = ServedByCommand("--port", "0", "--customers", "1", "--acme-payment-days", "10", **PATH, **cache)
    server.keep()
    yield server
    server.end()


@pytest.fixture
def client(server: Served, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client of a separate space."""
    with httpx.Client(base_url=f"{server.url}/s/{request.node.name[:60]}") as client:
        client.put("/_sim/clock", json={"mode": "frozen", "now": "2026-01-01"}).raise_for_status()
        yield client


def invoice(client: httpx.Client, amount: float) -> dict[str, Any]:
    answer = client.post("/acme/invoices", json={"customerId": 1, "amount": amount})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def acme_events(client: httpx.Client) -> list[tuple[str, str]]:
    events = client.post("/_sim/clock/advance", json={"by": "P1M"}).json()["events"]
    return [(one["event"], one["at"]) for one in events if one["event"].startswith("acme.")]


def test_its_routes_are_stateful_and_its_list_filters(client: httpx.Client) -> None:
    number = len(client.get("/_sim/personas").json()["personas"]) + 1
    assert client.post("/acme/customers", json={"name": "Ada"}).json() == {"id": number, "name": "Ada"}
    first, second = invoice(client, 10), invoice(client, 20.5)
    assert (first["dueAt"], second["amount"]) == ("2026-01-11T00:00:00Z", 20.5)
    assert client.get("/acme/invoices", params={"$filter": "amount gt 15"}).json() == [second]
    assert client.get(f"{client.base_url}".replace("/s/", "/s/another-") + "acme/invoices").json() == []


def test_its_problems_have_its_own_format(client: httpx.Client) -> None:
    rejected = client.post("/acme/invoices", json={"customerId": 1, "amount": 1000.01})
    assert rejected.status_code == 422
    assert rejected.json() == {"error": "no-credit", "message": "An invoice may come to 1,000.00."}
    assert client.get("/acme/nothing").json()["error"] == "not-found"
    assert client.get("/acme/invoices", params={"$filter": "nothing eq 1"}).json()["error"] == "validation"


def test_its_job_runs_on_the_clock_and_can_be_switched_off(client: httpx.Client) -> None:
    invoice(client, 10)
    snapshot = client.post("/_sim/snapshots", json={"name": "before"})
    assert snapshot.status_code == 201
    assert client.put("/_sim/acme/reminders", json={"reminders": False}).json() == {"reminders": False}
    assert acme_events(client) == []
    client.post("/_sim/snapshots/before/restore").raise_for_status()
    assert acme_events(client) == [("acme.invoice.overdue", "2026-01-11T00:00:00Z")]
    assert [one["status"] for one in client.get("/acme/invoices").json()] == ["overdue"]


def test_its_customers_are_the_personas(client: httpx.Client) -> None:
    ulla = client.get("/_sim/personas").json()["personas"][0]
    assert (ulla["name"], ulla["acme"]) == ("Ulla Unpaid", {"customerId": 1})


def test_its_fixtures_load_beside_those_of_other_vendors(client: httpx.Client) -> None:
    made = client.post("/_sim/fixtures", content='{"acme": {"invoices": [{"customerId": 2, "amount": 5}]}}')
    assert made.json() == {"acme": {"invoices": [{"invoiceId": 1, "href": f"{client.base_url}acme/invoices"}]}}
    wrong = client.post("/_sim/fixtures", content='{"acme": {"invoices": [{"customer": 2}]}}')
    assert wrong.status_code == 400
    assert "acme.invoices[0].customer" in wrong.json()["errors"]


def test_faults_journal_and_coverage_know_its_operations(client: httpx.Client) -> None:
    fault = {"kind": "status", "status": 503, "times": 1, "match": {"operation": "acme.invoices.*"}}
    assert client.post("/_sim/faults", json=fault).status_code == 201
    failed = client.get("/acme/invoices")
    assert (failed.status_code, failed.json()["error"]) == (503, "service-unavailable")
    client.get("/acme/invoices").raise_for_status()
    recorded = client.get("/_sim/requests", params={"operation": "acme.invoices.list"}).json()["requests"]
    assert [one["status"] for one in recorded] == [503, 200]
    coverage = client.get("/_sim/coverage").json()["vendors"]["acme"]
    assert set(coverage["operations"]) == {
        "acme.customers.create",
        "acme.invoices.list",
        "acme.invoices.create",
    }
    assert coverage["operations"]["acme.invoices.list"]["responses"]["200"] >= 1


def test_a_wrong_path_names_its_nearest_route(client: httpx.Client) -> None:
    assert client.get("/acme/invoice").headers["sim-nearest"] == "GET /invoices"


def test_the_command_line_knows_it() -> None:
    code = "from ledgersim.cli import app; [app(one, standalone_mode=False) for one in (['routes'], ['openapi', 'acme'])]"
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environ(**PATH),
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=True,
    )
    assert "acme.invoices.create" in ran.stdout
    assert '"Acme Invoicing"' in ran.stdout
    assert ran.stderr == ""


def test_its_settings_are_checked_like_the_others() -> None:
    message = refused(process("serve", LEDGERSIM_ACME_PAYMENT_DAYS="0", **PATH))
    assert message == "ledgersim: LEDGERSIM_ACME_PAYMENT_DAYS is '0'; it must be from 1 to 365"


def test_the_documentation_shows_it_as_it_is() -> None:
    page = (Path(__file__).parents[1] / "docs" / "vendors.md").read_text(encoding="utf-8")
    assert (FOLDER / "acme_vendor.py").read_text(encoding="utf-8") in page


def test_it_is_short() -> None:
    assert len((FOLDER / "acme_vendor.py").read_text(encoding="utf-8").splitlines()) < 200
