"""Recorded requests as an HTTP archive (HAR 1.2), without secrets."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote

from ledgersim import __version__
from ledgersim.admin import recorded_requests as recorded
from ledgersim.clock import isoformat
from ledgersim.diagnostics.journal import Record

Json = dict[str, Any]


def archive(records: Sequence[Record], base: str) -> Json:
    """The archive of these requests to the server at `base`. What HAR has no member for begins with `_`."""
    creator = {"name": "ledgersim", "version": __version__}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry(one, base) for one in records]}}


def _entry(record: Record, base: str) -> Json:
    found = recorded.details(record)
    query = found["query"]
    url = base + quote(found["path"]) + (f"?{query}" if query else "")
    pairs = parse_qsl(query, keep_blank_values=True)
    sent, returned = found["request"], found["response"]
    entry: Json = {
        "startedDateTime": isoformat(found["at"]),
        "time": found["duration_ms"],
        "request": {
            "method": found["method"],
            "url": url,
            "queryString": [{"name": name, "value": value} for name, value in pairs],
            **_message(sent),
        },
        "response": {
            "status": found["status"] or 0,
            "statusText": _phrase(found["status"]),
            "redirectURL": returned["headers"].get("location", ""),
            "content": {
                "size": returned["bytes"],
                "mimeType": returned["headers"].get("content-type", ""),
                "text": text_of(returned),
            },
            **_message(returned),
        },
        "cache": {},
        "timings": {"send": 0, "wait": found["duration_ms"], "receive": 0},
        "_id": found["id"],
        "_operation": found["operation"],
    }
    if "body" in sent:
        media_type = sent["headers"].get("content-type", "")
        entry["request"]["postData"] = {"mimeType": media_type, "text": text_of(sent)}
    return entry | {f"_{name}": found[name] for name in ("problem", "diagnostics", "faults") if name in found}


def _message(message: Mapping[str, Any]) -> Json:
    return {
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [{"name": name, "value": value} for name, value in message["headers"].items()],
        "headersSize": -1,
        "bodySize": message["bytes"],
    }


def text_of(message: Mapping[str, Any]) -> str:
    """The recorded part of a body as text; JSON is indented."""
    body = message.get("body", "")
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2, default=float)


def _phrase(status: int | None) -> str:
    try:
        return HTTPStatus(status or 0).phrase
    except ValueError:
        return ""
