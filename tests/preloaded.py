"""What a server loads when it starts, for `tests.serving`, which forks servers from a process with it."""

import gc

from ledgersim import server  # noqa: F401
from tests.apps import mounts

mounts()
gc.collect()
gc.freeze()  # else the first collection in each fork would copy all that it shares
