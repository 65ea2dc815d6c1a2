"""The same flow problem as a programme on arcs: no ways, no columns, other solvers.

A commodity for each demand, one for empty boxes. Slow and large, and nothing in common
with the engine but the problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corridors.solve.problem import FlowClass, FlowProblem

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ArcLp:
    """Minimise cost @ x, x >= 0, with equal @ x = right and limited @ x <= limit."""

    cost: Floats
    equal: sp.csr_array
    right: Floats
    limited: sp.csr_array
    limit: Floats


@dataclass(frozen=True)
class Block:
    """The variables of one commodity: what they cost, balance at nodes, use of capacities."""

    cost: Floats
    balance: sp.csr_array
    right: Floats
    use: sp.csr_array


def arc_lp(problem: FlowProblem) -> ArcLp:
    """Write a problem down: flow of every demand on every usable row, ends, what is unserved."""
    blocks = [_demand(problem, k) for k in range(len(problem.demands))]
    equal = sp.block_diag([block.balance for block in blocks], format="csr")
    right = [block.right for block in blocks]
    if problem.boxes is not None:
        empties = _empties(problem)
        loaded = _loaded_boxes(problem, [block.balance.shape[1] for block in blocks])
        moved = _moved(problem, empties.balance.shape[1])
        equal = sp.block_array([[equal, None], [None, empties.balance], [loaded, moved]])
        right += [empties.right, _boxes_of_all(problem)]
        blocks.append(empties)
    cost = np.concatenate([block.cost for block in blocks])
    use = sp.csr_array(sp.hstack([block.use for block in blocks]))
    return _limited(problem, cost, sp.csr_array(equal), np.concatenate(right), use)


def _demand(problem: FlowProblem, k: int) -> Block:
    """Flow on the rows, then what leaves at each end, then what is unserved."""
    demands, cls = problem.demands, int(problem.demands.cls[k])
    graph, ends = problem.classes[cls], np.asarray(demands.destinations[k])
    rows, n = np.flatnonzero(graph.usable), graph.n_nodes
    leave = sp.csr_array((np.ones(len(ends)), (ends, np.arange(len(ends)))), shape=(n, len(ends)))
    short = sp.csr_array(([1.0], ([demands.origin[k]], [0])), shape=(n, 1))
    right = np.zeros(n)
    right[demands.origin[k]] = demands.volume[k]
    return Block(
        np.concatenate([graph.cost[rows], np.zeros(len(ends)), demands.penalty[[k]]]),
        sp.csr_array(sp.hstack([_outflow(graph, rows), leave, short])),
        right,
        _use(problem, cls, graph.arc[rows], len(ends) + 1),
    )


def _empties(problem: FlowProblem) -> Block:
    """Flow on the rows, then what sets out at each place, then what ends there."""
    boxes = problem.boxes
    assert boxes is not None
    graph, places = boxes.graph, len(boxes.depart)
    rows, n, every = np.flatnonzero(graph.usable), graph.n_nodes, np.arange(places)
    depart = sp.csr_array((-np.ones(places), (boxes.depart, every)), shape=(n, places))
    arrive = sp.csr_array((np.ones(places), (boxes.arrive, every)), shape=(n, places))
    return Block(
        np.concatenate([graph.cost[rows], np.zeros(2 * places)]),
        sp.csr_array(sp.hstack([_outflow(graph, rows), depart, arrive])),
        np.zeros(n),
        _use(problem, len(problem.classes), graph.arc[rows], 2 * places),
    )


def _outflow(graph: FlowClass, rows: Ints) -> sp.csr_array:
    """What flows out of each node less what flows in, (nodes, rows)."""
    every, one = np.arange(len(rows)), np.ones(len(rows))
    at = np.concatenate([graph.tail[rows], graph.head[rows]])
    place = at, np.concatenate([every, every])
    return sp.csr_array((np.concatenate([one, -one]), place), shape=(graph.n_nodes, len(rows)))


def _use(problem: FlowProblem, graph: int, arcs: Ints, others: int) -> sp.csr_array:
    """What flow on rows takes of each capacity, and the other variables, which take nothing."""
    caps = problem.capacities
    taken = problem.usages[graph].tocsc()[:, arcs].multiply(problem.factors[graph][:, None])
    return sp.csr_array(sp.hstack([taken, sp.csr_array((len(caps), others))]))


def _loaded_boxes(problem: FlowProblem, sizes: list[int]) -> sp.csr_array:
    """How what is unserved, the last variable of each demand, changes boxes at places."""
    boxes = problem.boxes
    assert boxes is not None
    last = np.cumsum(sizes) - 1
    place = np.concatenate([boxes.end, boxes.start]), np.concatenate([last, last])
    number = np.concatenate([-boxes.per_unit, boxes.per_unit])
    return sp.csr_array((number, place), shape=(len(boxes.depart), sum(sizes)))


def _moved(problem: FlowProblem, size: int) -> sp.csr_array:
    """How empties change boxes at places."""
    assert problem.boxes is not None
    places = len(problem.boxes.depart)
    none = sp.csr_array((places, size - 2 * places))
    return sp.csr_array(sp.hstack([none, -sp.eye_array(places), sp.eye_array(places)]))


def _boxes_of_all(problem: FlowProblem) -> Floats:
    """Minus what boxes would gather at places were everything served, (places,)."""
    boxes = problem.boxes
    assert boxes is not None
    net = np.zeros(len(boxes.depart))
    number = problem.demands.volume * boxes.per_unit
    np.add.at(net, boxes.end, -number)
    np.add.at(net, boxes.start, number)
    return net


def _limited(
    problem: FlowProblem, cost: Floats, equal: sp.csr_array, right: Floats, use: sp.csr_array
) -> ArcLp:
    """Add capacities, and minimum flows with what is missing to them."""
    caps = problem.capacities
    finite, least = np.flatnonzero(np.isfinite(caps.limit)), np.flatnonzero(problem.minimum > 0)
    missing = len(least)
    none = sp.csr_array((len(finite), missing))
    upper = sp.hstack([use[finite], none])
    lower = sp.hstack([-use[least], -sp.eye_array(missing)])
    return ArcLp(
        np.concatenate([cost, np.full(missing, caps.shortfall)]),
        sp.csr_array(sp.hstack([equal, sp.csr_array((equal.shape[0], missing))])),
        right,
        sp.csr_array(sp.vstack([upper, lower])),
        np.concatenate([caps.limit[finite], -problem.minimum[least]]),
    )


def by_scipy(lp: ArcLp) -> float:
    """The optimum by SciPy's own HiGHS."""
    from scipy.optimize import linprog

    # The stubs know dense matrices only.
    limited: Any = lp.limited
    equal: Any = lp.equal
    found = linprog(lp.cost, A_ub=limited, b_ub=lp.limit, A_eq=equal, b_eq=lp.right, method="highs")
    assert found.status == 0, found.message
    assert found.fun is not None
    return float(found.fun)


