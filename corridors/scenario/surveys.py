"""Published indicators of the CAREC corridor surveys (CPMM), to hold our own against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridors.scenario.deflator import load_deflator, worth_of
from corridors.scenario.places import data_folder
from corridors.scenario.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from corridors.scenario.tables import Row, Table

COLUMNS = (
    "indicator", "mode", "place", "value", "unit", "year", "source", "sets_parameter", "note",
)  # fmt: skip
#: Indicator -> its unit: hours and USD at one side of a border, per 20 t.
UNITS = {
    "TFI1": "h/side",
    "TFI2": "USD/side-20t",
    "TFI3": "USD/500km-20t",
    "SWD": "km/h",
    "SWOD": "km/h",
}
MODES = ("rail", "road")
#: The cell of a row that no rate was set from.
NOTHING = "no"


@dataclass(frozen=True)
class Published:
    """One published indicator; money in USD of 2024.

    `place` is a country, or `*` for the average of all; `sets` names the parameters that
    were set from it or from its page, which is then no test of them.
    """

    indicator: str
    mode: str
    place: str
    value: float
    unit: str
    year: int
    source: str
    sets: tuple[str, ...]
    note: str = ""


def load_published(folder: Path | None = None) -> tuple[Published, ...]:
    """Load cpmm.csv, money brought to USD of 2024.

    Parameters
    ----------
    folder
        Where the tables lie; those in use if not given.

    Raises
    ------
    ScenarioError
        If the table is wrong; carries all findings with file, line and column.
    InputMissingError
        If a table is missing.
    """
    folder = folder or data_folder()
    deflator = load_deflator(folder)
    table = read_table(folder / "cpmm.csv", COLUMNS)
    first: dict[tuple[str, ...], int] = {}
    found = []
    for row in table.rows:
        found.append(_published(table, row, deflator))
        line = first.setdefault(tuple(row.cells[name] for name in COLUMNS[:3]), row.line)
        if line != row.line:
            table.find(row, "indicator", f"stands already on line {line}", "keep one")
    table.done()
    return tuple(found)


def _published(table: Table, row: Row, deflator: Mapping[int, float]) -> Published:
    """Return a row, noting what is wrong with it."""
    indicator = table.choice(row, "indicator", UNITS)
    unit = UNITS.get(indicator, row.cells["unit"])
    if row.cells["unit"] != unit:
        table.find(row, "unit", f"the unit of {indicator} is {unit}, not {row.cells['unit']}")
    if not row.cells["source"]:
        table.find(row, "source", "every published value needs a source")
    worth = worth_of(table, row, deflator) if unit.startswith("USD") else 1.0
    sets = row.cells["sets_parameter"]
    return Published(
        indicator, table.choice(row, "mode", MODES), row.cells["place"],
        table.number(row, "value") * worth, unit, int(table.number(row, "year", least=1990)),
        row.cells["source"], () if sets == NOTHING else tuple(sets.split(";")),
        row.cells["note"],
    )  # fmt: skip
