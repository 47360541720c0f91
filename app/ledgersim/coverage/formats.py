"""The report as text, HTML, JUnit XML and JSON."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import Any
from xml.etree import ElementTree

from ledgersim.coverage.report import MEASURES, Operation, Report, Undocumented

WIDTH = 110


def to_text(report: Report) -> str:
    """A report for people to read in a log."""
    return "\n".join(line.rstrip() for line in _lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield f"{'':12}" + "".join(f"{name:>20}" for name in MEASURES)
    of_vendors = [(vendor.name, vendor.measures()) for vendor in report.vendors]
    for name, measures in [*of_vendors, ("all", report.measures())][: 1 if len(of_vendors) == 1 else None]:
        cells = (f"{one.met}/{one.of} {one.percent:5.1f} %" for one in measures.values())
        yield f"{name:12}" + "".join(f"{cell:>20}" for cell in cells)
    operations = [one for vendor in report.vendors for one in vendor.operations]
    yield from _section("Exercised", [line for one in operations if one.responses for line in _exercised(one)])
    yield from _section("Never exercised", [one.name for one in operations if not one.responses])
    unmet = [line for vendor in report.vendors for line in _listed(f"{vendor.name}:", vendor.unmet)]
    yield from _section("Problems never met", unmet)
    yield from _section("Not documented by the vendor", [_sentence(one) for one in report.undocumented])
    yield from _section("Findings", [one.message for one in report.findings])


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", title, *(f"  {line}" for line in lines))


def _exercised(operation: Operation) -> Iterator[str]:
    yield f"{operation.name}: {', '.join(_counts(operation.responses))}"
    yield from _listed("  problems met:", _counts(operation.problems))
    yield from _listed("  statuses never returned:", operation.never)
    yield from _listed("  members never sent:", operation.unsent)


def _counts(counts: Mapping[str, int]) -> list[str]:
    return [f"{name} ({count})" for name, count in counts.items()]


def _listed(label: str, names: Sequence[str]) -> list[str]:
    indent = " " * (len(label) - len(label.lstrip()) + 2)
    text = f"{label} {', '.join(names)}"
    return wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False) if names else []


def _sentence(one: Undocumented) -> str:
    return " ".join([*([one.operation] if one.operation else []), one.code, one.where, f"({one.count})"])


def to_html(report: Report) -> str:
    """A page in one file, without anything from elsewhere."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(Path(__file__).with_name("report.html").read_text("utf-8"))
    return template.render(report=report, measures=MEASURES)


def to_junit(report: Report) -> str:
    """A test suite for each vendor, and a test case for each operation: skipped if it was never exercised."""
    suites = ElementTree.Element("testsuites", name="ledgersim coverage")
    for vendor in report.vendors:
        suite = ElementTree.SubElement(suites, "testsuite", name=vendor.name)
        for operation in vendor.operations:
            _test_case(suite, operation, report)
    bounds = [one.message for one in report.findings if not one.operation]
    if bounds:
        suite = ElementTree.SubElement(suites, "testsuite", name="bounds")
        for message in bounds:
            case = ElementTree.SubElement(suite, "testcase", classname="bounds", name=message)
            ElementTree.SubElement(case, "failure", message=message)
    for suite in suites:
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("*/failure"))))
        suite.set("skipped", str(len(suite.findall("*/skipped"))))
        suite.set("errors", "0")
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, "unicode", xml_declaration=False) + "\n"


def _test_case(suite: ElementTree.Element, operation: Operation, report: Report) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=suite.get("name", ""), name=operation.name)
    failures = [one.message for one in report.findings if one.operation == operation.name]
    if failures:
        ElementTree.SubElement(case, "failure", message="; ".join(failures))
    elif not operation.responses:
        ElementTree.SubElement(case, "skipped", message="never exercised")
    lines = list(_exercised(operation)) if operation.responses else []
    lines += [
        f"not documented: {_sentence(one)}" for one in report.undocumented if one.operation == operation.name
    ]
    if lines:
        ElementTree.SubElement(case, "system-out").text = "\n".join(lines)


def to_json(report: Report) -> str:
    """All of the report."""
    content: dict[str, Any] = {
        "measures": _figures(report.measures()),
        "findings": [one.message for one in report.findings],
        "vendors": {
            vendor.name: {
                "measures": _figures(vendor.measures()),
                "problems": {"met": vendor.met, "never": vendor.unmet},
                "operations": {
                    one.name: {
                        "responses": one.responses,
                        "never": one.never,
                        "problems": one.problems,
                        "sent": one.sent,
                        "unsent": one.unsent,
                    }
                    for one in vendor.operations
                },
            }
            for vendor in report.vendors
        },
        "undocumented": [asdict(one) for one in report.undocumented],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _figures(measures: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {**one._asdict(), "percent": round(one.percent, 1)} for name, one in measures.items()}


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": to_text,
    "html": to_html,
    "junit": to_junit,
    "json": to_json,
}
