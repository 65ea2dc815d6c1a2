"""The flow engine against the programme on arcs, networkx, and finite differences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp

from corridors.solve.cuts import cheapest_flow, throughput
from corridors.solve.duals import shadow_prices
from corridors.solve.flow import carry
from corridors.solve.problem import Capacities, Demands, FlowClass, FlowProblem
from tests.oracles.arc_lp import arc_lp, by_mathopt, by_scipy
from tests.oracles.random_flow import random_problem

STEP = 1e-3


@pytest.mark.parametrize("boxes", [False, True])
@pytest.mark.parametrize("minima", [False, True])
def test_the_optimum_is_that_of_the_programme_on_arcs(*, boxes: bool, minima: bool) -> None:
    for seed in range(60):
        problem = random_problem(seed, boxes=boxes, minima=minima)
        flow, right = carry(problem), by_scipy(arc_lp(problem))
        assert flow.status == "optimal"
        assert flow.objective_usd == pytest.approx(right, rel=1e-6, abs=1e-6), seed
        assert flow.bound_usd == pytest.approx(right, rel=1e-6, abs=1e-6), seed


@pytest.mark.parametrize("solver", ["HIGHS", "GLOP"])
def test_solvers_of_mathopt_agree(solver: str) -> None:
    for seed in range(0, 60, 4):
        problem = random_problem(seed, boxes=seed % 2 == 1, minima=seed % 3 == 1)
        right = by_mathopt(arc_lp(problem), solver)
        assert carry(problem).objective_usd == pytest.approx(right, rel=1e-6, abs=1e-6), seed


def test_prices_are_the_finite_differences_to_both_sides() -> None:
    bends = 0
    for seed in range(40):
        problem = random_problem(seed, boxes=seed % 2 == 1)
        flow = carry(problem)
        found, base = shadow_prices(problem, flow), by_scipy(arc_lp(problem))
        for row in np.flatnonzero(np.isfinite(problem.capacities.limit)).tolist():
            more = (base - with_limit(problem, row, STEP)) / STEP
            assert found.low[row] == pytest.approx(more, rel=1e-4, abs=1e-4), (seed, row)
            bends += found.high[row] > found.low[row] + STEP
            price = flow.prices.capacity[row]
            assert found.low[row] - 1e-6 <= price <= found.high[row] + 1e-6
            if problem.capacities.limit[row] == 0:
                assert found.high[row] == np.inf
                continue
            less = (with_limit(problem, row, -STEP) - base) / STEP
            assert found.high[row] == pytest.approx(less, rel=1e-4, abs=1e-4), (seed, row)
    assert bends > 10


def with_limit(problem: FlowProblem, row: int, more: float) -> float:
    """The optimum with a capacity changed."""
    limit = problem.capacities.limit.copy()
    limit[row] += more
    return by_scipy(arc_lp(replace(problem, capacities=replace(problem.capacities, limit=limit))))


def drawn(seed: int) -> tuple[FlowClass, np.ndarray]:
    """A random graph without parallel arcs, and capacities."""
    rng = np.random.default_rng(seed)
    n = 8
    tail, head = np.nonzero((rng.random((n, n)) < 0.4) & ~np.eye(n, dtype=bool))
    cost = rng.integers(1, 20, len(tail)).astype(float)
    every = np.arange(len(tail))
    graph = FlowClass(
        tail.astype(np.int32), head.astype(np.int32), every, cost, np.ones(len(tail), bool), n
    )
    return graph, rng.integers(0, 9, len(tail)).astype(float)


def test_one_commodity_is_networkx_min_cost_flow() -> None:
    for seed in range(40):
        graph, capacity = drawn(seed)
        known: Any = nx.DiGraph()
        known.add_nodes_from(range(graph.n_nodes))
        for tail, head, cost, room in zip(
            graph.tail, graph.head, graph.cost, capacity, strict=True
        ):
            known.add_edge(int(tail), int(head), weight=int(cost), capacity=int(room))
        # What is unserved goes straight there, at the penalty.
        known.add_edge(0, "mid", weight=60, capacity=12)
        known.add_edge("mid", 7, weight=0, capacity=12)
        known.nodes[0]["demand"], known.nodes[7]["demand"] = -12, 12
        right = nx.min_cost_flow_cost(known)
        problem = FlowProblem(
            [graph],
            Demands(
                np.array([0]), np.array([0]), [np.array([7])], np.array([12.0]), np.array([60.0])
            ),
            Capacities.on_arcs(graph.arc, capacity, of=len(capacity)),
        )
        assert carry(problem).objective_usd == pytest.approx(right), seed
        supply = np.zeros(graph.n_nodes)
        supply[[0, 7]] = 12.0, -12.0
        found = cheapest_flow(graph.tail, graph.head, capacity, graph.cost, supply)
        most = nx.maximum_flow_value(known.subgraph(range(8)), 0, 7) if len(graph.tail) else 0
        assert found.unserved == pytest.approx(max(12 - most, 0))


def test_throughput_is_networkx_maximum_flow_and_the_cut_takes_it() -> None:
    for seed in range(40):
        graph, capacity = drawn(seed)
        known: Any = nx.DiGraph()
        known.add_nodes_from(range(graph.n_nodes))
        for tail, head, room in zip(graph.tail, graph.head, capacity, strict=True):
            known.add_edge(int(tail), int(head), capacity=int(room))
        found = throughput(
            graph.tail, graph.head, capacity, np.array([0]), np.array([7]), n_nodes=graph.n_nodes
        )
        assert found.most == nx.maximum_flow_value(known, 0, 7)
        assert capacity[found.arcs].sum() == found.most
        assert found.flow[found.arcs].tolist() == capacity[found.arcs].tolist()
        matrix = sp.csr_array((found.flow, (graph.tail, graph.head)), shape=(8, 8))
        out, back = (np.asarray(matrix.sum(axis=axis), float) for axis in (1, 0))
        assert (out - back)[1:7].tolist() == [0.0] * 6
