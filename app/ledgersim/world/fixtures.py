"""Fixtures: the user's own customers, debtors, cases, ledgers, surpluses and accounts, from YAML or JSON.

What may stand in them, and the rules it must follow, are those of the vendors' requests; but all of a file is
stored or nothing, and unknown members are mistakes. Nothing here reads YAML before there is a file to load.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from difflib import get_close_matches
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from sqlalchemy import bindparam, update

from ledgersim.errors import StartupError
from ledgersim.http.schemas import RequestModel
from ledgersim.http.vendor_app import MESSAGES
from ledgersim.problems import CONFLICT, VALIDATION, Problem, field_path
from ledgersim.spaces.models import STATE
from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database
from ledgersim.world.definition import bytes_of

if TYPE_CHECKING:
    from ledgersim.world.fixture_model import Fixtures

Made = dict[str, dict[str, list[dict[str, Any]]]]
Where = tuple[int | str, ...]

MAX_MISTAKES = 20  # that are told of one file

# While files are loaded the clock stands at midnight of the world's date; it starts when a space is opened.
_STOP_CLOCK = update(STATE).values(
    clock_mode="frozen", clock_offset_microseconds=0, clock_frozen_at=STATE.c.clock_floor
)
_LEAVE_CLOCK = update(STATE).values(
    clock_mode="real",
    clock_offset_microseconds=None,
    clock_frozen_at=None,
    fixtures_digest=bindparam("digest"),
)
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class Mistake(NamedTuple):
    """What is wrong in a file, on which line; `where` is empty if it is the text itself."""

    line: int
    where: str
    message: str


class Mistaken(Exception):
    """That nothing of a file was stored, and why: `status` is 400, or 409 for what is there already."""

    def __init__(self, status: int, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.status, self.mistakes = status, mistakes


def load(space: Space, base: str, data: bytes) -> Made:
    """Store the fixtures in a text; what was made, by vendor and kind, with links that begin with `base`.

    Raises a 400 or 409 Problem that names every mistake with its line.
    """
    try:
        return _load(space, base, data)
    except Mistaken as error:
        errors: dict[str, list[str]] = {}
        for line, where, message in error.mistakes:
            errors.setdefault(where or "body", []).append(f"line {line}: {message}")
        raise (CONFLICT if error.status == CONFLICT.status else VALIDATION).with_errors(errors) from error


def seeded(image: bytes, paths: Sequence[Path]) -> bytes:
    """The image of a world with the fixtures in files, loaded in this order: equal files give equal bytes.

    Raises CannotStart with every mistake of the first file that has one.
    """
    files = [(path, bytes_of(path, "the fixtures")) for path in paths]
    digest = blake2b(b"".join(b"%d:%b" % (len(data), data) for _, data in files), digest_size=16).hexdigest()
    with closing(Database.in_memory(image)) as database:
        with database.transaction() as connection:
            connection.execute(_STOP_CLOCK)
        space = Space("fixtures", database, image)
        for path, data in files:
            try:
                _load(space, "", data)
            except Mistaken as error:
                raise StartupError(_in_one_line(path, error.mistakes)) from error
        with database.transaction() as connection:
            connection.execute(_LEAVE_CLOCK, {"digest": digest})
        return database.image()


def _in_one_line(path: Path, mistakes: list[Mistake]) -> str:
    told = (f"line {line}: {f'{where}: ' if where else ''}{message}" for line, where, message in mistakes)
    return f"{path}, {'; '.join(told)}"


def _load(space: Space, base: str, data: bytes) -> Made:
    from ledgersim.world.fixture_rows import KINDS, Loading

    fixtures = _read(data)
    made: Made = {}
    with space.transaction() as connection:
        to = Loading(connection, space, base)
        for vendor, kind, add in KINDS:
            for number, item in enumerate(getattr(getattr(fixtures, vendor), kind)):
                try:
                    row = add(to, item)
                except Problem as problem:
                    status = CONFLICT.status if problem.status == CONFLICT.status else VALIDATION.status
                    raise _mistaken(status, data, _refused(problem, (vendor, kind, number))) from problem
                made.setdefault(vendor, {}).setdefault(kind, []).append(row)
    return made


def _read(data: bytes) -> "Fixtures":
    from ledgersim.world.fixture_model import Fixtures
    from ledgersim.world.fixture_text import Unreadable, read

    try:
        value = read(data)
    except Unreadable as error:
        raise Mistaken(VALIDATION.status, [Mistake(error.line, "", error.reason)]) from error
    places = list(_unknown_members(Fixtures, value))
    unknown = [(where, _no_such_member(Fixtures, where)) for where in places[:MAX_MISTAKES]]
    try:
        fixtures = Fixtures.model_validate(value)
    except ValidationError as error:
        found = [*_invalid(Fixtures, error), *unknown]
        raise _mistaken(VALIDATION.status, data, found, error.error_count() + len(places)) from error
    if unknown:
        raise _mistaken(VALIDATION.status, data, unknown, len(places))
    return fixtures


def _mistaken(status: int, data: bytes, found: list[tuple[Where, str]], total: int = 0) -> Mistaken:
    """The first of the mistakes found, in the order of their lines, and how many more there are."""
    from ledgersim.world.fixture_text import line_of

    found = found[:MAX_MISTAKES]
    more = total - len(found)
    lines = line_of(data, [where for where, _ in found])
    mistakes = [
        Mistake(line, field_path(where), message) for line, (where, message) in zip(lines, found, strict=True)
    ]
    mistakes.sort(key=lambda mistake: mistake.line)
    if more > 0:
        mistakes.append(Mistake(mistakes[-1].line, "", f"and {more} more mistakes"))
    return Mistaken(status, mistakes)


def _refused(problem: Problem, item: Where) -> list[tuple[Where, str]]:
    """The mistakes that a vendor found in an item; an imported case is [0] of its import."""
    found = [
        ((*item, *_steps(name.removeprefix("[0]"))), message)
        for name, messages in problem.errors.items()
        for message in messages
    ]
    return found or [(item, problem.detail.removeprefix("[0].") or problem.title)]


def _steps(name: str) -> Iterator[int | str]:
    for index, member in _STEP.findall(name):
        yield int(index) if index else member


def _invalid(model: type[BaseModel], error: ValidationError) -> Iterator[tuple[Where, str]]:
    for one in error.errors(include_url=False, include_context=False)[:MAX_MISTAKES]:
        where, message = one["loc"], MESSAGES.get(one["type"], one["msg"].removeprefix("Value error, "))
        if one["type"] == "string_type" and one["input"] is not None:
            message = f"{message}: put it in quotes"
        elif one["type"] == "extra_forbidden":
            message = _no_such_member(model, where)
        yield where, message


def _no_such_member(model: type[BaseModel], where: Where) -> str:
    nearest = get_close_matches(str(where[-1])[:100], _members(model, where[:-1]), n=1)
    hint = f"; did you mean {nearest[0]}?" if nearest else ""
    return f"there is no such member{hint}"


def _unknown_members(model: type[BaseModel], value: Any, where: Where = ()) -> Iterator[Where]:
    """Where a value has members that the vendor's request would ignore."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown_members(model, item, (*where, index))
    elif isinstance(value, dict):
        any_case = issubclass(model, RequestModel) and model.in_any_case
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if any_case:
            fields = {name.lower(): field for name, field in fields.items()}
        for name, item in value.items():
            field = fields.get(name.lower() if any_case else name)
            if field is not None:
                inner = _model_in(field.annotation)
                if inner is not None:
                    yield from _unknown_members(inner, item, (*where, name))
            elif model.model_config.get("extra") != "forbid":  # else pydantic finds it
                yield (*where, name)


def _members(model: type[BaseModel], where: Where) -> list[str]:
    """What the object at a place may have."""
    for step in where:
        for name, member in model.model_fields.items():
            if step in (name, member.alias):
                model = _model_in(member.annotation) or model
    return [member.alias or name for name, member in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
