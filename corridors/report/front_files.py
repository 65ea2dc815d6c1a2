"""`fronts.csv` and `fronts.geojson` of a run: the fronts of all demands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors.metrics.choices import ChoiceBook
from corridors.metrics.ways import WayFinder
from corridors.report.explained_choices import choices_csv, choices_geojson
from corridors.report.run_files import ArcPainter

if TYPE_CHECKING:
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from geodata.snapshot import Snapshot
    from geodata.types import Network

__all__ = ["front_files"]


def front_files(
    scenario: Scenario, compiled: Compiled, snapshot: Snapshot, network: Network
) -> dict[str, bytes]:
    """Return the fronts of cost and time of all demands as files, by name.

    Parameters
    ----------
    scenario, compiled
        What was asked, and how it was compiled.
    snapshot, network
        Hold the graph, and the geometry behind its arcs.
    """
    km = network.links.length_km
    book = ChoiceBook(scenario, WayFinder(scenario, snapshot, compiled, km), km)
    rows = [one for at in range(len(scenario.demands)) for one in book.front(at)]
    arcs = (arc for one in rows for leg in one.route.legs for arc in leg.arcs)
    draw = ArcPainter(network, snapshot.graph, arcs)
    meta: dict[str, object] = {
        "schema_version": 1, "scenario": scenario.id, "snapshot": snapshot.id,
    }  # fmt: skip
    return {
        "fronts.csv": choices_csv(rows),
        "fronts.geojson": choices_geojson(rows, draw.route, name="fronts", meta=meta),
    }
