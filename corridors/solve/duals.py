"""What one unit more or less of each capacity is worth: exact one-sided derivatives.

The optimum is a convex, piecewise linear function of each capacity. Where it bends, the
prices of the master programme are one choice among many, and which one a solver returns is
chance. The derivatives to both sides are the ends of the interval of all of them. Each is
the optimum of a programme of its own, over changes of the flow: what carries something may
fall, what is empty may only rise, and capacities that are used up stay so. Ways that only
such a change would use are found by the same searches as those of the flow itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.columns import Columns, Pool
from corridors.solve.empties import empty_ways, gained
from corridors.solve.flow import carry
from corridors.solve.master import Amounts, Master, Sides, Variables
from corridors.solve.pricing import Pricer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from corridors.solve.flow import FlowSolution
    from corridors.solve.master import Prices
    from corridors.solve.problem import FlowProblem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: A capacity is used up if this share of it, or less, is left.
FULL = 1e-9
#: A gap of this share, or less, is none.
ROUNDING = 1e-14
#: A way is cheaper than its price if it is by more than this share of the largest price.
CHEAPER = 1e-9


@dataclass(frozen=True)
class ShadowPrices:
    """What capacity is worth, USD per unit of each row; all arrays are (capacity rows,).

    `low` is what one more unit would save, `high` what one unit less would cost: infinite
    where there is nothing to take away. They are equal unless the optimum bends there.
    `rent_low` and `rent_high` are the same times what is used, USD a year.
    """

    low: Floats
    high: Floats
    rent_low: Floats
    rent_high: Floats


def shadow_prices(
    problem: FlowProblem, solution: FlowSolution, *, rows: Ints | None = None,
    stop: Callable[[], bool] | None = None,
) -> ShadowPrices:  # fmt: skip
    """Return what one unit more or less of each capacity is worth, exactly.

    Parameters
    ----------
    problem
        The problem.
    solution
        Its optimal solution.
    rows
        The capacity rows that are wanted; the others are told to be nan. All if not given.
    stop
        Asked between searches whether to stop.

    Raises
    ------
    ValueError
        If the solution is not optimal: then prices have no meaning.
    StoppedError
        If asked to stop.
    SolverError
        If the solver fails.

    Examples
    --------
    Six units on the way for 5, and room for six: one more unit of room saves nothing, one
    less means the way for 8.

    >>> from corridors.solve.problem import Capacities, Demands, FlowClass, FlowProblem
    >>> zero, one = np.zeros(2, np.int32), np.ones(2, np.int32)
    >>> usable, arc = np.ones(2, bool), np.arange(2)
    >>> road = FlowClass(zero, one, arc, np.array([5.0, 8.0]), usable, n_nodes=2)
    >>> wanted = Demands(
    ...     cls=np.array([0]), origin=np.array([0]), destinations=[np.array([1])],
    ...     volume=np.array([6.0]), penalty=np.array([20.0]),
    ... )
    >>> problem = FlowProblem(
    ...     [road], wanted, Capacities.on_arcs(np.array([0]), np.array([6.0]), of=2)
    ... )
    >>> found = shadow_prices(problem, carry(problem))
    >>> found.low.tolist(), found.high.tolist()
    ([0.0], [3.0])
    """
    solution = _closed(problem, solution, stop)
    limit, used = problem.capacities.limit, solution.used
    low, high = np.zeros(len(limit)), np.zeros(len(limit))
    wanted = np.arange(len(limit)) if rows is None else rows
    change = _Change(problem, solution, Pricer(problem, stop))
    for row in wanted[change.full[wanted]].tolist():
        low[row] = max(0.0, -change.by(row, 1.0))
        high[row] = max(change.by(row, -1.0), low[row]) if limit[row] > 0 else np.inf
    untold = np.ones(len(limit), np.bool_)
    untold[wanted] = False
    low[untold] = high[untold] = np.nan
    rent_high = np.where(used > 0, np.where(np.isinf(high), 0.0, high) * used, 0.0)
    return ShadowPrices(low, high, low * used, np.where(untold, np.nan, rent_high))


def joint_prices(
    problem: FlowProblem, solution: FlowSolution, groups: Sequence[Ints], *,
    stop: Callable[[], bool] | None = None,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Return what one unit more or less of all capacities of a group at once is worth.

    Parameters
    ----------
    problem, solution, stop
        As in `shadow_prices`.
    groups
        Capacity rows that change together, e.g. the sections of one line.

    Returns
    -------
    tuple of array
        What one more saves and one less costs, USD per unit, (groups,); as in `shadow_prices`.

    Raises
    ------
    ValueError, StoppedError, SolverError
        As of `shadow_prices`.
    """
    solution = _closed(problem, solution, stop)
    low, high = np.zeros(len(groups)), np.zeros(len(groups))
    change = _Change(problem, solution, Pricer(problem, stop))
    for at, group in enumerate(groups):
        full = group[change.full[group]]
        if len(full):
            low[at] = max(0.0, -change.by(full, 1.0))
            taken = (problem.capacities.limit[full] > 0).all()
            high[at] = max(change.by(full, -1.0), low[at]) if taken else np.inf
    return low, high


