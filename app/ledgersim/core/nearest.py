"""stub"""

from collections.abc import Iterable
from typing import NamedTuple


class Nearest(NamedTuple):
    """x"""

    method: str
    path: str
    reason: str


class NearestRoutes:
    def __init__(self, routes: Iterable[tuple[str, str, str]]) -> None:
        pass

    def find(self, method: str, path: str) -> Nearest | None:
        return None
