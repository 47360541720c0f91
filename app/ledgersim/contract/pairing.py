"""Which operations of two APIs are clearly the same, though path, version, method or names differ.

Surest signs first: the same address, the same id, the same address but for version, letter case and plurals.
What is left is compared by path, id and members, and paired only with the one operation that is much like it.
Last come addresses that differ only in a prefix or words that the pairs so far differ in, too.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache
from itertools import product
from typing import NamedTuple

from ledgersim.contract.model import Api, Operation, Schema

_LEAST = 0.6  # similarity of a pair, at most 1
_MARGIN = 0.1  # by which it exceeds that of any other pair of either operation
_SAME_VENDOR = 0.2  # of the operations of the smaller API that have a pair
_MAX_COMPARED = 250_000  # pairs of operations

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_VERSION = re.compile(r"v?\d+([._]\d+)*|api")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_WRITES = ("PUT", "POST", "PATCH")
_VERBS = {
    **dict.fromkeys(("get", "list", "find", "fetch", "read", "search", "query", "all"), "get"),
    **dict.fromkeys(("create", "add", "post", "put", "new", "insert", "save", "import"), "create"),
    **dict.fromkeys(("update", "patch", "edit", "modify", "change", "replace", "set"), "update"),
    **dict.fromkeys(("delete", "remove", "destroy"), "delete"),
}
_STOP_WORDS = ("by", "of", "for", "the", "a", "async", "id", "guid", "api")


class Pairing(NamedTuple):
    """Our operations with the vendor's, and those of each API that have no counterpart."""

    pairs: list[tuple[Operation, Operation]]
    ours_only: list[Operation]
    theirs_only: list[Operation]

    @property
    def is_same_vendor(self) -> bool:
        """Whether so many operations have a pair that both APIs are of one vendor."""
        least = min(len(self.ours_only), len(self.theirs_only)) + len(self.pairs)
        return bool(self.pairs) and len(self.pairs) >= _SAME_VENDOR * least


def pair(ours: Api, theirs: Api) -> Pairing:
    """Pair the operations of two APIs, each with one at most."""
    left, right = list(ours.operations), list(theirs.operations)
    found: list[tuple[Operation, Operation]] = []

    def take(pairs: Iterable[tuple[Operation, Operation]]) -> None:
        for one, other in pairs:
            found.append((one, other))
            left.remove(one)
            right.remove(other)

    for key in (_address, _id, _likely_address):
        take(_unique(left, right, key))
    if len(left) * len(right) <= _MAX_COMPARED:
        take(_similar(ours, theirs, left, right))
    prefix, renames = _prefix(found), _renames(found)
    addresses = {id(one): _likely_address(one) for one in left}
    for one in right:
        words = path_words(one.path)
        inside = words[len(prefix) :] if words[: len(prefix)] == prefix else words
        addresses[id(one)] = one.method, tuple(renames.get(word, word) for word in inside)
    take(_unique(left, right, lambda one: addresses[id(one)]))
    order = {id(one): number for number, one in enumerate(ours.operations)}
    found.sort(key=lambda one: order[id(one[0])])
    return Pairing(found, left, right)


def _prefix(pairs: Sequence[tuple[Operation, Operation]]) -> tuple[str, ...]:
    """The words that precede ours in paths, if all pairs that have some there agree."""
    found = set()
    for one, other in pairs:
        own, foreign = path_words(one.path), path_words(other.path)
        if len(foreign) > len(own) and foreign[-len(own) :] == own:
            found.add(foreign[: -len(own)])
    return found.pop() if len(found) == 1 else ()


def _renames(pairs: Sequence[tuple[Operation, Operation]]) -> dict[str, str]:
    """Our words for those in their paths, as far as all pairs with paths of one length agree."""
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        own, foreign = path_words(one.path), path_words(other.path)
        if len(own) == len(foreign):
            for word, theirs in zip(own, foreign, strict=True):
                found.setdefault(theirs, set()).add(word)
    return {theirs: word for theirs, words in found.items() if len(words) == 1 for word in words}


def _unique(
    left: Sequence[Operation], right: Sequence[Operation], key: Callable[[Operation], object]
) -> list[tuple[Operation, Operation]]:
    """The pairs that have a key in common that no other operation has."""
    keyed: dict[object, tuple[list[Operation], list[Operation]]] = {}
    for side, operations in enumerate((left, right)):
        for one in operations:
            keyed.setdefault(key(one), ([], []))[side].append(one)
    return [(ours[0], theirs[0]) for ours, theirs in keyed.values() if len(ours) == len(theirs) == 1]


