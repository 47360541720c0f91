"""Diagnostics of lenient parsing, by table and for generated values."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from ledgersim.app import vendor_apps
from ledgersim.diagnostics.diagnostic import MAX_DIAGNOSTICS, Diagnostic
from ledgersim.diagnostics.journal import Record
from ledgersim.http.body import JsonRoute, parse_json
from ledgersim.http.lenient_parsing import (
    MAX_NAME,
    about_body,
    about_media_type,
    about_query,
    models_in,
    respell,
    respell_query,
)
from ledgersim.problems import Problem, field_path
from ledgersim.schemas import ExchangeRateIn, RateIn, RequestModel
from ledgersim.vendors.aptic.auth.rules import TOKEN_OPERATION


class Leaf(RequestModel):
    name_of_leaf: str
    rate: RateIn | None = None
    exch_rate: ExchangeRateIn | None = None


class Other(RequestModel):
    number: int


class Closed(RequestModel):
    model_config = {"extra": "forbid"}

    leaf: Leaf | None = None


class Tree(RequestModel):
    one: Leaf
    maybe: Leaf | None = None
    many: list[Leaf] | None = None
    either: Leaf | Other | None = None
    closed: Closed | None = None
    again: "Tree | None" = None
    texts: list[str] | None = None
    anything: Any = None


class Loose(RequestModel):
    in_any_case = True

    account_no: str
    leaf: Leaf | None = None


for body in (Tree, Loose):
    body.model_rebuild()  # as the first use of a route does: before pydantic 2.12, there are no aliases until then


def places(models: tuple[type[RequestModel], ...], value: Any) -> list[tuple[str, str]]:
    return [(one.code, one.where) for one in about_body(models, value, None)]


def unknown(*where: str) -> list[tuple[str, str]]:
    return [("unknown-member", place) for place in where]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, []),
        ({"one": {"nameOfLeaf": "a"}, "texts": ["a"], "anything": {"a": [{"b": 1}]}}, []),
        ({"foo": 1, "one": {}, "bar": None}, unknown("foo", "bar")),
        ({"one": {"foo": {"bar": 1}}}, unknown("one.foo")),
        ({"maybe": {"foo": 1}}, unknown("maybe.foo")),
        ({"maybe": None}, []),
        ({"many": [{}, {"foo": 1}, 5, {"nameOfLeaf": "", "bar": 1}]}, unknown("many[1].foo", "many[3].bar")),
        ({"either": {"nameOfLeaf": "a", "number": 1, "foo": 1}}, unknown("either.foo")),
        ({"again": {"again": {"foo": 1}}}, unknown("again.again.foo")),
        ({"closed": {"foo": 1, "leaf": {"bar": 1}}}, unknown("closed.leaf.bar")),
        ({"name_of_leaf": 1}, unknown("name_of_leaf")),
        ({"one": "text", "many": {"foo": 1}, "texts": [{"foo": 1}]}, unknown("many.foo")),
        ([{"foo": 1}, {"one": {"bar": 1}}, [{"foo": 1}]], unknown("[0].foo", "[1].one.bar")),
        ("text", []),
        (None, []),
    ],
)
def test_members_that_no_model_knows_are_found_at_any_depth(
    value: Any, expected: list[tuple[str, str]]
) -> None:
    assert places((Tree,), value) == expected


def test_a_member_in_another_letter_case_is_reported_and_its_own_members_are_looked_at() -> None:
    value = {"One": {"NameOfLeaf": "a", "foo": 1, "RATE": Decimal("8.12345")}, "MANY": [{}, {"bar": 1}]}
    assert places((Tree,), value) == [
        ("member-case", "One"),
        ("member-case", "One.NameOfLeaf"),
        ("unknown-member", "One.foo"),
        ("member-case", "One.RATE"),
        ("value-rounded", "One.RATE"),
        ("member-case", "MANY"),
        ("unknown-member", "MANY[1].bar"),
    ]


def test_members_in_another_letter_case_are_renamed_at_any_depth() -> None:
    value = [{"One": {"NameOfLeaf": "a", "foo": 1}, "many": [5, {"RATE": 2}], "texts": ["a"]}, "text"]
    respell((Tree,), value)
    assert value == [{"one": {"nameOfLeaf": "a", "foo": 1}, "many": [5, {"rate": 2}], "texts": ["a"]}, "text"]


def test_a_member_in_several_spellings_is_a_400_that_names_each() -> None:
    value = {"one": {"NameOfLeaf": "a", "nameOfLeaf": "b"}, "MANY": [], "Many": []}
    with pytest.raises(Problem) as raised:
        respell((Tree,), value)
    assert raised.value.status == 400
    assert raised.value.errors == {
        "Many": ["This member was sent in several spellings. Send it once, as many"],
        "one.NameOfLeaf": ["This member was sent in several spellings. Send it once, as nameOfLeaf"],
    }


def test_members_that_are_rejected_or_match_in_any_case_keep_their_spelling() -> None:
    value = {"closed": {"Leaf": {"NameOfLeaf": "a"}}}
    respell((Tree,), value)
    assert value == {"closed": {"Leaf": {"NameOfLeaf": "a"}}}
    loose = {"ACCOUNTNO": "1", "Leaf": {"NameOfLeaf": "a"}}
    respell((Loose,), loose)
    assert loose == {"ACCOUNTNO": "1", "Leaf": {"nameOfLeaf": "a"}}


def test_without_a_model_anything_is_accepted() -> None:
    assert places((), {"foo": [{"bar": 1}]}) == []


def test_where_any_case_is_read_only_names_count() -> None:
    value = {"AccountNo": "1", "LEAF": {"nameOfLeaf": "a", "NameOfLeaf": "a"}, "Foo": 1}
    assert places((Loose,), value) == [("member-case", "LEAF.NameOfLeaf"), *unknown("Foo")]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("name_of_leaf", "Did you mean nameOfLeaf?"),
        ("exchangeRate", "Did you mean exchRate?"),
        ("zzz", "Leave it out."),
        ("x" * 100_000, "Leave it out."),
    ],
)
def test_the_nearest_member_is_suggested(name: str, hint: str) -> None:
    assert list(about_body((Leaf,), {name: 1}, None)) == [
        Diagnostic(
            "unknown-member",
            name[:MAX_NAME],
            f"The operation has no such member here, and ignored it. {hint}",
        )
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"one": {"rate": 1, "rate": 2}}', ["one.rate"]),
        ('{"one": 1, "texts": [], "one": 2, "one": 3, "texts": []}', ["one", "texts"]),
        ('{"many": [{}, {"nameOfLeaf": "a", "nameOfLeaf": "a"}]}', ["many[1].nameOfLeaf"]),
        ('{"one": 1, "One": 2}', []),
        ('{"anything": {"a": 1, "a": 2}}', []),
    ],
)
def test_members_that_were_sent_twice_are_found(text: str, expected: list[str]) -> None:
    found = about_body((Tree,), parse_json(text.encode()), None)
    assert [one.where for one in found if one.code == "duplicate-member"] == expected


def test_spellings_of_a_member_in_other_letter_cases_are_duplicates() -> None:
    value = parse_json(b'{"AccountNo": "1", "accountNo": "2", "leaf": {}, "leaf": {}}')
    assert places((Loose,), value) == [("duplicate-member", "accountNo"), ("duplicate-member", "leaf")]
    assert value == {"AccountNo": "1", "accountNo": "2", "leaf": {}}


@pytest.mark.parametrize(
    ("member", "number", "decimals"),
    [
        ("rate", "8.1234", None),
        ("rate", "8.12345", 4),
        ("rate", "-0.00001", 4),
        ("rate", "0.10000000", None),
        ("rate", "8", None),
        ("rate", '"8.12345"', None),
        ("rate", "1e-99999", 4),
        ("rate", "1e99999", None),
        ("rate", "1000.00001", None),
        ("exchRate", "11.123456", None),
        ("exchRate", "11.1234567", 6),
    ],
)
def test_numbers_that_lose_decimals_are_found(member: str, number: str, decimals: int | None) -> None:
    found = list(about_body((Leaf,), parse_json(f'{{"{member}": {number}}}'.encode()), None))
    message = f"The number was rounded: {decimals} decimals are kept. Send no more."
    assert found == ([] if decimals is None else [Diagnostic("value-rounded", member, message)])


names = st.sampled_from(["one", "maybe", "many", "either", "closed", "again", "texts", "anything", "nameOfLeaf",
                         "rate", "number", "leaf", "foo", "One", ""])  # fmt: skip
values = st.recursive(
    st.none() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=6),
    max_leaves=40,
)


def at(value: Any, path: str) -> list[Any]:
    """Everything at a path in a value."""
    found = [value] if path == "" else []
    inner = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for name, item in inner:
        for separator in ("", "."):
            start = separator + field_path([name])
            if path.startswith(start):
                found += at(item, path[len(start) :])
    return found


@given(values)
def test_only_existing_members_of_any_value_are_reported(value: Any) -> None:
    for code, where in places((Tree,), value):
        assert code in ("unknown-member", "member-case", "value-rounded")
        assert at(value, where)


@given(values)
def test_diagnostics_of_a_value_are_those_of_it_in_a_list(value: Any) -> None:
    expected = places((Tree,), value) if isinstance(value, dict) else []
    assert places((Tree,), [value]) == [(code, f"[0].{where}") for code, where in expected]


def test_a_body_nested_deeper_than_its_models_is_no_matter() -> None:
    assert places((Tree,), parse_json(b"[" * 800 + b"]" * 800)) == []
    assert places((Tree,), parse_json(b'{"anything":' * 400 + b"1" + b"}" * 400)) == []


def test_the_models_of_every_vendors_bodies_are_known() -> None:
    without = [
        route.operation_id
        for _, app in vendor_apps().values()
        for route in app.operations()
        if isinstance(route, JsonRoute)
        and route.body_field is not None
        and not models_in(route.body_field.field_info.annotation)
    ]
    assert {identifier.split(".")[2] for identifier in without if identifier} == {"services"}


def test_the_parameters_of_every_operation_but_the_token_endpoint_are_known() -> None:
    unknown = [
        route.operation_id
        for _, app in vendor_apps().values()
        for route in app.operations()
        if not isinstance(route, JsonRoute)
    ]
    assert unknown == [TOKEN_OPERATION]


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", []),
        ("Application/JSON; charset=UTF-8", []),
        ('application/json;charset="utf8"; profile=x', []),
        ("", [("missing-media-type", "The body came without a media type and was read as JSON. Send application/json.")]),
        ("text/json", [("media-type", "text/json was read as JSON. Send application/json.")]),
        ("application/merge-patch+json", [("media-type", "application/merge-patch+json was read as JSON. Send application/json.")]),
        ("application/json; charset=latin-1", [("media-type", "The charset latin-1 was read as UTF-8. Send UTF-8, and no charset.")]),
    ],
)  # fmt: skip
def test_media_types_other_than_that_of_json_are_reported(
    content_type: str, expected: list[tuple[str, str]]
) -> None:
    assert list(about_media_type(content_type)) == [
        Diagnostic(code, "Content-Type", message) for code, message in expected
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"$top=1&%24skip=2", []),
        (b"$top=1&top=2&x", [("unknown-parameter", "top"), ("unknown-parameter", "x")]),
        (b"$top=1&%24top=2", [("duplicate-parameter", "$top")]),
        (b"a+b%C3%A9=1", [("unknown-parameter", "a bé")]),
        (b"&&=&=1", []),
        (b"\xff=1", [("unknown-parameter", "ÿ")]),
    ],
)
def test_unknown_and_duplicate_parameters_are_reported(query: bytes, expected: list[tuple[str, str]]) -> None:
    names = [name for name, _ in QueryParams(query).multi_items()]
    found = about_query(names, frozenset({"$top", "$skip"}))
    assert [(one.code, one.where) for one in found] == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"ASYNC=TRUE&$Top=1&%24SKIP=2", b"async=TRUE&%24top=1&%24skip=2"),
        (b"async=a&Other=b&&=c", b"async=a&Other=b&&=c"),
        (b"", b""),
    ],
)
def test_names_of_parameters_get_the_spelling_of_the_operation(query: bytes, expected: bytes) -> None:
    assert respell_query(query, frozenset({"$top", "$skip", "async"})) == expected


@pytest.mark.parametrize(
    ("takes", "known"), [({"$top", "$skip"}, "takes $skip, $top"), (set(), "takes no parameters")]
)
def test_an_unknown_parameter_is_reported_with_the_known_ones(takes: set[str], known: str) -> None:
    message = f"This parameter was ignored: the operation {known}."
    assert list(about_query(["x"], frozenset(takes))) == [Diagnostic("unknown-parameter", "x", message)]


def test_the_number_of_diagnostics_is_limited_and_no_more_are_computed() -> None:
    record = Record(1, datetime(2026, 1, 1, tzinfo=UTC), "PUT", "/", b"", [])
    record.add_diagnostics([Diagnostic("a", "", "")])
    endless = iter(lambda: Diagnostic("b", "", ""), None)
    record.add_diagnostics(endless)
    record.add_diagnostics([Diagnostic("c", "", "")])
    assert [one.code for one in record.diagnostics] == ["a"] + ["b"] * (MAX_DIAGNOSTICS - 1)
