"""Clients."""

from tests.client import APTIC, Api

CLIENTS = f"{APTIC}/Clients"


def test_a_client_is_created_read_and_changed(api: Api) -> None:
    created = api.create(
        CLIENTS, {"idNumber": "1", "fullName": "A", "companyPhone": "2", "email": "e", "active": True}
    )
    assert {name: value for name, value in created.items() if name not in ("uniqueId", "referenceCode")} == {
        "informalName": None,
        "fullName": "A",
        "idNumber": "1",
        "companyPhone": "2",
        "email": "e",
        "webPage": None,
        "active": True,
        "blocked": False,
        "countryCodeOfOperation": None,
    }
    path = f"{CLIENTS}/{created['uniqueId'].upper()}"
    assert api.get(path).json() == created
    assert api.patch(path, {"fullName": None, "webPage": "w", "active": False}).status_code == 204
    assert api.get(path).json() == {**created, "fullName": None, "webPage": "w", "active": False}


def test_reference_codes_are_unique_and_given_where_absent(api: Api) -> None:
    codes = [api.create(CLIENTS, {})["referenceCode"] for _ in range(2)]
    assert len(set(codes)) == 2
    conflict = api.put(CLIENTS, {"referenceCode": codes[0]})
    assert (conflict.status_code, conflict.json()["detail"]) == (
        409,
        f"Another client already has the referenceCode {codes[0]!r}.",
    )
    mine = api.create(CLIENTS, {"referenceCode": "MINE"})
    path = f"{CLIENTS}/{mine['uniqueId']}"
    assert api.patch(path, {"referenceCode": codes[0]}).status_code == 409
    assert api.patch(path, {"referenceCode": "MINE"}).status_code == 204
    assert api.patch(path, {"referenceCode": "NEW"}).status_code == 204
    assert api.get(path).json()["referenceCode"] == "NEW"


def test_clients_are_filtered_by_their_members(api: Api) -> None:
    created = api.create(CLIENTS, {"fullName": "Filter me", "blocked": True})
    found = api.get(CLIENTS, _filter=f"uniqueId eq '{created['uniqueId'].upper()}' and blocked").json()
    assert found == {"count": 1, "skip": 0, "total": 1, "value": [created]}


def test_an_unknown_client_is_a_404(api: Api) -> None:
    for guid in ("5eed0000-0000-4000-8000-00000000dead", "x"):
        assert api.get(f"{CLIENTS}/{guid}").status_code == 404
        assert api.patch(f"{CLIENTS}/{guid}", {}).status_code == 404
