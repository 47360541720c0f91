"""An HTTP/1.1 client on one connection, cheap enough for hundreds of requests a second."""

import asyncio
import json
from collections.abc import Mapping
from time import monotonic
from typing import Any, NamedTuple

IDLE = 3  # seconds after which a connection is not used again, since the server closes idle ones
LIMIT = 60  # seconds to wait for a response


class Exchange(NamedTuple):
    """A request, and its response; the status is 0 if there was none."""

    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def __str__(self) -> str:
        head = "".join(f"\n{name}: {value}" for name, value in self.headers.items())
        return f"{self.request}\n\n=> {self.status}{head}\n\n{self.body[:4000].decode(errors='replace')}"


NOTHING = Exchange("", 0, {}, b"")


class Broken(Exception):
    """The connection broke before the response was complete. The exchange has no response."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.request)
        self.exchange = exchange


class Violation(Exception):
    """A response that is not what it must be."""

    def __init__(self, expected: str, exchange: Exchange) -> None:
        super().__init__(expected)
        self.expected, self.exchange = expected, exchange


def expect(holds: bool, expected: str, exchange: Exchange) -> None:
    """Raise a Violation unless the condition holds."""
    if not holds:
        raise Violation(expected, exchange)


class Client:
    """Sends requests one after the other, and connects again when the connection has broken."""

    def __init__(self) -> None:
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0

    async def send(
        self, port: int, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Exchange:
        """The exchange of one request. `body` is bytes, or is sent as JSON. Raises Broken."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = {"Host": f"127.0.0.1:{port}", "Content-Type": "application/json", **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        head = f"{method} {path} HTTP/1.1\r\n{head}Content-Length: {len(content)}\r\n\r\n"
        request = head.replace("\r", "") + content[:4000].decode(errors="replace")
        try:
            async with asyncio.timeout(LIMIT):
                reader, writer = await self._connect(port)
                writer.write(head.encode() + content)
                status, received, answer = await _read(reader)
        except (OSError, EOFError, TimeoutError) as error:
            self.close()
            raise Broken(Exchange(f"{request}\n\n{error!r}", 0, {}, b"")) from error
        self._used = monotonic()
        if received.get("connection") == "close":
            self.close()
        return Exchange(request, status, received, answer)

    async def _connect(self, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and (self._streams[0].at_eof() or monotonic() - self._used > IDLE):
            self.close()
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
        return self._streams

    def close(self) -> None:
        """Close the connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _read(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    if "chunked" not in headers.get("transfer-encoding", ""):
        return int(first.split()[1]), headers, await reader.readexactly(int(headers.get("content-length", 0)))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return int(first.split()[1]), headers, body
