"""Suggests the name that a misspelt one was meant for."""

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """A question that names the closest known name, in any case; `otherwise` if none is close."""
    from difflib import get_close_matches  # needed only for mistakes, not at start-up

    spelling = {one.lower(): one for one in known}
    closest = get_close_matches(name.lower(), spelling, n=1)
    return f"did you mean {spelling[closest[0]]}?" if closest else otherwise
