"""A finding: one difference, with its level and a fingerprint that stays the same from run to run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

Level = Literal["error", "warning", "info"]
Kind = Literal[
    "operation",
    "path",
    "method",
    "parameter",
    "member",
    "type",
    "nullability",
    "enum",
    "required",
    "format",
    "status",
]
Direction = Literal["theirs only", "ours only", "differing"]

LEVELS: tuple[Level, ...] = ("error", "warning", "info")


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference between what the simulator documents (`ours`) and the vendor (`theirs`).

    `part` is the part of the operation, such as `request`, `response 200` or `query $top`, and `member` the
    place in it, such as `value[].city`. The level says what the difference does to a client that works with
    the simulator: an error breaks it, a warning may break it, an info does not.
    """

    level: Level
    kind: Kind
    direction: Direction
    operation: str
    part: str = ""
    member: str = ""
    ours: str = ""
    theirs: str = ""
    provenance: str = ""

    @property
    def fingerprint(self) -> str:
        """Stable as long as both sides stay as they are. It begins with a letter: YAML reads it as a string.

        A member that one side lacks has the same fingerprint in documents and in answers, for any value.
        """
        is_place = self.kind == "member" and self.direction != "differing"
        values = ("", "") if is_place else (self.ours, self.theirs)
        named = (self.kind, self.direction, self.operation, self.part, self.member, *values)
        return f"f{sha256(chr(0).join(named).encode()).hexdigest()[:12]}"

    @property
    def place(self) -> str:
        """Where in the operation it is."""
        return f"{self.part}: {self.member}" if self.part and self.member else self.part or self.member

    @property
    def change(self) -> str:
        """What differs, from ours to theirs."""
        if self.direction == "theirs only":
            return f"+ {self.theirs}" if self.theirs else "+"
        if self.direction == "ours only":
            return f"- {self.ours}" if self.ours else "-"
        return f"{self.ours} → {self.theirs}"

    @property
    def message(self) -> str:
        """One line of printable characters, without the operation."""
        return printable(
            " ".join(part for part in (self.kind, self.direction, self.place, self.change) if part)
        )


def printable(text: str) -> str:
    """A text for terminals and XML: what comes from a specification may hold control characters."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def at_least(level: Level, findings: Iterable[Finding]) -> list[Finding]:
    """The findings of a level and those above it."""
    return [one for one in findings if LEVELS.index(one.level) <= LEVELS.index(level)]


def without_ignored(findings: Sequence[Finding], ignored: Mapping[str, str]) -> tuple[list[Finding], list[str]]:
    """The findings that are not ignored, and the ignored fingerprints that no finding has."""
    kept = [one for one in findings if one.fingerprint not in ignored]
    known = {one.fingerprint for one in findings}
    return kept, [one for one in ignored if one not in known]
