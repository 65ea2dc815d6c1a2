"""Why a demand has no route: the fewest closed places that stand in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.paths import Router

if TYPE_CHECKING:
    from corridors.scenario.compile import ClassView
    from geodata.types import DecisionGraph

#: Passing a closed arc counts as this many USD per TEU: more than any whole route.
CLOSED = 1e7


class ClosureFinder:
    """Finds the way with the fewest closed arcs, for demands without an open route."""

    def __init__(self, graph: DecisionGraph, view: ClassView) -> None:
        """Weigh every arc, closed ones heavily."""
        self.graph = graph
        self.view = view
        weight = view.generalised_usd_per_teu + np.where(view.open, 0.0, CLOSED)
        arcs = graph.arcs
        everything = np.ones(len(arcs), bool)
        self.router = Router(
            arcs.tail, arcs.head, weight, usable=everything, n_nodes=len(graph.nodes)
        )

    def reasons(self, start: int, end: int) -> tuple[str, ...]:
        """Why the closed arcs of that way are closed, in travel order; empty if none is."""
        trees = self.router.trees(np.array([start]))
        if not np.isfinite(trees.distance[0, end]):
            return ()
        way = self.router.way(trees, 0, end)
        closed = way[~self.view.open[way]]
        return tuple(dict.fromkeys(self.view.reason(int(arc)) for arc in closed))
