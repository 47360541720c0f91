"""What reverse proxies say about the requests that they pass on: `X-Forwarded-Proto`, `-Host` and `-Prefix`."""

import re
from collections.abc import Collection
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # the command line reads settings without starlette, which is slow to import
    from starlette.types import Scope

ANY = "*"
BASE_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")

_HEADERS = {b"x-forwarded-proto", b"x-forwarded-host", b"x-forwarded-prefix"}
_LOOPBACK = ("127.0.0.0/8", "::1")


class Forwarded(NamedTuple):
    """How the client reached the proxy; None for what the proxy does not say."""

    scheme: str | None = None
    host: str | None = None
    prefix: str | None = None  # the base path, without a slash at its end


NOTHING = Forwarded()


class Proxies:
    """The proxies whose headers are believed: those on this machine, and those at the given addresses.

    A proxy on this machine sends from a loopback address, or from the address that it sends to. An address may
    be that of a network, such as 10.0.0.0/8, or `*` for all.
    """

    def __init__(self, addresses: Collection[str] = ()) -> None:
        self._trusts_all = ANY in addresses
        self._networks = [ip_network(one) for one in (*_LOOPBACK, *addresses) if one != ANY]

    def forwarded(self, scope: "Scope") -> Forwarded:
        """What the proxy that sent a request says. Of several values, it added the last."""
        if _HEADERS.isdisjoint(dict(scope["headers"])):
            return NOTHING
        if not self._trusts(scope.get("client"), scope.get("server")):
            return NOTHING
        sent = {name: value.rpartition(b",")[2].strip().decode("latin-1") for name, value in scope["headers"]}
        scheme = sent.get(b"x-forwarded-proto", "").lower()
        host = sent.get(b"x-forwarded-host", "")
        prefix = sent.get(b"x-forwarded-prefix", "").rstrip("/")
        return Forwarded(
            scheme if scheme in ("http", "https") else None,
            host if host and _may_have_port(host) else None,
            prefix if BASE_PATH.fullmatch(prefix) else None,
        )

    def _trusts(self, client: tuple[str, int] | None, server: tuple[str, int | None] | None) -> bool:
        if self._trusts_all or client is None:
            return self._trusts_all
        try:
            address = ip_address(client[0])
        except ValueError:  # not the address of a socket: an application in the same process
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        is_own = server is not None and client[0] == server[0]
        return is_own or any((mapped or address) in network for network in self._networks)


def _may_have_port(host: str) -> bool:
    """Whether the port of a host, if it has one, is from 1 to 65535."""
    port = host.rpartition(":")[2]
    return not port.isdecimal() or (len(port) <= 5 and 0 < int(port) <= 65535)
