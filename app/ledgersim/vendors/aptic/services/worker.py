"""Renders templates in a process of its own, which can be ended: no template can hold the server.

Requests and responses are lines of JSON on standard input and output. While it renders, the process may ask the
server for a resource (`find`) and waits for it.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from threading import Lock, Timer
from typing import IO, Any

from ledgersim.vendors.aptic.services.rendering import Template, render

MAX_SECONDS = 5  # of real time for a rendering, after which the process is ended
MAX_MEMORY = 512 * 2**20  # of the process, where the system can limit it
STOPPED = {"line": None, "reason": f"it takes longer than {MAX_SECONDS} s, or too much memory"}


class Worker:
    """The process, started for the first rendering and after one that had to be ended."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self._end)

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def render(self, job: dict[str, Any], find: Callable[[str, str], Any]) -> dict[str, Any]:
        """Render a template: `text`, or the `line` and `reason` of a failure. Blocks the thread until then."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = _start()
            limit = Timer(MAX_SECONDS, self._process.kill)
            limit.daemon = True
            limit.start()
            try:
                return _converse(self._process, job, find)
            except (OSError, ValueError):  # the process has ended
                self._end()
                return STOPPED
            finally:
                limit.cancel()


def _start() -> "subprocess.Popen[bytes]":
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", __name__]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environ,
        start_new_session=True,  # Ctrl+C is for the server, which finishes its requests
    )


def _converse(
    process: "subprocess.Popen[bytes]", job: dict[str, Any], find: Callable[[str, str], Any]
) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    _say(process.stdin, job)
    while "find" in (heard := _hear(process.stdout)):
        try:
            reply = {"found": find(*heard["find"])}
        except Exception as error:
            reply = {"error": str(error)}
        _say(process.stdin, reply)
    return heard


def _say(to: IO[bytes], message: dict[str, Any]) -> None:
    to.write(json.dumps(message).encode() + b"\n")
    to.flush()


def _hear(source: IO[bytes]) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(source.readline())  # ValueError at the end
    return message


def main() -> None:
    """Render what comes on standard input, until it ends."""
    _limit_memory()
    source, to = sys.stdin.buffer, sys.stdout.buffer
    compiled = cache(Template)

    def find(collection: str, guid: Any) -> Any:
        _say(to, {"find": [collection, str(guid)]})
        reply = _hear(source)
        if "error" in reply:
            raise ValueError(reply["error"])
        return reply["found"]

    while line := source.readline():
        _end_within(2 * MAX_SECONDS)
        job = json.loads(line)
        _say(to, render(compiled(job.pop("template")), job, find))
        _end_within(0)


def _end_within(seconds: int) -> None:
    """End this process by itself, in case that the server was killed and cannot; 0 ends the wait."""
    if sys.platform != "win32":
        signal.alarm(seconds)


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))
    except (ImportError, ValueError, OSError):  # Windows; a system that has no such limit, or a lower one
        pass


if __name__ == "__main__":
    main()
