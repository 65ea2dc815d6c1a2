"""Arcs in travel order to a route: runs of line and the stops between them."""

from __future__ import annotations

from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridors.metrics.bill import Biller, Shares, shares_of, total
from corridors.model.result import Metric
from corridors.model.route import Leg, LegKind, Route
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corridors.metrics.bill import Levy
    from corridors.model.scenario import Demand
    from corridors.scenario.compile import ClassView, Compiled
    from geodata.types import DecisionGraph, Ints

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


class _Step(NamedTuple):
    """An arc of a way: its cost and time, what is remembered before it, what rules levy."""

    arc: int
    cost_usd_per_teu: float
    time_h: float
    memory: int
    levied: Sequence[Levy] = ()


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
        self._billers: dict[int, Biller] = {}
        self._keys: dict[int, tuple[object, ...]] = {}
        self._grounds: dict[tuple[int, ...], dict[str, Any]] = {}

    def route(
        self, way: Ints, demand: Demand, view: ClassView, *, rank: int, objective: str,
        corridor: str,
    ) -> Route:  # fmt: skip
        """Return the route of a demand over the arcs `way`, given in travel order."""
        route_id = f"{demand.id}.{rank}"
        start = self._tail[way[0]]
        cost, time = view.along(way, start)
        memory = view.memory_along(way, start)
        biller = self._biller(view)
        levied = biller.levies(way, memory) if view.compiled.access.levies_anything else {}
        steps = [
            _Step(*cells, levied.get(at, ()))
            for at, cells in enumerate(
                zip(way.tolist(), cost.tolist(), time.tolist(), memory, strict=True)
            )
        ]
        runs = [list(run) for _, run in groupby(steps, key=lambda step: self._run_key(step.arc))]
        return Route(
            route_id=route_id,
            demand_id=demand.id,
            origin=demand.origin,
            destination=demand.destination,
            corridor=corridor,
            rank=rank,
            objective=objective,
            legs=tuple(self._leg(route_id, seq, run, biller) for seq, run in enumerate(runs, 1)),
            tonnes_per_teu=view.terms.tonnes_per_teu,
            in_containers=view.terms.in_containers,
            within_h=demand.within_h,
        )

    def _biller(self, view: ClassView) -> Biller:
        """Return who writes the bills of a view."""
        known = self._billers.get(id(view.terms.prices))
        if known is None:
            known = Biller(view, self.graph.arcs.length_km)
            self._billers[id(view.terms.prices)] = known
        return known.serving(view)

    def _run_key(self, arc: int) -> tuple[object, ...]:
        """Arcs with equal keys in a row are one leg; each stop is one of its own."""
        if arc not in self._keys:
            self._keys[arc] = (arc,)
            if self._kind[arc] == LINE:
                place = self._country[arc], self._gauge_mm[arc]
                self._keys[arc] = (self._mode[arc], *place, self._operator(arc))
        return self._keys[arc]

    def _leg(self, route_id: str, seq: int, steps: list[_Step], biller: Biller) -> Leg:
        run, costs, times, memories, levied = zip(*steps, strict=True)
        rules = map(biller.view.rule_ids, run, memories)
        charged = biller.charged(run)
        return Leg(
            leg_id=f"{route_id}.{seq}",
            route_id=route_id,
            seq=seq,
            **self._ground(run),
            time_h=sum(times),
            cost_usd_per_teu=sum(costs),
            emissions_kgco2e_per_teu=charged.emissions_kgco2e_per_teu,
            rule_ids=tuple(dict.fromkeys(chain.from_iterable(rules))),
            source_ids=charged.sources,
            time_sd_h=charged.time_sd_h,
            lines=biller.lines(run, chain.from_iterable(levied)),
        )

    def _ground(self, run: tuple[int, ...]) -> dict[str, Any]:
        """Return what of a leg does not hang on its cargo; many routes share legs."""
        if run not in self._grounds:
            first, last = run[0], run[-1]
            assets = dict.fromkeys(self._asset[arc] for arc in run if self._asset[arc] >= 0)
            self._grounds[run] = {
                "kind": KINDS[self._kind[first]],
                "from_id": self._names[self._tail[first]],
                "to_id": self._names[self._head[last]],
                "mode": MODES[self._mode[first]],
                "country": self.graph.countries[self._country[first]],
                "gauge_mm": self._gauge_mm[first] or None,
                "operator": self._operator(first),
                "distance_km": total(self.graph.arcs.length_km, run),
                "asset_ids": tuple(self.graph.assets[k].id for k in assets),
                "arcs": run,
            }
        return self._grounds[run]

    def _operator(self, arc: int) -> str:
        """Who runs an arc: the service, else those whom the register names."""
        asset: int = self._asset[arc]
        service = self._operators[asset] if asset >= 0 else ""
        return service or ";".join(self.compiled.operators_of(arc))


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
    found, known = [], dict[int, Shares]()
    for route in routes:
        for name, value, unit in (
            ("cost", route.cost_usd_per_teu, "usd_2024_per_teu"),
            ("time", route.time_h, "h"),
            ("distance", route.distance_km, "km"),
            ("emissions", route.emissions_kgco2e_per_teu, "kgco2e_per_teu"),
            ("borders", float(route.borders), "count"),
            ("gauge_changes", float(route.gauge_changes), "count"),
            *_of_lines(route, known),
        ):
            better = "neither" if name == "distance" else "lower"
            found.append(Metric(name, "route", route.route_id, value, unit, better))  # type: ignore[arg-type]
    return found


def _of_lines(route: Route, known: dict[int, Shares]) -> Iterator[tuple[str, float, str]]:
    """Yield name, value and unit of what the lines of a route tell.

    Legs that pass the same things share their lines; `known` holds what they come to.
    """
    whole = shares_of_route(route, known)
    yield "time_sd_bound", route.time_sd_h, "h"
    if route.tonnes_per_teu:
        yield "cost_per_t", route.cost_usd_per_teu / route.tonnes_per_teu, "usd_2024_per_t"
    if route.in_containers:
        yield "cost_per_feu", whole.usd_per_feu, "usd_2024_per_feu"
    yield "assumed_cost_share", whole.assumed_cost_share, "ratio"
    yield "provisional_cost_share", _share(whole.provisional_usd, whole.usd), "ratio"
    yield "assumed_time_share", whole.assumed_time_share, "ratio"
    yield "provisional_time_share", _share(whole.provisional_h, whole.h), "ratio"


def shares_of_route(route: Route, known: dict[int, Shares] | None = None) -> Shares:
    """Return what the lines of a route come to, and what of it is assumed or provisional.

    Legs that pass the same things share their lines; `known` keeps what they come to.
    """
    known = {} if known is None else known
    each = []
    for lines in (leg.lines for leg in route.legs):
        if id(lines) not in known:
            known[id(lines)] = shares_of(lines)
        each.append(known[id(lines)])
    return Shares(*map(sum, zip(*each, strict=True)))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
