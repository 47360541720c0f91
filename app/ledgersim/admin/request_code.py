"""A recorded request as code: a curl command, a test for pytest, an HTTP file, and a fault that matches it."""

import json
import re
from collections.abc import Mapping
from shlex import quote as quoted
from typing import Any
from urllib.parse import parse_qsl, quote

from ledgersim.admin.har import text_of

# What clients and connections add by themselves.
_OWN_HEADERS = (
    *("host", "content-length", "transfer-encoding", "connection", "accept-encoding", "user-agent", "accept"),
    *("expect", "keep-alive", "origin", "referer", "cache-control", "pragma", "accept-language", "cookie"),
)
_OWN_PREFIXES = ("sec-", "x-forwarded-", "sim-")
_NOT_IN_NAME = re.compile(r"\W+", re.ASCII)


def all_of(request: Mapping[str, Any], base: str, vendor: tuple[str, str] | None) -> dict[str, Any]:
    """All of them, for a server at `base`, with the name and mount of the vendor if the request was for one."""
    headers = {
        name: value
        for name, value in request["request"]["headers"].items()
        if name not in _OWN_HEADERS and not name.startswith(_OWN_PREFIXES)
    }
    target = quote(request["path"]) + (f"?{request['query']}" if request["query"] else "")
    body = text_of(request["request"])
    return {
        "curl": _curl(request["method"], base + target, headers, body),
        "pytest": _pytest(request, headers, body, vendor),
        "http": _http(request["method"], base + target, headers, body),
        "fault": _fault(request),
    }


def _curl(method: str, url: str, headers: Mapping[str, str], body: str) -> str:
    lines = [f"curl -X {quoted(method)} {quoted(url)}"]
    lines += [f"-H {quoted(f'{name}: {value}')}" for name, value in headers.items()]
    if body:
        lines.append(f"--data-raw {quoted(body)}")
    return " \\\n  ".join(lines)


def _http(method: str, url: str, headers: Mapping[str, str], body: str) -> str:
    lines = [f"{method} {url}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\n".join([*lines, "", body, ""] if body else [*lines, ""])


def _pytest(
    request: Mapping[str, Any], headers: Mapping[str, str], body: str, vendor: tuple[str, str] | None
) -> str:
    name = (
        _NOT_IN_NAME.sub("_", request["operation"] or f"{request['method']} {request['path']}")
        .strip("_")
        .lower()
    )
    base, path = "ledgersim.url", request["path"]
    if vendor is not None:
        base, path = f"ledgersim.{vendor[0]}", path[len(vendor[1]) :]
    options = [f"headers={dict(headers)!r}"]
    if request["query"]:
        options.append(f"params={parse_qsl(request['query'], keep_blank_values=True)!r}")
    if body:
        is_json = not isinstance(request["request"]["body"], str)
        sent = json.loads(body) if is_json else body.encode()
        options.append(f"{'json' if is_json else 'content'}={sent!r}")
    arguments = "".join(
        f"        {one},\n" for one in (repr(request["method"]), f"{base} + {quote(path)!r}", *options)
    )
    return (
        "import httpx\n\n\n"
        f"def test_{name}(ledgersim):\n"
        f"    answer = httpx.request(\n{arguments}    )\n"
        f"    assert answer.status_code == {request['status']}, answer.text\n"
    )


def _fault(request: Mapping[str, Any]) -> dict[str, Any]:
    """A fault that hits the next request like this one."""
    if request["operation"] is not None:
        match = {"operation": request["operation"]}
    else:
        match = {"method": request["method"], "path": request["path"]}
    return {"match": match, "kind": "status", "status": 503, "times": 1}
