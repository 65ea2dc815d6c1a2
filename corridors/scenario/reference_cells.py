"""Cells of the tables of published values: ends, ways, numbers, and what was set from a row.

Each function reads one row of a :class:`~corridors.scenario.tables.Table`, notes what is
wrong with it there, and returns a value that is right as far as the row allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from corridors.errors import nearest
from corridors.scenario.register_cells import check_names, listed
from corridors.scenario.tables import read_table
from corridors.scenario.vocabulary import COST, TIME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from corridors.scenario.rates import Rates
    from corridors.scenario.tables import Row, Table
    from geodata.facts_rows import Facts

#: Who stands behind a value: a count, index or trial; an offer or plan of a carrier; an
#: authority; someone who advertises.
KINDS = ("observed", "operator", "official", "promotional")
#: What a value covers: from terminal to terminal with all stops between; from door to
#: door; the moving leg alone; the stop at a border.
SCOPES = ("through", "door", "carriage", "crossing")
MODES = ("rail", "road", "sea", "multimodal")
#: Between a terminal and the mode by which cargo leaves it: `PANZ/sea`.
BY = "/"
CARGOES = ("container", "reefer", "grain", "truck", "wagon", "any")

#: Quantity -> unit it may be printed in -> the unit it is brought to, and the factor.
UNITS: dict[str, dict[str, tuple[str, float]]] = {
    "cost": {unit: (unit, 1.0) for unit in ("USD/TEU", "USD/FEU", "USD/t")},
    "time": {"h": ("h", 1.0), "d": ("h", 24.0)},
    "border_time": {"h": ("h", 1.0), "d": ("h", 24.0)},
    "distance": {"km": ("km", 1.0)},
    "speed": {"km/h": ("km/h", 1.0), "km/d": ("km/h", 1 / 24)},
}
#: Quantity -> measure of the rates that could have been set from it.
MEASURES = {"cost": COST, "time": TIME, "border_time": TIME, "speed": TIME}
#: The cell of a row nothing was set from.
NOTHING = "no"

_LEAST = 1e-3
_PARAMETERS = (
    "id", "parameter", "scope", "unit", "low", "likely", "high", "year", "quality",
    "source_ids", "reasoning",
)  # fmt: skip


@dataclass(frozen=True)
class Places:
    """The terminals, and the families and branches of corridors, that values may name.

    A junction is not among the terminals: no cargo starts, ends or is handed over there.
    """

    terminals: frozenset[str]
    corridors: frozenset[str]

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Return the places that the fact tables hold."""
        names = {name for row in facts.corridors for name in (row.family, row.branch)}
        terminals = {row.id for row in facts.terminals if row.kind != "junction"}
        return cls(frozenset(terminals), frozenset(names))


