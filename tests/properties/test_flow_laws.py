"""Laws of flows that hold whatever the network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.solve.flow import carry
from corridors.solve.paths import Router
from corridors.solve.problem import Capacities, Demands, FlowProblem
from tests.oracles.random_flow import random_problem

if TYPE_CHECKING:
    from corridors.solve.flow import FlowSolution

SEEDS = st.integers(0, 10_000)
problems = st.builds(random_problem, SEEDS, boxes=st.booleans(), minima=st.booleans())
LAWS = settings(max_examples=settings().max_examples // 4)


def cost_of(problem: FlowProblem) -> float:
    return carry(problem).objective_usd


def near(value: float) -> object:
    return pytest.approx(value, rel=1e-6, abs=1e-6)


@LAWS
@given(problems)
def test_the_gap_is_closed_and_parts_add_up(problem: FlowProblem) -> None:
    flow = carry(problem)
    assert flow.status == "optimal"
    assert flow.gap <= 1e-6
    assert flow.objective_usd == near(flow.cost_usd + flow.penalty_usd + flow.shortfall_usd)
    assert (flow.volume >= 0).all()
    assert (flow.used <= problem.capacities.limit + 1e-6).all()
    assert (flow.used + flow.missing >= problem.minimum - 1e-6).all()
    carried = np.zeros(len(problem.demands))
    loaded = flow.pool.demand >= 0
    np.add.at(carried, flow.pool.demand[loaded], flow.volume[loaded])
    assert (carried + flow.unserved).tolist() == near(problem.demands.volume.tolist())


@LAWS
@given(problems)
def test_every_way_joins_the_ends_of_its_demand(problem: FlowProblem) -> None:
    flow = carry(problem)
    for at in flow.routes.tolist():
        k, rows = int(flow.pool.demand[at]), flow.pool.way(at)
        if k < 0:
            continue
        graph = problem.graphs[flow.pool.graph[at]]
        assert graph.usable[rows].all()
        nodes = [int(problem.demands.origin[k]), *graph.head[rows].tolist()]
        assert graph.tail[rows].tolist() == nodes[:-1]
        assert nodes[-1] in problem.demands.destinations[k]


@LAWS
@given(problems)
def test_the_flow_on_arcs_is_what_capacities_are_used_by(problem: FlowProblem) -> None:
    flow = carry(problem)
    on_arcs = flow.on_arcs(problem)
    each = zip(problem.factors, problem.usages, on_arcs, strict=True)
    used = sum(factor * (usage @ flowing) for factor, usage, flowing in each)
    assert used.tolist() == near(flow.used.tolist())


@LAWS
@given(st.builds(random_problem, SEEDS, boxes=st.booleans()))
def test_more_capacity_is_never_dearer(problem: FlowProblem) -> None:
    caps = problem.capacities
    wider = replace(problem, capacities=replace(caps, limit=caps.limit * 2))
    assert cost_of(wider) <= cost_of(problem) + 1e-6


@LAWS
@given(st.builds(random_problem, SEEDS))
def test_without_capacities_all_go_the_shortest_way(problem: FlowProblem) -> None:
    arcs = problem.capacities.usage.shape[1]
    free = replace(problem, capacities=Capacities.none(arcs))
    demands, right = problem.demands, 0.0
    for k in range(len(demands)):
        graph = problem.classes[demands.cls[k]]
        router = Router(
            graph.tail, graph.head, graph.cost, usable=graph.usable, n_nodes=graph.n_nodes
        )
        far = router.trees(demands.origin[[k]]).distance[0, demands.destinations[k]].min()
        right += demands.volume[k] * min(far, demands.penalty[k])
    assert cost_of(free) == near(right)


@LAWS
@given(st.builds(random_problem, SEEDS, boxes=st.booleans()))
def test_zero_capacity_everywhere_leaves_all_unserved(problem: FlowProblem) -> None:
    arcs, demands = problem.capacities.usage.shape[1], problem.demands
    shut = Capacities.on_arcs(np.arange(arcs), np.zeros(arcs), of=arcs)
    boxes = None if problem.boxes is None else replace(problem.boxes, factor=None)
    flow = carry(replace(problem, capacities=shut, boxes=boxes))
    away = [demands.origin[k] not in demands.destinations[k] for k in range(len(demands))]
    assert flow.unserved[away].tolist() == near(demands.volume[away].tolist())
    assert flow.status == "optimal"


@LAWS
@given(problems, st.sampled_from([1e-3, 7.0, 1e4]))
def test_dearer_by_a_factor_costs_that_factor_more(problem: FlowProblem, times: float) -> None:
    demands, caps, boxes = problem.demands, problem.capacities, problem.boxes
    scaled = FlowProblem(
        [replace(one, cost=one.cost * times) for one in problem.classes],
        replace(demands, penalty=demands.penalty * times),
        replace(caps, shortfall=caps.shortfall * times),
        boxes and replace(boxes, graph=replace(boxes.graph, cost=boxes.graph.cost * times)),
    )
    assert cost_of(scaled) == pytest.approx(times * cost_of(problem), rel=1e-6, abs=1e-6 * times)


@LAWS
@given(problems, st.sampled_from([1e-3, 7.0, 1e4]))
def test_all_volumes_and_capacities_by_a_factor(problem: FlowProblem, times: float) -> None:
    demands, caps = problem.demands, problem.capacities
    scaled = replace(
        problem,
        demands=replace(demands, volume=demands.volume * times),
        capacities=replace(caps, limit=caps.limit * times, minimum=problem.minimum * times),
    )
    assert cost_of(scaled) == pytest.approx(times * cost_of(problem), rel=1e-6, abs=1e-6 * times)


@LAWS
@given(SEEDS)
def test_names_and_order_mean_nothing(seed: int) -> None:
    problem = random_problem(seed)
    rng = np.random.default_rng(seed)
    demands, caps = problem.demands, problem.capacities
    arcs, n = caps.usage.shape[1], problem.classes[0].n_nodes
    order, name = rng.permutation(arcs), rng.permutation(n).astype(np.int32)
    turn = rng.permutation(len(demands))
    moved = FlowProblem(
        [
            replace(
                one, tail=name[one.tail[order]], head=name[one.head[order]],
                cost=one.cost[order], usable=one.usable[order],
            )
            for one in problem.classes
        ],
        Demands(
            demands.cls[turn], name[demands.origin[turn]].astype(np.int64),
            [name[demands.destinations[k]].astype(np.int64) for k in turn],
            demands.volume[turn], demands.penalty[turn],
        ),
        replace(
            caps, usage=caps.usage.tocsc()[:, order].tocsr(),
            own={k: own.tocsc()[:, order].tocsr() for k, own in caps.own.items()},
        ),
    )  # fmt: skip
    assert cost_of(moved) == near(cost_of(problem))


@LAWS
@given(problems, SEEDS)
def test_a_pool_changes_the_time_and_nothing_else(problem: FlowProblem, other: int) -> None:
    pool = carry(problem).pool
    rng = np.random.default_rng(other)
    caps, demands = problem.capacities, problem.demands
    arcs = len(problem.classes[0].tail)
    limit = np.maximum(caps.limit * rng.choice([0.5, 1.0, 2.0], len(caps)), problem.minimum)
    changed = replace(
        problem,
        classes=[
            replace(
                one, cost=one.cost * rng.choice([0.0, 1.0, 3.0], arcs),
                usable=one.usable ^ (rng.random(arcs) < 0.2),
            )
            for one in problem.classes
        ],
        demands=replace(demands, volume=rng.choice([0.0, 2.0, 9.0], len(demands))),
        capacities=replace(caps, limit=limit),
    )  # fmt: skip
    warm, cold = carry(changed, pool=pool), carry(changed)
    assert warm.status == cold.status == "optimal"
    assert warm.objective_usd == near(cold.objective_usd)
    assert warm.bound_usd == near(cold.objective_usd)


@LAWS
@given(problems)
def test_the_same_problem_gives_the_same_flow(problem: FlowProblem) -> None:
    def told(flow: FlowSolution) -> list[bytes]:
        return [flow.volume.tobytes(), flow.pool.rows.tobytes(), flow.prices.capacity.tobytes()]

    assert told(carry(problem)) == told(carry(problem))
