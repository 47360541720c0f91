"""Which operations, statuses and problems a server has returned."""

from collections import Counter

from ledgersim.diagnostics.journal import Record


class Coverage:
    """Counts responses by operation and status, and problems by mount and code, over all spaces."""

    def __init__(self) -> None:
        self.responses: Counter[tuple[str, int]] = Counter()
        self.problems: Counter[tuple[str | None, str]] = Counter()

    def count(self, mount: str | None, record: Record) -> None:
        """Count the vendor's own response, including one that a fault withheld, but not what a fault sent."""
        status = record.withheld if record.from_simulator else record.status or record.withheld
        if record.operation is not None and status is not None:
            self.responses[record.operation, status] += 1
        if record.problem is not None and not record.from_simulator:
            self.problems[mount, record.problem] += 1

    def clear(self) -> None:
        """Start counting from zero."""
        self.responses.clear()
        self.problems.clear()
