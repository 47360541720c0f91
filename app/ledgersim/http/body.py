"""Reading request bodies: bounded, decompressed, JSON only, numbers exact."""

import json
from asyncio import run, to_thread
from codecs import BOM_UTF8
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from decimal import Decimal, DecimalException
from functools import cached_property, partial
from math import isfinite
from threading import RLock
from typing import Any
from warnings import catch_warnings

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from ledgersim import problems
from ledgersim.content_encoding import Decoder, coding_of
from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.http.context import ReadBody, context_of
from ledgersim.http.direct_call import Handler, direct_handler
from ledgersim.http.lenient_parsing import (
    Models,
    Repeated,
    about_body,
    about_media_type,
    models_in,
    parameters_of,
    respell,
)
from ledgersim.json_text import MAX_DEPTH, check_text, is_small, measure
from ledgersim.spaces.registry import Limits
from ledgersim.spaces.space import Space

MAX_BYTES = 10 * 2**20
MAX_DRAINED = 9 * MAX_BYTES  # read beyond the limit, so that the client gets to read the error

# Longer bodies are read, and those with more array elements are handled, in a thread.
LONG_BYTES = 64 * 2**10
LONG_ELEMENTS = 100
ELEMENT_BYTES = 1_000  # rough memory use of the rows of one array element

_first_use = RLock()  # threads build documents, which use all routes

_TOO_DEEP = f"It is nested more than {MAX_DEPTH} levels deep."


async def read_bytes(request: Request, limit: int = MAX_BYTES) -> bytes:
    """The body, decompressed. The space of the request is not busy then.

    Raises a 413 Problem if it exceeds `limit` bytes as sent or decompressed, a 415 Problem for an unknown
    `Content-Encoding`, and a 400 Problem if the body cannot be decompressed.
    """
    coding = coding_of(request.scope["headers"])
    decoder = None if coding is None else Decoder(coding)
    chunks: list[bytes] = []
    sent = size = 0
    async for chunk in request.stream():
        sent += len(chunk)
        if sent > limit + MAX_DRAINED:
            break
        if max(sent, size) <= limit:
            chunks.append(chunk if decoder is None else decoder.feed(chunk, limit + 1 - size))
            size += len(chunks[-1])
    if max(sent, size) > limit:
        raise problems.TOO_LARGE.with_detail(
            f"The body may have at most {limit:,} bytes ({limit // 2**20} MiB)."
        )
    if decoder is not None:
        decoder.finish()
    body = await to_thread(b"".join, chunks) if size > LONG_BYTES else b"".join(chunks)
    await context_of(request.scope).space.worker.idle()
    return body


def parse_json(body: bytes) -> Any:
    """The JSON value of a body, with decimal fractions as Decimal. Raises a 400 Problem."""
    with readable():
        value = _DECODER.decode(body.removeprefix(BOM_UTF8).decode())
        if b"\\u" in body:
            check_text(value)
    return value


@contextmanager
def readable() -> Iterator[None]:
    """Raise a 400 Problem for what makes a body unreadable as JSON."""
    try:
        yield
    except json.JSONDecodeError as error:
        raise _unreadable(
            f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}."
        ) from error
    except UnicodeDecodeError as error:
        raise _unreadable(f"Byte {error.start + 1} is not UTF-8.") from error
    except UnicodeEncodeError as error:
        raise _unreadable("A string has half of a surrogate pair (\\ud800 to \\udfff).") from error
    except RecursionError as error:
        raise _unreadable(_TOO_DEEP) from error
    except (ValueError, DecimalException) as error:
        too_long = isinstance(error, DecimalException) or "digits" in str(error)
        reason = "A number has too many digits" if too_long else str(error)
        raise _unreadable(f"{reason}.") from error


def _read_value(body: bytes, limits: Limits) -> tuple[int, Any]:
    """The number of array elements in a body, if it may matter, and its value. Raises a 400 Problem."""
    if len(body) <= LONG_BYTES and is_small(body):
        return 0, parse_json(body)
    values, elements, is_too_deep = measure(body, limits.body_values)
    if values > limits.body_values:
        raise _too_many("values", limits.body_values, "--max-body-values")
    if elements > limits.body_elements:
        raise _too_many("array elements", limits.body_elements, "--max-body-elements")
    if is_too_deep:
        raise _unreadable(_TOO_DEEP)
    return elements, parse_json(body)


def _too_many(what: str, limit: int, setting: str) -> problems.Problem:
    return _unreadable(f"It may have at most {limit:,} {what} ({setting}). Send it in several requests.")


def _unreadable(reason: str) -> problems.Problem:
    return problems.UNREADABLE.with_detail(f"The body is not readable as JSON: {reason}").with_errors(
        {"body": [reason]}
    )


