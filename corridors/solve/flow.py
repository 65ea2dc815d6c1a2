"""Capacitated flow of many commodities at the least cost: a programme on ways, by columns.

The master programme (:mod:`corridors.solve.master`) shares the demands out among the ways
known and prices the capacities; at these prices the cheapest way of each demand is
searched (:mod:`corridors.solve.pricing`), and what is cheaper than the demand's price
becomes a new column. The same searches give a lower bound on the optimum of the whole
problem, so that the gap that is left is proven, however many ways were never looked at.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.columns import Columns, Pool
from corridors.solve.empties import empty_ways, gained
from corridors.solve.errors import SolverError, StoppedError
from corridors.solve.master import Amounts, Master, Prices, Variables, reduced_costs
from corridors.solve.pricing import Known, Pricer

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corridors.solve.problem import FlowProblem

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

OPTIMAL, FEASIBLE = "optimal", "feasible"
#: A way is cheaper than the price of its demand if it is by more than this share.
CHEAPER = 1e-9
#: A gap that rounding may leave where every way has been looked at.
ROUNDING = 1e-9
#: Reduced costs up to this share of the largest penalty are zero.
FACE = 1e-9
#: By what share the flow of least tie may cost more than the optimum, for rounding.
SLIGHT = 1e-9


@dataclass(frozen=True)
class FlowSolution:
    """How much goes along which ways, and the proof of how good that is.

    `status` is "optimal" if `gap` is within what was asked for, else "feasible": the
    search was stopped. `objective_usd` is the sum of `cost_usd`, of what is carried and of
    empty boxes, `penalty_usd`, of what stays unserved, and `shortfall_usd`, of what minimum
    flows are missed by; no solution is below `bound_usd`.

    `volume` (ways,) is the flow on each way of `pool` in units a year, `unserved`
    (demands,) what is not carried, `missing` (capacity rows,) what is missing to the
    minimum flows, `used` (capacity rows,) what is used of each capacity. `prices` are some
    that go with it: where the optimum is degenerate there are others, see
    :func:`corridors.solve.duals.shadow_prices`.
    """

    status: str
    objective_usd: float
    cost_usd: float
    penalty_usd: float
    shortfall_usd: float
    bound_usd: float
    volume: Floats
    unserved: Floats
    missing: Floats
    used: Floats
    prices: Prices
    pool: Pool
    iterations: int

    @property
    def gap(self) -> float:
        """How far the objective may be from the optimum, as a share of the objective."""
        return gap_of(self.objective_usd, self.bound_usd)

    @property
    def routes(self) -> Ints:
        """The ways of the pool that carry anything, in order of demand."""
        found = np.flatnonzero(self.volume > 0)
        order: Ints = found[np.argsort(self.pool.demand[found], kind="stable")]
        return order

    def on_arcs(self, problem: FlowProblem) -> Floats:
        """Return the flow of each class, and last of empty boxes, on each arc, (graphs, arcs)."""
        ways = self.routes
        arcs = self.pool.take(ways).arcs(problem)
        flow = np.zeros((len(problem.graphs), arcs.shape[1]))
        for k in range(len(flow)):
            mine = self.pool.graph[ways] == k
            flow[k] = arcs[np.flatnonzero(mine)].T @ self.volume[ways[mine]]
        return flow


def carry(
    problem: FlowProblem, *, pool: Pool | None = None, gap: float = 1e-6,
    stop: Callable[[], bool] | None = None,
) -> FlowSolution:  # fmt: skip
    """Carry all demands at the least cost.

    Parameters
    ----------
    problem
        What is to be carried, over which graphs and through which capacities.
    pool
        Ways from the solution of a problem like this one, with the same graphs and demands:
        costs, usable rows, capacities and volumes may differ.
    gap
        The share of the objective by which it may be off; with 0 the search ends when no
        way is left that would make it better.
    stop
        Asked between searches whether to stop; then the best found is returned.

    Returns
    -------
    FlowSolution
        The flow. Of flows over the ways found that cost the same, one with the least sum
        of the graphs' `tie`; what is still equal is decided by the order of demands and of
        arcs in the problem, so that the same problem and pool give the same flow.

    Raises
    ------
    ValueError
        If the pool is of another problem.
    SolverError
        If the solver is missing, wrong or fails.

    Examples
    --------
    Ten units from node 0 to node 1 on two arcs, for 5 and 8, the first of which takes six:

    >>> from corridors.solve.problem import Capacities, Demands, FlowClass, FlowProblem
    >>> zero, one = np.zeros(2, np.int32), np.ones(2, np.int32)
    >>> usable, arc = np.ones(2, bool), np.arange(2)
    >>> road = FlowClass(zero, one, arc, np.array([5.0, 8.0]), usable, n_nodes=2)
    >>> wanted = Demands(
    ...     cls=np.array([0]), origin=np.array([0]), destinations=[np.array([1])],
    ...     volume=np.array([10.0]), penalty=np.array([20.0]),
    ... )
    >>> limits = Capacities.on_arcs(np.array([0]), np.array([6.0]), of=2)
    >>> flow = carry(FlowProblem([road], wanted, limits))
    >>> flow.status, flow.cost_usd, flow.prices.capacity.tolist(), flow.prices.demand.tolist()
    ('optimal', 62.0, [3.0], [8.0])
    """
    search = _Search(problem, pool, gap, stop)
    return search.solution(search.run())


def after(seconds: float) -> Callable[[], bool]:
    """Return what asks to stop once so many seconds are over, for `carry`."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def gap_of(objective: float, bound: float) -> float:
    """Return by which share of itself an objective is above its bound."""
    above = max(objective - bound, 0.0)
    return above / objective if above else 0.0


