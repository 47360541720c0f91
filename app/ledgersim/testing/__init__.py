"""The simulator in tests: a server, and its spaces, clocks and faults as objects.

    with Server(customers=50) as server, server.space() as space:
        space.clock.freeze("2026-03-01")
        ...  # point the client at space.aptic, space.payex or space.riverty
        space.verify(1, operation="aptic.cases.create", status=201)

The pytest plugin hands out such spaces as the fixture `ledgersim`; this package needs no pytest.

The distribution pytest-ledgersim contains it too, for tests in an environment where ledgersim is not installed.
So imports within it are relative, and it needs the rest of ledgersim only where a server runs in this process.
"""

from .calls import AdminApiError
from .errors import StartupError
from .faults import Fault, Faults
from .server import Server
from .space import Clock, Space

__all__ = ["AdminApiError", "Clock", "Fault", "Faults", "Server", "Space", "StartupError"]
