"""All demands carried together through the capacities there are, at the least cost.

The best way of each demand is known. If together they fit, they are the answer, since
nothing is cheaper. Otherwise the demands that use a capacity which is full are shared out
anew, together, through what the others leave; the others stay on their best ways. Once
none of these uses a capacity that is full, the whole is as good as can be: prices of
capacity leave their ways as cheap as they were, and all other ways no cheaper.

::

    carried = Carriage(scenario, compiled, finder, rows).carry(ways, stop=after(60.0))
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from corridors.metrics.lanes import Lanes
from corridors.model.scenario import EMPTIES_LEFT_OUT
from corridors.solve.columns import Pool
from corridors.solve.flow import OPTIMAL, carry, gap_of
from corridors.solve.problem import Demands, FlowProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Protocol

    import scipy.sparse as sp

    from corridors.metrics.lanes import Lane
    from corridors.model.result import FlowStatus
    from corridors.model.scenario import Scenario
    from corridors.scenario.capacity import CapacityRows
    from corridors.scenario.compile import Compiled
    from corridors.solve.assignment import PathFlow
    from corridors.solve.flow import FlowSolution
    from geodata.types import Bools, Floats, Ints

    class Placed(Protocol):
        """Where each demand starts and ends, as nodes; -1 where no line is."""

        @property
        def starts(self) -> Sequence[int]: ...  # noqa: D102
        @property
        def ends(self) -> Sequence[int]: ...  # noqa: D102


#: Status of a flow by a rule that looks for no least cost.
ASSIGNED: Literal["assigned"] = "assigned"
#: A capacity is full if this share of it, or less, is left.
FULL = 1e-9
#: What a way carries is nothing below this share of the demand.
TINY = 1e-9


class Load(NamedTuple):
    """What of a demand goes along a way: its arcs in travel order, and TEU a year."""

    demand: int
    arcs: Ints
    teu_per_year: float


@dataclass(frozen=True)
class Shared:
    """The demands that were shared out anew, `inside`, as a problem with its solution."""

    inside: tuple[int, ...]
    problem: FlowProblem
    solution: FlowSolution


@dataclass(frozen=True)
class Carried:
    """What goes along which ways, and the proof of how good that is; USD of 2024 a year.

    `unserved` has shape (demands,), `used` (capacity rows,), empty boxes included, and
    `empty` (n,) are empty boxes on each arc. `status` is optimal, feasible if the search was
    stopped, or `ASSIGNED`: then there is no bound. `shared` is None if all go by their best ways.
    """

    loads: tuple[Load, ...]
    unserved: Floats
    used: Floats
    empty: Floats
    status: FlowStatus
    cost_usd: float
    penalty_usd: float
    bound_usd: float
    iterations: int = 0
    shared: Shared | None = None

    @property
    def gap(self) -> float:
        """How far cost and penalty may be from the least, as a share of them."""
        return gap_of(self.cost_usd + self.penalty_usd, self.bound_usd)


class Carriage:
    """Carries the demands of a compiled scenario."""

    def __init__(
        self, scenario: Scenario, compiled: Compiled, finder: Placed, rows: CapacityRows
    ) -> None:
        """Take what is to be carried, the rules, where demands begin and end, and capacities."""
        self.scenario, self.compiled, self.finder, self.rows = scenario, compiled, finder, rows
        self.volume = np.array([one.teu_per_year for one in scenario.demands], np.float64)
        self.penalty = scenario.costs.penalty_usd_per_teu

    def carry(
        self, ways: Sequence[Sequence[Ints]], *, stop: Callable[[], bool] | None = None
    ) -> Carried:
        """Carry all demands.

        Parameters
        ----------
        ways
            The ways known of each demand as arcs in travel order, the best first; none if
            the demand has no way.
        stop
            Asked now and then whether to stop; then the best found is returned.

        Raises
        ------
        SolverError
            If the solver is missing, wrong or fails.
        """
        best = _Best(self, ways)
        inside = [*best.served] if self._with_boxes else best.crowded(best.among(best.served))
        shared, lanes, pool = None, Lanes(self.compiled, self.rows), None
        while inside:
            left = best.among(best.served - set(inside))
            problem = self.problem(lanes, inside, np.maximum(self.rows_limit - left, 0.0))
            seeds = self._seeds(lanes, inside, ways)
            pool = seeds if pool is None else Pool.joined(pool, seeds)
            solution = carry(problem, pool=pool, gap=self.scenario.flow.gap, stop=stop)
            shared, pool = Shared(tuple(inside), problem, solution), solution.pool
            more = set(best.crowded(left + solution.used)) - set(inside)
            if solution.status != OPTIMAL or not more:
                break
            inside += sorted(more)
        return self._told(best, lanes, shared)

    @property
    def rows_limit(self) -> Floats:
        """What may pass each capacity row, TEU a year."""
        return self.rows.capacity_teu_per_year

    @property
    def _with_boxes(self) -> bool:
        return self.scenario.flow.empty_boxes != EMPTIES_LEFT_OUT

    def assigned(self, loads: Sequence[Load], found: PathFlow) -> Carried:
        """Return what a rule assigns that looks at no capacity, with what it takes of each."""
        views = [self.compiled.view_of[load.demand] for load in loads]
        teu = np.array([load.teu_per_year for load in loads], np.float64)
        return Carried(
            tuple(loads), found.unserved_teu_per_year,
            teu @ taken(self.rows, views, [load.arcs for load in loads]),
            np.zeros(len(self.compiled.graph.arcs)), ASSIGNED, found.cost_usd,
            found.objective_usd - found.cost_usd, np.nan,
        )  # fmt: skip

    def lane(self, lanes: Lanes, demand: int) -> Lane:
        """Return the graph of a demand."""
        return lanes.of(self.compiled.view_of[demand], self.finder.starts[demand])

    def problem(self, lanes: Lanes, inside: Sequence[int], limit: Floats) -> FlowProblem:
        """Return some demands as a flow over their graphs.

        Parameters
        ----------
        lanes
            Makes the graphs; those that it has made already are of the flow too.
        inside
            The demands, each with both ends on the graph.
        limit
            What they may take of each capacity row, TEU a year.
        """
        mine = [self.lane(lanes, k) for k in inside]
        starts, ends = self.finder.starts, self.finder.ends
        wanted = Demands(
            cls=np.array([lane.place for lane in mine], np.int64),
            origin=np.array(
                [lane.root(starts[k]) for k, lane in zip(inside, mine, strict=True)], np.int64
            ),
            destinations=[lane.goals(ends[k]) for k, lane in zip(inside, mine, strict=True)],
            volume=self.volume[inside],
            penalty=np.full(len(inside), self.penalty),
        )
        boxes = None
        if self._with_boxes:
            demands = [self.scenario.demands[k] for k in inside]
            views = [self.compiled.view_of[k] for k in inside]
            boxes = lanes.boxes(demands, views, self.scenario.flow.empty_boxes)
        graphs = [lane.graph for lane in lanes.lanes]
        return FlowProblem(graphs, wanted, lanes.capacities(limit), boxes)

    def _seeds(self, lanes: Lanes, inside: Sequence[int], ways: Sequence[Sequence[Ints]]) -> Pool:
        """Return the ways known of some demands as rows of their graphs."""
        parts = []
        for at, k in enumerate(inside):
            lane, start = self.lane(lanes, k), self.finder.starts[k]
            rows = [lane.rows(way, start) for way in ways[k]]
            first = np.cumsum([0, *map(len, rows)])
            parts.append(Pool.of(first, np.concatenate(rows), graph=lane.place, demand=at))
        return Pool.joined(*parts)

    def _told(self, best: _Best, lanes: Lanes, shared: Shared | None) -> Carried:
        """Put what goes by the best ways and what was shared out together."""
        inside = () if shared is None else shared.inside
        loads = {
            k: [Load(k, best.way(k), float(self.volume[k]))]
            for k in best.served if k not in inside
        }  # fmt: skip
        unserved = self.volume.copy()
        unserved[np.array(sorted(loads), np.int64)] = 0.0
        cost = sum(float(self.volume[k]) * best.cost[k] for k in sorted(loads))
        used, empty = best.among(set(loads)), np.zeros(len(self.compiled.graph.arcs))
        whole = float(self.penalty * unserved.sum())
        if shared is None:
            return Carried(
                _in_order(loads), unserved, used, empty, "optimal", cost, whole, cost + whole
            )
        solution = shared.solution
        unserved[list(inside)] = solution.unserved
        whole = float(self.penalty * unserved.sum())
        loads |= self._shared_out(lanes, shared)
        if self._with_boxes:
            empty = solution.on_arcs(shared.problem)[-1, : len(empty)]
        return Carried(
            _in_order(loads), unserved, used + solution.used, empty,
            "optimal" if solution.status == OPTIMAL else "feasible",
            cost + solution.cost_usd, whole,
            max(cost + whole - solution.penalty_usd + solution.bound_usd, best.bound_usd),
            solution.iterations, shared,
        )  # fmt: skip

    def _shared_out(self, lanes: Lanes, shared: Shared) -> dict[int, list[Load]]:
        """Return what goes along the ways found for demands shared out."""
        found: dict[int, list[Load]] = {}
        pool, volume = shared.solution.pool, shared.solution.volume
        for at in np.flatnonzero((volume > 0) & (pool.demand >= 0)).tolist():
            k = shared.inside[int(pool.demand[at])]
            if volume[at] > TINY * self.volume[k]:
                arcs = self.lane(lanes, k).arcs(pool.way(at))
                found.setdefault(k, []).append(Load(k, arcs, float(volume[at])))
        return found


def taken(rows: CapacityRows, views: Sequence[int], ways: Sequence[Ints]) -> Floats:
    """Return what a TEU takes of each capacity row on each way, (ways, rows).

    Parameters
    ----------
    rows
        The capacities.
    views, ways
        The class of cargo on each way, and its arcs.
    """
    found = np.zeros((len(ways), len(rows.rows)))
    usage: dict[int, sp.csr_array] = {}
    for at, (view, way) in enumerate(zip(views, ways, strict=True)) if len(rows.rows) else ():
        if view not in usage:
            usage[view] = rows.usage_of(view).T.tocsr()
        found[at] = usage[view][way].sum(axis=0)
    return found


class _Best:
    """The best way of each demand that has one cheaper than its penalty, and what it takes."""

    def __init__(self, carriage: Carriage, ways: Sequence[Sequence[Ints]]) -> None:
        self.carriage, self.ways = carriage, ways
        self.cost, self.served = {}, set[int]()
        for k, known in enumerate(ways):
            if known:
                view, start = carriage.compiled.view(k), carriage.finder.starts[k]
                self.cost[k] = view.generalised_along(known[0], start)
                if self.cost[k] <= carriage.penalty:
                    self.served.add(k)

    @property
    def bound_usd(self) -> float:
        """What all demands cost at least: that of their best ways, or their penalty."""
        volume, penalty = self.carriage.volume, self.carriage.penalty
        each = (min(self.cost.get(k, penalty), penalty) for k in range(len(volume)))
        return float(volume @ np.fromiter(each, np.float64, count=len(volume)))

    def way(self, demand: int) -> Ints:
        """Return the arcs of the best way of a demand."""
        return self.ways[demand][0]

    @cached_property
    def take(self) -> Floats:
        """What a TEU of each demand takes of each capacity row, (demands, rows)."""
        carriage, served = self.carriage, sorted(self.served)
        found = np.zeros((len(self.ways), len(carriage.rows.rows)))
        views = [carriage.compiled.view_of[k] for k in served]
        found[np.array(served, np.int64)] = taken(
            carriage.rows, views, [self.way(k) for k in served]
        )
        return found

    def among(self, demands: set[int]) -> Floats:
        """Return what some demands use of each capacity row by their best ways, (rows,)."""
        some = np.array(sorted(demands), np.int64)
        found: Floats = self.carriage.volume[some] @ self.take[some]
        return found

    def crowded(self, used: Floats) -> list[int]:
        """Return the demands whose best way uses a capacity that is full."""
        full: Bools = used >= self.carriage.rows_limit * (1 - FULL)
        if not full.any():
            return []
        return np.flatnonzero((self.take[:, full] > 0).any(axis=1)).tolist()


def _in_order(loads: dict[int, list[Load]]) -> tuple[Load, ...]:
    return tuple(load for k in sorted(loads) for load in loads[k])
