"""Lenient parsing: what is accepted although the API does not document it, with a diagnostic.

Pydantic's `extra="forbid"` would validate every body a second time, name members that another model of a union
knows, and still leave repeated members and rounded values to this walk.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from urllib.parse import quote, unquote_plus

from fastapi.dependencies.models import Dependant
from pydantic import BaseModel

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.errors import did_you_mean
from ledgersim.problems import VALIDATION, field_path
from ledgersim.schemas import RequestModel, Tolerated
from ledgersim.spaces.space import Space

MAX_NAME = 80  # characters of a client-supplied name that an error message quotes
MAX_CLASHES = 1_000  # members in several spellings that a response lists

Models = tuple[type[RequestModel], ...]
Where = tuple[str | int, ...]


class Repeated(dict[str, Any]):
    """A JSON object that has a member more than once; the last one counts."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.sent = [name for name, _ in pairs]


@dataclass(frozen=True, slots=True)
class _Member:
    """What there is to look at in a member: objects within, and values that are not taken as they are."""

    models: Models = ()
    marks: tuple[Tolerated, ...] = ()


@dataclass(frozen=True, slots=True)
class _Schema:
    """The members that an object may have, by their names, in lower case where any case is read."""

    members: Mapping[str, _Member]
    plain: frozenset[str]  # those in which there is nothing to look at
    spelled: tuple[str, ...]
    any_case: bool
    refuses: bool  # unknown members, so that they need no note
    in_lower_case: Mapping[str, str]  # the spelling of each member


_PLAIN = _Member()


def models_in(annotation: Any) -> Models:
    """The models that may stand where a type annotation does: alone, in a list, or one of several."""
    return tuple(
        part for part in _parts(annotation) if isinstance(part, type) and issubclass(part, RequestModel)
    )


