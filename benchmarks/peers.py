"""Other simulators, each with 10,000 records and the requests that come closest to those of the simulator.

`make benchmark ARGS=--peers` installs them into .benchmark/peers; what is missing or does not start is skipped.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.data import LISTED, MEMBERS, NEW, debtors, only
from benchmarks.report import Report
from benchmarks.servers import Client, Request, Subject
from benchmarks.subjects import PATHS, ROOT, TOOLS

FOLDER = TOOLS / "peers"
RECORDS = 10_000
_BIN = FOLDER / "node_modules/.bin"
_PYTHON = FOLDER / "venv/bin/python"
_BODY = json.dumps(NEW)
_GUIDS = [one["debtorGuid"] for one in debtors(RECORDS)][:: RECORDS // PATHS]


def peers(report: Report, folder: Path) -> Iterator[Subject]:
    """The peers that are installed; their data is written into the folder."""
    for make in (_prism, _wiremock, _json_server, _mockoon, _localstripe, _moto):
        name = make.__name__.strip("_").replace("_", "-")
        own = folder / name
        own.mkdir(parents=True)
        try:
            subject = make(own)
        except FileNotFoundError as missing:
            report.skip(f"{name}: {missing}")
            continue
        report.notes[f"{subject.name} {subject.version}"] = subject.note
        yield subject


def _npm(package: str, command: str) -> tuple[str, str]:
    """The version of a package and the path of its command. Raises FileNotFoundError."""
    if not shutil.which("node"):
        raise FileNotFoundError("needs Node.js")
    path = FOLDER / "node_modules" / package / "package.json"
    if not path.exists():
        raise FileNotFoundError("npm has not installed it")
    return json.loads(path.read_text(encoding="utf-8"))["version"], str(_BIN / command)


def _pypi(package: str) -> str:
    """The version of a package. Raises FileNotFoundError."""
    code = f"import importlib.metadata; print(importlib.metadata.version({package!r}))"
    if _PYTHON.exists():
        run = subprocess.run([_PYTHON, "-c", code], capture_output=True, text=True)
        if run.returncode == 0:
            return run.stdout.strip()
    raise FileNotFoundError("pip has not installed it")


def _constant(requests: Mapping[str, Request]) -> Callable[[int], Mapping[str, Request]]:
    """Requests that need no preparation."""
    return lambda _: requests


def _answers() -> tuple[dict[str, Any], dict[str, Any]]:
    """What servers of canned responses return for one debtor, and for a page of 25."""
    rows = list(debtors(25))
    page = {"count": 25, "skip": 0, "total": RECORDS, "value": [only(LISTED, row) for row in rows]}
    return only(MEMBERS, rows[0]), page


def _prism(folder: Path) -> Subject:
    version, command = _npm("@stoplight/prism-cli", "prism")
    document = json.loads((ROOT / "openapi/aptic.json").read_text(encoding="utf-8"))
    one, page = _answers()
    for path, method, status, example in (
        ("/v1/Debtors/{debtorGuid}", "get", "200", {**one, "links": []}),
        ("/v1/Debtors", "get", "200", page),
        ("/v1/Debtors", "put", "201", {**one, "links": []}),
    ):
        content = document["paths"][path][method]["responses"][status]["content"]["application/json"]
        content["example"] = example
    (folder / "aptic.json").write_text(json.dumps(document), encoding="utf-8")
    query = "$filter=juridicalType%20eq%201&$orderby=fullName"
    return Subject(
        "Prism",
        version,
        [command, "mock", str(folder / "aptic.json"), "--port", "{port}", "--verboseLevel", "silent"],
        _constant(
            {
                "get": Request("GET", [f"/v1/Debtors/{guid}" for guid in _GUIDS]),
                "list": Request("GET", [f"/v1/Debtors?{query}"]),
                "create": Request("PUT", ["/v1/Debtors"], _BODY),
            }
        ),
        note="validates requests against our OpenAPI document and returns its examples; keeps nothing; log off",
    )


def _wiremock(folder: Path) -> Subject:
    version, command = _npm("wiremock", "wiremock")
    if not shutil.which("java"):
        raise FileNotFoundError("needs Java")
    one, page = _answers()
    stubs = [
        {
            "request": {"method": method, pattern: path},
            "response": {
                "status": status,
                "jsonBody": body,
                "headers": {"Content-Type": "application/json"},
            },
        }
        for method, pattern, path, status, body in (
            ("GET", "urlPathPattern", "/Debtors/[^/]+", 200, one),
            ("GET", "urlPath", "/Debtors", 200, page),
            ("PUT", "urlPath", "/Debtors", 201, one),
        )
    ]
    (folder / "mappings").mkdir()
    (folder / "mappings/stubs.json").write_text(json.dumps({"mappings": stubs}), encoding="utf-8")
    options = ["--disable-banner", "--bind-address", "127.0.0.1", "--max-request-journal-entries", "1000"]
    return Subject(
        "WireMock",
        version,
        [command, "--port", "{port}", "--root-dir", str(folder), *options],
        _constant(
            {
                "get": Request("GET", [f"/Debtors/{guid}" for guid in _GUIDS]),
                "list": Request("GET", ["/Debtors?juridicalType=1"]),
                "create": Request("PUT", ["/Debtors"], _BODY),
            }
        ),
        note="three stubs with constant responses; keeps only a journal of 1,000 requests; uses all cores",
    )


def _json_server(folder: Path) -> Subject:
    version, command = _npm("json-server", "json-server")
    rows = [{"id": row["debtorGuid"], **row} for row in debtors(RECORDS)]
    (folder / "db.json").write_text(json.dumps({"debtors": rows}), encoding="utf-8")
    return Subject(
        "json-server",
        version,
        [command, str(folder / "db.json"), "--port", "{port}", "--host", "127.0.0.1", "--quiet"],
        _constant(
            {
                "get": Request("GET", [f"/debtors/{guid}" for guid in _GUIDS]),
                "list": Request("GET", ["/debtors?juridicalType=1&_sort=fullName&_page=1&_limit=25"]),
                "create": Request("POST", ["/debtors"], _BODY),
            }
        ),
        note="the same records, filter, order and total; writes the whole file at every creation",
    )


def _mockoon(folder: Path) -> Subject:
    version, command = _npm("@mockoon/cli", "mockoon-cli")
    rows = [{"id": row["debtorGuid"], **row} for row in debtors(RECORDS)]
    response = {
        "uuid": "response",
        "body": "",
        "statusCode": 200,
        "bodyType": "DATABUCKET",
        "databucketID": "rows",
        "default": True,
        "crudKey": "id",
    }
    environment = {
        "uuid": "environment",
        "name": "debtors",
        "port": 3000,
        "hostname": "127.0.0.1",
        "routes": [{"uuid": "route", "type": "crud", "endpoint": "debtors", "responses": [response]}],
        "rootChildren": [{"type": "route", "uuid": "route"}],
        "data": [{"uuid": "data", "id": "rows", "name": "debtors", "value": json.dumps(rows)}],
    }
    (folder / "debtors.json").write_text(json.dumps(environment), encoding="utf-8")
    options = ["--hostname", "127.0.0.1", "--disable-log-to-file", "--disable-admin-api", "--repair"]
    return Subject(
        "Mockoon",
        version,
        [command, "start", "--data", str(folder / "debtors.json"), "--port", "{port}", *options],
        _constant(
            {
                "get": Request("GET", [f"/debtors/{guid}" for guid in _GUIDS]),
                "list": Request("GET", ["/debtors?juridicalType_eq=1&sort=fullName&order=asc&page=1&limit=25"]),
                "create": Request("POST", ["/debtors"], _BODY),
            }
        ),
        environ={"HOME": str(folder)},
        note="the same records, filter, order and total, as a CRUD route",
    )


_LOCALSTRIPE = """
import sys
from aiohttp import web
from localstripe import resources, server

