"""Reading request bodies: bounded, JSON only, numbers exact."""

import json
from collections.abc import Callable, Coroutine
from decimal import Decimal, DecimalException
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from ledgersim.core import problems

MOST_BYTES = 10 * 2**20
MOST_DRAINED = 10 * MOST_BYTES  # of a body too large, so that the client gets to read the refusal


async def read_bytes(request: Request, most: int = MOST_BYTES) -> bytes:
    """The body. Raises a 413 Problem if it is over `most` bytes."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max(most, MOST_DRAINED):
            break
        if size <= most:
            chunks.append(chunk)
    if size > most:
        raise problems.TOO_LARGE.with_detail(f"The body may have up to {most:,} bytes ({most // 2**20} MiB).")
    return b"".join(chunks)


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, with decimal fractions as Decimal. Raises a 400 Problem."""
    try:
        value = json.loads(body.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse_constant)
        if b"\\u" in body:
            _check_text(value)
    except json.JSONDecodeError as error:
        raise _unreadable(
            f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}."
        ) from error
    except UnicodeDecodeError as error:
        raise _unreadable(f"Byte {error.start + 1} is not UTF-8.") from error
    except UnicodeEncodeError as error:
        raise _unreadable("A string holds half of a surrogate pair (\\ud800 to \\udfff).") from error
    except RecursionError as error:
        raise _unreadable("It is nested too deeply.") from error
    except (ValueError, DecimalException) as error:
        too_long = isinstance(error, DecimalException) or "digits" in str(error)
        reason = "A number has too many digits" if too_long else str(error)
        raise _unreadable(f"{reason}.") from error
    return value


def _unreadable(reason: str) -> problems.Problem:
    return problems.UNREADABLE.with_detail(f"The body is not readable as JSON: {reason}").with_errors(
        {"body": [reason]}
    )


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _check_text(value: Any) -> None:
    """Raises UnicodeEncodeError where a string cannot be written as UTF-8."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, dict):
        for key, item in value.items():
            key.encode()
            _check_text(item)
    elif isinstance(value, list):
        for item in value:
            _check_text(item)


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("", "application/json", "text/json") or (
        kind.startswith("application/") and kind.endswith("+json")
    )


class JsonRequest(Request):
    """A request whose body has been read and parsed already."""

    def __init__(self, request: Request, body: bytes, value: Any) -> None:
        # FastAPI has a narrower idea of which media types are JSON; ours has been applied already.
        headers = [pair for pair in request.scope["headers"] if pair[0] != b"content-type"]
        super().__init__({**request.scope, "headers": headers}, request.receive)
        self._body = body
        self._json = value


class JsonRoute(APIRoute):
    """A route whose body, if it has one, is read by this module."""

    any_media_type = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def read_and_handle(request: Request) -> Response:
            body = await read_bytes(request)
            if not body:
                return await handle(JsonRequest(request, body, None))
            kind = request.headers.get("content-type", "")
            if not (self.any_media_type or _is_json(kind)):
                raise problems.UNSUPPORTED_MEDIA_TYPE.with_detail(
                    f"The body is {kind!r}; send it as application/json."
                )
            return await handle(JsonRequest(request, body, parse_json(body)))

        return read_and_handle
