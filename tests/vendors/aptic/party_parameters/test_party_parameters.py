"""The party parameters of customers."""

from typing import Any

import httpx
import pytest

from tests.client import APTIC, Api


@pytest.fixture
def path(api: Api) -> str:
    """The parameters of a new customer."""
    return f"{APTIC}/Customers/{api.customer()['customerGuid']}/Parameters"


def test_parameters_are_put_as_an_array_and_the_last_one_is_returned(api: Api, path: str) -> None:
    answer = api.put(path, [{"name": "a", "type": "T", "value": "1"}, {"name": "b", "href": "urn:b"}])
    assert answer.status_code == 201
    assert answer.json() == {"name": "b", "type": None, "value": None, "href": "urn:b"}
    assert api.get(path).json() == {
        "count": 2,
        "skip": 0,
        "total": 2,
        "value": [{"name": "a", "type": "T", "value": "1", "href": f"http://sim.test{path}/a"}, answer.json()],
    }


def test_a_name_that_is_put_again_replaces_the_parameter_whole(api: Api, path: str) -> None:
    api.create(path, [{"name": "a", "type": "T", "value": "1"}, {"name": "A", "value": "2"}])
    last = api.create(path, [{"name": "a", "value": "3"}, {"name": "a", "value": "4"}])
    assert (last["type"], last["value"]) == (None, "4")
    assert [(one["name"], one["value"]) for one in api.get(path).json()["value"]] == [("a", "4"), ("A", "2")]


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ([], ["body"]),
        ({"name": "a"}, ["body"]),
        (None, ["body"]),
        (["a"], ["[0]"]),
        ([{"name": "a"}, {"value": "1"}, {"name": ""}], ["[2].name"]),
        ([{"name": 1, "type": 2, "value": 3, "href": 4}], ["[0].name", "[0].type", "[0].value", "[0].href"]),
    ],
)
def test_a_bad_array_is_a_400_and_writes_nothing(api: Api, path: str, body: Any, errors: list[str]) -> None:
    answer = api.put(path, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, errors)
    assert api.get(path).json()["total"] == 0


def test_one_parameter_may_have_no_name(api: Api, path: str) -> None:
    api.create(path, [{"name": None, "value": "1"}])
    answer = api.put(path, [{"value": "2"}])
    expected = {"name": None, "type": None, "value": "2", "href": f"http://sim.test{path}"}
    assert (answer.json(), answer.headers["location"]) == (expected, f"http://sim.test{path}")
    assert api.only(path) == expected


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("href eq 'urn:a'", ["a"]),
        ("endswith(href,'/Parameters/b%20%C3%A5')", ["b å"]),
        ("startswith(href,'http://sim.test/')", ["b å", "c"]),
        ("href eq null", []),
    ],
)
def test_parameters_are_filtered_by_the_href_that_is_shown(
    api: Api, path: str, text: str, names: list[str]
) -> None:
    api.create(path, [{"name": "a", "href": "urn:a"}, {"name": "b å"}, {"name": "c", "href": ""}])
    assert [one["name"] for one in api.get(path, _filter=text).json()["value"]] == names


def test_a_parameter_is_found_by_its_name_in_its_case(api: Api, path: str) -> None:
    api.create(path, [{"name": "Färg / no 1", "value": "x"}])
    one = f"{path}/F%C3%A4rg%20%2F%20no%201"
    assert api.get(one).json() == {
        "name": "Färg / no 1",
        "type": None,
        "value": "x",
        "href": f"http://sim.test{one}",
    }
    assert api.get(f"{path}/f%C3%A4rg%20%2F%20no%201").status_code == 404


def test_elements_of_a_patch_mean_the_one_in_the_path(api: Api, path: str) -> None:
    api.create(path, [{"name": "a", "type": "T", "value": "1"}, {"name": "b"}])
    answer = api.patch(
        f"{path}/a", [{"value": "2"}, {"name": "a", "type": None}, {"name": None, "href": "urn:a"}]
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert api.get(f"{path}/a").json() == {"name": "a", "type": None, "value": "2", "href": "urn:a"}
    assert api.patch(f"{path}/a", [{"href": None}]).status_code == 204
    assert api.get(f"{path}/a").json()["href"] == f"http://sim.test{path}/a"
    assert api.patch(f"{path}/a", []).status_code == 204


def test_another_name_in_a_patch_is_a_400_and_changes_nothing(api: Api, path: str) -> None:
    api.create(path, [{"name": "a", "value": "1"}, {"name": "b", "value": "1"}])
    answer = api.patch(f"{path}/a", [{"value": "2"}, {"name": "b"}, {"name": "A"}])
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["[1].name", "[2].name"])
    assert [one["value"] for one in api.get(path).json()["value"]] == ["1", "1"]
    assert api.patch(f"{path}/a", {"value": "2"}).status_code == 400


def test_an_unknown_parameter_is_a_404(api: Api, path: str) -> None:
    for answer in (api.get(f"{path}/a"), api.patch(f"{path}/a", []), api.delete(f"{path}/a")):
        assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")


def test_a_parameter_is_removed(api: Api, path: str) -> None:
    api.create(path, [{"name": "a"}, {"name": "b"}])
    assert api.delete(f"{path}/a").status_code == 204
    assert api.only(path)["name"] == "b"


def test_parameters_are_filtered_and_sorted_and_those_of_others_are_not_seen(api: Api, path: str) -> None:
    api.create(path, [{"name": name, "type": type_} for name, type_ in (("a", "T"), ("b", "U"), ("c", "T"))])
    page = api.get(path, _filter="type eq 'T'", _orderby="name desc").json()
    assert [one["name"] for one in page["value"]] == ["c", "a"]
    other = f"{APTIC}/Customers/{api.customer()['customerGuid']}/Parameters"
    assert (api.get(other).json()["total"], api.get(f"{other}/a").status_code) == (0, 404)


@pytest.mark.parametrize("collection", ["Parameters", "Extrafields"])
def test_a_name_has_at_most_200_characters_so_that_its_path_is_of_use(
    api: Api, path: str, collection: str
) -> None:
    def put(name: str) -> httpx.Response:
        field = {"name": name}
        return api.put(
            f"{path.rpartition('/')[0]}/{collection}", [field] if collection == "Parameters" else field
        )

    made = put("\U0001f600" * 200)
    assert made.status_code == 201
    link = made.headers["location"].removeprefix("http://sim.test")
    assert (api.get(link).status_code, api.delete(link).status_code) == (200, 204)
    refused = put("a" * 201)
    name = "[0].name" if collection == "Parameters" else "name"
    assert (refused.status_code, refused.json()["errors"]) == (
        400,
        {name: ["String should have at most 200 characters"]},
    )
