"""The master programme: how much goes along each of the ways known, at which prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.solve.columns import NONE
from corridors.solve.linear import LinearProgramme, solve_linear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.columns import Columns
    from corridors.solve.problem import FlowProblem

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Numbers smaller than this share of the problem's own are zero.
TINY = 1e-9


@dataclass(frozen=True)
class Amounts:
    """Values of the variables, in units a year.

    `ways` (ways,), `unserved` (demands,), and `missing` (capacity rows,), by which minimum
    flows are missed.
    """

    ways: Floats
    unserved: Floats
    missing: Floats

    def usd(self, columns: Columns, problem: FlowProblem) -> float:
        """Return what all of it costs."""
        return float(
            columns.cost @ self.ways
            + problem.demands.penalty @ self.unserved
            + problem.capacities.shortfall * self.missing.sum()
        )


@dataclass(frozen=True)
class Prices:
    """Prices of the rows.

    `demand` (demands,) is what one more unit of a demand costs, `capacity` (capacity rows,)
    what one more unit of capacity saves, `minimum` (capacity rows,) what one more unit of
    minimum flow costs, `place` (places,) what an empty box is worth where it is.
    """

    demand: Floats
    capacity: Floats
    minimum: Floats
    place: Floats

    @property
    def net(self) -> Floats:
        """What a unit of each capacity row costs who takes it, (capacity rows,)."""
        return self.capacity - self.minimum


@dataclass(frozen=True)
class Scale:
    """Units in which numbers are near one: USD, and units a year; powers of two."""

    usd: float
    volume: float

    @classmethod
    def of(cls, problem: FlowProblem) -> Scale:
        """Return the scale of a problem: its mean penalty and volume."""
        demands = problem.demands
        some = demands.volume[demands.volume > 0]
        return cls(_power(demands.penalty), _power(some))


@dataclass(frozen=True)
class Variables:
    """Which values the variables may have; see :class:`Amounts` for their shapes."""

    low: Amounts
    high: Amounts

    @classmethod
    def free(cls, columns: Columns, problem: FlowProblem) -> Variables:
        """Return the bounds of the problem itself: nothing is negative."""
        shape = len(columns.pool), len(problem.demands), len(problem.capacities)
        low = Amounts(*(np.zeros(n) for n in shape))
        return cls(low, Amounts(*(np.full(n, np.inf) for n in shape)))


@dataclass(frozen=True)
class Sides:
    """The right sides of the rows: demands (demands,), capacities and minima (capacity rows,)."""

    demand: Floats
    capacity: Floats
    minimum: Floats

    @classmethod
    def of(cls, problem: FlowProblem) -> Sides:
        """Return those of a problem."""
        return cls(problem.demands.volume, problem.capacities.limit, problem.minimum)


class Master:
    """The programme over some columns; the rows that cannot bind are left out."""

    def __init__(
        self, problem: FlowProblem, columns: Columns, *, rows: Bools | None = None
    ) -> None:
        """Lay out rows and columns.

        Parameters
        ----------
        problem
            The problem.
        columns
            The ways known.
        rows
            Which capacity rows to take in, shape (capacity rows,); if not given, those
            that the ways known could fill.
        """
        self.problem, self.columns, self.scale = problem, columns, Scale.of(problem)
        limit = problem.capacities.limit
        binding = np.isfinite(limit) & (most_used(problem, columns) > limit)
        self.rows = np.flatnonzero(binding if rows is None else rows)
        self.minima = np.flatnonzero(problem.minimum > 0)
        self.n_places = len(problem.boxes.depart) if problem.boxes else 0
        self._matrix = self._laid()

    def solve(
        self, *, variables: Variables | None = None, sides: Sides | None = None,
        cost: Amounts | None = None, full: Ints | None = None,
    ) -> tuple[Amounts, Prices]:  # fmt: skip
        """Return the cheapest amounts and the prices that go with them.

        Parameters
        ----------
        variables
            Bounds other than the problem's own.
        sides
            Right sides other than the problem's own.
        cost
            What each variable costs, if not what it costs in the problem.
        full
            Capacity rows that must be used up.

        Raises
        ------
        SolverError
            If there is no solution, or the solver fails.
        """
        variables = variables or Variables.free(self.columns, self.problem)
        sides = sides or Sides.of(self.problem)
        found = solve_linear(self._programme(variables, sides, cost or self._usd(), full))
        return self._amounts(found.values), self._prices(found.prices)

    def _usd(self) -> Amounts:
        """Return what each variable costs, USD per unit."""
        caps = self.problem.capacities
        missing = np.full(len(caps), caps.shortfall)
        return Amounts(self.columns.cost, self.problem.demands.penalty, missing)

    def _flat(self, amounts: Amounts) -> Floats:
        """Return the values of all variables one after the other."""
        return np.concatenate([amounts.ways, amounts.unserved, amounts.missing[self.minima]])

    def _programme(
        self, variables: Variables, sides: Sides, cost: Amounts, full: Ints | None
    ) -> LinearProgramme:
        """Return the programme in scaled numbers."""
        capacity, places = sides.capacity[self.rows], np.zeros(self.n_places)
        least = np.full(len(capacity), -np.inf)
        if full is not None:
            kept = np.isin(self.rows, full)
            least[kept] = capacity[kept]
        low = [sides.demand, least, sides.minimum[self.minima], places]
        high = [sides.demand, capacity, np.full(len(self.minima), np.inf), places]
        unit = self.scale.volume
        return LinearProgramme(
            self._flat(cost) / self.scale.usd,
            self._flat(variables.low) / unit,
            self._flat(variables.high) / unit,
            self._matrix,
            np.concatenate(low) / unit,
            np.concatenate(high) / unit,
        )

    def _laid(self) -> sp.csr_array:
        """Return the matrix: rows of demands, capacities, minima and places."""
        use, demands = self.columns.use, len(self.problem.demands)
        unserved = sp.csr_array(sp.eye_array(demands))
        missing = sp.csr_array(sp.eye_array(len(self.minima)))
        blocks: list[list[sp.csr_array | None]] = [
            [self._serving(), unserved, None],
            [sp.csr_array(use[:, self.rows].T), sp.csr_array((len(self.rows), demands)), None],
            [sp.csr_array(use[:, self.minima].T), None, missing],
            [self._boxes(), None, None],
        ]
        return sp.csr_array(sp.block_array(blocks, format="csr"))

    def _serving(self) -> sp.csr_array:
        """Return which ways serve which demand, (demands, ways)."""
        demand = self.columns.pool.demand
        ways = np.flatnonzero(demand != NONE)
        shape = (len(self.problem.demands), len(demand))
        return sp.csr_array((np.ones(len(ways)), (demand[ways], ways)), shape=shape)

    def _boxes(self) -> sp.csr_array:
        """Return how many boxes each way brings to each place, (places, ways)."""
        boxes, pool = self.problem.boxes, self.columns.pool
        shape = (self.n_places, len(pool))
        if boxes is None:
            return sp.csr_array(shape)
        start, end, per_unit = box_moves(self.problem, self.columns)
        moving = np.flatnonzero(start != NONE)
        number = per_unit[moving]
        place = np.concatenate([end[moving], start[moving]])
        way = np.concatenate([moving, moving])
        return sp.csr_array((np.concatenate([number, -number]), (place, way)), shape=shape)

    def _amounts(self, values: Floats) -> Amounts:
        """Return the values of the variables in the problem's units; what is tiny is nothing."""
        known = np.where(np.abs(values) < TINY, 0.0, values) * self.scale.volume
        ways, demands = len(self.columns.pool), len(self.problem.demands)
        missing = np.zeros(len(self.problem.capacities))
        missing[self.minima] = known[ways + demands :]
        return Amounts(known[:ways], known[ways : ways + demands], missing)

    def _prices(self, prices: Floats) -> Prices:
        """Return the prices of the rows in the problem's units."""
        parts = np.cumsum([len(self.problem.demands), len(self.rows), len(self.minima)])
        demand, capacity, minimum, place = np.split(prices * self.scale.usd, parts)
        of_rows, of_minima = (np.zeros(len(self.problem.capacities)) for _ in range(2))
        of_rows[self.rows] = np.maximum(-capacity, 0.0)
        of_minima[self.minima] = np.maximum(minimum, 0.0)
        return Prices(demand, of_rows, of_minima, place)


