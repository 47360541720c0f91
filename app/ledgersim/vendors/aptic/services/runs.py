"""Runs of custom services: a bounded record of them, and the ones that continue in the background."""

import json
from asyncio import Task, create_task
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ledgersim.clock import isoformat
from ledgersim.diagnostics.redaction import redact_text
from ledgersim.problems import Problem
from ledgersim.spaces.vendor_state import VendorRecord

MAX_RUNS = 1_000  # per space; the oldest are dropped first
MAX_JOBS = 100  # at a time in a space
MAX_BYTES = 16 * 2**10  # kept of a request and of a response
RUN_BYTES = 1_000  # roughly what a run uses besides its bodies

TOO_MANY_JOBS = Problem(429, "too-many-jobs", "Too Many Requests")


@dataclass(slots=True, eq=False)
class ServiceRun:
    """One run: its request and its outcome. Bodies are JSON text without secrets; a missing body is `b""`."""

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
        """Record the response."""
        self.state, self.finished_at, self.status = "done", now, status
        self.answer = self._kept("answer", answer)

    def cancel(self, now: datetime) -> None:
        """Record that there will be no response."""
        self.state, self.finished_at = "cancelled", now

    def _kept(self, name: str, body: bytes) -> bytes:
        shown = redact_text(body[:MAX_BYTES].decode(errors="ignore"))
        if len(body) > MAX_BYTES:
            self.cut += (name,)
            shown = json.dumps(shown, ensure_ascii=False)
        return shown.encode()

    def to_json(self) -> bytes:
        """The run as JSON. A body over 16 KiB is cut and becomes a string; `cut` lists such bodies."""
        members = {
            "service": self.service,
            "resource": self.resource,
            "owner": self.owner,
            "async": self.in_background,
            "state": self.state,
            "started_at": _isoformat(self.started_at),
            "finished_at": _isoformat(self.finished_at),
            "status": self.status,
            "cut": self.cut,
        }
        # The bodies are inserted unparsed, because parsing would round their numbers.
        head = json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")[:-1]
        return head + b', "request": %b, "answer": %b}' % (self.request or b"null", self.answer or b"null")


class ServiceRuns(VendorRecord):
    """The latest runs of a space, and its background jobs."""

    def __init__(self) -> None:
        self._runs: dict[ServiceRun, None] = {}
        self._jobs: dict[Task[None], tuple[ServiceRun, int]] = {}  # with the bytes of their requests

    @property
    def is_running(self) -> bool:  # type: ignore[override]
        """Whether a background job is running."""
        return bool(self._jobs)

    def start(self, run: ServiceRun) -> ServiceRun:
        """Record a run. Raises a 429 Problem if it is for the background and too many jobs are running."""
        if run.in_background and len(self._jobs) >= MAX_JOBS:
            raise TOO_MANY_JOBS.with_detail(
                f"{MAX_JOBS} jobs are running in this space; try again when one of them has finished."
            )
        while len(self._runs) >= MAX_RUNS:
            oldest = next(iter(self._runs))
            del self._runs[oldest]
            self.size -= oldest.size
        self._runs[run] = None
        self.size += run.size
        return run

    def finish(self, run: ServiceRun, now: datetime, status: int, answer: bytes) -> None:
        """Record the response of a run, which may have been dropped meanwhile."""
        before = run.size
        run.finish(now, status, answer)
        if run in self._runs:
            self.size += run.size - before

    def run_in_background(self, run: ServiceRun, work: Coroutine[Any, Any, None], size: int) -> None:
        """Do the work of a run after the response has been sent. Until then its request takes `size` bytes."""
        job = create_task(work)
        self._jobs[job] = run, size
        self.size += size
        job.add_done_callback(self._end)

    def _end(self, job: Task[None]) -> None:
        if job in self._jobs:
            self.size -= self._jobs.pop(job)[1]

    def cancel(self, now: datetime) -> None:
        """Cancel all background jobs."""
        for job, (run, _) in list(self._jobs.items()):
            job.cancel()
            run.cancel(now)
            self._end(job)

    def clear(self) -> None:
        """Delete the record. Background jobs continue."""
        self.size -= sum(run.size for run in self._runs)
        self._runs.clear()

    def export(self) -> bytes:
        """The record as JSON, oldest run first."""
        return b'{"runs": [' + b",\n".join(run.to_json() for run in self._runs) + b"]}"


def _isoformat(instant: datetime | None) -> str | None:
    return None if instant is None else isoformat(instant)
