"""Secrets are shown nowhere: by name, in every place and encoding, and without hiding the vendors' own members."""

# ruff: noqa: ARG005

import gzip
import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.admin.recorded_requests import details, differences
from ledgersim.diagnostics.journal import Record
from ledgersim.diagnostics.matching import RecordMatch
from ledgersim.diagnostics.redaction import is_secret, redact_text
from tests.client import APTIC, BEARER, Api

DEBTORS = f"{APTIC}/Debtors"
ECHO = f"{APTIC}/Debtors/Services/Echo"
SECRET = "s3cr3tvalue"

NAMES = [
    "client_secret", "clientSecret", "CLIENT-SECRET", "clientsecret", "access_token", "refreshToken", "id_token", "token",
    "tokens", "password", "PASSWORD", "newPassword", "passwd", "pwd", "passphrase", "apiKey", "api_key", "api-key",
    "APIKEY", "X-Api-Key", "authKey", "auth-key", "Ocp-Apim-Subscription-Key", "subscription-key", "x-functions-key",
    "accessKey", "private_key", "key", "X-Key", "x-auth", "credentials", "Authorization", "signature", "user[password]",
    "auth.token", "pass", "smtp-pass", "otp", "jwt", "assertion", "client_assertion",
]  # fmt: skip

SHOWN = [
    "token_type", "tokenType", "token_endpoint", "token_expires_in", "expires_in", "customerKey", "foreignKey", "Idempotency-Key",
    "monkey", "keyword", "secretary", "author", "authorName", "design", "code", "client_id", "grant_type", "client_assertion_type",
    "passport", "passThrough", "bypass", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_a_secret(name: str) -> None:
    assert is_secret(name)
    assert is_secret("".join(f"%{ord(letter):02x}" for letter in name))


@pytest.mark.parametrize("name", SHOWN)
def test_a_name_of_no_secret(name: str) -> None:
    assert not is_secret(name)


def test_no_member_of_the_vendors_is_hidden_unless_it_is_a_credential() -> None:
    names: set[str] = set()
    for file in (Path(__file__).parents[2] / "openapi").glob("*.json"):
        names |= set(names_in(json.loads(file.read_text())))
    credentials = {"access_token", "client_secret", "cardToken", "X-Api-Key", "X-Auth-Key"}
    assert len(names) > 500
    assert {name for name in names if is_secret(name)} == credentials


def names_in(document: Any) -> Any:
    """The names of all members and of the parameters in queries and headers."""
    if isinstance(document, dict):
        properties = document.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        if document.get("in") in ("query", "header"):
            yield document["name"]
        for value in document.values():
            yield from names_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from names_in(value)


def journal(api: Api) -> str:
    """All that is shown of the requests, by the list and one by one, without the figures that a number may hit."""
    listed = api.get("/_sim/requests?limit=1000")
    texts = [listed.text]
    for one in listed.json()["requests"]:
        found = api.get(f"/_sim/requests/{one['id']}")
        assert found.status_code == 200, found.text
        texts.append(found.text)
    return "\n".join(texts)


JSON = {**BEARER, "Content-Type": "application/json"}

# How a secret text or number is sent under a name.
PLACES: dict[str, Any] = {
    "query": lambda name, secret, number: {"path": f"?a=1&{quote(name)}={secret}&b=2"},
    "encoded name in a query": lambda name, secret, number: {"path": f"?{encoded(name)}={secret}"},
    "encoded address in a query": lambda name, secret, number: {
        "path": f"?back={quote(f'https://x.example/a?{quote(name)}={secret}&b=2', safe='')}"
    },
    "address in a header": lambda name, secret, number: {
        "headers": {"Referer": f"https://x.example/a?{quote(name)}={secret}&b=2"}
    },
    "fragment in a header": lambda name, secret, number: {
        "headers": {"Referer": f"https://x.example/a#{quote(name)}={secret}"}
    },
    "form": lambda name, secret, number: {
        "headers": {"Content-Type": "application/x-www-form-urlencoded"},
        "content": f"grant_type=x&{quote(name)}={secret};{secret}",
    },
    "encoded name in a form": lambda name, secret, number: {
        "headers": {"Content-Type": "Application/X-WWW-Form-Urlencoded; charset=utf-8"},
        "content": f"{encoded(name)}={secret}",
    },
    "form as JSON": lambda name, secret, number: {"content": f"grant_type=x&{quote(name)}={secret}"},
    "form as text": lambda name, secret, number: {
        "headers": {"Content-Type": "text/plain"},
        "content": f"a=1&{name}={secret}",
    },
    "form without a media type": lambda name, secret, number: {
        "headers": {},
        "content": f"{quote(name)}={secret}&a=1",
    },
    "lines of a text": lambda name, secret, number: {
        "content": f"a: 1\n{name}: {secret} {secret}\n{name} = {secret}\n"
    },
    "XML": lambda name, secret, number: {"content": f"<a><{name}>\n{secret}</{name}></a>"},
    "multipart": lambda name, secret, number: {
        "content": f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{secret}\r\n--x--'
    },
    "text": lambda name, secret, number: {"content": json.dumps({"a": 1, name: secret, "b": [2]})},
    "number": lambda name, secret, number: {"content": json.dumps({name: number, "b": 2})},
    "negative fraction": lambda name, secret, number: {"content": json.dumps([{name: -number - 0.25, "b": 2}])},
    "list": lambda name, secret, number: {"content": json.dumps({name: [1, secret, {"a": number}], "b": 2})},
    "object": lambda name, secret, number: {"content": json.dumps({"x": [{name: {"a": {"}": secret}}}]})},
    "escaped name": lambda name, secret, number: {"content": f'{{"{escaped(name)}": "{secret}"}}'},
    "escaped quotes": lambda name, secret, number: {
        "content": json.dumps({name: f'a"\\{secret}', "b": f'"{name}'})
    },
    "UTF-16": lambda name, secret, number: {"content": json.dumps({name: secret}).encode("utf-16")},
    "byte order mark": lambda name, secret, number: {
        "content": b"\xef\xbb\xbf" + json.dumps({name: secret}).encode()
    },
    "compressed": lambda name, secret, number: {
        "headers": {**JSON, "Content-Encoding": "gzip"},
        "content": gzip.compress(json.dumps({name: secret}).encode()),
    },
    "long JSON": lambda name, secret, number: {"content": json.dumps({name: secret, "a": "x" * 20_000})},
    "cut in the secret": lambda name, secret, number: {
        "content": json.dumps({"a": "x" * 10_000, name: secret * 1_000})
    },
    "cut in a list": lambda name, secret, number: {"content": json.dumps({name: [secret, number] * 2_000})},
    "several lines of JSON": lambda name, secret, number: {
        "content": f'{{"a": 1}}\n{{"{name}": "{secret}"}}\n'
    },
    "not quite JSON": lambda name, secret, number: {"content": f"{{'{name}': '{secret}', 'a': 1}}"},
    "an address in JSON": lambda name, secret, number: {
        "content": json.dumps({"url": f"https://x.example/?a=1&{quote(name)}={secret}", "b": 2})
    },
    "JSON in JSON": lambda name, secret, number: {
        "content": json.dumps({"body": json.dumps({name: secret}), "b": 2})
    },
    "a string of JSON": lambda name, secret, number: {"content": json.dumps(f"a=1&{name}={secret}")},
}

UNUSUAL = ("XML", "multipart", "not quite JSON", "lines of a text")  # where no name has brackets


def encoded(name: str) -> str:
    """The name with every letter percent-encoded."""
    return "".join(f"%{ord(letter):02X}" for letter in name)


def escaped(name: str) -> str:
    """The name with every letter escaped as in JSON."""
    return "".join(f"\\u{ord(letter):04x}" for letter in name)


def send(api: Api, place: str, name: str, secret: str, number: int = 0) -> None:
    """Send a secret under a name."""
    options = {"headers": JSON, **PLACES[place](name, secret, number)}
    for path in (DEBTORS, ECHO):
        api.send("POST" if path == ECHO else "PUT", path + options.get("path", ""), options["headers"],
                 content=options.get("content"))  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_shown_nowhere(api: Api, caplog: pytest.LogCaptureFixture, place: str) -> None:
    caplog.set_level(logging.INFO, "ledgersim")
    third = NAMES[list(PLACES).index(place) % 3 :: 3]
    names = [name for name in third if "[" not in name or place not in UNUSUAL]
    for number, name in enumerate(names):
        send(api, place, name, f"s3cr3t{number:03}v", 8_675_309_000 + number)
    shown = journal(api) + api.get("/_sim/aptic/services/runs").text + caplog.text
    assert [
        name for n, name in enumerate(names) if f"s3cr3t{n:03}v" in shown or f"8675309{n:03}" in shown
    ] == []
    assert shown.count("***") >= len(names)


@pytest.mark.parametrize("name", [name for name in NAMES if name.replace("-", "").isalnum() or "_" in name])
def test_a_secret_in_a_header_is_shown_nowhere(api: Api, name: str) -> None:
    api.send("GET", DEBTORS, {**BEARER, name: f"{SECRET} {SECRET}"})
    assert SECRET not in journal(api)


def test_the_scheme_of_an_authorization_is_shown(api: Api) -> None:
    for value in (f"Bearer {SECRET}", f"Basic {SECRET}", SECRET, f"{SECRET} {SECRET}"):
        api.send("GET", DEBTORS, {"Authorization": value})
    ids = [one["id"] for one in api.get("/_sim/requests").json()["requests"]]
    shown = [api.get(f"/_sim/requests/{one}").json()["request"]["headers"]["authorization"] for one in ids]
    assert shown == ["Bearer ***", "Basic ***", "***", "***"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('{"password": "x", "a": 1}', '{"password": "***", "a": 1}'),
        ('{"password":[{"a":"]"}],"b":1.10}', '{"password":"***","b":1.10}'),
        ('{"password": null, "token": true, "key": false}', '{"password": null, "token": true, "key": false}'),
        ('{"password": "x', '{"password": "***"'),
        ('{"a": "password", "b": "a key: 1"}', '{"a": "password", "b": "a key: 1"}'),
        ("a=1&key=2&b=3", "a=1&key=***&b=3"),
        ("key=a=b", "key=***"),
        ("key", "key"),
        ("https://x.example/?a=1&sig=b", "https://x.example/?a=1&sig=***"),
        ("The token is unknown.", "The token is unknown."),
        ("", ""),
    ],
)
def test_only_the_secret_is_replaced(text: str, shown: str) -> None:
    assert redact_text(text) == shown


