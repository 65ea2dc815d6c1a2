"""The tornado: which uncertain inputs move the yearly cost of a scenario most."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from corridors.report.charts.frame import FAINT, GRID, INK_LINE, Axis
from corridors.report.charts.waterfall import LESS, MORE
from corridors.report.numbers import amount, millions, signed
from corridors.report.pieces import Chart
from corridors.report.svg import cut, group, line, picture, rect, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.runs import Run
    from corridors.report.svg import Ids

    Row = Mapping[str, str]

__all__ = ["tornado_chart"]

FILE = "sensitivity.csv"
#: Inputs that are shown.
MOST = 16
WIDTH, LEFT, RIGHT, TOP, ROW = 900.0, 330.0, 790.0, 52.0, 24.0
_MILLION = 1e6
_NUMBERS = 58.0


def tornado_chart(run: Run, ids: Ids) -> Chart | None:
    """Draw the inputs that move the yearly cost most, each alone at its low and its high.

    Parameters
    ----------
    run
        A run that left `sensitivity.csv`.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None if no input moves the cost.
    """
    rows = run.folder.rows(FILE)
    turned = _turned(rows)
    shown = sorted(
        (row for row in rows if row["subject_kind"] == "scenario"),
        key=lambda row: (-max(map(abs, _moves(row))), row["input"], row["row"]),
    )[:MOST]
    if not shown:
        return None
    name = ids.new("tornado", run.id)
    moves = [move for row in shown for move in _moves(row)]
    scale = Axis(min(0.0, *moves), max(0.0, *moves), LEFT + _NUMBERS, RIGHT - _NUMBERS)
    base, foot = float(shown[0]["base"]), TOP + ROW * len(shown)
    body = [
        text(scale.at(0.0), TOP - 30, "change of the yearly cost, million USD of 2024",
             text_anchor="middle", font_weight="600"),
        text(scale.at(0.0), TOP - 14, f"from {millions(base)} a year", text_anchor="middle",
             font_size="11", **FAINT),
        text(WIDTH - 4, TOP - 30, "best routes", text_anchor="end", font_size="11", **FAINT),
        text(WIDTH - 4, TOP - 16, "that change", text_anchor="end", font_size="11", **FAINT),
        line(scale.at(0.0), TOP - 6, scale.at(0.0), foot, **INK_LINE),
    ]  # fmt: skip
    for at, row in enumerate(shown):
        count = turned[row["input"], row["row"]]
        said = run.input_words(row["input"])
        body.append(_row(f"{name}-{at + 1}", said, row, scale, TOP + ROW * at, count))
    body += _key(foot + 20)
    title = "What uncertain inputs make of the yearly cost"
    first = shown[0]
    told = (
        f"{len(shown)} inputs; {run.input_words(first['input'])} moves the yearly cost most, by "
        f"{' and '.join(signed(move) for move in _moves(first))} million USD of 2024."
    )
    return Chart(
        name, "tornado", run.id, title,
        "Each input alone at the low and at the high end of its range, cargo going where it "
        "goes now. To the right: for how many demands another of the routes told becomes the "
        "best one.",
        picture(name, WIDTH, foot + 32, title=title, told=told, body=body),
        FILE, (), _table(shown, turned),
    )  # fmt: skip


def _turned(rows: Sequence[Row]) -> Counter[tuple[str, str]]:
    """Return for how many demands each input turns the best route, at either end."""
    return Counter(
        (row["input"], row["row"])
        for row in rows
        if row["subject_kind"] == "demand"
        and (row["route"] != row["route_at_low"] or row["route"] != row["route_at_high"])
    )


def _moves(row: Row) -> tuple[float, float]:
    """Return what the low and the high end change, in million USD."""
    base = float(row["base"])
    return (float(row["at_low"]) - base) / _MILLION, (float(row["at_high"]) - base) / _MILLION


def _row(element: str, said: str, row: Row, scale: Axis, top: float, count: int) -> str:
    """Return an input: its name, its two bars and how many routes change."""
    zero, middle = scale.at(0.0), top + ROW / 2
    name = cut(said, LEFT - 144, 12)
    span = f"{amount(float(row['low']))} – {amount(float(row['high']))} {row['unit']}"
    parts = [
        text(LEFT - 140, middle + 4, name, text_anchor="end"),
        text(LEFT - 132, middle + 4, cut(span, 160, 10.5), font_size="10.5", **FAINT),
    ]
    for move, end, colour, hollow in zip(
        _moves(row), ("low", "high"), (LESS, MORE), (True, False), strict=True
    ):
        at = scale.at(move)
        look = {"fill": colour, "fill_opacity": "0.25" if hollow else "0.9", "stroke": colour}
        tip = f"{said} at its {end} end: {signed(move)} million USD a year"
        if move:
            parts.append(group([rect(zero, middle - 7.5, at - zero, 15, **look)], tip=tip))
    parts += _numbers(row, scale, middle)
    if count:
        parts.append(text(WIDTH - 4, middle + 4, str(count), text_anchor="end"))
    parts.append(line(8, top + ROW, WIDTH - 4, top + ROW, **GRID))
    return group(parts, id=element)


def _numbers(row: Row, scale: Axis, middle: float) -> list[str]:
    """Return the numbers beside the two outer ends of the bars."""
    low, high = sorted(_moves(row))
    parts = []
    if low < 0:
        at = scale.at(low) - 5
        parts.append(text(at, middle + 4, signed(low), text_anchor="end", font_size="11"))
    if high > 0:
        parts.append(text(scale.at(high) + 5, middle + 4, signed(high), font_size="11"))
    return parts


def _key(y: float) -> list[str]:
    middle = LEFT + 60
    return [
        rect(middle, y - 9, 24, 11, fill=LESS, fill_opacity="0.25", stroke=LESS),
        text(middle + 30, y, "at its low end", font_size="11", **FAINT),
        rect(middle + 140, y - 9, 24, 11, fill=MORE, fill_opacity="0.9", stroke=MORE),
        text(middle + 170, y, "at its high end", font_size="11", **FAINT),
    ]


def _table(rows: Sequence[Row], turned: Counter[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    head = ("input", "low", "likely", "high", "unit", "row", "quality",
            "change at low, million USD a year", "change at high, million USD a year",
            "best routes that change")  # fmt: skip
    return (
        head,
        *(
            (row["input"], row["low"], row["value"], row["high"], row["unit"], row["row"],
             row["quality"], *(f"{move:.3f}" for move in _moves(row)),
             str(turned[row["input"], row["row"]]))
            for row in rows
        ),
    )  # fmt: skip
