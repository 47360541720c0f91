"""Scheduled jobs: order, errors, and a job that makes no progress."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ledgersim.spaces.scheduler import Event, JobError, ScheduledJob, Scheduler
from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database
from tests.client import APTIC, Api

NEW_YEAR, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def space(image: bytes) -> Iterator[Space]:
    space = Space("a", Database.in_memory(image), image)
    space.set_clock("frozen", NEW_YEAR)
    yield space
    space.close()


def nothing(_: Space) -> list[Event]:
    return []


def test_jobs_run_in_the_order_of_time_each_at_its_own(space: Space) -> None:
    days = {"first": [3, 9], "second": [5]}
    ran = []

    def job(name: str) -> ScheduledJob:
        def run(space: Space) -> list[Event]:
            ran.append((name, space.clock.now().day))
            days[name].pop(0)
            space.issue_token("any", timedelta(hours=1))  # jobs write
            return []

        return ScheduledJob(name, lambda _: NEW_YEAR.replace(day=days[name][0]) if days[name] else None, run)

    scheduler = Scheduler([job("second"), job("first")])
    for until in (6, 31):
        scheduler.advance(space, "frozen", NEW_YEAR.replace(day=until))
    assert ran == [("first", 3), ("second", 5), ("first", 9)]


def test_a_job_that_stays_due_is_stopped_and_named(space: Space) -> None:
    scheduler = Scheduler([ScheduledJob("stuck", lambda _: NEW_YEAR, nothing)])
    with pytest.raises(JobError, match="The job stuck ran 100 times and is still due at 2026-01-01"):
        scheduler.advance(space, "frozen", LATER)


def test_a_job_that_fails_is_named(space: Space) -> None:
    def fail(_: Space) -> list[Event]:
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
