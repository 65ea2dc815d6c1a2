"""What projects would change on a decision graph, as arrays for choosing among them.

::

    rows = capacity_rows(scenario, compiled, capacities)
    projects = project_effects(load_projects(capacities=capacities), rows, compiled)
    projects.opens[p].indices                   # arcs that only project p, or its like, opens
    rows.capacity_teu_per_year + projects.gains_teu_per_year[[p]].toarray()[0]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.model.capacity import LEVELS
from corridors.scenario.closures import NOT_BUILT_KIND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.capacity import Effect, Project
    from corridors.scenario.capacity import CapacityRow, CapacityRows
    from corridors.scenario.compile import Compiled
    from geodata.types import Bools, Floats, Ints


@dataclass(frozen=True)
class ProjectArrays:
    """p projects over n arcs and the rows of a `CapacityRows`.

    `cost_usd` (p,) is in USD of 2024, `cost_range_usd` (p, 3) from low to high.
    `opens` (p, n) marks the arcs that are shut for want of what a project builds: such an arc
    is open once any project that marks it is done. `gains_teu_per_year` (p, rows) is what a
    project adds to each row; gains of several projects add up. `opening_year` (p, 3) is 0
    where no year is known. `problems` tell in words what has no place on this network.
    """

    projects: tuple[Project, ...]
    cost_usd: Floats
    cost_range_usd: Floats
    opens: sp.csr_array
    gains_teu_per_year: sp.csr_array
    opening_year: Ints
    problems: tuple[str, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the projects."""
        return tuple(project.id for project in self.projects)

    @property
    def matters(self) -> Bools:
        """Which projects open an arc or add to a row, (p,)."""
        found: Bools = (np.diff(self.opens.indptr) + np.diff(self.gains_teu_per_year.indptr)) > 0
        return found


def project_effects(
    projects: Sequence[Project], rows: CapacityRows, compiled: Compiled, *, level: str = "likely"
) -> ProjectArrays:
    """Lay projects over a compiled scenario and its rows of capacity.

    Parameters
    ----------
    projects
        Those of the assumption tables, or some of them.
    rows
        The rows of the scenario.
    compiled
        The scenario compiled onto the graph; what it builds itself is open already.
    level
        Which end of the ranges holds for costs and effects: low, likely or high.

    Notes
    -----
    What a project adds is open to the demands in the share its effect says, or else in that of
    the row.
    """
    problems: list[str] = []
    opened = [_opened(one, compiled) for one in projects]
    gains = [_gains(one, rows, level, problems) for one in projects]
    for project, arcs, gain in zip(projects, opened, gains, strict=True):
        if not len(arcs) and not gain:
            problems.append(f"{project.id}: opens nothing and adds nothing here")
    years = [[project.opening[one] or 0 for one in LEVELS] for project in projects]
    costs = [[project.cost_usd.at(one) for one in LEVELS] for project in projects]
    count = len(projects)
    return ProjectArrays(
        projects=tuple(projects),
        cost_usd=np.array([project.cost_usd.at(level) for project in projects], np.float64),
        cost_range_usd=np.array(costs, np.float64).reshape(count, len(LEVELS)),
        opens=_matrix(
            [dict.fromkeys(arcs.tolist(), 1.0) for arcs in opened], len(compiled.graph.arcs)
        ),
        gains_teu_per_year=_matrix(gains, len(rows.rows)),
        opening_year=np.array(years, np.int64).reshape(count, len(LEVELS)),
        problems=tuple(problems),
    )


def _opened(project: Project, compiled: Compiled) -> Ints:
    """Return the arcs that are shut because what the project builds does not stand."""
    closures = compiled.closures
    lacking = np.array(
        [
            *(one.kind == NOT_BUILT_KIND and one.id in project.builds for one in closures.reasons),
            False,
        ],
        np.bool_,
    )
    return np.flatnonzero(lacking[closures.closed_by])


def _gains(
    project: Project, rows: CapacityRows, level: str, problems: list[str]
) -> dict[int, float]:
    """Return what a project adds to each row in TEU a year; none for rows it leaves alone."""
    found: dict[int, float] = {}
    for effect in project.effects:
        touched = [at for at, row in enumerate(rows.rows) if row.source_id == effect.capacity]
        if not touched:
            problems.append(f"{project.id}: {effect.capacity} is no row of this scenario")
        for at in touched:
            gain = _gain(effect, rows.rows[at], level)
            if gain <= 0:
                problems.append(f"{project.id}: adds nothing to {rows.ids[at]}, which has more")
            else:
                row = rows.rows[at]
                share = row.open_share if effect.open_share is None else effect.open_share
                found[at] = gain * row.teu_per_year_of_one * share
    return found


def _gain(effect: Effect, row: CapacityRow, level: str) -> float:
    """Return what an effect adds to a row, in the unit of the row."""
    amount = effect.amount.at(level)
    return amount - row.amount if effect.kind == "set" else amount


def _matrix(entries: Sequence[dict[int, float]], columns: int) -> sp.csr_array:
    """Return rows of entries as a sparse matrix."""
    starts = np.concatenate([[0], np.cumsum([len(one) for one in entries])]).astype(np.int64)
    indices = np.array([at for one in entries for at in sorted(one)], np.int64)
    data = np.array([one[at] for one in entries for at in sorted(one)], np.float64)
    return sp.csr_array((data, indices, starts), shape=(len(entries), columns))
