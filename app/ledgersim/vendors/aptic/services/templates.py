"""Templates of services, which render to JSON."""

import json
from traceback import walk_tb

from jinja2 import TemplateSyntaxError

from ledgersim.problems import CONFLICT, TOO_LARGE, Problem
from ledgersim.vendors.aptic.services.definitions import ServiceRequest
from ledgersim.vendors.aptic.services.sandbox import MAX_BYTES, LimitedEnvironment, Limiter


class InvalidTemplate(Exception):
    """The error in a template, with its line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Template:
    """A template that renders to JSON."""

    def __init__(self, source: str) -> None:
        """Raises InvalidTemplate."""
        try:
            self._environment = LimitedEnvironment()
            tree = Limiter().visit(self._environment.parse(source))
            tree.set_environment(self._environment)
            self._template = self._environment.from_string(tree)
        except TemplateSyntaxError as error:
            raise InvalidTemplate(error.lineno, error.message or "invalid syntax") from error
        except (RecursionError, SyntaxError) as error:  # Python allows 20 nested loops
            raise InvalidTemplate(1, "it is nested too deeply") from error

    def render(self, request: ServiceRequest) -> bytes:
        """Return the JSON for a request. Raises a 413 Problem for a large request, a 409 if rendering fails."""
        if len(request.text) > MAX_BYTES:
            raise TOO_LARGE.with_detail(
                f"The service {request.service} accepts up to {MAX_BYTES:,} bytes (1 MiB)."
            )
        try:
            context = {
                "request": json.loads(request.text) if request.text else None,
                "service": request.service,
                "now": request.now,
                "owner": request.owner,
                "find": request.find,
            }
            text = self._environment.render(self._template.generate(context)).strip()
        except Exception as error:
            raise _failed(request.service, _line_of(error), _reason(error)) from error
        try:
            json.loads(text, parse_constant=_reject_constant)
            return text.encode()
        except json.JSONDecodeError as error:
            reason = f"{error.msg} at line {error.lineno}, column {error.colno} of {text[:80]!r}"
            raise _failed(request.service, None, f"its output is not JSON: {reason}") from error
        except (ValueError, RecursionError) as error:
            raise _failed(request.service, None, f"its output is not JSON: {error}") from error


def _failed(service: str, line: int | None, reason: str) -> Problem:
    where = "its template" if line is None else f"line {line} of its template"
    return CONFLICT.with_detail(
        f"The service {service} cannot respond to this request: {where}: {reason.rstrip('.')}."
    )


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _line_of(error: Exception) -> int | None:
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else None


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
