"""The same flow problem as a programme on arcs: no ways, no columns, other solvers.

One commodity for each origin of a class, which is exact where all demands of an origin have
one penalty and destinations of their own; else one for each demand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.problem import FlowProblem

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ArcLp:
    """Minimise cost @ x, x >= 0, with equal @ x = right and limited @ x <= limit."""

    cost: Floats
    equal: sp.csr_array
    right: Floats
    limited: sp.csr_array
    limit: Floats


def arc_lp(problem: FlowProblem) -> ArcLp:
    """Write a problem down; a commodity per demand, or one for empty boxes.

    Variables: flow on every usable row for every demand, then what leaves at each of its
    ends, then what is unserved; last the empty boxes.
    """
    demands, caps = problem.demands, problem.capacities
    usage, factors = caps.usage, problem.factors
    cost, right, node_rows, cap_rows, unserved = [], [], [], [], []
    for k in range(len(demands)):
        graph = problem.classes[demands.cls[k]]
        rows = np.flatnonzero(graph.usable)
        n, m, ends = graph.n_nodes, len(rows), np.asarray(demands.destinations[k])
        balance = _balance(graph.tail[rows], graph.head[rows], n)
        out = sp.csr_array((np.ones(len(ends)), (ends, np.arange(len(ends)))), (n, len(ends)))
        short = sp.csr_array(([1.0], ([demands.origin[k]], [0])), (n, 1))
        start = np.zeros(n)
        start[demands.origin[k]] = demands.volume[k]
        # What sets out, or is unserved, is the volume; what leaves at the ends set out.
        node_rows.append(sp.hstack([-balance, out, short]))
        right.append(start)
        cost.append(np.concatenate([graph.cost[rows], np.zeros(len(ends)), demands.penalty[[k]]]))
        use = usage[:, graph.arc[rows]] * factors[demands.cls[k]][:, None]
        cap_rows.append(sp.hstack([use, sp.csr_array((len(caps), len(ends) + 1))]))
        unserved.append(m + len(ends))
    return _with_boxes(problem, cost, right, node_rows, cap_rows)


def _with_boxes(problem, cost, right, node_rows, cap_rows):  # type: ignore[no-untyped-def]
    boxes, caps = problem.boxes, problem.capacities
    equal = sp.block_diag(node_rows, format="csr") if node_rows else sp.csr_array((0, 0))
    limited = sp.hstack(cap_rows, format="csr")
    if boxes is not None:
        graph = boxes.graph
        rows, places = np.flatnonzero(graph.usable), len(boxes.depart)
        n = graph.n_nodes
        balance = -_balance(graph.tail[rows], graph.head[rows], n)
        leave = sp.csr_array((-np.ones(places), (boxes.depart, np.arange(places))), (n, places))
        enter = sp.csr_array((np.ones(places), (boxes.arrive, np.arange(places))), (n, places))
        own = sp.hstack([balance, leave, enter])
        # Rows of places: what is carried in less what is carried out, and empties likewise.
        carried = sp.lil_array((places, equal.shape[1]))
        at = 0
        for k, block in enumerate(node_rows):
            at += block.shape[1]
            # volume carried = volume - unserved
            carried[boxes.end[k], at - 1] -= boxes.per_unit[k]
            carried[boxes.start[k], at - 1] += boxes.per_unit[k]
        moved = sp.hstack([sp.csr_array((places, len(rows))), -sp.eye_array(places), sp.eye_array(places)])
        volume = problem.demands.volume * boxes.per_unit
        net = np.zeros(places)
        np.add.at(net, boxes.end, -volume)
        np.add.at(net, boxes.start, volume)
        equal = sp.csr_array(sp.block_array([[equal, None], [None, own], [carried.tocsr(), moved]]))
        right = [*right, np.zeros(n), net]
        cost = [*cost, graph.cost[rows], np.zeros(2 * places)]
        use = caps.usage[:, graph.arc[rows]] * problem.factors[-1][:, None]
        limited = sp.hstack([limited, use, sp.csr_array((len(caps), 2 * places))], format="csr")
    finite = np.flatnonzero(np.isfinite(caps.limit))
    least = np.flatnonzero(problem.minimum > 0)
    limited, missing = sp.csr_array(limited), len(least)
    bounded = sp.block_array([
        [limited[finite], None],
        [-limited[least], -sp.eye_array(missing)],
    ])  # fmt: skip
    return ArcLp(
        np.concatenate([*cost, np.full(missing, caps.shortfall)]),
        sp.csr_array(sp.hstack([equal, sp.csr_array((equal.shape[0], missing))])),
        np.concatenate(right), sp.csr_array(bounded),
        np.concatenate([caps.limit[finite], -problem.minimum[least]]),
    )  # fmt: skip


def _balance(tail, head, n):  # type: ignore[no-untyped-def]
    """What flows into each node less what flows out of it, (nodes, rows)."""
    m = len(tail)
    every = np.arange(m)
    return sp.csr_array(
        (np.concatenate([np.ones(m), -np.ones(m)]), (np.concatenate([head, tail]), np.concatenate([every, every]))),
        shape=(n, m),
    )


def by_scipy(lp: ArcLp) -> float:
    """The optimum by SciPy's own HiGHS."""
    from scipy.optimize import linprog

    found = linprog(
        lp.cost, A_ub=lp.limited, b_ub=lp.limit, A_eq=lp.equal, b_eq=lp.right, method="highs"
    )
    assert found.status == 0, found.message
    return float(found.fun)
