"""The front of cost and time of a demand: ways of which none is beaten in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.report.charts.frame import FAINT, Axis, Pen, grid, hollow, over_lines, pens
from corridors.report.labels import place_labels
from corridors.report.numbers import amount
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import group, line, marker, path, picture, text, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.svg import Ids

    Row = Mapping[str, str]

__all__ = ["front_chart"]

FILE = "fronts.csv"
WIDTH, HEIGHT = 800.0, 400.0
LEFT, RIGHT, TOP, FOOT = 66.0, 770.0, 34.0, 320.0
#: Room beside the points on both scales, as a share of what they span.
MARGIN = 0.08
SMALL = 11.0
#: Names of corridors are told of so many points, the best ones first.
NAMED = 8


def front_chart(scenario: str, demand: str, rows: Sequence[Row], ids: Ids) -> Chart:
    """Draw the front of a demand.

    Parameters
    ----------
    scenario, demand
        Whose front it is.
    rows
        Rows of `fronts.csv` of the demand, two or more, the cheapest first.
    ids
        Gives the id of the chart.
    """
    name = ids.new("front", scenario, demand)
    x = Axis(*_room([float(one["time_h"]) for one in rows]), LEFT, RIGHT)
    y = Axis(*_room([float(one["cost_usd_per_teu"]) for one in rows]), FOOT, TOP)
    points = [(x.at(float(one["time_h"])), y.at(float(one["cost_usd_per_teu"]))) for one in rows]
    convex = [one["convex"] == "yes" for one in rows]
    pen = pens(1)[0]
    body = grid(x, y, x_name="hours", y_name="USD of 2024 per TEU")
    hull = [at for at, kept in zip(points, convex, strict=True) if kept]
    body.append(path(hull, stroke_width=2.0, **pen.stroke))
    marks: list[Mark] = []
    for row, at, kept in zip(rows, points, convex, strict=True):
        element = f"{name}-{row['rank']}"
        body.append(_point(row, at, element, pen, kept=kept))
        marks.append(Mark(element, "demand", demand))
    body += _names(rows, points, convex)
    body += _key(pen, HEIGHT - 12)
    cheapest, fastest = rows[0], min(rows, key=lambda one: float(one["time_h"]))
    title = f"{demand}: what less time costs"
    told = (
        f"{len(rows)} ways from {_usd(cheapest)} USD and {_h(cheapest)} hours, the cheapest, to "
        f"{_usd(fastest)} USD and {_h(fastest)} hours, the fastest."
    )
    return Chart(
        name, "front", scenario, title,
        "Each point is a way that no other beats in both cost and time. Filled points on the "
        "line are the best for some value of time; hollow ones for none.",
        picture(name, WIDTH, HEIGHT, title=title, told=told, body=body),
        FILE, tuple(marks), _table(rows),
    )  # fmt: skip


def _point(row: Row, at: tuple[float, float], element: str, pen: Pen, *, kept: bool) -> str:
    tip = f"{_usd(row)} USD per TEU, {_h(row)} hours, {_along(row)}{_between(row)}"
    full = marker("circle", *at, 5.0, fill=pen.colour)
    shape = full if kept else hollow("diamond", *at, 3.4, pen.colour)
    return group([shape], tip=tip, id=element, class_="mark")


def _names(
    rows: Sequence[Row], points: Sequence[tuple[float, float]], convex: Sequence[bool]
) -> list[str]:
    """Return the corridors of points, those on the line first, as far as there is room."""
    order = sorted(range(len(rows)), key=lambda at: (not convex[at], at))
    said: dict[str, int] = {}
    for at in order:
        said.setdefault(_along(rows[at]), at)
    chosen = list(said.items())[:NAMED]
    places = np.array([(points[at][0], -points[at][1]) for _, at in chosen])
    sizes = np.array([(width_of(words, SMALL), 13.0) for words, _ in chosen])
    every = np.array([(x - 4, -y - 4, x + 4, -y + 4) for x, y in points])
    found = place_labels(
        places, sizes, frame=(LEFT, -FOOT, WIDTH, -TOP + 16), gap=8.0, dot=4.0, clear=every
    )
    return [
        over_lines(one.x, -one.y - 3, chosen[one.index][0], font_size=str(SMALL)) for one in found
    ]


def _key(pen: Pen, y: float) -> list[str]:
    middle = y - 4
    return [
        line(LEFT, middle, LEFT + 26, middle, stroke_width=2.0, stroke=pen.colour),
        marker("circle", LEFT + 13, middle, 5.0, fill=pen.colour),
        text(LEFT + 33, y, "best for some value of time", font_size="11", **FAINT),
        hollow("diamond", LEFT + 226, middle, 3.6, pen.colour),
        text(LEFT + 237, y, "unbeaten, but best for none", font_size="11", **FAINT),
    ]


def _room(values: Sequence[float]) -> tuple[float, float]:
    """Return a span with room beside the values."""
    low, high = min(values), max(values)
    more = (high - low or abs(high) or 1.0) * MARGIN
    return max(0.0, low - more), high + more


def _along(row: Row) -> str:
    return row["corridor"].replace(";", ", ") or row["countries"].replace(";", " ")


def _between(row: Row) -> str:
    """Return what an hour must be worth for a point to be the best, empty if it never is."""
    if not row["best_from_usd_per_teu_h"]:
        return ""
    low = amount(float(row["best_from_usd_per_teu_h"]))
    high = row["best_to_usd_per_teu_h"]
    span = f"from {low} to {amount(float(high))}" if high else f"above {low}"
    return f"; best where an hour of a TEU is worth {span} USD"


def _usd(row: Row) -> str:
    return amount(float(row["cost_usd_per_teu"]))


def _h(row: Row) -> str:
    return amount(float(row["time_h"]))


def _table(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    head = ("way", "corridor", "USD per TEU", "hours", "P80 hours", "best for some value of time")
    return (
        head,
        *(
            (one["route_id"], _along(one), one["cost_usd_per_teu"], one["time_h"],
             one["time_p80_h"] or "-", one["convex"])
            for one in rows
        ),
    )  # fmt: skip
