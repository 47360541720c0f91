"""Ledgers: what each is set up for, and who may call it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from fastapi.routing import APIRoute
from starlette.requests import Request

from ledgersim.http.vendor_app import Guard
from ledgersim.problems import UNAUTHORIZED, Problem
from ledgersim.spaces.space import Space
from ledgersim.vendors.payex.problems import FAILURES, FORBIDDEN, LEDGER_NOT_CONFIGURED

AuthMode = Literal["lenient", "strict", "off"]

DISBURSEMENT, POPULATION_REGISTER = "disbursement", "population-register"

# Operations that are "normally not granted" or "available if agreed", and what they need.
GRANTED_BY = {
    "payex.disbursements.create": DISBURSEMENT,
    "payex.legaladdress.register": POPULATION_REGISTER,
    "payex.generatecustomer": POPULATION_REGISTER,
}
LEDGERS = "payex.ledgers"  # the fact: how each ledger is set up
CHALLENGE = 'Bearer realm="payex"'
NEXT_PROBLEM = "payex.next_problem"  # the fact: by ledger, the failure that its next request meets


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger as the world sets it up (`ledgers.yaml`)."""

    number: str
    name: str
    country: str
    currency: str
    language: str
    generates_numbers: bool
    number_lengths: tuple[int, int]
    leading_zero: bool
    grants: tuple[str, ...]
    tokens: tuple[str, ...]
    kyc: Mapping[str, Any] | None

    def grants_to(self, operation: str) -> bool:
        """Whether an operation may be used here."""
        needed = GRANTED_BY.get(operation)
        return needed is None or needed in self.grants


def find_ledger(space: Space, number: str) -> Ledger:
    """The ledger with a number, in any case. Raises a 501 Problem."""
    for one in space.facts.get(LEDGERS, ()):
        if one["number"].lower() == number.lower():
            return Ledger(**one)
    raise LEDGER_NOT_CONFIGURED.with_detail(f"The ledger {number[:40]!r} is not set up.")


def guard(mode: AuthMode) -> Guard:
    """The check before every operation: the token, the ledger, and whether the operation is granted."""

    def check(route: APIRoute, request: Request) -> None:
        space: Space = request.scope["space"]
        number = request.path_params["ledger"]
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if mode != "off" and (scheme.lower() != "bearer" or not token):
            raise _unauthorized("Send Authorization: Bearer <token>.")
        ledger = find_ledger(space, number)
        if mode != "off":
            _check_token(space, ledger, token, mode)
        if not ledger.grants_to(str(route.operation_id)):
            raise FORBIDDEN.with_detail(
                f"This operation is not granted to the ledger {ledger.number}; it needs "
                f"{GRANTED_BY[str(route.operation_id)]}."
            )
        code = space.facts.get(NEXT_PROBLEM, {}).pop(ledger.number, None)
        if code is not None:
            raise FAILURES[code].with_detail("A test has asked for this failure.")

    return check


def _check_token(space: Space, ledger: Ledger, token: str, mode: AuthMode) -> None:
    if token in ledger.tokens:
        return
    others = [one["number"] for one in space.facts[LEDGERS] if token in one["tokens"]]
    if others:
        raise _unauthorized(f"The token belongs to another ledger than {ledger.number}.")
    if mode == "strict":
        raise _unauthorized(f"The token is none of those of the ledger {ledger.number}.")


def _unauthorized(detail: str) -> Problem:
    return UNAUTHORIZED.with_detail(detail, WWW_Authenticate=CHALLENGE)
