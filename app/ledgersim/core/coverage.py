"""What has been exercised on a server: operations, with the statuses and problems that they answered."""

from collections import Counter

from ledgersim.core.journal import Record


class Coverage:
    """Counts answers by operation, status and problem code, over all spaces."""

    def __init__(self) -> None:
        self.answers: Counter[tuple[str, int]] = Counter()
        self.problems: Counter[tuple[str | None, str]] = Counter()  # by mount

    def count(self, mount: str | None, record: Record) -> None:
        """Note an answer; one that no route gave counts only by its problem."""
        if record.operation is not None and record.status is not None:
            self.answers[record.operation, record.status] += 1
        if record.problem is not None:
            self.problems[mount, record.problem] += 1

    def clear(self) -> None:
        """Start again."""
        self.answers.clear()
        self.problems.clear()
