"""The custom services by name: the built-in ones and those defined in a folder."""

from collections.abc import Mapping
from pathlib import Path

from ledgersim.errors import did_you_mean
from ledgersim.problems import NOT_FOUND
from ledgersim.vendors.aptic.services.definitions import BUILT_IN, Definition
from ledgersim.vendors.aptic.services.files import read_folder


class Services:
    """Service definitions by name; names are case-sensitive."""

    def __init__(self, definitions: Mapping[str, Definition]) -> None:
        self._definitions = definitions

    def find(self, name: str) -> Definition:
        """Return the definition with that name. Raises a 404 Problem that suggests a similar name."""
        found = self._definitions.get(name)
        if found is None:
            names = sorted(self._definitions)
            hint = did_you_mean(name[:80], names, f"the services are {', '.join(names)}.")
            raise NOT_FOUND.with_detail(f"Unknown service definition {name[:80]!r}; {hint}")
        return found


def read_services(folder: Path | None) -> Services:
    """Return the built-in definitions and those in the folder, which override built-in ones of the same name.

    Raises StartupError for an invalid file.
    """
    return Services(BUILT_IN if folder is None else {**BUILT_IN, **read_folder(folder)})
