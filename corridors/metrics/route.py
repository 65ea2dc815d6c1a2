"""Arcs in travel order to a route: runs of line and the stops between them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from corridors.model.result import Metric
from corridors.model.route import Leg, LegKind, Route
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.model.scenario import Demand
    from corridors.scenario.compile import Compiled
    from geodata.types import DecisionGraph, Ints

KINDS = {
    Kind.LINE: LegKind.LINE,
    Kind.BORDER: LegKind.BORDER,
    Kind.GAUGE_CHANGE: LegKind.GAUGE_CHANGE,
    Kind.TRANSFER: LegKind.TRANSFER,
    Kind.BOARDING: LegKind.BOARDING,
    Kind.ACCESS: LegKind.ACCESS,
}


class RouteBook:
    """Writes routes of one scenario: names of nodes and prices of arcs at hand."""

    def __init__(self, graph: DecisionGraph, compiled: Compiled) -> None:
        """Name every decision node once."""
        self.graph = graph
        self.compiled = compiled
        self._names = node_names(graph)

    def route(
        self, arcs: Ints, demand: Demand, *, rank: int, objective: str, corridor: str
    ) -> Route:
        """Return the route of a demand over `arcs`, given in travel order."""
        route_id = f"{demand.id}.{rank}"
        runs = [tuple(run) for _, run in groupby(arcs.tolist(), key=self._run_key)]
        return Route(
            route_id=route_id,
            demand_id=demand.id,
            origin=demand.origin,
            destination=demand.destination,
            corridor=corridor,
            rank=rank,
            objective=objective,
            legs=tuple(self._leg(route_id, seq, run) for seq, run in enumerate(runs, start=1)),
        )

    def _run_key(self, arc: int) -> tuple[object, ...]:
        """Arcs with equal keys in a row are one leg; each stop is one of its own."""
        arcs = self.graph.arcs
        if arcs.kind[arc] != Kind.LINE:
            return (arc,)
        place = int(arcs.country[arc]), int(arcs.gauge_mm[arc])
        return (int(arcs.mode[arc]), *place, self._operator(arc))

    def _leg(self, route_id: str, seq: int, run: tuple[int, ...]) -> Leg:
        arcs, first, rows = self.graph.arcs, run[0], list(run)
        kind = KINDS[Kind(int(arcs.kind[first]))]
        assets = dict.fromkeys(int(k) for k in arcs.asset[rows] if k >= 0)
        ids = tuple(self.graph.assets[k].id for k in assets)
        sources = (
            name for arc in run for rate in self.compiled.rates_of(arc) for name in rate.sources
        )
        return Leg(
            leg_id=f"{route_id}.{seq}",
            route_id=route_id,
            seq=seq,
            kind=kind,
            from_id=self._names[int(arcs.tail[first])],
            to_id=self._names[int(arcs.head[run[-1]])],
            mode=Mode(int(arcs.mode[first])).name.lower(),
            country=self.graph.countries[int(arcs.country[first])],
            gauge_mm=int(arcs.gauge_mm[first]) or None,
            operator=self._operator(first),
            distance_km=float(arcs.length_km[rows].sum()),
            time_h=float(self.compiled.time_h[rows].sum()),
            cost_usd_per_teu=float(self.compiled.cost_usd_per_teu[rows].sum()),
            emissions_kgco2e_per_teu=float(self.compiled.emissions_kgco2e_per_teu[rows].sum()),
            asset_ids=ids,
            source_ids=tuple(dict.fromkeys(sources)),
            arcs=run,
        )

    def _operator(self, arc: int) -> str:
        """Who runs an arc; only shipping services have a named operator in the facts."""
        asset = int(self.graph.arcs.asset[arc])
        if asset < 0 or self.graph.assets[asset].kind != "service":
            return ""
        return self.graph.assets[asset].name


def node_names(graph: DecisionGraph) -> list[str]:
    """Names of the decision nodes: the terminal's, else the crossing's, else a number."""
    nodes, arcs = graph.nodes, graph.arcs
    names = [f"N{k}" for k in range(len(nodes))]
    for arc in np.flatnonzero((arcs.kind != Kind.LINE) & (arcs.asset >= 0)).tolist():
        for node in (int(arcs.tail[arc]), int(arcs.head[arc])):
            names[node] = graph.assets[int(arcs.asset[arc])].id
    for node in np.flatnonzero(nodes.terminal >= 0).tolist():
        names[node] = graph.terminal_ids[int(nodes.terminal[node])]
    return names


def route_metrics(routes: Iterable[Route]) -> list[Metric]:
    """Return the totals of each route as metrics."""
    found = []
    for route in routes:
        for name, value, unit in (
            ("cost", route.cost_usd_per_teu, "usd_2024_per_teu"),
            ("time", route.time_h, "h"),
            ("distance", route.distance_km, "km"),
            ("emissions", route.emissions_kgco2e_per_teu, "kgco2e_per_teu"),
            ("borders", float(route.borders), "count"),
            ("gauge_changes", float(route.gauge_changes), "count"),
        ):
            better = "neither" if name == "distance" else "lower"
            found.append(Metric(name, "route", route.route_id, value, unit, better))  # type: ignore[arg-type]
    return found


def same_way(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two lists of arcs are the same way."""
    return len(a) == len(b) and all(x == y for x, y in zip(a, b, strict=True))
