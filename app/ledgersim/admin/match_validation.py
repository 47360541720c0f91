"""Rejects match criteria that no request can ever match."""

from ledgersim.diagnostics.matching import Match, matches
from ledgersim.http.dispatcher import Dispatcher
from ledgersim.problems import invalid
from ledgersim.suggestions import did_you_mean


def check_match(dispatcher: Dispatcher, match: Match) -> None:
    """Raise a 400 Problem for an unknown operation, or a path that cannot be the path of a request."""
    if match.operation is not None:
        names = [str(route.operation_id) for app in dispatcher.vendors.values() for route in app.operations()]
        pattern = match.operation.lower()
        if not any(matches(name.lower(), pattern) for name in names):
            hint = did_you_mean(pattern, names, "`ledgersim routes` lists them")
            raise invalid("match.operation", f"{match.operation[:80]!r} matches no operation; {hint}")
    if match.path is not None and not match.path.startswith(("/", "*")):
        raise invalid("match.path", "must start with / or *, for example /APIGW/v1/Debtors*")
    if match.path is not None and match.path.lower().startswith("/s/"):
        raise invalid("match.path", "must not include the prefix /s/NAME: paths are matched without it")
