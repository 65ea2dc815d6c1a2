"""Flow through a network of given arcs: the least cost, by demand, or what cannot pass.

Demands of one origin flow together, since they cost the same and share capacity alike;
what leaves an origin is split into its demands afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, kron

from corridors.solve.errors import SolverError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.charged import FixedCharge

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Status of SciPy's `milp`.
SOLVED, IMPOSSIBLE = 0, 2
#: Flow below this share of all volume is rounding.
NOTHING = 1e-11


def incidence(problem: FixedCharge) -> csr_array:
    """Return what each arc brings to each node, shape (nodes, m): 1 at its head, -1 at its tail."""
    arcs, ones = np.arange(problem.n_arcs), np.ones(problem.n_arcs)
    places = (np.r_[problem.head, problem.tail], np.r_[arcs, arcs])
    return csr_array((np.r_[ones, -ones], places), shape=(problem.n_nodes, problem.n_arcs))


class Router:
    """The linear programme of the flow, built once for many costs and sets of open arcs."""

    def __init__(self, problem: FixedCharge) -> None:
        self.problem = problem
        self.origins, self.group = np.unique(problem.origin, return_inverse=True)
        count = len(self.origins)
        self.balance = kron(eye_array(count), incidence(problem), format="csr")
        self.load = kron(np.ones((1, count)), eye_array(problem.n_arcs), format="csr")
        wanted = np.zeros((count, problem.n_nodes))
        np.add.at(wanted, (self.group, problem.destination), problem.volume)
        np.add.at(wanted, (self.group, problem.origin), -problem.volume)
        self.wanted = wanted.ravel()

    def solve(self, unit_cost: Floats, opened: Bools | None = None) -> Floats | None:
        """Return the cheapest flow of each origin, shape (origins, m); None if there is none.

        Parameters
        ----------
        unit_cost
            Cost of a unit on each arc, shape (m,).
        opened
            Which arcs may carry, shape (m,); all if not given.
        """
        capacity = self.problem.usable_capacity
        room = capacity if opened is None else np.where(opened, capacity, 0.0)
        count = len(self.origins)
        found = milp(
            np.tile(unit_cost, count),
            constraints=[
                LinearConstraint(self.balance, self.wanted, self.wanted),
                LinearConstraint(self.load, -np.inf, room),
            ],
            bounds=Bounds(0.0, np.tile(room, count)),
        )
        if found.status == IMPOSSIBLE:
            return None
        if found.status != SOLVED or found.x is None:
            msg = f"HiGHS found no flow: {found.message}"
            raise SolverError(msg)
        flow: Floats = np.maximum(found.x, 0.0).reshape(len(self.origins), -1)
        return flow

    def unserved(self) -> Floats:
        """Return the least that stays behind of each demand with all arcs open, shape (K,)."""
        problem = self.problem
        demands, ones = np.arange(problem.n_demands), np.ones(problem.n_demands)
        at = self.group * problem.n_nodes
        places = (np.r_[at + problem.destination, at + problem.origin], np.r_[demands, demands])
        shape = (len(self.wanted), problem.n_demands)
        behind = csr_array((np.r_[ones, -ones], places), shape=shape)
        flows = self.balance.shape[1]
        none = csr_array((problem.n_arcs, problem.n_demands))
        found = milp(
            np.r_[np.zeros(flows), ones],
            constraints=[
                LinearConstraint(hstack([self.balance, behind]), self.wanted, self.wanted),
                LinearConstraint(hstack([self.load, none]), -np.inf, problem.usable_capacity),
            ],
            bounds=Bounds(0.0, np.r_[np.full(flows, np.inf), problem.volume]),
        )
        if found.x is None:
            msg = f"HiGHS did not find what stays behind: {found.message}"
            raise SolverError(msg)
        short: Floats = found.x[flows:]
        return short

    def split(self, flow: Floats) -> Floats:
        """Return the flow of each demand, shape (K, m), from that of each origin."""
        problem = self.problem
        parts = np.zeros((problem.n_demands, problem.n_arcs))
        left = flow.copy()
        for demand in range(problem.n_demands):
            parts[demand] = self._peeled(left[self.group[demand]], demand)
        return parts

    def _peeled(self, left: Floats, demand: int) -> Floats:
        """Take a demand's flow off what is left of its origin's, way by way."""
        problem = self.problem
        small = NOTHING * float(problem.volume.sum())
        part, wanted = np.zeros(problem.n_arcs), float(problem.volume[demand])
        while wanted > small:
            way = _widest(problem, left, int(problem.origin[demand]), demand)
            if way is None:
                break
            most = min(wanted, float(left[way].min()))
            if most <= small:
                break
            left[way] -= most
            part[way] += most
            wanted -= most
        return part


def _widest(problem: FixedCharge, left: Floats, start: int, demand: int) -> Ints | None:
    """Return the arcs of the way on which most flow is left; None if there is none."""
    width = np.zeros(problem.n_nodes)
    width[start] = np.inf
    last = np.full(problem.n_nodes, -1)
    arcs = np.flatnonzero(left > 0)
    tail, head = problem.tail[arcs], problem.head[arcs]
    for _ in range(problem.n_nodes):
        wide = np.minimum(width[tail], left[arcs])
        better = np.flatnonzero(wide > width[head])
        if not len(better):
            break
        # Rising, so that of several arcs into a node the widest is written last.
        better = better[np.argsort(wide[better], kind="stable")]
        width[head[better]] = wide[better]
        last[head[better]] = arcs[better]
    node, way = int(problem.destination[demand]), []
    while node != start:
        if last[node] < 0:
            return None
        way.append(last[node])
        node = int(problem.tail[last[node]])
    return np.array(way, np.int64)
