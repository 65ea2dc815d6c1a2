"""Small random flow problems: parallel arcs, loops, zero costs, shared and zero capacities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.solve.problem import Boxes, Capacities, Demands, FlowClass, FlowProblem

if TYPE_CHECKING:
    from numpy.random import Generator


def random_problem(seed: int, *, boxes: bool = False, minima: bool = False) -> FlowProblem:
    """Return a problem of two classes on one random graph."""
    rng = np.random.default_rng(seed)
    n, arcs, rows, count = (int(rng.integers(*span)) for span in ((3, 9), (4, 25), (0, 6), (1, 7)))
    tail, head = (rng.integers(0, n, arcs).astype(np.int32) for _ in range(2))
    classes = [
        FlowClass(
            tail, head, np.arange(arcs), rng.integers(0, 10, arcs).astype(float),
            rng.random(arcs) < 0.85, n,
        )
        for _ in range(2)
    ]  # fmt: skip
    ends = [np.unique(rng.integers(0, n, rng.integers(1, 3))) for _ in range(count)]
    demands = Demands(
        rng.integers(0, 2, count), rng.integers(0, n, count), ends,
        rng.choice([0.0, 1.0, 4.0, 10.0], count), rng.choice([5.0, 20.0, 50.0], count),
    )  # fmt: skip
    used = (rng.random((rows, arcs)) < 0.35) * rng.integers(1, 3, (rows, arcs)).astype(float)
    usage = sp.csr_array(used) if rows else sp.csr_array((0, arcs))
    limit = rng.choice([0.0, 3.0, 7.0, 12.0, 25.0, np.inf], rows)
    factor = rng.choice([0.0, 1.0, 1.0, 2.0], (2, rows))
    half = sp.csr_array(usage.multiply(rng.random(arcs) < 0.5))
    caps = Capacities(usage, limit, factor, own={1: half} if seed % 4 == 0 else {})
    problem = FlowProblem(classes, demands, caps)
    problem = with_boxes(problem, rng) if boxes else problem
    return with_minima(problem, rng) if minima else problem


def with_boxes(problem: FlowProblem, rng: Generator) -> FlowProblem:
    """Return a problem whose boxes go back, any node being a place."""
    graph, demands = problem.classes[0], problem.demands
    arcs, places = len(graph.tail), np.arange(graph.n_nodes)
    empty = replace(
        graph, cost=rng.integers(0, 6, arcs).astype(float), usable=rng.random(arcs) < 0.95
    )
    ends = np.array([end[0] for end in demands.destinations])
    number = rng.choice([0.0, 1.0, 1.0, 0.5], len(demands))
    return replace(problem, boxes=Boxes(empty, places, places, demands.origin, ends, number))


def with_minima(problem: FlowProblem, rng: Generator) -> FlowProblem:
    """Return a problem with minimum flows on some capacity rows."""
    limit = problem.capacities.limit
    some = rng.random(len(limit)) < 0.5
    least = np.where(some, np.minimum(limit, rng.integers(0, 10, len(limit))), 0.0)
    dear = float(rng.choice([3.0, 30.0, 1000.0]))
    return replace(problem, capacities=replace(problem.capacities, minimum=least, shortfall=dear))
