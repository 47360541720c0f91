"""Faults that break the connection itself, seen by a real client."""

import socket
import ssl
from pathlib import Path

import httpx
import pytest
import trustme

from tests.client import APTIC, BEARER
from tests.serving import Served, Start

DEBTORS = f"{APTIC}/Debtors"


def create(url: str, **headers: str) -> httpx.Response:
    """Create a debtor named Ada Once."""
    return httpx.put(url + DEBTORS, json={"fullName": "Ada Once"}, headers={**BEARER, **headers})


def total(url: str, verify: ssl.SSLContext | bool = True) -> int:
    """How many debtors named Ada Once there are."""
    query = {"$filter": "fullName eq 'Ada Once'"}
    with httpx.Client(verify=verify) as client:
        found: int = client.get(url + DEBTORS, params=query, headers=BEARER).json()["total"]
    return found


def raw(port: int, fault: str, method: str = "GET", body: bytes = b"") -> socket.socket:
    """A connection on which a request with a fault has been sent."""
    head = (
        f"{method} {DEBTORS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n"
        f"Sim-Fault: {fault}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(head.encode() + body)
    return connection


@pytest.mark.parametrize("body", [b"", b'{"fullName": "' + b"x" * 300_000 + b'"}'], ids=["empty", "long"])
def test_drop_closes_the_connection_without_a_byte(server: Served, body: bytes) -> None:
    with raw(server.port, "drop", "PUT", body) as connection:
        assert connection.recv(1) == b""  # an end, not a reset


@pytest.mark.parametrize("when", ["", "; when=after_commit"])
def test_reset_resets_the_connection(server: Served, when: str) -> None:
    with raw(server.port, f"reset{when}") as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


def test_truncate_ends_the_connection_within_the_body(server: Served) -> None:
    with raw(server.port, "truncate=10") as connection:
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\ncontent-length: ")
    assert len(body) == 10
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        httpx.get(server.url + DEBTORS, headers={**BEARER, "Sim-Fault": "truncate"})


def test_after_commit_the_write_is_stored_although_the_client_gets_no_response(server: Served) -> None:
    fault = {"kind": "drop", "when": "after_commit", "times": 1, "match": {"operation": "aptic.debtors.create"}}
    assert httpx.post(server.url + "/_sim/faults", json=fault).status_code == 201
    with pytest.raises(httpx.RemoteProtocolError, match="disconnected without sending a response"):
        create(server.url)
    assert total(server.url) == 1
    assert create(server.url).status_code == 201
    assert total(server.url) == 2
    dropped = httpx.get(server.url + "/_sim/requests").json()["requests"][0]
    assert (dropped["status"], dropped["withheld"], dropped["faults"]) == (None, 201, ["f1 drop"])


def test_before_the_write_did_not_happen(server: Served) -> None:
    for kind, error in [("drop", httpx.RemoteProtocolError), ("reset", httpx.ReadError)]:
        with pytest.raises(error):
            create(server.url, **{"Sim-Fault": kind})
    assert total(server.url) == 0


def test_a_fault_breaks_only_the_connection_of_its_request(server: Served) -> None:
    with httpx.Client(base_url=server.url, headers=BEARER) as other:
        assert other.get(DEBTORS).status_code == 200
        with raw(server.port, "reset") as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert other.get(DEBTORS).status_code == 200


def test_over_tls_connections_break_as_well(start: Start, tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    server = start("--port", "0", "--tls-cert", f"{tmp_path}/cert.pem", "--tls-key", f"{tmp_path}/key.pem")
    for fault in ("drop", "reset", "truncate", "drop; when=after_commit"):
        with httpx.Client(verify=trusting) as client, pytest.raises(httpx.TransportError):
            client.get(server.url + DEBTORS, headers={**BEARER, "Sim-Fault": fault})
    assert total(server.url, trusting) == 0
    assert server.stop()[:3] == (0, "", "")


def test_requests_wait_for_delays_side_by_side(server: Served) -> None:
    held = [raw(server.port, "delay=2") for _ in range(20)]
    while httpx.get(server.url + "/_sim/info").json()["in_flight"] < 20:
        pass
    for connection in held:
        with connection:
            assert connection.recv(12) == b"HTTP/1.1 200"
    assert len(httpx.get(server.url + "/_sim/requests").json()["requests"]) == 20
