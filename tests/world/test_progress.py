"""Progress is reported only if a build takes long."""

from io import StringIO

import pytest

from ledgersim.world.progress import Progress


class Terminal(StringIO):
    """A terminal."""

    def isatty(self) -> bool:
        return True


def output(stream: StringIO, monkeypatch: pytest.MonkeyPatch, seconds: float) -> str:
    """The output for 1,024 steps that take this many seconds."""
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    progress = Progress("World", 1024, stream)
    for _ in range(1024):
        now[0] += seconds / 1024
        progress.advance()
    progress.end()
    return stream.getvalue()


def test_a_short_build_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output(StringIO(), monkeypatch, 0.9) == ""


def test_a_log_gets_few_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output(StringIO(), monkeypatch, 24) == "World: 25 %\nWorld: 75 %\nWorld: built in 24 s\n"


def test_a_terminal_shows_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = output(Terminal(), monkeypatch, 8)
    assert shown == "\rWorld: 25 % \rWorld: 50 % \rWorld: 75 % \rWorld: 100 % \rWorld: built in 8 s \n"