def box_moves(problem: FlowProblem, columns: Columns) -> tuple[Ints, Ints, Floats]:
    """Return from where to where each way takes boxes (-1: nowhere), and how many a unit."""
    pool, boxes = columns.pool, problem.boxes
    start, end, number = pool.leaves.copy(), pool.enters.copy(), np.ones(len(pool))
    if boxes is not None:
        loaded = np.flatnonzero(pool.demand != NONE)
        demand = pool.demand[loaded]
        start[loaded], end[loaded] = boxes.start[demand], boxes.end[demand]
        number[loaded] = boxes.per_unit[demand]
    return start, end, number


def reduced_costs(problem: FlowProblem, columns: Columns, prices: Prices) -> Floats:
    """Return what a unit on each way costs beyond what it is worth at some prices, (ways,)."""
    pool = columns.pool
    found: Floats = columns.cost + columns.use @ prices.net
    loaded = np.flatnonzero(pool.demand != NONE)
    found[loaded] -= prices.demand[pool.demand[loaded]]
    if problem.boxes is not None:
        start, end, number = box_moves(problem, columns)
        moving = np.flatnonzero(start != NONE)
        gain = prices.place[end[moving]] - prices.place[start[moving]]
        found[moving] -= number[moving] * gain
    return found


def most_used(problem: FlowProblem, columns: Columns) -> Floats:
    """Return what can be used of each capacity row at most, whatever the amounts, (rows,).

    Ways that serve no demand may carry any amount.
    """
    use = columns.use.tocoo()
    way, row = use.coords
    demand, rows = columns.pool.demand[way], len(problem.capacities)
    most = np.zeros(rows)
    most[row[(demand == NONE) & (use.data > 0)]] = np.inf
    known = demand != NONE
    key, taken = demand[known] * rows + row[known], use.data[known]
    order = np.lexsort((taken, key))
    last = np.flatnonzero(np.diff(key[order], append=-1) != 0)
    demand_of, row_of = np.divmod(key[order][last], max(rows, 1))
    np.add.at(most, row_of, problem.demands.volume[demand_of] * taken[order][last])
    return most


def _power(values: Floats) -> float:
    """Return the power of two nearest the mean of some values, 1 if there is none."""
    mean = float(values.mean()) if len(values) else 0.0
    return float(2.0 ** np.round(np.log2(mean))) if mean > 0 else 1.0