def by_mathopt(lp: ArcLp, solver: str, *, limit_s: float = 1e6) -> float | None:
    """The optimum by a solver of MathOpt, None if it was stopped."""
    from datetime import timedelta

    from ortools.math_opt import model_pb2
    from ortools.math_opt.python import mathopt

    columns, matrix = len(lp.cost), sp.csr_array(sp.vstack([lp.equal, lp.limited]))
    rows = matrix.shape[0]
    proto = model_pb2.ModelProto()
    proto.variables.ids.extend(range(columns))
    proto.variables.lower_bounds.extend([0.0] * columns)
    proto.variables.upper_bounds.extend([np.inf] * columns)
    proto.variables.integers.extend([False] * columns)
    proto.objective.linear_coefficients.ids.extend(np.flatnonzero(lp.cost).tolist())
    proto.objective.linear_coefficients.values.extend(lp.cost[lp.cost != 0].tolist())
    proto.linear_constraints.ids.extend(range(rows))
    lower = np.concatenate([lp.right, np.full(len(lp.limit), -np.inf)])
    proto.linear_constraints.lower_bounds.extend(lower.tolist())
    proto.linear_constraints.upper_bounds.extend(np.concatenate([lp.right, lp.limit]).tolist())
    matrix.sum_duplicates()
    entries = matrix.tocoo()
    table = proto.linear_constraint_matrix
    table.row_ids.extend(entries.coords[0].tolist())
    table.column_ids.extend(entries.coords[1].tolist())
    table.coefficients.extend(entries.data.tolist())
    found = mathopt.solve(
        mathopt.Model.from_model_proto(proto),
        mathopt.SolverType[solver],
        params=mathopt.SolveParameters(time_limit=timedelta(seconds=limit_s)),
    )
    if found.termination.reason != mathopt.TerminationReason.OPTIMAL:
        return None
    return float(found.objective_value())
