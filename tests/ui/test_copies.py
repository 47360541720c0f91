"""Recorded requests as curl commands, tests and HTTP files: each sends the same again."""

import gzip
import json
import shutil
import subprocess
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import httpx
import pytest

from tests.serving import Served

JSON = {"Content-Type": "application/json"}
EVIL = "'\"$(touch /tmp/evil)`id`\\ {{ 7 * 7 }} %s ! ö \u202eevil\u2066"
REQUESTS: dict[str, tuple[str, str, dict[str, Any], bytes]] = {
    "json": (
        "PUT",
        "/Debtors",
        JSON,
        json.dumps({"fullName": EVIL, "email": "a\nb"}, ensure_ascii=False).encode(),
    ),
    "json without a type": ("PUT", "/Debtors", {}, b'{"fullName": "Ada"}'),
    "a member twice": ("PUT", "/Debtors", JSON, b'{"fullName": "Ada", "fullName": 1}'),
    "numbers": ("PUT", "/Debtors", JSON, b'{"fullName": 1E400, "juridicalType": 10000000000000000000000.10}'),
    "half a pair": ("PUT", "/Debtors", JSON, rb'{"fullName": "\ud83d"}'),
    "broken json": ("PUT", "/Debtors", JSON, b'{"fullName": "Ada",\n  "email": \'it\'s\'\n'),
    "an emoji": ("PUT", "/Debtors", JSON, '{"fullName": "Ada \U0001f600 \u200d\U000e0001"}'.encode()),
    "all bytes": ("PUT", "/Debtors", {"Content-Type": "application/octet-stream"}, bytes(range(256)) * 2),
    "utf-16": ("PUT", "/Debtors", JSON, '{"fullName": "Ö"}'.encode("utf-16")),
    "line ends": ("POST", "/Debtors", {"Content-Type": "text/plain"}, b"-n @file\r\n### a\n%d \\n\n\n"),
    "a separator": ("POST", "/Debtors", {"Content-Type": "text/plain"}, b"a\n### b\n{{c}}"),
    "a form": ("POST", "/Debtors", {"Content-Type": "application/x-www-form-urlencoded"}, b"a=1&b=%26&c"),
    "compressed": (
        "PUT",
        "/Debtors",
        {**JSON, "Content-Encoding": "gzip"},
        gzip.compress(b'{"fullName": "Ada"}'),
    ),
    "a query": ("GET", "/Debtors?$filter=city%20eq%20'%C3%96rebro'%20and%20true&a[]={1}&x=%25", {}, b""),
    "an odd query": ("GET", "/Debtors?&a&b=&=c&%FF=%zz&a=1", {}, b""),
    "an odd path": ("GET", f"/{quote(EVIL)}/a%20b//%7B%7D/", {}, b""),
    "dots": ("GET", "/a/../b/./Ping", {}, b""),
    "a head": ("HEAD", "/Ping", {}, b""),
    "another method": ("REPORT", "/Ping", {}, b""),
    "headers": ("GET", "/Ping", {"X-A": EVIL.encode(), "X-B": b"\xf6\xff", "X-C": "", "X-D": '{"a":1}'}, b""),
}
SHELLS = [shell for name in ("dash", "bash") if (shell := shutil.which(name)) is not None]


