"""Scheduled jobs: work that vendors do by themselves as the clock of a space advances."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Column, ColumnElement, Table, bindparam, func, select

from ledgersim.clock import Mode, isoformat
from ledgersim.spaces.space import Space, start_of, start_of_day
from ledgersim.storage.connections import written
from ledgersim.storage.database import StorageProblem
from ledgersim.storage.statements import rows, tables_of

MAX_ROUNDS = 100  # at one instant; a job may schedule further work for the same instant, but not forever
MAX_WRITTEN = 30  # rows of an event that are kept


class Event(NamedTuple):
    """What a job did. `path` is where to read the result, without the prefix of a space.

    The scheduler adds the name of the `job`, and `wrote`: the rows that were written, by table and id, as far
    as it is known.
    """

    at: datetime
    name: str
    path: str
    details: Mapping[str, Any]
    job: str = ""
    wrote: Sequence[tuple[str, int | None]] = ()


class DueRow(NamedTuple):
    """A row that a job will do something about, and when."""

    at: datetime
    table: str
    row_id: int


class DueRows:
    """The rows of a table that a job waits for. Calling it returns when the first of them is due in a space.

    `column` holds when a row is due, as an instant, a date or a day number, or null; `where` are conditions.
    """

    def __init__(self, column: Column[Any], *where: ColumnElement[bool]) -> None:
        self._table = column.table
        self._next = select(func.min(column)).where(*where)
        self._count = select(func.count(column)).where(*where)
        self._first = (
            select(self._table.c.id, column.label("due"))
            .where(column.is_not(None), *where)
            .order_by(column, self._table.c.id)
            .limit(bindparam("top"))
            .offset(bindparam("skip"))
        )

    @property
    def tables(self) -> frozenset[Table]:
        """The tables that it reads."""
        return tables_of(self._next)

    def __call__(self, space: Space) -> datetime | None:
        return _instant(space.scalar(self._next))

    def first(self, space: Space, top: int, skip: int = 0) -> tuple[int, list[DueRow]]:
        """How many rows the job waits for, and those that are due first, after `skip` others."""
        found = rows(space.connection, self._first, top=top, skip=skip)
        due = [(_instant(one["due"]), one["id"]) for one in found]
        total = space.scalar(self._count)
        return total, [DueRow(at, self._table.name, row_id) for at, row_id in due if at is not None]


class ScheduledJob(NamedTuple):
    """`next_at` returns when the job is next due in a space, or None; a `DueRows` also lists for what.

    `run` does everything that is due. It returns or yields the events of each thing that it does.
    """

    name: str
    next_at: Callable[[Space], datetime | None]
    run: Callable[[Space], Iterable[Sequence[Event]]]


class ComingJob(NamedTuple):
    """A job that will run, when it is next due, how many rows it waits for, and the first of them."""

    at: datetime
    name: str
    total: int
    rows: Sequence[DueRow]


class JobError(Exception):
    """A job failed, or keeps being due without making progress."""


class Scheduler:
    """Runs the jobs of all vendors in the order in which they are due."""

    def __init__(self, jobs: Sequence[ScheduledJob] = ()) -> None:
        self._jobs = tuple(jobs)
        waiting = [job.next_at for job in self._jobs if isinstance(job.next_at, DueRows)]
        # Only writes to these change when the next job is due. None: a job may read anything.
        self._tables = (
            frozenset().union(*(one.tables for one in waiting)) if len(waiting) == len(self._jobs) else None
        )

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

    @property
    def names(self) -> list[str]:
        """The names of all jobs, sorted."""
        return sorted(job.name for job in self._jobs)

    def coming(self, space: Space, top: int, skip: int = 0, name: str | None = None) -> list[ComingJob]:
        """The jobs in the order in which they are due, or the one with this name; without idle ones.

        Each has at most `top` rows, after `skip` others.
        """
        return sorted(_coming(space, (job for job in self._jobs if name in (None, job.name)), top, skip))

    def next_at(self, space: Space) -> datetime | None:
        """When the next job of a space is due, or None."""

        def earliest() -> datetime | None:
            return min((at for job in self._jobs if (at := job.next_at(space)) is not None), default=None)

        found: datetime | None = space.cached("next_at", earliest, self._tables)
        return found


def _run(job: ScheduledJob, space: Space) -> list[Event]:
    noted: dict[tuple[str, int | None], None] = {}
    token = written.set(noted)
    done: list[Event] = []
    try:
        for events in job.run(space):
            wrote = tuple(islice(noted, MAX_WRITTEN))
            done += [event._replace(job=job.name, wrote=wrote) for event in events]
            noted.clear()
    except StorageProblem:
        raise
    except Exception as error:
        raise JobError(f"The job {job.name} failed: {error}") from error
    finally:
        written.reset(token)
    return done


def _coming(space: Space, jobs: Iterable[ScheduledJob], top: int, skip: int) -> Iterator[ComingJob]:
    for job in jobs:
        if (at := job.next_at(space)) is not None:
            total, due = job.next_at.first(space, top, skip) if isinstance(job.next_at, DueRows) else (0, [])
            yield ComingJob(at, job.name, total, due)


def _instant(due: Any) -> datetime | None:
    """An instant, the start of a date or of the day with a number; None for no day that the clock can reach."""
    if isinstance(due, date) and not isinstance(due, datetime):
        return start_of(due)
    return start_of_day(due) if isinstance(due, int) else due