@dataclass(frozen=True)
class Way:
    """How a value's cargo went: along a corridor, or through terminals in order.

    Both empty: by whatever way is best. `by` holds, for each terminal, the mode of all
    lines from it to the next one or to the end, empty if any will do.
    """

    corridor: str = ""
    through: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The way as the tables write it."""
        modes = self.by or ("",) * len(self.through)
        stops = (
            f"{stop}{BY}{mode}" if mode else stop
            for stop, mode in zip(self.through, modes, strict=True)
        )
        return self.corridor or ";".join(stops)


@dataclass(frozen=True)
class Setters:
    """What may be named as set from a row, and what the rates rest on.

    `by_source` maps a source to the measure and the name of every parameter, or rate
    written `component/mode/place`, or direction, that cites it and is in use.
    """

    names: frozenset[str]
    by_source: Mapping[str, frozenset[tuple[str, str]]]

    @classmethod
    def of(cls, folder: Path, rates: Rates) -> Self:
        """Return the setters of parameters.csv and some rates.

        Raises
        ------
        ScenarioError
            If parameters.csv has the wrong shape.
        InputMissingError
            If it is missing.
        """
        rows = read_table(folder / "parameters.csv", _PARAMETERS).rows
        cited = {row.cells["id"]: listed(row.cells["source_ids"]) for row in rows}
        found: dict[str, set[tuple[str, str]]] = {}
        names = set(cited)
        for rate in rates.rows:
            name = f"{rate.component}/{rate.mode}/{rate.place}"
            names.add(name)
            for basis in rate.sources:
                setter = basis if basis in cited else name
                for source in cited.get(basis, (basis,)):
                    found.setdefault(source, set()).add((rate.measure, setter))
        for turned in rates.directions:
            names.add(name := f"directions/{turned.id}")
            for basis in turned.factor.sources:
                setter = basis if basis in cited else name
                for source in cited.get(basis, (basis,)):
                    found.setdefault(source, set()).add((COST, setter))
        return cls(frozenset(names), {key: frozenset(those) for key, those in found.items()})

    def of_row(self, sources: Iterable[str], quantity: str) -> set[str]:
        """Return what is in use and rests on these sources for this quantity."""
        measure = MEASURES.get(quantity)
        return {
            name
            for source in sources
            for of, name in self.by_source.get(source, ())
            if of == measure
        }


@dataclass(frozen=True)
class Numbers:
    """A value with its range in normal units, and that unit."""

    value: float | None
    low: float | None
    high: float | None
    unit: str


def read_ends(table: Table, row: Row, places: Places) -> tuple[str, str]:
    """Return origin and destination; note unknown or equal ones."""
    for column in ("from_id", "to_id"):
        table.choice(row, column, places.terminals)
    ends = row.cells["from_id"], row.cells["to_id"]
    if ends[0] == ends[1]:
        table.find(row, "to_id", "the same as from_id")
    return ends


def read_way(table: Table, row: Row, column: str, places: Places) -> Way:
    """Return a way: one corridor or branch, or terminals in order, or empty.

    A terminal may be followed by the mode by which cargo leaves it: `PANZ/sea;PBAK`.
    """
    cell = row.cells[column]
    if cell in places.corridors:
        return Way(corridor=cell)
    entries = [entry.partition(BY) for entry in listed(cell)]
    stops, modes = tuple(stop for stop, _, _ in entries), tuple(mode for _, _, mode in entries)
    for stop, mark, mode in entries:
        if stop in places.corridors:
            table.find(row, column, f"{stop} is a corridor", "it stands alone in a cell")
        elif stop not in places.terminals:
            known = places.terminals if len(entries) > 1 else places.terminals | places.corridors
            table.find(row, column, f"{stop!r} is not known", nearest(stop, known))
        if mark and mode not in MODES:
            message = f"{stop} is left by {mode!r}, which is no mode"
            table.find(row, column, message, nearest(mode, MODES) or f"one of {', '.join(MODES)}")
    return Way(through=stops, by=modes if any(modes) else ())


def read_sources(table: Table, row: Row, known: frozenset[str]) -> tuple[str, ...]:
    """Return the ids of the sources; note unknown ones and that there are none."""
    sources = check_names(table, row, "source", known)
    if not sources:
        table.find(row, "source", "a published value needs its source", "add it to sources.csv")
    return sources


def read_sets(
    table: Table, row: Row, sources: tuple[str, ...], setters: Setters
) -> tuple[str, ...]:
    """Return what was set from a row; note what rests on its sources but is not named."""
    cell = row.cells["sets_parameter"]
    if not cell:
        table.find(row, "sets_parameter", "empty", f"write {NOTHING}, or what was set from the row")
    named = () if cell == NOTHING else check_names(table, row, "sets_parameter", setters.names)
    silent = sorted(setters.of_row(sources, row.cells["quantity"]) - set(named))
    if silent:
        message = f"{';'.join(silent)} rests on {';'.join(sources)}"
        table.find(row, "sets_parameter", message, "name it, so that the row does not count")
    return named


def read_numbers(table: Table, row: Row, deflator: Mapping[int, float]) -> Numbers:
    """Return value and range in normal units and USD of 2024."""
    cells = [_number(table, row, column) for column in ("value", "low", "high")]
    _check_range(table, row, cells)
    unit, factor = _unit(table, row)
    factor *= _worth(table, row, deflator)
    value, low, high = (None if cell is None else cell * factor for cell in cells)
    return Numbers(value, low, high, unit)


def read_factor(table: Table, row: Row) -> tuple[float | None, float | None]:
    """Return what the worse way takes as a multiple of the better; at least 1."""
    low, high = (
        table.number(row, column, least=1.0) if row.cells[column] else None
        for column in ("factor_low", "factor_high")
    )
    if low is not None and high is not None and low > high:
        table.find(row, "factor_low", f"{low:g} is above factor_high, {high:g}")
    return low, high


def _number(table: Table, row: Row, column: str) -> float | None:
    return table.number(row, column, least=_LEAST) if row.cells[column] else None


def _check_range(table: Table, row: Row, cells: list[float | None]) -> None:
    """Note a range that is empty, turned round or beside its value."""
    value, low, high = cells
    if value is None and (low is None or high is None):
        table.find(row, "value", "neither a value nor a range", "fill value, or low and high")
    if low is not None and high is not None and low > high:
        table.find(row, "low", f"{low:g} is above high, {high:g}")
    if value is not None and low is not None and low > value:
        table.find(row, "low", f"{low:g} is above the value, {value:g}")
    if value is not None and high is not None and high < value:
        table.find(row, "high", f"{high:g} is below the value, {value:g}")


def _unit(table: Table, row: Row) -> tuple[str, float]:
    """Return the normal unit of a row and the factor to it; a wrong unit is noted."""
    quantity, unit = row.cells["quantity"], row.cells["unit"]
    among = UNITS.get(quantity, {})
    if unit in among:
        return among[unit]
    if among:
        message = f"the unit of {quantity} is not {unit!r}" if unit else "a unit is missing"
        table.find(row, "unit", message, nearest(unit, among) or f"write {' or '.join(among)}")
    return unit, 1.0


def _worth(table: Table, row: Row, deflator: Mapping[int, float]) -> float:
    """Return what the row's dollar is worth in 2024, 1 for other quantities."""
    year = row.cells["money_year"]
    if row.cells["quantity"] != "cost":
        if year:
            table.find(row, "money_year", "only costs have a year of money", "leave it empty")
        return 1.0
    if year.isdecimal() and int(year) in deflator:
        return deflator[int(year)]
    table.find(row, "money_year", f"{year or 'no year'} has no price index", "see deflator.csv")
    return 1.0
