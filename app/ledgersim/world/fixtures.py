"""Loads fixtures: the user's own data for the vendors, from YAML or JSON.

Items have the members and follow the rules of the vendors' requests, but a file is stored completely or not at
all, and unknown members are errors. PyYAML, which is slow to import, is imported only to load a file.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, Field, ValidationError, create_model
from sqlalchemy import Connection, bindparam, update

from ledgersim.errors import StartupError, did_you_mean
from ledgersim.http.vendor_app import MESSAGES
from ledgersim.plugin import Vendor, resolve
from ledgersim.problems import CONFLICT, VALIDATION, Problem, field_path, locations
from ledgersim.schemas import RequestModel
from ledgersim.spaces.models import STATE
from ledgersim.spaces.space import Space
from ledgersim.storage.database import Database
from ledgersim.storage.images import Image
from ledgersim.storage.statements import Row
from ledgersim.world.definition import bytes_of

Created = dict[str, dict[str, list[Row]]]  # by vendor and kind
Location = tuple[int | str, ...]
Link = Callable[[str], str]

MAX_REPORTED = 20  # mistakes in one file

# While files are loaded the clock is frozen at midnight of the world's date; it runs once a space is opened.
_FREEZE_CLOCK = update(STATE).values(
    clock_mode="frozen", clock_offset_microseconds=0, clock_frozen_at=STATE.c.clock_floor
)
_UNFREEZE_CLOCK = update(STATE).values(
    clock_mode="real",
    clock_offset_microseconds=None,
    clock_frozen_at=None,
    fixtures_digest=bindparam("digest"),
)
_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


class Mistake(NamedTuple):
    """A mistake in a file: its line, the path of the member, empty for the text itself, and a message."""

    line: int
    path: str
    message: str


class FixtureError(Exception):
    """Why nothing of a file was stored. `status` is 400, or 409 if an item conflicts with existing data."""

    def __init__(self, status: int, mistakes: list[Mistake]) -> None:
        super().__init__(mistakes)
        self.status, self.mistakes = status, mistakes


class FixtureContext(NamedTuple):
    """The context of creating a fixture: transaction, space, the vendor's mount, and how paths become URLs."""

    connection: Connection
    space: Space
    mount: str
    link: Link  # of a path with the mount

    def url(self, path: str) -> str:
        """A link to a path of the vendor."""
        return self.link(self.mount + path)


class FixtureKind(NamedTuple):
    """A list in a fixtures file, under the vendor's name.

    `create` stores one item and returns its identifiers. It raises the same Problems as the equivalent request.
    """

    name: str
    model: type[BaseModel]
    create: Callable[[FixtureContext, Any], Row]


def load(vendors: Sequence[Vendor], space: Space, link: Link, data: bytes) -> Created:
    """Store the fixtures in a text. Returns the created items by vendor and kind, with URLs made by `link`.

    Raises a 400 or 409 Problem that lists every mistake with its line.
    """
    try:
        return _load(vendors, space, link, data)
    except FixtureError as error:
        errors: dict[str, list[str]] = {}
        for line, path, message in error.mistakes:
            errors.setdefault(path or "body", []).append(f"line {line}: {message}")
        raise (CONFLICT if error.status == CONFLICT.status else VALIDATION).with_errors(errors) from error


def seeded(vendors: Sequence[Vendor], image: Image, paths: Sequence[Path]) -> bytes:
    """The image of a world with the fixtures of files, loaded in order. Equal files give equal bytes.

    Raises StartupError with every mistake in the first invalid file.
    """
    files = [(path, bytes_of(path, "the fixtures")) for path in paths]
    digest = blake2b(b"".join(b"%d:%b" % (len(data), data) for _, data in files), digest_size=16).hexdigest()
    with closing(Database.in_memory(image)) as database:
        with database.transaction() as connection:
            connection.execute(_FREEZE_CLOCK)
        space = Space("fixtures", database, image)
        for path, data in files:
            try:
                _load(vendors, space, str, data)
            except FixtureError as error:
                raise StartupError(_in_one_line(path, error.mistakes)) from error
        with database.transaction() as connection:
            connection.execute(_UNFREEZE_CLOCK, {"digest": digest})
        return space.current_image()


def _in_one_line(path: Path, mistakes: list[Mistake]) -> str:
    lines = (f"line {line}: {f'{member}: ' if member else ''}{message}" for line, member, message in mistakes)
    return f"{path}, {'; '.join(lines)}"


