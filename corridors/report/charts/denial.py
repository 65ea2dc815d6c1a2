"""Curves of denial: what it costs to lose so many places at once, at worst and by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.report.charts.frame import FAINT, Axis, Pen, grid, hollow, key, pens
from corridors.report.numbers import amount
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import cut, group, line, marker, path, picture, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.svg import Ids

    Row = Mapping[str, str]

__all__ = ["denial_chart"]

FILE = "denial.csv"
WIDTH, LEFT, RIGHT, TOP, FOOT = 800.0, 72.0, 770.0, 34.0, 264.0
_MILLION = 1e6
#: Names of the curves and their columns.
CURVES = (
    ("the worst set", "added_usd_per_year"),
    ("one after the other, the worst next", "greedy_added_usd_per_year"),
    ("by chance, on average, with its interval of 95 %", "random_added_usd_per_year"),
)


def denial_chart(
    scenario: str, scope: str, rows: Sequence[Row], names: Mapping[str, str], ids: Ids
) -> Chart:
    """Draw what losing more and more places adds to the yearly cost.

    Parameters
    ----------
    scenario, scope
        Id of the scenario, and among what is chosen.
    rows
        Rows of `denial.csv` of the scope, by how many are closed.
    names
        Names of places by id.
    ids
        Gives the id of the chart.
    """
    name = ids.new("denial", scenario, scope)
    sizes = [int(row["closed"]) for row in rows]
    columns = {column for _, column in CURVES} | {"random_high_usd_per_year"}
    top = max((_cell(row, column) or 0.0 for row in rows for column in columns), default=0.0)
    low = min(0.0, *(_cell(row, "random_low_usd_per_year") or 0.0 for row in rows))
    x = Axis(min(sizes) - 0.5, max(sizes) + 0.5, LEFT, RIGHT)
    y = Axis(low, top * 1.08 or 1.0, FOOT, TOP)
    body = _ground(x, y, sizes)
    looks = [Pen(one.colour, one.dash, one.shape) for one in pens(len(CURVES))]
    for (said, column), look in zip(CURVES, looks, strict=True):
        body += _curve(said, column, rows, (x, y), look)
    marks: list[Mark] = []
    for row in rows:
        element = f"{name}-{row['closed']}"
        worst = _cell(row, "added_usd_per_year") or 0.0
        shape = marker(looks[0].shape, x.at(int(row["closed"])), y.at(worst), 5.0,
                       fill=looks[0].colour)  # fmt: skip
        tip = f"{_named(row['assets'], names)}: {amount(worst)} million USD a year"
        body.append(group([shape], tip=tip, id=element, class_="mark"))
        marks += [Mark(element, "chokepoint", one) for one in row["assets"].split(";") if one]
    listed, foot = _sets(rows, names, FOOT + 52)
    keys, foot = key(list(zip((said for said, _ in CURVES), looks, strict=True)), LEFT, foot + 14,
                     RIGHT - LEFT)  # fmt: skip
    title = (
        "What it costs to lose places" if scope == "assets" else f"What it costs to lose {scope}"
    )
    last = rows[-1]
    told = (
        f"Up to {last['closed']} closed: the worst set adds "
        f"{amount(_cell(last, 'added_usd_per_year') or 0.0)} million USD of 2024 a year."
    )
    return Chart(
        name, "denial", scenario, title,
        "How much more all demands cost in a year once so many places are closed to all: at "
        "the worst set of them, at the worst next one each time, and at sets drawn by chance.",
        picture(name, WIDTH, foot + 4, title=title, told=told, body=[*body, *listed, *keys]),
        FILE, tuple(marks), _table(rows),
    )  # fmt: skip


def _ground(x: Axis, y: Axis, sizes: Sequence[int]) -> list[str]:
    parts = grid(
        x, y, x_name="places closed at once", y_name="million USD of 2024 a year more", x_most=0
    )
    for size in sizes:
        parts.append(text(x.at(size), FOOT + 17, str(size), text_anchor="middle", font_size="11",
                          **FAINT))  # fmt: skip
    return parts


def _curve(
    said: str, column: str, rows: Sequence[Row], axes: tuple[Axis, Axis], look: Pen
) -> list[str]:
    """Return the line of a curve with its points and, by chance, the range of draws."""
    x, y = axes
    found = [(int(row["closed"]), value) for row in rows for value in [_cell(row, column)]
             if value is not None]  # fmt: skip
    points = [(x.at(size), y.at(value)) for size, value in found]
    parts = [path(points, stroke_width=2.0, **look.stroke)] if points else []
    if column.startswith("random"):
        for row in rows:
            ends = [_cell(row, f"random_{end}_usd_per_year") for end in ("low", "high")]
            if ends[0] is not None and ends[1] is not None:
                at = x.at(int(row["closed"]))
                parts.append(line(at, y.at(ends[0]), at, y.at(ends[1]), stroke=look.colour,
                                  stroke_width=6, stroke_opacity="0.35"))  # fmt: skip
    for (size, value), (left, down) in zip(found, points, strict=True):
        shape = hollow(look.shape, left, down, 3.6, look.colour)
        tip = f"{said}, {size} closed: {amount(value)} million USD a year"
        parts.append(group([shape], tip=tip))
    return parts


def _sets(rows: Sequence[Row], names: Mapping[str, str], top: float) -> tuple[list[str], float]:
    """Return the worst sets in words, a line each, and where the list ends."""
    parts = []
    for at, row in enumerate(rows):
        said = f"{row['closed']}: {_named(row['assets'], names)}"
        proven = "" if row["proven"] == "yes" else " (not proven the worst)"
        parts.append(text(LEFT, top + 16 * at, cut(said + proven, RIGHT - LEFT, 11.5),
                          font_size="11.5"))  # fmt: skip
    return parts, top + 16 * len(rows)


def _named(assets: str, names: Mapping[str, str]) -> str:
    return ", ".join(names.get(one, one) for one in assets.split(";") if one) or "none"


def _cell(row: Row, column: str) -> float | None:
    cell = row[column]
    return float(cell) / _MILLION if cell else None


def _table(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    head = ("closed", "worst set", *(f"{said}, million USD a year" for said, _ in CURVES), "proven")
    return (
        head,
        *(
            (row["closed"], row["assets"].replace(";", ", "), *(
                "-" if value is None else f"{value:.3f}"
                for _, column in CURVES for value in [_cell(row, column)]
            ), row["proven"])
            for row in rows
        ),
    )  # fmt: skip
