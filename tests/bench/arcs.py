"""The programme on arcs at its leanest: a commodity per origin, in one call.

Handed over as a whole matrix, the quickest way into GLOP and HiGHS; prices are not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from ortools.linear_solver.python import model_builder_helper as helper

if TYPE_CHECKING:
    from typing import Any

    from corridors.solve.problem import FlowProblem


def on_arcs(problem: FlowProblem, solver: str, *, limit_s: float) -> float | None:
    """Return the optimum of a problem of one class by a programme on arcs, None if stopped."""
    graph, demands, caps = problem.classes[0], problem.demands, problem.capacities
    rows = np.flatnonzero(graph.usable)
    n, m, count = graph.n_nodes, len(rows), len(demands)
    roots, group = np.unique(demands.origin, return_inverse=True)
    every, ones = np.arange(m), np.ones(m)
    place = np.concatenate([graph.tail[rows], graph.head[rows]]), np.concatenate([every, every])
    outflow = sp.csr_array((np.concatenate([ones, -ones]), place), shape=(n, m))
    flow = sp.kron(sp.eye_array(len(roots)), outflow, format="csr")
    ends = np.array([goal[0] for goal in demands.destinations])
    each = np.arange(count)
    leave = sp.csr_array(
        (
            np.concatenate([np.ones(count), -np.ones(count)]),
            (
                np.concatenate([group * n + ends, group * n + demands.origin]),
                np.concatenate([each, each]),
            ),
        ),
        shape=(len(roots) * n, count),
    )
    scarce = np.flatnonzero(np.isfinite(caps.limit))
    use = sp.csr_array(caps.usage[scarce])[:, graph.arc[rows]]
    used = sp.hstack([use] * len(roots) + [sp.csr_array((len(scarce), count))])
    matrix = sp.vstack([sp.hstack([flow, leave]), used], format="csr")
    zero = np.zeros(flow.shape[0])
    cost = np.concatenate([np.tile(graph.cost[rows], len(roots)), -demands.penalty])
    high = np.concatenate([np.full(m * len(roots), np.inf), demands.volume])
    model = helper.ModelBuilderHelper()
    fill: Any = model.fill_model_from_sparse_data
    fill(
        np.zeros(len(cost)), high, cost,
        np.concatenate([zero, np.full(len(scarce), -np.inf)]),
        np.concatenate([zero, caps.limit[scarce]]), sp.csr_matrix(matrix),
    )  # fmt: skip
    solving = helper.ModelSolverHelper(solver)
    solving.set_time_limit_in_seconds(limit_s)
    solving.solve(model)
    if solving.status() != helper.SolveStatus.OPTIMAL:
        return None
    return float(solving.objective_value()) + float(demands.penalty @ demands.volume)
