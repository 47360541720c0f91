"""Requests that are rejected before their space is known: in no journal, but not without a trace."""

import asyncio
import re
from html import unescape

import httpx
import pytest

from tests.client import APTIC, BEARER, Api
from tests.ui.html import BROWSER, browse

PING = f"{APTIC}/Ping"
EVIL = {"Host": "evil.example", **BEARER}


def rejected(api: Api) -> list[tuple[int, str, str]]:
    """Status, method and path, newest first."""
    found = api.get("/_sim/requests").json()["without_space"]["latest"]
    return [(one["status"], one["method"], one["path"]) for one in found]


def test_they_are_listed_in_every_space_without_their_secrets(api: Api) -> None:
    assert api.get("/_sim/requests").json()["without_space"] == {"count": 0, "latest": []}
    api.send("GET", f"{PING}?token=s3cret", headers=EVIL)
    api.send(
        "PUT", f"/s/a{PING}", headers={"Sim-Space": "b", "Authorization": "Bearer s3cret"}, json={"a": "s3cret"}
    )
    api.send("GET", "/s/no%20name/APIGW/v1/Ping")
    api.send("POST", PING, headers={"Sec-Fetch-Site": "cross-site"})
    for prefix in ("", "/s/a"):
        answer = api.get(f"{prefix}/_sim/requests")
        found = answer.json()["without_space"]
        assert (found["count"], "s3cret" in answer.text) == (4, False)
        reasons = [
            "A web page of another site",
            "",
            "The path names the space 'a' and the header Sim-Space 'b'",
            "This server does not serve the host 'evil.example'",
        ]
        assert [one["reason"].startswith(text) for one, text in zip(found["latest"], reasons, strict=True)] == [
            True
        ] * 4
        assert rejected(api) == [
            (403, "POST", PING),
            (400, "GET", "/s/no name/APIGW/v1/Ping"),
            (400, "PUT", f"/s/a{PING}"),
            (421, "GET", PING),
        ]
        assert answer.json()["recorded"] == 0
        text = browse(api, f"{prefix}/_sim/ui/requests?vendor=payex").text
        assert "4 requests to this server were rejected before their space was known" in text
        assert "This server does not serve the host 'evil.example'" in text


def test_only_the_latest_are_kept(api: Api) -> None:
    for number in range(25):
        api.send("GET", f"/{number}{'x' * 1_000}", headers=EVIL)
    found = api.get("/_sim/requests").json()["without_space"]
    assert (found["count"], len(found["latest"])) == (25, 20)
    assert [one["path"][:3] for one in found["latest"][::19]] == ["/24", "/5x"]
    assert {len(one["path"]) for one in found["latest"]} == {300}


def test_the_stream_says_how_many_there_are(api: Api) -> None:
    async def follow() -> str:
        transport = httpx.ASGITransport(app=api.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sim.test") as client:
            stream = asyncio.create_task(client.get("/_sim/requests/stream?seconds=0.3"))
            while not stream.done():
                await client.get(PING, headers=EVIL)
                await asyncio.sleep(0)  # lets the stream go on
            return stream.result().text

    assert re.search(r'^data: {"without_space":\d+}$', api.run(follow()), re.MULTILINE)


@pytest.mark.parametrize("path", ["/_sim/ui", "/", "/docs"])
def test_visits_of_pages_are_not_among_them(api: Api, path: str) -> None:
    assert api.send("GET", path, headers={**BROWSER, "Host": "evil.example"}).status_code == 421
    assert rejected(api) == []


def test_what_is_rejected_in_a_space_is_in_its_journal(api: Api) -> None:
    too_large = b'"' + b"x" * (10 * 2**20 + 1) + b'"'
    answer = api.send(
        "PUT", f"{APTIC}/Debtors", content=too_large, headers={**BEARER, "Content-Type": "application/json"}
    )
    assert answer.status_code == 413
    page = browse(api, f"/_sim/ui/requests/{answer.headers['sim-request-id']}")
    assert "Rejected: " in unescape(page.text)
    assert rejected(api) == []
