"""The investment projects of the assumption tables: what they build, change and cost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from corridors.errors import ScenarioError, nearest
from corridors.model.capacity import EFFECTS_OF_PROJECTS, LEVELS, Amount, Effect, Project
from corridors.scenario.capacities import capacity_ids
from corridors.scenario.capacity_cells import (
    check_unique,
    known_sources,
    read_amount,
    read_documents,
    read_share,
    read_year,
    shipped_sites,
)
from corridors.scenario.deflator import load_deflator, worth_of
from corridors.scenario.places import data_folder
from corridors.scenario.register_cells import check_names
from corridors.scenario.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from corridors.model.capacity import Capacity
    from corridors.scenario.capacity_cells import Sites
    from corridors.scenario.tables import Row, Table

PROJECT_COLUMNS = (
    "id", "title", "kind", "builds", "cost_low", "cost_likely", "cost_high", "unit", "year",
    "opening_low", "opening_likely", "opening_high", "promoter", "status", "quality", "source",
    "conflict", "note",
)  # fmt: skip
EFFECT_COLUMNS = (
    "project", "effect", "on", "low", "likely", "high", "unit", "open_share", "quality", "source",
    "note",
)  # fmt: skip
KINDS = (
    "link", "reopening", "upgrade", "double_track", "port", "yard", "ferry", "terminal", "corridor",
)  # fmt: skip
STATUSES = ("done", "under_construction", "agreed", "planned", "proposed")
#: Unit of a cost -> USD.
MONEY = {"USD": 1.0, "million USD": 1e6, "billion USD": 1e9}
_OPENING = tuple(f"opening_{level}" for level in LEVELS)


def load_projects(
    folder: Path | None = None,
    *,
    capacities: Sequence[Capacity] | None,
    sites: Sites | None = None,
    checks_places: bool = True,
) -> tuple[Project, ...]:
    """Load projects.csv and project_effects.csv, money brought to USD of 2024.

    Parameters
    ----------
    folder
        Where the tables lie; those in use if not given.
    capacities
        Those that the projects may change; any of the table's, unjudged, if None.
    sites
        The places that exist; those of the fact tables if not given.
    checks_places
        Whether the names of what is built are checked.

    Raises
    ------
    ScenarioError
        If a table is wrong; carries all findings of both.
    InputMissingError
        If a table is missing.
    """
    folder = folder or data_folder()
    table = read_table(folder / "projects.csv", PROJECT_COLUMNS)
    changes = read_table(folder / "project_effects.csv", EFFECT_COLUMNS)
    sources, deflator = known_sources(folder), load_deflator(folder)
    where = (sites or shipped_sites()) if checks_places else None
    among = {row.cells["id"] for row in table.rows}
    effects = _effects(changes, among, capacities, capacity_ids(folder), sources)
    projects = []
    for row in table.rows:
        project = _project(table, row, where, sources, deflator)
        mine = tuple(effects[project.id])
        if not project.builds and not mine:
            table.find(row, "builds", "it builds nothing and changes no capacity", "say what for")
        projects.append(replace(project, effects=mine))
    check_unique(table)
    findings = [*table.findings, *changes.findings]
    if findings:
        msg = "the tables of projects are invalid:"
        raise ScenarioError(msg, findings=findings)
    return tuple(projects)


def _project(
    table: Table, row: Row, sites: Sites | None, sources: frozenset[str],
    deflator: Mapping[int, float],
) -> Project:  # fmt: skip
    """Return a row without its effects, noting what is wrong with it."""
    cells = row.cells
    quality, documents = read_documents(table, row, sources)
    return Project(
        id=cells["id"],
        title=cells["title"],
        kind=table.choice(row, "kind", KINDS),
        builds=check_names(table, row, "builds", sites.built if sites else None),
        cost_usd=_cost(table, row, deflator),
        opening=_opening(table, row),
        promoter=cells["promoter"],
        status=table.choice(row, "status", STATUSES),
        quality=quality,
        sources=documents,
        conflict=cells["conflict"],
        note=cells["note"],
        line=row.line,
    )


def _cost(table: Table, row: Row, deflator: Mapping[int, float]) -> Amount:
    """Return the cost in USD of 2024."""
    unit = row.cells["unit"]
    if unit not in MONEY:
        what = f"{unit!r} is no unit of money" if unit else "a unit is missing"
        table.find(row, "unit", what, nearest(unit, MONEY) or f"one of {', '.join(MONEY)}")
    cost = read_amount(table, row, ("cost_low", "cost_likely", "cost_high"))
    worth = MONEY.get(unit, 1.0) * worth_of(table, row, deflator)
    return Amount(*(cost.at(level) * worth for level in LEVELS))


def _opening(table: Table, row: Row) -> dict[str, int | None]:
    """Return the years of opening; a later one that comes before an earlier is noted."""
    found: dict[str, int | None] = {
        level: read_year(table, row, column) if row.cells[column] else None
        for level, column in zip(LEVELS, _OPENING, strict=True)
    }
    years = [year for year in found.values() if year]
    if years != sorted(years):
        table.find(row, "opening_likely", "the years are not in order", "low, likely, high")
    return found


def _effects(
    table: Table, projects: set[str], capacities: Sequence[Capacity] | None,
    ids: frozenset[str], sources: frozenset[str],
) -> dict[str, list[Effect]]:  # fmt: skip
    """Return the effects of each project, noting what is wrong with them."""
    known = {one.id: one for one in capacities or ()}
    among = ids if capacities is None else known.keys()
    found: dict[str, list[Effect]] = defaultdict(list)
    first: dict[tuple[str, str], int] = {}
    for row in table.rows:
        project = table.choice(row, "project", projects)
        name = table.choice(row, "on", among)
        line = first.setdefault((project, name), row.line)
        if line != row.line:
            table.find(row, "on", f"{project} changes it already on line {line}", "keep one")
        amount = read_amount(table, row)
        kind = table.choice(row, "effect", EFFECTS_OF_PROJECTS)
        if name in known:
            _check_change(table, row, kind, amount, known[name])
        share = read_share(table, row) if row.cells["open_share"] else None
        quality, documents = read_documents(table, row, sources)
        note = row.cells["note"]
        found[project].append(Effect(name, kind, amount, share, quality, documents, note))
    return found


def _check_change(table: Table, row: Row, kind: str, amount: Amount, of: Capacity) -> None:
    """Note a change in another unit than its capacity, or one to less than there is."""
    if row.cells["unit"] != of.unit:
        said = row.cells["unit"] or "missing"
        table.find(row, "unit", f"the unit is {said}", f"write {of.unit}, as {of.id}")
    elif kind == "set" and amount.likely < of.amount.likely:
        what = f"{amount.likely:g} is less than the {of.amount.likely:g} of today"
        table.find(row, "likely", what, "a project adds to a capacity")
