"""Scheduled jobs: work that vendors do by themselves as the clock of a space advances."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ledgersim.clock import Mode, isoformat
from ledgersim.spaces.space import Space
from ledgersim.storage.database import StorageProblem

MAX_ROUNDS = 100  # at one instant; a job may schedule further work for the same instant, but not forever


class Event(NamedTuple):
    """What a job did. `path` is where to read the result, without the prefix of a space."""

    at: datetime
    name: str
    path: str
    details: Mapping[str, Any]


class ScheduledJob(NamedTuple):
    """`next_at` returns when the job is next due in a space, or None; `run` does everything that is due."""

    name: str
    next_at: Callable[[Space], datetime | None]
    run: Callable[[Space], list[Event]]


class JobError(Exception):
    """A job failed, or keeps being due without making progress."""


class Scheduler:
    """Runs the jobs of all vendors in the order in which they are due."""

    def __init__(self, jobs: Sequence[ScheduledJob] = ()) -> None:
        self._jobs = tuple(jobs)

    def is_due(self, space: Space) -> bool:
        """Whether `run_due` has something to run."""
        due = self.next_at(space)
        return due is not None and due <= space.clock.now()

    def run_due(self, space: Space, until: datetime | None = None) -> list[Event]:
        """Run the jobs due by now, or by `until`, with the clock at the time each is due.

        Raises JobError or StorageProblem.
        """
        events: list[Event] = []
        at, rounds = None, 0
        while (due := self.next_at(space)) is not None and due <= (until or space.clock.now()):
            rounds = rounds + 1 if due == at else 1
            at = due
            jobs = [job for job in self._jobs if job.next_at(space) == at]
            if rounds > MAX_ROUNDS:
                names = " and ".join(job.name for job in jobs)
                raise JobError(f"The job {names} ran {MAX_ROUNDS} times and is still due at {isoformat(at)}")
            with space.clock.frozen_at(at):
                for job in jobs:
                    events += _run(job, space)
        space.events.extend(events)
        return events

    def advance(self, space: Space, mode: Mode, until: datetime) -> list[Event]:
        """Move the clock of a space forward to `until`, and run the jobs that are due on the way.

        Raises ClockError if the clock would go backwards, and JobError.
        """
        space.clock.set(mode, until)  # raises before any job runs
        events = self.run_due(space, until)
        space.set_clock(mode, max(until, space.clock.setting.floor))
        return events

    def coming(self, space: Space) -> list[tuple[datetime, str]]:
        """When each job is next due, and its name, in this order; without those that have nothing to do."""
        return sorted((at, job.name) for job in self._jobs if (at := job.next_at(space)) is not None)

    def next_at(self, space: Space) -> datetime | None:
        """When the next job of a space is due, or None."""

        def earliest() -> datetime | None:
            return min((at for job in self._jobs if (at := job.next_at(space)) is not None), default=None)

        found: datetime | None = space.cached("next_at", earliest)
        return found


def _run(job: ScheduledJob, space: Space) -> list[Event]:
    try:
        return job.run(space)
    except StorageProblem:
        raise
    except Exception as error:
        raise JobError(f"The job {job.name} failed: {error}") from error