@pytest.fixture
def client(server: Served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


def records(client: httpx.Client) -> list[dict[str, Any]]:
    """What was recorded, without what differs from one time to the next."""
    found = []
    for one in client.get("/_sim/requests").json()["requests"]:
        record = client.get(f"/_sim/requests/{one['id']}").json()
        headers = record["request"]["headers"]
        own = {
            name: value for name, value in headers.items() if name.startswith("x-") or name == "content-type"
        }
        found.append(
            {
                **{name: record[name] for name in ("method", "path", "status", "operation")},
                "query": unquote_to_bytes(record["query"].replace("+", " ")),
                "headers": own,
                "body": record["request"].get("body"),
                "problem": (record.get("problem"), record.get("detail")),
            }
        )
    return found


def send(server: Served, method: str, path: str, headers: dict[str, Any], body: bytes) -> None:
    """Exactly this: clients would change some of it."""
    lines = [
        b"%s /APIGW/v1%s HTTP/1.1" % (method.encode(), path.encode()),
        b"Host: 127.0.0.1",
        b"Connection: close",
        b"Authorization: Bearer any",
    ]
    lines += [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in headers.items()
    ]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    with server.connect(b"\r\n".join(lines) + b"\r\n\r\n" + body) as connection:
        while connection.recv(65_536):
            pass


@pytest.mark.parametrize("case", REQUESTS)
def test_each_copy_sends_the_same_again(server: Served, client: httpx.Client, case: str) -> None:
    send(server, *REQUESTS[case])
    (original,) = records(client)
    number = client.get("/_sim/requests").json()["requests"][0]["id"]
    code = client.get(f"/_sim/requests/{number}/code").json()
    shown = "".join(code[name] for name in ("curl", "pytest", "http"))
    assert not set(shown) & set("\u202e\u2066\u200d\r\x00")
    sent = 1
    if shutil.which("curl") is not None:
        for shell in SHELLS:
            done = subprocess.run([shell, "-c", code["curl"]], capture_output=True, timeout=60)
            assert (done.returncode, done.stderr.count(b"not found")) == (0, 0), done.stderr
            sent += 1
    if case != "dots":  # which httpx resolves
        names: dict[str, Any] = {}
        exec(code["pytest"], names)
        (test,) = [value for name, value in names.items() if name.startswith("test_")]
        test(SimpleNamespace(url=server.url, aptic=f"{server.url}/APIGW"))
        sent += 1
    assert records(client) == [original] * sent
    client.post("/_sim/faults", json=code["fault"]).raise_for_status()
    send(server, *REQUESTS[case])
    assert records(client)[-1]["status"] == 503


def test_an_http_file_has_the_same_request(server: Served, client: httpx.Client) -> None:
    ids = {}
    for case in ("json", "a query", "a form", "all bytes", "a separator"):
        send(server, *REQUESTS[case])
        ids[case] = client.get("/_sim/requests").json()["requests"][-1]["id"]
    files = {case: client.get(f"/_sim/requests/{number}/code").json()["http"] for case, number in ids.items()}
    for case in ("json", "a query", "a form"):
        head, _, body = files[case].partition("\n\n")
        line, *headers = head.splitlines()
        method, url = line.split(" ")
        client.request(
            method, url, headers=dict(one.split(": ", 1) for one in headers), content=body[:-1].encode()
        )
    found = records(client)
    assert found[5:] == found[:3]
    for case in ("all bytes", "a separator"):
        assert files[case].endswith("\n\n< ./body.bin\n")
        command = files[case].splitlines()[0].partition(": ")[2].removesuffix(" > body.bin")
        done = subprocess.run(["sh", "-c", command], capture_output=True, check=True, timeout=60)
        assert done.stdout == REQUESTS[case][3]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "status", "status": 503}, 503),
        ({"kind": "status", "status": 418, "when": "after_commit"}, 418),
        ({"kind": "quota", "limit": 0, "window": "PT1M"}, 429),
    ],
)
def test_a_test_has_the_fault_that_made_the_request_fail(
    client: httpx.Client, fault: dict[str, Any], status: int
) -> None:
    client.post("/_sim/faults", json=fault).raise_for_status()
    path, headers = "/APIGW/v1/Debtors", {"Authorization": "Bearer any"}
    answer = client.put(path, json={"fullName": "Ada"}, headers=headers)
    assert answer.status_code == status
    code = client.get(f"/_sim/requests/{answer.headers['sim-request-id']}/code").json()["pytest"]
    client.delete("/_sim/faults").raise_for_status()

    def admin(method: str, path: str, body: Any) -> None:
        client.request(method, f"/_sim{path}", json=body).raise_for_status()

    names: dict[str, Any] = {}
    exec(code, names)
    url = str(client.base_url)
    names["test_aptic_debtors_create"](SimpleNamespace(url=url, aptic=f"{url}/APIGW", admin=admin))
    first, second = records(client)
    assert first == second


def test_a_test_without_the_fault_that_broke_the_connection_says_so(client: httpx.Client) -> None:
    client.post("/_sim/faults", json={"kind": "drop", "when": "after_commit"}).raise_for_status()
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/APIGW/v1/Ping")
    (record,) = client.get("/_sim/requests").json()["requests"]
    code = client.get(f"/_sim/requests/{record['id']}/code").json()["pytest"]
    assert f"    # The fault {record['faults'][0]} hit the recorded request.\n" in code
    compile(code, "test", "exec")


def test_no_fault_is_offered_for_what_none_can_hit(client: httpx.Client) -> None:
    for path, is_offered in (("/nothing", False), ("/APIGW/nothing", True)):
        number = client.get(path).headers["sim-request-id"]
        assert (client.get(f"/_sim/requests/{number}/code").json()["fault"] is not None) is is_offered
        page = client.get(f"/_sim/ui/requests/{number}", headers={"Accept": "text/html"}).text
        assert ("Create this fault" in page) is is_offered


def test_copies_have_no_secrets(server: Served, client: httpx.Client) -> None:
    send(
        server,
        "PUT",
        "/Debtors?token=s3cret",
        {"X-Api-Key": "s3cret", **JSON},
        b'{"password": "s3cret"}',
    )
    number = client.get("/_sim/requests").json()["requests"][0]["id"]
    text = client.get(f"/_sim/requests/{number}/code").text
    assert ("s3cret" in text, text.count("***")) == (False, 12)
