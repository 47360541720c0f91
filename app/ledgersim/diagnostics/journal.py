"""What passed: the last requests of a space and their answers, bounded in number and in bytes.

A record keeps what came as it came; it is made readable only where somebody reads it, so that keeping it
costs next to nothing.
"""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from time import perf_counter

from ledgersim.content_encoding import plain
from ledgersim.diagnostics.diagnostic import MAX_NOTES, Diagnostic
from ledgersim.diagnostics.matching import EvictedEntry, RecordMatch
from ledgersim.diagnostics.nearest import Nearest
from ledgersim.problems import Problem

Headers = Iterable[tuple[bytes, bytes]]

MAX_BODY = 16 * 2**10  # bytes that are kept of a request's or an answer's body
RECORD_BYTES = 1_000  # about what a record takes besides its texts


class PackedHeaders:
    """Headers in one piece, which takes a fifth of the memory of a list of pairs."""

    __slots__ = ("text",)

    def __init__(self, headers: Headers) -> None:
        self.text = b"\n".join([part for pair in headers for part in pair])

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        parts = self.text.split(b"\n")
        return zip(parts[::2], parts[1::2], strict=False)  # b"" splits into one part, which is no header


@dataclass(slots=True, eq=False)
class Record:
    """A request and what came of it. `operation` is None where no route took it, `status` where no answer."""

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
    answer_headers: Headers = ()
    answer: bytes = b""
    answer_size: int = 0
    problem: str | None = None
    detail: str = ""
    notes: list[Diagnostic] = field(default_factory=list)
    spoilt: bool = False  # the answer is not that of the vendor's own rules
    withheld: int | None = None  # the status of an answer that a fault has kept back or replaced
    faults: list[str] = field(default_factory=list)
    nearest: Nearest | None = None
    seconds: float = field(default_factory=lambda: -perf_counter())

    @property
    def content(self) -> bytes:
        """The request's body, decompressed: what is kept of it, at most `MOST_BODY` bytes."""
        return plain(self.headers, self.body, MAX_BODY)

    @property
    def is_cut(self) -> bool:
        """Whether `content` may not be all of the request's body."""
        if self.is_incomplete or self.body_size > len(self.body):
            return True
        return len(plain(self.headers, self.body, MAX_BODY + 1)) > MAX_BODY

    def take(self, chunk: bytes) -> None:
        """Keep a part of the request's body."""
        if len(self.body) < MAX_BODY:
            self.body += chunk[: MAX_BODY - len(self.body)]
        self.body_size += len(chunk)

    def give(self, chunk: bytes) -> None:
        """Keep a part of the answer's body."""
        if len(self.answer) < MAX_BODY:
            self.answer += chunk[: MAX_BODY - len(self.answer)]
        self.answer_size += len(chunk)

    def refuse(self, problem: Problem) -> None:
        """Note why the request was refused, before what was tolerated."""
        self.problem, self.detail = problem.code, problem.detail
        errors = problem.errors or {"": [problem.detail or problem.title]}
        reasons = [
            Diagnostic(problem.code, where, message) for where, all_ in errors.items() for message in all_
        ]
        self.notes[:0] = reasons[:MAX_NOTES]
        del self.notes[MAX_NOTES:]

    def end(self) -> None:
        """Stop the time."""
        self.seconds += perf_counter()

    def pack(self) -> int:
        """Take less memory; about how many bytes it still takes."""
        self.headers = headers = PackedHeaders(self.headers)
        self.answer_headers = answer_headers = PackedHeaders(self.answer_headers)
        size = RECORD_BYTES + len(self.path) + len(self.query) + len(self.body) + len(self.answer)
        size += len(headers.text) + len(answer_headers.text)
        for one in self.notes:
            size += len(one.where) + len(one.message)
        return size


class Journal:
    """The last records of a space, oldest first; `most` of them at most, and so many bytes."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self.most = most
        self._most_bytes = most_bytes
        self.size = 0  # about how many bytes the records take
        self._records: deque[tuple[Record, int]] = deque()
        self._evicted: Counter[EvictedEntry] = Counter()

    def __iter__(self) -> Iterator[Record]:
        return (record for record, _ in self._records)

    def __reversed__(self) -> Iterator[Record]:
        return (record for record, _ in reversed(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def add(self, record: Record) -> None:
        """Keep the record of a request that has ended, in place of the oldest where there is no room."""
        if not self.most:
            return
        size = record.pack()
        self._records.append((record, size))
        self.size += size
        while len(self._records) > self.most or self.size > self._most_bytes:
            oldest, size = self._records.popleft()
            self.size -= size
            self._evicted[EvictedEntry(oldest.operation, oldest.status)] += 1

    def find(self, number: int) -> Record | None:
        """The record with an id."""
        return next((record for record in self if record.id == number), None)

    def evicted(self, match: RecordMatch | None = None) -> int:
        """How many records have been evicted that could have been meant."""
        return sum(count for known, count in self._evicted.items() if match is None or match.may_mean(known))

    def clear(self) -> None:
        """Forget everything, also what was evicted."""
        self._records.clear()
        self._evicted.clear()
        self.size = 0
