"""Secrets in what is shown of requests are replaced by `***`, by the names of what holds them.

Names are compared word by word in any letter case: `client_secret`, `clientSecret` and `CLIENT-SECRET` match.
A name is that of a secret if one of its words is, or ends with, a word of `_SECRET`; `key` only counts alone or
after a word such as `api`, because `customerKey` is a business value.
"""

import json
import re
from urllib.parse import quote, unquote

HIDDEN = "***"

_WORD_ENDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9.\[\]]+")
_SECRET = re.compile(
    r"""(?x) \b (?:
    [a-z0-9]*(?:secret|password|passwd|passphrase|passcode|pwd|credential|cookie|authorization|signature) s?
    | [a-z0-9]*tokens? (?! -(?:type|endpoint|url|uri|hint|lifetime|expir) )
    | [a-z0-9]*(?:api|apim|app|application|auth|access|admin|client|consumer|developer|encryption|functions?
        |hmac|host|licen[cs]e|master|private|secret|security|shared|signing|ssh|storage|subscription|webhook|x)-?keys?
    | (?<!-)keys?(?!-)
    | (?:auth|sig|pass|otp|jwt|assertion)(?!-)
    ) \d* \b"""
)
# No text without one of these has a secret name: most have none, and need no closer look.
_HINT = re.compile(r"(?i)secret|pass|pwd|otp|jwt|assertion|credential|cookie|auth|sig|token|key|%|\\u")

_SCHEMES = ("basic", "bearer", "digest", "negotiate", "token", "apikey")

_IN_JSON = re.compile(
    r"""(?sx) "(?P<string>(?:[^"\\]++|\\.)*+) (?:"|\Z) (?P<colon>\s*+:\s*+)?
    | '(?P<quoted>[^'"]*+)' \s*+:\s*+
    | (?P<bare>[\w$%.-]++) \s*+:\s*+"""
)
_BRACKET = re.compile(r'(?s)"(?:[^"\\]++|\\.)*+"?|[\[\]{}]')
_SCALAR = re.compile(r"""(?s)"(?:[^"\\]++|\\.)*+"?|'[^']*+'?|[^,\]}\s]*+""")
_HARMLESS = ("null", "true", "false")

_PAIR = re.compile(
    r"""(?mx) (?<![^\s&?;,<>"'(){}|=:/\\#]) (?P<name>[^\s&?;,<>"'(){}|=:/\\#]++) ["']?+[ \t]*+ = [ \t]*+
    | ^[ \t-]*+["']?+ (?P<first>[^\s&?;,<>"'(){}|=:/\\#]++) ["']?+[ \t]*+ : [ \t]*+"""
)
_VALUE = re.compile(r"[^&\r\n]*+")
_ELEMENT = re.compile(r'(?:<|name=")([^\s"<>/]++)')


def is_secret(name: str) -> bool:
    """Whether something of this name holds a secret; also a path of names, if any of them does."""
    if not _HINT.search(name):
        return False
    words = _WORD_ENDS.sub("-", unquote(name)).lower()
    return any(_SECRET.search(part.strip("-")) for part in re.split(r"[.\[\]]+", words))


def redact_header(name: str, value: str) -> str:
    """The value of a header; of credentials, the scheme stays."""
    if not is_secret(name):
        return redact_text(value)
    scheme, _, rest = value.partition(" ")
    return f"{scheme} {HIDDEN}" if rest and scheme.lower() in _SCHEMES else HIDDEN


def redact_query(query: str) -> str:
    """A query string or a form, otherwise as it was sent."""
    if not _HINT.search(query):
        return query
    pairs = (pair.partition("=") for pair in query.split("&"))
    return "&".join(
        f"{name}{equals}{HIDDEN if equals and is_secret(name) else _redact_encoded(value)}"
        for name, equals, value in pairs
    )


def _redact_encoded(value: str) -> str:
    decoded = unquote(value)  # for example the address to return to, with a query of its own
    shown = redact_text(decoded)
    return redact_text(value) if shown == decoded else quote(shown)


def redact_body(body: bytes, media_type: bytes) -> str:
    """A body as text: JSON, a form, or anything else."""
    text = body.decode(json.detect_encoding(body), "replace").removeprefix("\ufeff")
    if media_type.lower().startswith(b"application/x-www-form-urlencoded"):
        return redact_query(text)
    shown = redact_text(text)
    if not _is_json(text):
        for found in _ELEMENT.finditer(shown):  # XML and multipart are shown up to the first secret
            if is_secret(found[1]):
                return shown[: found.end()] + HIDDEN
    return shown


def redact_text(text: str) -> str:
    """JSON text, whole or cut, or a text with pairs such as `name=value` or lines such as `name: value`."""
    if not _HINT.search(text):
        return text
    return _redact_json(text) if _is_json(text) else _redact_pairs(text)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[", '"')


def _redact_json(text: str) -> str:
    parts: list[str] = []
    at = 0
    while found := _IN_JSON.search(text, at):
        parts.append(text[at : found.start()])
        at = found.end()
        if found["string"] is not None and found["colon"] is None:
            parts.append(_redact_string(found[0], found["string"]))
            continue
        parts.append(found[0])
        name = found["string"] if found["string"] is not None else found["quoted"] or found["bare"] or ""
        if is_secret(_unescaped(name)):
            end = _end_of_value(text, at)
            value = text[at:end]
            parts.append(value if value in _HARMLESS or not value else f'"{HIDDEN}"')
            at = end
    return "".join([*parts, text[at:]])


def _redact_string(token: str, content: str) -> str:
    value = _unescaped(content)
    shown = redact_text(value)
    return token if shown == value else json.dumps(shown, ensure_ascii=False)


def _unescaped(content: str) -> str:
    try:
        return str(json.loads(f'"{content}"', strict=False))
    except ValueError:  # cut in an escape sequence, or invalid
        return content


def _end_of_value(text: str, at: int) -> int:
    if text[at : at + 1] not in ("{", "["):
        found = _SCALAR.match(text, at)
        return at if found is None else found.end()
    depth = 0
    for found in _BRACKET.finditer(text, at):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    return len(text)


def _redact_pairs(text: str) -> str:
    parts: list[str] = []
    at = 0
    while found := _PAIR.search(text, at):
        parts.append(text[at : found.end()])
        at = found.end()
        if is_secret(found["name"] or found["first"]) and (value := _VALUE.match(text, at)) and value[0]:
            parts.append(HIDDEN)
            at = value.end()
    return "".join([*parts, text[at:]])
