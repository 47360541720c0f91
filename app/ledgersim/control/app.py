"""The control application."""

from starlette.requests import Request
from starlette.responses import Response

from ledgersim.control import MOUNT as MOUNT
from ledgersim.control.aptic import router as aptic
from ledgersim.control.payex import router as payex
from ledgersim.control.routes import router
from ledgersim.core.dispatcher import refusal
from ledgersim.core.problems import Problem
from ledgersim.core.vendor import VendorApp


def build() -> VendorApp:
    """The operations under `/_sim`; they refuse in plain JSON."""
    app = VendorApp("ledgersim control", _refuse)
    app.include(router, aptic, payex)
    return app


def _refuse(problem: Problem, _: Request) -> Response:
    return refusal(problem)