def _address(operation: Operation) -> object:
    return operation.method, shape(operation.path)


def shape(path: str) -> str:
    """A path without letter case, the names of its placeholders and a trailing slash."""
    return _PLACEHOLDER.sub("{}", path).lower().rstrip("/")


def _id(operation: Operation) -> object:
    return operation.id.lower()


def _likely_address(operation: Operation) -> object:
    return operation.method, path_words(operation.path)


@cache
def path_words(path: str) -> tuple[str, ...]:
    """The segments of a path as words of one spelling, without versions."""
    words = ("{}" if "{" in segment else _word(segment) for segment in path.lower().split("/"))
    return tuple(word for word in words if word and not _VERSION.fullmatch(word))


@cache
def _word(text: str) -> str:
    """A word in lower case, without punctuation and plural."""
    word = re.sub(r"[^a-z0-9]", "", text.lower())
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "xes")):
        return word[:-2]
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


@cache
def _id_words(identifier: str) -> frozenset[str]:
    if "/" in identifier:  # it stands for a missing id
        return frozenset()
    words = (_word(one) for one in _WORDS.findall(identifier))
    known = (_VERBS.get(one, one) for one in words)
    return frozenset(one for one in known if one not in _STOP_WORDS and not _VERSION.fullmatch(one))


def _similar(
    ours: Api, theirs: Api, left: Sequence[Operation], right: Sequence[Operation]
) -> list[tuple[Operation, Operation]]:
    members = {id(one): _members(api, one) for api, some in ((ours, left), (theirs, right)) for one in some}
    scores = {
        (row, column): _similarity(one, other, members[id(one)], members[id(other)])
        for (row, one), (column, other) in product(enumerate(left), enumerate(right))
    }
    best = sorted((score, row, column) for (row, column), score in scores.items() if score >= _LEAST - _MARGIN)
    by_row: dict[int, list[float]] = {}
    by_column: dict[int, list[float]] = {}
    for score, row, column in best:
        by_row.setdefault(row, []).append(score)
        by_column.setdefault(column, []).append(score)

    def is_clear(score: float, others: list[float]) -> bool:
        return others[-1] == score and (len(others) == 1 or others[-2] <= score - _MARGIN)

    return [
        (left[row], right[column])
        for score, row, column in best
        if score >= _LEAST and is_clear(score, by_row[row]) and is_clear(score, by_column[column])
    ]


def _similarity(
    one: Operation, other: Operation, own: tuple[frozenset[str], ...], foreign: tuple[frozenset[str], ...]
) -> float:
    weighted = [(0.45, _path_similarity(path_words(one.path), path_words(other.path)))]
    if _id_words(one.id) and _id_words(other.id):
        weighted.append((0.25, _overlap(_id_words(one.id), _id_words(other.id))))
    weighted += [(0.3, _overlap(*two)) for two in zip(own, foreign, strict=True) if any(two)]
    weight = sum(part for part, _ in weighted)
    return _method_similarity(one.method, other.method) * sum(part * value for part, value in weighted) / weight


def _path_similarity(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    order = SequenceMatcher(None, one, other, autojunk=False).ratio()
    return (order + _overlap(frozenset(one), frozenset(other))) / 2 if one[-1:] == other[-1:] else 0.6 * order


def _method_similarity(one: str, other: str) -> float:
    if one == other:
        return 1
    return 0.9 if one in _WRITES and other in _WRITES else 0.6


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one or other else 0


def _members(api: Api, operation: Operation) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the members of a request, and of its responses of success, two levels deep."""
    answers = [one for status, one in operation.responses.items() if status.startswith("2")]
    return (
        frozenset(_names(api, operation.body, 2)),
        frozenset(name for one in answers for name in _names(api, one, 2)),
    )


def _names(api: Api, schema: Schema | None, levels: int) -> Iterable[str]:
    if schema is None:
        return
    schema = api.resolve(schema)
    if schema.items is not None:
        yield from _names(api, schema.items, levels)
    for name, member in schema.members.items():
        yield name.lower()
        if levels > 1:
            yield from _names(api, member, levels - 1)
