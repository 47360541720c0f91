"""A space as an object, with its clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import quote, urlencode

from .calls import AdminApiError, Calls, json_of, text_of, texts_in
from .faults import Faults

if TYPE_CHECKING:  # a test that only calls a server loads nothing of it
    from ledgersim.spaces.space import ResetScope

Instant = datetime | date | str  # UTC where it has no offset; a day is its midnight; text is ISO 8601

_MAX_LISTED = 1_000  # requests
_MAX_TROUBLES = 10

__tracebackhide__ = True  # pytest shows the line of the test


class Space:
    """An isolated world; as a context manager, it is deleted at the end. Each call may raise AdminApiError.

    `url` is its base address, `vendors` has those of the vendors by name; each is also an attribute, such as
    `space.NAME`.
    """

    def __init__(self, told: Mapping[str, Any], token: str | None = None) -> None:
        self.name: str = told["name"]
        self.url: str = told["control"].removesuffix("/_sim")
        self.vendors: dict[str, str] = dict(told["vendors"])
        self._control = Calls(told["control"], token)
        self.clock = Clock(self._control)
        self.faults = Faults(self._control)

    def __getattr__(self, name: str) -> str:
        """The base address of a vendor."""
        if name in self.__dict__.get("vendors", ()):
            return self.vendors[name]
        raise AttributeError(f"{type(self).__name__} has no attribute or vendor {name!r}")

    def __repr__(self) -> str:
        return f"<Space {self.name} {self.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.delete()

    def delete(self) -> None:
        """Let go of the space, if it is still there."""
        try:
            self._control("DELETE", f"/spaces/{self.name}")
        except AdminApiError as refused:
            if refused.status != 404:
                raise

    def admin(self, method: str, path: str, json: Any = None) -> Any:
        """Any other call to the admin API: `space.admin("GET", "/coverage")`; its JSON, bytes or None."""
        return self._control(method, f"/{path.removeprefix('/')}", json)

    def reset(self, scope: ResetScope = "all") -> None:
        """Go back to the start: all, data, clock, faults or journal."""
        self._control("POST", "/reset", {"scope": scope})

    def snapshot(self, name: str | None = None) -> str:
        """Keep the present state under a name (without: a free one), which is returned."""
        return str(self._control("POST", "/snapshots", {"name": name})["name"])

    def restore(self, name: str) -> None:
        """Go back to a snapshot."""
        self._control("POST", f"/snapshots/{quote(name, safe='')}/restore")

    def export(self) -> dict[str, Any]:
        """All stored rows; equal states are equal."""
        return dict(self._control("GET", "/export"))

    def fixtures(self, content: Path | str | Mapping[str, Any]) -> Any:
        """Load customers, debtors, cases and so on of your own: a file, YAML or JSON text, or a dict.

        Raises ValueError for the name of a file as text.
        """
        if isinstance(content, str) and content.endswith((".yaml", ".yml", ".json")) and "\n" not in content:
            raise ValueError(f"{content!r} is the name of a file, not fixtures; pass Path({content!r})")
        if isinstance(content, Path):
            data = content.read_bytes()
        else:
            data = (content if isinstance(content, str) else json_of(content)).encode()
        return self._control.send("POST", "/fixtures", data, "application/yaml")

    @property
    def personas(self) -> dict[str, dict[str, Any]]:
        """The people and companies of the world that show something, by name: `personas["Ulla Unpaid"]`."""
        return _Personas((one["name"], one) for one in self._control("GET", "/personas")["personas"])

    def requests(self, **filters: Any) -> list[dict[str, Any]]:
        """The recorded requests, oldest first.

        Filters: operation, method, path, problem (`*` stands for any text), status, diagnostics (True or
        False), since (an id), limit (how many of the newest; at most, and by default, 1,000).
        """
        query = {name: text_of(value) for name, value in {"limit": _MAX_LISTED, **filters}.items()}
        return list(self._control("GET", f"/requests?{urlencode(query)}")["requests"])

    def request(self, id: int) -> dict[str, Any]:
        """One recorded request in full, with headers and bodies."""
        return dict(self._control("GET", f"/requests/{id}"))

    def verify(
        self,
        exactly: int | None = None,
        *,
        at_least: int | None = None,
        at_most: int | None = None,
        **match: Any,
    ) -> list[int]:
        """The ids of the requests meant. Raises AssertionError unless so many were made (default: at least 1).

        `match` takes operation, method, path and problem (`*` stands for any text), header and query (dicts),
        status, and body: members that the JSON sent must have.
        """
        bounds = {"exactly": exactly, "at_least": at_least, "at_most": at_most}
        if exactly is at_least is at_most is None:
            bounds["at_least"] = 1
        told = self._control("POST", "/requests/verify", {"match": texts_in(match), "count": bounds})
        if not told["ok"]:
            wanted = ", ".join(f"{name}={value!r}" for name, value in match.items())
            lines = [f"{told['reason']} Wanted: {wanted or 'any request'}"]
            for title in "found", "nearest":
                if shown := told.get(title):
                    lines += [f"{title.title()}:", *map(describe, shown)]
            raise AssertionError("\n".join(lines))
        return list(told["matching"])

    def troubles(self) -> str:
        """The last requests that were refused, only tolerated, or met by a fault, as text; may be empty."""
        try:
            recorded = self.requests()
        except (AdminApiError, OSError, HTTPException):
            return ""
        told = [one for one in recorded if one.keys() & {"problem", "diagnostics", "faults", "nearest"}]
        earlier = [f"… {len(told) - _MAX_TROUBLES} earlier"] if len(told) > _MAX_TROUBLES else []
        return "\n".join([*earlier, *map(describe, told[-_MAX_TROUBLES:])])


class _Personas(dict[str, dict[str, Any]]):
    """Personas by name."""

    def __missing__(self, name: str) -> NoReturn:
        from difflib import get_close_matches  # where there is a mistake, not in every run

        near = get_close_matches(name, self, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(self)}"
        raise KeyError(f"{name!r} is no persona; {hint}")


class Clock:
    """The clock of a space, which only moves forward. In a new space it ticks on from the day of the world."""

    def __init__(self, control: Calls) -> None:
        self._control = control

    @property
    def now(self) -> datetime:
        """The time, aware and UTC."""
        return datetime.fromisoformat(self._control("GET", "/clock")["now"])

    def freeze(self, at: Instant | None = None) -> None:
        """Stand still, now or at a time."""
        self._control("PUT", "/clock", {"mode": "frozen", "now": at})

    def tick(self, at: Instant | None = None) -> None:
        """Tick with the clock of the machine, from the present reading or from a time on."""
        self._control("PUT", "/clock", {"mode": "real", "now": at})

    def set(self, at: Instant) -> None:
        """Move to a time, and stand still or tick as before; what falls due on the way happens."""
        self._control("PUT", "/clock", {"now": at})

    def advance(self, by: str | timedelta) -> list[dict[str, Any]]:
        """Move on by an ISO 8601 duration such as P1M, or a timedelta; what fell due on the way, in order."""
        return list(self._control("POST", "/clock/advance", {"by": by})["events"])

    def events(self) -> list[dict[str, Any]]:
        """The last 1,000 things that fell due since the start or the last reset, in order."""
        return list(self._control("GET", "/events")["events"])


def describe(request: Mapping[str, Any]) -> str:
    """A recorded request as a line of text, and beneath it why it was refused or is not the one wanted."""
    query = f"?{request['query']}" if request["query"] else ""
    answer = " ".join(str(part) for part in (request["status"] or "no answer", request.get("problem")) if part)
    lines = [f"#{request['id']} {request['method']} {request['path']}{query} -> {answer}"]
    for one in request.get("diagnostics", ()):
        lines.append(f"{' '.join(filter(None, (one['code'], one['where'])))}: {one['message']}")
    lines += [f"fault {one}" for one in request.get("faults", ())]
    if nearest := request.get("nearest"):
        lines.append(f"nearest route: {nearest['method']} {nearest['path']} ({nearest['reason']})")
    if differs := request.get("differs"):
        lines.append("differs in " + ", ".join(f"{name}: {value}" for name, value in differs.items()))
    return "\n    ".join(lines)
