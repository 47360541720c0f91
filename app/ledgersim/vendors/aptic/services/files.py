"""Service definitions in files: NAME.json with an answer or a template, checked at start-up."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ledgersim.errors import StartupError
from ledgersim.suggestions import did_you_mean
from ledgersim.vendors.aptic.services.rules import Asked, Definition, Reply

MAX_DELAY = 600  # seconds
_MEMBERS = ("answer", "template", "status", "delay")
_GAP = re.compile(r"[ \t\r\n]*")


def read_folder(folder: Path) -> dict[str, Definition]:
    """The definitions of all files NAME.json in a folder, by name; hidden files and folders do not count.

    Raises CannotStart naming file and line.
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
    """A member of the object in a file: its value, the text of it, and the line of its name."""

    value: Any
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class _File:
    """A file while it is read, to say where in it a mistake is."""

    path: Path

    def refuse(self, line: int, problem: str) -> NoReturn:
        """Stop the start."""
        raise StartupError(f"{self.path}, line {line}: {problem}")


def _definition(path: Path, data: bytes) -> Definition:
    file = _File(path)
    members = _members(file, _text(file, data))
    for name, member in members.items():
        if name not in _MEMBERS:
            hint = did_you_mean(name.lower(), _MEMBERS, f"known are {', '.join(_MEMBERS)}")
            file.refuse(member.line, f"{name} is no member of a service definition; {hint}")
    given = [members[name] for name in ("answer", "template") if name in members]
    if len(given) != 1:
        line = given[1].line if given else 1
        file.refuse(line, "a service definition has either an answer or a template; give one of them")
    delay = _delay(file, members.get("delay"))
    status = _status(file, members.get("status"))
    if "answer" in members:
        reply = Reply(status, members["answer"].text.encode())
        return Definition(lambda _: reply, lambda _: delay)
    return _from_template(file, members["template"], status, delay)


def _from_template(file: _File, member: _Member, status: int, delay: float) -> Definition:
    # Jinja takes 50 ms to load: only where there is a template.
    from ledgersim.vendors.aptic.services.templates import BadTemplate, Template

    lines = [member.value] if isinstance(member.value, str) else member.value
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        file.refuse(member.line, "template must be a string, or an array of strings that are its lines")
    try:
        template = Template("\n".join(lines))
    except BadTemplate as error:
        file.refuse(member.line, f"line {error.line} of the template: {error}")

    def reply(asked: Asked) -> Reply:
        return Reply(status, template.render(asked))

    return Definition(reply, lambda _: delay)


def _status(file: _File, member: _Member | None) -> int:
    if member is None:
        return 200
    if type(member.value) is not int or not 200 <= member.value <= 599:
        file.refuse(member.line, f"status is {member.text[:40]}; it must be a whole number from 200 to 599")
    return int(member.value)


def _delay(file: _File, member: _Member | None) -> float:
    if member is None:
        return 0
    if type(member.value) not in (int, float) or not 0 <= member.value <= MAX_DELAY:
        problem = f"delay is {member.text[:40]}; it must be a number of seconds from 0 to {MAX_DELAY}"
        file.refuse(member.line, problem)
    return float(member.value)


def _text(file: _File, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        file.refuse(line, "this is not UTF-8; save the file as UTF-8")


def _members(file: _File, text: str) -> dict[str, _Member]:
    """The members of the object that a file must hold."""
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        file.refuse(error.lineno, f"this is not JSON: {error.msg} (column {error.colno}); correct it")
    except (ValueError, RecursionError) as error:
        file.refuse(1, f"this cannot be used as JSON: {error}; correct it")
    if not isinstance(value, dict):
        file.refuse(1, 'this must be an object such as {"answer": {"approved": true}}')
    return _scan(file, text)


def _scan(file: _File, text: str) -> dict[str, _Member]:
    """What `json.loads` does not tell of an object: where its members stand, and which are given twice."""
    decode = json.JSONDecoder().raw_decode
    members: dict[str, _Member] = {}
    at = _behind(text, text.index("{") + 1)
    while text[at] != "}":
        line = text.count("\n", 0, at) + 1
        name, end = decode(text, at)
        start = _behind(text, _behind(text, end) + 1)  # the colon
        value, end = decode(text, start)
        if name in members:
            file.refuse(line, f"{name} is given twice; keep one")
        members[name] = _Member(value, text[start:end], line)
        at = _behind(text, end)
        if text[at] == ",":
            at = _behind(text, at + 1)
    return members


def _behind(text: str, at: int) -> int:
    """Where the blanks from `at` on end."""
    found = _GAP.match(text, at)
    assert found is not None, "it matches nothing too"
    return found.end()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
