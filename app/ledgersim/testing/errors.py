"""The error of a server that cannot start."""

try:
    from ledgersim.errors import StartupError
except ImportError:  # pytest-ledgersim, where ledgersim is not installed

    class StartupError(Exception):  # type: ignore[no-redef]
        """Why a server cannot start, in one line for the user."""


__all__ = ["StartupError"]
