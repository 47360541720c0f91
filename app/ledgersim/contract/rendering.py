"""Findings → text, JSON, JUnit XML or annotations of GitHub Actions."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from ledgersim.contract.findings import LEVELS, Finding, Level, at_least, printable
from ledgersim.contract.pairing import shape

_ANNOTATIONS: Mapping[Level, str] = {"error": "error", "warning": "warning", "info": "notice"}
_SHOWN = 3  # operations or places of a line that many have in common
_MANY = 20  # findings, above which the counts come first
# Differences of which many share a line, though their places differ.
_MERGED = [
    *((kind, "differing") for kind in ("path", "parameter", "member", "nullability", "required", "format")),
    ("operation", "ours only"),
    ("operation", "theirs only"),
]
_NAMED = ("parameter", "member")  # what differs in its name alone


def render(findings: Sequence[Finding], style: str, fail_on: Level, title: str) -> str:
    """The findings in a format of `FORMATS`. `title` says what was compared."""
    return FORMATS[style](findings, fail_on, title)


def _text(findings: Sequence[Finding], _: Level, title: str) -> str:
    """How many findings of each kind there are, if they are many, and a line for each difference."""
    lines = []
    for text, same in alike(findings):
        known = some_of(sorted({one.provenance for one in same} - {""}))
        marks = " ".join(one.fingerprint for one in same[:_SHOWN]) + ("…" if len(same) > _SHOWN else "")
        source = f" ({known})" if known else ""
        lines.append(f"{same[0].level:8}{text}{source} [{marks}]")
    counts = _counts(findings) if len(findings) > _MANY else ()
    return "\n".join([*counts, *lines, _summary(findings, title), ""])


def alike(findings: Sequence[Finding]) -> Iterator[tuple[str, list[Finding]]]:
    """The findings by level and difference, each with a line of text.

    Operations that have a difference in common share the line, and so do many places that change alike.
    """
    for level in LEVELS:
        by_change: dict[tuple[str, ...], dict[str, list[Finding]]] = {}
        for one in findings:
            if one.level == level:
                by_message = by_change.setdefault(_change(one), {})
                by_message.setdefault(one.message, []).append(one)
        for by_message in by_change.values():
            same = [one for some in by_message.values() for one in some]
            limit = _MANY if same[0].kind == "operation" else _SHOWN
            if len(by_message) > limit and (same[0].kind, same[0].direction) in _MERGED:
                yield f"{_operations(same)}: {_shared(same, list(by_message.values()))}", same
            else:
                yield from ((f"{_operations(some)}: {message}", some) for message, some in by_message.items())


def _change(finding: Finding) -> tuple[str, ...]:
    """What findings that may share a line have in common."""
    change: tuple[str, ...] = (finding.change,)
    if finding.kind == "path":
        change = _prefixes(finding)
    elif finding.kind == "operation" or (finding.kind in _NAMED and finding.direction == "differing"):
        change = ()
    return finding.kind, finding.direction, finding.part.partition(" ")[0], *change


def _prefixes(finding: Finding) -> tuple[str, str]:
    """What differs at the beginning of two paths, if they end alike but for letter case and placeholders."""
    ours, theirs = finding.ours.split("/"), finding.theirs.split("/")
    while ours and theirs and shape(ours[-1]) == shape(theirs[-1]):
        ours.pop()
        theirs.pop()
    return "/".join([*ours, "…"]), "/".join([*theirs, "…"])


def _shared(same: Sequence[Finding], by_message: Sequence[Sequence[Finding]]) -> str:
    """The message of findings whose place differs, or whose paths do."""
    first = same[0]
    if first.kind == "operation":
        return f"operation {first.direction}"
    if first.kind == "path":
        ours, theirs = _prefixes(first)
        changed = f"{ours} → {theirs}" if ours != theirs else f"letter case, such as {first.change}"
        return printable(f"path differing {changed}")
    part = first.part.partition(" ")[0]
    if first.kind in _NAMED:
        names = some_of(list(dict.fromkeys(one.change for one in same)))
        return f"{first.kind} differing {part}: names {names}"
    places = some_of([one.member or one.part for one, *_ in by_message])
    return printable(f"{first.kind} {first.direction} {part}: {first.change} at ") + places


def _operations(findings: Sequence[Finding]) -> str:
    return some_of(list(dict.fromkeys(one.operation for one in findings)))


def _counts(findings: Sequence[Finding]) -> Iterator[str]:
    """A table of the findings by kind and level."""
    yield f"{'':12}" + "".join(f"{f'{level}s':>10}" for level in LEVELS)
    for kind in dict.fromkeys(one.kind for one in findings):
        counts = [sum((one.kind, one.level) == (kind, level) for one in findings) for level in LEVELS]
        yield f"{kind:12}" + "".join(f"{count:>10,}" for count in counts)
    yield ""


def _line(finding: Finding) -> str:
    source = f" ({finding.provenance})" if finding.provenance else ""
    return f"{finding.message}{source} [{finding.fingerprint}]"


def some_of(names: Sequence[str]) -> str:
    """The first names of many."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return printable(", ".join(names[:_SHOWN])) + more


