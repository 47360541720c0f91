"""A hint at what a misspelt name was meant for."""

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """The known name nearest to one that is none, as a question; `otherwise` where none is near."""
    from difflib import get_close_matches  # where there is a mistake, not at start-up

    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else otherwise
