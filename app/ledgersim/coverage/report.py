"""The report of a server's coverage: its figures, and what falls short of bounds and requirements."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple

from ledgersim.errors import StartupError, did_you_mean
from ledgersim.testing.calls import AdminApiError, Calls

MEASURES = ("operations", "statuses", "problems", "members")

_STATUS = re.compile(r"[1-5]\d\d")
_UNREADABLE = "is not a ledgersim server of this version"


class Measure(NamedTuple):
    """How many of the documented things tests have met."""

    met: int
    of: int

    @property
    def percent(self) -> float:
        """100 if there is nothing to meet."""
        return 100 * self.met / self.of if self.of else 100.0


@dataclass(frozen=True)
class Operation:
    """The coverage of one operation. `sent` and `unsent` are members of the body and query parameters."""

    name: str
    responses: Mapping[str, int]
    never: Sequence[str]
    problems: Mapping[str, int]
    sent: Sequence[str]
    unsent: Sequence[str]

    @property
    def statuses(self) -> list[str]:
        """All statuses that it returned or could return."""
        return sorted([*self.responses, *self.never])


@dataclass(frozen=True)
class Vendor:
    """The coverage of one vendor."""

    name: str
    operations: Sequence[Operation]
    met: Mapping[str, int]  # problems
    unmet: Sequence[str]

    def measures(self) -> dict[str, Measure]:
        """The figures by name."""
        called = sum(bool(one.responses) for one in self.operations)
        responses = sum(len(one.responses) for one in self.operations)
        statuses = sum(len(one.statuses) for one in self.operations)
        sent = sum(len(one.sent) for one in self.operations)
        unsent = sum(len(one.unsent) for one in self.operations)
        return {
            "operations": Measure(called, len(self.operations)),
            "statuses": Measure(responses, statuses),
            "problems": Measure(len(self.met), len(self.met) + len(self.unmet)),
            "members": Measure(sent, sent + unsent),
        }


@dataclass(frozen=True)
class Undocumented:
    """What requests had and the vendor does not document."""

    operation: str  # empty for a path that no operation has
    code: str
    where: str
    count: int


@dataclass(frozen=True)
class Report:
    """The coverage of some vendors, and findings: a sentence for each bound or requirement that is not met."""

    vendors: Sequence[Vendor]
    undocumented: Sequence[Undocumented]
    findings: Sequence["Finding"] = ()

    def measures(self) -> dict[str, Measure]:
        """The figures of all vendors together."""
        of_vendors = [vendor.measures() for vendor in self.vendors]
        return {
            name: Measure(sum(one[name].met for one in of_vendors), sum(one[name].of for one in of_vendors))
            for name in MEASURES
        }


class Finding(NamedTuple):
    """What falls short, and the operation that it is about, if it is about one."""

    operation: str
    message: str


def fetch(url: str, token: str | None) -> dict[str, Any]:
    """The coverage that a server reports. Raises StartupError."""
    try:
        content = Calls(f"{url}/_sim", token)("GET", "/coverage")
    except AdminApiError as error:
        raise StartupError(f"{url}/_sim/coverage returned {error}") from error
    except TimeoutError as error:
        raise StartupError(f"{url} did not respond in time") from error
    except OSError as error:
        raise StartupError(f"{url} cannot be reached: {error.strerror or error}") from error
    except (HTTPException, ValueError) as error:
        raise StartupError(f"{url} {_UNREADABLE}") from error
    if not (isinstance(content, dict) and "vendors" in content and "undocumented" in content):
        raise StartupError(f"{url} {_UNREADABLE}")
    return content


def read(content: Mapping[str, Any], vendors: Sequence[str]) -> Report:
    """The report on these vendors, or on all if none is named. Raises StartupError for an unknown one."""
    for name in vendors:
        if name not in content["vendors"]:
            raise StartupError(f"--vendor is {name!r}; it must be one of {', '.join(content['vendors'])}")
    chosen = vendors or list(content["vendors"])
    undocumented = [
        Undocumented(one.get("operation", ""), one["code"], _printable(one["where"]), one["count"])
        for one in content["undocumented"]
        if not vendors or one.get("vendor") in vendors
    ]
    return Report([_vendor(name, content["vendors"][name]) for name in chosen], undocumented)


def _printable(text: str) -> str:
    """A text from a client without control characters."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _vendor(name: str, content: Mapping[str, Any]) -> Vendor:
    operations = [
        Operation(
            operation,
            one["responses"],
            [str(status) for status in one["never"]],
            one["problems"],
            one["parameters"]["sent"] + one["members"]["sent"],
            one["parameters"]["never"] + one["members"]["never"],
        )
        for operation, one in content["operations"].items()
    ]
    return Vendor(name, operations, content["problems"]["met"], content["problems"]["never"])


