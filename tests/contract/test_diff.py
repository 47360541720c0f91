"""`ledgersim contract diff` finds what was seeded in a copy of our documents, and nothing else."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from ledgersim import cli
from ledgersim.contract.comparison import compare
from ledgersim.contract.findings import Finding
from ledgersim.contract.model import Api
from ledgersim.contract.normalise import normalise
from ledgersim.contract.pairing import pair
from ledgersim.contract.rendering import render
from tests import apps
from tests.contract.mutations import (
    Json,
    Vendor,
    as_swashbuckle,
    make_nullable,
    remove_member,
    rename_member,
)
from tests.test_cli import complaint

MOUNTS = {"aptic": "/APIGW", "payex": "/ledger", "riverty": "/api/v3"}

Mutation = Callable[[Vendor], object]
# level, kind, direction, operation, part, member, ours, theirs
Expected = tuple[str, str, str, str, str, str, str, str]


def _add(schema: Json, name: str, added: Json, required: bool = False) -> None:
    schema["properties"][name] = added
    if required:
        schema.setdefault("required", []).append(name)


def _drop(operations: Json, path: str, method: str) -> None:
    del operations[path][method]


def _rename_placeholder(vendor: Vendor, identifier: str, name: str, new: str) -> None:
    vendor.parameter(identifier, name)["name"] = new
    path, _ = vendor.path_of(identifier)
    vendor.move(identifier, path.replace(f"{{{name}}}", f"{{{new}}}"))


def _status(vendor: Vendor, identifier: str, old: str, new: str | None) -> None:
    response = vendor.operation(identifier)["responses"].pop(old)
    if new is not None:
        vendor.operation(identifier)["responses"][new] = response


DIFFERING, THEIRS, OURS = "differing", "theirs only", "ours only"
STRING = {"type": "string"}

SEEDED: list[tuple[str, Mutation, Expected]] = [
    # Operations
    (
        "aptic",
        lambda it: _drop(it.document["paths"], *it.path_of("aptic.metadata.transspectypes")),
        (
            "error",
            "operation",
            OURS,
            "aptic.metadata.transspectypes",
            "",
            "",
            "GET /v1/Metadata/Transspectype",
            "",
        ),
    ),
    (
        "aptic",
        lambda it: it.document["paths"].update(
            {"/v1/Letters/{letterId}/Send": {"post": {"operationId": "sendLetter", "responses": {"202": {}}}}}
        ),
        ("info", "operation", THEIRS, "sendLetter", "", "", "", "POST /v1/Letters/{letterId}/Send"),
    ),
    (
        "aptic",
        lambda it: it.move("aptic.clients.list", "/v2/Clients"),
        ("error", "path", DIFFERING, "aptic.clients.list", "", "", "/v1/Clients", "/v2/Clients"),
    ),
    (
        "aptic",
        lambda it: it.move("aptic.debtors.summary", "/v1/Debtors/{guid}/Overview"),
        (
            *("error", "path", DIFFERING, "aptic.debtors.summary", "", ""),
            *("/v1/Debtors/{guid}/Summary", "/v1/Debtors/{guid}/Overview"),
        ),
    ),
    (
        "aptic",
        lambda it: it.move("aptic.ping.get", "/v1/ping"),
        ("warning", "path", DIFFERING, "aptic.ping.get", "", "", "/v1/Ping", "/v1/ping"),
    ),
    (
        "aptic",
        lambda it: it.move("aptic.customers.create", method="post"),
        ("error", "method", DIFFERING, "aptic.customers.create", "", "", "PUT", "POST"),
    ),
    (
        "aptic",
        lambda it: it.move("aptic.cases.close", method="put"),
        ("error", "method", DIFFERING, "aptic.cases.close", "", "", "POST", "PUT"),
    ),
    # Parameters
    (
        "aptic",
        lambda it: it.operation("aptic.cases.list")["parameters"].append(
            {"name": "includeClosed", "in": "query", "schema": {"type": "boolean"}}
        ),
        ("info", "parameter", THEIRS, "aptic.cases.list", "query includeClosed", "", "", "boolean, optional"),
    ),
    (
        "aptic",
        lambda it: it.operation("aptic.debtors.list")["parameters"].append(
            {"name": "X-Tenant", "in": "header", "required": True, "schema": STRING}
        ),
        ("error", "parameter", THEIRS, "aptic.debtors.list", "header X-Tenant", "", "", "string, required"),
    ),
    (
        "payex",
        lambda it: it.operation("payex.customers.get")["parameters"].remove(
            it.parameter("payex.customers.get", "$expand")
        ),
        ("warning", "parameter", OURS, "payex.customers.get", "query $expand", "", "string, optional", ""),
    ),
    (
        "aptic",
        lambda it: it.parameter("aptic.cases.debts.list", "$top").update(name="top"),
        ("warning", "parameter", DIFFERING, "aptic.cases.debts.list", "query $top", "", "$top", "top"),
    ),
    (
        "aptic",
        lambda it: _rename_placeholder(it, "aptic.customers.directdebits.get", "directDebitGuid", "mandate"),
        (
            *("info", "parameter", DIFFERING, "aptic.customers.directdebits.get", "path directDebitGuid", ""),
            *("directDebitGuid", "mandate"),
        ),
    ),
    (
        "aptic",
        lambda it: it.parameter("aptic.debtors.cases.list", "$filter").update(required=True),
        (
            "error",
            "required",
            DIFFERING,
            "aptic.debtors.cases.list",
            "query $filter",
            "",
            "optional",
            "required",
        ),
    ),
    (
        "aptic",
        lambda it: it.parameter("aptic.cases.fees.list", "$skip")["schema"].update(type="string"),
        ("error", "type", DIFFERING, "aptic.cases.fees.list", "query $skip", "", "integer", "string"),
    ),
    # Members
    (
        "aptic",
        lambda it: _add(it.schema("aptic.debtors.create", "request"), "loyaltyTier", STRING),
        ("info", "member", THEIRS, "aptic.debtors.create", "request", "loyaltyTier", "", "string, optional"),
    ),
    (
        "aptic",
        lambda it: _add(it.schema("aptic.clients.create", "request"), "tenant", STRING, required=True),
        ("error", "member", THEIRS, "aptic.clients.create", "request", "tenant", "", "string, required"),
    ),
    (
        "aptic",
        lambda it: remove_member(it.schema("aptic.debtors.update", "request"), "cellularPhone"),
        ("warning", "member", OURS, "aptic.debtors.update", "request", "cellularPhone", "string, optional", ""),
    ),
    (
        "aptic",
        lambda it: rename_member(it.schema("aptic.customers.update", "request"), "firstname", "firstName"),
        (
            "warning",
            "member",
            DIFFERING,
            "aptic.customers.update",
            "request",
            "firstname",
            "firstname",
            "firstName",
        ),
    ),
    (
        "aptic",
        lambda it: _add(
            it.schema("aptic.debtors.get", "200"), "loyaltyTier", {"type": "integer"}, required=True
        ),
        ("info", "member", THEIRS, "aptic.debtors.get", "response 200", "loyaltyTier", "", "integer, required"),
    ),
    (
        "aptic",
        lambda it: remove_member(it.schema("aptic.cases.get", "200"), "caseNumber"),
        ("error", "member", OURS, "aptic.cases.get", "response 200", "caseNumber", "string, required", ""),
    ),
    (
        "aptic",
        lambda it: remove_member(it.schema("aptic.cases.list", "200", "value[]"), "status"),
        ("error", "member", OURS, "aptic.cases.list", "response 200", "value[].status", "string, required", ""),
    ),
    (
        "aptic",
        lambda it: rename_member(it.schema("aptic.cases.payments.get", "200"), "links", "Links"),
        ("error", "member", DIFFERING, "aptic.cases.payments.get", "response 200", "links", "links", "Links"),
    ),
    (
        "aptic",
        lambda it: remove_member(it.schema("aptic.clients.update", "400"), "errors"),
        ("warning", "member", OURS, "aptic.clients.update", "response 400", "errors", "object, optional", ""),
    ),
    # Types
    (
        "aptic",
        lambda it: it.schema("aptic.clients.get", "200", "referenceCode").update(type="integer"),
        ("error", "type", DIFFERING, "aptic.clients.get", "response 200", "referenceCode", "string", "integer"),
    ),
    (
        "aptic",
        lambda it: it.schema("aptic.customers.list", "200", "value").update(type="object"),
        ("error", "type", DIFFERING, "aptic.customers.list", "response 200", "value", "array", "object"),
    ),
    (
        "aptic",
        lambda it: it.schema("aptic.cases.debts.create", "request", "paymentCondition").update(type="number"),
        (
            "info",
            "type",
            DIFFERING,
            "aptic.cases.debts.create",
            "request",
            "paymentCondition",
            "integer",
            "number",
        ),
    ),
    (
        "aptic",
        lambda it: it.schema("aptic.cases.fees.get", "200", "originalVAT").update(type="integer"),
        ("info", "type", DIFFERING, "aptic.cases.fees.get", "response 200", "originalVAT", "number", "integer"),
    ),
    (
        "payex",
        lambda it: it.schema("payex.kyc.answers", "request", "answers").update(type="object"),
        ("error", "type", DIFFERING, "payex.kyc.answers", "request", "answers", "array", "object"),
    ),
    # Nullability
    (
        "aptic",
        lambda it: make_nullable(it.schema("aptic.cases.debts.get", "200"), "currencyCode", True),
        (
            *("error", "nullability", DIFFERING, "aptic.cases.debts.get", "response 200", "currencyCode"),
            *("not nullable", "nullable"),
        ),
    ),
    (
        "aptic",
        lambda it: make_nullable(it.schema("aptic.customers.get", "200"), "idNumber", False),
        (
            *("info", "nullability", DIFFERING, "aptic.customers.get", "response 200", "idNumber"),
            *("nullable", "not nullable"),
        ),
    ),
    (
        "aptic",
        lambda it: make_nullable(it.schema("aptic.cases.fees.create", "request"), "name", False),
        (
            *("error", "nullability", DIFFERING, "aptic.cases.fees.create", "request", "name"),
            *("nullable", "not nullable"),
        ),
    ),
    (
        "aptic",
        lambda it: make_nullable(it.schema("aptic.cases.payments.create", "request"), "paymentAmount", True),
        (
            *("info", "nullability", DIFFERING, "aptic.cases.payments.create", "request", "paymentAmount"),
            *("not nullable", "nullable"),
        ),
    ),
    # Enums
    (
        "aptic",
        lambda it: it.schema("aptic.cases.documents.create", "request", "documentType")["enum"].append(
            "letter"
        ),
        ("info", "enum", THEIRS, "aptic.cases.documents.create", "request", "documentType", "", '"letter"'),
    ),
    (
        "payex",
        lambda it: it.schema("payex.customers.create", "request", "legalEntity")["enum"].remove("business"),
        ("error", "enum", OURS, "payex.customers.create", "request", "legalEntity", '"business"', ""),
    ),
    (
        "payex",
        lambda it: it.schema("payex.invoices.get", "200", "status")["enum"].append("disputed"),
        ("warning", "enum", THEIRS, "payex.invoices.get", "response 200", "status", "", '"disputed"'),
    ),
    (
        "payex",
        lambda it: it.schema("payex.surpluses.list", "200", "items[].status")["enum"].remove("open"),
        ("info", "enum", OURS, "payex.surpluses.list", "response 200", "items[].status", '"open"', ""),
    ),
    (
        "riverty",
        lambda it: it.schema("riverty.customeraccount.apply", "request", "customer.firstName").update(
            enum=["A"]
        ),
        (
            *("error", "enum", DIFFERING, "riverty.customeraccount.apply", "request", "customer.firstName"),
            *("any value", '"A"'),
        ),
    ),
    # Requirements
    (
        "aptic",
        lambda it: it.schema("aptic.customers.addresses.create", "request").update(required=["city"]),
        (
            *("error", "required", DIFFERING, "aptic.customers.addresses.create", "request", "city"),
            *("optional", "required"),
        ),
    ),
    (
        "payex",
        lambda it: it.schema("payex.legaladdress.replace", "request")["required"].remove("city"),
        (
            "info",
            "required",
            DIFFERING,
            "payex.legaladdress.replace",
            "request",
            "city",
            "required",
            "optional",
        ),
    ),
    (
        "aptic",
        lambda it: it.schema("aptic.currentuser.get", "200")["required"].remove("email"),
        (
            "error",
            "required",
            DIFFERING,
            "aptic.currentuser.get",
            "response 200",
            "email",
            "required",
            "optional",
        ),
    ),
    (
        "aptic",
        lambda it: it.schema("aptic.debtors.addresses.create", "400")["required"].append("errors"),
        (
            *("info", "required", DIFFERING, "aptic.debtors.addresses.create", "response 400", "errors"),
            *("optional", "required"),
        ),
    ),
    # Formats
    (
        "aptic",
        lambda it: it.schema("aptic.cases.debts.update", "request", "dueDate").update(format="date"),
        ("warning", "format", DIFFERING, "aptic.cases.debts.update", "request", "dueDate", "date-time", "date"),
    ),
    (
        "aptic",
        lambda it: it.schema("aptic.customers.addresses.get", "200", "city").update(format="city"),
        ("info", "format", DIFFERING, "aptic.customers.addresses.get", "response 200", "city", "none", "city"),
    ),
    # Statuses
    (
        "aptic",
        lambda it: _status(it, "aptic.debtors.create", "201", "200"),
        ("error", "status", DIFFERING, "aptic.debtors.create", "", "", "201", "200"),
    ),
    (
        "aptic",
        lambda it: it.operation("aptic.cases.create")["responses"].update({"418": {"description": "A teapot"}}),
        ("info", "status", THEIRS, "aptic.cases.create", "", "", "", "418"),
    ),
    (
        "aptic",
        lambda it: _status(it, "aptic.cases.fees.delete", "404", None),
        ("info", "status", OURS, "aptic.cases.fees.delete", "", "", "404", ""),
    ),
]


def mutated(name: str) -> Vendor:
    """Our document of a vendor with all that is seeded in it."""
    vendor = Vendor(name)
    for of, mutate, _ in SEEDED:
        if of == name:
            mutate(vendor)
    return vendor


@cache
def own(name: str) -> Api:
    return normalise(apps.openapi(name), MOUNTS[name], name)


def found(name: str, document: Json) -> list[Finding]:
    theirs = normalise(document, MOUNTS[name], name)
    return compare(own(name), theirs, pair(own(name), theirs))


def summary(finding: Finding) -> Expected:
    one = finding
    return one.level, one.kind, one.direction, one.operation, one.part, one.member, one.ours, one.theirs


def test_forty_differences_are_seeded_of_every_kind() -> None:
    assert len(SEEDED) >= 40
    assert {expected[1] for _, _, expected in SEEDED} == {
        *("operation", "path", "method", "parameter", "member", "type", "nullability"),
        *("enum", "required", "format", "status"),
    }


@pytest.mark.parametrize("name", MOUNTS)
def test_exactly_what_was_seeded_is_found(name: str) -> None:
    expected = [expected for vendor, _, expected in SEEDED if vendor == name]
    assert sorted(map(summary, found(name, mutated(name).document))) == sorted(expected)


@pytest.mark.parametrize("name", MOUNTS)
def test_it_is_found_without_ids_of_operations(name: str) -> None:
    document = mutated(name).document
    for item in document["paths"].values():
        for raw in item.values():
            del raw["operationId"]
    expected = [expected for vendor, _, expected in SEEDED if vendor == name]
    expected = [
        (*one[:3], "POST /v1/Letters/{letterId}/Send", *one[4:]) if one[3] == "sendLetter" else one
        for one in expected
    ]
    assert sorted(map(summary, found(name, document))) == sorted(expected)


@pytest.mark.parametrize("name", MOUNTS)
def test_a_document_does_not_differ_from_itself(name: str) -> None:
    assert found(name, Vendor(name).document) == []


def test_a_gateway_with_other_prefixes_ids_and_placeholders_is_paired_whole() -> None:
    text = json.dumps(Vendor("aptic").document).replace("/v1/", "/gateway/api/v2.1/").replace("Guid}", "-id}")
    document = json.loads(text)
    for item in document["paths"].values():
        for raw in item.values():
            raw["operationId"] = raw["operationId"].removeprefix("aptic.").replace(".", "_").title()
    kinds = {(one.kind, one.direction) for one in found("aptic", document)}
    assert ("operation", "ours only") not in kinds
    assert ("operation", "theirs only") not in kinds
    assert ("path", "differing") in kinds


def test_findings_show_how_our_paths_are_known() -> None:
    document = mutated("aptic").document
    known = {one.operation: one.provenance for one in found("aptic", document) if one.kind == "path"}
    assert known == {
        "aptic.clients.list": "observed/observed",
        "aptic.debtors.summary": "inferred/inferred",
        "aptic.ping.get": "documented elsewhere/inferred",
    }


def test_what_a_generator_leaves_unsaid_is_no_difference() -> None:
    document = as_swashbuckle(Vendor("aptic").document)
    assert {(one.kind, one.direction) for one in found("aptic", document)} == {
        ("status", "differing"),  # 200 in place of 201 and 204
    }


def test_a_generator_that_says_what_is_required_is_believed() -> None:
    document = as_swashbuckle(Vendor("aptic").document)
    document["components"]["schemas"]["Debtor"]["required"] = ["debtorGuid"]
    kinds = {(one.level, one.kind) for one in found("aptic", document)}
    assert kinds >= {("error", "required"), ("error", "nullability")}


def test_members_that_differ_from_others_of_their_type_say_something() -> None:
    document = as_swashbuckle(Vendor("aptic").document)
    del document["components"]["schemas"]["Debtor"]["properties"]["debtorGuid"]["nullable"]
    findings = [one for one in found("aptic", document) if one.kind == "nullability"]
    assert ("aptic.auth.token", "response 200", "token_type") in [
        (one.operation, one.part, one.member) for one in findings
    ]


def lines_of(document: Json) -> list[str]:
    """The lines of a report about Aptic, without fingerprints."""
    text = render(found("aptic", document), "text", "error", "aptic")
    return [line.partition(" (")[0] for line in text.splitlines()]


FIRST_THREE = "aptic.currentuser.get, aptic.ping.get, aptic.metadata.transspectypes and 95 more"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("/v1/", "/api/v2/", f"error   {FIRST_THREE}: path differing /v1/… → /api/v2/…"),
        ("/v1/", "/", f"error   {FIRST_THREE}: path differing /v1/… → /…"),
        (
            "/v1/",
            "/V1/",
            f"warning {FIRST_THREE}: path differing letter case, such as /v1/CurrentUser → /V1/CurrentUser",
        ),
    ],
)
def test_a_prefix_that_all_paths_have_is_one_line(old: str, new: str, line: str) -> None:
    document = json.loads(json.dumps(Vendor("aptic").document).replace(f'"{old}', f'"{new}'))
    assert [one for one in lines_of(document) if " path " in one] == [line]


def test_a_document_of_one_resource_lacks_the_others_in_one_line() -> None:
    document = Vendor("aptic").document
    document["paths"] = {path: item for path, item in document["paths"].items() if "/Clients" in path}
    missing = "aptic.auth.token, aptic.currentuser.get, aptic.ping.get and 92 more: operation ours only"
    assert lines_of(document)[3:-1] == [f"error   {missing}"]


def test_many_differences_are_counted_first_and_alike_ones_share_a_line() -> None:
    document = Vendor("aptic").document
    for schema in document["components"]["schemas"].values():
        for name in list(schema.get("properties", {})):
            rename_member(schema, name, name.capitalize())
            schema["properties"][name.capitalize()].pop("format", None)
        schema.pop("required", None)
    lines = lines_of(document)
    assert lines[0] == f"{'':16}errors  warnings     infos"
    assert [line.split()[0] for line in lines[1 : lines.index("")]] == ["member", "required", "format"]
    assert sum("member differing response: names " in line for line in lines) == 1
    assert len(lines) < 30


# The command


@pytest.fixture(scope="module")
def specification(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a vendor that differs."""
    file = tmp_path_factory.mktemp("portal") / "payex.json"
    file.write_text(json.dumps(mutated("payex").document), encoding="utf-8")
    return file


