"""Published costs, times and distances the model is held against, read and checked.

`reference.csv` holds single values, `orderings.csv` which of two ways is cheaper, faster
or shorter. Neither feeds the model: a row a rate was set from says so in `sets_parameter`,
and the loader notes a row that keeps silent about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

from corridors.errors import Finding, ScenarioError
from corridors.model.access import CONFIDENCES
from corridors.scenario.deflator import load_deflator
from corridors.scenario.places import data_folder
from corridors.scenario.rates import load_rates
from corridors.scenario.reference_cells import (
    CARGOES,
    KINDS,
    MODES,
    SCOPES,
    UNITS,
    Places,
    Setters,
    Way,
    read_ends,
    read_factor,
    read_numbers,
    read_sets,
    read_sources,
    read_way,
)
from corridors.scenario.register import COLUMNS as REGISTER
from corridors.scenario.register_cells import read_span
from corridors.scenario.tables import read_table
from geodata.facts_io import load_facts
from geodata.folders import facts_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corridors.model.access import Span
    from corridors.scenario.tables import Row, Table

#: The tables that `load_reference` reads, besides rates, parameters and sources.
TABLES = ("reference.csv", "orderings.csv")
COLUMNS = {
    "reference": (
        "id", "quantity", "scope", "kind", "from_id", "to_id", "via", "mode", "commodity",
        "as_of", "value", "low", "high", "unit", "money_year", "source", "sets_parameter",
        "comparable_with", "confidence", "note",
    ),
    "orderings": (
        "id", "quantity", "from_id", "to_id", "as_of", "better", "worse", "factor_low",
        "factor_high", "source", "kind", "sets_parameter", "comparable_with", "conflict",
        "confidence", "note",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """One published value; money in USD of 2024, time in hours, distance in km.

    `as_of` gives the days the value is about, `sets` the parameters or rates that were
    set from it, `group` the rows of the same ends and year, `line` its row in the table.
    Where only a range was printed, `value` is None.
    """

    id: str
    quantity: str
    scope: str
    kind: str
    origin: str
    destination: str
    way: Way
    mode: str
    commodity: str
    as_of: Span
    value: float | None
    low: float | None
    high: float | None
    unit: str
    sources: tuple[str, ...]
    sets: tuple[str, ...]
    group: str
    confidence: str
    note: str
    line: int

    @property
    def centre(self) -> float:
        """The value, or the middle of the range where only a range was printed."""
        if self.value is not None:
            return self.value
        return ((self.low or 0.0) + (self.high or 0.0)) / 2

    @property
    def counts(self) -> bool:
        """Whether the row may judge the model: nothing was set from it."""
        return not self.sets


@dataclass(frozen=True)
class Ordering:
    """Of two ways between the same ends, the one that is cheaper, faster or shorter.

    `factor` is what the worse way takes as a multiple of the better one, each end None if
    not printed; `conflict` names accounts that contradict each other.
    """

    id: str
    quantity: str
    origin: str
    destination: str
    as_of: Span
    better: Way
    worse: Way
    factor: tuple[float | None, float | None]
    sources: tuple[str, ...]
    kind: str
    sets: tuple[str, ...]
    group: str
    conflict: str
    confidence: str
    note: str
    line: int

    @property
    def counts(self) -> bool:
        """Whether the row may judge the model: nothing was set from it."""
        return not self.sets


@dataclass(frozen=True)
class References:
    """All published values and orderings, in file order."""

    values: tuple[Reference, ...]
    orderings: tuple[Ordering, ...]

    @cached_property
    def groups(self) -> Mapping[str, tuple[Reference, ...]]:
        """The values of the same origin, destination and year, by name of the group."""
        found: dict[str, tuple[Reference, ...]] = {}
        for row in self.values:
            if row.group:
                found[row.group] = (*found.get(row.group, ()), row)
        return found


def load_reference(folder: Path | None = None, *, places: Places | None = None) -> References:
    """Load and check the published values and orderings.

    Parameters
    ----------
    folder
        Where the tables lie; those in use if not given.
    places
        The terminals and corridors that exist; those of the fact tables if not given.

    Raises
    ------
    ScenarioError
        If anything is wrong; carries all findings of both tables with file, line and column.
    InputMissingError
        If a table is missing.
    """
    folder = folder or data_folder()
    against = _Against.read(folder, places or shipped_places())
    values, orderings = _read_both(folder)
    deflator = load_deflator(folder)
    references = References(
        tuple(_reference(values, row, against, deflator) for row in values.rows),
        tuple(_ordering(orderings, row, against) for row in orderings.rows),
    )
    for table in (values, orderings):
        _check_unique(table)
    _check_groups(values, [(_ends(one), _year(one)) for one in references.values])
    _check_groups(orderings, [(_ends(one), one.quantity) for one in references.orderings])
    _raise_all(values.findings + orderings.findings)
    return references


def shipped_places() -> Places:
    """Return the places of the fact tables."""
    return Places.of(load_facts(facts_folder()))


@dataclass(frozen=True)
class _Against:
    """What the rows are checked against."""

    places: Places
    sources: frozenset[str]
    setters: Setters

    @classmethod
    def read(cls, folder: Path, places: Places) -> Self:
        """Read the ids of sources and the tables whose rows published values may set."""
        sources = read_table(folder / "sources.csv", REGISTER["sources"]).rows
        setters = Setters.of(folder, load_rates(folder, fitted=False))
        return cls(places, frozenset(row.cells["id"] for row in sources), setters)


def _read_both(folder: Path) -> tuple[Table, Table]:
    """Read both tables; if either has a wrong shape, raise what they lack together."""
    tables, findings = [], list[Finding]()
    for name, columns in COLUMNS.items():
        try:
            tables.append(read_table(folder / f"{name}.csv", columns))
        except ScenarioError as error:
            findings += error.findings
    _raise_all(findings)
    return tables[0], tables[1]


def _reference(
    table: Table, row: Row, against: _Against, deflator: Mapping[int, float]
) -> Reference:
    """Return a row as a published value, noting what is wrong with it."""
    quantity = table.choice(row, "quantity", UNITS)
    origin, destination = read_ends(table, row, against.places)
    numbers = read_numbers(table, row, deflator)
    sources = read_sources(table, row, against.sources)
    return Reference(
        row.cells["id"], quantity, table.choice(row, "scope", SCOPES),
        table.choice(row, "kind", KINDS), origin, destination,
        read_way(table, row, "via", against.places), table.choice(row, "mode", MODES),
        table.choice(row, "commodity", CARGOES), _as_of(table, row),
        numbers.value, numbers.low, numbers.high, numbers.unit, sources,
        read_sets(table, row, sources, against.setters), row.cells["comparable_with"],
        table.choice(row, "confidence", CONFIDENCES), row.cells["note"], row.line,
    )  # fmt: skip


def _ordering(table: Table, row: Row, against: _Against) -> Ordering:
    """Return a row as an ordering, noting what is wrong with it."""
    quantity = table.choice(row, "quantity", UNITS)
    origin, destination = read_ends(table, row, against.places)
    sources = read_sources(table, row, against.sources)
    return Ordering(
        row.cells["id"], quantity, origin, destination, _as_of(table, row),
        *_two_ways(table, row, against.places), read_factor(table, row), sources,
        table.choice(row, "kind", KINDS), read_sets(table, row, sources, against.setters),
        row.cells["comparable_with"], row.cells["conflict"],
        table.choice(row, "confidence", CONFIDENCES), row.cells["note"], row.line,
    )  # fmt: skip


def _two_ways(table: Table, row: Row, places: Places) -> tuple[Way, Way]:
    """Return the better and the worse way; both must be named and differ."""
    for column in ("better", "worse"):
        if not row.cells[column]:
            table.find(row, column, "a way is missing", "a corridor, or terminals")
    if row.cells["better"] == row.cells["worse"]:
        table.find(row, "worse", "the same as better")
    return read_way(table, row, "better", places), read_way(table, row, "worse", places)


def _as_of(table: Table, row: Row) -> Span:
    """Return the days a value is about; no date is noted."""
    if not row.cells["as_of"]:
        table.find(row, "as_of", "a date is missing", "write 2026, 2026-09 or 2026-09-09")
    return read_span(table, row, "as_of", "as_of")


def _check_unique(table: Table) -> None:
    """Note ids that are empty or stand twice."""
    first: dict[str, int] = {}
    for row in table.rows:
        name = row.cells["id"]
        line = first.setdefault(name, row.line)
        if not name or line != row.line:
            table.find(row, "id", f"{name or 'no id'} stands already on line {line}", "rename it")


def _ends(row: Reference | Ordering) -> str:
    return f"{row.origin}-{row.destination}"


def _year(row: Reference) -> str:
    return str(row.as_of.start.year) if row.as_of.start else "no year"


def _check_groups(table: Table, marks: Sequence[tuple[str, str]]) -> None:
    """Note rows called comparable although their marks differ."""
    first: dict[str, tuple[int, tuple[str, str]]] = {}
    for row, mark in zip(table.rows, marks, strict=True):
        group = row.cells["comparable_with"]
        line, same = first.setdefault(group, (row.line, mark))
        if group and mark != same:
            message = f"{group} is {' '.join(same)} on line {line}, not {' '.join(mark)}"
            table.find(row, "comparable_with", message, "make it a group of its own")


def _raise_all(findings: list[Finding]) -> None:
    """Raise findings together."""
    if findings:
        plural = "s" if len(findings) > 1 else ""
        msg = f"the published values have {len(findings)} mistake{plural}:"
        raise ScenarioError(msg, findings=findings)
