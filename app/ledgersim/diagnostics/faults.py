"""Failures on demand: what is to go wrong, for which requests, and how often."""

import re
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from ledgersim import problems
from ledgersim.clock import ClockError, later
from ledgersim.diagnostics.journal import Record
from ledgersim.diagnostics.matching import Match
from ledgersim.http.schemas import Schema
from ledgersim.ids import Stream
from ledgersim.problems import CONFLICT, NOT_FOUND, Problem, invalid

Kind = Literal["status", "delay", "drop", "reset", "truncate", "quota"]
When = Literal["before", "after_commit"]

MAX_FAULTS = 100  # a space
MAX_SECONDS = 600  # of a delay
OVER_QUOTA = 429
ASKED_FOR = "A test has asked for this failure."

BAD_HEADER = Problem(400, "bad-fault", "Bad Sim-Fault")

# What stands behind the kind in the header.
_VALUE_OF = {"delay": "seconds", "truncate": "bytes"}
_IN_HEADER = ("when", "retry-after")  # and this behind it
_DIGITS = re.compile(r"[0-9]{1,9}")

# What each kind takes beside what all take, and what it must have.
_MEMBERS: dict[Kind, tuple[str, ...]] = {
    "status": ("status", "retry_after", "detail"),
    "delay": ("seconds",),
    "drop": (),
    "reset": (),
    "truncate": ("bytes",),
    "quota": ("limit", "window"),
}
_NEEDED: dict[Kind, tuple[str, ...]] = {
    "status": ("status",),
    "delay": ("seconds",),
    "quota": ("limit", "window"),
}
_OF_A_KIND = {name for names in _MEMBERS.values() for name in names}


class SecondsBetween(Schema):
    """A delay drawn evenly from a range, in seconds of real time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    least: float = Field(alias="from", ge=0, le=MAX_SECONDS)
    most: float = Field(alias="to", ge=0, le=MAX_SECONDS)


def _read_seconds(value: Any) -> Any:
    """A number as it is, an object as a range."""
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


class Fault(Schema):
    """What is to go wrong.

    `seconds` are of real time; `window` and `ttl` are ISO 8601 durations on the clock of the space.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    match: Match = Match()
    when: When | None = None
    kind: Kind
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    retry_after: Annotated[int, Field(ge=0, le=10**9)] | None = None
    detail: Annotated[str, Field(max_length=1_000)] | None = None
    seconds: Annotated[float | SecondsBetween | None, BeforeValidator(_read_seconds)] = None
    bytes: Annotated[int, Field(ge=0, le=10**9)] | None = None
    limit: Annotated[int, Field(ge=0, le=10**9)] | None = None
    window: str | None = None
    times: Annotated[int, Field(ge=1, le=10**9)] | None = None
    probability: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=False)] | None = None
    ttl: str | None = None

    @property
    def needs_connection(self) -> bool:
        """Whether it works on the connection itself, which only a server has."""
        return self.kind in ("drop", "reset", "truncate")

    @property
    def after_commit(self) -> bool:
        """Whether the request is carried out, and only its answer goes wrong."""
        return self.kind == "truncate" or self.when == "after_commit"

    def check(self, now: datetime) -> None:
        """Raises a 400 Problem where the members do not go together."""
        for name in sorted(_OF_A_KIND - set(_MEMBERS[self.kind])):
            if getattr(self, name) is not None:
                raise invalid(name, f"is no member of a fault of the kind {self.kind}")
        for name in _NEEDED.get(self.kind, ()):
            if getattr(self, name) is None:
                raise invalid(name, f"is needed for a fault of the kind {self.kind}")
        if self.kind == "truncate" and self.when == "before":
            raise invalid("when", "must be after_commit for truncate: only an answer can be cut")
        if self.kind == "quota" and self.when == "after_commit":
            raise invalid("when", "must be before for quota: what is over the quota is not carried out")
        if isinstance(self.seconds, SecondsBetween) and self.seconds.least > self.seconds.most:
            raise invalid("seconds.to", "must not be below from")
        for name in ("window", "ttl"):
            if (duration := getattr(self, name)) is not None and _ends(now, duration, name) == now:
                raise invalid(name, "must be longer than nothing")


class FaultHit(NamedTuple):
    """A fault that meets a request: for how many seconds it holds it up, or how it refuses it."""

    id: str
    fault: Fault
    seconds: float = 0
    problem: Problem | None = None


def _strike(identifier: str, fault: Fault, chance: Stream, retry_after: int | None) -> FaultHit:
    if fault.kind == "delay":
        return FaultHit(identifier, fault, seconds=_seconds(fault, chance))
    if fault.kind not in ("status", "quota"):
        return FaultHit(identifier, fault)
    headers = {} if retry_after is None else {"Retry_After": str(retry_after)}
    refusal = _of_status(fault.status or OVER_QUOTA)
    return FaultHit(identifier, fault, problem=refusal.with_detail(fault.detail or ASKED_FOR, **headers))


def _seconds(fault: Fault, chance: Stream) -> float:
    if isinstance(fault.seconds, SecondsBetween):
        least, most = fault.seconds.least, fault.seconds.most
        return least + (most - least) * chance.fraction()
    return fault.seconds or 0


