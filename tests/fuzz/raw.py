"""Mutated HTTP over raw sockets: every response must be well-formed and no server error."""

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import count, pairwise
from pathlib import Path
from random import Random
from select import select
from socket import IPPROTO_TCP, SHUT_WR, TCP_NODELAY, create_connection, socket
from tempfile import NamedTemporaryFile
from time import monotonic
from typing import IO, Any, NamedTuple

import httpx

from ledgersim.admin import MOUNT as ADMIN
from tests.answers import check
from tests.fuzz.mutations import damaged, mutated
from tests.fuzz.seeds import Ids, Request, Seed, find_ids, seeds
from tests.serving import Fork, fork_with_log

BATCH = 500  # cases, after which the server's state is again that of its start
WITHIN = 1.0  # seconds for a case, during which the server serves nobody else
IDLE = 0.005  # seconds without a byte, after which the server is taken to wait for more
CLOSE_WITHIN = 5.0  # seconds for the server to close a connection that the client has half closed
SHOWN = 3  # violations of one kind that are printed
PRINTED = 2000  # bytes of a message that are printed
LAST = b"GET /_sim/health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
# Failures that requests ask for: of ledgers that are not configured, of PayEx by the admin API, of a service.
ASKED_FOR = re.compile(rb"ledger-not-configured|A test requested this failure|The service Fail always fails")
NO_BODY = (204, 304)
JSON = (b"application/json", b"application/problem+json")


class Violation(Exception):
    """What a server must not do."""


class Case(NamedTuple):
    """What is sent on one connection."""

    requests: list[Request]
    messages: list[bytes]
    is_well_formed: bool
    cuts: list[float]  # where the bytes are cut into segments, as fractions of their length
    half_closes: bool


class Response(NamedTuple):
    """One of the responses on a connection."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The value of a header, or an empty string if it is missing."""
        return dict(self.headers).get(name, b"")


def case_of(seed: int, number: int, operations: list[Seed], ids: Sequence[Ids]) -> Case:
    """The same case for the same seed and number."""
    random = Random(f"{seed}:{number}")
    requests = []
    for _ in range(random.choice([1, 1, 2, 4])):
        request = random.choice(operations).request(random, random.choice(ids))
        for _ in range(random.choice([0, 1, 1, 1, 2, 3])):
            request = mutated(request, random)
        requests.append(request)
    messages = [request.to_bytes() for request in requests]
    is_well_formed = random.random() < 0.5
    if not is_well_formed:
        at = random.randrange(len(messages))
        for _ in range(random.choice([1, 1, 2])):
            messages[at] = damaged(messages[at], random) or b"\r\n"
    cuts = sorted(random.random() for _ in range(random.choice([0] * 8 + [1, 3])))
    return Case(requests, messages, is_well_formed, cuts, not is_well_formed and random.random() < 0.05)


class Server:
    """A server in a process of its own, with its connection for health probes."""

    def __init__(self, process: Fork, client: httpx.Client, log: IO[bytes]) -> None:
        self.client = client
        self._process = process
        self._log = log
        self._port = client.base_url.port or 80

    def probe(self) -> None:
        """Raises Violation unless the server is alive and has logged no error."""
        try:
            self.client.get(f"{ADMIN}/health/live").raise_for_status()
        except httpx.HTTPError as error:
            raise Violation(f"the health probe failed: {error!r}, exit code {self._process.poll()}") from error
        self.check_log()

    def busy_seconds(self) -> float:
        """Seconds of processor time that the server has used: unlike others, they do not depend on the machine's load."""
        stat = Path(f"/proc/{self._process.pid}/stat")
        ticks = stat.read_text().rpartition(")")[2].split()[11:13] if stat.exists() else []
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def requests(self) -> int:
        """How many requests the server has had."""
        return int(self.client.get("/nothing").headers["sim-request-id"])

    def check_log(self) -> None:
        """Raises Violation if the server has logged an error."""
        if logged := self._log.read().decode(errors="replace").rstrip():
            raise Violation(f"the server logged {logged.splitlines()[-1]}\n{logged[-2500:]}")

    def reset(self) -> None:
        """Look at what the server has kept of the requests, and take it back to its start."""
        everything = {"match": {"body": {"no": "such"}}, "count": {"exactly": 0}}
        self._ask("POST", "/requests/verify", json=everything)
        for one in self._ask("GET", "/requests").json()["requests"][::3]:
            self._ask("GET", f"/requests/{one['id']}")
        for path in ("/export", "/events", "/coverage"):
            self._ask("GET", path)
        for kind in ("spaces", "snapshots"):
            for one in self._ask("GET", f"/{kind}").json()[kind]:
                if one["name"] != "default":
                    self._ask("DELETE", f"/{kind}/{one['name']}")
        self._ask("POST", "/reset")

    def _ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self.client.request(method, ADMIN + path, **options)
        except httpx.HTTPError as error:
            raise Violation(f"{method} {path} failed: {error!r}") from error
        if not response.is_success:
            raise Violation(f"{method} {path} returned {response.status_code}: {response.text[:500]}")
        return response

    def exchange(self, case: Case) -> tuple[bytes, bool]:
        """All that the server sends, and whether it closed the connection before the client half closed it."""
        data = b"".join(case.messages) + (b"" if case.half_closes else LAST)
        places = [0, *(int(cut * len(data)) for cut in case.cuts), len(data)]
        received = bytearray()
        with (
            create_connection(("127.0.0.1", self._port), CLOSE_WITHIN) as connection,
            suppress(ConnectionError),
        ):
            connection.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
            for begin, end in pairwise(places):
                if begin:
                    self.probe()  # after which the server has read the segment before
                if _transfer(connection, data[begin:end], received, IDLE):
                    return bytes(received), True
            if not case.half_closes:
                self.probe()  # after which it has begun to answer
                if _transfer(connection, b"", received, CLOSE_WITHIN if case.is_well_formed else IDLE):
                    return bytes(received), True
            connection.shutdown(SHUT_WR)
            while part := connection.recv(2**16):
                received += part
        return bytes(received), False


