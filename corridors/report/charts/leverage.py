"""Matrices of control: what actors can impose on each other, and corridors as hedges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.report.charts.heat import LEAST, Matrix, largest
from corridors.report.numbers import amount
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import picture

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.svg import Ids

    Row = Mapping[str, str]

__all__ = ["HEDGES", "LEVERAGE", "hedges_chart", "leverage_chart"]

LEVERAGE, HEDGES = "leverage.csv", "hedges.csv"
#: Names along each side.
MOST = 14
UNIT = "million USD a year"
_MILLION = 1e6


def leverage_chart(scenario: str, rows: Sequence[Row], ids: Ids) -> Chart | None:
    """Draw the matrix of leverage: who closes down the side, who pays along the top.

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
    imposed = _pairs(rows, ("actor", "over"), "imposed_usd_per_year")
    if max(imposed.values(), default=0.0) < LEAST:
        return None
    matrix = Matrix(
        largest(imposed, 0, MOST), largest(imposed, 1, MOST), imposed, "closes",
        "pays, million USD of 2024 a year", UNIT,
    )  # fmt: skip
    name = ids.new("leverage", scenario)
    (by, over), most = max(imposed.items(), key=lambda pair: (pair[1], pair[0]))
    title = "What each actor can impose on each other"
    told = (
        f"{len(matrix.rows)} actors by {len(matrix.columns)}; the most is imposed by {by} on "
        f"{over}, {amount(most)} million USD of 2024 a year."
    )
    return Chart(
        name, "leverage", scenario, title,
        "A row lets nothing pass that can be refused; the columns tell what the cargo of each "
        "other actor then pays more in a year. The stronger the colour, the more; dots are less "
        f"than {LEAST:g} million USD, dashes pairs of which no row tells.",
        picture(name, *matrix.size, title=title, told=told, body=matrix.drawn(name)),
        LEVERAGE, (*_actors(matrix, name, rows=True), *_actors(matrix, name, rows=False)),
        matrix.table,
    )  # fmt: skip


def hedges_chart(scenario: str, rows: Sequence[Row], ids: Ids) -> Chart | None:
    """Draw what each corridor is worth as a hedge against each actor.

    Parameters
    ----------
    scenario
        Id of the scenario.
    rows
        Rows of `hedges.csv`.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None if no corridor is worth more or less for anybody's refusal.
    """
    values = _pairs(rows, ("corridor", "actor"), "hedge_value_usd_per_year")
    values = {pair: value for pair, value in values.items() if abs(value) >= LEAST}
    if not values:
        return None
    matrix = Matrix(
        largest(values, 0, MOST), largest(values, 1, MOST), values, "corridor",
        "worth more if this actor lets nothing pass, million USD of 2024 a year", UNIT, left=170.0,
    )  # fmt: skip
    name = ids.new("hedges", scenario)
    (corridor, actor), most = max(values.items(), key=lambda pair: (pair[1], pair[0]))
    title = "What corridors are worth as hedges"
    told = (
        f"{len(matrix.rows)} corridors by {len(matrix.columns)} actors; {corridor} if {actor} "
        f"lets nothing pass is worth {amount(most)} million USD of 2024 a year more."
    )
    return Chart(
        name, "hedges", scenario, title,
        "How much more a corridor saves in a year if an actor refuses all that it can than it "
        "saves now. Orange: a hedge. Blue, with a minus: it is worth less then, as its cargo "
        f"needs that actor too. Dashes are less than {LEAST:g} million USD; a star stands for "
        "all branches together.",
        picture(name, *matrix.size, title=title, told=told, body=matrix.drawn(name)),
        HEDGES, _actors(matrix, name, rows=False), matrix.table,
    )  # fmt: skip


def _pairs(
    rows: Sequence[Row], sides: tuple[str, str], column: str
) -> dict[tuple[str, str], float]:
    """Return a column in million USD by the names of two others, empty cells left out."""
    a, b = sides
    return {(row[a], row[b]): float(row[column]) / _MILLION for row in rows if row[column]}


def _actors(matrix: Matrix, name: str, *, rows: bool) -> tuple[Mark, ...]:
    """Return the names of actors down the side or along the top as marks."""
    names, id_of = (matrix.rows, matrix.row_id) if rows else (matrix.columns, matrix.column_id)
    return tuple(Mark(id_of(name, at), "actor", one) for at, one in enumerate(names))
