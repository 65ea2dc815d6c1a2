"""Capacities and projects in figures: the counted tables of their page.

::

    page = Path("docs/capacity.md").read_text(encoding="utf-8")
    page = with_counts(page, capacity_tables(capacities, rows, arrays))
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.model.capacity import LEVELS
from corridors.model.scenario import QUALITIES
from corridors.report.register_page import markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.capacity import Amount, Capacity, Project
    from corridors.scenario.capacity import CapacityRows
    from corridors.scenario.project_effects import ProjectArrays

__all__ = ["capacity_tables", "plain_projects", "plain_rows"]

_MILLION = 1e6


def capacity_tables(
    capacities: Sequence[Capacity], rows: CapacityRows, projects: ProjectArrays
) -> str:
    """Return the counted tables of the page of capacities as Markdown.

    Parameters
    ----------
    capacities
        All of the assumption tables.
    rows
        The rows of a scenario at the likely level.
    projects
        The projects laid over the same scenario.
    """
    parts = (
        ("What the numbers rest on", _evidence(capacities, projects.projects)),
        ("Capacities that count", _counted(capacities, rows)),
        ("Of another day", _others(capacities, rows)),
        ("Left out, and why", _problems((*rows.problems, *projects.problems))),
        ("Accounts that contradict each other", _conflicts(capacities, projects.projects)),
        ("Projects", _projects(projects)),
        ("What projects add", _effects(projects, rows)),
    )
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in parts)


def plain_rows(rows: CapacityRows) -> list[dict[str, Any]]:
    """Return the rows as plain values, with the number of arcs of each."""
    arcs = np.diff(rows.usage.indptr).tolist()
    return [
        {
            "id": row.id, "source_id": row.source_id, "kind": row.kind, "on": list(row.on),
            "label": row.label, "amount": row.amount, "unit": row.unit,
            "open_share": row.open_share,
            "capacity_teu_per_year": float(rows.capacity_teu_per_year[at]),
            "tonnes_based": bool(rows.tonnes_based[at]), "arcs": arcs[at],
            "actors": {actor: list(roles) for actor, roles in row.actors.items()},
            "quality": row.quality, "source_ids": list(row.sources),
        }
        for at, row in enumerate(rows.rows)
    ]  # fmt: skip


def plain_projects(projects: ProjectArrays, rows: CapacityRows) -> list[dict[str, Any]]:
    """Return the projects as plain values, with what each opens and adds."""
    opened = np.diff(projects.opens.indptr).tolist()
    return [
        {
            "id": project.id, "title": project.title, "kind": project.kind,
            "status": project.status, "builds": list(project.builds),
            "cost_usd_2024": [project.cost_usd.at(level) for level in LEVELS],
            "opening": [project.opening[level] for level in LEVELS], "arcs": opened[at],
            "adds_teu_per_year": _added(projects, rows, at),
            "quality": project.quality, "source_ids": list(project.sources),
        }
        for at, project in enumerate(projects.projects)
    ]  # fmt: skip


def _added(projects: ProjectArrays, rows: CapacityRows, at: int) -> dict[str, float]:
    """Return what a project adds to each row."""
    gains = projects.gains_teu_per_year[[at]]
    found = zip(gains.indices.tolist(), gains.data.tolist(), strict=True)
    return {rows.ids[row]: float(gain) for row, gain in found}


def _evidence(capacities: Sequence[Capacity], projects: Sequence[Project]) -> str:
    tables = (
        ("capacities", [one.quality for one in capacities]),
        ("shares open to the demands", [one.open.quality for one in capacities]),
        ("costs of projects", [one.quality for one in projects]),
    )
    counts = [(name, Counter(words)) for name, words in tables]
    return markdown_table(
        ("table", "rows", *QUALITIES),
        ((name, found.total(), *(found[word] for word in QUALITIES)) for name, found in counts),
    )


def _counted(capacities: Sequence[Capacity], rows: CapacityRows) -> str:
    arcs = np.diff(rows.usage.indptr)
    mine: dict[str, list[int]] = {}
    for at, row in enumerate(rows.rows):
        mine.setdefault(row.source_id, []).append(at)
    known = {one.id: one for one in capacities}
    cells = []
    for name, found in mine.items():
        first, one = rows.rows[found[0]], known.get(name)
        amount = f"{first.amount:,.10g}" if one is None else _range(one.amount)
        cells.append(
            (
                f"`{name}`", first.label, first.kind.replace("_", " "), " ".join(first.on),
                f"{amount} {first.unit}", _open(first.open_share, one),
                f"{rows.capacity_teu_per_year[found].min():,.0f}", len(found),
                int(arcs[found].sum()), first.quality, " ".join(first.sources),
                one.note if one else "",
            )
        )  # fmt: skip
    return markdown_table(
        ("id", "about", "kind", "on", "likely (low to high)", "open", "TEU a year", "rows",
         "arcs", "quality", "sources", "note"),
        cells,
    )  # fmt: skip


def _open(share: float, one: Capacity | None) -> str:
    """Return the share that is open, and what it rests on."""
    return f"{share:.0%}" + (f", {one.open.quality}" if one else "")


def _range(amount: Amount) -> str:
    """Return the likely number with its range."""
    likely = f"{amount.likely:,.10g}"
    if amount.low == amount.high:
        return likely
    return f"{likely} ({amount.low:,.10g} to {amount.high:,.10g})"


def _others(capacities: Sequence[Capacity], rows: CapacityRows) -> str:
    """Return the capacities that make no row, since they hold on other days."""
    made = {row.source_id for row in rows.rows}
    return markdown_table(
        ("id", "about", "likely (low to high)", "from", "until"),
        (
            (f"`{one.id}`", one.title, f"{_range(one.amount)} {one.unit}",
             one.span.start or "", one.span.end or "")
            for one in capacities
            if one.id not in made
        ),
    )  # fmt: skip


def _problems(problems: Sequence[str]) -> str:
    cells = (problem.partition(": ") for problem in problems)
    return markdown_table(("row", "why"), ((name, why) for name, _, why in cells))


def _conflicts(capacities: Sequence[Capacity], projects: Sequence[Project]) -> str:
    rows: list[Capacity | Project] = [*capacities, *projects]
    topics = sorted({row.conflict for row in rows} - {""})
    return markdown_table(
        ("topic", "rows", "accounts"),
        (
            (
                topic,
                " ".join(row.id for row in rows if row.conflict == topic),
                "; ".join(row.note for row in rows if row.conflict == topic),
            )
            for topic in topics
        ),
    )


def _projects(projects: ProjectArrays) -> str:
    opened = np.diff(projects.opens.indptr).tolist()
    return markdown_table(
        ("id", "project", "million USD of 2024", "opening", "status", "builds", "arcs", "quality",
         "sources", "note"),
        (
            (
                f"`{one.id}`", one.title, _cost(one), _opening(one),
                one.status.replace("_", " "), " ".join(one.builds), opened[at], one.quality,
                " ".join(one.sources), one.note,
            )
            for at, one in enumerate(projects.projects)
        ),
    )  # fmt: skip


def _cost(project: Project) -> str:
    """Return what a project costs, with its range."""
    low, likely, high = (f"{project.cost_usd.at(level) / _MILLION:,.0f}" for level in LEVELS)
    return likely if low == high else f"{likely} ({low} to {high})"


def _opening(project: Project) -> str:
    """Return the likely year of opening, with its range."""
    low, likely, high = (project.opening[level] for level in LEVELS)
    known = f" ({low} to {high})" if low and high and low != high else ""
    return f"{likely}{known}" if likely else "not known"


def _effects(projects: ProjectArrays, rows: CapacityRows) -> str:
    cells = []
    for at, project in enumerate(projects.projects):
        gains = _added(projects, rows, at)
        for effect in project.effects:
            added = [gain for name, gain in gains.items() if _of(name, effect.capacity)]
            cells.append(
                (
                    f"`{project.id}`", f"`{effect.capacity}`",
                    "to" if effect.kind == "set" else "by", _range(effect.amount),
                    f"{min(added):,.0f}" if added else "-", effect.quality, effect.note,
                )
            )  # fmt: skip
    return markdown_table(
        ("project", "capacity", "to or by", "likely (low to high)", "TEU a year more", "quality",
         "note"),
        cells,
    )  # fmt: skip


def _of(row: str, capacity: str) -> bool:
    """Whether a row is of a capacity, or of a section or direction of it."""
    return row.partition(":")[0] == capacity
