"""Reads the file with the provider states of Pact, YAML or JSON.

PyYAML, which is slow to import, is imported only to read a file.
"""

from pathlib import Path

from pydantic import ValidationError

from ledgersim.admin.provider_states import ProviderState, plain
from ledgersim.errors import StartupError, did_you_mean
from ledgersim.http.vendor_app import MESSAGES
from ledgersim.problems import field_path
from ledgersim.world.definition import bytes_of


def read_states(file: Path) -> dict[str, ProviderState]:
    """The states of a file by name. Raises StartupError with the line of the first mistake."""
    from ledgersim.world.fixture_text import UnreadableError, lines_of, read

    data = bytes_of(file, "the provider states")
    try:
        content = plain(read(data))
    except UnreadableError as error:
        raise StartupError(f"{file}, line {error.line}: {error.reason}") from error
    if not isinstance(content, dict):
        raise StartupError(f"{file}, line 1: the file must map the names of states to what they need")
    states = {}
    for name, entry in content.items():
        try:
            states[name] = ProviderState.model_validate({} if entry is None else entry)
        except ValidationError as error:
            (line,) = lines_of(data, [(name, *error.errors()[0]["loc"])])
            raise StartupError(f"{file}, line {line}: {name!r}: {_message(error)}") from error
    return states


def _message(error: ValidationError) -> str:
    one = error.errors()[0]
    if one["type"] == "extra_forbidden":
        name, members = str(one["loc"][-1]), list(ProviderState.model_fields)
        hint = did_you_mean(name, members, f"the members are {', '.join(members)}")
        return f"unknown member {name[:80]}; {hint}"
    message = MESSAGES.get(one["type"], one["msg"])
    return f"{field_path(one['loc'])}: {message}" if one["loc"] else message
