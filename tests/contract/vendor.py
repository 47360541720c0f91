"""What plays the vendor: a simulator with other paths, statuses and members, or a small server of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml

STRING = {"type": "string"}

PATHS = {
    "aptic.debtors.list": "GET /api/v2/Debtors",
    "aptic.debtors.get": "GET /api/v2/Debtors/{guid}",
    "aptic.debtors.create": "POST /api/v2/Debtors",
    "aptic.debtors.update": "PATCH /api/v2/Debtors/{debtorGuid}",
    "aptic.debtors.addresses.create": "POST /api/v2/Debtors/{debtorGuid}/Addresses",
    "aptic.cases.debts.create": {"path": "/api/v2/Debts/of/{caseGuid}"},
}
OVERLAY = {
    "operations": {
        "aptic.debtors.get": {
            "placeholders": ["id"],
            "responses": {"200": {"remove": ["naceCode", "links[].guid"], "add": {"loyaltyTier": STRING}}},
        },
        "aptic.debtors.list": {
            "parameters": [{"name": "includeClosed", "in": "query", "schema": {"type": "boolean"}}],
            "responses": {"200": {"remove": ["value[].naceCode"], "add": {"value[].loyaltyTier": STRING}}},
        },
        "aptic.debtors.create": {
            "request": {
                "remove": ["naceCode"],
                "add": {"loyaltyTier": {"type": "string", "enum": ["gold", "silver"]}},
                "values": {"juridicalType": [{"value": 7, "as": 1}], "gender": [{"value": 9}]},
            },
            "responses": {"200": {"add": {"loyaltyTier": STRING}}},
            "statuses": {"418": {"type": "object", "properties": {"reason": STRING}}, "423": None},
        },
        "aptic.debtors.update": {"request": {"add": {"loyaltyTier": STRING}}, "success": "200"},
        "aptic.cases.create": {"request": {"add": {"[].channel": STRING, "[].debtors[].loyaltyTier": STRING}}},
        "aptic.cases.get": {"responses": {"200": {"add": {"channel": STRING}}}},
        "aptic.clients.list": {"responses": {"200": {"remove": ["value[].webPage"]}}},
    }
}


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[ThreadingHTTPServer]:
    """A server on a free port of 127.0.0.1 with this handler, which ends with the `with` block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def write_options(folder: Path) -> dict[str, str]:
    """The settings of this simulator, with their files."""
    for name, content in (("paths", PATHS), ("overlay", OVERLAY)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    files = {name: str(folder / f"{name}.yaml") for name in ("paths", "overlay")}
    return {**files, "created_status": "200"}
