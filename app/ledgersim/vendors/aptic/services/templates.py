"""Responses of services by templates, which a process of its own renders."""

from asyncio import get_running_loop, run_coroutine_threadsafe, to_thread
from typing import Any

from ledgersim.problems import CONFLICT, TOO_LARGE, Problem
from ledgersim.vendors.aptic.services.definitions import ServiceRequest
from ledgersim.vendors.aptic.services.sandbox import MAX_BYTES
from ledgersim.vendors.aptic.services.worker import MAX_SECONDS, Worker

_WORKER = Worker()


async def render(source: str, request: ServiceRequest) -> bytes:
    """Return the JSON for a request. Raises a 413 Problem for a large request, a 409 if rendering fails."""
    if len(request.text) > MAX_BYTES:
        raise TOO_LARGE.with_detail(f"The service {request.service} accepts up to {MAX_BYTES:,} bytes (1 MiB).")
    loop = get_running_loop()

    async def find(collection: str, guid: str) -> Any:
        return request.find(collection, guid)

    job = {
        "template": source,
        "request": request.text.decode(),
        "service": request.service,
        "now": request.now,
        "owner": request.owner,
    }
    rendered = await to_thread(
        _WORKER.render, job, lambda *key: run_coroutine_threadsafe(find(*key), loop).result(MAX_SECONDS)
    )
    if "text" not in rendered:
        raise _failed(request.service, rendered["line"], rendered["reason"])
    text: str = rendered["text"]
    return text.encode()


def _failed(service: str, line: int | None, reason: str) -> Problem:
    where = "its template" if line is None else f"line {line} of its template"
    return CONFLICT.with_detail(
        f"The service {service} cannot respond to this request: {where}: {reason.rstrip('.')}."
    )
