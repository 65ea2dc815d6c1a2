"""A lower bound on what a network costs, fast: relax the balance of flow, price the nodes.

With a price for each demand at each node, the arcs fall apart: each is worth opening if the
demands that gain most by it, filled in up to its capacity, outweigh its fixed charge. Any
prices give a bound; the best ones give that of the linear programme with all strong
inequalities. Prices move by the volume algorithm (Barahona and Anbil 2000), which also
yields how likely each arc is to be open.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.charged import FixedCharge

    Floats = NDArray[np.float64]

#: Rounds without a better bound after which steps get shorter, and by how much.
PATIENCE, SHORTER = 20, 0.66
#: The shortest step worth making, and how far the target is set above the bound.
LEAST_STEP, AHEAD = 1e-3, 0.05
#: Share of the sum that rounding may take; share of all volume that is nothing to balance.
ROUNDING, BALANCED = 1e-12, 1e-6
#: The least and the most weight that the newest round has in the average.
LEAST_WEIGHT, MOST_WEIGHT = 0.005, 0.1


@dataclass(frozen=True)
class Priced:
    """A bound and what it says of the arcs.

    `arc_value`, shape (m,), is what opening each arc adds to the bound, less than 0 where
    the bound has it open: a design with the arc changed costs at least `bound` and the
    size of that. `opening`, shape (m,), is the average of the rounds, from 0 to 1, `flow`,
    shape (K, m), likewise.
    """

    bound: float
    arc_value: Floats
    opening: Floats
    flow: Floats


class _Arcs:
    """The problem as the rounds see it."""

    def __init__(self, problem: FixedCharge) -> None:
        self.problem = problem
        self.capacity = problem.usable_capacity
        self.most = np.minimum(problem.volume[:, None], self.capacity)
        ones, arcs = np.ones(problem.n_arcs), np.arange(problem.n_arcs)
        self.into = csr_array(
            (np.r_[ones, -ones], (np.r_[arcs, arcs], np.r_[problem.head, problem.tail])),
            shape=(problem.n_arcs, problem.n_nodes),
        )
        self.wanted = np.zeros((problem.n_demands, problem.n_nodes))
        demands = np.arange(problem.n_demands)
        self.wanted[demands, problem.destination] += problem.volume
        self.wanted[demands, problem.origin] -= problem.volume

    def solve(self, price: Floats) -> Priced:
        """Return the bound at prices of shape (K, nodes), with what it opens and carries."""
        problem = self.problem
        gain = problem.cost - price[:, problem.head] + price[:, problem.tail]
        order = np.argsort(gain, axis=0, kind="stable")
        gain = np.take_along_axis(gain, order, 0)
        room = np.where(gain < 0, np.take_along_axis(self.most, order, 0), 0.0)
        taken = np.clip(self.capacity - (np.cumsum(room, axis=0) - room), 0.0, room)
        value = problem.fixed + (gain * taken).sum(axis=0)
        flow = np.zeros_like(taken)
        np.put_along_axis(flow, order, taken, 0)
        opened = value < 0
        parts = np.r_[value[opened], (self.wanted * price).ravel()]
        # High prices must not make a bound out of rounding.
        bound = float(parts.sum() - ROUNDING * np.abs(parts).sum())
        return Priced(bound, value, opened.astype(float), flow * opened)

    def missing(self, flow: Floats) -> Floats:
        """Return what lacks to balance a flow, shape (K, nodes)."""
        lacking: Floats = self.wanted - flow @ self.into
        return lacking


def price_nodes(problem: FixedCharge, *, rounds: int = 1000, seconds: float = 10.0) -> Priced:
    """Return the best bound found on the cost of any design.

    Parameters
    ----------
    problem
        What is to be designed.
    rounds, seconds
        When to stop at the latest; it stops before where steps no longer help.

    Examples
    --------
    One arc from 0 to 1 at 2 a unit and 5 to open, and 10 units to carry:

    >>> from corridors.solve.charged import FixedCharge
    >>> arc = (np.array([0]), np.array([1]), np.array([2.0]), np.array([10.0]), np.array([5.0]))
    >>> problem = FixedCharge(2, *arc, np.array([0]), np.array([1]), np.array([10.0]))
    >>> round(price_nodes(problem).bound, 3)
    25.0
    """
    arcs = _Arcs(problem)
    price = _distances(problem)
    best = arcs.solve(price)
    opening, flow = best.opening, best.flow
    step, idle, until = 0.5, 0, monotonic() + seconds
    target = best.bound * (1 + AHEAD) + ROUNDING
    balanced = (BALANCED * float(problem.volume.sum())) ** 2
    for _ in range(rounds):
        lacking = arcs.missing(flow)
        size = float((lacking * lacking).sum())
        if size <= balanced or step < LEAST_STEP or monotonic() > until:
            break
        moved = price + step * (target - best.bound) / size * lacking
        found = arcs.solve(moved)
        weight, helped = _weight(lacking, arcs.missing(found.flow))
        opening = (1 - weight) * opening + weight * found.opening
        flow = (1 - weight) * flow + weight * found.flow
        if found.bound <= best.bound:
            idle += 1
            if idle % PATIENCE == 0:
                step *= SHORTER
            continue
        step, idle = min(2.0, step * 1.1) if helped else step, 0
        best, price = found, moved
        target = max(target, best.bound * (1 + AHEAD / 2))
    return Priced(best.bound, best.arc_value, opening, flow)


def _weight(before: Floats, found: Floats) -> tuple[float, bool]:
    """Return the weight of the newest round, and whether it points the way of the average."""
    change = found - before
    size = float((change * change).sum())
    weight = -float((before * change).sum()) / size if size else LEAST_WEIGHT
    return min(max(weight, LEAST_WEIGHT), MOST_WEIGHT), bool((before * found).sum() > 0)


def _distances(problem: FixedCharge) -> Floats:
    """Return prices to start from: the way from each origin, the charges shared out.

    Prices stop at that of the destination, where a demand has no more use for going on.
    """
    n = problem.n_nodes
    shared = problem.shared_charge
    far = float((problem.cost + shared).sum()) + 1.0
    way = np.full((n, n), far)
    np.minimum.at(way, (problem.tail, problem.head), problem.cost + shared)
    np.fill_diagonal(way, 0.0)
    for node in range(n):
        way = np.minimum(way, way[:, node, None] + way[node])
    price: Floats = way[problem.origin]
    ends = price[np.arange(problem.n_demands), problem.destination]
    return np.minimum(price, ends[:, None])
