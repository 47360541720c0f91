"""Faults: failures on demand, for which requests they apply, and how often."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from ledgersim import problems
from ledgersim.clock import ClockError, add_duration
from ledgersim.diagnostics.journal import BREAKING, Record
from ledgersim.diagnostics.matching import Match
from ledgersim.ids import Stream
from ledgersim.problems import CONFLICT, NOT_FOUND, VALIDATION, Problem, invalid
from ledgersim.schemas import JsonObject

Kind = Literal["status", "delay", "drop", "reset", "truncate", "quota"]
When = Literal["before", "after_commit"]

MAX_FAULTS = 100  # per space
MAX_SECONDS = 600  # of a delay
QUOTA_STATUS = 429
DEFAULT_DETAIL = "A fault injected by a test caused this failure."

BAD_HEADER = Problem(400, "bad-fault", "Bad Sim-Fault")

# In the Sim-Fault header: the member that the value after the kind is for, and the members that may follow it.
_VALUE_MEMBER = {"delay": "seconds", "truncate": "bytes"}
_FURTHER_MEMBERS = ("when", "retry-after")
_DIGITS = re.compile(r"[0-9]{1,9}")

# The members that each kind allows besides the common ones, and those it requires.
MEMBERS: dict[Kind, tuple[str, ...]] = {
    "status": ("status", "retry_after", "detail"),
    "delay": ("seconds",),
    "drop": (),
    "reset": (),
    "truncate": ("bytes",),
    "quota": ("limit", "window"),
}
REQUIRED: dict[Kind, tuple[str, ...]] = {
    "status": ("status",),
    "delay": ("seconds",),
    "quota": ("limit", "window"),
}
_KIND_MEMBERS = {name for names in MEMBERS.values() for name in names}


class SecondsBetween(JsonObject):
    """A delay drawn uniformly from a range, in seconds of real time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: float = Field(alias="from", ge=0, le=MAX_SECONDS)
    most: float = Field(alias="to", ge=0, le=MAX_SECONDS)


def _parse_seconds(value: Any) -> Any:
    """A number as a float, an object as a range."""
    try:
        if isinstance(value, dict):
            return SecondsBetween.model_validate(value)
        if not isinstance(value, bool) and 0 <= float(value) <= MAX_SECONDS:
            return float(value)
    except (ValueError, TypeError, ArithmeticError):
        pass
    raise PydanticCustomError(
        "seconds", f'Input should be a number from 0 to {MAX_SECONDS}, or {{"from": 0.5, "to": 2}} for a range'
    )


