"""The matrix of leverage: what each actor can impose on each other by letting nothing pass."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from corridors.report.charts.frame import GRID
from corridors.report.numbers import amount
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import group, line, picture, rect, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.svg import Ids

    Row = Mapping[str, str]

__all__ = ["leverage_chart"]

FILE = "leverage.csv"
#: Actors along each side.
MOST = 14
LEFT, TOP, CELL, HIGH = 74.0, 54.0, 60.0, 30.0
WIDTH, LEAST_WIDTH = 900.0, 420.0
COLOUR = "#D55E00"
#: Sums under this, in million USD a year, are not told.
LEAST = 0.05
#: Above this share of the largest a cell is so dark that its number is white.
_DARK = 0.55
_MILLION = 1e6


def leverage_chart(scenario: str, rows: Sequence[Row], ids: Ids) -> Chart | None:
    """Draw the matrix: who closes down the side, who pays along the top.

    Parameters
    ----------
    scenario
        Id of the scenario.
    rows
        Rows of `leverage.csv`.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None if nobody imposes anything on anybody.
    """
    imposed = {
        (row["actor"], row["over"]): float(row["imposed_usd_per_year"]) / _MILLION for row in rows
    }
    sides = [_largest(imposed, side) for side in (0, 1)]
    largest = max(imposed.values(), default=0.0)
    if largest < LEAST:
        return None
    name = ids.new("leverage", scenario)
    cell = min(CELL, (WIDTH - LEFT - 12) / len(sides[1]))
    width, foot = LEFT + cell * len(sides[1]) + 12, TOP + HIGH * len(sides[0])
    body = [
        text(LEFT, 18, "pays, million USD of 2024 a year", font_weight="600"),
        text(LEFT - 10, TOP - 12, "closes", text_anchor="end", font_weight="600"),
    ]
    marks: list[Mark] = []
    for at, actor in enumerate(sides[1]):
        x = LEFT + cell * (at + 0.5)
        element = f"{name}-over-{at + 1}"
        body.append(text(x, TOP - 12, actor, text_anchor="middle", id=element))
        marks.append(Mark(element, "actor", actor))
    for at, actor in enumerate(sides[0]):
        top = TOP + HIGH * at
        element = f"{name}-by-{at + 1}"
        body.append(text(LEFT - 10, top + HIGH / 2 + 4, actor, text_anchor="end", id=element))
        marks.append(Mark(element, "actor", actor))
        row = [imposed.get((actor, over)) for over in sides[1]]
        body += _row(actor, sides[1], row, largest, cell, top)
    (by, over), most = max(imposed.items(), key=lambda pair: (pair[1], pair[0]))
    title = "What each actor can impose on each other"
    told = (
        f"{len(sides[0])} actors by {len(sides[1])}; the most is imposed by {by} on {over}, "
        f"{amount(most)} million USD of 2024 a year."
    )
    return Chart(
        name, "leverage", scenario, title,
        "A row lets nothing pass that can be refused; the columns tell what the cargo of each "
        "other actor then pays more in a year. The stronger the colour, the more; dots are less "
        f"than {LEAST:g} million USD, dashes pairs of which no row tells.",
        picture(name, max(width, LEAST_WIDTH), foot + 12, title=title, told=told, body=body),
        FILE, tuple(marks), _table(sides, imposed),
    )  # fmt: skip


def _largest(imposed: Mapping[tuple[str, str], float], side: int) -> list[str]:
    """Return the actors of a side by what they impose or pay in all."""
    sums: dict[str, float] = {}
    for pair, value in imposed.items():
        sums[pair[side]] = sums.get(pair[side], 0.0) + value
    return sorted(sums, key=lambda actor: (-sums[actor], actor))[:MOST]


def _row(
    actor: str, over: Sequence[str], values: Sequence[float | None], largest: float, cell: float,
    top: float,
) -> list[str]:  # fmt: skip
    """Return the cells of one actor."""
    parts = []
    for at, (other, value) in enumerate(zip(over, values, strict=True)):
        left, middle = LEFT + cell * at, top + HIGH / 2
        if actor == other or value is None:
            ends = (left + cell / 2 - 5, middle, left + cell / 2 + 5, middle)
            parts.append(line(*ends, **GRID))
            continue
        share = sqrt(max(value, 0.0) / largest)
        shade = f"{0.08 + 0.87 * share:.2f}" if value >= LEAST else "0"
        box = rect(left + 1, top + 1, cell - 2, HIGH - 2, fill=COLOUR, fill_opacity=shade)
        dark = {"fill": "#ffffff", "class_": "on-dark"} if share > _DARK else {}
        said = text(left + cell / 2, middle + 4, _said(value), text_anchor="middle",
                    font_size="11", **dark)  # fmt: skip
        parts.append(group([box, said], tip=f"{actor} on {other}: {_said(value)} million USD"))
    return parts


def _said(value: float | None) -> str:
    """Return a sum in million USD with three figures, a dot for next to nothing."""
    return "·" if value is None or value < LEAST else amount(float(f"{value:.2g}"))


def _table(
    sides: Sequence[Sequence[str]], imposed: Mapping[tuple[str, str], float]
) -> tuple[tuple[str, ...], ...]:
    head = ("closes", *(f"{over} pays, million USD a year" for over in sides[1]))
    return (
        head,
        *(
            (actor, *(
                "-" if (actor, over) not in imposed else f"{imposed[actor, over]:.3f}"
                for over in sides[1]
            ))
            for actor in sides[0]
        ),
    )  # fmt: skip
