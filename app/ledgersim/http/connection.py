"""Breaking a client's connection on purpose. `protocol.py` gives requests access to their connection.

The request must have been read to its end: unread bytes would turn a closed connection into a reset one.
"""

import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.types import Receive, Scope

EXTENSION = "ledgersim.transport"  # in the scope's extensions, the transport of the connection

# On, for no time: closing such a socket sends RST. On Windows its two members are short.
_LINGER = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)

Break = Callable[[Scope, Receive], Awaitable[None]]


class BreakConnection(Exception):
    """Raised to have the connection of a request broken once the request has been recorded."""

    def __init__(self, how: Break) -> None:
        super().__init__()
        self.how = how


def transport_of(scope: Scope) -> Any:
    """The transport of a request's connection; None for a client in the same process."""
    return (scope.get("extensions") or {}).get(EXTENSION)


async def drop(scope: Scope, receive: Receive) -> None:
    """Close the connection (FIN) at once, without another byte of the answer."""
    await _end(transport_of(scope).abort, receive)


async def reset(scope: Scope, receive: Receive) -> None:
    """Reset the connection (RST)."""
    transport = transport_of(scope)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
    await _end(transport.abort, receive)


async def close(scope: Scope, receive: Receive) -> None:
    """Close the connection after what has been written."""
    await _end(transport_of(scope).close, receive)


async def _end(end: Callable[[], None], receive: Receive) -> None:
    end()
    while (await receive())["type"] != "http.disconnect":
        pass
