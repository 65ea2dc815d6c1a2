"""Money of any year in money of one year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.scenario.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corridors.scenario.tables import Row, Table

#: The year whose dollars all money is in.
MONEY_YEAR = 2024


def load_deflator(folder: Path) -> dict[int, float]:
    """Return what a dollar of each year is worth in USD of 2024.

    Raises
    ------
    ScenarioError
        If the table is wrong.
    """
    table = read_table(folder / "deflator.csv", ("year", "usd_2024_per_usd", "source", "note"))
    worth = {
        int(table.number(row, "year", least=1900)): table.number(
            row, "usd_2024_per_usd", least=0.01
        )
        for row in table.rows
    }
    table.done()
    return worth


def worth_of(table: Table, row: Row, deflator: Mapping[int, float]) -> float:
    """Return what the dollar of a row's `year` is worth; one without an index is noted."""
    year = row.cells["year"]
    if year.isdecimal() and int(year) in deflator:
        return deflator[int(year)]
    mend = f"one of {min(deflator)} to {max(deflator)}, see deflator.csv"
    table.find(row, "year", f"{year or 'no year'} has no price index", mend)
    return 1.0