def _transfer(connection: socket, data: bytes, received: bytearray, patience: float) -> bool:
    """Send data, and read until the connection is closed (True) or nothing comes for so many seconds (False)."""
    while True:
        readable, writable, _ = select(
            [connection], [connection] if data else [], [], CLOSE_WITHIN if data else patience
        )
        if readable:
            part = connection.recv(2**16)
            if not part:
                return True
            received += part
        elif writable:
            data = data[connection.send(data) :]
        elif data:
            raise Violation("the server reads no more")
        else:
            return False


def parsed(data: bytes, may_be_head: bool) -> Iterator[Response]:
    """The responses on a connection, of which some may be to HEAD. Raises Violation at what is none; the last one may be cut off."""
    while data:
        head, end, data = data.partition(b"\r\n\r\n")
        start, *lines = head.split(b"\r\n")
        found = re.fullmatch(rb"HTTP/1\.1 (\d{3}) [ -~]*", start)
        headers = []
        for line in lines:
            name, colon, value = line.partition(b": ")
            if (
                not colon
                or not re.fullmatch(rb"[!#-'*+.^-z|~0-9A-Z-]+", name)
                or re.search(rb"[\x00-\x08\n-\x1f]", value)
            ):
                found = None
            headers.append((name.lower(), value))
        if not end:
            return
        if found is None:
            raise Violation("no HTTP response")
        status, names = int(found[1]), dict(headers)
        length = int(names.get(b"content-length", 0))
        is_head = may_be_head and (not data or data.startswith(b"HTTP/1.1 "))
        if is_head or status < 200 or status in NO_BODY:
            length = 0
        if b"transfer-encoding" in names:
            raise Violation("a response in chunks")
        body, data = data[:length], data[length:]
        if len(body) < length:
            return
        if status >= 200:
            yield Response(status, headers, body)


def judge(case: Case, received: bytes, is_closed: bool) -> list[Response]:
    """The responses of a case. Raises Violation at one that must not be."""
    sent = b"".join(case.messages)
    responses = list(parsed(received, b"HEAD" in sent))
    asked_for = b"sim-fault" in sent.lower()
    kinds = {*JSON, b"text/html"} if b"card-check" in sent.lower() else JSON  # a page, for people
    for response in responses:
        kind = response.header(b"content-type").partition(b";")[0]
        if response.status >= 500 and not asked_for and not ASKED_FOR.search(response.body):
            raise Violation(f"status {response.status}")
        if response.status >= 400 and response.body and kind not in kinds:
            raise Violation(f"an error as {kind.decode()}")
        if kind in JSON and response.body:
            try:
                json.loads(response.body)
            except ValueError as error:
                raise Violation(f"no JSON: {error}") from error
    is_told = bool(responses) and (b"connection", b"close") in responses[-1].headers
    if is_closed and not is_told and not asked_for:
        raise Violation("the connection was closed without a word")
    if case.is_well_formed:
        if len(responses) != len(case.requests) + 1 or not is_closed:
            raise Violation(f"{len(responses)} responses to {len(case.requests) + 1} requests")
        for request, response in zip(case.requests, responses, strict=False):
            as_documented(request, response)
    return responses


