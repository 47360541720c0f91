"""Service definitions, their requests and responses, and the built-in services."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ledgersim.problems import INTERNAL, invalid

SLOW_SECONDS = 2
MAX_SLOW_SECONDS = 30

Find = Callable[[str, str], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request to a service: `text` is its raw body (empty without one), `body` the parsed JSON value."""

    service: str
    text: bytes
    body: Any
    now: str  # ISO 8601, from the clock of the space
    owner: dict[str, Any] | None  # as its GET returns it
    find: Find  # looks up any resource by collection and GUID, as its GET returns it


@dataclass(frozen=True, slots=True)
class ServiceResponse:
    """The response of a service: a status and JSON."""

    status: int
    text: bytes


def _no_delay(_: ServiceRequest) -> float:
    return 0


@dataclass(frozen=True, slots=True)
class Definition:
    """How a service responds, and after how many seconds of real time. Both can raise a Problem."""

    respond: Callable[[ServiceRequest], Coroutine[Any, Any, ServiceResponse]]
    delay: Callable[[ServiceRequest], float] = _no_delay


async def echo(request: ServiceRequest) -> ServiceResponse:
    """Return the body byte for byte, or an empty object without one."""
    return ServiceResponse(200, request.text or b"{}")


async def fail(request: ServiceRequest) -> ServiceResponse:
    """Simulate a failure of the vendor. Raises a 500 Problem."""
    raise INTERNAL.with_detail(f"The service {request.service} always fails.")


def slow_seconds(request: ServiceRequest) -> float:
    """Return the delay of Slow: `seconds` in the body, or else 2. Raises a 400 Problem."""
    if request.body is None:
        return SLOW_SECONDS
    if not isinstance(request.body, dict):
        raise invalid("body", "Input should be a JSON object")
    seconds = request.body.get("seconds", SLOW_SECONDS)
    if isinstance(seconds, bool) or not isinstance(seconds, int | Decimal):
        raise invalid("seconds", "Input should be a number, without quotation marks")
    if not 0 <= seconds <= MAX_SLOW_SECONDS:
        raise invalid("seconds", f"Input should be from 0 to {MAX_SLOW_SECONDS}")
    return float(seconds)


async def slow(request: ServiceRequest) -> ServiceResponse:
    """Return the delay."""
    return ServiceResponse(200, b'{"seconds":%g}' % slow_seconds(request))


BUILT_IN = {"Echo": Definition(echo), "Fail": Definition(fail), "Slow": Definition(slow, slow_seconds)}
