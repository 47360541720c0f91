"""Documents of cases."""

import base64
from typing import Any

import pytest

from tests.client import Api
from tests.contract.shapes import of_answer, of_sample

SENT = {"note": "n", "originalFileName": "a.pdf"}


def test_a_document_is_added_listed_and_read_with_its_guid_in_its_links(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    case = api.case()
    content = base64.b64encode(b"%PDF").decode()
    answer = api.put(
        f"{case}/Documents", {**SENT, "documentType": "verdict", "important": True, "fileDataBase64": content}
    )
    assert answer.status_code == 201
    assert of_answer(answer.json()) == of_sample("aptic.cases.documents.create")
    document = answer.json()
    assert document["loggedAt"] == "2027-01-01T00:00:00Z"
    guid = document["links"][0]["guid"]
    assert api.get(f"{case}/Documents/{guid.upper()}").json() == document
    assert api.get(f"{case}/Documents").json()["value"] == [document]
    assert [api.get(link["href"]).status_code for link in document["links"]] == [200, 200]
    assert api.get("/_sim/export").json()["tables"]["document"][-1]["file_data_base64"] == content


def test_a_document_may_be_a_link_to_an_archive(api: Api) -> None:
    case = api.case()
    api.create(f"{case}/Documents", {**SENT, "externalLink": "https://archive.example/1"})
    (document,) = api.get(
        f"{case}/Documents", _filter="originalFileName eq 'a.pdf' and important eq false"
    ).json()["value"]
    assert [link["href"] for link in document["links"] if link["name"] == "external"] == [
        "https://archive.example/1"
    ]


@pytest.mark.parametrize(
    "link", [r"\\archive\cases\1.pdf", "file:///archive/1.pdf", "ARCHIVE-1", "https://a/" + "x" * 1_990]
)
def test_links_to_archives_have_any_form(api: Api, link: str) -> None:
    case = api.case()
    created = api.create(f"{case}/Documents", {**SENT, "externalLink": link})
    assert [one["href"] for one in created["links"] if one["name"] == "external"] == [link]
    assert api.only(f"{case}/Documents") == created


def test_base64_may_have_line_breaks(api: Api) -> None:
    content = base64.encodebytes(b"%PDF" * 40).decode().replace("\n", "\r\n")
    api.create(f"{api.case()}/Documents", {**SENT, "fileDataBase64": content})
    assert api.get("/_sim/export").json()["tables"]["document"][-1]["file_data_base64"] == content


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"note": ""}, ["note"]),
        ({"note": None, "originalFileName": None}, ["note", "originalFileName"]),
        ({"documentType": "novel"}, ["documentType"]),
        ({"fileDataBase64": "not base64!"}, ["fileDataBase64"]),
        ({"fileDataBase64": "YQ="}, ["fileDataBase64"]),
        ({"fileDataBase64": "å"}, ["fileDataBase64"]),
        ({"fileDataBase64": "A" * (7 * 2**20 // 3 * 4 + 8)}, ["fileDataBase64"]),
        ({"loggedAt": "x"}, ["loggedAt"]),
        ({"externalLink": ""}, ["externalLink"]),
        ({"externalLink": "x" * 2_001}, ["externalLink"]),
    ],
)
def test_a_bad_document_is_a_400(api: Api, change: dict[str, Any], errors: list[str]) -> None:
    answer = api.put(f"{api.case()}/Documents", {**SENT, **change})
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, errors)


def test_an_unknown_document_is_a_404(api: Api) -> None:
    case = api.case()
    assert api.get(f"{case}/Documents/5eed0000-0000-4000-8000-00000000dead").status_code == 404
    assert api.get(f"{case}/Documents/x").status_code == 404


def test_extra_fields_of_a_case_are_set_and_read(api: Api) -> None:
    case = api.case(extraFields=[{"name": "A", "value": ["1"]}])
    api.create(f"{case}/Extrafields", {"name": "B", "value": ["2", "3"]})
    assert [(one["name"], one["value"]) for one in api.get(f"{case}/Extrafields").json()["value"]] == [
        ("A", ["1"]),
        ("B", ["2", "3"]),
    ]
    assert api.delete(f"{case}/Extrafields/A").status_code == 204
    assert api.get(f"{case}/Extrafields/A").status_code == 404
