"""Authorization: who may call which ledger, and which operations the ledger is granted."""

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.http.context import context_of
from ledgersim.http.vendor_app import Guard
from ledgersim.plugin import AuthMode
from ledgersim.problems import UNAUTHORIZED, Problem
from ledgersim.spaces.space import Space
from ledgersim.vendors.payex.ledgers.commands import take_next_problem
from ledgersim.vendors.payex.ledgers.queries import find_ledger
from ledgersim.vendors.payex.problems import FAILURES, FORBIDDEN
from ledgersim.vendors.payex.state import REQUIRED_GRANTS, Ledger, PayexState

CHALLENGE = 'Bearer realm="payex"'


def guard(mode: AuthMode) -> Guard:
    """The check before every operation: token, ledger, grant, and the problem requested by a test, if any."""

    def check(route: APIRoute, request: Request) -> None:
        space = context_of(request.scope).space
        scheme, token = _credentials(request, mode)
        if mode != "off" and (scheme.lower() != "bearer" or not token):
            raise _unauthorized("Send Authorization: Bearer <token>.")
        ledger = find_ledger(space, request.path_params["ledger"])
        if mode != "off":
            _check_token(space, ledger, token, mode)
        operation = str(route.operation_id)
        if not ledger.allows(operation):
            raise FORBIDDEN.with_detail(
                f"The ledger {ledger.number} is not granted {REQUIRED_GRANTS[operation]}, "
                "which this operation requires."
            )
        code = take_next_problem(space, ledger)
        if code is not None:
            raise FAILURES[code].with_detail("A test requested this failure.")

    return check


def _credentials(request: Request, mode: AuthMode) -> tuple[str, str]:
    """Scheme and token, in lenient mode also without the blank that two samples lack [documented]."""
    sent = request.headers.get("authorization", "")
    scheme, _, token = sent.partition(" ")
    if mode == "lenient" and not token and scheme[:6].lower() == "bearer" and scheme[6:]:
        message = "There is no blank after Bearer, as in two of the vendor's samples. Send Bearer <token>."
        context_of(request.scope).report([Diagnostic("authorization-blank", "Authorization", message)])
        scheme, token = scheme[:6], scheme[6:]
    return scheme, token.strip()


def _check_token(space: Space, ledger: Ledger, token: str, mode: AuthMode) -> None:
    if token in ledger.tokens:
        return
    if any(token in other.tokens for other in space.state(PayexState).ledgers):
        raise _unauthorized(f"The token belongs to another ledger, not to {ledger.number}.")
    if mode == "strict":
        raise _unauthorized(f"The token is not one of the ledger {ledger.number}.")


def _unauthorized(detail: str) -> Problem:
    return UNAUTHORIZED.with_detail(detail, WWW_Authenticate=CHALLENGE)
