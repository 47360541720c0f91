"""Spaces: addressed by prefix or header, isolated, reset to the start."""

import asyncio

import httpx
import pytest

from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve


def names(api: Api, prefix: str = "", headers: dict[str, str] | None = None) -> list[str]:
    found = api.send(
        "GET",
        f"{prefix}{APTIC}/Debtors",
        headers={**BEARER, **(headers or {})},
        params={"$filter": "startswith(fullName,'Space')"},
    )
    return [item["fullName"] for item in found.json()["value"]]


def test_a_space_sees_only_its_own_rows(api: Api) -> None:
    for prefix, name in [("", "Space default"), ("/s/a", "Space a"), ("/s/b.-_1", "Space b")]:
        assert api.put(f"{prefix}{APTIC}/Debtors", {"fullName": name}).status_code == 201
    assert names(api) == ["Space default"]
    assert names(api, "/s/default") == ["Space default"]
    assert names(api, "/s/a") == ["Space a"]
    assert names(api, "/s/b.-_1") == ["Space b"]
    assert names(api, "/s/new") == []


def test_the_header_names_a_space_as_the_prefix_does(api: Api) -> None:
    api.put(f"/s/a{APTIC}/Debtors", {"fullName": "Space a"})
    assert names(api, headers={"Sim-Space": "a"}) == ["Space a"]
    assert names(api, "/s/a", headers={"Sim-Space": "a"}) == ["Space a"]


