"""How much JSON a body may hold: values, array elements and levels."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledgersim.json_text import MAX_DEPTH, is_small, loads, measure
from tests.client import APTIC, BEARER, Api
from tests.conftest import Serve

JSON = {**BEARER, "Content-Type": "application/json", "X-Auth-Key": "any"}
OPERATIONS = [
    ("PUT", f"{APTIC}/Cases"),
    ("POST", "/ledger/customer/v1/46001/generate-consumer-customer-by-reg-no"),
    ("POST", "/api/v3/customer-account"),
    ("POST", "/_sim/reset"),
]
values = st.recursive(
    st.none() | st.integers() | st.text(alphabet='a\\"[]{},: \n'),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='a\\"[]{},:'), inner),
)


def parts(value: Any) -> Iterator[Any]:
    """A value and all values in it."""
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


@given(values, st.sampled_from([None, 1]), st.booleans())
def test_values_and_elements_are_counted_exactly(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    found = list(parts(value))
    elements = sum(len(one) for one in found if isinstance(one, list))
    assert measure(text, 10_000) == (len(found), elements, False)
    assert len(found) <= 100 or not is_small(text)


@pytest.mark.parametrize(
    "text", [b"[1,2,3,4,5]", b'{"a":"b","c":"d","e":"f","g":"h"}', b'["","","",""]', b"[[[[]]]]"]
)
def test_more_values_than_the_limit_are_not_counted_to_the_end(text: bytes) -> None:
    assert measure(text, 3).values > 3
    assert measure(text * 1_000, 3).values > 3


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"[\\"":', "}"), ('[{"a":', "}]")])
def test_a_hundred_levels_are_read_and_not_one_more(opening: str, closing: str) -> None:
    times = MAX_DEPTH // (opening.count("[{") + 1)
    text = opening * times + '"]"' + closing * times
    assert (measure(text.encode(), 1_000).is_too_deep, loads(text.encode())) == (False, json.loads(text))
    deeper = f"[{text}]".encode()
    assert measure(deeper, 1_000).is_too_deep
    with pytest.raises(ValueError, match="nested more than 100 levels deep"):
        loads(deeper)


@pytest.mark.parametrize(("elements", "status"), [(100, 201), (101, 400)])
def test_the_elements_of_all_arrays_together_have_a_limit(serve: Serve, elements: int, status: int) -> None:
    api = serve(max_body_elements="100")
    before = api.get("/_sim/export").content
    answer = api.put(f"{APTIC}/Cases", [{"debtors": [{}] * 49, "fees": [{}] * (elements - 50)}])
    assert answer.status_code == status
    if status == 400:
        limit = "It may have at most 100 array elements (--max-body-elements). Send it in several requests."
        assert answer.json()["errors"] == {"body": [limit]}
        assert api.get("/_sim/export").content == before


@pytest.mark.parametrize(("values", "status"), [(1_000, 201), (1_001, 400)])
def test_values_have_a_limit(serve: Serve, values: int, status: int) -> None:
    answer = serve(max_body_values="1000").put(f"{APTIC}/Debtors", {f"x{n}": n for n in range(values - 1)})
    assert answer.status_code == status
    if status == 400:
        limit = "It may have at most 1,000 values (--max-body-values). Send it in several requests."
        assert answer.json()["errors"] == {"body": [limit]}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize(
    "body", [b"[" + b"0," * 101 + b"0]", b"[" * 101 + b"]" * 101, b'{"a":' * 260 + b"0" + b"}" * 260, b"[" * 900 + b"]" * 900]
)  # fmt: skip
def test_beyond_the_limits_is_a_400_in_the_vendors_format_that_the_journal_survives(
    serve: Serve, method: str, path: str, body: bytes
) -> None:
    api = serve(max_body_elements="100")
    answer = api.send(method, path, headers=JSON, content=body)
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (
        400,
        "application/problem+json" if path.startswith(("/APIGW", "/ledger")) else "application/json",
    )
    if not path.startswith("/_sim"):
        number = answer.headers["sim-request-id"]
        assert api.get(f"/_sim/requests/{number}").json()["request"]["body"] is not None
        assert api.post("/_sim/requests/verify", {"match": {"body": {"a": 1}}}).status_code == 200


@pytest.mark.parametrize(("levels", "status"), [(98, 200), (99, 400)])
def test_what_is_accepted_at_the_deepest_can_be_read_in_the_journal(api: Api, levels: int, status: int) -> None:
    body = b'[{"a":' + b"[" * levels + b"]" * levels + b"}]"
    answer = api.send("PUT", f"{APTIC}/Cases", headers=JSON, content=body)
    assert answer.status_code == (201 if status == 200 else 400)
    recorded = api.get(f"/_sim/requests/{answer.headers['sim-request-id']}")
    shown = recorded.json()["request"]["body"]
    assert (recorded.status_code, shown) == (200, json.loads(body) if status == 200 else body.decode())
