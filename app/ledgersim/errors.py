"""Why the server would not start."""


class StartupError(Exception):
    """A reason not to start, in one line for the user."""
