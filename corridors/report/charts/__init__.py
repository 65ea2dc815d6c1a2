"""Charts of a report, each a whole picture in SVG with its numbers as a table.

::

    charts = charts_of([open_folder(Path("build/baseline")), open_folder(Path("build/control"))])
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from corridors.report.charts.actors import actors_chart
from corridors.report.charts.budget import budget_chart
from corridors.report.charts.changes import Change, changes_chart
from corridors.report.charts.denial import denial_chart
from corridors.report.charts.front import front_chart
from corridors.report.charts.gains import gains_chart
from corridors.report.charts.leverage import HEDGES, hedges_chart, leverage_chart
from corridors.report.charts.penalty import penalty_chart
from corridors.report.charts.profile import profile_chart
from corridors.report.charts.tornado import tornado_chart
from corridors.report.charts.waterfall import route_waterfall, scenario_waterfall
from corridors.report.runs import Run, fact_names
from corridors.report.svg import Ids

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from corridors.report.material import Folder
    from corridors.report.pieces import Chart
    from corridors.report.runs import Demand

__all__ = ["charts_of"]

#: Demands whose routes are drawn of the first run, and of each further one.
MOST, MOST_FURTHER = 8, 4
#: Demands whose next corridor is told part by part, and whose front is drawn, of a run.
MOST_WATERFALLS, MOST_FRONTS = 4, 6


def charts_of(folders: Sequence[Folder]) -> tuple[Chart, ...]:
    """Return the charts of some folders, in their order.

    Parameters
    ----------
    folders
        Folders of results. The first run among them is what further runs are held against.

    Returns
    -------
    tuple of Chart
        Those that the files of the folders give; ids differ from each other. Sweeps have
        none.
    """
    ids, base = Ids(), None
    found: list[Chart] = []
    for folder in folders:
        if folder.kind == "run":
            run = Run(folder)
            found += _of_run(run, base, ids)
            base = base or run
        elif folder.kind in _OF:
            found += _OF[folder.kind](folder, ids)
    # Two runs and the comparison of both tell the same changes.
    return tuple({one.title if one.kind == "changes" else one.id: one for one in found}.values())


def _of_run(run: Run, base: Run | None, ids: Ids) -> Iterator[Chart]:
    """Yield the charts of a run, first those that hold it against the base."""
    if base is not None:
        yield from _given(
            scenario_waterfall(base, run, ids),
            changes_chart(base.id, run.id, _changes(base, run), "result.json", ids),
        )
    if run.folder.has("sensitivity.csv"):
        yield from _given(tornado_chart(run, ids))
    shown = run.telling(_worth_showing(run, base), MOST_FURTHER if base else MOST)
    for demand in shown:
        yield profile_chart(run, demand, ids)
    for demand in shown[:MOST_WATERFALLS]:
        yield from _given(route_waterfall(run, demand, ids))
    if run.folder.has("fronts.csv"):
        yield from _fronts(run, base, ids)


def _worth_showing(run: Run, base: Run | None) -> Iterator[Demand]:
    """Yield the demands of a run, of a further one those whose best route is another."""
    for one in run.demands.values():
        old = base.demands.get(one.id) if base else None
        if old is None or _totals(old) != _totals(one):
            yield one


def _fronts(run: Run, base: Run | None, ids: Ids) -> Iterator[Chart]:
    rows = run.folder.rows("fronts.csv")
    of = {name: list(some) for name, some in groupby(rows, key=lambda row: row["demand_id"])}
    several = (one for one in _worth_showing(run, base) if len(of.get(one.id, ())) > 1)
    for demand in run.telling(several, MOST_FRONTS):
        yield front_chart(run.id, demand.id, of[demand.id], ids)


def _changes(base: Run, run: Run) -> list[Change]:
    """Return the best routes of the demands of both runs."""
    return [
        Change(name, _totals(base.demands[name]), _totals(one))
        for name, one in run.demands.items()
        if name in base.demands
    ]


def _totals(demand: Demand) -> tuple[float, float] | None:
    return (demand.best.usd_per_teu, demand.best.h) if demand.best else None


def _of_control(folder: Folder, ids: Ids) -> Iterator[Chart]:
    scenario = folder.scenario
    actors = folder.rows("actors.csv")
    places = (one["properties"] for one in folder.features("chokepoints.geojson"))
    names = fact_names() | {one["asset_id"]: one["name"] for one in places}
    yield from _given(
        actors_chart(scenario, actors, ids),
        leverage_chart(scenario, folder.rows("leverage.csv"), ids),
    )
    for scope, rows in groupby(folder.rows("denial.csv"), key=lambda row: row["scope"]):
        yield denial_chart(scenario, scope, list(rows), names, ids)
    yield from _given(penalty_chart(scenario, actors, ids))
    if folder.has(HEDGES):
        yield from _given(hedges_chart(scenario, folder.rows(HEDGES), ids))


def _of_comparison(folder: Folder, ids: Ids) -> Iterator[Chart]:
    whole = folder.json("compare.json")
    # The first version of the file holds one comparison, and no accounts of who gains.
    for found in whole.get("comparisons", [whole]):
        changes = [
            Change(row["demand_id"], _compared(row["a"]), _compared(row["b"]))
            for row in found["routes"]
        ]
        names = found["a"]["scenario"], found["b"]["scenario"]
        yield from _given(
            changes_chart(*names, changes, "compare.json", ids),
            gains_chart(*names, found.get("gains", ()), ids),
        )


def _compared(totals: Mapping[str, Any] | None) -> tuple[float, float] | None:
    return (totals["cost_usd_per_teu"], totals["time_h"]) if totals else None


def _of_design(folder: Folder, ids: Ids) -> Iterator[Chart]:
    yield from _given(budget_chart(folder.json("design.json"), ids))


def _given(*charts: Chart | None) -> Iterator[Chart]:
    return (one for one in charts if one is not None)


_OF = {"control": _of_control, "comparison": _of_comparison, "design": _of_design}
