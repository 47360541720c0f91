"""Mutations of requests: those after which a request is still well-formed HTTP, and those of its bytes."""

import json
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote

from tests.fuzz.seeds import Request

# JSON as text, for what no Python value is written as.
TOKENS = [
    "NaN", "-Infinity", "1e999", "-0", "0.1e-400", "1" * 400, "9" * 5000, "-9223372036854775809", "1e18", "0.5", "01", "",
    "null", "true", "[]", "{}", '""', '"\\ud800"', '"\\u0000"', '"\\uffff"', '"0001-01-01"', '"9999-12-31T23:59:59+14:00"',
    '"2026-02-30"', '"5eed0001-deb0-4000-8000-000000000001"', '"P1Y"', '"%00"', '"\\\'; --"', '{"a":1,"a":2}', "[[[[{}]]]]",
    "[" * 100 + "]" * 100, "[" * 2000 + "]" * 2000, '{"a":' * 300 + "0" + "}" * 300, '{"a":' * 90000,
    '"' + "x" * 70000 + '"', "[" + "{}," * 500 + "{}]", '"' + "\U0001f600" * 300 + '"',
]  # fmt: skip
WORDS = [
    "eq", "ne", "gt", "le", "and", "or", "not", "(", ")", "((", ",", "null", "true", "1", "-1.5", "1e400", "0.005", "in", "/",
    "99999999999999999999", "'a'", "'O''slo'", "'", "'%'", "'\x00'", "'Å'", "2026-01-01", "2026-01-01T00:00:00Z", "9999-12-31",
    "0000-00-00", "contains(", "startswith(", "length(", "tolower(", "year(", "trim(", "asc", "desc", "add", "5eed0001-deb0-4000-8000-000000000001",
]  # fmt: skip
OPTIONS = ["$filter", "$orderby", "$top", "$skip", "$FILTER", "$expand", "async", "skip", "take", "limit", "since", "status", "x"]  # fmt: skip
NUMBERS = ["0", "1", "-1", "1.5", "99999999999999999999", "", "a", "NaN", "%00", "%ff", "%D9%A3"]
SEGMENTS = ["", ".", "..", "%2e%2e", "%2F", "%00", "%ff", "%", "%zz", "%F0%9F%98%80", "%ed%a0%80", "a" * 300, ";", "'", "*", "{id}"]  # fmt: skip
HARMLESS = [
    ("Accept", "text/html"), ("Accept", "*/*;q=0"), ("Accept-Encoding", "br"), ("X-Request-Id", "ÿ"), ("Authorization", "Basic !"),
    ("X-Api-Key", ""), ("X-Auth-Key", "other"), ("Authorization", ""), ("Cookie", "a=b; c"), ("If-None-Match", "*"),
    ("Range", "bytes=0-1"), ("traceparent", "00-0-0-0"), ("Origin", "null"), ("Host", "other"), ("X-Forwarded-Proto", "ftp"),
    ("Content-Type", "text/plain"), ("Content-Type", "application/json; charset=utf-16"), ("Content-Type", ""),
    ("Content-Encoding", "gzip"), ("Content-Encoding", "deflate, gzip"), ("Content-Encoding", "zstd"), ("Forwarded", "for=_x"),
    ("Sim-Space", "fuzz"), ("Sim-Space", "%"), ("Sim-Space", "a" * 200), ("Content-Language", "sv"), ("X-Long", "a" * 9000),
]  # fmt: skip
# Headers that change the framing or what the server does with the connection.
FRAMING = [
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: identity", b"Transfer-Encoding:\tchunked",
    b"Content-Length: 0", b"Content-Length: 5", b"Content-Length: -1", b"Content-Length: 99999999999999999999", b"Content-Length: 1,1",
    b"Content-Length: +3", b"Content-Length: 0x5", b"Connection: close", b"Connection: upgrade, keep-alive", b"Upgrade: websocket",
    b"Upgrade: h2c", b"Expect: 100-continue", b"Expect: x", b"Host: a\r\nHost: b", b" folded", b"no colon", b": empty", b"A\x00: b",
    b"A: \x00", b"A:" + b"b" * 70000, b"Trailer: A", b"Keep-Alive: timeout=0", b"Sim-Fault: status=503", b"Sim-Fault: drop", b"Sim-Fault: \xff",
    b"A: b\rC: d", b"A: b\nC: d", b"Content-Length: 3\r\nTransfer-Encoding: chunked",
]  # fmt: skip
METHODS = [b"HEAD", b"OPTIONS", b"TRACE", b"CONNECT", b"PRI", b"get", b"PROPFIND", b"", b"G\x00T", b"A" * 70, b"POST", b"DELETE"]  # fmt: skip
LINES = [
    b"GET / HTTP/1.1\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/2.0\r\n\r\n", b"GET  / HTTP/1.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\r\n\r\n", b"\n", b"\x16\x03\x01\x02\x00\x01", b"GET http://x/_sim/info HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", b"GET //a HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n",
    b"0\r\n\r\n", b"5\r\nhello\r\n", b"ffffffffffffffff\r\n", b"-1\r\n", b"0\r\nA: b\r\n\r\n",
]  # fmt: skip


def mutated(request: Request, random: Random) -> Request:
    """The request with another body, address or header, but still well-formed HTTP."""
    kinds: list[Callable[[Request, Random], Request]] = [_with_query, _with_segment, _with_header]
    if request.body is not None:
        kinds += [_with_json] * 4 + [_with_body]
    return random.choice(kinds)(request, random)


