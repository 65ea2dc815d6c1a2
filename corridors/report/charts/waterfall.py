"""Waterfalls: what a difference is made of, between two routes or two scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.report.charts.frame import FAINT, GRID, INK_LINE, Axis
from corridors.report.numbers import amount, signed
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import cut, group, line, picture, rect, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.report.runs import Demand, Run
    from corridors.report.svg import Ids

__all__ = ["Column", "Step", "route_waterfall", "scenario_waterfall", "stairs"]

WIDTH, LEFT, TOP, ROW = 860.0, 208.0, 52.0, 24.0
#: Colours of more and of less; a sign beside each bar and its direction say it too.
MORE, LESS, TOTAL = "#D55E00", "#0072B2", "#7A7A7A"
#: Steps that are told one by one.
MOST = 9
#: Steps under this in every quantity are none: half a cent, or 5,000 USD of millions.
LEAST = 0.005
_MILLION, _THOUSAND = 1e6, 1e3
#: Hours of a thousand days.
_THOUSAND_DAYS_H = 24e3
#: Room for numbers beside bars, in pixels.
_NUMBERS = 64.0


@dataclass(frozen=True)
class Column:
    """A quantity of a waterfall: its title with the unit, and digits of its table."""

    title: str
    digits: int = 0


@dataclass(frozen=True)
class Step:
    """A step: its name, what it adds to each quantity, and what it stands for on the map."""

    name: str
    adds: tuple[float, ...]
    mark: tuple[str, str] | None = None


def route_waterfall(run: Run, demand: Demand, ids: Ids) -> Chart | None:
    """Draw what the next corridor of a demand pays and takes beyond its best route.

    Parameters
    ----------
    run
        The run, for the bills.
    demand
        A demand of it.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None if there is no route by another corridor.
    """
    routes = demand.by_corridor(len(demand.routes))
    others = [one for one in routes[1:] if one.corridor != routes[0].corridor]
    if not others:
        return None
    best, other = routes[0], others[0]
    bills = run.bill(best.route_id), run.bill(other.route_id)
    steps = [
        Step(part.replace("_", " "), _apart(bills[0].get(part), bills[1].get(part)))
        for part in dict.fromkeys((*bills[0], *bills[1]))
    ]
    name = ids.new("waterfall", run.id, demand.id)
    title = f"{demand.id}: {other.along} against {best.along}"
    columns = (Column("USD of 2024 per TEU more", 2), Column("hours more", 2))
    differs = _folded(steps)
    svg, marks = stairs(
        name, title, columns, differs, begins=(best.usd_per_teu, best.h),
        ends=("the best route", "the next corridor"),
    )  # fmt: skip
    ends = (
        Mark(f"{name}-from", "route", best.route_id), Mark(f"{name}-to", "route", other.route_id),
    )  # fmt: skip
    return Chart(
        name, "waterfall", run.id, title,
        "Bars to the right: the next corridor pays or takes more for this than the best route; "
        "to the left: less. The last bar is the whole difference.",
        svg, "lines.csv", (*ends, *marks), _table(columns, differs),
    )  # fmt: skip


def scenario_waterfall(base: Run, run: Run, ids: Ids) -> Chart | None:
    """Draw what the yearly cost of a scenario is made of beyond that of another.

    Returns
    -------
    Chart or None
        None if they cost the same.
    """
    steps = _yearly(base, run)
    differs = _folded(steps)
    if not differs:
        return None
    name = ids.new("waterfall", base.id, run.id)
    title = f"What {run.id} costs a year against {base.id}"
    columns = (Column("million USD of 2024 a year", 3), Column("thousand TEU-days a year", 3))
    begins = (_whole(base) / _MILLION, base.teu_days / _THOUSAND)
    svg, marks = stairs(name, title, columns, differs, begins=begins, ends=(base.id, run.id))
    return Chart(
        name, "waterfall", run.id, title,
        f"Bars to the right: {run.id} costs or takes more than {base.id} for this; to the left: "
        "less. Demands are told by the money they pay; time at its value, with its reliability "
        "and empty boxes, is one step. The last bar is the whole difference.",
        svg, "result.json", marks, _table(columns, differs),
    )  # fmt: skip


def stairs(
    name: str, title: str, columns: Sequence[Column], steps: Sequence[Step], *,
    begins: Sequence[float], ends: tuple[str, str],
) -> tuple[str, tuple[Mark, ...]]:  # fmt: skip
    """Draw steps as floating bars, a column for each quantity, and return what they stand for.

    Parameters
    ----------
    name, title
        Id and title of the picture.
    columns
        The quantities.
    steps
        The steps in order.
    begins
        What each quantity is before the first step.
    ends
        What the difference begins from, and what it leads to.
    """
    body = [text(LEFT - 10, TOP - 6, f"from {ends[0]}", text_anchor="end", font_size="11",
                 id=f"{name}-from", **FAINT)]  # fmt: skip
    room = (WIDTH - LEFT - 12) / len(columns)
    foot = TOP + ROW * (len(steps) + 1)
    marks = []
    for row, step in enumerate(steps):
        body.append(text(LEFT - 10, _middle(row) + 4, cut(step.name, LEFT - 16), text_anchor="end"))
        if step.mark:
            marks.append(Mark(f"{name}-step-{row + 1}", *step.mark))
    for at, column in enumerate(columns):
        left = LEFT + at * room
        adds = [step.adds[at] for step in steps]
        body += _column(column, adds, begins[at], left, left + room - 14, foot)
    for row, step in enumerate(steps):
        touch = rect(0, TOP + ROW * row, WIDTH, ROW, fill="transparent")
        tip = f"{step.name}: {', '.join(map(signed, step.adds))}"
        body.append(group([touch], tip=tip, id=f"{name}-step-{row + 1}", class_="mark"))
    said = cut(f"to {ends[1]}", LEFT - 16, 11)
    body.append(text(LEFT - 10, _middle(len(steps)) + 4, said, text_anchor="end",
                     font_weight="600", font_size="11", id=f"{name}-to"))  # fmt: skip
    whole = [sum(step.adds[at] for step in steps) for at in range(len(columns))]
    told = "; ".join(
        f"{signed(total)} {column.title}" for total, column in zip(whole, columns, strict=True)
    )
    svg = picture(name, WIDTH, foot + 14, title=title, told=f"In all {told}.", body=body)
    return svg, tuple(marks)


def _column(
    column: Column, adds: Sequence[float], begin: float, left: float, right: float, foot: float
) -> list[str]:
    """Return the bars of one quantity."""
    heights = [0.0]
    for add in adds:
        heights.append(heights[-1] + add)
    low, high = min(heights), max(heights)
    scale = Axis(low, high if high > low else low + 1.0, left + _NUMBERS, right - _NUMBERS)
    zero = scale.at(0.0)
    parts = [
        text((left + right) / 2, TOP - 32, column.title, text_anchor="middle", font_weight="600"),
        text((left + right) / 2, TOP - 17, f"from {amount(begin)} to {amount(begin + sum(adds))}",
             text_anchor="middle", font_size="11", **FAINT),
        line(zero, TOP - 8, zero, foot, **INK_LINE),
    ]  # fmt: skip
    for row, add in enumerate(adds):
        parts += _bar(scale, heights[row], add, _middle(row), MORE if add > 0 else LESS)
        if row + 1 < len(adds):
            end = scale.at(heights[row + 1])
            parts.append(line(end, _middle(row) + 8, end, _middle(row + 1) - 8, **GRID))
    parts.append(line(left, foot - ROW, right, foot - ROW, **GRID))
    parts += _bar(scale, 0.0, heights[-1], _middle(len(adds)), TOTAL, bold=True)
    return parts


def _bar(
    scale: Axis, begin: float, add: float, y: float, colour: str, *, bold: bool = False
) -> list[str]:
    """Return a bar with its number on the side that it points to; the number alone if it is 0."""
    start, end = scale.at(begin), scale.at(begin + add)
    said = signed(add)
    side = 1 if add >= 0 else -1
    shape = rect(start, y - 8, end - start, 16, fill=colour, fill_opacity="0.88")
    return [
        *([shape] if add else []),
        text(end + 5 * side, y + 4, said, text_anchor="start" if side > 0 else "end",
             font_size="11", font_weight="600" if bold else None),
    ]  # fmt: skip


def _middle(row: int) -> float:
    return TOP + ROW * row + ROW / 2


def _folded(steps: Sequence[Step]) -> list[Step]:
    """Return the largest steps, by the first quantity, and the sum of the others as one.

    Steps that add nothing that can be seen are left out.
    """
    told = [one for one in steps if any(abs(add) >= LEAST for add in one.adds)]
    order = sorted(told, key=lambda one: (-abs(one.adds[0]), -abs(one.adds[-1]), one.name))
    kept, rest = order[:MOST], order[MOST:]
    if not rest:
        return kept
    sums = tuple(sum(one.adds[at] for one in rest) for at in range(len(rest[0].adds)))
    return [*kept, Step(f"{len(rest)} others", sums)]


def _apart(a: tuple[float, float] | None, b: tuple[float, float] | None) -> tuple[float, float]:
    (usd_a, h_a), (usd_b, h_b) = a or (0.0, 0.0), b or (0.0, 0.0)
    return usd_b - usd_a, h_b - h_a


def _yearly(base: Run, run: Run) -> list[Step]:
    """Return what each demand, time at its value and the penalty add in a year."""
    steps = []
    for name in dict.fromkeys((*base.demands, *run.demands)):
        old, new = _carried(base.demands.get(name)), _carried(run.demands.get(name))
        adds = (new[0] - old[0]) / _MILLION, (new[1] - old[1]) / _THOUSAND_DAYS_H
        steps.append(Step(name, adds, ("demand", name)))
    money = sum(one.adds[0] for one in steps) * _MILLION
    cost = run.totals["generalised_cost"] - base.totals["generalised_cost"]
    penalty = run.totals["unserved_penalty"] - base.totals["unserved_penalty"]
    return [
        *steps,
        Step("time at its value", ((cost - money) / _MILLION, 0.0)),
        Step("penalty of what is not carried", (penalty / _MILLION, 0.0)),
    ]


def _carried(demand: Demand | None) -> tuple[float, float]:
    """Return USD and TEU-hours a year of what a demand sends by its routes."""
    routes = demand.routes if demand else ()
    return (
        sum(one.teu_per_year * one.usd_per_teu for one in routes),
        sum(one.teu_per_year * one.h for one in routes),
    )


def _whole(run: Run) -> float:
    return run.totals["generalised_cost"] + run.totals["unserved_penalty"]


def _table(columns: Sequence[Column], steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
    whole = [sum(step.adds[at] for step in steps) for at in range(len(columns))]
    rows = [(step.name, step.adds) for step in steps]
    return (
        ("part", *(column.title for column in columns)),
        *(
            (name, *(f"{add + 0.0:.{column.digits}f}"
                     for add, column in zip(adds, columns, strict=True)))
            for name, adds in [*rows, ("all", tuple(whole))]
        ),
    )  # fmt: skip
