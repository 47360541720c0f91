"""Templates of services, which render to JSON, in the process that renders them."""

import json
from collections.abc import Callable
from traceback import walk_tb
from typing import Any

from jinja2 import TemplateSyntaxError

from ledgersim.vendors.aptic.services.sandbox import LimitedEnvironment, Limiter


class InvalidTemplate(Exception):
    """The error in a template, with its line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Template:
    """A compiled template."""

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

    def text(self, context: dict[str, Any]) -> str:
        """Render it."""
        return self._environment.render(self._template.generate(context)).strip()


def render(template: Template, job: dict[str, Any], find: Callable[[str, str], Any]) -> dict[str, Any]:
    """The JSON `text` for a request, or the `line` and `reason` of a failure."""
    try:
        request = json.loads(job["request"]) if job["request"] else None
        text = template.text({**job, "request": request, "find": find})
    except MemoryError as error:
        return _failure(_line_of(error), "it takes too much memory")
    except Exception as error:
        return _failure(_line_of(error), " ".join(str(error).split())[:300] or type(error).__name__)
    try:
        json.loads(text, parse_constant=_reject_constant)
        text.encode()
        return {"text": text}
    except json.JSONDecodeError as error:
        reason = f"{error.msg} at line {error.lineno}, column {error.colno} of {text[:80]!r}"
        return _failure(None, f"its output is not JSON: {reason}")
    except (ValueError, RecursionError) as error:
        return _failure(None, f"its output is not JSON: {error}")


def _failure(line: int | None, reason: str) -> dict[str, Any]:
    return {"line": line, "reason": reason}


def _line_of(error: BaseException) -> int | None:
    lines = [line for frame, line in walk_tb(error.__traceback__) if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else None


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
