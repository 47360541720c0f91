"""Findings → text, JSON, JUnit XML or annotations of GitHub Actions."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from ledgersim.contract.findings import LEVELS, Finding, Level, at_least, printable

_ANNOTATIONS: Mapping[Level, str] = {"error": "error", "warning": "warning", "info": "notice"}
_SHOWN = 3  # operations of a line that many have in common


def render(findings: Sequence[Finding], style: str, fail_on: Level, title: str) -> str:
    """The findings in a format of `FORMATS`. `title` says what was compared."""
    return FORMATS[style](findings, fail_on, title)


def _text(findings: Sequence[Finding], _: Level, title: str) -> str:
    """A line for each difference; operations that have it in common share the line."""
    alike: dict[tuple[str, ...], list[Finding]] = {}
    for level in LEVELS:
        for one in findings:
            if one.level == level:
                key = one.operation if one.kind in ("operation", "path") else ""
                alike.setdefault((level, one.message, key), []).append(one)
    lines = []
    for same in alike.values():
        known = some_of(sorted({one.provenance for one in same} - {""}))
        marks = " ".join(one.fingerprint for one in same[:_SHOWN]) + ("…" if len(same) > _SHOWN else "")
        names = some_of([one.operation for one in same])
        source = f" ({known})" if known else ""
        lines.append(f"{same[0].level:8}{names}: {same[0].message}{source} [{marks}]")
    return "\n".join([*lines, _summary(findings, title), ""])


def _line(finding: Finding) -> str:
    source = f" ({finding.provenance})" if finding.provenance else ""
    return f"{finding.message}{source} [{finding.fingerprint}]"


def some_of(names: Sequence[str]) -> str:
    """The first names of many."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return printable(", ".join(names[:_SHOWN])) + more


def _summary(findings: Sequence[Finding], title: str) -> str:
    counts = [(sum(one.level == level for one in findings), level) for level in LEVELS]
    counted = ", ".join(f"{count} {level}{'s' if count != 1 else ''}" for count, level in counts if count)
    return f"{title}: {counted or 'no differences'}"


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
