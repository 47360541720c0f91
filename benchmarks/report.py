"""The report as JSON and Markdown: values of each round, their median and quartiles, the ratio to the floor."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple

FLOOR = "floor"


class Row(NamedTuple):
    """What a row measures, and the unit of its values."""

    title: str
    unit: str


ROWS = {
    "get": Row("Get one debtor", "requests/s"),
    "list": Row("List 25 debtors: filter, order, total", "requests/s"),
    "create": Row("Create a debtor with 14 members", "requests/s"),
    "start": Row("Start to ready", "s"),
    "first": Row("Start to the first list of debtors", "s"),
    "memory": Row("Memory after one request of each kind", "MiB"),
    "build": Row("First build of the world", "s"),
    "build-memory": Row("Peak memory of the build", "MiB"),
    "sums": Row("Filter and order cases by a computed sum", "ms"),
    "summary": Row("Summary of a debtor with one case, the first of a process", "ms"),
    "indexed": Row("List debtors: one national number", "ms"),
    "contains": Row("List 25 debtors: a part of the name", "ms"),
    "skip": Row("List 25 debtors: skip nine tenths", "ms"),
    "turns": Row("Longest turn of long work", "ms of CPU time"),
    "reset": Row("Reset after a write", "ms"),
    "space": Row("First request to a new space", "ms"),
}


class Report:
    """The values measured so far. Prints each as it comes."""

    def __init__(self, about: Mapping[str, Any]) -> None:
        self.about = about
        self.values: dict[tuple[str, int, str], list[float]] = {}
        self.skipped: list[str] = []
        self.notes: dict[str, str] = {}

    def add(self, row: str, customers: int, server: str, value: float) -> None:
        """Add the value of one round."""
        self.values.setdefault((row, customers, server), []).append(value)
        title, unit = ROWS[row]
        self.progress(f"{title}, {customers:,} customers, {server}: {_number(value)} {unit}")

    def count(self, row: str, customers: int, server: str) -> int:
        """How many values there are."""
        return len(self.values.get((row, customers, server), ()))

    def skip(self, reason: str) -> None:
        """Say what is not measured, and why."""
        if reason not in self.skipped:
            self.skipped.append(reason)
            self.progress(f"skipped: {reason}")

    def progress(self, line: str) -> None:
        """Print a line to standard error."""
        print(line, file=sys.stderr, flush=True)

    def rows(self) -> list[dict[str, Any]]:
        """The values with their statistics, in the order of `ROWS`."""
        order = list(ROWS)
        return [
            {
                "row": row,
                "title": ROWS[row].title,
                "unit": ROWS[row].unit,
                "customers": customers,
                "server": server,
                **dict(zip(("low", "median", "high"), _quartiles(values), strict=True)),
                "ratio": self._ratio(row, customers, values),
                "values": values,
            }
            for (row, customers, server), values in sorted(
                self.values.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
            )
        ]

    def _ratio(self, row: str, customers: int, values: list[float]) -> float | None:
        """The median of the ratios to the floor in the same round."""
        floor = self.values.get((row, customers, FLOOR))
        if floor is None:
            return None
        return median(value / least for value, least in zip(values, floor, strict=False))

    def write(self, folder: Path) -> None:
        """Write report.json and report.md."""
        folder.mkdir(parents=True, exist_ok=True)
        everything = {**self.about, "notes": self.notes, "skipped": self.skipped, "rows": self.rows()}
        (folder / "report.json").write_text(json.dumps(everything, indent=1) + "\n", encoding="utf-8")
        (folder / "report.md").write_text(self.markdown(), encoding="utf-8")

    def markdown(self) -> str:
        """The report for people."""
        rows = self.rows()
        has_ratios = any(row["ratio"] is not None for row in rows)
        method = "Medians and quartiles of the rounds"
        head, rule = "| What | Customers | Server | Median | Quartiles |", "| --- | ---: | --- | ---: | ---: |"
        if has_ratios:
            method += "; the ratio is to the floor in the same rounds"
            head, rule = f"{head} Ratio |", f"{rule} ---: |"
        lines = ["# Benchmark", ""]
        lines += [f"- {name}: {value}" for name, value in self.about.items()]
        lines += ["", f"{method}.", "", head, rule]
        before = None
        for row in rows:
            group = (row["row"], row["customers"])
            title = f"{row['title']}, {row['unit']}" if group != before else ""
            size = f"{row['customers']:,}" if group != before else ""
            before = group
            spread = f"{_number(row['low'])} to {_number(row['high'])}"
            cells = [title, size, row["server"], _number(row["median"]), spread]
            if has_ratios:
                cells.append("" if row["ratio"] is None else _number(row["ratio"]))
            lines.append(f"| {' | '.join(cells)} |")
        if self.notes:
            lines += ["", "What the other servers do:", ""]
            lines += [f"- {name}: {note}" for name, note in self.notes.items()]
        if self.skipped:
            lines += ["", "Skipped:", "", *[f"- {reason}" for reason in self.skipped]]
        return "\n".join(lines) + "\n"


def _quartiles(values: list[float]) -> list[float]:
    return quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
