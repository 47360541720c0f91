"""What a space ran by name on a client's word: a bounded record, and the jobs that go on after the answer."""

import json
from asyncio import Task, create_task
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ledgersim.problems import Problem

MAX_RUNS = 1_000  # a space; the oldest are forgotten first
MAX_JOBS = 100  # at a time in a space
MAX_BYTES = 16 * 2**10  # of a request and of an answer that are kept
RUN_BYTES = 1_000  # about what a run takes besides its texts

TOO_MANY_JOBS = Problem(429, "too-many-jobs", "Too Many Requests")


@dataclass(slots=True, eq=False)
class Run:
    """One run: what was asked when, and what came of it. Bodies are JSON texts, `b""` where there is none."""

    service: str
    resource: str
    owner: str | None
    in_background: bool
    request: bytes
    started_at: datetime
    state: Literal["running", "done", "cancelled"] = "running"
    finished_at: datetime | None = None
    status: int | None = None
    answer: bytes = b""
    cut: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.request = self._kept("request", self.request)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return RUN_BYTES + len(self.request) + len(self.answer)

    def finish(self, now: datetime, status: int, answer: bytes) -> None:
        """Note the answer."""
        self.state, self.finished_at, self.status = "done", now, status
        self.answer = self._kept("answer", answer)

    def cancel(self, now: datetime) -> None:
        """Note that there will be no answer."""
        self.state, self.finished_at = "cancelled", now

    def _kept(self, name: str, body: bytes) -> bytes:
        if len(body) <= MAX_BYTES:
            return body
        self.cut += (name,)
        return json.dumps(body[:MAX_BYTES].decode(errors="ignore"), ensure_ascii=False).encode()

    def to_json(self) -> bytes:
        """The run as JSON. Of a body over 16 KiB the beginning stands as a string, and `cut` names it."""
        members = {
            "service": self.service,
            "resource": self.resource,
            "owner": self.owner,
            "async": self.in_background,
            "state": self.state,
            "started_at": _as_text(self.started_at),
            "finished_at": _as_text(self.finished_at),
            "status": self.status,
            "cut": self.cut,
        }
        # The bodies stand as they came: numbers that Python cannot tell exactly among them.
        head = json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")[:-1]
        return head + b', "request": %b, "answer": %b}' % (self.request or b"null", self.answer or b"null")


class Runs:
    """The last runs of a space, and its jobs."""

    def __init__(self) -> None:
        self.size = 0  # about how many bytes the record takes
        self._runs: dict[Run, None] = {}
        self._jobs: dict[Task[None], Run] = {}

    def begin(self, run: Run) -> Run:
        """Record a run. Raises a 429 Problem for one in the background where too many go on already."""
        if run.in_background and len(self._jobs) >= MAX_JOBS:
            raise TOO_MANY_JOBS.with_detail(
                f"{MAX_JOBS} jobs are running in this space; ask again when one of them has ended."
            )
        while len(self._runs) >= MAX_RUNS:
            oldest = next(iter(self._runs))
            del self._runs[oldest]
            self.size -= oldest.size
        self._runs[run] = None
        self.size += run.size
        return run

    def finish(self, run: Run, now: datetime, status: int, answer: bytes) -> None:
        """Note the answer of a run, which may have been forgotten meanwhile."""
        before = run.size
        run.finish(now, status, answer)
        if run in self._runs:
            self.size += run.size - before

    def go_on(self, run: Run, work: Coroutine[Any, Any, None]) -> None:
        """Do the work of a run in the background."""
        job = create_task(work)
        self._jobs[job] = run
        job.add_done_callback(lambda done: self._jobs.pop(done, None))

    def cancel(self, now: datetime) -> None:
        """End all jobs as they are."""
        for job, run in self._jobs.items():
            job.cancel()
            run.cancel(now)
        self._jobs.clear()

    def clear(self) -> None:
        """Forget the record."""
        self._runs.clear()
        self.size = 0

    def export(self) -> bytes:
        """The record as JSON, the oldest run first."""
        return b'{"runs": [' + b",\n".join(run.to_json() for run in self._runs) + b"]}"


def _as_text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat().replace("+00:00", "Z")
