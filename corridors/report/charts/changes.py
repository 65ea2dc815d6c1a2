"""What changes for each demand from one scenario to another: cost and time of its best route."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.report.charts.frame import FAINT, GRID, Axis, hollow
from corridors.report.charts.waterfall import LESS, MORE
from corridors.report.numbers import amount, signed
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import cut, group, line, marker, picture, rect, text, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.report.svg import Ids

__all__ = ["Change", "changes_chart"]

#: Demands that are shown, those whose cost changes most.
MOST = 20
WIDTH, LEFT, TOP, ROW = 900.0, 190.0, 56.0, 24.0
_NUMBERS = 52.0
_DAY_H = 24.0


@dataclass(frozen=True)
class Change:
    """The best route of a demand before and after: USD per TEU and hours, None if there is none."""

    demand: str
    before: tuple[float, float] | None
    after: tuple[float, float] | None

    @property
    def adds(self) -> tuple[float, float]:
        """What it adds in USD per TEU and hours, 0 where one of the two has no route."""
        if self.before is None or self.after is None:
            return 0.0, 0.0
        return self.after[0] - self.before[0], self.after[1] - self.before[1]

    @property
    def opens(self) -> bool:
        """Whether there is a route only before, or only after."""
        return (self.before is None) is not (self.after is None)


def changes_chart(
    base: str, scenario: str, changes: Sequence[Change], source: str, ids: Ids
) -> Chart | None:
    """Draw the best routes of demands in two scenarios, cost to the left and days to the right.

    Parameters
    ----------
    base, scenario
        Ids of both.
    changes
        Demands of both.
    source
        The file that this was read from.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None if nothing changes.
    """
    differ = [one for one in changes if one.opens or any(abs(add) > 0 for add in one.adds)]
    shown = sorted(differ, key=lambda one: (not one.opens, -abs(one.adds[0]), one.demand))[:MOST]
    if not shown:
        return None
    name = ids.new("changes", base, scenario)
    foot = TOP + ROW * len(shown)
    room = (WIDTH - LEFT) / 2
    body = []
    for at, (title, by) in enumerate((("USD of 2024 per TEU", 1.0), ("days", 1 / _DAY_H))):
        left = LEFT + at * room
        body.append(text(left + _NUMBERS, TOP - 30, title, font_weight="600"))
        body += _column(shown, at, by, left, left + room)
    marks = []
    for at, one in enumerate(shown):
        top, element = TOP + ROW * at, f"{name}-{at + 1}"
        parts = [
            rect(0, top, WIDTH, ROW, fill="transparent"),
            line(0, top + ROW, WIDTH, top + ROW, **GRID),
            text(LEFT - 8, top + ROW / 2 + 4, cut(one.demand, LEFT - 12), text_anchor="end"),
        ]
        body.append(group(parts, tip=_said(one), id=element, class_="mark"))
        marks.append(Mark(element, "demand", one.demand))
    body += _key(foot + 20, base, scenario)
    title = f"What changes from {base} to {scenario}"
    told = f"{len(differ)} demands change; {_said(shown[0])}."
    return Chart(
        name, "changes", scenario, title,
        f"The best route of each demand, from the hollow mark ({base}) to the filled one "
        f"({scenario}). Demands whose best route stays the same are left out.",
        picture(name, WIDTH, foot + 32, title=title, told=told, body=body),
        source, tuple(marks), _table(shown, base, scenario),
    )  # fmt: skip


def _column(shown: Sequence[Change], at: int, by: float, left: float, right: float) -> list[str]:
    """Return both marks of each demand on one scale, with the change beside."""
    every = [pair[at] * by for one in shown for pair in (one.before, one.after) if pair]
    scale = Axis(0.0, max(every, default=1.0), left + 6, right - _NUMBERS - 14)
    foot, parts = TOP + ROW * len(shown), []
    for value in scale.ticks(5):
        parts.append(line(scale.at(value), TOP, scale.at(value), foot, **GRID))
        parts.append(text(scale.at(value), TOP - 8, amount(value), text_anchor="middle",
                          font_size="11", **FAINT))  # fmt: skip
    for row, one in enumerate(shown):
        parts += _pair(one, at, by, scale, TOP + ROW * row + ROW / 2)
    return parts


def _pair(one: Change, at: int, by: float, scale: Axis, y: float) -> list[str]:
    """Return the marks of a demand; words where one of the two has no route."""
    add = one.adds[at] * by
    colour = MORE if add > 0 else LESS
    parts, ends = [], []
    for pair, empty in ((one.before, True), (one.after, False)):
        if pair is not None:
            x = scale.at(pair[at] * by)
            ends.append(x)
            parts.append(_dot(x, y, colour, empty=empty))
    if len(ends) == 2:  # noqa: PLR2004 - before and after
        parts.insert(0, line(ends[0], y, ends[1], y, stroke=colour, stroke_width=2.2))
    said = signed(add) if not one.opens else "no route" if one.after is None else "new"
    parts.append(text(max(ends) + 9, y + 4, said, font_size="11"))
    return parts


def _dot(x: float, y: float, colour: str, *, empty: bool) -> str:
    if empty:
        return hollow("circle", x, y, 4.2, colour, 1.6)
    return marker("circle", x, y, 5.0, fill=colour)


def _said(one: Change) -> str:
    if one.opens:
        return f"{one.demand} {'loses its route' if one.after is None else 'gets a route'}"
    usd, h = one.adds
    return f"{one.demand}: {signed(usd)} USD per TEU, {signed(h / _DAY_H)} days"


def _key(y: float, base: str, scenario: str) -> list[str]:
    parts, x = [], LEFT + 6
    for said, empty in ((base, True), (scenario, False)):
        parts.append(_dot(x, y - 4, "currentColor", empty=empty))
        parts.append(text(x + 10, y, said, font_size="11", **FAINT))
        x += width_of(said, 11) + 34
    for said, colour in (("more", MORE), ("less", LESS)):
        parts.append(line(x, y - 4, x + 20, y - 4, stroke=colour, stroke_width=2.2))
        parts.append(text(x + 26, y, said, font_size="11", **FAINT))
        x += 70
    return parts


def _table(shown: Sequence[Change], base: str, scenario: str) -> tuple[tuple[str, ...], ...]:
    head = ("demand", f"USD per TEU, {base}", f"USD per TEU, {scenario}", f"hours, {base}",
            f"hours, {scenario}")  # fmt: skip
    return (
        head,
        *(
            (one.demand, *(
                "-" if pair is None else f"{pair[at]:.2f}"
                for at in (0, 1) for pair in (one.before, one.after)
            ))
            for one in shown
        ),
    )  # fmt: skip
