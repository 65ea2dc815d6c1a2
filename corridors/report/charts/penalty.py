"""The sweep over penalties: how the values of actors hang on what cargo without a way costs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from corridors.report.charts.frame import FAINT, Axis, grid, hollow, pens, spread_apart
from corridors.report.numbers import amount
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import cut, group, line, path, picture, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.charts.frame import Pen
    from corridors.report.svg import Ids

    Row = Mapping[str, str]

__all__ = ["penalty_chart"]

FILE = "actors.csv"
#: The columns of the sweep, each with its factor.
SWEPT = re.compile(r"shapley_g1_x([0-9.]+)_usd_per_year")
#: Actors that are shown, those of the highest values.
MOST = 12
WIDTH, LEFT, RIGHT, TOP, FOOT = 800.0, 72.0, 570.0, 34.0, 330.0
_MILLION = 1e6


def penalty_chart(scenario: str, rows: Sequence[Row], ids: Ids) -> Chart | None:
    """Draw the Shapley value of each player at each penalty.

    Parameters
    ----------
    scenario
        Id of the scenario.
    rows
        Rows of `actors.csv`.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None where no penalty was swept, or there are no players.
    """
    factors = _factors(rows)
    players = [row for row in rows if row["player"] == "yes"] if len(factors) > 1 else []
    shown = sorted(players, key=lambda row: (-max(_values(row, factors)), row["actor"]))[:MOST]
    if not shown:
        return None
    name = ids.new("penalty", scenario)
    values = [_values(row, factors) for row in shown]
    top, low = max(map(max, values)), min(0.0, *map(min, values))
    x = Axis(-0.15, len(factors) - 1 + 0.05, LEFT, RIGHT)
    y = Axis(low, top * 1.05 or 1.0, FOOT, TOP)
    body = grid(x, y, x_name="penalty of a TEU without a way, by that of the scenario",
                y_name="Shapley value, million USD of 2024 a year", x_most=0)  # fmt: skip
    for at, factor in enumerate(factors):
        body.append(text(x.at(at), FOOT + 17, f"× {factor}", text_anchor="middle",
                         font_size="11", **FAINT))  # fmt: skip
    heights = spread_apart((y.at(one[-1]) for one in values), 17, TOP, FOOT)
    looks, marks = pens(len(shown)), []
    for at, row in enumerate(shown):
        element = f"{name}-{at + 1}"
        points = [(x.at(k), y.at(value)) for k, value in enumerate(values[at])]
        body.append(_line(element, row, values[at], points, heights[at], looks[at]))
        marks.append(Mark(element, "actor", row["actor"]))
    title = "How values hang on the penalty for cargo without a way"
    told = "; ".join(
        f"{row['actor']} from {amount(one[0])} to {amount(one[-1])}"
        for row, one in zip(shown, values, strict=True)
    )
    return Chart(
        name, "penalty", scenario, title,
        "A steep line: the actor's value rests on cargo that has no other way, and so on what "
        "that is said to cost. A flat one does not.",
        picture(name, WIDTH, FOOT + 46, title=title, told=f"{told} million USD.", body=body),
        FILE, tuple(marks), _table(shown, factors, values),
    )  # fmt: skip


def _factors(rows: Sequence[Row]) -> list[str]:
    """Return the factors of the sweep in order of size, as the file writes them."""
    found = [match[1] for column in (rows[0] if rows else ()) for match in [SWEPT.fullmatch(column)]
             if match]  # fmt: skip
    return sorted(found, key=float)


def _values(row: Row, factors: Sequence[str]) -> list[float]:
    cells = (row[f"shapley_g1_x{factor}_usd_per_year"] for factor in factors)
    return [float(cell or 0.0) / _MILLION for cell in cells]


def _line(
    element: str, row: Row, values: Sequence[float], points: Sequence[tuple[float, float]],
    height: float, pen: Pen,
) -> str:  # fmt: skip
    """Return the line of an actor with its name beside the end."""
    end, left = points[-1], RIGHT + 14
    said = f"{row['actor']}  {amount(values[-1])}  {row['name']}"
    parts = [
        path(points, stroke_width=2.0, **pen.stroke),
        *(hollow(pen.shape, *at, 3.6, pen.colour) for at in points),
        line(*end, left - 2, height, stroke=pen.colour, stroke_width=0.8, stroke_opacity="0.7"),
        path(((left, height), (left + 22, height)), stroke_width=2.4, **pen.stroke),
        text(left + 28, height + 4, cut(said, WIDTH - left - 30)),
    ]  # fmt: skip
    return group(parts, tip=f"{row['name']}: {', '.join(map(amount, values))} million USD",
                 id=element, class_="mark")  # fmt: skip


def _table(
    shown: Sequence[Row], factors: Sequence[str], values: Sequence[Sequence[float]]
) -> tuple[tuple[str, ...], ...]:
    head = ("actor", "name", *(f"penalty × {one}, million USD a year" for one in factors))
    return (
        head,
        *(
            (row["actor"], row["name"], *(f"{value:.3f}" for value in one))
            for row, one in zip(shown, values, strict=True)
        ),
    )
