"""A short soak finds nothing in the server, and finds what is planted in its responses."""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.soak.__main__ import Soak, main, parse
from tests.soak.checks import (
    case_errors,
    expected_type,
    memory_errors,
    payment_errors,
    plan_errors,
    surplus_errors,
)
from tests.soak.client import Exchange
from tests.soak.operations import Operations
from tests.soak.servers import file_errors

CASE: dict[str, Any] = {
    f"{kind}{part}": 0
    for kind in ("original", "paid", "remaining")
    for part in ("Principal", "Interest", "Fee", "Sum")
}
CASE |= {
    "originalFee": 30,
    "originalSum": 30,
    "paidFee": 10.1,
    "paidSum": 10.1,
    "remainingFee": 19.9,
    "remainingSum": 19.9,
}
FEE = {"remainingPrincipal": 19.9, "remainingInterest": 0, "remainingSum": 19.9, "paidSum": 10.1}
PAYMENTS = [{"paymentGuid": "p", "paidAmount": 10.1}]
PAYMENT = {
    "paidAmount": 10,
    "totalAmountDeducted": 6,
    "amountNotDeducted": 4,
    "specifications": [{"usedAmount": 6}],
}
PLAN = {
    "totalAmount": 16, "totalPrincipal": 10, "totalInterest": 1, "totalFee": 5,
    "payments": [{"amount": 16, "instalment": 10}],
}  # fmt: skip
PLANTED = (
    ("create_debtor", "/Debtors", b"@example.com", b"@example.net"),
    ("list_debtors", "/Debtors", b'"total":', b'"total":1'),
    ("count", "/Cases", b'"total":', b'"total":1'),
    ("balances", "/Cases/", b'"remainingSum":', b'"remainingSum":1'),
    ("surpluses", "/surpluses", b'"balance":', b'"balance":1'),
    ("journal", "/_sim/requests", b"404", b"200"),
)
SURPLUS = {"surplusId": "s", "balance": 2.5, "status": "open"}


@pytest.mark.usefixtures("image")  # else its servers would build it
def test_a_short_soak_with_kills_finds_no_violation(capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--minutes=0.05", "--spaces=4", "--rate=200", "--kill-every=2", "--max-delay=60"]
    status = main(options)
    report = capsys.readouterr().out
    assert "| Violations | none |" in report, report
    assert status == 0


@pytest.mark.usefixtures("image")  # else its servers would build it
def test_planted_violations_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soak = Soak(parse(["--rate=1000"]), tmp_path)
    send = Operations.send
    planted: Sequence[Any] = ("never", b"", b"")

    async def corrupted(
        self: Operations, method: str, path: str, body: Any = None, fault: str = ""
    ) -> Exchange:
        answer = await send(self, method, path, body, fault)
        where, old, new = planted
        return (
            answer._replace(body=answer.body.replace(old, new)) if method == "GET" and where in path else answer
        )

    monkeypatch.setattr(Operations, "send", corrupted)

    async def run() -> None:
        nonlocal planted
        await soak.server.start()
        session = Operations(soak.server, "soak-00", 1, soak.load, "/s/soak-00")
        assert await soak.attempt(session, "begin", "create_debtor", "import_cases")
        for name, *plant in PLANTED:
            planted = plant
            assert not await soak.attempt(session, name)
        session.client.close()
        await soak.server.kill()

    asyncio.run(run())
    assert soak.violations == {name: 1 for name, *_ in PLANTED}


def test_the_sums_of_a_case_must_agree() -> None:
    assert case_errors(CASE, [FEE], {"p": 1010}, PAYMENTS, 1010, 0) == []
    assert case_errors(CASE, [FEE], {"p": 1010}, PAYMENTS, 1010, 1) == [
        "remainingSum (original - paid + adjusted) should be 1991, not 1990"
    ]
    assert case_errors(CASE, [FEE], {"p": 1010, "q": 5}, PAYMENTS, 1015, 0) == [
        "paidSum should be 1015, not 1010",
        "remainingSum (original - paid + adjusted) should be 1985, not 1990",
        "payments should be {'p': 1010, 'q': 5}, not {'p': 1010}",
    ]
    assert case_errors({**CASE, "remainingFee": 19.91}, [], {"p": 1010}, PAYMENTS, 1010, 0) == [
        "remainingSum should be 1991, not 1990",
        "the claims' remainingSum should be 1990, not 0",
        "the claims' paidSum should be 1010, not 0",
    ]


def test_a_payment_must_be_used_as_far_as_something_is_owed() -> None:
    assert payment_errors(PAYMENT, 1000, 600) == []
    assert payment_errors({**PAYMENT, "specifications": []}, 1000, 700) == [
        "totalAmountDeducted should be 700, not 600",
        "the lines' usedAmount should be 600, not 0",
    ]


def test_a_plan_must_cover_what_is_owed() -> None:
    assert plan_errors(PLAN, 1000) == []
    assert plan_errors({**PLAN, "totalFee": 6}, 1001) == [
        "totalAmount should be 1700, not 1600",
        "sum of amounts should be 1700, not 1600",
        "sum of instalments should be 1001, not 1000",
    ]


def test_surpluses_must_be_what_came_in_and_has_not_gone_out() -> None:
    assert surplus_errors([SURPLUS], {"s": (250, "open")}, 1000, 500, 250) == []
    assert surplus_errors([SURPLUS], {"s": (250, "open")}, 1000, 500, 240) == [
        "sum of surpluses (received - set off - paid out) should be 260, not 250"
    ]
    assert surplus_errors([], {"s": (250, "open")}, 0, 0, 0) == [
        "surpluses should be {'s': (250, 'open')}, not {}"
    ]


def test_memory_must_be_level() -> None:
    assert memory_errors(1000, 1100, 0.1) == []
    assert memory_errors(1000, 1101, 0.1) == [
        "the memory should stay below 1,000 KiB + 10%, not reach 1,101 KiB"
    ]


def test_errors_have_the_media_type_of_their_vendor() -> None:
    paths = ("/APIGW/v1/Debtors", "/ledger/customer/v1/46001", "/api/v3/customer-account", "/_sim/clock")
    assert [expected_type(path, 200) for path in paths] == ["application/json"] * 4
    assert [expected_type(path, 404) for path in paths] == ["application/problem+json"] * 2 + [
        "application/json"
    ] * 2


def test_a_broken_database_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "space.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE numbers (number INTEGER)")
        connection.execute("CREATE INDEX by_number ON numbers (number)")
        connection.executemany("INSERT INTO numbers VALUES (?)", [(number,) for number in range(5000)])
    connection.close()
    assert file_errors(path) == []
    pages = path.read_bytes()
    path.write_bytes(pages[: len(pages) - 8192] + bytes(8192))
    assert file_errors(path) != []