def _parts(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in (Annotated, list, Union, UnionType):
        for part in get_args(annotation):
            yield from _parts(part)
    else:
        yield annotation


@cache
def _schema(models: Models) -> _Schema:
    any_case = any(model.in_any_case for model in models)
    members: dict[str, _Member] = {}
    spelled: list[str] = []
    for model in models:
        for name, field in model.model_fields.items():
            spelled.append(field.alias or name)
            key = spelled[-1].lower() if any_case else spelled[-1]
            parts = [*_parts(field.annotation), *field.metadata]
            marks = tuple(part for part in parts if isinstance(part, Tolerated))
            known = members.get(key, _PLAIN)
            members[key] = _Member(known.models + models_in(field.annotation), known.marks + marks)
    plain = frozenset(name for name, member in members.items() if member == _PLAIN)
    refuses = any(model.model_config.get("extra") == "forbid" for model in models)
    in_lower_case = {} if any_case or refuses else {name.lower(): name for name in spelled}
    return _Schema(members, plain, tuple(spelled), any_case, refuses, in_lower_case)


def member_names(models: Models) -> tuple[str, ...]:
    """The members that an object with these models may have, as the models spell them."""
    return _schema(models).spelled


def inner_models(models: Models, name: str) -> Models:
    """The models of the objects within a member."""
    schema = _schema(models)
    return schema.members[name.lower() if schema.any_case else name].models


def about_body(models: Models, value: Any, space: Space | None, where: Where = ()) -> Iterator[Diagnostic]:
    """Members that these models do not know, members sent twice, and values that are not taken as they are.

    Looks no deeper than the models go. What is known of some values depends on the space.
    """
    if not models:
        return
    schema = _schema(models)
    if isinstance(value, dict):
        if not _is_plain(schema, value):
            yield from _about_object(schema, value, space, where)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            if isinstance(one, dict) and not _is_plain(schema, one):
                yield from _about_object(schema, one, space, (*where, index))


def _is_plain(schema: _Schema, value: dict[str, Any]) -> bool:
    """Whether there is nothing to look at in an object, as in most."""
    return value.keys() <= schema.plain and type(value) is dict and not schema.any_case


def _about_object(
    schema: _Schema, value: dict[str, Any], space: Space | None, where: Where
) -> Iterator[Diagnostic]:
    if schema.any_case or isinstance(value, Repeated):
        for name in _sent_twice(value, schema.any_case):
            message = "This member was sent more than once: the last one counts. Send it once."
            yield Diagnostic("duplicate-member", _place(where, name), message)
    for name in [name for name in value if name not in schema.plain]:
        key, item = name.lower() if schema.any_case else name, value[name]
        member = schema.members.get(key)
        if member is None and (known := schema.in_lower_case.get(name.lower())) is not None:
            member = schema.members[known]
            message = f"The API spells this member {known}, and it was read as such. Send {known}."
            yield Diagnostic("member-case", _place(where, name), message)
        if member is not None:
            if member.models:
                yield from about_body(member.models, item, space, (*where, name))
            for mark in member.marks if item is not None else ():
                if (why := mark.remark(item, space)) is not None:
                    yield Diagnostic(mark.code, _place(where, name), why)
        elif not schema.refuses:
            yield Diagnostic(
                "unknown-member", _place(where, name), _about_unknown(name[:MAX_NAME], schema.spelled)
            )


def respell(models: Models, value: Any) -> None:
    """Rename members that were sent in another letter case, at any depth, to the spelling of their models.

    Raises a 400 Problem for members that were sent in several spellings.
    """
    clashes = {place: [message] for place, message in islice(_respell(models, value, ()), MAX_CLASHES)}
    if clashes:
        raise VALIDATION.with_errors(clashes)


def _respell(models: Models, value: Any, where: Where) -> Iterator[tuple[str, str]]:
    if not models:
        return
    schema = _schema(models)
    for index, one in enumerate(value) if isinstance(value, list) else [(None, value)]:
        if not isinstance(one, dict):
            continue
        place = where if index is None else (*where, index)
        for name in [name for name in one if name not in schema.members]:
            known = schema.in_lower_case.get(name.lower())
            if known in one:
                message = f"This member was sent in several spellings. Send it once, as {known}"
                yield _place(place, name), message
            elif known is not None:
                one[known] = one.pop(name)
        for name, item in one.items():
            member = schema.members.get(name.lower() if schema.any_case else name, _PLAIN)
            yield from _respell(member.models, item, (*place, name))


def _place(where: Where, name: str) -> str:
    return field_path((*where, name[:MAX_NAME]))


def _sent_twice(value: dict[str, Any], any_case: bool) -> Iterator[str]:
    sent = value.sent if isinstance(value, Repeated) else list(value)
    names = [name.lower() for name in sent] if any_case else sent
    if len(set(names)) < len(names):
        spelled = dict(zip(names, sent, strict=True))
        yield from (spelled[name] for name, times in Counter(names).items() if times > 1)


@lru_cache(maxsize=1024)
def _about_unknown(name: str, names: tuple[str, ...]) -> str:
    hint = did_you_mean(name, names, "leave it out.")
    return f"The operation has no such member here, and ignored it. {hint[0].upper()}{hint[1:]}"


def about_media_type(content_type: str) -> Iterator[Diagnostic]:
    """A body that came without a media type, or with another one than JSON's own."""
    kind, *parameters = (part.strip().lower() for part in content_type.split(";"))
    if not kind:
        message = "The body came without a media type and was read as JSON. Send application/json."
        yield Diagnostic("missing-media-type", "Content-Type", message)
    elif kind != "application/json":
        message = f"{kind[:MAX_NAME]} was read as JSON. Send application/json."
        yield Diagnostic("media-type", "Content-Type", message)
    for parameter in parameters:
        name, _, charset = parameter.partition("=")
        if name.strip() == "charset" and charset.strip(' "') not in ("utf-8", "utf8"):
            message = f"The charset {charset[:MAX_NAME]} was read as UTF-8. Send UTF-8, and no charset."
            yield Diagnostic("media-type", "Content-Type", message)


def parameters_of(dependant: Dependant) -> Iterator[str]:
    """Names of the query parameters that an operation takes, its dependencies' among them."""
    for parameter in dependant.query_params:
        model = parameter.field_info.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            yield from (field.alias or name for name, field in model.model_fields.items())
        else:
            yield parameter.alias
    for inner in dependant.dependencies:
        yield from parameters_of(inner)


def respell_query(query: bytes, takes: Collection[str]) -> bytes:
    """The query with its parameters in the spelling of the operation: their names match in any letter case."""
    spelling = {name.lower(): name for name in takes}
    parts = query.split(b"&")
    for number, part in enumerate(parts):
        name, equals, value = part.partition(b"=")
        sent = unquote_plus(name.decode("latin-1"))
        known = spelling.get(sent.lower(), sent)
        if known != sent and sent not in takes:
            parts[number] = quote(known).encode() + equals + value
    return b"&".join(parts)


def about_query(names: Sequence[str], takes: frozenset[str]) -> Iterator[Diagnostic]:
    """Query parameters that an operation does not take, and those sent twice."""
    if len(takes.intersection(names)) == len(names):  # as in most
        return
    for name, times in Counter(names).items():
        if name and name not in takes:
            known = f"takes {', '.join(sorted(takes))}" if takes else "takes no parameters"
            message = f"This parameter was ignored: the operation {known}."
            yield Diagnostic("unknown-parameter", name[:MAX_NAME], message)
        elif times > 1 and name:
            message = "This parameter was sent more than once: the last one counts. Send it once."
            yield Diagnostic("duplicate-parameter", name[:MAX_NAME], message)
