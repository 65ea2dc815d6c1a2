"""What becomes of each demand: its routes, best first, or why it has none."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.route import RouteBook
from corridors.metrics.ways import Way
from corridors.model.result import DemandResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.carriage import Load
    from corridors.metrics.certificate import Certifier
    from corridors.metrics.ways import WayFinder
    from corridors.model.route import Route
    from corridors.model.scenario import Demand, Scenario
    from corridors.scenario.compile import ClassView, Compiled
    from geodata.types import Ints


#: Title of routes that only the flow takes.
FLOW = "flow"
#: What is left of a demand below this share is rounding.
EXACT = 1e-9


class Answers:
    """Turns the ways of demands into routes, alike ones told once."""

    def __init__(self, scenario: Scenario, compiled: Compiled, finder: WayFinder) -> None:
        """Take what was asked, how it was compiled and who finds the ways."""
        self.scenario, self.compiled, self.finder = scenario, compiled, finder
        self.book = RouteBook(compiled)

    def of(self, k: int) -> DemandResult:
        """Return the routes of demand k, or why it has none."""
        demand, start, end = self.scenario.demands[k], self.finder.starts[k], self.finder.ends[k]
        ends = ((demand.origin, start), (demand.destination, end))
        apart = [name for name, node in ends if node < 0]
        if apart:
            reason = f"no line where cargo can start or end at {' and '.join(apart)}"
            return _infeasible(demand, reason)
        view = self.compiled.view(k)
        found = self.finder.ways(k)
        if not found:
            return self._shut(demand, k)
        return DemandResult(
            demand_id=demand.id,
            status="ok",
            routes=tuple(self._ranked(demand, view, found)),
            teu_per_year=demand.teu_per_year,
        )

    def with_loads(self, k: int, result: DemandResult, loads: Sequence[Load]) -> DemandResult:
        """Return a result with what goes by each route; ways that are not told become routes.

        Parameters
        ----------
        k, result
            The demand and what became of it.
        loads
            What of it goes along which ways.
        """
        teu = {tuple(load.arcs.tolist()): load.teu_per_year for load in loads}
        known = {route.way for route in result.routes}
        new = [Way(load.arcs, FLOW) for load in loads if tuple(load.arcs.tolist()) not in known]
        routes = result.routes
        if new:
            told = [
                Way(np.array(route.way), title, family)
                for route in routes
                for title in route.objective.split(";")
                for family in (route.corridor.split(";") if title == "family" else ("",))
            ]
            routes = tuple(
                self._ranked(self.scenario.demands[k], self.compiled.view(k), told + new)
            )
        carried = sum(teu.values())
        left = result.teu_per_year - carried
        return replace(
            result,
            routes=tuple(replace(route, teu_per_year=teu.get(route.way, 0.0)) for route in routes),
            unserved_teu_per_year=left if left > EXACT * result.teu_per_year else 0.0,
        )

    def _shut(self, demand: Demand, k: int) -> DemandResult:
        """Return a demand without a way, with the proof of what would open one."""
        # The solver behind it takes long to load, and most runs have a way for everybody.
        from corridors.metrics.certificate import summary

        proof = self._certifier.of(k, self.finder.starts[k], self.finder.ends[k])
        if proof is None:
            reason = "no way between the two terminals, whatever is lifted and built"
            return _infeasible(demand, reason)
        return replace(_infeasible(demand, summary(proof)), closures=proof.words, certificate=proof)

    @cached_property
    def _certifier(self) -> Certifier:
        """Who proves that demands have no way; what it learns of one serves the next."""
        from corridors.metrics.certificate import Certifier

        return Certifier(self.scenario, self.compiled)

    def _ranked(self, demand: Demand, view: ClassView, found: list[Way]) -> list[Route]:
        """One route per distinct way, best first, with all its titles and families."""
        titles: dict[tuple[int, ...], list[str]] = {}
        families: dict[tuple[int, ...], list[str]] = {}
        weight: dict[tuple[int, ...], float] = {}
        same: dict[tuple[float, ...], tuple[int, ...]] = {}
        for arcs, title, family in found:
            # Ways equal in every total, on parallel tracks or connectors, are one route.
            # What carries something is told as it is, since it may take of other capacities.
            totals = self._totals(view, arcs)
            key = tuple(arcs.tolist())
            key = key if title == FLOW else same.setdefault(totals, key)
            if key not in titles:
                families[key] = list(self.finder.names.of(np.array(key)))
                weight[key] = self._generalised(view, arcs)
            titles.setdefault(key, []).append(title)
            families[key] += [family] if family else []
        order = sorted(titles, key=lambda way: (weight[way], way))
        return [
            self.book.route(
                np.array(way),
                demand,
                view,
                rank=rank,
                objective=";".join(dict.fromkeys(titles[way])),
                corridor=";".join(dict.fromkeys(families[way])),
            )
            for rank, way in enumerate(order, start=1)
        ]

    def _totals(self, view: ClassView, way: Ints) -> tuple[float, ...]:
        """Cost, time and length of a way, rounded to what a planner could tell apart."""
        cost, time = view.along(way, self._start(way))
        km = self.compiled.graph.arcs.length_km[way]
        return tuple(round(float(column.sum()), 3) for column in (cost, time, km))

    def _generalised(self, view: ClassView, way: Ints) -> float:
        return view.generalised_along(way, self._start(way))

    def _start(self, way: Ints) -> int:
        return int(self.compiled.graph.arcs.tail[way[0]])


def _infeasible(demand: Demand, reason: str) -> DemandResult:
    return DemandResult(demand.id, "infeasible", reason=reason, teu_per_year=demand.teu_per_year)