class _Search:
    """Columns, bound and best solution while new columns are found."""

    def __init__(
        self, problem: FlowProblem, pool: Pool | None, gap: float, stop: Callable[[], bool] | None
    ) -> None:
        self.problem, self.gap = problem, gap
        self.pricer = Pricer(problem, stop)
        start = Pool.empty() if pool is None else pool.still_open(problem)
        self.columns = Columns.of(start, problem)
        self.seen = set(start.keys())
        self.some = problem.demands.volume > 0
        # What the way of each demand weighed when last searched for.
        self.known = known_of(pool, problem)
        self.last = self.known[-1].distance if self.known else np.zeros(len(self.some))
        self.bound, self.iterations = 0.0, 0
        # Nothing carried is always a solution.
        self.amounts = _nothing(problem, len(start))
        self.prices = _no_prices(problem)

    def run(self) -> str:
        """Find columns until the gap is closed, or until asked to stop."""
        try:
            if not len(self.columns.pool):
                self.price(self.prices)
            while True:
                self.iterations += 1
                self.amounts, self.prices = Master(self.problem, self.columns).solve()
                if self.is_closed() or not self.price(self.prices) or self.is_closed():
                    break
        except StoppedError:
            pass
        left = gap_of(self.objective(), self.bound)
        return OPTIMAL if left <= max(self.gap, ROUNDING) else FEASIBLE

    def is_closed(self) -> bool:
        """Tell whether the gap is as small as asked for."""
        return gap_of(self.objective(), self.bound) <= self.gap

    def objective(self) -> float:
        """Return what the best solution costs."""
        return self.amounts.usd(self.columns, self.problem)

    def price(self, prices: Prices) -> bool:
        """Add ways that are cheaper than their price, or raise the bound; tell if any were added.

        First only demands are searched for whose price is above what their way cost when
        last searched for; if that finds nothing, all that no bound rules out.
        """
        weights = self.pricer.weights(prices.net)
        if self.add(self.pricer.rounds(weights)):
            return True
        worth = prices.demand + gained(self.problem, prices.place)
        worth = np.where(self.some, worth - CHEAPER * np.abs(worth), -np.inf)
        likely = self.last < worth
        if self.known and likely.any():
            found = self.searched(weights, worth, likely)
            if self.add(found):
                return True
        empties, place = empty_ways(self.pricer, weights, prices.place)
        least, found = self.bounded(weights, worth, likely)
        self.raise_bound(prices, least - gained(self.problem, place))
        return self.add(Pool.joined(found, empties))

    def searched(self, weights: tuple[Floats, ...], worth: Floats, only: Bools) -> Pool:
        """Search for the ways of some demands, and remember what they weigh."""
        weight, found = self.pricer.ways(weights, worth, only=only)
        self.last = np.where(only, weight, self.last)
        return found

    def bounded(
        self, weights: tuple[Floats, ...], worth: Floats, done: Bools
    ) -> tuple[Floats, Pool]:
        """Return what the way of each demand weighs at least, and the ways worth it."""
        least = self.pricer.at_least(weights, self.known, worth)
        if least is None:
            least, doubtful = np.zeros(len(worth)), self.some
        else:
            least = np.where(done, self.last, least)
            doubtful = self.some & (least < worth)
        found = self.searched(weights, worth, doubtful)
        least = np.where(doubtful, self.last, least)
        # The first bounds hold as long as nothing costs less, the latest are the sharpest.
        self.known = (*self.known[:1], Known(weights, least, self.problem.demands))
        return least, found

    def raise_bound(self, prices: Prices, least: Floats) -> None:
        """Raise the bound to that of prices at which ways weigh no less than told."""
        demands, limit = self.problem.demands, self.problem.capacities.limit
        paid = prices.capacity > 0
        bound = (
            demands.volume @ np.minimum(demands.penalty, least)
            - prices.capacity[paid] @ limit[paid]
            + prices.minimum @ self.problem.minimum
        )
        self.bound = max(self.bound, float(bound))

    def add(self, found: Pool) -> bool:
        """Add the ways that are new; tell whether there are any."""
        keys = found.keys()
        new = [at for at, key in enumerate(keys) if key not in self.seen]
        if not new:
            return False
        self.seen.update(keys)
        more = found.take(np.array(new, np.int64))
        self.columns = self.columns.with_more(Columns.of(more, self.problem))
        ways = np.concatenate([self.amounts.ways, np.zeros(len(new))])
        self.amounts = Amounts(ways, self.amounts.unserved, self.amounts.missing)
        return True

    def solution(self, status: str) -> FlowSolution:
        """Return what was found."""
        problem, columns = self.problem, self.columns
        amounts = self.tidied() if status == OPTIMAL else self.amounts
        penalty = float(problem.demands.penalty @ amounts.unserved)
        shortfall = float(problem.capacities.shortfall * amounts.missing.sum())
        objective = amounts.usd(columns, problem)
        return FlowSolution(
            status=status,
            objective_usd=objective,
            cost_usd=float(columns.cost @ amounts.ways),
            penalty_usd=penalty,
            shortfall_usd=shortfall,
            bound_usd=min(self.bound, objective),
            volume=amounts.ways,
            unserved=amounts.unserved,
            missing=amounts.missing,
            used=np.asarray(columns.use.T @ amounts.ways),
            prices=self.prices,
            pool=replace(columns.pool, known=self.known),
            iterations=self.iterations,
        )

    def tidied(self) -> Amounts:
        """Return the flow of least tie among those over the ways found that cost the same.

        What is optimal with the prices found is so for all of them: ways dearer than their
        price stay empty, capacities with a price are used up, and demands that cost less
        than their penalty are served.
        """
        problem, columns, prices = self.problem, self.columns, self.prices
        master = Master(problem, columns)
        free, demands = Variables.free(columns, problem), problem.demands
        near = FACE * (1 + np.abs(demands.penalty).max(initial=0.0))
        above = reduced_costs(problem, columns, prices) > near
        high = Amounts(
            np.where(above & (self.amounts.ways == 0), 0.0, np.inf),
            np.where(
                (prices.demand < demands.penalty - near) & (self.amounts.unserved == 0), 0.0, np.inf
            ),
            self.amounts.missing,
        )
        full = np.flatnonzero(prices.capacity > near)
        cost = Amounts(columns.tie, np.zeros(len(demands)), np.zeros(len(prices.capacity)))
        try:
            found, _ = master.solve(variables=Variables(free.low, high), cost=cost, full=full)
        except SolverError:
            return self.amounts
        worse = found.usd(columns, problem) > self.objective() * (1 + SLIGHT)
        return self.amounts if worse else found


def known_of(pool: Pool | None, problem: FlowProblem) -> tuple[Known, ...]:
    """Return what a pool knows of lightest ways, if it is of demands between the same ends."""
    return tuple(known for known in (pool.known if pool else ()) if known.fits(problem))


def _nothing(problem: FlowProblem, ways: int) -> Amounts:
    """Return the solution that carries nothing."""
    return Amounts(np.zeros(ways), problem.demands.volume.copy(), problem.minimum)


def _no_prices(problem: FlowProblem) -> Prices:
    """Return prices at which any way is worth it that costs less than its penalty."""
    rows = np.zeros(len(problem.capacities))
    places = np.zeros(len(problem.boxes.depart) if problem.boxes else 0)
    return Prices(problem.demands.penalty, rows, rows, places)
