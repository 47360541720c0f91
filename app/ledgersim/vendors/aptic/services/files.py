"""Service definitions in files NAME.json, with an answer or a template; validated at start-up."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ledgersim.errors import StartupError, did_you_mean
from ledgersim.vendors.aptic.services.definitions import Definition, ServiceRequest, ServiceResponse

MAX_DELAY = 600  # seconds
_MEMBERS = ("answer", "template", "status", "delay")
_WHITESPACE = re.compile(r"[ \t\r\n]*")


def read_folder(folder: Path) -> dict[str, Definition]:
    """Return the definitions in the files NAME.json of a folder, by name. Ignores hidden files and subfolders.

    Raises StartupError with the file and line.
    """
    try:
        paths = sorted(folder.iterdir())
        return {
            path.stem: _definition(path, path.read_bytes())
            for path in paths
            if path.suffix == ".json" and not path.name.startswith(".") and path.is_file()
        }
    except OSError as error:
        where = error.filename or folder
        raise StartupError(f"the service definitions in {where} cannot be read: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class _Member:
    """A member of the JSON object in a file: its value, the source text of that, and the line of its name."""

    value: Any
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class _File:
    """A file being read, to report the location of errors."""

    path: Path

    def reject(self, line: int, problem: str) -> NoReturn:
        """Raise StartupError."""
        raise StartupError(f"{self.path}, line {line}: {problem}")


def _definition(path: Path, data: bytes) -> Definition:
    file = _File(path)
    members = _members(file, _text(file, data))
    for name, member in members.items():
        if name not in _MEMBERS:
            hint = did_you_mean(name, _MEMBERS, f"the members are {', '.join(_MEMBERS)}")
            file.reject(member.line, f"unknown member {name} in a service definition; {hint}")
    given = [members[name] for name in ("answer", "template") if name in members]
    if len(given) != 1:
        line = given[1].line if given else 1
        file.reject(line, "a service definition must have either an answer or a template")
    delay = _delay(file, members.get("delay"))
    status = _status(file, members.get("status"))
    if "answer" in members:
        response = ServiceResponse(status, members["answer"].text.encode())

        async def respond(_: ServiceRequest) -> ServiceResponse:
            return response

        return Definition(respond, lambda _: delay)
    return _from_template(file, members["template"], status, delay)


def _from_template(file: _File, member: _Member, status: int, delay: float) -> Definition:
    # Jinja takes 50 ms to load, so load it only if there is a template.
    from ledgersim.vendors.aptic.services.rendering import InvalidTemplate, Template
    from ledgersim.vendors.aptic.services.templates import render

    lines = [member.value] if isinstance(member.value, str) else member.value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        file.reject(member.line, "template must be a string, or an array of strings that are its lines")
    source = "\n".join(lines)
    try:
        Template(source)
    except InvalidTemplate as error:
        file.reject(member.line, f"line {error.line} of the template: {error}")

    async def respond(request: ServiceRequest) -> ServiceResponse:
        return ServiceResponse(status, await render(source, request))

    return Definition(respond, lambda _: delay)


def _status(file: _File, member: _Member | None) -> int:
    if member is None:
        return 200
    if type(member.value) is not int or not 200 <= member.value <= 599:
        file.reject(member.line, f"status is {member.text[:40]}; it must be a whole number from 200 to 599")
    return int(member.value)


def _delay(file: _File, member: _Member | None) -> float:
    if member is None:
        return 0
    if type(member.value) not in (int, float) or not 0 <= member.value <= MAX_DELAY:
        problem = f"delay is {member.text[:40]}; it must be a number of seconds from 0 to {MAX_DELAY}"
        file.reject(member.line, problem)
    return float(member.value)


def _text(file: _File, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        file.reject(line, "the file is not UTF-8; save it as UTF-8")


def _members(file: _File, text: str) -> dict[str, _Member]:
    """Return the members of the JSON object in a file."""
    try:
        value = json.loads(text, parse_constant=_reject_constant)
    except json.JSONDecodeError as error:
        file.reject(error.lineno, f"the file is not valid JSON: {error.msg} (column {error.colno})")
    except (ValueError, RecursionError) as error:
        file.reject(1, f"the file is not valid JSON: {error}")
    if not isinstance(value, dict):
        file.reject(1, 'the file must contain an object such as {"answer": {"approved": true}}')
    return _scan(file, text)


def _scan(file: _File, text: str) -> dict[str, _Member]:
    """Find what `json.loads` does not report: the positions of members, and duplicate ones."""
    decode = json.JSONDecoder().raw_decode
    members: dict[str, _Member] = {}
    at = _skip_whitespace(text, text.index("{") + 1)
    while text[at] != "}":
        line = text.count("\n", 0, at) + 1
        name, end = decode(text, at)
        start = _skip_whitespace(text, _skip_whitespace(text, end) + 1)  # the colon
        value, end = decode(text, start)
        if name in members:
            file.reject(line, f"duplicate member {name}; remove one")
        members[name] = _Member(value, text[start:end], line)
        at = _skip_whitespace(text, end)
        if text[at] == ",":
            at = _skip_whitespace(text, at + 1)
    return members


def _skip_whitespace(text: str, at: int) -> int:
    """Return the end of the whitespace at `at`."""
    found = _WHITESPACE.match(text, at)
    assert found is not None, "the pattern matches the empty string"
    return found.end()


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
