"""A simulator with other paths, statuses and members plays the vendor: ours adopts its specification, and agrees."""

import json
from contextlib import redirect_stdout
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from ledgersim import app as simulator
from ledgersim import cli
from ledgersim.app import vendor_apps
from ledgersim.contract import places
from ledgersim.contract.overlay import read_overlay
from ledgersim.errors import StartupError
from ledgersim.settings import Settings
from tests.client import BEARER, Api
from tests.conftest import Serve
from tests.contract.mutations import Vendor
from tests.contract.test_diff import mutated
from tests.contract.vendor import write_options
from tests.serving import Start, refusal
from tests.test_cli import complaint

V2 = "/APIGW/api/v2"


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The options of the simulator that plays the vendor."""
    return write_options(tmp_path_factory.mktemp("vendor"))


@pytest.fixture(scope="module")
def specification(vendor: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vendor's specification, as its portal would offer it: without our ids and provenance."""
    _, app = vendor_apps(Settings.model_validate(vendor))["aptic"]
    document = json.loads(json.dumps(app.openapi()))
    for item in document["paths"].values():
        for raw in item.values():
            del raw["operationId"], raw["x-provenance"]
    file = tmp_path_factory.mktemp("portal") / "aptic.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and output of a command."""
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    output, errors = capsys.readouterr()
    assert errors == ""
    return int(caught.value.code or 0), output


