"""The journal: the last requests of a space and their responses, bounded in number and in bytes.

A record keeps raw bytes. They are parsed and redacted when somebody reads the record, so that keeping it costs
next to nothing.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from time import perf_counter

from ledgersim.content_encoding import plain
from ledgersim.diagnostics.diagnostic import MAX_DIAGNOSTICS, Diagnostic
from ledgersim.diagnostics.matching import EvictedEntry, RecordMatch
from ledgersim.diagnostics.nearest import Nearest
from ledgersim.problems import Problem

Headers = Iterable[tuple[bytes, bytes]]

MAX_BODY = 16 * 2**10  # recorded bytes of a request's or a response's body
BREAKING = ("drop", "reset", "truncate")  # kinds of faults that break the connection
ROW_BYTES = 60  # roughly what the name of a row that was written takes
RECORD_BYTES = 1_000  # roughly what a record takes besides its texts


class PackedHeaders:
    """Headers in one byte string, which takes a fifth of the memory of a list of pairs."""

    __slots__ = ("text",)

    def __init__(self, headers: Headers) -> None:
        self.text = b"\n".join([part for pair in headers for part in pair])

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        parts = self.text.split(b"\n")
        return zip(parts[::2], parts[1::2], strict=False)  # b"" splits into one part, which is no header


@dataclass(slots=True, eq=False)
class Record:
    """A request and its response. `operation` is None if no route matched, `status` without a response.

    The `id` of one that is not recorded is 0.
    """

    id: int
    at: datetime
    method: str
    path: str  # decoded, without the prefix of a space
    query: bytes
    headers: Headers
    operation: str | None = None
    body: bytes = b""
    body_size: int = 0
    is_incomplete: bool = False  # not all of the body arrived
    status: int | None = None
    response_headers: Headers = ()
    response_body: bytes = b""
    response_size: int = 0
    problem: str | None = None
    detail: str = ""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    from_simulator: bool = (
        False  # the response comes from a fault or the simulator, not from the vendor's rules
    )
    withheld: int | None = None  # the status of a response that a fault withheld or replaced
    faults: list[str] = field(default_factory=list)
    nearest: Nearest | None = None
    wrote: Iterable[tuple[str, int | None]] = ()  # rows by table and id, as far as it is known
    seconds: float = field(default_factory=lambda: -perf_counter())

    @property
    def injected(self) -> str | None:
        """The kind of the fault that made the request fail; None if it failed by itself, or did not fail."""
        kinds = [one.rpartition(" ")[2] for one in self.faults]
        broken = next((kind for kind in kinds if kind in BREAKING), None)
        return broken or (kinds[-1] if kinds and self.from_simulator else None)

    @property
    def content(self) -> bytes:
        """The recorded part of the request's body, decompressed: at most `MAX_BODY` bytes."""
        return plain(self.headers, self.body, MAX_BODY)

    @property
    def is_truncated(self) -> bool:
        """Whether `content` may not be all of the request's body."""
        if self.is_incomplete or self.body_size > len(self.body):
            return True
        return len(plain(self.headers, self.body, MAX_BODY + 1)) > MAX_BODY

    def add_request_body(self, chunk: bytes) -> None:
        """Record a part of the request's body."""
        if len(self.body) < MAX_BODY:
            self.body += chunk[: MAX_BODY - len(self.body)]
        self.body_size += len(chunk)

    def add_response_body(self, chunk: bytes) -> None:
        """Record a part of the response's body."""
        if len(self.response_body) < MAX_BODY:
            self.response_body += chunk[: MAX_BODY - len(self.response_body)]
        self.response_size += len(chunk)

    def add_problem(self, problem: Problem) -> None:
        """Record why the request failed, ahead of its other diagnostics."""
        self.problem, self.detail = problem.code, problem.detail
        errors = problem.errors or {"": [problem.detail or problem.title]}
        reasons = [
            Diagnostic(problem.code, where, message) for where, texts in errors.items() for message in texts
        ]
        self.diagnostics[:0] = reasons[:MAX_DIAGNOSTICS]
        del self.diagnostics[MAX_DIAGNOSTICS:]

    def add_diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Record diagnostics up to the limit, also for the header `Sim-Diagnostics`.

        The iterable is not consumed beyond the limit.
        """
        self.diagnostics.extend(islice(diagnostics, max(MAX_DIAGNOSTICS - len(self.diagnostics), 0)))

    def end(self) -> None:
        """Stop the clock of the request's duration."""
        self.seconds += perf_counter()

    def pack(self) -> int:
        """Pack the headers to save memory. Returns roughly how many bytes the record takes."""
        self.headers = headers = PackedHeaders(self.headers)
        self.response_headers = response_headers = PackedHeaders(self.response_headers)
        size = RECORD_BYTES + len(self.path) + len(self.query) + len(self.body) + len(self.response_body)
        size += len(headers.text) + len(response_headers.text)
        self.wrote = tuple(self.wrote)
        size += ROW_BYTES * len(self.wrote)
        for one in self.diagnostics:
            size += len(one.where) + len(one.message)
        return size


class Journal:
    """The last records of a space, oldest first: at most `max_entries`, in roughly `max_bytes`."""

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        self.max_entries = max_entries
        self._max_bytes = max_bytes
        self.size = 0  # bytes of all records, roughly
        self.added = 0  # records since the start, those that were evicted or removed among them
        self._records: deque[tuple[Record, int]] = deque()
        self._evicted: Counter[EvictedEntry] = Counter()

    def __iter__(self) -> Iterator[Record]:
        return (record for record, _ in self._records)

    def __reversed__(self) -> Iterator[Record]:
        return (record for record, _ in reversed(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: Record) -> None:
        """Add the record of a request that has ended, and evict the oldest records if there is no room."""
        if not self.max_entries:
            return
        size = record.pack()
        self._records.append((record, size))
        self.added += 1
        self.size += size
        while len(self._records) > self.max_entries or self.size > self._max_bytes:
            oldest, size = self._records.popleft()
            self.size -= size
            self._evicted[EvictedEntry(oldest.operation, oldest.status)] += 1

    def find(self, number: int) -> Record | None:
        """The record with an id."""
        return next((record for record in self if record.id == number), None)

    def evicted(self, match: RecordMatch | None = None) -> int:
        """How many evicted records may have matched."""
        return sum(count for entry, count in self._evicted.items() if match is None or match.may_mean(entry))

    def clear(self) -> None:
        """Remove all records, and the count of those evicted."""
        self._records.clear()
        self._evicted.clear()
        self.size = 0
