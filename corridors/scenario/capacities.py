"""The capacities of the assumption tables: what may pass where, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.model.capacity import Capacity, Open
from corridors.scenario.capacity_cells import (
    check_unique,
    known_sources,
    read_amount,
    read_direction,
    read_documents,
    read_on,
    read_share,
    read_unit,
    read_year,
    shipped_sites,
)
from corridors.scenario.places import data_folder
from corridors.scenario.register_cells import check_names, listed, read_span
from corridors.scenario.tables import read_table
from corridors.scenario.vocabulary import MODES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from corridors.scenario.capacity_cells import Sites
    from corridors.scenario.tables import Row, Table

FILE = "capacities.csv"
COLUMNS = (
    "id", "title", "on_kind", "on", "mode", "direction", "low", "likely", "high", "unit", "lot",
    "open_share", "open_quality", "open_source", "from", "until", "year", "quality", "source",
    "stands_for", "conflict", "note",
)  # fmt: skip


def load_capacities(
    folder: Path | None = None,
    *,
    sites: Sites | None = None,
    checks_places: bool = True,
    rules: Collection[str] | None = None,
) -> tuple[Capacity, ...]:
    """Load capacities.csv.

    Parameters
    ----------
    folder
        Where the tables lie; those in use if not given.
    sites
        The places that exist; those of the fact tables if not given.
    checks_places
        Whether the names of places are checked; a planner's network may lack some.
    rules
        The rules that rows may stand for; any if not given.

    Returns
    -------
    tuple of Capacity
        In the order of the table, each in the unit of its row.

    Raises
    ------
    ScenarioError
        If the table is wrong; carries all findings with file, line and column.
    InputMissingError
        If a table is missing.
    """
    folder = folder or data_folder()
    table = read_table(folder / FILE, COLUMNS)
    sources = known_sources(folder)
    where = (sites or shipped_sites()) if checks_places else None
    found = tuple(_capacity(table, row, where, sources, rules) for row in table.rows)
    check_unique(table)
    table.done()
    return found


def capacity_ids(folder: Path | None = None) -> frozenset[str]:
    """Return the ids of all capacities, none of which is judged."""
    table = read_table((folder or data_folder()) / FILE, COLUMNS)
    return frozenset(row.cells["id"] for row in table.rows)


def _capacity(
    table: Table, row: Row, sites: Sites | None, sources: frozenset[str],
    rules: Collection[str] | None,
) -> Capacity:  # fmt: skip
    """Return a row, noting what is wrong with it."""
    cells = row.cells
    kind, on = read_on(table, row, sites)
    unit, lot = read_unit(table, row)
    quality, documents = read_documents(table, row, sources)
    return Capacity(
        id=cells["id"],
        title=cells["title"],
        kind=kind,
        on=on,
        modes=_modes(table, row),
        direction=read_direction(table, row, kind, on, sites),
        amount=read_amount(table, row),
        unit=unit,
        lot=lot,
        open=_open(table, row, sources),
        span=read_span(table, row),
        year=read_year(table, row),
        quality=quality,
        sources=documents,
        stands_for=check_names(table, row, "stands_for", rules),
        conflict=cells["conflict"],
        note=cells["note"],
        line=row.line,
    )


def _modes(table: Table, row: Row) -> tuple[str, ...]:
    """Return the modes of a row, none for all."""
    said = row.cells["mode"]
    if not said:
        table.find(row, "mode", "a mode is missing", "write * for all")
    return () if said == "*" else check_names(table, row, "mode", MODES)


def _open(table: Table, row: Row, sources: frozenset[str]) -> Open:
    """Return the share that is open to the demands."""
    share = read_share(table, row)
    if not listed(row.cells["open_source"]):
        table.find(row, "open_source", "a source is missing", 'or "assumption"')
        return Open(share, row.cells["open_quality"], ())
    return Open(share, *read_documents(table, row, sources, ("open_quality", "open_source")))
