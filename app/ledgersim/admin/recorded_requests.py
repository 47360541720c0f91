"""Recorded requests as JSON, without secrets."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledgersim.diagnostics.journal import Headers, Record
from ledgersim.diagnostics.redaction import HIDDEN, is_secret, redact_form, redact_query
from ledgersim.json_text import loads


def summary(record: Record) -> dict[str, Any]:
    """A recorded request in a list. `at` is in space time, `duration_ms` in real time."""
    response: dict[str, Any] = {
        "id": record.id,
        "at": record.at,
        "operation": record.operation,
        "method": record.method,
        "path": record.path,
        "query": redact_query(record.query),
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
    if record.withheld is not None:
        response["withheld"] = record.withheld
    if record.nearest is not None:
        response["nearest"] = record.nearest._asdict()
    return response


def differences(found: Mapping[str, Any]) -> dict[str, Any]:
    """The differences between a request and match criteria, without secrets."""
    return {
        name: HIDDEN if value is not None and is_secret(name.rpartition(".")[2]) else _as_json(value)
        for name, value in found.items()
    }


def _as_json(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else _without_secrets(value)


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
    if body:
        message["body"] = _body(body, dict(headers).get(b"content-type", b""))
    if is_truncated:
        message["truncated"] = True
    return message


def _headers(headers: Headers) -> dict[str, str]:
    values: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if is_secret(name):
            scheme, space, _ = value.partition(" ")
            value = f"{scheme} {HIDDEN}" if space and "authorization" in name else HIDDEN
        values[name] = f"{values[name]}, {value}" if name in values else value
    return values


def _body(body: bytes, media_type: bytes) -> Any:
    """JSON as JSON, anything else as text; without secrets."""
    if media_type.startswith(b"application/x-www-form-urlencoded"):
        return redact_form(body.decode("utf-8", "replace"))
    try:
        return _without_secrets(loads(body))
    except (ValueError, RecursionError):
        return _SECRET_MEMBER.sub(rf"\1{HIDDEN}", body.decode("utf-8", "replace"))


# A secret member in JSON text that cannot be parsed, for example because it is cut.
_SECRET_MEMBER = re.compile(r'("[^"]*(?:[Tt]oken|[Ss]ecret|[Pp]assword|[Aa]pi[-_]?[Kk]ey)"\s*:\s*")[^"]*')


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if isinstance(item, str | list) and is_secret(name) else _without_secrets(item)
            for name, item in value.items()
        }
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value
