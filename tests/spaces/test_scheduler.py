"""Scheduled jobs: order, errors, and a job that makes no progress."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from ledgersim.spaces.scheduler import DueRows, Event, JobError, ScheduledJob, Scheduler
from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database
from ledgersim.storage.statements import rows
from ledgersim.vendors.payex.customers.commands import set_columns
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.invoices.models import INVOICE
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT as ACCOUNT
from tests.client import APTIC, Api

NEW_YEAR, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def space(image: bytes) -> Iterator[Space]:
    space = Space("a", Database.in_memory(image), image)
    space.set_clock("frozen", NEW_YEAR)
    yield space
    space.close()


def nothing(_: Space) -> list[list[Event]]:
    return []


def test_jobs_run_in_the_order_of_time_each_at_its_own(space: Space) -> None:
    days = {"first": [3, 9], "second": [5]}
    ran = []

    def job(name: str) -> ScheduledJob:
        def run(space: Space) -> list[list[Event]]:
            ran.append((name, space.clock.now().day))
            days[name].pop(0)
            space.issue_token("any", timedelta(hours=1))  # jobs write
            return []

        return ScheduledJob(name, lambda _: NEW_YEAR.replace(day=days[name][0]) if days[name] else None, run)

    scheduler = Scheduler([job("second"), job("first")])
    for until in (6, 31):
        scheduler.advance(space, "frozen", NEW_YEAR.replace(day=until))
    assert ran == [("first", 3), ("second", 5), ("first", 9)]


def test_an_event_has_the_rows_that_were_written_for_it(space: Space) -> None:
    numbers = [row["id"] for row in rows(space.connection, select(CUSTOMER.c.id).limit(3))]

    def run(space: Space) -> Iterator[list[Event]]:
        for number in numbers:
            with space.transaction() as connection:
                set_columns(connection, number, {"name": "Ada"})
            yield [] if number == numbers[1] else [Event(NEW_YEAR, "named", "/", {})]
        numbers.clear()

    job = ScheduledJob("naming", lambda _: NEW_YEAR if numbers else None, run)
    first, _, third = numbers
    events = Scheduler([job]).run_due(space, LATER)
    assert [one.wrote for one in events] == [(("payex_customer", first),), (("payex_customer", third),)]


@pytest.mark.parametrize("due", [date(2026, 1, 5), NEW_YEAR.replace(day=5), date(2026, 1, 5).toordinal()])
def test_rows_are_due_at_an_instant_a_date_or_a_day(space: Space, due: object) -> None:
    column = {
        date: ACCOUNT.c.next_notice_date,
        datetime: CUSTOMER.c.kyc_renewal_at,
        int: INVOICE.c.next_move_on,
    }[type(due)]
    table = column.table
    with space.transaction() as connection:
        connection.execute(update(table).values({column.name: None}))
        connection.execute(update(table).where(table.c.id.in_((1, 2))).values({column.name: due}))
    waits = DueRows(column)
    at = NEW_YEAR.replace(day=5)
    assert waits(space) == at
    assert waits.first(space, 1) == (2, [(at, table.name, 1)])
    assert waits.first(space, 5, 1) == (2, [(at, table.name, 2)])
    assert waits.first(space, 5, 2) == (2, [])
    assert DueRows(column, table.c.id > 2).first(space, 1) == (0, [])
    assert DueRows(column, table.c.id > 2)(space) is None


def test_a_job_that_stays_due_is_stopped_and_named(space: Space) -> None:
    scheduler = Scheduler([ScheduledJob("stuck", lambda _: NEW_YEAR, nothing)])
    with pytest.raises(JobError, match="The job stuck ran 100 times and is still due at 2026-01-01"):
        scheduler.advance(space, "frozen", LATER)


def test_a_job_that_fails_is_named(space: Space) -> None:
    def fail(_: Space) -> list[list[Event]]:
        raise ValueError("no rows")

    scheduler = Scheduler([ScheduledJob("broken", lambda _: NEW_YEAR, fail)])
    with pytest.raises(JobError, match="The job broken failed: no rows"):
        scheduler.run_due(space, LATER)


def test_a_stuck_job_answers_500_and_the_admin_api_still_works(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = Scheduler([ScheduledJob("stuck", lambda _: NEW_YEAR, nothing)])
    monkeypatch.setattr(api.app, "scheduler", stuck)
    answer = api.get(f"{APTIC}/Debtors")
    assert answer.status_code == 500
    assert answer.json()["detail"].startswith("The job stuck ran 100 times")
    assert api.post("/_sim/reset").status_code == 204
