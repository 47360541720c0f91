"""A record as JSON: what can be read is shown so, what is secret is not."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ledgersim.diagnostics.journal import Headers, Record
from ledgersim.diagnostics.redaction import HIDDEN, is_secret, redact_form, redact_query


def summary(record: Record) -> dict[str, Any]:
    """What a list shows of a request. Times are those of the space; `duration_ms` is real."""
    told: dict[str, Any] = {
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
        told["problem"] = record.problem
        told["detail"] = record.detail
    if record.notes:
        told["violations"] = [one._asdict() for one in record.notes]
    if record.faults:
        told["faults"] = record.faults
    if record.withheld is not None:
        told["withheld"] = record.withheld
    if record.nearest is not None:
        told["nearest"] = record.nearest._asdict()
    return told


def shown_differences(differences: Mapping[str, Any]) -> dict[str, Any]:
    """What of a request differs from what is wanted, without secrets."""
    return {
        name: HIDDEN if value is not None and is_secret(name.rpartition(".")[2]) else _as_json(value)
        for name, value in differences.items()
    }


def _as_json(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else _without_secrets(value)


def in_full(record: Record) -> dict[str, Any]:
    """All that is kept of a request and its answer."""
    return {
        **summary(record),
        "request": _message(record.headers, record.content, record.body_size, record.is_cut),
        "answer": _message(
            record.answer_headers, record.answer, record.answer_size, record.answer_size > len(record.answer)
        ),
    }


def json_of(body: bytes) -> Any:
    """The JSON that was sent. Raises ValueError where it is none."""
    return json.loads(body)


def _message(headers: Headers, body: bytes, size: int, is_cut: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"headers": _shown_headers(headers), "bytes": size}
    if body:
        told["body"] = _body(body, dict(headers).get(b"content-type", b""))
    if is_cut:
        told["cut"] = True
    return told


def _shown_headers(headers: Headers) -> dict[str, str]:
    shown: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if is_secret(name):
            scheme, space, _ = value.partition(" ")
            value = f"{scheme} {HIDDEN}" if space and "authorization" in name else HIDDEN
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


def _body(body: bytes, media_type: bytes) -> Any:
    """JSON as JSON, a form as text, other text as text; without secrets."""
    if media_type.startswith(b"application/x-www-form-urlencoded"):
        return redact_form(body.decode("utf-8", "replace"))
    try:
        return _without_secrets(json_of(body))
    except (ValueError, RecursionError):
        return _SECRET_MEMBER.sub(rf"\1{HIDDEN}", body.decode("utf-8", "replace"))


# Of a JSON text that cannot be parsed: a secret member, up to its value.
_SECRET_MEMBER = re.compile(r'("[^"]*(?:[Tt]oken|[Ss]ecret|[Pp]assword|[Aa]pi[-_]?[Kk]ey)"\s*:\s*")[^"]*')


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: HIDDEN if isinstance(item, str | list) and is_secret(name) else _without_secrets(item)
            for name, item in value.items()
        }
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value