def bounds_of(texts: Iterable[str]) -> dict[str, float]:
    """The least percentage of each measure, from texts such as `80` and `members=50`. Raises StartupError."""
    bounds = {}
    for text in texts:
        name, equals, number = text.rpartition("=")
        try:
            percent = float(number)
        except ValueError:
            percent = -1
        if not 0 <= percent <= 100 or (equals and name not in MEASURES):
            raise StartupError(
                f"--fail-under is {text!r}; it must be a percentage of the operations such as 80, or of "
                f"{', '.join(MEASURES[1:-1])} or {MEASURES[-1]} such as {MEASURES[-1]}=50"
            )
        bounds[name or MEASURES[0]] = percent
    return bounds


def below_bounds(report: Report, bounds: Mapping[str, float]) -> Iterator[Finding]:
    """A finding for each measure below its bound."""
    measures = report.measures()
    for name, least in bounds.items():
        found = measures[name]
        if found.percent < least:
            yield Finding("", f"{found.met} of {found.of} {name} are {found.percent:.1f} %, below {least:g} %")


def missing(report: Report, file: Path) -> Iterator[Finding]:
    """A finding for each requirement of a file that is not met. Raises StartupError for an invalid file.

    A line names an operation, or several by `*`, and then what must have been met: statuses, problem codes,
    members and query parameters. `#` begins a comment.
    """
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StartupError(f"--require {file} is not UTF-8") from error
    except OSError as error:
        raise StartupError(f"--require {file} cannot be read: {error.strerror}") from error
    operations = {one.name: (vendor, one) for vendor in report.vendors for one in vendor.operations}
    for number, line in enumerate(text.splitlines(), 1):
        pattern, *words = line.partition("#")[0].split() or [""]
        if not pattern:
            continue
        try:
            names = [name for name in operations if fnmatchcase(name, pattern)]
            if not names:
                raise ValueError(f"unknown operation {pattern[:80]!r}; {_hint(pattern, operations)}")
            for name in names:
                yield from _missing(*operations[name], words)
        except ValueError as error:
            raise StartupError(f"--require {file}, line {number}: {error}") from error


def _hint(pattern: str, operations: Iterable[str]) -> str:
    return did_you_mean(pattern, operations, "`ledgersim routes` lists them")


def _missing(vendor: Vendor, operation: Operation, words: Iterable[str]) -> Iterator[Finding]:
    """What an operation has not met. Raises ValueError for a word that it cannot meet."""
    name = operation.name
    found = [*_unmet_words(vendor, operation, words)]
    if operation.responses:
        yield from (Finding(name, f"{name} {text}") for text in found)
    else:
        yield Finding(name, f"{name} was never called")


def _unmet_words(vendor: Vendor, operation: Operation, words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if _STATUS.fullmatch(word):
            if word not in operation.statuses:
                raise ValueError(
                    f"{operation.name} has no status {word}; it has {', '.join(operation.statuses)}"
                )
            if word in operation.never:
                yield f"never returned {word}"
        elif word in vendor.met or word in vendor.unmet:
            if word not in operation.problems:
                yield f"never met the problem {word}"
        elif word in operation.unsent:
            yield f"was never sent {word}"
        elif word not in operation.sent:
            names = [*operation.sent, *operation.unsent]
            hint = did_you_mean(word, names, "`ledgersim coverage --format json` lists its members")
            raise ValueError(f"{operation.name} has no status, problem or member {word[:80]!r}; {hint}")
