"""Charts and diagrams as inline SVG."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from markupsafe import Markup

_WIDTH, _HEIGHT = 640, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 12, 10, 24

_BOX, _BOX_HEIGHT, _GAP, _ROW = 150, 34, 150, 70


def chart(card: Mapping[str, Any]) -> Markup:
    """Values that stay until the next date, with a point for each: filled if it has come true."""
    points = sorted(card["points"], key=lambda one: one["at"])
    days = [date.fromisoformat(one["at"][:10]).toordinal() for one in points]
    most = max((one["value"] for one in points), default=0) or 1
    first, span = days[0], max(days[-1] - days[0], 1)

    def x(day: int) -> float:
        return round(_LEFT + (day - first) / span * (_WIDTH - _LEFT - _RIGHT), 1)

    def y(value: float) -> float:
        return round(_TOP + (1 - value / most) * (_HEIGHT - _TOP - _BOTTOM), 1)

    steps = "".join(f"H{x(day)}V{y(one['value'])}" for day, one in zip(days[1:], points[1:], strict=True))
    line = f"M{x(first)} {y(points[0]['value'])}{steps}"
    base = y(0)
    parts = [
        Markup(
            '<line class="axis" x1="{}" x2="{}" y1="{y}" y2="{y}"/>'
            '<text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(_LEFT, _WIDTH - _RIGHT, _LEFT - 6, y(value) + 4, f"{value:,.0f}", y=y(value))
        for value in (0, most / 2, most)
    ]
    parts.append(Markup('<path class="area" d="{}V{}H{}Z"/>').format(line, base, x(first)))
    parts.append(Markup('<path class="line" d="{}"/>').format(line))
    for day, one in zip(days, points, strict=True):
        parts.append(
            Markup('<circle class="point{}" cx="{}" cy="{}" r="3.5"><title>{}: {} {}</title></circle>').format(
                " paid" if one["done"] else "",
                x(day),
                y(one["value"]),
                one["at"],
                f"{one['value']:,.2f}",
                card["unit"],
            )
        )
    for day, one, anchor in ((days[0], points[0], "start"), (days[-1], points[-1], "end")):
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
                x(day), _HEIGHT - 6, anchor, one["at"]
            )
        )
    return _svg(card["title"], _WIDTH, _HEIGHT, parts)


def states(card: Mapping[str, Any]) -> Markup:
    """States in columns, by how many moves lead there, with arrows between them."""
    depths = _depths(card["states"], card["moves"])
    columns: dict[int, list[str]] = {}
    for state in card["states"]:
        columns.setdefault(depths[state], []).append(state)
    rows = max(len(one) for one in columns.values())
    width, height = len(columns) * (_BOX + _GAP) - _GAP + 20, rows * _ROW + 10
    places = {
        state: (
            10 + depth * (_BOX + _GAP),
            5 + (height - 10) / 2 - _BOX_HEIGHT / 2 + (row - (len(column) - 1) / 2) * _ROW,
        )
        for depth, column in columns.items()
        for row, state in enumerate(column)
    }
    parts = [
        Markup(
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
            ' orient="auto"><path class="tip" d="M0 0L8 4L0 8Z"/></marker></defs>'
        )
    ]
    for move in card["moves"]:
        (x1, y1), (x2, y2) = places[move["source"]], places[move["target"]]
        x1, y1, y2 = x1 + _BOX, y1 + _BOX_HEIGHT / 2, y2 + _BOX_HEIGHT / 2
        parts.append(
            Markup(
                '<path class="move" d="M{} {}L{} {}" marker-end="url(#tip)"/>'
                '<text class="on" x="{}" y="{}" text-anchor="middle">{}</text>'
            ).format(x1, y1, x2, y2, (x1 + x2) / 2, (y1 + y2) / 2 + 4, move["name"])
        )
    for state, (left, top) in places.items():
        parts.append(
            Markup(
                '<g{}><rect class="state" x="{}" y="{}" width="{}" height="{}" rx="6"/>'
                '<text x="{}" y="{}" text-anchor="middle">{}</text></g>'
            ).format(
                Markup(' class="present"') if state == card["present"] else "",
                left, top, _BOX, _BOX_HEIGHT, left + _BOX / 2, top + _BOX_HEIGHT / 2 + 4, state,
            )
        )  # fmt: skip
    return _svg(f"{card['title']}; it is {card['present']}", width, height, parts)


def _depths(names: Sequence[str], moves: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """How many moves lead to each state at least."""
    targets = {move["target"] for move in moves}
    depths = {name: 0 for name in names if name not in targets} or {names[0]: 0}
    for _ in names:
        for move in moves:
            if move["source"] in depths:
                depths.setdefault(move["target"], depths[move["source"]] + 1)
    return {name: depths.get(name, 0) for name in names}


def _svg(title: str, width: float, height: float, parts: Sequence[Markup]) -> Markup:
    return Markup('<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>').format(
        title, width, height, Markup().join(parts)
    )