def test_what_differs_within_a_secret_is_not_shown(api: Api) -> None:
    body = {"credentials": {"user": SECRET}, "list": [{"url": f"https://x.example/?token={SECRET}"}], "n": 1.25}
    api.send("PUT", f"{DEBTORS}?a[password]={SECRET}", JSON, json=body)
    match = {
        "query": {"a[password]": "x"},
        "body": {"credentials": {"user": "x"}, "list": "x", "n": 2},
        "header": {"authorization": "x"},
    }
    answer = api.post("/_sim/requests/verify", {"match": match})
    assert answer.json()["nearest"][0]["differs"] == {
        "header.authorization": "***",
        "query.a[password]": "***",
        "body.credentials.user": "***",
        "body.list": [{"url": "https://x.example/?token=***"}],
        "body.n": 1.25,
    }


def test_links_to_the_next_page_do_not_repeat_a_secret_of_the_query(api: Api) -> None:
    answer = api.send("GET", f"{DEBTORS}?$top=1&access_token={SECRET}", BEARER)
    assert answer.json()["value"]
    assert SECRET not in journal(api)


def test_runs_of_services_keep_their_numbers(api: Api) -> None:
    api.send("POST", ECHO, JSON, content='{"n": 1.10, "password": 7.50, "big": 12345678901234567890.5}')
    text = api.get("/_sim/aptic/services/runs").text
    assert text.count('{"n": 1.10, "password": "***", "big": 12345678901234567890.5}') == 2


