"""Who controls how much: bars of passage, veto, rent and of values in the game."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.report.charts.frame import FAINT, GRID, INK_LINE
from corridors.report.numbers import amount
from corridors.report.pens import PALETTE
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import cut, group, line, picture, rect, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.svg import Ids

    Row = Mapping[str, str]

__all__ = ["SHAPLEY", "actors_chart"]

FILE = "actors.csv"
#: Actors that are shown, players of the game first.
MOST = 16
SHAPLEY = "shapley_g1_x1_usd_per_year"
_MILLION, _PERCENT = 1e6, 100.0
#: Columns: title, unit, column of the file, and by what its numbers are multiplied.
COLUMNS = (
    ("passes it", "% of all TEU", "transit_share_teu", _PERCENT),
    ("dear without it", "% of all TEU", "effective_veto_share_teu", _PERCENT),
    ("rent ceiling", "million USD a year", "rent_ceiling_usd_per_year", 1 / _MILLION),
    ("Banzhaf", "million USD a year", "banzhaf_g1_usd_per_year", 1 / _MILLION),
    ("Shapley", "million USD a year", SHAPLEY, 1 / _MILLION),
)
WIDTH, LEFT, TOP, ROW = 900.0, 210.0, 52.0, 24.0
_NUMBERS = 42.0


def actors_chart(scenario: str, rows: Sequence[Row], ids: Ids) -> Chart | None:
    """Draw what each actor holds, a column for each measure.

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
        None if nobody holds anything.
    """
    shown = sorted(rows, key=_order)[:MOST]
    if not shown:
        return None
    name = ids.new("actors", scenario)
    body, marks = [], []
    foot = TOP + ROW * len(shown)
    room = (WIDTH - LEFT) / len(COLUMNS)
    for at, (title, unit, column, by) in enumerate(COLUMNS):
        left = LEFT + at * room
        body.append(text(left, TOP - 26, title, font_weight="600"))
        body.append(text(left, TOP - 11, unit, font_size="11", **FAINT))
        body.append(line(left, TOP - 4, left, foot, **INK_LINE))
        values = [_number(row, column, by) for row in shown]
        top = max((abs(value) for value in values if value is not None), default=0.0) or 1.0
        for place, value in enumerate(values):
            middle = TOP + ROW * place + ROW / 2
            body += _bar(left, middle, value, (room - _NUMBERS) / top, PALETTE[at])
    for at, row in enumerate(shown):
        element = f"{name}-{at + 1}"
        body.append(_actor(element, row, TOP + ROW * at))
        marks.append(Mark(element, "actor", row["actor"]))
    title = "What each actor holds"
    told = _told(shown)
    return Chart(
        name, "actors", scenario, title,
        "Passes it: cargo whose way leads through. Dear without it: cargo that pays beyond the "
        "tolerance, or does not move, if the actor lets nothing pass. Rent ceiling: the most "
        "that it could take before all cargo goes another way. Banzhaf and Shapley: what it "
        "adds on average to those who let pass already; players alone have them.",
        picture(name, WIDTH, foot + 12, title=title, told=told, body=body),
        FILE, tuple(marks), _table(shown),
    )  # fmt: skip


def _order(row: Row) -> tuple[bool, float, float, str]:
    shapley = _number(row, SHAPLEY, 1.0)
    rent = _number(row, "rent_ceiling_usd_per_year", 1.0) or 0.0
    return row["player"] != "yes", -(shapley or 0.0), -rent, row["actor"]


def _bar(left: float, middle: float, value: float | None, scale: float, colour: str) -> list[str]:
    if value is None:
        return [text(left + 5, middle + 4, "–", font_size="11", **FAINT)]
    wide = max(value, 0.0) * scale
    return [
        rect(left, middle - 8, wide, 16, fill=colour, fill_opacity="0.85"),
        text(left + wide + 5, middle + 4, amount(value), font_size="11"),
    ]


def _actor(element: str, row: Row, top: float) -> str:
    """Return the name of an actor and the strip of the picture that is about it."""
    called = f"{row['actor']}  {row['name']}" if row["name"] != row["actor"] else row["actor"]
    parts = [
        rect(0, top, WIDTH, ROW, fill="transparent"),
        line(0, top + ROW, WIDTH, top + ROW, **GRID),
        text(LEFT - 10, top + ROW / 2 + 4, cut(called, LEFT - 14), text_anchor="end"),
    ]
    return group(parts, tip=called, id=element, class_="mark")


def _number(row: Row, column: str, by: float) -> float | None:
    cell = row.get(column, "")
    return float(cell) * by if cell else None


def _told(shown: Sequence[Row]) -> str:
    first = shown[0]
    parts = [
        f"{title} {amount(value)} {unit}"
        for title, unit, column, by in COLUMNS
        for value in [_number(first, column, by)]
        if value is not None
    ]
    return f"{len(shown)} actors; the first is {first['name']}: {', '.join(parts)}."


def _table(rows: Sequence[Row]) -> tuple[tuple[str, ...], ...]:
    head = ("actor", "name", *(f"{title}, {unit}" for title, unit, _, _ in COLUMNS))
    return (
        head,
        *(
            (row["actor"], row["name"], *(
                "-" if value is None else f"{value:.2f}"
                for _, _, column, by in COLUMNS for value in [_number(row, column, by)]
            ))
            for row in rows
        ),
    )  # fmt: skip
