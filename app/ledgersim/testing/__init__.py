"""The simulator in tests: a server in the process of the tests, and its spaces, clocks and faults as objects.

    with Server(customers=50) as server, server.space() as space:
        space.clock.freeze("2026-03-01")
        ...  # point the client at space.aptic, space.payex or space.riverty
        space.verify(1, operation="aptic.cases.create", status=201)

The pytest plugin hands out such spaces as the fixture `ledgersim`; this package needs no pytest.
"""

from ledgersim.core.startup import CannotStart
from ledgersim.testing.calls import Refused
from ledgersim.testing.faults import Fault, Faults
from ledgersim.testing.server import Server
from ledgersim.testing.space import Clock, Space

__all__ = ["CannotStart", "Clock", "Fault", "Faults", "Refused", "Server", "Space"]