def _to_float(text: str) -> float:
    """A fraction of JSON for a column of JSON. Raises ValueError for one too large."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    return value if len(value) == len(pairs) else Repeated(pairs)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Decimal, parse_constant=_reject_constant)
ROW_DECODER = json.JSONDecoder(parse_float=_to_float, parse_constant=_reject_constant)  # for columns of JSON


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind in ("", "application/json", "text/json") or (
        kind.startswith("application/") and kind.endswith("+json")
    )


def _lenient_parsing(
    content_type: str, coding: str | None, read: ReadBody, models: Models, space: Space
) -> Iterator[Diagnostic]:
    if coding is not None:
        message = f"No vendor documents compressed bodies; this one was read as {coding}. Send it uncompressed."
        yield Diagnostic("content-encoding", "Content-Encoding", message)
    if content_type != "application/json":
        yield from about_media_type(content_type)
    if read.body.startswith(BOM_UTF8):
        yield Diagnostic("byte-order-mark", "body", "The body begins with a byte order mark. Send it without.")
    yield from about_body(models, read.value, space)


class JsonRequest(Request):
    """A request whose body has been read and parsed already."""

    def __init__(self, request: Request, read: ReadBody) -> None:
        # FastAPI accepts fewer media types as JSON; the media type has been checked already.
        headers = [pair for pair in request.scope["headers"] if pair[0] != b"content-type"]
        headers.append((b"content-type", b"application/json"))
        super().__init__({**request.scope, "headers": headers}, request.receive)
        self._body = read.body
        self._json = read.value


class JsonRoute(APIRoute):
    """A route that reads its JSON body by the rules of this module, and calls its function itself if it can.

    FastAPI reads its function when the route is first used: what it keeps takes 25 KB, and most never are.
    """

    is_admin = False  # whether JSON is read under any media type, and though memory is full
    uses_space = True  # whether answering takes the space of the request

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        self.path = path
        self.endpoint = endpoint
        self.methods = {method.upper() for method in options.get("methods") or ("GET",)}
        self.operation_id = options.get("operation_id")
        self.openapi_extra = options.get("openapi_extra")
        self._options = options
        if getattr(options.get("response_model"), "__pydantic_complete__", False):
            self._read_function()  # the model is compiled when imported, so that the first response is quick

    def __getattr__(self, name: str) -> Any:
        with _first_use:
            if "_options" in vars(self):
                self._read_function()
        return object.__getattribute__(self, name)

    def _read_function(self) -> None:
        known = vars(self).copy()
        del self._options
        super().__init__(self.path, self.endpoint, **known.pop("_options"))
        vars(self).update(known)  # a copy of the route may have a path of its own
        if self.body_field is not None:
            with catch_warnings(action="ignore"):  # as FastAPI does for models that are compiled already
                self.body_field.validate(None)

    @cached_property
    def parameters(self) -> frozenset[str]:
        """Names of its query parameters."""
        return frozenset(parameters_of(self.dependant))

    @cached_property
    def models(self) -> Models:
        """The models that its body may have."""
        return () if self.body_field is None else models_in(self.body_field.field_info.annotation)

    @cached_property
    def _call(self) -> Handler:
        return direct_handler(self) or _leave_to_fastapi

    async def answer(self, request: Request) -> Response | None:
        """The response of the route's function; None if FastAPI has to call it, or to say what is invalid.

        Raises a Problem.
        """
        if self.body_field is None:
            return await self._call(request, None)
        context = context_of(request.scope)
        request._body = body = await read_bytes(request)  # the function of the route may read it again
        if not body:
            context.read = ReadBody(body, None)
            return None
        kind = request.headers.get("content-type", "")
        if not (self.is_admin or _is_json(kind)):
            raise problems.UNSUPPORTED_MEDIA_TYPE.with_detail(
                f"The body is {kind!r}; send it as application/json."
            )
        spaces = context.dispatcher.spaces
        read = partial(_read_value, body, spaces.limits)
        elements, value = await to_thread(read) if len(body) > LONG_BYTES else read()
        if context.adopt is not None:
            context.adopt(value)
        if not self.is_admin and (len(body) > LONG_BYTES or elements > LONG_ELEMENTS):
            spaces.check_capacity(len(body) + ELEMENT_BYTES * elements)
        takes_long = bool(self.models) and elements > LONG_ELEMENTS
        context.read = given = ReadBody(body, value, takes_long)
        if takes_long:
            return await context.space.worker.run(lambda: run(self._report_and_call(request, given)))
        await context.space.worker.idle()
        return await self._report_and_call(request, given)

    async def _report_and_call(self, request: Request, read: ReadBody) -> Response | None:
        context = context_of(request.scope)
        kind = "application/json" if self.is_admin else request.headers.get("content-type", "")
        coding = None if self.is_admin else coding_of(request.scope["headers"])
        context.report(_lenient_parsing(kind, coding, read, self.models, context.space))
        if context.record.diagnostics:  # only then may a member be in another letter case
            respell(self.models, read.value)
        if self.models and not self.is_admin:
            context.dispatcher.coverage.add_body(str(self.operation_id), self.models, read.value)
        return await self._call(request, read.value)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler of a request that `answer` has read and not answered."""
        handle = super().get_route_handler()

        async def handle_read(request: Request) -> Response:
            context = context_of(request.scope)
            if context.read is None:
                return await handle(request)
            json_request = JsonRequest(request, context.read)
            if context.read.takes_long:
                return await context.space.worker.run(lambda: run(handle(json_request)))
            return await handle(json_request)

        return handle_read


async def _leave_to_fastapi(request: Request, value: Any) -> None:
    pass