class Fault(JsonObject):
    """The definition of a fault.

    `seconds` is in real time; `window` and `ttl` are ISO 8601 durations on the clock of the space.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    match: Match = Match()
    when: When | None = None
    kind: Kind
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    retry_after: Annotated[int, Field(ge=0, le=10**9)] | None = None
    detail: Annotated[str, Field(max_length=1_000)] | None = None
    seconds: Annotated[float | SecondsBetween | None, BeforeValidator(_parse_seconds)] = None
    bytes: Annotated[int, Field(ge=0, le=10**9)] | None = None
    limit: Annotated[int, Field(ge=0, le=10**9)] | None = None
    window: str | None = None
    times: Annotated[int, Field(ge=1, le=10**9)] | None = None
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=False)] | None = None
    ttl: str | None = None

    @property
    def needs_connection(self) -> bool:
        """Whether the fault breaks the connection, which only works on a real server."""
        return self.kind in BREAKING

    @property
    def after_commit(self) -> bool:
        """Whether the request is carried out and only its response fails."""
        return self.kind == "truncate" or self.when == "after_commit"

    def check(self, now: datetime) -> None:
        """Raise a 400 Problem with all that is wrong if members contradict each other."""
        if errors := {name: [message] for name, message in self._contradictions(now)}:
            raise VALIDATION.with_errors(errors)

    def _contradictions(self, now: datetime) -> Iterator[tuple[str, str]]:
        for name in sorted(_KIND_MEMBERS - set(MEMBERS[self.kind])):
            if getattr(self, name) is not None:
                yield name, f"is not allowed for a fault of kind {self.kind}"
        for name in REQUIRED.get(self.kind, ()):
            if getattr(self, name) is None:
                yield name, f"is required for a fault of kind {self.kind}"
        if self.kind == "truncate" and self.when == "before":
            yield "when", "must be after_commit for truncate: only a response can be truncated"
        if self.kind == "quota" and self.when == "after_commit":
            yield "when", "must be before for quota: requests over the quota are not carried out"
        if isinstance(self.seconds, SecondsBetween) and self.seconds.least > self.seconds.most:
            yield "seconds.to", "must not be less than from"
        for name in ("window", "ttl"):
            try:
                if (duration := getattr(self, name)) is not None and add_duration(now, duration) == now:
                    yield name, "must be longer than zero"
            except ClockError as error:
                yield name, str(error)


class FaultHit(NamedTuple):
    """A fault that applies to a request: the seconds to delay it, or the problem to return."""

    id: str
    fault: Fault
    seconds: float = 0
    problem: Problem | None = None


def _hit(identifier: str, fault: Fault, chance: Stream, retry_after: int | None) -> FaultHit:
    if fault.kind == "delay":
        return FaultHit(identifier, fault, seconds=_draw_seconds(fault, chance))
    if fault.kind not in ("status", "quota"):
        return FaultHit(identifier, fault)
    headers = {} if retry_after is None else {"Retry_After": str(retry_after)}
    problem = _problem(fault.status or QUOTA_STATUS)
    return FaultHit(identifier, fault, problem=problem.with_detail(fault.detail or DEFAULT_DETAIL, **headers))


def _draw_seconds(fault: Fault, chance: Stream) -> float:
    if isinstance(fault.seconds, SecondsBetween):
        least, most = fault.seconds.least, fault.seconds.most
        return least + (most - least) * chance.fraction()
    return fault.seconds or 0


def _problem(status: int) -> Problem:
    """The common problem with this status, or one named after the status."""
    for one in (*problems.COMMON, problems.INTERNAL):
        if one.status == status != problems.VALIDATION.status:
            return one
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = f"Status {status}"
    return Problem(status, title.lower().replace(" ", "-"), title)


def _end(now: datetime, duration: str, name: str) -> datetime:
    try:
        return add_duration(now, duration)
    except ClockError as error:
        raise invalid(name, str(error)) from error


class ActiveFault:
    """A fault of a space, and how many requests it has hit."""

    def __init__(self, identifier: str, fault: Fault, now: datetime) -> None:
        self.id = identifier
        self.fault = fault
        self.fired = 0
        self._ends = None if fault.ttl is None else _end(now, fault.ttl, "ttl")
        self._window_ends = now
        self._requests_in_window = 0

    def ended(self, now: datetime) -> bool:
        """Whether it has used up its `times` or its `ttl`."""
        return self.fired == self.fault.times or (self._ends is not None and now >= self._ends)

    def hit(self, record: Record, now: datetime, chance: Stream) -> FaultHit | None:
        """Count the request; returns the hit if the fault applies to it."""
        fault, retry_after = self.fault, self.fault.retry_after
        if self.ended(now) or fault.match.differences(record):
            return None
        if fault.kind == "quota":
            if not self._exceeds_quota(now):
                return None
            retry_after = ceil((self._window_ends - now) / timedelta(seconds=1))
        if fault.probability is not None and chance.fraction() >= fault.probability:
            return None
        self.fired += 1
        return _hit(self.id, fault, chance, retry_after)

    def _exceeds_quota(self, now: datetime) -> bool:
        if now >= self._window_ends:
            self._window_ends, self._requests_in_window = _end(now, self.fault.window or "", "window"), 0
        self._requests_in_window += 1
        return self._requests_in_window > (self.fault.limit or 0)


class Faults:
    """The faults of a space in the order of their creation. `chance` decides about probabilities and ranges."""

    def __init__(self, chance: Stream) -> None:
        self.chance = chance
        self.active: list[ActiveFault] = []
        self._last_number = 0

    def add(self, fault: Fault, now: datetime) -> ActiveFault:
        """Activate a fault. Raises a 400 or 409 Problem."""
        fault.check(now)
        if len(self.active) >= MAX_FAULTS:
            self.active = [one for one in self.active if not one.ended(now)]
        if len(self.active) >= MAX_FAULTS:
            raise CONFLICT.with_detail(
                f"This space has {MAX_FAULTS} active faults, the maximum. Delete one before you create another."
            )
        self._last_number += 1
        self.active.append(ActiveFault(f"f{self._last_number}", fault, now))
        return self.active[-1]

    def get(self, identifier: str) -> ActiveFault:
        """The fault with an id. Raises a 404 Problem."""
        for one in self.active:
            if one.id == identifier:
                return one
        raise NOT_FOUND.with_detail(f"Fault {identifier[:40]!r} not found; GET /_sim/faults lists all faults.")

    def remove(self, identifier: str) -> None:
        """Remove a fault. Raises a 404 Problem."""
        self.active.remove(self.get(identifier))

    def clear(self) -> None:
        """Remove all faults and restart the chance stream."""
        self.active.clear()
        self.chance.position = 0

    def hits(self, record: Record, now: datetime) -> list[FaultHit]:
        """The faults that apply to a request: delays, and at most one other, which comes last."""
        found: list[FaultHit] = []
        for one in self.active:
            hit = one.hit(record, now, self.chance)
            if hit is not None:
                found.append(hit)
                if hit.fault.kind != "delay":
                    break
        return found


def from_header(text: str, now: datetime, chance: Stream) -> FaultHit:
    """The hit of a `Sim-Fault` header, such as `status=503; retry-after=5`, `delay=0.5-2` or `drop`.

    Raises a 400 Problem.
    """
    try:
        fault = Fault.model_validate(_header_members(text))
        if fault.kind == "quota":
            raise invalid("kind", "a quota counts several requests; create it with POST /_sim/faults")
        fault.check(now)
    except ValidationError as error:
        first = error.errors()[0]
        raise _bad_header(text, f"{problems.field_path(first['loc'])}: {first['msg']}") from error
    except Problem as problem:
        name, messages = next(iter(problem.errors.items()))
        raise _bad_header(text, f"{name}: {messages[0]}") from problem
    return _hit("Sim-Fault", fault, chance, fault.retry_after)


def _header_members(text: str) -> dict[str, Any]:
    """The members of the fault that a header describes."""
    first, *others = text.split(";")
    kind, _, value = (part.strip() for part in first.partition("="))
    members: dict[str, Any] = {"kind": kind}
    if value:
        members[_VALUE_MEMBER.get(kind, kind)] = value
    for part in others:
        name, _, value = (part.strip() for part in part.partition("="))
        if name not in _FURTHER_MEMBERS:
            raise invalid(name or part, f"only {' and '.join(_FURTHER_MEMBERS)} may follow the kind")
        members[name.replace("-", "_")] = value
    for name in ("status", "retry_after", "bytes"):
        if name in members and _DIGITS.fullmatch(members[name]):
            members[name] = int(members[name])
    least, dash, most = members.get("seconds", "").partition("-")
    if dash:
        members["seconds"] = {"from": least, "to": most}
    return members


def _bad_header(text: str, reason: str) -> Problem:
    return BAD_HEADER.with_detail(
        f"The Sim-Fault header {text[:80]!r} is invalid ({reason}). Examples: status=503; retry-after=5, "
        "delay=1.5, delay=0.5-2, drop, reset, truncate. Add ; when=after_commit to carry out the request first."
    )
