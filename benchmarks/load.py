"""Load from wrk, which sends from one core what Python would need several for."""

import json
import shutil
import subprocess
from tempfile import NamedTemporaryFile

from benchmarks.servers import Request, ServerError

CONNECTIONS = 16
MISSING = "wrk is not installed (Debian: apt-get install wrk; macOS: brew install wrk)"

_SCRIPT = """
wrk.method = %(method)s
wrk.body = %(body)s
%(headers)s
local paths = { %(paths)s }
local requests, turn = {}, 0
function init(arguments)
  for number, path in ipairs(paths) do requests[number] = wrk.format(nil, path) end
end
function request()
  turn = turn %% #requests + 1
  return requests[turn]
end
function done(summary, latency, requests)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('\\n{"requests": %%d, "microseconds": %%d, "rejected": %%d, "broken": %%d}\\n',
    summary.requests, summary.duration, errors.status, broken))
end
"""


def is_installed() -> bool:
    """Whether there is a wrk to send with."""
    return shutil.which("wrk") is not None


def rate(port: int, request: Request, seconds: float) -> float:
    """Answers per second with 16 kept-alive connections. Raises ServerError if one of them is an error.

    Servers that answer nothing in the time get ten times as much of it.
    """
    with NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_script(request))
        script.flush()
        answers, microseconds = _run(port, script.name, seconds)
        if not answers:
            answers, microseconds = _run(port, script.name, 10 * seconds)
    return answers / microseconds * 1_000_000


def _run(port: int, script: str, seconds: float) -> tuple[int, int]:
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "60s"]
    command += ["--duration", f"{max(1, round(seconds))}s", "--script", script, f"http://127.0.0.1:{port}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    result = run.stdout.rstrip().rpartition("\n")[2]
    if run.returncode or not result.startswith("{"):
        raise ServerError(f"wrk fails: {run.stderr.strip()}")
    values = json.loads(result)
    if values["rejected"] or values["broken"]:
        raise ServerError(f"under load, {result}")
    return values["requests"], values["microseconds"]


def _script(request: Request) -> str:
    return _SCRIPT % {
        "method": _quoted(request.method),
        "body": _quoted(request.body) if request.body else "nil",
        "headers": "\n".join(
            f"wrk.headers[ {_quoted(name)} ] = {_quoted(value)}" for name, value in request.headers.items()
        ),
        "paths": ", ".join(map(_quoted, request.paths)),
    }


def _quoted(text: str) -> str:
    return f"[==[{text}]==]"
