"""Which operations, statuses, problems and members a server has met, over all spaces, and what is undocumented.

A request costs next to nothing here: members are kept as sets of the names that the models know, so that a body
is compared with what has been sent before, and clients cannot make the sets grow.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from ledgersim.diagnostics.codes import CODES
from ledgersim.diagnostics.journal import Record
from ledgersim.http.lenient_parsing import Models, inner_models, member_names

MAX_UNDOCUMENTED = 1_000  # different findings that are counted
MAX_PLACE = 200  # characters of a place in a finding
UNKNOWN_OPERATION = "unknown-operation"

_INDEX = re.compile(r"\[\d+\]")


class Undocumented(NamedTuple):
    """What a client sent that the vendor does not document: the code of a diagnostic, or of an operation."""

    mount: str | None
    operation: str | None
    code: str
    where: str


class SentMembers:
    """The members that were sent of a body with these models, each in the documented spelling."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._spelling = {name.lower(): name for name in member_names(models)}
        self._sent: set[str] = set()
        self._within: dict[str, SentMembers] = {}

    def add(self, value: Any) -> None:
        """Note the members of an object, or of each object of an array."""
        if isinstance(value, list):
            for one in value:
                self.add(one)
        elif isinstance(value, dict):
            if not value.keys() <= self._sent:
                value = self._documented(value)
                self._learn(value.keys() - self._sent)
            for name in value.keys() & self._within.keys():
                self._within[name].add(value[name])

    def _documented(self, value: dict[str, Any]) -> dict[str, Any]:
        """The members that the models know, in their spelling."""
        known = ((self._spelling.get(name.lower()), item) for name, item in value.items())
        return {name: item for name, item in known if name is not None}

    def _learn(self, names: Iterable[str]) -> None:
        for name in names:
            if models := inner_models(self._models, name):
                self._within[name] = SentMembers(models)
            self._sent.add(name)

    def paths(self, prefix: str = "") -> Iterator[str]:
        """The names of all members that were sent, those of inner objects after a dot."""
        for name in [*self._sent]:  # a thread may add some at the same time
            yield prefix + name
        for name, inner in [*self._within.items()]:
            yield from inner.paths(f"{prefix}{name}.")


class Coverage:
    """Counts responses by operation and status, problems, and what is undocumented; notes what was sent."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Reset all counts."""
        self.responses: Counter[tuple[str, int]] = Counter()
        self.problems: Counter[tuple[str | None, str | None, str]] = Counter()
        self.undocumented: Counter[Undocumented] = Counter()
        self.members: dict[str, SentMembers] = {}
        self.parameters: dict[str, set[str]] = {}

    def count(self, mount: str | None, record: Record) -> None:
        """Count the vendor's own response, including one that a fault withheld, but not what a fault sent."""
        status = record.withheld if record.from_simulator else record.status or record.withheld
        operation = record.operation
        if operation is not None and status is not None:
            self.responses[operation, status] += 1
        elif operation is None and not record.faults:
            self._count(Undocumented(mount, None, UNKNOWN_OPERATION, f"{record.method} {record.path}"))
        if record.problem is not None and not record.from_simulator:
            self.problems[mount, operation, record.problem] += 1
        for code, where, _ in record.diagnostics:
            if code in CODES:
                self._count(Undocumented(mount, operation, code, _INDEX.sub("", where).removeprefix(".")))

    def _count(self, found: Undocumented) -> None:
        found = found._replace(where=found.where[:MAX_PLACE])
        if found in self.undocumented or len(self.undocumented) < MAX_UNDOCUMENTED:
            self.undocumented[found] += 1

    def add_body(self, operation: str, models: Models, value: Any) -> None:
        """Note the members of a request's body."""
        sent = self.members.get(operation)
        if sent is None:
            sent = self.members[operation] = SentMembers(models)
        sent.add(value)

    def add_query(self, operation: str, names: Iterable[str], documented: frozenset[str]) -> None:
        """Note the query parameters of a request."""
        self.parameters.setdefault(operation, set()).update(documented.intersection(names))


def documented_members(models: Models, prefix: str = "", outer: Models = ()) -> Iterator[str]:
    """The names of all members that a body may have; models within themselves are not repeated."""
    for name in dict.fromkeys(member_names(models)):
        yield prefix + name
        inner = tuple(one for one in inner_models(models, name) if one not in (*outer, *models))
        if inner:
            yield from documented_members(inner, f"{prefix}{name}.", (*outer, *models))
