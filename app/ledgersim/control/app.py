"""The control application."""

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.control.payex import router as payex
from ledgersim.control.routes import router
from ledgersim.control.transfer import router as transfer
from ledgersim.core.dispatcher import refusal
from ledgersim.core.problems import Problem
from ledgersim.core.vendor import VendorApp

MOUNT = "/_sim"


def build() -> VendorApp:
    """The operations under `/_sim`; they refuse in plain JSON."""
    app = VendorApp("ledgersim control", _refuse)
    app.include(router, transfer, payex)
    return app


def _refuse(problem: Problem, _: Request) -> Response:
    return refusal(problem)