def _summary(findings: Sequence[Finding], title: str) -> str:
    return f"{title}: {counted(findings) or 'no differences'}"


def counted(findings: Sequence[Finding]) -> str:
    """How many findings there are of each level; empty without any."""
    counts = [(sum(one.level == level for one in findings), level) for level in LEVELS]
    return ", ".join(f"{count} {level}{'s' if count != 1 else ''}" for count, level in counts if count)


def as_json(finding: Finding) -> dict[str, Any]:
    """A finding as a JSON object."""
    return {
        "level": finding.level,
        "kind": finding.kind,
        "direction": finding.direction,
        "operation": finding.operation,
        "part": finding.part,
        "member": finding.member,
        "ours": finding.ours,
        "theirs": finding.theirs,
        "provenance": finding.provenance,
        "fingerprint": finding.fingerprint,
    }


def _json(findings: Sequence[Finding], fail_on: Level, title: str) -> str:
    content = {
        "compared": title,
        "failed": bool(at_least(fail_on, findings)),
        "counts": {level: sum(one.level == level for one in findings) for level in LEVELS},
        "findings": [as_json(one) for one in findings],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _junit(findings: Sequence[Finding], fail_on: Level, title: str) -> str:
    """A test case for each operation with findings; those of the level to fail on are failures."""
    operations = list(dict.fromkeys(one.operation for one in findings))
    failed = {one.operation for one in at_least(fail_on, findings)}
    suite = ElementTree.Element(
        "testsuite", name=title, tests=str(max(len(operations), 1)), failures=str(len(failed)), errors="0"
    )
    for operation in operations or [title]:
        case = ElementTree.SubElement(suite, "testcase", classname="contract", name=printable(operation))
        own = [one for one in findings if one.operation == operation]
        lines = "\n".join(f"{one.level}: {_line(one)}" for one in own)
        if operation in failed:
            first = at_least(fail_on, own)[0]
            ElementTree.SubElement(case, "failure", type=first.level, message=first.message).text = lines
        elif own:
            ElementTree.SubElement(case, "system-out").text = lines
    ElementTree.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suite, "unicode")}\n'


def _github(findings: Sequence[Finding], _: Level, title: str) -> str:
    lines = [
        f"::{_ANNOTATIONS[one.level]} title={_property(printable(one.operation))}::{_data(_line(one))}"
        for one in findings
    ]
    return "\n".join([*lines, _summary(findings, title), ""])


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: Mapping[str, Callable[[Sequence[Finding], Level, str], str]] = {
    "text": _text,
    "json": _json,
    "junit": _junit,
    "github": _github,
}