async def load(app):
    quick = {"Event": lambda *_: None, "schedule_webhook": lambda event: None}
    kept = {name: getattr(resources, name) for name in quick}
    vars(resources).update(quick)
    dump, resources.Store.dump_to_disk = resources.Store.dump_to_disk, lambda store: None
    for number in range(int(sys.argv[2])):
        resources.Customer(name=f"Ulla {number} Unpaid", email="ulla.unpaid@example.com")
    vars(resources).update(kept)
    resources.Store.dump_to_disk = dump

server.app.on_startup.append(load)
web.run_app(server.app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None)
"""


def _localstripe(folder: Path) -> Subject:  # noqa: ARG001 - as any other peer
    version = _pypi("localstripe")
    headers = {"Authorization": "Bearer sk_12345", "Content-Type": "application/json"}
    new = {
        "name": "Nils Ny",
        "email": NEW["email"],
        "phone": NEW["cellularPhone"],
        "description": "new",
        "preferred_locales": ["sv"],
        "address": {"line1": "Nygatan 12", "city": "Uppsala", "postal_code": "753 10", "country": "SE"},
        "metadata": {"gender": "1", "placeOfBirth": "Uppsala", "currencyCode": "SEK", "born": "1990-05-17"},
    }

    def prepare(port: int) -> Mapping[str, Request]:
        with Client(port) as client:
            first = Request("GET", [f"/v1/customers?limit={PATHS}"], "", headers)
            listed = json.loads(client.send(first))
        return {
            "get": Request("GET", [f"/v1/customers/{one['id']}" for one in listed["data"]], "", headers),
            "list": Request("GET", ["/v1/customers?limit=25"], "", headers),
            "create": Request("POST", ["/v1/customers"], json.dumps(new), headers),
        }

    return Subject(
        "localstripe",
        version,
        [str(_PYTHON), "-c", _LOCALSTRIPE, "{port}", str(RECORDS)],
        prepare,
        note="10,000 customers of Stripe; the list has a total but neither filter nor order; every creation "
        "pickles everything; the start includes the creation of the customers",
    )


def _moto(folder: Path) -> Subject:  # noqa: ARG001 - as any other peer
    version = _pypi("moto")

    def dynamo(operation: str, **members: Any) -> Request:
        headers = {
            "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/dynamodb/aws4_request, "
            "SignedHeaders=host, Signature=x",
        }
        return Request("POST", ["/"], json.dumps(members), headers)

    def item(members: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {"N": str(value)} if isinstance(value, int) else {"S": value}
            for name, value in members.items()
            if value is not None and not isinstance(value, bool)
        }

    def prepare(port: int) -> Mapping[str, Request]:
        by_type = [
            {"AttributeName": "juridicalType", "KeyType": "HASH"},
            {"AttributeName": "fullName", "KeyType": "RANGE"},
        ]
        kinds = {"debtorGuid": "S", "juridicalType": "N", "fullName": "S"}
        table = dynamo(
            "CreateTable",
            TableName="debtor",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "debtorGuid", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()
            ],
            GlobalSecondaryIndexes=[
                {"IndexName": "byType", "KeySchema": by_type, "Projection": {"ProjectionType": "ALL"}}
            ],
        )
        puts = [{"PutRequest": {"Item": item(row)}} for row in debtors(RECORDS)]
        with Client(port) as client:
            client.send(table)
            for start in range(0, RECORDS, 25):
                client.send(dynamo("BatchWriteItem", RequestItems={"debtor": puts[start : start + 25]}))
        new = item({**NEW, "debtorGuid": "new", "fullName": "Nils Ny", "juridicalType": 0})
        return {
            "get": dynamo("GetItem", TableName="debtor", Key={"debtorGuid": {"S": _GUIDS[1]}}),
            "list": dynamo(
                "Query",
                TableName="debtor",
                IndexName="byType",
                KeyConditionExpression="juridicalType = :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
                Limit=25,
            ),
            "create": dynamo("PutItem", TableName="debtor", Item=new),
        }

    return Subject(
        "moto",
        version,
        [str(_PYTHON), "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", "{port}"],
        prepare,
        environ={"PYTHONWARNINGS": "ignore", "AWS_DEFAULT_REGION": "us-east-1"},
        note="10,000 items of DynamoDB; the list is a query of an index, with filter and order but no total; "
        "PutItem writes the same item each time; the start is without items",
    )
