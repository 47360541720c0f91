"""The faults of a space as objects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .calls import Calls, texts_in

if TYPE_CHECKING:  # not installed with pytest-ledgersim
    from ledgersim.diagnostics.faults import Kind

_CRITERIA = ("operation", "method", "path", "header", "query")
_NOT_IN_REPR = ("id", "kind", "fired", "ended")

__tracebackhide__ = True  # so that pytest shows the line of the test


class Faults:
    """The faults of a space. All kinds take `times`, `probability` and `ttl`, as in `POST /_sim/faults`.

    A fault hits the requests that match `operation`, `method`, `path`, `header` and `query`, or all of these in
    `match`; without criteria, it hits every request. `after_commit=True` is short for `when="after_commit"`.
    """

    def __init__(self, calls: Calls) -> None:
        self._call = calls

    def add(self, kind: Kind, *, after_commit: bool = False, **members: Any) -> Fault:
        """Add a fault of the kind status, delay, drop, reset, truncate or quota, with the members of the kind.

        Raises ValueError for members that contradict each other.
        """
        match = {name: members.pop(name) for name in _CRITERIA if name in members}
        if match and members.setdefault("match", match) is not match:
            raise ValueError(f"pass {', '.join(match)} in match, or omit match")
        if after_commit and members.setdefault("when", "after_commit") != "after_commit":
            raise ValueError(f"after_commit=True contradicts when={members['when']!r}")
        if "match" in members:
            members["match"] = texts_in(members["match"])
        return Fault(self._call, self._call("POST", "/faults", {"kind": kind, **members}))

    def status(self, status: int, **members: Any) -> Fault:
        """Respond with a status, in the vendor's error format; takes `retry_after` (seconds) and `detail`."""
        return self.add("status", status=status, **members)

    def delay(self, seconds: float, **members: Any) -> Fault:
        """Delay the response by this many seconds of real time."""
        return self.add("delay", seconds=seconds, **members)

    def drop(self, after_commit: bool = False, **members: Any) -> Fault:
        """Close the connection without a response, before or after the request is carried out."""
        return self.add("drop", after_commit=after_commit, **members)

    def truncate(self, bytes: int | None = None, **members: Any) -> Fault:
        """Cut the response after this many bytes of its body, by default after half of it."""
        return self.add("truncate", **(members if bytes is None else {**members, "bytes": bytes}))

    def quota(self, limit: int, window: str | timedelta, **members: Any) -> Fault:
        """Respond with 429 to requests beyond `limit` in a `window` of the space's clock, such as `PT1M`."""
        return self.add("quota", limit=limit, window=window, **members)

    def clear(self) -> None:
        """Remove all faults."""
        self._call("DELETE", "/faults")


class Fault:
    """An active fault."""

    def __init__(self, calls: Calls, definition: dict[str, Any]) -> None:
        self._call = calls
        self._definition = definition
        self.id: str = definition["id"]

    def __repr__(self) -> str:  # makes no call, because debuggers use it while the server is suspended
        members = (f"{name}={value!r}" for name, value in self._definition.items() if name not in _NOT_IN_REPR)
        return f"<Fault {' '.join([self.id, self._definition['kind'], *members])}>"

    @property
    def fired(self) -> int:
        """How many requests it has hit."""
        return int(self._call("GET", f"/faults/{self.id}")["fired"])

    def remove(self) -> None:
        """Remove the fault."""
        self._call("DELETE", f"/faults/{self.id}")
