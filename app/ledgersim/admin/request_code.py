"""A recorded request as code: a curl command, a test for pytest, an HTTP file, and a fault that matches it.

Each sends the same again, byte by byte but for secrets, which are hidden, and blanks in JSON. What clients have
sent is escaped so that neither a shell nor an editor, nor whoever reads it, takes it for something else.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from shlex import quote as quoted
from typing import Any
from urllib.parse import parse_qsl, quote

from ledgersim.admin.recorded_requests import details
from ledgersim.diagnostics.journal import Record
from ledgersim.diagnostics.redaction import redact_body

# What clients and connections add by themselves.
_OWN_HEADERS = (
    *("host", "content-length", "transfer-encoding", "connection", "accept-encoding", "user-agent", "accept"),
    *("expect", "keep-alive", "origin", "referer", "cache-control", "pragma", "accept-language", "cookie"),
)
_OWN_PREFIXES = ("sec-", "x-forwarded-", "sim-")
_NOT_IN_NAME = re.compile(r"\W+", re.ASCII)
_IN_QUERY = "%/:?@!$&'()*+,;=~"  # besides letters, digits and -._ what stays as it is
_NOT_IN_HTTP_FILE = re.compile(r"^(###|[<>]|\s*\Z)|\{\{", re.MULTILINE)  # separators, files, scripts, variables
MAX_PATTERN = 500  # characters of the pattern of a fault

Headers = Mapping[str, bytes]


def all_of(record: Record, base: str, vendor: tuple[str, str] | None) -> dict[str, Any]:
    """All of them, for a server at `base`, with the name and mount of the vendor if the request was for one."""
    request = details(record)
    headers = {
        name: value.encode("latin-1", "backslashreplace")
        for name, value in request["request"]["headers"].items()
        if name not in _OWN_HEADERS and not name.startswith(_OWN_PREFIXES)
    }
    if record.content != record.body:  # it was decompressed
        headers.pop("content-encoding", None)
    body = _without_secrets(record.content, headers.get("content-type", b""))
    query = quote(request["query"], safe=_IN_QUERY)
    url = base + quote(request["path"]) + (f"?{query}" if query else "")
    return {
        "curl": _curl(request["method"], url, headers, body),
        "pytest": _pytest(request, headers, query, body, vendor),
        "http": _http(request["method"], url, headers, body),
        "fault": None if vendor is None else _fault(request),  # faults hit requests to vendors
    }


def _without_secrets(body: bytes, media_type: bytes) -> bytes:
    """A body as it was sent, unless a secret in it must be hidden."""
    shown = redact_body(body, media_type)
    sent = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    return body if shown == sent else shown.encode("utf-8", "replace")


def _text(body: bytes) -> str | None:
    """A body as text that shells and editors keep as it is; None if they do not. JSON is indented."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if (value := _json(text)) is not None:
        text = "".join(
            one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1]
            for one in json.dumps(value[0], ensure_ascii=False, indent=2)
        ).replace("{{", "{\\u007b")  # to HTTP files a variable
    return text if _is_plain(text) else None


def _is_plain(text: str) -> bool:
    """Whether a text has only characters that one sees, and ends of lines and tabs."""
    return all(one.isprintable() or one in "\n\t" for one in text)


def _json(text: str) -> tuple[Any] | None:
    """The value of a JSON text; None if it is none, or if the value lacks something, like repeated members."""
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # half of a surrogate pair has no bytes
        return (value,) if _members(text) == _members(json.dumps(value)) else None
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _members(text: str) -> Any:
    return json.loads(text, parse_float=Decimal, parse_int=Decimal, object_pairs_hook=tuple)


def _curl(method: str, url: str, headers: Headers, body: bytes) -> str:
    text = _text(body)
    command = "curl --head" if method == "HEAD" and not body else f"curl -X {quoted(method)}"
    if any(part in (".", "..") for part in url.partition("?")[0].split("/")):
        command += " --path-as-is"
    lines = [f"{command} {quoted(url)}", *(f"-H {_header(*one)}" for one in headers.items())]
    if body and "content-type" not in headers:
        lines.append("-H 'content-type:'")  # curl would say that it is a form
    if body:
        lines.append("--data-binary @-" if text is None else f"--data-raw {quoted(text)}")
    piped = f"{_printf(body)} | " if text is None else ""
    return piped + " \\\n  ".join(lines)


