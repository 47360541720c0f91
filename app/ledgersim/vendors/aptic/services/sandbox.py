"""Jinja2 in a sandbox, with little of its language and bounds on time and size.

The server answers nobody else while it renders. The bounds stop what goes wrong by mistake or by a large
request; who writes the templates is trusted not to look for what takes long all the same.
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

MAX_BYTES = 2**20  # of the request, of the output, and of anything that is made on the way
MAX_TURNS = 100_000  # of all loops together
MAX_SECONDS = 1.0  # of computing
MAX_BITS = 4096  # of a whole number
MAX_DIGITS = 15  # to round to

_STATEMENTS = (nodes.Output, nodes.For, nodes.If, nodes.Assign)
_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "groupby", "int", "items",
    "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select",
    "selectattr", "sort", "sum", "title", "trim", "truncate", "unique", "upper", "urlencode", "wordcount",
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


class Checked(NodeTransformer):
    """Refuses statements that could escape the bounds, and puts counters into the others."""

    def generic_visit(self, node: nodes.Node, *arguments: Any, **options: Any) -> nodes.Node:
        if isinstance(node, nodes.Stmt) and not isinstance(node, _STATEMENTS):
            name = type(node).__name__.lower()
            raise TemplateSyntaxError(f"{name} is not available here; use for, if and set", node.lineno)
        return super().generic_visit(node, *arguments, **options)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802
        if node.recursive:
            raise TemplateSyntaxError("recursive loops are not available here", node.lineno)
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "_turns", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno)
        return nodes.Filter(parts, "join", [], [], None, None, lineno=node.lineno)


class Bounded(ImmutableSandboxedEnvironment):
    """The sandbox: it renders one template at a time, within the bounds."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, autoescape=False, finalize=self._shown, cache_size=0)
        self._ends, self._turns_left = inf, 0
        own: dict[str, Callable[..., Any]] = {
            "_turns": self._turns,
            "join": self._join,
            "replace": self._replace,
            "round": _round,
            "string": self._shown,
            "tojson": self._json,
        }
        filters = {**{name: FILTERS[name] for name in _FILTERS}, **own}
        self.filters = {name: self._watched(function) for name, function in filters.items()}
        self.globals = {"range": self.globals["range"], "dict": dict, "namespace": Namespace}

    def bounded(self, pieces: Iterable[str]) -> str:
        """The text of a template that is being rendered. Raises SecurityError where it gets too much."""
        self._ends, self._turns_left = thread_time() + MAX_SECONDS, MAX_TURNS
        try:
            return self._joined(pieces)
        finally:
            self._ends = inf

    def _tick(self) -> None:
        if thread_time() > self._ends:
            raise SecurityError(f"it takes longer than {MAX_SECONDS:g} s")

    def _watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def watched(*arguments: Any, **options: Any) -> Any:
            self._tick()
            return function(*arguments, **options)

        return watched

    def _turns(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._tick()
            self._turns_left -= 1
            if self._turns_left < 0:
                raise SecurityError(f"its loops take more than {MAX_TURNS:,} turns")
            yield item

    def _joined(self, pieces: Iterable[str], between: str = "") -> str:
        kept: list[str] = []
        size = 0
        for piece in pieces:
            self._tick()
            size += len(piece.encode("utf-8", "surrogatepass")) + (len(between) if kept else 0)
            if size > MAX_BYTES:
                raise SecurityError(f"a text gets longer than {MAX_BYTES:,} bytes")
            kept.append(piece)
        return between.join(kept)

    def _json(self, value: Any) -> str:
        return self._joined(_ENCODER.iterencode(value))

    def _shown(self, value: Any) -> Any:
        """What stands in the text for a value: strings as they are, all else as JSON."""
        return value if isinstance(value, str | Undefined) else self._json(value)

    def _join(self, items: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
        if attribute is not None:
            items = map(make_attrgetter(self, attribute), items)
        return self._joined((str(self._shown(item)) for item in items), str(d))

    def _replace(self, text: Any, old: str, new: str) -> str:
        whole = str(self._shown(text))
        if len(whole) + whole.count(old) * len(new) > MAX_BYTES:
            raise SecurityError(f"a text gets longer than {MAX_BYTES:,} bytes")
        return whole.replace(old, new)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        self._tick()
        if operator == "%" and isinstance(left, str):
            raise SecurityError("formatting with % is not available here; use ~")
        if _too_large(operator, left, right):
            raise SecurityError(f"the result of {operator} gets too large")
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, function: Any, /, *arguments: Any, **options: Any) -> Any:
        self._tick()
        return super().call(context, function, *arguments, **options)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Members of JSON objects come before Python's methods: `request.items` may be one."""
        self._tick()
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        allowed = _METHODS.get(type(obj))
        return super().is_safe_attribute(obj, attr, value) and (allowed is None or attr in allowed)

    def wrap_str_format(self, value: Any) -> None:
        """`format` can ask for any width: it is not available."""


def _as_list(value: Any) -> list[Any]:
    if isinstance(value, Undefined):
        str(value)  # raises what tells the name
    if isinstance(value, Iterable):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_as_list)


def _round(value: Any, precision: int = 0, method: Any = "common") -> float:
    if not -MAX_DIGITS <= precision <= MAX_DIGITS:
        raise SecurityError(f"numbers round to at most {MAX_DIGITS} digits")
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
