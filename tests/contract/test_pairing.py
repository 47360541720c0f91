"""Operations are paired if they are clearly the same, and only then."""

import pytest

from ledgersim.contract.comparison import paired_parameters
from ledgersim.contract.model import Api, Operation, Parameter, Schema
from ledgersim.contract.pairing import pair, path_words, shape

TEXT = Schema(frozenset({"string"}))


def body(*names: str) -> Schema:
    return Schema(frozenset({"object"}), members=dict.fromkeys(names, TEXT))


def operation(identifier: str, method: str, path: str, *members: str) -> Operation:
    """An operation whose response has these members."""
    return Operation(identifier, method, path, responses={"200": body(*members) if members else None})


CASE = "caseNumber", "status", "currency", "service", "closed"
DEBT = "principal", "interest", "dueDate", "currency"


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (operation("cases.get", "GET", "/v1/Cases/{guid}"), operation("x", "GET", "/v1/cases/{id}/")),
        (operation("cases.get", "GET", "/v1/Cases/{guid}"), operation("Cases.Get", "GET", "/files/{no}")),
        (operation("cases.get", "GET", "/v1/Cases/{guid}"), operation("x", "GET", "/api/v2.1/case/{id}")),
        (operation("cases.create", "PUT", "/v1/Cases"), operation("addCase", "POST", "/v1/Cases")),
        (
            operation("cases.get", "GET", "/v1/Cases/{guid}", *CASE),
            operation("getCase", "GET", "/claims/{id}", *CASE),
        ),
        (
            operation("debts.list", "GET", "/v1/Cases/{guid}/Debts", *DEBT),
            operation("listDebts", "GET", "/v1/Debts/of/{guid}", *DEBT),
        ),
    ],
)
def test_operations_that_are_clearly_the_same_are_paired(ours: Operation, theirs: Operation) -> None:
    others = [
        operation("ping.get", "GET", "/v1/Ping"),
        operation("letters.send", "POST", "/v1/Letters", "text"),
    ]
    found = pair(Api([ours, others[0]], {}), Api([others[1], theirs], {}))
    assert found.pairs == [(ours, theirs)]
    assert (found.ours_only, found.theirs_only) == ([others[0]], [others[1]])


def test_a_prefix_that_others_have_pairs_operations_without_any_other_sign() -> None:
    ours = [
        operation("cases.get", "GET", "/v1/Cases/{guid}", *CASE),
        operation("login", "POST", "/login"),
        operation("cases.services.execute", "POST", "/v1/Cases/{guid}/Services/{name}"),
        operation("debts.services.execute", "POST", "/v1/Debts/{guid}/Services/{name}"),
    ]
    theirs = [
        operation("GET /x", "GET", "/collect/v2/cases/{id}", *CASE),
        operation("POST /w", "POST", "/login"),
        operation("POST /y", "POST", "/collect/v2/cases/{id}/services/{name}"),
        operation("POST /z", "POST", "/collect/v2/debts/{id}/services/{name}"),
    ]
    assert pair(Api(ours, {}), Api(theirs, {})).pairs == list(zip(ours, theirs, strict=True))


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (
            operation("cases.get", "GET", "/v1/Cases/{guid}", *CASE),
            operation("x", "GET", "/v1/Debts/{guid}", *DEBT),
        ),
        (operation("cases.get", "GET", "/v1/Cases/{guid}"), operation("x", "DELETE", "/v1/Letters/{guid}")),
        (
            operation("cases.list", "GET", "/v1/Cases"),
            operation("cases.close", "POST", "/v1/Cases/{guid}/Close"),
        ),
    ],
)
def test_other_operations_are_not(ours: Operation, theirs: Operation) -> None:
    found = pair(Api([ours], {}), Api([theirs], {}))
    assert found.pairs == []
    assert not found.is_same_vendor


def test_an_operation_that_is_like_two_is_paired_with_neither() -> None:
    ours = operation("cases.get", "GET", "/v1/Cases/{guid}", *CASE)
    theirs = [operation(name, "GET", f"/claims/{name}/{{id}}", *CASE) for name in ("open", "shut")]
    assert pair(Api([ours], {}), Api(theirs, {})).pairs == []


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v1/Cases/{guid}/Direct-Debits", ("case", "{}", "directdebit")),
        ("/api/2024.1/Companies/{id}.json", ("company", "{}")),
        ("/Addresses/Class", ("address", "class")),
    ],
)
def test_paths_are_compared_by_words(path: str, words: tuple[str, ...]) -> None:
    assert path_words(path) == words


def test_the_shape_of_a_path_has_no_names() -> None:
    assert shape("/v1/Cases/{caseGuid}/") == "/v1/cases/{}"


def test_parameters_are_paired_by_name_and_in_paths_by_position() -> None:
    def parameters(*names: str) -> list[Parameter]:
        return [
            Parameter(name.lstrip("/"), "path" if name[0] == "/" else "query", False, TEXT) for name in names
        ]

    ours = parameters("/ledger", "/no", "$top", "pageSize", "expand")
    theirs = parameters("/bookNo", "/customer", "page_size", "top", "sort")
    found = paired_parameters(ours, theirs)
    assert {(one and one.name, other and other.name) for one, other in found} == {
        ("ledger", "bookNo"),
        ("no", "customer"),
        ("$top", "top"),
        ("pageSize", "page_size"),
        ("expand", None),
        (None, "sort"),
    }


def test_a_word_that_is_renamed_everywhere_pairs_addresses_without_other_signs() -> None:
    ours = [
        operation("cases.get", "GET", "/v1/Cases/{guid}", *CASE),
        operation("cases.debts.list", "GET", "/v1/Cases/{guid}/Debts", *DEBT),
        operation("cases.list", "GET", "/v1/Cases", "value"),
    ]
    theirs = [
        operation("/1", "GET", "/v2/Claims/{id}", *CASE),
        operation("/2", "GET", "/v2/Claims/{id}/Debts", *DEBT),
        operation("/3", "GET", "/v2/Claims", "items"),
    ]
    assert pair(Api(ours, {}), Api(theirs, {})).pairs == [*zip(ours, theirs, strict=True)]