def _closed(
    problem: FlowProblem, solution: FlowSolution, stop: Callable[[], bool] | None
) -> FlowSolution:
    """Return an optimal solution without any gap."""
    if solution.status != "optimal":
        msg = "prices of capacity have a meaning at the optimum only; let the flow run to its end"
        raise ValueError(msg)
    if solution.gap <= ROUNDING:
        return solution
    # Within a gap there may be better flows, whose prices are others.
    return carry(problem, pool=solution.pool, gap=0.0, stop=stop)


class _Change:
    """The cheapest change of an optimal flow when a capacity changes."""

    def __init__(self, problem: FlowProblem, solution: FlowSolution, pricer: Pricer) -> None:
        self.problem, self.pricer, self.known = problem, pricer, solution.pool.known
        self.columns = Columns.of(solution.pool, problem)
        self.seen = set(solution.pool.keys())
        self.amounts = Amounts(solution.volume, solution.unserved, solution.missing)
        limit = problem.capacities.limit
        most = np.abs(solution.used).max(initial=0.0)
        finite = np.where(np.isfinite(limit), limit, 0.0)
        near = FULL * np.maximum(finite, most)
        self.full = np.isfinite(limit) & (solution.used >= finite - near)
        self.short = (problem.minimum > 0) & (solution.used <= problem.minimum + near)
        self.master = Master(problem, self.columns, rows=self.full)

    def by(self, row: int | Ints, units: float) -> float:
        """Return by how much the optimum changes per unit when capacities start to change."""
        unit = self.master.scale.volume
        capacity = np.where(self.full, 0.0, np.inf)
        capacity[row] = units * unit
        none = np.zeros(len(self.problem.demands))
        sides = Sides(none, capacity, np.where(self.short, 0.0, -np.inf))
        while True:
            self.pricer.go_on()
            change, prices = self.master.solve(variables=self._free(), sides=sides)
            if not self._add(prices):
                return change.usd(self.columns, self.problem) / unit

    def _free(self) -> Variables:
        """Return the bounds of changes: what is something may fall, what is nothing may not."""
        high = Variables.free(self.columns, self.problem).high
        now = (self.amounts.ways, self.amounts.unserved, self.amounts.missing)
        return Variables(Amounts(*(np.where(one > 0, -np.inf, 0.0) for one in now)), high)

    def _add(self, prices: Prices) -> bool:
        """Add the ways cheaper than their price; tell if there are any."""
        problem, pricer = self.problem, self.pricer
        weights, some = pricer.weights(prices.net), problem.demands.volume > 0
        worth = prices.demand + gained(problem, prices.place)
        worth -= CHEAPER * np.abs(worth).max(initial=1.0)
        least = pricer.at_least(weights, self.known, worth)
        only = some if least is None else some & (least < worth)
        found = pricer.rounds(weights)
        if not len(found):
            _, ways = pricer.ways(weights, worth, only=only)
            empties, _ = empty_ways(pricer, weights, prices.place)
            found = Pool.joined(ways, empties)
        keys = found.keys()
        new = [at for at, key in enumerate(keys) if key not in self.seen]
        if not new:
            return False
        self.seen.update(keys)
        self.columns = self.columns.with_more(Columns.of(found.take(np.array(new)), problem))
        volume = np.concatenate([self.amounts.ways, np.zeros(len(new))])
        self.amounts = Amounts(volume, self.amounts.unserved, self.amounts.missing)
        self.master = Master(problem, self.columns, rows=self.full)
        return True