def as_documented(request: Request, response: Response) -> None:
    """Raises Violation for a response that the OpenAPI document does not allow."""
    sent = httpx.Request(request.method, f"http://localhost{request.target}")
    if sent.url.raw_path.decode() != request.target:
        return  # httpx would send another address
    try:
        check(httpx.Response(response.status, headers=response.headers, content=response.body, request=sent))
    except AssertionError as error:
        raise Violation(f"{request.operation}: {error}") from error


@contextmanager
def serve(*options: str) -> Iterator[Server]:
    """A server in memory."""
    command = ("serve", "--port", "0", "--log-level", "error", *options)
    with NamedTemporaryFile(buffering=0) as log, open(log.name, "rb", buffering=0) as reader:
        process = fork_with_log(Path(log.name), *command)
        try:
            url = process.stdout.readline().removeprefix("Ready: ").rstrip("\n")
            with httpx.Client(base_url=url, timeout=30) as client:
                yield Server(process, client, reader)
        finally:
            process.kill()
            process.communicate()


class Run:
    """A run of cases against one server, and what came of it."""

    def __init__(self, server: Server, seed: int) -> None:
        self._server = server
        self._seed = seed
        self._seeds = seeds()
        self.operations = len(self._seeds)
        self._ids = find_ids(server.client, self._seeds)
        self.requests = 0
        self.statuses: Counter[int] = Counter()
        self.violations: Counter[str] = Counter()
        self.succeeded: set[str] = set()
        self._received = b""

    def send(self, requests: int, first: int = 0, report_every: float = 30) -> None:
        """Cases from the first of a batch on, until so many requests have been sent."""
        begin = reported = monotonic()
        for number in count(first - first % BATCH):
            try:
                if number % BATCH == 0:
                    self._server.reset()
            except Violation as violation:
                self._complain(number, None, violation)
            case = case_of(self._seed, number, self._seeds, self._ids)
            try:
                self._try(case)
            except Violation as violation:
                self._complain(number, case, violation)
            self.requests += len(case.requests)
            is_last = self.requests >= requests
            if is_last or monotonic() - reported > report_every:
                reported = monotonic()
                rate = self.requests / (reported - begin)
                print(f"case {number}: {self.requests:,} requests, {rate:.0f}/s, {self.summary()}", flush=True)
            if is_last:
                return

    def summary(self) -> str:
        """Statuses and violations so far."""
        statuses = " ".join(f"{status}: {times:,}" for status, times in sorted(self.statuses.items()))
        return f"statuses {statuses}, violations {self.violations.total()}"

    def _try(self, case: Case) -> None:
        self._received, begin = b"", self._server.busy_seconds()
        try:
            self._received, is_closed = self._server.exchange(case)
        except TimeoutError as error:
            raise Violation("the connection was left open") from error
        seconds = self._server.busy_seconds() - begin
        responses = judge(case, self._received, is_closed)
        self.statuses.update(response.status for response in responses)
        if case.is_well_formed:
            met = zip(case.requests, responses, strict=False)
            self.succeeded.update(request.operation for request, response in met if response.status < 300)
        self._server.check_log()
        if seconds > WITHIN:
            raise Violation(f"{seconds:.1f} s for {[request.operation for request in case.requests]}")

    def _complain(self, number: int, case: Case | None, violation: Violation) -> None:
        kind = re.sub(r"\d+(\.\d+)?", "#", str(violation))[:100]
        self.violations[kind] += 1
        if self.violations[kind] > SHOWN:
            return
        print(f"VIOLATION, --seed {self._seed} --first {number}: {violation}")
        if case is not None:
            for message in self._shrunk(case, str(violation)).messages:
                print(f"  sent {message[:PRINTED]!r}")
            print(f"  received {self._received[:PRINTED]!r}", flush=True)

    def _shrunk(self, case: Case, violation: str) -> Case:
        """The one request of a case that does the same by itself, or else the whole case."""
        for request, message in zip(case.requests, case.messages, strict=True):
            one = case._replace(requests=[request], messages=[message])
            try:
                self._try(one)
            except Violation as same:
                if str(same) == violation:
                    return one
        return case
