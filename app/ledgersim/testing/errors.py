"""Why a server would not start."""

try:
    from ledgersim.core.startup import CannotStart
except ImportError:  # pytest-ledgersim, where ledgersim is not installed

    class CannotStart(Exception):  # type: ignore[no-redef]
        """A reason not to start, for the user."""


__all__ = ["CannotStart"]