def _of_status(status: int) -> Problem:
    for one in (*problems.COMMON, problems.INTERNAL):
        if one.status == status != problems.VALIDATION.status:
            return one
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = f"Status {status}"
    return Problem(status, title.lower().replace(" ", "-"), title)


def _ends(now: datetime, duration: str, name: str) -> datetime:
    try:
        return later(now, duration)
    except ClockError as error:
        raise invalid(name, str(error)) from error


class ActiveFault:
    """A fault that is in force, and how often it has struck."""

    def __init__(self, identifier: str, fault: Fault, now: datetime) -> None:
        self.id = identifier
        self.fault = fault
        self.fired = 0
        self._until = None if fault.ttl is None else _ends(now, fault.ttl, "ttl")
        self._window_ends = now
        self._in_window = 0

    def ended(self, now: datetime) -> bool:
        """Whether it strikes no more."""
        return self.fired == self.fault.times or (self._until is not None and now >= self._until)

    def strike(self, record: Record, now: datetime, chance: Stream) -> FaultHit | None:
        """What it does to a request, if it meets it."""
        fault, waits = self.fault, self.fault.retry_after
        if self.ended(now) or fault.match.differences(record):
            return None
        if fault.kind == "quota":
            if not self._is_over(now):
                return None
            waits = ceil((self._window_ends - now) / timedelta(seconds=1))
        if fault.probability is not None and chance.fraction() >= fault.probability:
            return None
        self.fired += 1
        return _strike(self.id, fault, chance, waits)

    def _is_over(self, now: datetime) -> bool:
        if now >= self._window_ends:
            self._window_ends, self._in_window = _ends(now, self.fault.window or "", "window"), 0
        self._in_window += 1
        return self._in_window > (self.fault.limit or 0)


class Faults:
    """The faults of a space, in the order in which they were made; `chance` decides on the likely ones."""

    def __init__(self, chance: Stream) -> None:
        self.chance = chance
        self.active: list[ActiveFault] = []
        self._made = 0

    def add(self, fault: Fault, now: datetime) -> ActiveFault:
        """Put a fault in force. Raises a 400 or 409 Problem."""
        fault.check(now)
        if len(self.active) >= MAX_FAULTS:
            self.active = [one for one in self.active if not one.ended(now)]
        if len(self.active) >= MAX_FAULTS:
            raise CONFLICT.with_detail(
                f"{MAX_FAULTS} faults are in force in this space; delete one before you make another."
            )
        self._made += 1
        self.active.append(ActiveFault(f"f{self._made}", fault, now))
        return self.active[-1]

    def get(self, identifier: str) -> ActiveFault:
        """The fault with an id. Raises a 404 Problem."""
        for one in self.active:
            if one.id == identifier:
                return one
        raise NOT_FOUND.with_detail(f"There is no fault {identifier[:40]!r}; GET /_sim/faults lists them.")

    def remove(self, identifier: str) -> None:
        """Take a fault back. Raises a 404 Problem."""
        self.active.remove(self.get(identifier))

    def clear(self) -> None:
        """Take all faults back, and let chance begin again."""
        self.active.clear()
        self.chance.position = 0

    def met_by(self, record: Record, now: datetime) -> list[FaultHit]:
        """What a request meets: delays, and at most one other at the end."""
        met: list[FaultHit] = []
        for one in self.active:
            strike = one.strike(record, now, self.chance)
            if strike is not None:
                met.append(strike)
                if strike.fault.kind != "delay":
                    break
        return met


def from_header(text: str, now: datetime, chance: Stream) -> FaultHit:
    """The fault of a header `Sim-Fault`, for one request: `status=503; retry-after=5`, `delay=0.5-2`, `drop`.

    Raises a 400 Problem.
    """
    try:
        fault = Fault.model_validate(_members(text))
        if fault.kind == "quota":
            raise invalid("kind", "a quota is for many requests; make it with POST /_sim/faults")
        fault.check(now)
    except ValidationError as error:
        first = error.errors()[0]
        raise _bad_header(text, f"{problems.field_path(first['loc'])}: {first['msg']}") from error
    except Problem as problem:
        ((name, messages),) = problem.errors.items()
        raise _bad_header(text, f"{name}: {messages[0]}") from problem
    return _strike("Sim-Fault", fault, chance, fault.retry_after)


def _members(text: str) -> dict[str, Any]:
    """The members of a fault as a header writes them."""
    first, *others = text.split(";")
    kind, _, value = (part.strip() for part in first.partition("="))
    members: dict[str, Any] = {"kind": kind}
    if value:
        members[_VALUE_OF.get(kind, kind)] = value
    for part in others:
        name, _, value = (part.strip() for part in part.partition("="))
        if name not in _IN_HEADER:
            raise invalid(name or part, f"a header takes only {' and '.join(_IN_HEADER)} here")
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
        f"The header Sim-Fault is {text[:80]!r} ({reason}). Write for example status=503; retry-after=5, "
        "delay=1.5, delay=0.5-2, drop, reset or truncate, with ; when=after_commit if the request is to be "
        "carried out first."
    )
