"""The access lattice: all states of small graphs, and some of larger ones, by other means."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from corridors.solve.exposure import Exposure
from corridors.solve.finder import Finder
from corridors.solve.lattice import (
    Lattice,
    OdTree,
    Task,
    TooManySwitchesError,
    demand_lattice,
    lattice_of,
)
from corridors.solve.paths import ArcIndex
from corridors.solve.sampling import drawn, estimate, masks_of, sample
from corridors.solve.stateful import Field
from corridors.solve.switched import Switched
from tests.oracles.switch_world import HAND, HAND_PENALTY, HAND_VOLUME, World, worlds

CASES = settings(max_examples=50)


@CASES
@given(worlds())
def test_all_states_are_those_of_trying_everything(world: World) -> None:
    ends = [(0, world.n_nodes - 1), (world.n_nodes - 1, 0)]
    lattice = lattice_of([world.task(*one) for one in ends])
    table = lattice.table()
    assert np.allclose(table, [world.table(*one) for one in ends])
    volume = np.array([2.0, 3.0])
    totals = lattice.totals(volume, penalty=6.0)
    assert np.allclose(totals, volume @ np.minimum(table, 6.0))


@CASES
@given(worlds())
def test_closing_more_never_makes_anything_cheaper(world: World) -> None:
    (costs,) = lattice_of([world.task(0, world.n_nodes - 1)]).table()
    states = np.arange(len(costs))
    for switch in range(world.n_switches):
        assert (costs <= costs[states | 1 << switch] + 1e-9).all()


@CASES
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_arcs_and_the_names_of_nodes_do_not_matter(
    world: World, random: object
) -> None:
    rng = np.random.default_rng(random.randrange(1 << 30))  # type: ignore[attr-defined]
    order, name = rng.permutation(len(world.arcs)), rng.permutation(world.n_nodes)
    place = np.argsort(order)
    arcs = tuple(
        (int(name[a]), int(name[b]), w, need)
        for a, b, w, need in (world.arcs[k] for k in order.tolist())
    )
    adds = tuple((one, int(place[arc]), more) for one, arc, more in world.adds)
    other = World(world.n_nodes, world.n_switches, arcs, adds)
    task = other.task(int(name[0]), int(name[world.n_nodes - 1]))
    first = lattice_of([world.task(0, world.n_nodes - 1)]).table()
    assert np.allclose(lattice_of([task]).table(), first)


@CASES
@given(worlds())
def test_the_certificate_of_a_state_fixes_its_cost(world: World) -> None:
    demand = demand_lattice(world.task(0, world.n_nodes - 1))
    states = np.arange(1 << world.n_switches, dtype=np.uint64)
    node = demand.nodes_at(states)
    # No switch of the way is closed, save those that the node itself takes as closed.
    assert not (demand.used[node] & states & ~demand.closed[node]).any()
    assert not (demand.closed[node] & ~states).any()
    costs = demand.costs_at(states)
    for state in states.tolist():
        touched = int(demand.closed[node[state]] | demand.used[node[state]])
        same = (states & np.uint64(touched)) == (state & touched)
        assert np.allclose(costs[same], costs[state])


@CASES
@given(worlds())
def test_a_point_asked_alone_is_that_of_the_table(world: World) -> None:
    tree = OdTree(Finder(world.graph, 0, np.array([world.n_nodes - 1])))
    for closed, cost in reversed(list(enumerate(world.table(0, world.n_nodes - 1)))):
        node = tree.at(closed)
        assert np.isclose(node.cost, cost) or node.cost == cost
        assert node.closed & ~closed == 0


def _large(seed: int, *, switches: int = 10) -> tuple[Switched, np.ndarray, tuple[np.ndarray, ...]]:
    """A random graph of a few hundred nodes with a mask on a third of its arcs."""
    rng = np.random.default_rng(seed)
    n, m = 300, 1500
    tail, head = (rng.integers(0, n, m).astype(np.int32) for _ in range(2))
    weight = rng.random(m) + 0.1
    need = np.where(rng.random(m) < 0.3, 1 << rng.integers(0, switches, m), 0).astype(np.uint64)
    graph = Switched.masked(
        tail, head, weight, need=need, usable=np.ones(m, bool), n_nodes=n, n_switches=switches
    )
    return graph, need, (tail, head, weight)


def test_random_states_equal_scipy_on_the_whole_graph() -> None:
    graph, need, (tail, head, weight) = _large(5)
    rng = np.random.default_rng(6)
    ends = rng.integers(0, 300, (12, 2)).tolist()
    lattice = lattice_of([Task(graph, a, np.array([b])) for a, b in ends])
    assert lattice.searches < 1024
    states = rng.integers(0, 1024, 40).astype(np.uint64)
    index = ArcIndex(tail, head, n_nodes=300)
    for state, costs in zip(states, lattice.costs(states).T, strict=True):
        matrix = index.graph(np.where((need & state) == 0, weight, np.inf))
        expected = dijkstra(matrix, indices=[a for a, _ in ends])
        assert np.allclose(costs, [expected[k, b] for k, (_, b) in enumerate(ends)])


def test_chunks_go_on_where_they_stopped_and_workers_change_nothing() -> None:
    graph, _, _ = _large(7, switches=6)
    tasks = [Task(graph, a, np.array([a + 100])) for a in range(5)]
    lattice = lattice_of(tasks)
    table = lattice.table()
    parts = list(lattice.chunks(10, first=20))
    assert [int(states[0]) for states, _ in parts] == [20, 30, 40, 50, 60]
    assert (np.concatenate([costs for _, costs in parts], axis=1) == table[:, 20:]).all()
    with ThreadPoolExecutor(2) as pool:
        assert (lattice_of(tasks, run=pool.map).table() == table).all()


def test_too_many_switches_are_refused() -> None:
    with pytest.raises(TooManySwitchesError, match="21 switches"):
        lattice_of([World(2, 21, ((0, 1, 1.0, 0),)).task(0, 1)])


def test_a_demand_without_a_way_is_told() -> None:
    lattice = lattice_of([World(3, 2, ((0, 1, 1.0, 1),)).task(0, 2), HAND.task(0, 2)], n_switches=4)
    assert lattice.unreachable == (0,)
    assert np.isinf(lattice.table()[0]).all()
    assert Lattice((), 3).table().shape == (0, 8)


def test_cargo_with_memory_is_searched_on_its_split_graph() -> None:
    """Arc 0 makes cargo remember; arc 2 refuses what remembers; arc 3 hangs on the switch."""
    tail, head = np.array([0, 0, 1, 1], np.int32), np.array([1, 1, 2, 2], np.int32)
    weight = np.array([1.0, 5.0, 1.0, 9.0])
    gain = np.array([1, 0, 0, 0])
    field = Field.split(tail, head, gain_on_arc=gain, gain_at_node=np.zeros(3, int), start=0)
    usable = ~((field.arc == 2) & (field.memory == 1))
    need = np.where(np.isin(field.arc, [1]), 1, 0).astype(np.uint64)
    graph = Switched.masked(
        field.tail, field.head, weight[field.arc], need=need, usable=usable,
        n_nodes=field.n_states, n_switches=1,
    )  # fmt: skip
    task = Task(graph, field.state(0, 0), field.states(np.array([2])))
    assert lattice_of([task]).table().tolist() == [[6.0, 10.0]]


def test_samples_hold_the_exact_mean_and_the_exact_extremes() -> None:
    exposure = Exposure.of([HAND.task(0, 2)], np.array([HAND_VOLUME]), penalty=HAND_PENALTY)
    closing = np.array([0.2, 0.1, 0.1, 0.3])
    states = masks_of(drawn(closing, draws=4000, seed=3))
    found = sample(exposure, states, share=0.999)
    assert (found.best, found.worst) == (50.0, 150.0)
    assert found.mean.low < 67.872 < found.mean.high
    assert found.served[0].low < 0.9376 < found.served[0].high
    with pytest.raises(ValueError, match="two draws"):
        estimate(np.ones(1))
