"""What all demands cost with some projects built: flows solved warm, and cuts from each.

Every set of projects is the same problem with other arcs shut and other capacities, so that
ways found for one set serve the next. Only demands that a project can serve better, or that
meet a full capacity, are solved for, on the rows near their ways; that this changes nothing
is checked with the prices of each flow.

A solved set also bounds the sets not solved: what uses only some of its projects costs the
same with those alone, and prices say what any other set costs at least. Where the two meet,
a set need not be solved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.solve.columns import Columns, Pool
from corridors.solve.duals import joint_prices
from corridors.solve.flow import carry
from corridors.solve.lshaped import Recourse
from corridors.solve.pricing import Pricer
from corridors.solve.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from corridors.solve.flow import FlowSolution
    from corridors.solve.problem import FlowClass, FlowProblem

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: A set is known if its bounds from above and below differ by this share of the cost.
SAME = 2e-9
#: Gap of each flow, as a share of its cost.
GAP = 1e-9
#: What goes over an arc, or is used of a capacity, is nothing below this share of all demand.
TINY = 1e-9
#: A capacity is full if this share of it, or less, is left.
FULL = 1e-9
#: Ways are looked for up to this many times the weight of the lightest, at first.
DETOUR = 1.25
#: A way may lower a price if it is not further above that of its demand than so many times it.
REACH = 4.0


@dataclass(frozen=True)
class Buildable:
    """A flow with the arcs of n projects in it, and what each of them opens and adds.

    In `problem` all arcs are usable that are so with everything built; its capacities are
    those with nothing built. `opens` (n, arcs) marks the arcs of the capacities' usage that
    a project opens: such an arc is open once any project that marks it is built. `gains`
    (n, capacity rows) is what each adds to each capacity, in units a year.
    """

    problem: FlowProblem
    opens: sp.csr_array
    gains: Floats

    def built(self, built: Bools, problem: FlowProblem | None = None) -> FlowProblem:
        """Return the flow, or a part of it, with some projects built, given as (n,)."""
        problem = problem or self.problem
        shut = self._opened(np.ones(len(built), bool)) & ~self._opened(built)
        limits = replace(problem.capacities, limit=self.limit(built))
        boxes = problem.boxes
        return replace(
            problem, classes=[_without(one, shut) for one in problem.classes], capacities=limits,
            boxes=None if boxes is None else replace(boxes, graph=_without(boxes.graph, shut)),
        )  # fmt: skip

    def limit(self, built: Bools) -> Floats:
        """Return the capacities with some projects built, units a year, (capacity rows,)."""
        found: Floats = self.problem.capacities.limit + built @ self.gains
        return found

    def _opened(self, built: Bools) -> Bools:
        found: Bools = np.asarray(built.astype(float) @ self.opens) > 0
        return found


def _without(graph: FlowClass, shut: Bools) -> FlowClass:
    return replace(graph, usable=graph.usable & ~shut[graph.arc])


@dataclass(frozen=True)
class Built:
    """The flow with some projects built; USD a year.

    `cost_usd` is what is carried, `penalty_usd` what is not. `flow` (arcs,) and `used`
    (capacity rows,) hold all demands. `solution` is that of `inside`, the demands that were
    solved for, as `problem`; the others go their lightest ways.
    """

    cost_usd: float
    penalty_usd: float
    short_usd: float
    unserved: Floats
    flow: Floats
    used: Floats
    inside: Ints
    problem: FlowProblem
    solution: FlowSolution

    @property
    def total_usd(self) -> float:
        """Cost and penalty together."""
        return self.cost_usd + self.penalty_usd


class Costs:
    """What sets of projects cost in one access scenario, each set solved at most once."""

    def __init__(self, buildable: Buildable, *, stop: Callable[[], bool] | None = None) -> None:
        """Take the flow, and what asks now and then whether to stop."""
        self.buildable, self.stop, self.solved = buildable, stop, 0
        n = len(buildable.gains)
        self._flows = _Flows(buildable, stop)
        #: Sets that cost at most so much, and what any set costs at least.
        self._sets, self._most = np.zeros((0, n), bool), np.zeros(0)
        self._slope, self._at_none = np.zeros((0, n)), np.zeros(0)

    @property
    def short_usd(self) -> float:
        """The most by which any flow solved may be above its least cost, USD a year."""
        return self._flows.short_usd

    def __call__(self, built: Bools) -> Recourse:
        """Return what a set costs, USD a year, and a slope that holds for all others."""
        known = self._known(built)
        if known is not None:
            return known
        found = self.solve(built)
        self._sets = np.vstack([self._sets, (built & (self.over(built, found) > 0))[None]])
        self._most = np.append(self._most, found.total_usd)
        if self.buildable.problem.boxes is not None:
            return Recourse(found.total_usd)
        slope = self._flows.slope(built, found)
        self._slope = np.vstack([self._slope, slope[None]])
        self._at_none = np.append(self._at_none, found.total_usd - float(slope[built].sum()))
        return Recourse(found.total_usd, slope)

    def value(self, built: Bools) -> float:
        """Return what a set costs, USD a year."""
        return self(built).value

    def table(self) -> Floats:
        """Return what every set costs, (2**n,), bit j of its number being project j.

        From the largest set on: with what a set does not use left out, it costs the same.
        """
        n = len(self.buildable.gains)
        numbers, bits = np.arange(2**n), 1 << np.arange(n)
        found = np.full(2**n, np.nan)
        for number in numbers[::-1].tolist():
            if np.isnan(found[number]):
                built = (number & bits) > 0
                value = self.value(built)
                inside = ~(self._sets & ~built).any(axis=1)
                same = inside & (self._most <= value * (1 + SAME))
                needed = int((self._sets[same] @ bits).min(initial=number))
                between = ((numbers & needed) == needed) & ((numbers & ~number) == 0)
                found[between & np.isnan(found)] = value
        return found

    def solve(self, built: Bools) -> Built:
        """Return the flow with some projects built."""
        self.solved += 1
        return self._flows.built(built)

    def prices(self, built: Bools, groups: Sequence[Ints]) -> Floats:
        """Return what one unit less of all capacities of a group costs, USD, (groups,).

        Infinite for capacities of nothing. Looked for on all ways, however long.
        """
        problem, solution = self._flows.on_all_ways(built)
        _, high = joint_prices(problem, solution, groups)
        return high

    def may_lower(self, project: int, built: Bools, *, by_usd: float) -> bool:
        """Whether a project that nothing goes over may lower a price of up to so much.

        It may if it adds to a capacity that is full, or if some way over it is not much
        further than the price of a demand.
        """
        found = self.solve(built)
        full = found.used >= self.buildable.limit(built) * (1 - FULL)
        if (self.buildable.gains[project, full] > 0).any():
            return True
        through = self._flows.reach.through[project, found.inside]
        return bool((through <= found.solution.prices.demand + REACH * by_usd).any())

    def over(self, built: Bools, found: Built) -> Floats:
        """Return what goes over each project that is built, in units a year, (n,).

        Over what it opens, the most on any arc; of what it adds, the most that is used above
        what there is without it. Where several projects do the same, it is ascribed to the
        first, and to the next what that cannot take.
        """
        least = TINY * float(self.buildable.problem.demands.volume.sum())
        opens, gains = self.buildable.opens, self.buildable.gains
        mine = (opens.toarray() > 0) & built[:, None]
        first = mine & (np.cumsum(mine, axis=0) == 1)
        flows = np.where(first & (found.flow > least), found.flow, 0.0)
        over: Floats = flows.max(axis=1, initial=0.0)
        above = found.used - self.buildable.problem.capacities.limit
        for row in np.flatnonzero(above > least).tolist():
            left = float(above[row])
            for project in np.flatnonzero(built & (gains[:, row] > 0)).tolist():
                if left > least:
                    over[project] = max(over[project], min(left, gains[project, row]))
                    left -= gains[project, row]
        return over

    def _known(self, built: Bools) -> Recourse | None:
        """Return what a set costs if its bounds meet."""
        inside = ~(self._sets & ~built).any(axis=1)
        if not inside.any() or not len(self._slope):
            return None
        most = float(self._most[inside].min())
        lines = self._at_none + self._slope @ built
        tightest = int(lines.argmax())
        if most - lines[tightest] > SAME * abs(most):
            return None
        return Recourse(most, self._slope[tightest])


class _Flows:
    """Solves sets one after the other; what is learned of one serves the next."""

    def __init__(self, buildable: Buildable, stop: Callable[[], bool] | None) -> None:
        self.buildable, self.stop, self.short_usd = buildable, stop, 0.0
        problem = buildable.problem
        demands = problem.demands
        self.whole = problem.boxes is not None
        self.far: FlowProblem | None = None
        self.far_pool = Pool.empty()
        self.reach = Reach.of(problem, buildable.opens)
        self.least = np.minimum(self.reach.least, demands.penalty)
        self.limit = np.minimum(self.least * DETOUR, demands.penalty)
        self.ways = _lightest(problem)
        self.take = self.ways.take
        nearest = self.reach.through.min(axis=0, initial=np.inf)
        # Nearer over a project, or as near: that is what projects are about.
        self.inside = self.whole | (nearest <= self.least * (1 + FULL))
        self._start()

    def _start(self) -> None:
        """Take the demands inside, and the rows near their ways, as the flow to solve."""
        self.pool = Pool.empty()
        self.seen = set(self.pool.keys())
        self.some = np.flatnonzero(self.inside)
        self.part = self.buildable.problem if self.whole else self.reach.near(self.some, self.limit)

    def built(self, built: Bools) -> Built:
        """Return the flow with some projects built."""
        while True:
            outside = np.where(self.inside, 0.0, self.buildable.problem.demands.volume)
            taken = outside @ self.take
            problem = self.buildable.built(built, self.part)
            limit = problem.capacities.limit
            problem = self._left(problem, taken)
            solution = carry(problem, pool=self.pool, gap=GAP, stop=self.stop)
            self._keep(solution)
            if self.whole or not self._grows(solution, limit, taken):
                return self._told(problem, solution, outside, taken)

    def on_all_ways(self, built: Bools) -> tuple[FlowProblem, FlowSolution]:
        """Return the flow of the demands inside with all rows in it, however far."""
        self.built(built)
        penalty = self.buildable.problem.demands.penalty
        if self.far is None or len(self.far.demands) != len(self.some):
            self.far = self.part if self.whole else self.reach.near(self.some, penalty)
            self.far_pool = Pool.empty()
        outside = np.where(self.inside, 0.0, self.buildable.problem.demands.volume)
        problem = self._left(self.buildable.built(built, self.far), outside @ self.take)
        solution = carry(problem, pool=self.far_pool, gap=GAP, stop=self.stop)
        self.far_pool = solution.pool
        return problem, solution

    def _left(self, problem: FlowProblem, taken: Floats) -> FlowProblem:
        """Return a flow with what the demands outside leave of the capacities."""
        left = np.maximum(problem.capacities.limit - taken, 0.0)
        return replace(problem, capacities=replace(problem.capacities, limit=left))

    def _keep(self, solution: FlowSolution) -> None:
        """Keep all ways found, those that are shut in this set too."""
        new = [at for at, key in enumerate(solution.pool.keys()) if key not in self.seen]
        more = solution.pool.take(np.array(new, np.int64))
        self.seen.update(more.keys())
        self.pool = replace(Pool.joined(self.pool, more), known=solution.pool.known)

    def _grows(self, solution: FlowSolution, limit: Floats, taken: Floats) -> bool:
        """Tell whether a price is past what was left out for it, and take that in."""
        full = taken + solution.used >= limit * (1 - FULL)
        crowded = ~self.inside & (self.take[:, full] > 0).any(axis=1)
        penalty = self.buildable.problem.demands.penalty[self.some]
        price = np.minimum(solution.prices.demand, penalty)
        far = price > self.limit[self.some] * (1 + FULL)
        if not (crowded.any() or far.any()):
            return False
        self.inside |= crowded
        wider = np.minimum(np.maximum(price, self.limit[self.some]) * DETOUR, penalty)
        self.limit[self.some[far]] = wider[far]
        self._start()
        return True

    def _told(
        self, problem: FlowProblem, solution: FlowSolution, outside: Floats, taken: Floats
    ) -> Built:
        """Put the demands solved for and the others together."""
        demands = self.buildable.problem.demands
        left = np.where(self.ways.served, 0.0, outside)
        served = outside - left
        unserved = left.copy()
        unserved[self.some] += solution.unserved
        routes = solution.routes
        mine = solution.pool.take(routes).arcs(problem).T @ solution.volume[routes]
        self.short_usd = max(self.short_usd, solution.objective_usd - solution.bound_usd)
        return Built(
            cost_usd=solution.cost_usd + float(served @ np.where(served > 0, self.least, 0.0)),
            penalty_usd=float(unserved @ demands.penalty),
            short_usd=solution.objective_usd - solution.bound_usd,
            unserved=unserved, flow=np.asarray(mine) + served @ self.ways.arcs,
            used=taken + solution.used, inside=self.some, problem=problem, solution=solution,
        )  # fmt: skip

    def slope(self, built: Bools, found: Built) -> Floats:
        """Return how much less other sets cost at most, by project, as a slope, (n,).

        At the prices of this set a demand can only get cheaper over an arc of a project
        that is not built, and then it costs what the lightest way over such arcs weighs,
        or more. Capacity is worth its price at most.
        """
        solution, demands = found.solution, found.problem.demands
        prices = np.maximum(solution.prices.capacity, 0.0)
        pricer = Pricer(found.problem)
        weight, _ = pricer.ways(pricer.weights(prices), np.full(len(demands), -np.inf))
        least = np.minimum(weight, demands.penalty)
        through = self.reach.through[:, found.inside]
        fall = np.maximum(least - through, 0.0) @ demands.volume
        worth: Floats = self.buildable.gains @ prices + np.where(built, 0.0, fall)
        return -worth


@dataclass(frozen=True)
class _Lightest:
    """The lightest ways of demands: arcs (demands, arcs), `take` (demands, capacity rows).

    `served` (demands,) are those that have one lighter than their penalty.
    """

    arcs: sp.csr_array
    take: Floats
    served: Bools


def _lightest(problem: FlowProblem) -> _Lightest:
    """Return the lightest ways with everything built and capacity free."""
    pricer, count = Pricer(problem), len(problem.demands)
    none = np.zeros(len(problem.capacities))
    _, pool = pricer.ways(pricer.weights(none), problem.demands.penalty)
    at = (np.ones(len(pool)), (pool.demand, np.arange(len(pool))))
    of = sp.csr_array(at, shape=(count, len(pool)))
    served = np.zeros(count, bool)
    served[pool.demand] = True
    use = Columns.of(pool, problem).use
    return _Lightest(sp.csr_array(of @ pool.arcs(problem)), (of @ use).toarray(), served)
