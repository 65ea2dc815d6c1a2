"""Time/cost-distance profiles of a demand's routes: a line that jumps where cargo stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.report.charts.frame import FAINT, Axis, grid, hollow, over_lines, pens, spread_apart
from corridors.report.labels import place_labels, short_name
from corridors.report.numbers import amount
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import cut, group, line, path, picture, text, width_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.profile import Profile, Step
    from corridors.report.charts.frame import Pen
    from corridors.report.runs import Demand, Run, Told
    from corridors.report.svg import Ids, Look

__all__ = ["profile_chart"]

#: Routes in one picture at most.
MOST = 5
WIDTH, LEFT, RIGHT = 860.0, 62.0, 652.0
TOP, PANEL, BETWEEN = 34.0, 200.0, 66.0
#: What a jump is marked with, beside its height.
SHAPES = {
    "border": "square", "gauge change": "diamond", "port": "up", "transfer": "circle",
    "boarding": "down", "terminal": "cross",
}  # fmt: skip
#: Jumps under this share of the highest point are not marked, and under that not named.
MARKED, NAMED = 0.01, 0.06
SMALL = 10.5


def profile_chart(run: Run, demand: Demand, ids: Ids) -> Chart:
    """Draw the routes of a demand, one for each corridor, cost above and time below.

    Parameters
    ----------
    run
        The run, for the legs.
    demand
        A demand with a route.
    ids
        Gives the id of the chart.
    """
    name = ids.new("profile", run.id, demand.id)
    routes = demand.by_corridor(MOST)
    profiles = run.profiles(routes)
    marks: list[Mark] = []
    body: list[str] = []
    for at, (quantity, unit) in enumerate((("usd_per_teu", "USD of 2024 per TEU"), ("h", "hours"))):
        foot = TOP + PANEL + at * (PANEL + BETWEEN)
        panel = _Panel(name, profiles, routes, quantity, foot)
        body += panel.drawn(unit)
        marks += panel.marks
    height = TOP + 2 * PANEL + BETWEEN + 62
    body += _shapes_key(profiles, height - 12)
    best = routes[0]
    title = f"{demand.id}: cost and time along the way"
    told = (
        f"{len(routes)} routes against km; the best, {best.along}, costs "
        f"{amount(best.usd_per_teu)} USD per TEU and takes {amount(best.h)} hours."
    )
    return Chart(
        name, "profile", run.id, title,
        "Lines rise with the kilometres and jump where cargo stands still: at borders, ports, "
        "changes of gauge or of mode. Thin bars above the ends: how late it may get, with ticks "
        "at the time that 80 and 95 of 100 journeys keep.",
        picture(name, WIDTH, height, title=title, told=told, body=body),
        "legs.geojson", tuple(marks), _table(routes),
    )  # fmt: skip


class _Panel:
    """One quantity of some routes against km."""

    def __init__(
        self, name: str, profiles: Sequence[Profile], routes: Sequence[Told], quantity: str,
        foot: float,
    ) -> None:  # fmt: skip
        self.name, self.profiles, self.routes, self.quantity = name, profiles, routes, quantity
        ends = [getattr(one.end, quantity) for one in profiles]
        if quantity == "h":
            ends += [one.p95_h for one in profiles if one.p95_h]
        self.top = max(ends) or 1.0
        far = max(one.end.km for one in profiles) or 1.0
        self.x = Axis(0.0, far * 1.01, LEFT, RIGHT)
        self.y = Axis(0.0, self.top * 1.05, foot, foot - PANEL)
        self.pens = pens(len(profiles))
        self.marks: list[Mark] = []

    def drawn(self, unit: str) -> list[str]:
        """Return the panel; what stands for a route is noted in `marks`."""
        parts = grid(self.x, self.y, x_name="km from the origin", y_name=unit, y_most=5)
        heights = spread_apart(
            (self.y.at(getattr(one.end, self.quantity)) for one in self.profiles),
            30, self.y.stop + 4, self.y.start - 6,
        )  # fmt: skip
        # The first route lies on top where routes share their line.
        for at in reversed(range(len(self.profiles))):
            parts.append(self._route(at, heights[at]))
        return [*parts, *self._names()]

    def _route(self, at: int, height: float) -> str:
        one, told, pen = self.profiles[at], self.routes[at], self.pens[at]
        points = [(self.x.at(p.km), self.y.at(getattr(p, self.quantity))) for p in one.points]
        parts = [path(points, stroke_width=2.2 if at else 2.8, **pen.stroke)]
        parts += self._jumps(one, points, pen)
        if self.quantity == "h":
            parts += self._late(one, points[-1], pen)
        parts += self._end(told, points[-1], height, pen)
        element = f"{self.name}-{self.quantity.split('_')[0]}-{told.rank}"
        self.marks.append(Mark(element, "route", told.route_id))
        tip = f"{told.route_id}, {told.along}: {_number(told, self.quantity)}"
        return group(parts, tip=tip, id=element, class_="mark")

    def _jumps(self, one: Profile, points: Sequence[tuple[float, float]], pen: Pen) -> list[str]:
        """Return a marker at the top of each jump that can be seen."""
        return [
            hollow(SHAPES[step.kind], x, y, 3.1, pen.colour, 1.2)
            for step, (x, y) in zip(one.steps, points[1:], strict=True)
            if step.is_stop and getattr(step, self.quantity) >= MARKED * self.top
        ]

    def _late(self, one: Profile, end: tuple[float, float], pen: Pen) -> list[str]:
        """Return a bar up to the time that 95 of 100 journeys keep, with a tick at 80."""
        if one.p80_h is None or one.p95_h is None:
            return []
        x, y = end
        thin: Look = {"stroke": pen.colour, "stroke_width": 1.0}
        ticks = [line(x - 3, self.y.at(h), x + 3, self.y.at(h), **thin)
                 for h in (one.p80_h, one.p95_h)]  # fmt: skip
        return [line(x, y, x, self.y.at(one.p95_h), **thin), *ticks]

    def _end(self, told: Told, end: tuple[float, float], height: float, pen: Pen) -> list[str]:
        """Return number and name of a route beside its end."""
        left = RIGHT + 12
        return [
            line(end[0], end[1], left - 2, height, stroke=pen.colour, stroke_width=0.8,
                 stroke_opacity="0.7"),
            path(((left, height), (left + 22, height)), stroke_width=2.6, **pen.stroke),
            text(left + 28, height - 1, _number(told, self.quantity), font_weight="600"),
            text(left + 28, height + 12, cut(told.along, WIDTH - left - 30, SMALL),
                 font_size=str(SMALL), **FAINT),
        ]  # fmt: skip

    def _names(self) -> list[str]:
        """Return the names of the largest jumps, those without room left out."""
        jumps = self._largest()
        said = [_said(step) for step, _, _ in jumps]
        if not jumps:
            return []
        sizes = np.array([(width_of(one, SMALL), 13.0) for one in said])
        # Pixels upward, as labels are placed in those.
        points = np.array([(x, -y) for _, x, y in jumps])
        frame = (LEFT, -self.y.start, RIGHT + 8, -self.y.stop + 12)
        found = place_labels(points, sizes, frame=frame, gap=7.0, dot=2.0)
        return [
            over_lines(one.x, -one.y - 3, said[one.index], font_size=str(SMALL)) for one in found
        ]

    def _largest(self) -> list[tuple[Step, float, float]]:
        """Return the jumps worth a name and their middles; alike ones of other routes left out."""
        found: dict[str, tuple[Step, float, float]] = {}
        for one in self.profiles:
            for step, at in zip(one.steps, one.points[1:], strict=True):
                high = getattr(step, self.quantity)
                if step.is_stop and high >= NAMED * self.top and step.name not in found:
                    middle = getattr(at, self.quantity) - high / 2
                    found[step.name] = step, self.x.at(at.km), self.y.at(middle)
        order = sorted(found.values(), key=lambda jump: (-getattr(jump[0], self.quantity), jump[1]))
        return order[:8]


def _number(told: Told, quantity: str) -> str:
    return f"{amount(told.h)} h" if quantity == "h" else f"{amount(told.usd_per_teu)} USD"


def _said(step: Step) -> str:
    """Return the name of a stop, what it is where it has none."""
    return short_name(step.name) or step.kind


def _shapes_key(profiles: Sequence[Profile], y: float) -> list[str]:
    """Return what the markers stand for, as far as they occur."""
    kinds = {step.kind for one in profiles for step in one.steps if step.is_stop}
    parts, x = [], LEFT
    for kind, shape in SHAPES.items():
        if kind in kinds:
            parts.append(hollow(shape, x + 4, y - 4, 3.6, "currentColor"))
            parts.append(text(x + 13, y, kind, font_size="11", **FAINT))
            x += 28 + width_of(kind, 11)
    return parts


def _table(routes: Sequence[Told]) -> tuple[tuple[str, ...], ...]:
    head = ("route", "corridor", "USD per TEU", "hours", "P80 hours", "P95 hours", "km",
            "TEU a year")  # fmt: skip
    return (
        head,
        *(
            (one.route_id, one.along, f"{one.usd_per_teu:.2f}", f"{one.h:.1f}", _or_dash(one.p80_h),
             _or_dash(one.p95_h), f"{one.km:.0f}", f"{one.teu_per_year:.0f}")
            for one in routes
        ),
    )  # fmt: skip


def _or_dash(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
