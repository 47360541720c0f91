"""Checks of what a user matches requests by: a pattern that can never agree is a mistake."""

from fnmatch import fnmatchcase

from ledgersim.diagnostics.matching import Match
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.problems import invalid
from ledgersim.suggestions import did_you_mean
from ledgersim.vendors import VENDORS


def check_match(dispatcher: Dispatcher, match: Match) -> None:
    """Raises a 400 Problem for an operation that there is not, and for a path that none begins with."""
    if match.operation is not None:
        names = [
            str(route.operation_id)
            for vendor in VENDORS
            for route in dispatcher.mounts[vendor.mount].operations()
        ]
        pattern = match.operation.lower()
        if not any(fnmatchcase(name.lower(), pattern) for name in names):
            hint = did_you_mean(pattern, names, "`ledgersim routes` lists them")
            raise invalid("match.operation", f"{match.operation[:80]!r} agrees with no operation; {hint}")
    if match.path is not None and not match.path.startswith(("/", "*", "?")):
        raise invalid("match.path", "must begin with / or *, as paths do: /APIGW/v1/Debtors*")
    if match.path is not None and match.path.lower().startswith("/s/"):
        raise invalid("match.path", "must not have the prefix of a space: paths are matched behind it")