def diff(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    with pytest.raises(SystemExit) as caught:
        cli.main(["contract", "diff", *arguments])
    output, errors = capsys.readouterr()
    assert errors == ""
    return int(caught.value.code or 0), output


def test_the_vendor_is_found_by_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    specification = tmp_path / "payex.yaml"
    text = yaml.dump(mutated("payex").document, Dumper=yaml.CSafeDumper, sort_keys=False)
    specification.write_text(text, encoding="utf-8")
    code, output = diff(capsys, str(specification), "--format", "json")
    report = json.loads(output)
    assert (code, report["failed"]) == (1, True)
    assert report["counts"] == {"error": 2, "warning": 2, "info": 2}
    assert {one["operation"].split(".")[0] for one in report["findings"]} == {"payex"}


def test_fingerprints_stay_and_an_ignore_file_silences_them(
    specification: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(specification), "--vendor", "payex", "--format", "json"]
    reports = [json.loads(diff(capsys, *arguments)[1])["findings"] for _ in range(2)]
    assert reports[0] == reports[1]
    marks = [one["fingerprint"] for one in reports[0]]
    assert len(set(marks)) == len(marks) == 6
    errors = [one["fingerprint"] for one in reports[0] if one["level"] == "error"]
    ignore = tmp_path / "ignore.yaml"
    ignore.write_text("".join(f"{mark}: accepted\n" for mark in errors), encoding="utf-8")
    arguments += ["--ignore", str(ignore)]
    code, output = diff(capsys, *arguments)
    assert (code, [one["fingerprint"] for one in json.loads(output)["findings"]]) == (
        0,
        [mark for mark in marks if mark not in errors],
    )
    assert diff(capsys, *arguments, "--fail-on", "warning")[0] == 1


def test_formats_name_every_finding(specification: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = str(specification), "--vendor", "payex"
    marks = [
        one["fingerprint"] for one in json.loads(diff(capsys, *arguments, "--format", "json")[1])["findings"]
    ]
    outputs = {style: diff(capsys, *arguments, "--format", style)[1] for style in ("text", "junit", "github")}
    for output in outputs.values():
        assert all(f"[{mark}]" in output for mark in marks)
    lines = outputs["text"].splitlines()
    assert lines[0] == (
        'error   payex.customers.create: enum ours only request: legalEntity - "business" (documented/documented)'
        f" [{next(mark for mark in marks if mark in lines[0])}]"
    )
    assert lines[-1] == f"payex: {specification}: 2 errors, 2 warnings, 2 infos"
    suite = ElementTree.fromstring(outputs["junit"])
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("6", "2")
    assert sum(line.startswith("::error title=payex.") for line in outputs["github"].splitlines()) == 2


def test_an_ignore_file_that_is_none_is_refused(
    specification: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ignore = tmp_path / "ignore.yaml"
    ignore.write_text("- f0123456789ab\n", encoding="utf-8")
    assert complaint(
        capsys, "contract", "diff", str(specification), "--vendor", "payex", "--ignore", str(ignore)
    ) == (f"ledgersim: {ignore} must map fingerprints to reasons, such as `f0123456789ab: known, ticket 7`")
