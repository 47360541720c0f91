"""Recorded requests as JSON, without secrets."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ledgersim.diagnostics.journal import Headers, Record
from ledgersim.diagnostics.redaction import (
    HIDDEN,
    is_secret,
    redact_body,
    redact_header,
    redact_query,
    redact_text,
)
from ledgersim.json_text import loads

_CONTROL = re.compile(r"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def summary(record: Record) -> dict[str, Any]:
    """A recorded request in a list. `at` is in space time, `duration_ms` in real time."""
    response: dict[str, Any] = {
        "id": record.id,
        "at": record.at,
        "operation": record.operation,
        "method": record.method,
        "path": record.path,
        "query": redact_query(record.query.decode("utf-8", "replace")),
        "status": record.status,
        "duration_ms": round(record.seconds * 1_000, 3),
    }
    if record.problem is not None:
        response["problem"] = record.problem
        response["detail"] = record.detail
    if record.diagnostics:
        response["diagnostics"] = [one._asdict() for one in record.diagnostics]
    if record.faults:
        response["faults"] = record.faults
    if record.injected is not None:
        response["injected"] = record.injected
    if record.withheld is not None:
        response["withheld"] = record.withheld
    if record.nearest is not None:
        response["nearest"] = record.nearest._asdict()
    return response


def texts(record: Record) -> Iterator[str]:
    """What a search for text looks into, without secrets: the cheapest first."""
    yield f"{record.path}?{redact_query(record.query.decode('utf-8', 'replace'))}"
    yield f"{record.operation} {record.problem} {record.detail}"
    for headers, body in ((record.headers, record.content), (record.response_headers, record.response_body)):
        yield redact_body(body, dict(headers).get(b"content-type", b""))


def differences(found: Mapping[str, Any]) -> dict[str, Any]:
    """The differences between a request and match criteria, without secrets."""
    return {
        name: HIDDEN if value is not None and is_secret(name) else _without_secrets(value)
        for name, value in found.items()
    }


def _without_secrets(value: Any) -> Any:
    return _parsed(redact_text(json.dumps(value, default=float)))


def details(record: Record) -> dict[str, Any]:
    """Everything that was recorded of a request and its response."""
    return {
        **summary(record),
        "request": _message(record.headers, record.content, record.body_size, record.is_truncated),
        "response": _message(
            record.response_headers,
            record.response_body,
            record.response_size,
            record.response_size > len(record.response_body),
        ),
    }


def _message(headers: Headers, body: bytes, size: int, is_truncated: bool) -> dict[str, Any]:
    message: dict[str, Any] = {"headers": _headers(headers), "bytes": size}
    if _is_binary(body):
        message["binary"] = True
    elif body:
        message["body"] = _body(body, dict(headers).get(b"content-type", b""))
    if is_truncated:
        message["truncated"] = True
    return message


def _is_binary(body: bytes) -> bool:
    """Whether a body is binary: it contains control characters and is not valid UTF-8, UTF-16 or UTF-32."""
    text = body.decode(json.detect_encoding(body), "replace")
    return "\ufffd" in text and _CONTROL.search(text) is not None


def _headers(headers: Headers) -> dict[str, str]:
    values: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1").lower()
        value = redact_header(name, raw_value.decode("latin-1"))
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def _body(body: bytes, media_type: bytes) -> Any:
    """JSON as JSON, anything else as text; without secrets."""
    return _parsed(redact_body(body, media_type))


def _parsed(text: str) -> Any:
    """JSON as JSON, anything else as text, and JSON with half of a surrogate pair: no response can have it."""
    text = text.encode("utf-8", "backslashreplace").decode()
    try:
        value = loads(text.encode())
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()  # raises ValueError for half of a surrogate pair
    except (ValueError, RecursionError):
        return text
    return value
