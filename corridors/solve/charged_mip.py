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
from scipy.sparse import csr_array, vstack

from corridors.solve.charged_flow import IMPOSSIBLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.charged import FixedCharge

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Programme:
    """Which part of the problem the programme sees, arcs and demands numbered as there.

    `must`, shape (m,), are arcs known to be open; `strong`, shape (K, m), the pairs whose
    strong inequality stands in the programme.
    """

    problem: FixedCharge
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
    rows, demand, arc = _rows(programme)
    cost = np.r_[problem.volume[demand] * problem.cost[arc], problem.fixed]
    shares = len(demand)
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


def _rows(programme: Programme) -> tuple[LinearConstraint, Ints, Ints]:
    """Return the rows, and the demand and arc of each variable that is a share.

    No demand comes back to its origin or goes on from its destination: that never pays.
    """
    problem = programme.problem
    comes_back = problem.head == problem.origin[:, None]
    goes_on = problem.tail == problem.destination[:, None]
    demand, arc = np.nonzero(~(comes_back | goes_on) & (problem.volume[:, None] > 0))
    shares, n_arcs, n_nodes = len(demand), problem.n_arcs, problem.n_nodes
    at, one = np.arange(shares), np.ones(shares)
    width = shares + n_arcs
    balance = csr_array(
        (
            np.r_[one, -one],
            (np.r_[demand * n_nodes + problem.head[arc], demand * n_nodes + problem.tail[arc]],
             np.r_[at, at]),
        ),
        shape=(problem.n_demands * n_nodes, width),
    )  # fmt: skip
    wanted = np.zeros((problem.n_demands, n_nodes))
    demands = np.flatnonzero(problem.volume > 0)
    wanted[demands, problem.destination[demands]] = 1.0
    wanted[demands, problem.origin[demands]] = -1.0
    capacity = problem.usable_capacity
    arcs = np.arange(n_arcs)
    load = csr_array(
        (np.r_[problem.volume[demand], -capacity], (np.r_[arc, arcs], np.r_[at, shares + arcs])),
        shape=(n_arcs, width),
    )
    held = np.flatnonzero(programme.strong[demand, arc])
    most = np.minimum(1.0, capacity[arc[held]] / problem.volume[demand[held]])
    row = np.arange(len(held))
    strong = csr_array(
        (np.r_[np.ones(len(held)), -most], (np.r_[row, row], np.r_[held, shares + arc[held]])),
        shape=(len(held), width),
    )
    above = np.r_[wanted.ravel(), np.zeros(n_arcs + len(held))]
    below = np.r_[wanted.ravel(), np.full(n_arcs + len(held), -np.inf)]
    return LinearConstraint(vstack([balance, load, strong]), below, above), demand, arc