def _with_json(request: Request, random: Random) -> Request:
    """One to three values of the body replaced, left out or repeated."""
    assert request.body is not None
    try:
        value = json.loads(request.body)
    except (ValueError, RecursionError):
        return request
    tokens: list[str] = []
    for _ in range(random.choice([1, 1, 2, 3])):
        value = _changed(value, random, tokens)
    text = json.dumps(value, ensure_ascii=random.random() < 0.5)
    if random.random() < 0.05:
        text = text.replace("{", '{"fullName":1,"fullName":null,', 1)
    for number, token in enumerate(tokens):
        text = text.replace(f'"@{number}@"', token)
    return request._replace(body=text.encode("utf-8", "surrogatepass"))


def _changed(value: Any, random: Random, tokens: list[str]) -> Any:
    if isinstance(value, dict | list) and value and random.random() < 0.85:
        key = random.choice(list(value) if isinstance(value, dict) else range(len(value)))
        match random.random():
            case chance if chance < 0.1:
                del value[key]
            case chance if chance < 0.15 and isinstance(value, list):
                value *= random.choice([2, 30])
            case chance if chance < 0.2 and isinstance(value, dict):
                value[random.choice([key.upper(), key + "x", "", "\x00", "__class__"])] = value[key]
            case _:
                value[key] = _changed(value[key], random, tokens)
        return value
    if isinstance(value, str) and random.random() < 0.3:
        return value[: random.randrange(len(value) + 1)] + random.choice(["", "x", "\u2028", "-1", " ", "\x7f"])
    if random.random() < 0.1:
        return random.choice([[value], {"value": value}])
    tokens.append(random.choice(TOKENS))
    return f"@{len(tokens) - 1}@"


def _with_body(request: Request, random: Random) -> Request:
    """A body of other bytes."""
    assert request.body is not None
    bodies = [
        _damaged(request.body, random), b"", b"\xef\xbb\xbf" + request.body, b"\xff\xfe" + request.body,
        request.body + b"\x00", b"\x1f\x8b" + request.body, random.choice(TOKENS).encode(), b"a=b&grant_type=%ff",
    ]  # fmt: skip
    return request._replace(body=random.choice(bodies))


def _with_query(request: Request, random: Random) -> Request:
    query = []
    for _ in range(random.choice([1, 1, 2, 4])):
        name = random.choice(OPTIONS)
        words = WORDS + request.fields * 4
        value = " ".join(random.choice(words) for _ in range(random.choice([1, 3, 3, 7, 12])))
        if request.fields and name.lower() == "$filter" and random.random() < 0.5:  # likely to be valid
            literal = random.choice(["1", "'a'", "null", "true", "2026-01-01", "-0.5", "1e308", "'\x00'"])
            value = f"{random.choice(request.fields)} {random.choice(['eq', 'ne', 'lt', 'ge'])} {literal}"
            value = random.choice(["not ({})", "{0} and {0}", "{}", "{0} or not {0}"]).format(value)
        query.append(f"{name}={random.choice(NUMBERS) if random.random() < 0.2 else quote(value)}")
    return request._replace(target=f"{request.target.partition('?')[0]}?{random.choice(['&', '&', ';', '&&']).join(query)}")  # fmt: skip


def _with_segment(request: Request, random: Random) -> Request:
    path, mark, query = request.target.partition("?")
    parts = path.split("/")
    parts[random.randrange(2, len(parts))] = random.choice(SEGMENTS)
    if random.random() < 0.2:
        parts += random.choices(SEGMENTS, k=random.choice([1, 2, 60]))
    return request._replace(target="/".join(parts) + mark + query)


def _with_header(request: Request, random: Random) -> Request:
    headers = list(request.headers)
    if random.random() < 0.2:
        del headers[random.randrange(len(headers))]
    return request._replace(headers=[*headers, random.choice(HARMLESS)])


def damaged(message: bytes, random: Random) -> bytes:
    """The request as other bytes, which may be no HTTP."""
    head, end, body = message.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    match random.randrange(8):
        case 0:
            return _damaged(message, random)
        case 1:
            lines.insert(random.randrange(1, len(lines) + 1), random.choice(FRAMING))
        case 2:
            lines[0] = random.choice(METHODS) + b" " + lines[0].partition(b" ")[2]
        case 3:
            at = random.randrange(len(lines))
            lines[at] = _damaged(lines[at], random)
        case 4:
            lines = [line for line in lines if not line.startswith(b"Content-Length")]
            lines.append(b"Transfer-Encoding: chunked")
            body = _chunked(body, random)
        case 5:
            length = b"Content-Length: %d" % max(0, len(body) + random.choice([-5, -1, 1, 10, 10000]))
            lines = [length if line.startswith(b"Content-Length") else line for line in lines]
        case 6:
            return random.choice([random.choice(LINES) + message, message + random.choice(LINES)])
        case _:
            return message[: random.randrange(len(message))]
    return b"\r\n".join(lines) + end + body


def _damaged(data: bytes, random: Random) -> bytes:
    for _ in range(random.choice([1, 1, 2, 8])):
        at = random.randrange(len(data) + 1)
        to = at + random.choice([0, 0, 1, 1, 3, 20])
        piece = random.choice(
            [b"", random.randbytes(1), random.randbytes(4), b"\r\n", b"\x00", b"%", data[at:to] * 3]
        )
        data = data[:at] + piece + data[to:]
    return data


def _chunked(body: bytes, random: Random) -> bytes:
    chunks = []
    while body:
        size = random.choice([1, 2, 7, 1000])
        size, extension = min(size, len(body)), random.choice([b"", b"", b";a=b", b" ", b"\x00", b';a="\r\n"'])
        chunks.append(b"%x%s\r\n%s\r\n" % (size, extension, body[:size]))
        body = body[size:]
    return b"".join(chunks) + random.choice([b"0\r\n\r\n"] * 4 + [b"0\r\nA: b\r\n\r\n", b"0\r\n", b"00000\r\n\r\n", b""])  # fmt: skip
