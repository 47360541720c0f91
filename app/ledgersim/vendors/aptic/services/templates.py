"""Templates of services: texts that render to JSON."""

import json
from traceback import walk_tb

from jinja2 import TemplateSyntaxError

from ledgersim.problems import CONFLICT, TOO_LARGE, Problem
from ledgersim.vendors.aptic.services.rules import Asked
from ledgersim.vendors.aptic.services.sandbox import MAX_BYTES, Bounded, Checked


class BadTemplate(Exception):
    """Why a text is no template, and the line of it."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Template:
    """A template that renders to JSON."""

    def __init__(self, source: str) -> None:
        """Raises BadTemplate."""
        try:
            self._environment = Bounded()
            tree = Checked().visit(self._environment.parse(source))
            tree.set_environment(self._environment)
            self._template = self._environment.from_string(tree)
        except TemplateSyntaxError as error:
            raise BadTemplate(error.lineno, f"{error.message or 'it cannot be read'}; correct it") from error
        except (RecursionError, SyntaxError) as error:  # Python nests 20 loops at most
            raise BadTemplate(1, "it is nested too deeply; make it simpler") from error

    def render(self, asked: Asked) -> bytes:
        """The JSON for a request. Raises a 409 Problem where the template cannot tell it, else a 413 one."""
        if len(asked.text) > MAX_BYTES:
            raise TOO_LARGE.with_detail(f"The service {asked.service} takes up to {MAX_BYTES:,} bytes (1 MiB).")
        try:
            context = {
                "request": json.loads(asked.text) if asked.text else None,
                "service": asked.service,
                "now": asked.now,
                "owner": asked.owner,
                "find": asked.find,
            }
            text = self._environment.bounded(self._template.generate(context)).strip()
        except Exception as error:
            raise _failed(asked.service, _line_of(error), _reason(error)) from error
        try:
            json.loads(text, parse_constant=_refuse_constant)
            return text.encode()
        except json.JSONDecodeError as error:
            told = f"{error.msg} at line {error.lineno}, column {error.colno} of {text[:80]!r}"
            raise _failed(asked.service, None, f"what it made is not JSON: {told}") from error
        except (ValueError, RecursionError) as error:
            raise _failed(asked.service, None, f"what it made is not JSON: {error}") from error


def _failed(service: str, line: int | None, reason: str) -> Problem:
    where = "its template" if line is None else f"line {line} of its template"
    return CONFLICT.with_detail(
        f"The service {service} cannot answer this request: {where}: {reason.rstrip('.')}."
    )


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _line_of(error: Exception) -> int | None:
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
