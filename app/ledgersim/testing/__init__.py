"""The simulator in tests: a server, and its spaces, clocks and faults as objects.

    with Server(customers=50) as server, server.space() as space:
        space.clock.freeze("2026-03-01")
        ...  # point the client at space.aptic, space.payex or space.riverty
        space.verify(1, operation="aptic.cases.create", status=201)

The pytest plugin provides such a space as the fixture `ledgersim`; this package does not need pytest.

The distribution pytest-ledgersim contains this package too, for environments where ledgersim is not installed.
Therefore its imports are relative, and it needs the rest of ledgersim only to run a server in this process.
"""

from .calls import AdminApiError
from .errors import StartupError
from .faults import Fault, Faults
from .server import Server
from .space import Clock, Space

__all__ = ["AdminApiError", "Clock", "Fault", "Faults", "Server", "Space", "StartupError"]