def _load(vendors: Sequence[Vendor], space: Space, link: Link, data: bytes) -> Created:
    kinds = {vendor: resolve(vendor.fixtures) for vendor in vendors}
    fixtures = _read(kinds, data)
    created: Created = {}
    with space.transaction() as connection:
        for vendor in vendors:
            context = FixtureContext(connection, space, vendor.mount, link)
            for kind in kinds[vendor]:
                for number, item in enumerate(getattr(getattr(fixtures, vendor.name), kind.name)):
                    try:
                        row = kind.create(context, item)
                    except Problem as problem:
                        status = CONFLICT.status if problem.status == CONFLICT.status else VALIDATION.status
                        found = _problem_mistakes(problem, (vendor.name, kind.name, number))
                        raise _fixture_error(status, data, found) from problem
                    created.setdefault(vendor.name, {}).setdefault(kind.name, []).append(row)
    return created


@cache
def _model(kinds: tuple[tuple[str, tuple[FixtureKind, ...]], ...]) -> type[BaseModel]:
    """The model of a file: an object for each vendor, with a list for each kind."""
    members: dict[str, Any] = {}
    for name, lists in kinds:
        fields: dict[str, Any] = {kind.name: (list[kind.model], []) for kind in lists}  # type: ignore[name-defined]
        model = create_model(name.title(), __base__=RequestModel, **fields)
        members[name] = (model, Field(default_factory=model))
    fixtures = create_model("Fixtures", __base__=RequestModel, **members)
    fixtures.model_rebuild()  # before pydantic 2.12, members have no aliases until a model is compiled
    return fixtures


def _read(kinds: Mapping[Vendor, Sequence[FixtureKind]], data: bytes) -> BaseModel:
    from ledgersim.world.fixture_text import UnreadableError, read

    model = _model(tuple((vendor.name, tuple(lists)) for vendor, lists in kinds.items()))
    try:
        value = read(data)
    except UnreadableError as error:
        raise FixtureError(VALIDATION.status, [Mistake(error.line, "", error.reason)]) from error
    locations = list(_unknown_members(model, value))
    unknown = [(location, _unknown_member(model, location)) for location in locations[:MAX_REPORTED]]
    try:
        fixtures = model.model_validate(value)
    except ValidationError as error:
        found = [*_validation_mistakes(model, error), *unknown]
        total = error.error_count() + len(locations)
        raise _fixture_error(VALIDATION.status, data, found, total) from error
    if unknown:
        raise _fixture_error(VALIDATION.status, data, unknown, len(locations))
    return fixtures


def _fixture_error(status: int, data: bytes, found: list[tuple[Location, str]], total: int = 0) -> FixtureError:
    """The error for the first mistakes found, in the order of lines. `total` counts the unreported ones too."""
    from ledgersim.world.fixture_text import lines_of

    found = found[:MAX_REPORTED]
    more = total - len(found)
    lines = lines_of(data, [location for location, _ in found])
    mistakes = [
        Mistake(line, field_path(location), message)
        for line, (location, message) in zip(lines, found, strict=True)
    ]
    mistakes.sort(key=lambda mistake: mistake.line)
    if more > 0:
        mistakes.append(Mistake(mistakes[-1].line, "", f"and {more} more mistakes"))
    return FixtureError(status, mistakes)


def _problem_mistakes(problem: Problem, item: Location) -> list[tuple[Location, str]]:
    """The mistakes that a vendor's Problem names in an item. An imported case is [0] of its import."""
    found = [
        ((*item, *_steps(name.removeprefix("[0]"))), message)
        for name, messages in problem.errors.items()
        for message in messages
    ]
    return found or [(item, problem.detail.removeprefix("[0].") or problem.title)]


def _steps(name: str) -> Iterator[int | str]:
    for index, member in _STEP.findall(name):
        yield int(index) if index else member


def _validation_mistakes(model: type[BaseModel], error: ValidationError) -> Iterator[tuple[Location, str]]:
    for one in error.errors(include_url=False)[:MAX_REPORTED]:
        location, message = one["loc"], MESSAGES.get(one["type"], one["msg"].removeprefix("Value error, "))
        if one["type"] == "string_type" and one["input"] is not None:
            message = f"{message}: put it in quotes"
        elif one["type"] == "extra_forbidden":
            message = _unknown_member(model, location)
        for place in locations(one):
            yield place, message


def _unknown_member(model: type[BaseModel], location: Location) -> str:
    hint = did_you_mean(str(location[-1])[:100], _members(model, location[:-1]), otherwise="")
    return "; ".join(filter(None, ("unknown member", hint)))


def _unknown_members(model: type[BaseModel], value: Any, location: Location = ()) -> Iterator[Location]:
    """The locations of members that the vendor's request would ignore."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown_members(model, item, (*location, index))
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
                    yield from _unknown_members(inner, item, (*location, name))
            elif model.model_config.get("extra") != "forbid":  # otherwise pydantic reports it
                yield (*location, name)


def _members(model: type[BaseModel], location: Location) -> list[str]:
    """The members of the object at a location."""
    for step in location:
        for name, member in model.model_fields.items():
            if step in (name, member.alias):
                model = _model_in(member.annotation) or model
    return [member.alias or name for name, member in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
