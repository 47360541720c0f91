"""The faults of a space as objects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .calls import Calls, texts_in

if TYPE_CHECKING:  # a test that only calls a server loads nothing of it
    from ledgersim.diagnostics.faults import Kind

_MATCHED = ("operation", "method", "path", "header", "query")
_TOLD_APART = ("id", "kind", "fired", "ended")  # of an answer about a fault

__tracebackhide__ = True  # pytest shows the line of the test


class Faults:
    """The faults of a space. A fault takes `times`, `probability` and `ttl` (see the documents) where given.

    Which requests it meets is told by operation, method, path, header and query, or by all these as `match`;
    without them it meets all. `after_commit=True` is the same as `when="after_commit"`.
    """

    def __init__(self, control: Calls) -> None:
        self._control = control

    def add(self, kind: Kind, *, after_commit: bool = False, **members: Any) -> Fault:
        """Put a fault in force: status, delay, drop, reset, truncate or quota, with the members of its kind.

        Raises ValueError for members that contradict each other.
        """
        match = {name: members.pop(name) for name in _MATCHED if name in members}
        if match and members.setdefault("match", match) is not match:
            raise ValueError(f"put {', '.join(match)} into match, or leave match out")
        if after_commit and members.setdefault("when", "after_commit") != "after_commit":
            raise ValueError(f"after_commit=True contradicts when={members['when']!r}")
        if "match" in members:
            members["match"] = texts_in(members["match"])
        return Fault(self._control, self._control("POST", "/faults", {"kind": kind, **members}))

    def status(self, status: int, **members: Any) -> Fault:
        """Answer with a status and the vendor's problem body; `retry_after` in seconds, `detail` as text."""
        return self.add("status", status=status, **members)

    def delay(self, seconds: float, **members: Any) -> Fault:
        """Answer so many seconds (of real time) later."""
        return self.add("delay", seconds=seconds, **members)

    def drop(self, after_commit: bool = False, **members: Any) -> Fault:
        """Close the connection without an answer: at once, or after the request has been carried out."""
        return self.add("drop", after_commit=after_commit, **members)

    def truncate(self, bytes: int | None = None, **members: Any) -> Fault:
        """End the answer after so many bytes of its body; without a number, after half of it."""
        return self.add("truncate", **(members if bytes is None else {**members, "bytes": bytes}))

    def quota(self, limit: int, window: str | timedelta, **members: Any) -> Fault:
        """Answer 429 to what is over so many requests in a window of the clock, such as `PT1M`."""
        return self.add("quota", limit=limit, window=window, **members)

    def clear(self) -> None:
        """Take all faults back."""
        self._control("DELETE", "/faults")


class Fault:
    """A fault in force, by its `id`."""

    def __init__(self, control: Calls, told: dict[str, Any]) -> None:
        self._control = control
        self._told = told
        self.id: str = told["id"]

    def __repr__(self) -> str:  # without a call: debuggers ask for it while the server stands still
        members = (f"{name}={value!r}" for name, value in self._told.items() if name not in _TOLD_APART)
        return f"<Fault {' '.join([self.id, self._told['kind'], *members])}>"

    @property
    def fired(self) -> int:
        """How often it has struck."""
        return int(self._control("GET", f"/faults/{self.id}")["fired"])

    def remove(self) -> None:
        """Take the fault back."""
        self._control("DELETE", f"/faults/{self.id}")
