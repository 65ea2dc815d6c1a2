"""The integer programme of a network to be designed, solved by HiGHS.

Each demand's flow has its own variables, as a share of its volume, so that it can be held
to the openness of an arc by the strong inequality ``share <= min(1, capacity / volume) *
open``. With all of them the linear relaxation is nearly tight, where the capacity row alone
is far off (Gendron, Crainic and Frangioni 1999).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from corridors.solve.charged_flow import IMPOSSIBLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.charged import FixedCharge

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Goods:
    """What flows: a row for each demand, or one for all demands of an origin.

    `volume` has shape (G,), `wanted` (G, nodes) is what share of it each node wants, less
    than 0 where it starts, `useful` (G, m) the arcs it may use.
    """

    volume: Floats
    wanted: Floats
    useful: Bools

    @classmethod
    def by_demand(cls, problem: FixedCharge) -> Goods:
        """Return each demand by itself: what strong inequalities need.

        It neither comes back to its origin nor goes on from its destination: neither pays.
        """
        back = problem.head == problem.origin[:, None]
        on = problem.tail == problem.destination[:, None]
        return cls._of(problem, np.arange(problem.n_demands), ~(back | on))

    @classmethod
    def by_origin(cls, problem: FixedCharge) -> Goods:
        """Return the demands of each origin together: far smaller, and as good for designs."""
        origins, group = np.unique(problem.origin, return_inverse=True)
        return cls._of(problem, group, problem.head != origins[:, None])

    @classmethod
    def _of(cls, problem: FixedCharge, group: Ints, useful: Bools) -> Goods:
        volume = np.zeros(int(group.max()) + 1)
        np.add.at(volume, group, problem.volume)
        wanted = np.zeros((len(volume), problem.n_nodes))
        share = problem.volume / np.maximum(volume[group], np.finfo(float).tiny)
        np.add.at(wanted, (group, problem.destination), share)
        np.add.at(wanted, (group, problem.origin), -share)
        return cls(volume, wanted, useful & (volume[:, None] > 0))


@dataclass(frozen=True)
class Programme:
    """Which part of the problem the programme sees, arcs numbered as there.

    `must`, shape (m,), are arcs known to be open; `strong`, shape (G, m), the pairs of
    goods and arc whose strong inequality stands in the programme.
    """

    problem: FixedCharge
    goods: Goods
    must: Bools
    strong: Bools


@dataclass(frozen=True)
class Programmed:
    """What came of it: arcs open in the best design, None if none was found, and a bound.

    The bound is infinite if no design exists.
    """

    opened: Bools | None
    bound: float


def solve(programme: Programme, *, gap: float, seconds: float) -> Programmed:
    """Solve to a gap, or as far as the time allows.

    Parameters
    ----------
    programme
        What to solve.
    gap
        Share of the cost by which the bound may be lower.
    seconds
        Time limit.
    """
    problem = programme.problem
    goods, arc = np.nonzero(programme.goods.useful)
    rows = [_balance(programme, goods, arc), _load(programme, goods, arc)]
    rows.append(_strong(programme, goods, arc))
    cost = np.r_[programme.goods.volume[goods] * problem.cost[arc], problem.fixed]
    shares = len(goods)
    lower = np.r_[np.zeros(shares), programme.must.astype(float)]
    found = milp(
        cost,
        constraints=rows,
        bounds=Bounds(lower, 1.0),
        integrality=np.r_[np.zeros(shares), np.ones(problem.n_arcs)],
        options={"time_limit": max(seconds, 0.1), "mip_rel_gap": gap},
    )
    if found.status == IMPOSSIBLE:
        return Programmed(None, np.inf)
    told = found.mip_dual_bound
    bound = -np.inf if told is None or not np.isfinite(told) else float(told)
    opened = None if found.x is None else found.x[shares:] > 0.5  # noqa: PLR2004 - rounding
    return Programmed(opened, bound)


def _balance(programme: Programme, goods: Ints, arc: Ints) -> LinearConstraint:
    """Return the rows of flow in and out, by goods and node; `goods`, `arc` of each share."""
    problem, wanted = programme.problem, programme.goods.wanted
    at, one = np.arange(len(goods)), np.ones(len(goods))
    base = goods * problem.n_nodes
    places = (np.r_[base + problem.head[arc], base + problem.tail[arc]], np.r_[at, at])
    shape = (wanted.size, len(goods) + problem.n_arcs)
    matrix = csr_array((np.r_[one, -one], places), shape=shape)
    return LinearConstraint(matrix, wanted.ravel(), wanted.ravel())


def _load(programme: Programme, goods: Ints, arc: Ints) -> LinearConstraint:
    """Return the rows of capacity, by arc."""
    problem = programme.problem
    arcs, shares = np.arange(problem.n_arcs), len(goods)
    values = np.r_[programme.goods.volume[goods], -problem.usable_capacity]
    places = (np.r_[arc, arcs], np.arange(shares + problem.n_arcs))
    matrix = csr_array((values, places), shape=(problem.n_arcs, shares + problem.n_arcs))
    return LinearConstraint(matrix, -np.inf, 0.0)


def _strong(programme: Programme, goods: Ints, arc: Ints) -> LinearConstraint:
    """Return the strong inequalities, one for each pair that has one."""
    problem = programme.problem
    held = np.flatnonzero(programme.strong[goods, arc])
    room = problem.usable_capacity[arc[held]] / programme.goods.volume[goods[held]]
    row, shares = np.arange(len(held)), len(goods)
    values = np.r_[np.ones(len(held)), -np.minimum(1.0, room)]
    places = (np.r_[row, row], np.r_[held, shares + arc[held]])
    matrix = csr_array((values, places), shape=(len(held), shares + problem.n_arcs))
    return LinearConstraint(matrix, -np.inf, 0.0)
