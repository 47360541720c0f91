"""Why a server would not start."""

try:
    from ledgersim.errors import StartupError
except ImportError:  # pytest-ledgersim, where ledgersim is not installed

    class StartupError(Exception):  # type: ignore[no-redef]
        """A reason not to start, for the user."""


__all__ = ["StartupError"]