def test_two_different_names_are_a_400(api: Api) -> None:
    answer = api.send("GET", f"/s/a{APTIC}/Debtors", headers={**BEARER, "Sim-Space": "b"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "The path names the space 'a' and the header Sim-Space 'b'; name one."


@pytest.mark.parametrize("name", ["a%20b", "%C3%A5", "a" * 65, "a%2Fb", "a%00"])
def test_a_bad_name_is_a_400(api: Api, name: str) -> None:
    answer = api.get(f"/s/{name}{APTIC}/Debtors")
    assert (answer.status_code, answer.json()["title"]) == (400, "Bad name")


def test_links_carry_the_prefix_by_which_the_request_came(api: Api) -> None:
    guid = api.debtor()["debtorGuid"]
    for prefix in ("", "/s/default", "/S/default"):
        links = api.get(f"{prefix}{APTIC}/Debtors/{guid}").json()["links"]
        assert {link["href"].partition("/APIGW")[0] for link in links} == {f"http://sim.test{prefix.lower()}"}
        assert [api.get(link["href"]).status_code for link in links] == [200] * len(links)


def test_names_of_mounts_and_literal_segments_match_in_any_case_with_or_without_a_slash(api: Api) -> None:
    guid = api.debtor()["debtorGuid"]
    for path in (
        f"/apigw/V1/dEbToRs/{guid.upper()}/",
        f"/APIGW/v1/DEBTORS/{guid}/ADDRESSES/",
        "/_SIM/Clock/",
    ):
        assert api.get(path).status_code == 200


def test_outside_the_mounts_a_plain_404_lists_them(api: Api) -> None:
    for path in ("/nowhere", "/s/a/nowhere", "/APIGWX/v1/Ping"):
        answer = api.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["detail"].endswith("The mounts are: /APIGW, /ledger, /api/v3, /_sim.")


@pytest.mark.in_memory("the number of files has no limit")
def test_spaces_have_a_maximum(serve: Serve) -> None:
    api = serve(max_spaces="9")
    for number in range(9):
        assert api.get(f"/s/n{number}/_sim/clock").status_code == 200
    answer = api.get("/s/one-more/_sim/clock")
    assert (answer.status_code, answer.json()["title"]) == (503, "Too many spaces")
    assert api.get("/s/n7/_sim/clock").status_code == 200


def test_fifty_clients_in_fifty_spaces_are_isolated(api: Api, loop: asyncio.AbstractEventLoop) -> None:
    transport = httpx.ASGITransport(app=api.app)

    async def work(client: httpx.AsyncClient, number: int) -> list[str]:
        for _ in range(3):
            body = {"fullName": f"Space {number}"}
            assert (await client.put(f"/s/n{number}{APTIC}/Debtors", json=body)).status_code == 201
        query = {"$filter": "startswith(fullName,'Space')"}
        found = await client.get(f"/s/n{number}{APTIC}/Debtors", params=query)
        return [item["fullName"] for item in found.json()["value"]]

    async def all_of_them() -> list[list[str]]:
        async with httpx.AsyncClient(transport=transport, base_url="http://sim.test", headers=BEARER) as client:
            return await asyncio.gather(*(work(client, number) for number in range(50)))

    assert loop.run_until_complete(all_of_them()) == [[f"Space {number}"] * 3 for number in range(50)]


def test_reset_restores_the_export_byte_for_byte_and_the_guids_start_again(api: Api) -> None:
    start = api.get("/_sim/export").content
    first = [api.debtor()["debtorGuid"] for _ in range(3)]
    api.delete(f"{APTIC}/Debtors/{first[0]}/Paymentplans/{first[0]}")
    assert api.get("/_sim/export").content != start
    assert api.post("/_sim/reset").status_code == 204
    assert api.get("/_sim/export").content == start
    assert [api.debtor()["debtorGuid"] for _ in range(3)] == first
    assert len(set(first)) == 3


def test_a_rejected_write_draws_no_guid(api: Api) -> None:
    start = api.get("/_sim/export").content
    body = [{"caseNumber": "1", "debtors": [{"firstname": "A"}]}, {"caseNumber": "1"}]
    assert api.put(f"{APTIC}/Cases", body).status_code == 409
    assert api.get("/_sim/export").content == start


def test_reset_of_data_keeps_the_clock_and_reset_of_the_clock_keeps_the_data(api: Api) -> None:
    api.freeze("2027-05-05T00:00:00Z")
    api.debtor(fullName="Space x")
    assert api.post("/_sim/reset", {"scope": "data"}).status_code == 204
    assert names(api) == []
    assert api.get("/_sim/clock").json() == {"mode": "frozen", "now": "2027-05-05T00:00:00Z"}
    api.debtor(fullName="Space y")
    assert api.post("/_sim/reset", {"scope": "clock"}).status_code == 204
    assert names(api) == ["Space y"]
    assert api.get("/_sim/clock").json()["mode"] == "real"


def test_reset_rejects_unknown_scopes(api: Api) -> None:
    answer = api.post("/_sim/reset", {"scope": "everything"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {
        "scope": ["Input should be 'all', 'data', 'clock', 'faults' or 'journal'"]
    }


def test_many_writes_by_one_space_leave_others_clock_alone(api: Api) -> None:
    api.put("/s/a/_sim/clock", {"mode": "frozen", "now": "2030-01-01"})
    assert api.get("/s/a/_sim/clock").json()["now"] == "2030-01-01T00:00:00Z"
    assert api.get("/s/b/_sim/clock").json()["now"][:10] == "2026-01-01"


def test_an_empty_header_is_a_400_and_so_are_two_that_differ(api: Api) -> None:
    empty = api.send("GET", f"{APTIC}/Ping", headers={**BEARER, "Sim-Space": ""})
    assert (empty.status_code, empty.json()["title"]) == (400, "Bad name")


def test_tokens_of_spaces_differ_and_none_comes_back_after_a_reset(api: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}

    def token(prefix: str) -> str:
        issued: str = api.send("POST", f"{prefix}/APIGW/login/oauth/access_token", data=form).json()[
            "access_token"
        ]
        return issued

    tokens = [token("/s/a"), token("/s/b")]
    api.post("/s/a/_sim/reset")
    tokens.append(token("/s/a"))
    assert len(set(tokens)) == 3


def test_fetching_a_token_is_no_write_that_holds_the_clock(api: Api) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    api.send("POST", "/APIGW/login/oauth/access_token", data=form)
    assert api.put("/_sim/clock", {"mode": "frozen", "now": "2026-01-01"}).status_code == 200
