"""What a server loads when it starts, for `tests.serving`, which forks servers from a process with it."""

from ledgersim import server  # noqa: F401
from tests.apps import mounts

mounts()
