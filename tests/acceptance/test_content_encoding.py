"""Requests with compressed bodies: decompressed on every route, limited in size, errors in the vendor's format."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve
from tests.vendors.riverty.conftest import ACCOUNTS, KEY

Compress = Callable[[bytes], bytes]

DEBTORS = f"{APTIC}/Debtors"
CUSTOMERS = "/ledger/customer/v1/46001/customers"
MIB = 2**20


def raw_deflate(body: bytes) -> bytes:
    """Without the zlib header, as some clients send it."""
    squeeze = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return squeeze.compress(body) + squeeze.flush()


def send(
    api: Api, method: str, path: str, content: bytes, coding: str = "gzip", **headers: str
) -> httpx.Response:
    sent = {**BEARER, "Content-Type": "application/json", "Content-Encoding": coding, **headers}
    return api.send(method, path, headers=sent, content=content)


def gzipped(body: Any) -> bytes:
    return gzip.compress(json.dumps(body).encode())


@pytest.mark.parametrize(
    ("coding", "compress"),
    [
        ("gzip", gzip.compress),
        ("GZip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", raw_deflate),
        ("identity", bytes),
        ("", bytes),
        ("gzip, identity", gzip.compress),
    ],
)
def test_a_compressed_body_is_read_as_if_it_came_plain(api: Api, coding: str, compress: Compress) -> None:
    body = {"firstname": "Åsa"}
    answer = send(api, "PUT", DEBTORS, compress(json.dumps(body).encode()), coding)
    assert (answer.status_code, answer.json()["firstname"]) == (201, "Åsa")


def test_a_body_that_comes_byte_by_byte_is_read(api: Api) -> None:
    content = gzipped({"firstname": "Ada"})

    async def bytes_of_it() -> Any:
        for byte in content:
            yield bytes([byte])

    headers = {**BEARER, "Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = api.send("PUT", DEBTORS, headers=headers, content=bytes_of_it())
    assert (answer.status_code, answer.json()["firstname"]) == (201, "Ada")


def test_every_vendor_and_every_kind_of_body_is_read(api: Api) -> None:
    form = b"grant_type=client_credentials&client_id=a&client_secret=b"
    token = send(
        api, "POST", "/APIGW/login/oauth/access_token", gzip.compress(form),
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert (token.status_code, token.json()["token_type"]) == (200, "Bearer")
    echo = send(api, "POST", f"{APTIC}/Cases/Services/Echo", gzipped({"a": 1}))
    assert (echo.status_code, echo.json()) == (200, {"a": 1})
    address = {"addressee": "Ulla", "city": "Stockholm", "zipCode": "11120", "countryCode": "SE"}
    changed = send(api, "PUT", f"{CUSTOMERS}/1000001/legal-address", gzipped(address))
    assert (changed.status_code, changed.text) == (204, "")
    rejected = send(api, "POST", ACCOUNTS, gzipped({}), **KEY)
    assert (rejected.status_code, type(rejected.json())) == (400, list)


def test_cases_that_are_imported_later_keep_what_was_sent(serve: Serve) -> None:
    api = serve(case_import_delay="60")
    api.freeze("2026-01-02T00:00:00Z")
    body = [{"currencyCode": "SEK", "caseNumber": "Z-1"}]
    assert send(api, "PUT", f"{APTIC}/Cases?async=true", gzipped(body)).status_code == 201
    api.post("/_sim/clock/advance", {"by": "PT61S"})
    (case,) = api.get(f"{APTIC}/Cases", _filter="caseNumber eq 'Z-1'").json()["value"]
    assert case["caseNumber"] == "Z-1"


def test_the_admin_api_reads_compressed_bodies(small_api: Api) -> None:
    api = small_api
    assert send(api, "PUT", "/_sim/clock", gzipped({"mode": "frozen", "now": "2026-02-01"})).status_code == 200
    exported = api.get("/_sim/export").content
    assert send(api, "POST", "/s/b/_sim/import", gzip.compress(exported)).status_code == 204
    fixtures = b"aptic: {debtors: [{fullName: Ada Ek}]}"
    assert send(api, "POST", "/_sim/fixtures", gzip.compress(fixtures)).status_code == 201
    api.post("/_sim/snapshots", {"name": "a"})
    image = api.get("/_sim/snapshots/a/file").content
    assert send(api, "PUT", "/s/b/_sim/snapshots/b/file", gzip.compress(image)).status_code == 201


# Rejected


CORRUPT = {
    "not compressed": b'{"fullName": "Ada Ek"}',
    "cut short": gzipped({"fullName": "Ada Ek"})[:-5],
    "damaged": gzipped({"fullName": "Ada Ek"})[:-8] + b"12345678",
    "followed by more": gzipped({"fullName": "Ada Ek"}) + b"more",
    "one byte": b"\x1f",
}


@pytest.mark.parametrize("content", CORRUPT.values(), ids=CORRUPT)
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_corrupt_body_is_a_400_of_the_vendor(api: Api, content: bytes, coding: str) -> None:
    aptic = send(api, "PUT", DEBTORS, content, coding)
    assert (aptic.status_code, aptic.headers["content-type"]) == (400, "application/problem+json")
    assert coding in aptic.json()["errors"]["body"][0]
    payex = send(api, "PUT", f"{CUSTOMERS}/1000001/legal-address", content, coding)
    assert (payex.status_code, payex.json()["Status"]) == (400, 400)
    riverty = send(api, "POST", ACCOUNTS, content, coding, **KEY)
    assert (riverty.status_code, type(riverty.json())) == (400, list)
    control = send(api, "PUT", "/_sim/clock", content, coding)
    assert (control.status_code, control.json()["status"]) == (400, 400)
    token = send(api, "POST", "/APIGW/login/oauth/access_token", content, coding)
    assert (token.status_code, token.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "aes128gcm", "gzip, gzip", "deflate, gzip", "\x7f"]
)
def test_another_coding_is_a_415_that_names_those_that_are_read(api: Api, coding: str) -> None:
    answers = [
        send(api, "PUT", DEBTORS, b"\x00\x01", coding),
        send(api, "PUT", f"{CUSTOMERS}/1000001/legal-address", b"\x00\x01", coding),
        send(api, "POST", ACCOUNTS, b"\x00\x01", coding, **KEY),
        send(api, "PUT", "/_sim/clock", b"\x00\x01", coding),
        send(api, "POST", "/APIGW/login/oauth/access_token", b"\x00\x01", coding),
    ]
    assert [one.status_code for one in answers] == [415] * 5
    assert {one.headers["accept-encoding"] for one in answers} == {"gzip, deflate"}
    aptic, payex, riverty, control, token = (one.json() for one in answers)
    assert (aptic["title"], payex["Title"], control["title"]) == ("Unsupported Media Type",) * 3
    assert list(riverty) == ["message"]
    assert token["error"] == "invalid_request"


def test_two_headers_are_two_codings(api: Api) -> None:
    headers = httpx.Headers(
        [*BEARER.items(), ("Content-Type", "application/json")] + [("Content-Encoding", "gzip")] * 2
    )
    answer = api.send("PUT", DEBTORS, headers=headers, content=gzipped({}))  # type: ignore[arg-type]
    assert answer.status_code == 415


def test_a_request_without_a_body_may_have_any_media_type(api: Api) -> None:
    assert api.send("GET", DEBTORS, headers={**BEARER, "Content-Encoding": "br"}).status_code == 200
    assert send(api, "POST", "/_sim/reset", b"").status_code == 204


@pytest.mark.parametrize(("size", "status"), [(10 * MIB, 201), (10 * MIB + 1, 413)])
@pytest.mark.parametrize(("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_the_bound_is_on_what_a_body_holds(
    api: Api, size: int, status: int, coding: str, compress: Compress
) -> None:
    body = compress(b'{"description":"' + b"a" * (size - 18) + b'"}')
    assert len(body) < MIB
    answer = send(api, "PUT", DEBTORS, body, coding)
    assert answer.status_code == status
    if status == 413:
        assert answer.json()["detail"] == "The body may have at most 10,485,760 bytes (10 MiB)."


def test_a_decompression_bomb_uses_no_more_memory_than_the_largest_body(api: Api) -> None:
    squeeze = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(squeeze.compress(bytes(MIB)) for _ in range(64)) + squeeze.flush()
    assert send(api, "PUT", DEBTORS, bomb).status_code == 413  # and everything is loaded
    tracemalloc.start()
    try:
        assert send(api, "PUT", DEBTORS, bomb).status_code == 413
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * MIB


# The journal


def recorded(api: Api, answer: httpx.Response) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"/_sim/requests/{answer.headers['sim-request-id']}").json()
    return found


def verified(api: Api, body: Any, **count: int) -> dict[str, Any]:
    wanted = {"match": {"body": body}, "count": count or {"exactly": 1}}
    found: dict[str, Any] = api.post("/_sim/requests/verify", wanted).json()
    return found


def test_the_journal_shows_and_verifies_what_was_meant(api: Api) -> None:
    content = gzipped({"fullName": "Ada Ek", "idNumber": "1" * 200})
    request = recorded(api, send(api, "PUT", DEBTORS, content))["request"]
    assert request["body"] == {"fullName": "Ada Ek", "idNumber": "1" * 200}
    assert (request["bytes"], request["headers"]["content-encoding"]) == (len(content), "gzip")
    assert "truncated" not in request
    assert verified(api, {"fullName": "Ada Ek"})["ok"]
    assert not verified(api, {"fullName": "Bo Ek"})["ok"]


def test_a_long_body_is_cut_as_others_are(api: Api) -> None:
    body = {"fullName": "Ada Ek", "idNumber": "1" * 20_000}
    plain = recorded(api, api.put(DEBTORS, body))["request"]
    packed = recorded(
        api, send(api, "PUT", DEBTORS, gzip.compress(json.dumps(body, separators=(",", ":")).encode()))
    )
    assert (packed["request"]["truncated"], packed["request"]["body"]) == (True, plain["body"])
    assert verified(api, {"fullName": "Ada Ek"})["uncertain"] == 2


def test_secrets_in_compressed_bodies_are_hidden(api: Api) -> None:
    form = b"grant_type=client_credentials&client_id=a&client_secret=hush"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = send(api, "POST", "/APIGW/login/oauth/access_token", gzip.compress(form), **kind)
    body = recorded(api, answer)["request"]["body"]
    assert "client_id=a" in body
    assert "hush" not in body


def test_a_body_that_cannot_be_read_is_shown_as_it_came(api: Api) -> None:
    answer = send(api, "PUT", DEBTORS, b"plain after all")
    assert recorded(api, answer)["request"]["body"] == "plain after all"
    assert not verified(api, {"fullName": "Ada Ek"})["ok"]


def test_compressed_json_is_noted_since_no_vendor_documents_it(api: Api) -> None:
    answer = send(api, "PUT", DEBTORS, gzipped({"fullName": "Ada Ek"}))
    assert answer.headers["sim-diagnostics"] == "content-encoding Content-Encoding"
    assert "sim-diagnostics" not in send(api, "PUT", "/_sim/clock", gzipped({"mode": "frozen"})).headers
