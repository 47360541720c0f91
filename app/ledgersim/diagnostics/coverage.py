"""What has been exercised on a server: operations, with the statuses and problems that they answered."""

from collections import Counter

from ledgersim.diagnostics.journal import Record


class Coverage:
    """Counts answers by operation, status and problem code, over all spaces."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.problems: Counter[tuple[str | None, str]] = Counter()  # by mount

    def count(self, mount: str | None, record: Record) -> None:
        """Note what a vendor's own code answered: not what a fault did, but what it kept back."""
        status = record.withheld if record.spoilt else record.status or record.withheld
        if record.operation is not None and status is not None:
            self.answers[record.operation, status] += 1
        if record.problem is not None and not record.spoilt:
            self.problems[mount, record.problem] += 1

    def clear(self) -> None:
        """Start again."""
        self.answers.clear()
        self.problems.clear()
