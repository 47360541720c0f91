"""Load from wrk, which sends from one core what Python would need several for."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from tempfile import NamedTemporaryFile

from benchmarks.servers import Request, ServerError

CONNECTIONS = 16
MISSING = "wrk is not installed (Debian: apt-get install wrk; macOS: brew install wrk)"

_SCRIPT = """
local requests, turn = {}, 0
local function add(method, paths, headers, body)
  for _, path in ipairs(paths) do table.insert(requests, wrk.format(method, path, headers, body)) end
end
function init(arguments)
%s
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


def rate(port: int, requests: Sequence[Request], seconds: float, connections: int = CONNECTIONS) -> float:
    """Answers per second to these requests in turn. Raises ServerError if one of them is an error.

    Servers that answer nothing in the time get ten times as much of it.
    """
    with NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_SCRIPT % "\n".join(map(_add, requests)))
        script.flush()
        answers, microseconds = _run(port, script.name, seconds, connections)
        if not answers:
            answers, microseconds = _run(port, script.name, 10 * seconds, connections)
    return answers / microseconds * 1_000_000


def _run(port: int, script: str, seconds: float, connections: int) -> tuple[int, int]:
    command = ["wrk", "--threads", "1", "--connections", str(connections), "--timeout", "60s"]
    command += ["--duration", f"{max(1, round(seconds))}s", "--script", script, f"http://127.0.0.1:{port}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    result = run.stdout.rstrip().rpartition("\n")[2]
    if run.returncode or not result.startswith("{"):
        raise ServerError(f"wrk fails: {run.stderr.strip()}")
    values = json.loads(result)
    if values["rejected"] or values["broken"]:
        raise ServerError(f"under load, {result}")
    return values["requests"], values["microseconds"]


def _add(request: Request) -> str:
    paths = ", ".join(map(_quoted, request.paths))
    headers = ", ".join(f"[ {_quoted(name)} ] = {_quoted(value)}" for name, value in request.headers.items())
    body = _quoted(request.body) if request.body else "nil"
    return f"  add({_quoted(request.method)}, {{ {paths} }}, {{ {headers} }}, {body})"


def _quoted(text: str) -> str:
    return f"[==[{text}]==]"
