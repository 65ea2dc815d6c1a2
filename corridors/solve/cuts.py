"""Flows of one commodity by OR-Tools' graph solvers: throughput, the cut that binds, routes apart.

Those solvers take whole numbers only: :func:`whole` is the one place where numbers are made so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.solve.errors import SolverError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from ortools.graph.python.max_flow import SimpleMaxFlow

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Nodes = NDArray[np.int32]

#: Sums of whole numbers stay below this.
LARGEST = 2.0**52
#: Whole numbers are multiples of one over this, if they are not too large for it.
FINEST = 1_000_000
#: A mean cost in whole numbers stays below this.
DEAREST = 2.0**36
#: What rounding in binary may do to a number, as a share of it.
HAIR = 1e-12


@dataclass(frozen=True)
class Cut:
    """The most that can pass, and why not more.

    `flow` (arcs,) is one way to let `most` units pass. `arcs` are those of a cut nearest
    the sources: together they take `most` and all of them are full. `most` is infinite, and
    the cut empty, if nothing limits.
    """

    most: float
    flow: Floats
    arcs: Ints


@dataclass(frozen=True)
class CheapFlow:
    """As much as can pass of what is supplied, at the least cost.

    `flow` (arcs,), its `cost_usd`, and what is `unserved` of all that was supplied.
    """

    flow: Floats
    cost_usd: float
    unserved: float


def whole(values: Floats, *, at_most: float = LARGEST) -> tuple[Ints, float]:
    """Return numbers as whole ones, and how many of these make one.

    Up to six decimals are kept, fewer if the sum were too large else; what is beyond is
    rounded down, so that no capacity is exceeded.

    Parameters
    ----------
    values
        Finite numbers, not negative.
    at_most
        What the sum of the whole numbers may be.

    Raises
    ------
    ValueError
        If a number is negative or not finite, or even the sum of units is too large.

    Examples
    --------
    >>> [part.tolist() if hasattr(part, "tolist") else part for part in whole(np.array([1.5]))]
    [[1500000], 1000000.0]
    """
    if len(values) and not (np.isfinite(values).all() and values.min() >= 0):
        msg = "numbers must be finite and not negative"
        raise ValueError(msg)
    scale, total = float(FINEST), float(values.sum())
    while scale > 1 and total * scale > at_most:
        scale /= 10
    if total * scale > at_most:
        msg = f"a sum of {total:g} is too large for whole numbers; use larger units"
        raise ValueError(msg)
    # Decimals are not exact in binary: what is a hair from a whole number is that number.
    scaled = values * scale
    near = np.rint(scaled)
    is_near = np.abs(scaled - near) <= HAIR * np.maximum(near, 1.0)
    return np.where(is_near, near, np.floor(scaled)).astype(np.int64), scale


def throughput(
    tail: Nodes, head: Nodes, capacity: Floats, sources: Ints, sinks: Ints, *, n_nodes: int
) -> Cut:  # fmt: skip
    """Return the most that can pass from some nodes to others, and the cut that binds.

    Parameters
    ----------
    tail, head
        Ends of the arcs, shape (arcs,).
    capacity
        Units a year that each arc takes, shape (arcs,): infinite where nothing limits, 0
        where it may not be used. What several arcs have in common cannot be told here.
    sources, sinks
        Nodes from which and to which, none of them in both.
    n_nodes
        Number of nodes.

    Raises
    ------
    ValueError
        If a capacity is negative or nan, or a node is both source and sink.
    SolverError
        If the solver fails.

    Examples
    --------
    >>> tail, head = np.array([0, 0, 1], np.int32), np.array([1, 2, 2], np.int32)
    >>> found = throughput(
    ...     tail, head, np.array([5.0, 2.0, 3.0]), np.array([0]), np.array([2]), n_nodes=3
    ... )
    >>> found.most, found.arcs.tolist()
    (5.0, [1, 2])
    """
    if np.isnan(capacity).any() or np.intersect1d(sources, sinks).size:
        msg = "capacities must be numbers, and no node both source and sink"
        raise ValueError(msg)
    finite = np.isfinite(capacity)
    amounts, scale = whole(np.where(finite, capacity, 0.0))
    # More than all that is limited can pass only where nothing limits.
    endless = int(amounts.sum()) + 1
    solver, rows = _network(
        (tail, head), np.where(finite, amounts, endless), sources, sinks, n_nodes, endless
    )
    most = solver.optimal_flow()
    flow = np.asarray(solver.flows(rows), np.float64) / scale
    if most >= endless:
        return Cut(np.inf, flow, np.zeros(0, np.int64))
    near = np.zeros(n_nodes + 2, np.bool_)
    near[solver.get_source_side_min_cut()] = True
    across = near[tail] & ~near[head] & (capacity > 0)
    return Cut(most / scale, flow, np.flatnonzero(across))


def disjoint_routes(
    tail: Nodes, head: Nodes, usable: Bools, sources: Ints, sinks: Ints, *, n_nodes: int
) -> tuple[int, Ints]:  # fmt: skip
    """Return how many routes there are no two of which share an arc, and as many arcs that cut all.

    Exact: by Menger's theorem the two are equally many. For routes that share no crossing or
    actor see :mod:`corridors.solve.labels`.
    """
    found = throughput(tail, head, usable.astype(np.float64), sources, sinks, n_nodes=n_nodes)
    return round(found.most), found.arcs


def cheapest_flow(
    tail: Nodes, head: Nodes, capacity: Floats, cost: Floats, supply: Floats
) -> CheapFlow:
    """Return the cheapest flow of one commodity that carries as much as can be carried.

    Parameters
    ----------
    tail, head, capacity
        As of :func:`throughput`; infinite capacity is as good as all that is supplied.
    cost
        USD per unit on each arc, not negative, shape (arcs,).
    supply
        What sets out (above 0) or arrives (below 0) at each node, shape (nodes,).

    Raises
    ------
    ValueError
        If a number is negative or not finite, or numbers are too far apart.
    SolverError
        If the solver fails.

    Examples
    --------
    >>> tail, head = np.array([0, 0], np.int32), np.array([1, 1], np.int32)
    >>> capacity, cost = np.array([6.0, np.inf]), np.array([5.0, 8.0])
    >>> cheapest_flow(tail, head, capacity, cost, np.array([10.0, -10.0])).cost_usd
    62.0
    """
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    out, back = np.maximum(supply, 0.0), np.maximum(-supply, 0.0)
    bounded = np.minimum(capacity, out.sum())
    amounts, scale = whole(np.concatenate([bounded, out, back]), at_most=LARGEST)
    # The solver multiplies costs by the number of nodes, which takes its own room.
    prices, _ = whole(cost, at_most=DEAREST * max(len(cost), 1))
    parts = np.split(amounts, np.cumsum([len(tail), len(out)]))
    solver = SimpleMinCostFlow()
    rows = solver.add_arcs_with_capacity_and_unit_cost(tail, head, parts[0], prices)
    solver.set_nodes_supplies(np.arange(len(supply)), parts[1] - parts[2])
    status = solver.solve_max_flow_with_min_cost()
    if status != solver.OPTIMAL:
        msg = f"the minimum cost flow stopped with status {status}"
        raise SolverError(msg)
    flow = np.asarray(solver.flows(rows), np.float64) / scale
    carried = solver.maximum_flow() / scale
    return CheapFlow(flow, float(flow @ cost), float(out.sum() - carried))


def _network(
    ends: tuple[Nodes, Nodes],
    capacity: Ints,
    sources: Ints,
    sinks: Ints,
    n_nodes: int,
    endless: int,
) -> tuple[SimpleMaxFlow, Ints]:  # fmt: skip
    """Return the solved maximum flow from all sources to all sinks, and the rows of the arcs."""
    from ortools.graph.python.max_flow import SimpleMaxFlow

    solver = SimpleMaxFlow()
    rows = solver.add_arcs_with_capacity(*ends, capacity)
    for first, nodes in ((True, sources), (False, sinks)):
        outer = np.full(len(nodes), n_nodes if first else n_nodes + 1)
        tail, head = (outer, nodes) if first else (nodes, outer)
        solver.add_arcs_with_capacity(tail, head, np.full(len(nodes), endless))
    if solver.solve(n_nodes, n_nodes + 1) != solver.OPTIMAL:
        msg = "the maximum flow failed"
        raise SolverError(msg)
    return solver, rows
