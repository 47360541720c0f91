"""Progress is told where it takes long, and nowhere else."""

from io import StringIO

import pytest

from ledgersim.world.progress import Progress


class Terminal(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def work(stream: StringIO, monkeypatch: pytest.MonkeyPatch, seconds: float) -> str:
    """What a work of 1,024 steps that takes so long tells."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = Progress("World", 1024, stream)
    for _ in range(1024):
        now[0] += seconds / 1024
        progress.advance()
    progress.end()
    return stream.getvalue()


def test_nothing_is_told_of_a_short_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert work(StringIO(), monkeypatch, 0.9) == ""


def test_a_log_gets_a_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    assert work(StringIO(), monkeypatch, 24) == "World: 25 %\nWorld: 75 %\nWorld: built in 24 s\n"


def test_a_terminal_shows_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = work(Terminal(), monkeypatch, 8)
    assert shown == "\rWorld: 25 % \rWorld: 50 % \rWorld: 75 % \rWorld: 100 % \rWorld: built in 8 s \n"
