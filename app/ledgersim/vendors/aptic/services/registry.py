"""All services by name: those that are built in, and those of a folder."""

from collections.abc import Mapping
from pathlib import Path

from ledgersim.problems import NOT_FOUND
from ledgersim.vendors.aptic.services.files import read_folder
from ledgersim.vendors.aptic.services.rules import BUILT_IN, Definition, nearest


class Services:
    """The definitions, found by their exact names."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions

    def find(self, name: str) -> Definition:
        """The definition of that name. Raises a 404 Problem that names the nearest."""
        found = self._definitions.get(name)
        if found is None:
            hint = nearest(name, self._definitions)
            raise NOT_FOUND.with_detail(f"There is no service definition {name[:80]!r}; {hint}.")
        return found


def read_services(folder: Path | None) -> Services:
    """The built-in definitions and those of the folder, which replace them where the name is the same.

    Raises CannotStart for a file that is no definition.
    """
    return Services(BUILT_IN if folder is None else {**BUILT_IN, **read_folder(folder)})