def _header(name: str, value: bytes) -> str:
    """A header as an argument of curl, which takes `name;` for one without a value."""
    text = value.decode("utf-8", "replace")
    if text.encode() != value or not _is_plain(text):
        return f'"$({_printf(name.encode() + b": " + value)})"'
    return quoted(f"{name}: {text}" if text else f"{name};")


def _printf(content: bytes) -> str:
    """A command for any shell that prints these bytes."""
    written = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in "\\'" else f"\\0{byte:03o}" for byte in content
    )
    return f"printf %b {quoted(written)}"


def _http(method: str, url: str, headers: Headers, body: bytes) -> str:
    text = _text(body)
    lines = [f"{method} {url}", *(f"{name}: {_decoded(value)}" for name, value in headers.items())]
    if text is None or (body and _NOT_IN_HTTP_FILE.search(text)):
        advice = (
            f"# An HTTP file cannot contain this body. Write it beside the file: {_printf(body)} > body.bin"
        )
        return "\n".join([advice, *lines, "", "< ./body.bin", ""])
    return "\n".join([*lines, "", text, ""] if body else [*lines, ""])


def _decoded(value: bytes) -> str:
    """The value of a header as text. An HTTP file has no escapes, so that some characters are only shown."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text = value.decode("latin-1")
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def _pytest(
    request: Mapping[str, Any], headers: Headers, query: str, body: bytes, vendor: tuple[str, str] | None
) -> str:
    name = (
        _NOT_IN_NAME.sub("_", request["operation"] or f"{request['method']} {request['path']}")
        .strip("_")
        .lower()
    )
    base, path = "ledgersim.url", request["path"]
    if vendor is not None:
        base, path = f"ledgersim.{vendor[0]}", path[len(vendor[1]) :]
    address = quote(path)
    sent = {key: value.decode() if value.isascii() else value for key, value in headers.items()}
    options = [f"headers={sent!r}"]
    pairs = _pairs(query)
    if pairs is None:
        address += f"?{query}"
    elif pairs:
        options.append(f"params={pairs!r}")
    if body:
        is_json = b"json" in headers.get("content-type", b"").lower()
        value = _json(body.decode("utf-8", "replace")) if is_json else None
        options.append(f"content={body!r}" if value is None else f"json={value[0]!r}")
    arguments = "".join(
        f"        {one},\n" for one in (repr(request["method"]), f"{base} + {address!r}", *options)
    )
    status = request["status"] or request.get("withheld")
    if request.get("injected") in ("status", "quota"):
        again = {
            **_fault(request),
            "status": status,
            "when": "after_commit" if "withheld" in request else "before",
        }
        fault = f'    ledgersim.admin("POST", "/faults", {again!r})\n'
    else:
        fault = "".join(
            f"    # The fault {one} hit the recorded request.\n" for one in request.get("faults", ())
        )
    expected = "answer.status_code < 500" if status is None else f"answer.status_code == {status}"
    return (
        "import httpx\n\n\n"
        f"def test_{name}(ledgersim):\n"
        f"{fault}"
        f"    answer = httpx.request(\n{arguments}    )\n"
        f"    assert {expected}, answer.text\n"
    )


def _pairs(query: str) -> list[tuple[str, str]] | None:
    """The parameters of a query; None if they are not all that it says."""
    if not query:
        return []
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="strict")
    except ValueError:
        return None
    return pairs


def _fault(request: Mapping[str, Any]) -> dict[str, Any]:
    """A fault that hits the next request like this one."""
    path = request["path"]
    if request["operation"] is not None:
        match = {"operation": request["operation"]}
    else:
        short = path if len(path) <= MAX_PATTERN else f"{path[: MAX_PATTERN - 1]}*"
        match = {"method": request["method"], "path": short}
    return {"match": match, "kind": "status", "status": 503, "times": 1}
