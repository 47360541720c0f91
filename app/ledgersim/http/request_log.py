"""The log of requests: one line for each, at the level INFO."""

import logging
from string import printable
from urllib.parse import quote

from ledgersim.diagnostics.diagnostic import format_diagnostics
from ledgersim.diagnostics.journal import Record
from ledgersim.diagnostics.redaction import redact_query

log = logging.getLogger("ledgersim.requests")

# Characters that are logged as they are. Others, which could break or forge a line, are percent-encoded.
_SAFE = "".join(sorted(set(printable) - set(" \t\n\r\x0b\x0c")))


def log_request(record: Record, space: str | None) -> None:
    """Log a request that has ended: `PUT /APIGW/v1/Debtors 201 3.2 ms space=default id=17`.

    The line ends with the diagnostics, as in `Sim-Diagnostics`, and the faults that hit the request. `space` is
    None if the request named no usable space; the status is `-` if no response was sent; a request that is not
    recorded has no id.
    """
    if not log.isEnabledFor(logging.INFO):
        return
    query = redact_query(record.query.decode("utf-8", "replace"))
    address = f"{record.path}?{query}" if query else record.path
    line = [
        quote(record.method, safe=_SAFE),
        quote(address, safe=_SAFE),
        f"{record.status or '-'} {record.seconds * 1_000:.1f} ms",
        f"space={space or '-'}",
    ]
    if record.id:
        line.append(f"id={record.id}")
    if record.diagnostics:
        line.append(f"diagnostics: {format_diagnostics(record.diagnostics)}")
    if record.faults:
        line.append(f"faults: {', '.join(record.faults)}")
    log.info("%s", " ".join(line))
