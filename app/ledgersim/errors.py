"""Errors that stop a command before it starts, and hints at misspelt names."""

from collections.abc import Iterable

BAD_USAGE = 2  # exit code of every command that cannot start


class StartupError(Exception):
    """Why a command cannot start, in one line for the user."""


def did_you_mean(name: str, known: Iterable[str], otherwise: str, prefix: str = "") -> str:
    """A question that names the closest known name, in any case; `otherwise` if none is close.

    A prefix that all names share does not make them closer.
    """
    from difflib import get_close_matches  # needed only for mistakes, not at start-up

    spelling = {one.removeprefix(prefix).lower(): one for one in known}
    closest = get_close_matches(name.removeprefix(prefix).lower(), spelling, n=1)
    return f"did you mean {spelling[closest[0]]}?" if closest else otherwise