@pytest.fixture(scope="module")
def adopted(specification: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that `contract adopt` writes."""
    folder = tmp_path_factory.mktemp("adopted") / "contract"
    output = StringIO()
    with redirect_stdout(output), pytest.raises(SystemExit) as caught:
        cli.main(["contract", "adopt", str(specification), "--out", str(folder)])
    assert caught.value.code is None
    assert output.getvalue() == f"{folder}: 6 operations have other paths, 22 other contents\n"
    return folder


def test_nothing_differs_after_adoption(
    specification: Path, adopted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, before = run(capsys, "contract", "diff", str(specification), "--vendor", "aptic", "--format", "json")
    assert (code, json.loads(before)["failed"]) == (1, True)
    options = [str(specification), "--vendor", "aptic", "--contract", str(adopted), "--fail-on", "warning"]
    assert run(capsys, "contract", "diff", *options) == (0, f"aptic: {specification}: no differences\n")


def test_the_folder_says_where_it_comes_from(specification: Path, adopted: Path) -> None:
    digest = sha256(specification.read_bytes()).hexdigest()
    overlay = read_overlay(adopted / "overlay.yaml")
    assert (overlay.provenance, overlay.source, overlay.sha256) == ("adopted", "aptic.json", digest)
    for name in ("paths.yaml", "overlay.yaml", "not-adopted.yaml"):
        assert f"# SHA-256 of the file: {digest}" in (adopted / name).read_text("utf-8")
    routes = {route.id: route for route in simulator.routes(contract=adopted)}
    created = routes["aptic.debtors.create"]
    assert (created.method, created.path) == ("POST", f"{V2}/Debtors")
    assert (created.method_provenance, created.path_provenance) == ("adopted", "adopted")
    document = simulator.openapi("aptic", contract=adopted)
    assert document["info"]["x-adopted"] == {"source": "aptic.json", "sha256": digest}
    assert document["paths"]["/api/v2/Debtors"]["post"]["x-provenance"]["members"] == "adopted"


@pytest.fixture
def ours(serve: Serve, adopted: Path) -> Api:
    """A client of a simulator that has adopted the contract."""
    return serve(contract=str(adopted), leniency="strict")


def test_added_members_are_stored_and_shown_as_sent(ours: Api) -> None:
    answer = ours.post(f"{V2}/Debtors", {"fullName": "Ada Ek", "loyaltyTier": "gold"})
    assert answer.status_code == 200
    created = answer.json()
    assert created["loyaltyTier"] == "gold"
    path = f"{V2}/Debtors/{created['debtorGuid']}"
    assert ours.get(path).json()["loyaltyTier"] == "gold"
    (item,) = ours.get(f"{V2}/Debtors", _filter="fullName eq 'Ada Ek'").json()["value"]
    assert item["loyaltyTier"] == "gold"
    changed = ours.patch(path, {"loyaltyTier": "silver"})
    assert (changed.status_code, changed.content) == (200, b"")
    assert ours.get(path).json()["loyaltyTier"] == "silver"


def test_links_and_locations_stay_within_the_vendors_paths(ours: Api) -> None:
    answer = ours.post(f"{V2}/Debtors", {"fullName": "Ada Ek", "loyaltyTier": "gold"})
    location = answer.headers["location"]
    assert location == f"http://sim.test{V2}/Debtors/{answer.json()['debtorGuid']}"
    shown = ours.get(location).json()
    assert (shown["loyaltyTier"], shown["links"][0]["href"]) == ("gold", location)


def test_added_values_are_shown_as_sent_and_taken_as_others(ours: Api) -> None:
    created = ours.post(f"{V2}/Debtors", {"fullName": "Ek AB", "juridicalType": 7, "gender": 9}).json()
    assert (created["juridicalType"], created["gender"]) == (7, 9)
    shown = ours.get(f"{V2}/Debtors/{created['debtorGuid']}").json()
    assert (shown["juridicalType"], shown["gender"]) == (7, 9)
    (item,) = ours.get(f"{V2}/Debtors", _filter="fullName eq 'Ek AB'").json()["value"]
    assert item["juridicalType"] == 7
    refused = ours.post(f"{V2}/Debtors", {"fullName": "Ek AB", "juridicalType": 8})
    assert refused.status_code == 400


def test_a_value_that_the_rules_read_replaces_one_that_was_stored(ours: Api) -> None:
    created = ours.post(f"{V2}/Debtors", {"fullName": "Ek AB", "juridicalType": 7, "gender": 9}).json()
    path = f"{V2}/Debtors/{created['debtorGuid']}"
    assert ours.patch(path, {"juridicalType": 0}).status_code == 200
    shown = ours.get(path).json()
    assert (shown["juridicalType"], shown["gender"]) == (0, 9)


def test_members_within_elements_belong_to_what_each_creates(ours: Api) -> None:
    cases = [{"currencyCode": "SEK", "channel": name} for name in ("web", "phone")]
    guids = ours.put("/APIGW/v1/Cases", cases).json()["caseGuids"]
    assert [ours.get(f"/APIGW/v1/Cases/{guid}").json()["channel"] for guid in guids] == ["web", "phone"]


def test_members_that_the_vendor_lacks_are_not_shown_and_not_taken(
    ours: Api, serve: Serve, adopted: Path
) -> None:
    created = ours.post(f"{V2}/Debtors", {"fullName": "Ada Ek"}).json()
    shown = ours.get(f"{V2}/Debtors/{created['debtorGuid']}").json()
    assert "naceCode" not in shown
    assert all("guid" not in link for link in shown["links"])
    body = {"fullName": "Ada Ek", "naceCode": "1"}
    assert "naceCode" in ours.post(f"{V2}/Debtors", body).json()["errors"]
    lenient = serve(contract=str(adopted))
    answer = lenient.post(f"{V2}/Debtors", body)
    assert (answer.status_code, "unknown-member" in answer.headers["sim-diagnostics"]) == (200, True)


def test_added_parameters_are_taken_without_a_diagnostic(ours: Api) -> None:
    answer = ours.get(f"{V2}/Debtors", includeClosed="true", _top=1)
    assert (answer.status_code, len(answer.json()["value"])) == (200, 1)


def test_what_was_sent_is_part_of_a_snapshot_and_goes_with_a_reset(ours: Api) -> None:
    created = ours.post(f"{V2}/Debtors", {"fullName": "Ada Ek", "loyaltyTier": "gold"}).json()
    path = f"{V2}/Debtors/{created['debtorGuid']}"
    assert ours.post("/_sim/snapshots", {"name": "before"}).status_code == 201
    ours.patch(path, {"loyaltyTier": "silver"})
    assert ours.post("/_sim/snapshots/before/restore").status_code == 204
    assert ours.get(path).json()["loyaltyTier"] == "gold"
    assert ours.post("/_sim/reset").status_code == 204
    assert ours.get(path).status_code == 404


def test_what_was_sent_survives_a_restart_with_a_database(start: Start, adopted: Path, tmp_path: Path) -> None:
    options = "--port", "0", "--customers", "1", "--database", str(tmp_path / "db"), "--contract", str(adopted)
    first = start(*options)
    body = {"fullName": "Ada Ek", "loyaltyTier": "gold"}
    with httpx.Client(headers=BEARER, trust_env=False) as client:
        created = client.post(f"{first.url}{V2}/Debtors", json=body).json()
        assert first.stop().code == 0
        shown = client.get(f"{start(*options).url}{V2}/Debtors/{created['debtorGuid']}")
    assert shown.json()["loyaltyTier"] == "gold"


# What cannot be adopted


def test_what_cannot_be_adopted_is_listed_with_reasons_and_can_be_ignored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, folder = tmp_path / "aptic.json", tmp_path / "contract"
    file.write_text(json.dumps(mutated("aptic").document), encoding="utf-8")
    code, output = run(capsys, "contract", "adopt", str(file), "--out", str(folder), "--vendor", "aptic")
    assert code == 0
    *lines, adopted, counts = output.splitlines()
    assert adopted == f"{folder}: 5 operations have other paths, 9 other contents"
    assert (
        "not adopted: aptic.clients.get: type differing response 200: referenceCode string → integer"
        " (the rules of the simulator decide this)"
    ) in lines
    assert (
        "not adopted: aptic.clients.create: member theirs only request: tenant + string, required"
        " (the simulator has no value for it, and cannot require it)"
    ) in lines
    arguments = [str(file), "--contract", str(folder), "--vendor", "aptic", "--format", "json"]
    left = json.loads(run(capsys, "contract", "diff", *arguments)[1])["findings"]
    assert len(lines) == sum(one["level"] != "info" for one in left)
    assert counts == (
        f"not adopted: 12 errors, 3 warnings, 9 infos; {folder / 'not-adopted.yaml'} lists them with the reasons"
    )
    ignored = run(capsys, "contract", "diff", *arguments, "--ignore", str(folder / "not-adopted.yaml"))
    assert ignored[0] == 0
    assert json.loads(ignored[1])["findings"] == []


def test_a_path_that_does_not_fit_the_operation_is_not_adopted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor = Vendor("aptic")
    vendor.move("aptic.ping.get", "/v1/Ping/{tenant}")
    parameter = {"name": "tenant", "in": "path", "required": True, "schema": {"type": "string"}}
    vendor.operation("aptic.ping.get")["parameters"] = [parameter]
    file = tmp_path / "aptic.json"
    file.write_text(json.dumps(vendor.document), encoding="utf-8")
    code, output = run(
        capsys, "contract", "adopt", str(file), "--out", str(tmp_path / "out"), "--vendor", "aptic"
    )
    assert (code, output.splitlines()[0]) == (
        0,
        "not adopted: aptic.ping.get: path differing /v1/Ping → /v1/Ping/{tenant}"
        " (the path '/v1/Ping/{tenant}' must have no placeholders; it has {tenant})",
    )


# Files


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "operations: {aptic.debtors.gett: {}}",
            "the overlay has an unknown operation aptic.debtors.gett; did you",
        ),
        ("operation: {}", "operation: Extra inputs are not permitted"),
        (
            "operations: {aptic.debtors.get: {success: '404'}}",
            "operations.aptic.debtors.get.success: String should",
        ),
        (
            "operations: {aptic.debtors.get: {request: {remove: ['a[']}}}",
            "operations.aptic.debtors.get.request.remove",
        ),
        ("operations: [", "line 2: did not find expected node content"),
    ],
)
def test_an_overlay_that_is_invalid_stops_the_start(text: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(f"{text}\n", encoding="utf-8")
    assert reason in refusal(overlay=str(file))


def test_a_folder_without_a_contract_stops_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    reason = f"--contract is '{tmp_path}'; it must be a folder with paths.yaml or overlay.yaml"
    assert refusal(contract=str(tmp_path)) == reason
    assert complaint(capsys, "openapi", "aptic", "--contract", str(tmp_path)) == f"ledgersim: {reason}"


@pytest.mark.parametrize(
    ("place", "path"),
    [
        ("a", ("a",)),
        ("a[].b", ("a", None, "b")),
        ("[].a[3]", (None, "a", 3)),
        (r"@odata\.count", ("@odata.count",)),
        (r"a\[\].b", ("a[]", "b")),
    ],
)
def test_places_are_read_and_written(place: str, path: Any) -> None:
    assert places.parse(place) == path
    assert places.text(path) == place


@pytest.mark.parametrize("place", ["a[", "a]", "a..b"])
def test_other_places_are_refused(place: str) -> None:
    with pytest.raises(ValueError, match="is not a place"):
        places.parse(place)


def test_an_unreadable_overlay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match="cannot be read"):
        read_overlay(tmp_path / "missing.yaml")