@given(
    place=st.sampled_from(sorted(PLACES)),
    name=st.sampled_from([name for name in NAMES if "[" not in name]),
    secret=st.text(alphabet="BCDFGHJKLMQ0123456789._~-", min_size=10, max_size=40),
)
def test_no_secret_planted_anywhere_comes_out(place: str, name: str, secret: str) -> None:
    options = PLACES[place](name, secret, 1)
    query = options.get("path", "").removeprefix("?")
    headers = [(key.encode(), value.encode()) for key, value in options.get("headers", {}).items()]
    record = Record(1, datetime(2026, 1, 1, tzinfo=UTC), "PUT", "/", query.encode(), headers)
    content = options.get("content", b"")
    body = content.encode() if isinstance(content, str) else content
    record.add_request_body(body)
    record.add_response_body(body)
    record.end()
    match = RecordMatch(header={"referer": "x"}, query={name: "x"}, body={name: "x", "url": 1, "body": 1})
    shown = json.dumps([details(record), differences(match.differences(record))], default=str)
    assert secret not in shown


@given(st.text(alphabet="{}[]\"\\:,= &\n'<>/%a1", max_size=60))
def test_any_text_can_be_redacted(text: str) -> None:
    shown = redact_text(f"{text}&key=")
    assert redact_text(shown) == shown
