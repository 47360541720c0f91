"""A sandbox for Jinja2 with a subset of its language and limits on time and size.

The limits stop mistakes and large requests with a reason that helps. `worker.py` ends what escapes them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from math import inf
from time import thread_time
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, Undefined, nodes
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS, do_round, make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

MAX_BYTES = 2**20  # of the request, the output and any intermediate text
MAX_ITERATIONS = 100_000  # of all loops together
MAX_SECONDS = 1.0  # of CPU time
MAX_BITS = 4096  # of an integer
MAX_DIGITS = 15  # to which numbers can be rounded

_STATEMENTS = (nodes.Output, nodes.For, nodes.If, nodes.Assign)
_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int", "items",
    "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select",
    "selectattr", "sort", "title", "trim", "truncate", "unique", "upper", "urlencode", "wordcount",
)  # fmt: skip
_TEXT_METHODS = frozenset((
    "capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii",
    "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "isupper", "lower", "lstrip", "partition",
    "removeprefix", "removesuffix", "rfind", "rpartition", "rsplit", "rstrip", "split", "splitlines",
    "startswith", "strip", "swapcase", "title", "upper",
))  # fmt: skip
_NONE: frozenset[str] = frozenset()
_METHODS: Mapping[type, frozenset[str]] = {
    str: _TEXT_METHODS,
    dict: frozenset(("get", "items", "keys", "values")),
    list: frozenset(("count", "index")),
    tuple: frozenset(("count", "index")),
    int: _NONE,
    float: _NONE,
    bool: _NONE,
}


class Limiter(NodeTransformer):
    """Rejects statements that could escape the limits, and adds counters to loops."""

    def generic_visit(self, node: nodes.Node, *arguments: Any, **options: Any) -> nodes.Node:
        if isinstance(node, nodes.Stmt) and not isinstance(node, _STATEMENTS):
            name = type(node).__name__.lower()
            raise TemplateSyntaxError(f"{name} is not supported; use for, if and set", node.lineno)
        return super().generic_visit(node, *arguments, **options)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise TemplateSyntaxError("recursive loops are not supported", node.lineno)
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "_iterations", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, "join", [], [], None, None, lineno=node.lineno)


class LimitedEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox. It renders one template at a time, within the limits."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, finalize=self._to_text, cache_size=0)
        self._ends, self._iterations_left = inf, 0
        own: dict[str, Callable[..., Any]] = {
            "_iterations": self._iterations,
            "join": self._join,
            "replace": self._replace,
            "round": _round,
            "string": self._to_text,
            "sum": self._sum,
            "tojson": self._json,
        }
        filters = {**{name: FILTERS[name] for name in _FILTERS}, **own}
        self.filters = {name: self._timed(function) for name, function in filters.items()}
        self.globals = {"range": self.globals["range"], "dict": dict, "namespace": Namespace}

    def render(self, pieces: Iterable[str]) -> str:
        """Return the text of a template that is being rendered. Raises SecurityError if it exceeds a limit."""
        self._ends, self._iterations_left = thread_time() + MAX_SECONDS, MAX_ITERATIONS
        try:
            return self._joined(pieces)
        finally:
            self._ends = inf

    def _tick(self) -> None:
        if thread_time() > self._ends:
            raise SecurityError(f"it takes longer than {MAX_SECONDS:g} s")

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def timed(*arguments: Any, **options: Any) -> Any:
            self._tick()
            return function(*arguments, **options)

        return timed

    def _iterations(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._tick()
            self._iterations_left -= 1
            if self._iterations_left < 0:
                raise SecurityError(f"its loops exceed {MAX_ITERATIONS:,} iterations")
            yield item

    def _joined(self, pieces: Iterable[str], between: str = "") -> str:
        parts: list[str] = []
        size = 0
        for piece in pieces:
            self._tick()
            size += len(piece.encode("utf-8", "surrogatepass")) + (len(between) if parts else 0)
            if size > MAX_BYTES:
                raise SecurityError(f"a text exceeds {MAX_BYTES:,} bytes")
            parts.append(piece)
        return between.join(parts)

    def _json(self, value: Any) -> str:
        return self._joined(_ENCODER.iterencode(value))

    def _to_text(self, value: Any) -> Any:
        """Convert a value to text: strings stay as they are, other values become JSON."""
        return value if isinstance(value, str | Undefined) else self._json(value)

    def _join(self, items: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
        if attribute is not None:
            items = map(make_attrgetter(self, attribute), items)
        return self._joined((str(self._to_text(item)) for item in items), str(d))

    def _sum(self, items: Iterable[Any], attribute: str | None = None, start: Any = 0) -> Any:
        if attribute is not None:
            items = map(make_attrgetter(self, attribute), items)
        if not isinstance(start, int | float):
            raise SecurityError("sum adds numbers only")
        total = start
        for item in items:
            self._tick()
            total += item
        return total

    def _replace(self, text: Any, old: str, new: str) -> str:
        whole = str(self._to_text(text))
        if len(whole) + whole.count(old) * len(new) > MAX_BYTES:
            raise SecurityError(f"a text exceeds {MAX_BYTES:,} bytes")
        return whole.replace(old, new)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        self._tick()
        if operator == "%" and isinstance(left, str):
            raise SecurityError("formatting with % is not supported; use ~")
        if _too_large(operator, left, right):
            raise SecurityError(f"the result of {operator} is too large")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, function: Any, /, *arguments: Any, **options: Any) -> Any:
        self._tick()
        return super().call(context, function, *arguments, **options)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Members of JSON objects take precedence over Python methods, as in `request.items`."""
        self._tick()
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        allowed = _METHODS.get(type(obj))
        return super().is_safe_attribute(obj, attr, value) and (allowed is None or attr in allowed)

    def wrap_str_format(self, value: Any) -> None:
        """Disable `format`, which can request any width."""


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, Undefined):
        str(value)  # raises an error with the name
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} cannot be converted to JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_as_list)


def _round(value: Any, precision: int = 0, method: Any = "common") -> float:
    if not -MAX_DIGITS <= precision <= MAX_DIGITS:
        raise SecurityError(f"numbers can be rounded to at most {MAX_DIGITS} digits")
    return do_round(value, precision, method)


def _too_large(operator: str, left: Any, right: Any) -> bool:
    if operator == "+":
        texts = isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple)
        return texts and len(left) + len(right) > MAX_BYTES
    if operator == "*":
        for value, times in ((left, right), (right, left)):
            if isinstance(value, str | list | tuple) and isinstance(times, int):
                return len(value) * times > MAX_BYTES
        return _bits(left) + _bits(right) > MAX_BITS
    return operator == "**" and isinstance(right, int) and _bits(left) * right > MAX_BITS


def _bits(number: Any) -> int:
    return number.bit_length() if isinstance(number, int) else 0
