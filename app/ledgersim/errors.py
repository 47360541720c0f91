"""Errors that stop a command before it starts."""

BAD_USAGE = 2  # exit code of every command that cannot start


class StartupError(Exception):
    """Why a command cannot start, in one line for the user."""
