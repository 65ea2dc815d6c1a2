"""Arcs in travel order to a route: runs of line and the stops between them."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from corridors.model.result import Metric
from corridors.model.route import Leg, LegKind, Route
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from corridors.model.scenario import Demand
    from corridors.scenario.compile import ClassView, Compiled
    from geodata.types import DecisionGraph, Floats, Ints

LINE = int(Kind.LINE)
MODES = {int(mode): mode.name.lower() for mode in Mode}
KINDS: dict[int, LegKind] = {
    Kind.LINE: LegKind.LINE,
    Kind.BORDER: LegKind.BORDER,
    Kind.GAUGE_CHANGE: LegKind.GAUGE_CHANGE,
    Kind.TRANSFER: LegKind.TRANSFER,
    Kind.BOARDING: LegKind.BOARDING,
    Kind.ACCESS: LegKind.ACCESS,
}


class RouteBook:
    """Writes routes of one scenario: names of nodes and prices of arcs at hand."""

    def __init__(self, compiled: Compiled) -> None:
        """Name every decision node once."""
        self.graph = graph = compiled.graph
        self.compiled = compiled
        self._names = node_names(graph)
        arcs = graph.arcs
        self._operators = [a.name if a.kind == "service" else "" for a in graph.assets]
        # Plain lists: a route reads single cells, which arrays give slowly.
        self._kind, self._mode, self._country, self._gauge_mm, self._asset = (
            column.tolist()
            for column in (arcs.kind, arcs.mode, arcs.country, arcs.gauge_mm, arcs.asset)
        )
        self._tail, self._head = arcs.tail.tolist(), arcs.head.tolist()
        self._tariff = compiled.prices.tariff.tolist()
        self._sources = [
            tuple(name for rate in tariff.rates for name in rate.sources)
            for tariff in compiled.prices.tariffs
        ]

    def route(
        self, way: Ints, demand: Demand, view: ClassView, *, rank: int, objective: str,
        corridor: str,
    ) -> Route:  # fmt: skip
        """Return the route of a demand over the arcs `way`, given in travel order."""
        route_id = f"{demand.id}.{rank}"
        start = self._tail[way[0]]
        cost, time = view.along(way, start)
        memory = view.memory_along(way, start)
        steps = list(zip(way.tolist(), cost.tolist(), time.tolist(), memory, strict=True))
        runs = [list(run) for _, run in groupby(steps, key=lambda step: self._run_key(step[0]))]
        return Route(
            route_id=route_id,
            demand_id=demand.id,
            origin=demand.origin,
            destination=demand.destination,
            corridor=corridor,
            rank=rank,
            objective=objective,
            legs=tuple(self._leg(route_id, seq, run, view) for seq, run in enumerate(runs, 1)),
        )

    def _run_key(self, arc: int) -> tuple[object, ...]:
        """Arcs with equal keys in a row are one leg; each stop is one of its own."""
        if self._kind[arc] != LINE:
            return (arc,)
        place = self._country[arc], self._gauge_mm[arc]
        return (self._mode[arc], *place, self._operator(arc))

    def _leg(
        self, route_id: str, seq: int, steps: list[tuple[int, float, float, int]], view: ClassView
    ) -> Leg:
        run, costs, times, memories = zip(*steps, strict=True)
        rules = map(view.rule_ids, run, memories)
        first, rows = run[0], list(run)
        assets = dict.fromkeys(self._asset[arc] for arc in run if self._asset[arc] >= 0)
        tariffs = dict.fromkeys(self._tariff[arc] for arc in run)
        sources = (name for tariff in tariffs for name in self._sources[tariff])
        return Leg(
            leg_id=f"{route_id}.{seq}",
            route_id=route_id,
            seq=seq,
            kind=KINDS[self._kind[first]],
            from_id=self._names[self._tail[first]],
            to_id=self._names[self._head[run[-1]]],
            mode=MODES[self._mode[first]],
            country=self.graph.countries[self._country[first]],
            gauge_mm=self._gauge_mm[first] or None,
            operator=self._operator(first),
            distance_km=_sum(self.graph.arcs.length_km, rows),
            time_h=sum(times),
            cost_usd_per_teu=sum(costs),
            emissions_kgco2e_per_teu=_sum(view.emissions_kgco2e_per_teu, rows),
            asset_ids=tuple(self.graph.assets[k].id for k in assets),
            rule_ids=tuple(dict.fromkeys(name for names in rules for name in names)),
            source_ids=tuple(dict.fromkeys(sources)),
            arcs=run,
        )

    def _operator(self, arc: int) -> str:
        """Who runs an arc: the service, else those whom the register names."""
        asset: int = self._asset[arc]
        service = self._operators[asset] if asset >= 0 else ""
        return service or ";".join(self.compiled.operators_of(arc))


def _sum(column: Floats, rows: list[int]) -> float:
    """Sum of a column over some rows; most legs are a single arc."""
    return float(column[rows[0]] if len(rows) == 1 else column[rows].sum())


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
