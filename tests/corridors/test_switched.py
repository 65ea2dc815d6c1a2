"""Costs under closed switches against relaxing every arc; contraction keeps them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from corridors.solve.finder import Finder
from corridors.solve.overlay import contract
from corridors.solve.switched import Dearer, Needs, Switched, mask_of, switches_of
from tests.oracles.switch_world import World, worlds

CASES = settings(max_examples=60)


@CASES
@given(worlds())
def test_costs_are_those_of_trying_everything(world: World) -> None:
    table = world.table(0, world.n_nodes - 1)
    for bounded in (False, True):
        finder = Finder(world.graph, 0, np.array([world.n_nodes - 1]), bounded=bounded)
        found = [finder.way(closed).cost for closed in range(len(table))]
        assert np.allclose(found, table)


@CASES
@given(worlds())
def test_ways_hold_and_only_their_switches_touch_them(world: World) -> None:
    finder = Finder(world.graph, 0, np.array([world.n_nodes - 1]))
    for closed in range(1 << world.n_switches):
        way = finder.way(closed)
        if not np.isfinite(way.cost):
            continue
        ends = [world.arcs[arc][:2] for arc in way.arcs.tolist()]
        assert [0, *(head for _, head in ends)] == [
            *(tail for tail, _ in ends), world.n_nodes - 1,
        ]  # fmt: skip
        touching = 0
        for arc in way.arcs.tolist():
            assert not world.arcs[arc][3] & closed
            touching |= world.arcs[arc][3]
            touching |= mask_of(one for one, at, _ in world.adds if at == arc)
        assert way.used == touching


@CASES
@given(worlds())
def test_contraction_keeps_every_cost(world: World) -> None:
    ends = np.array([0, world.n_nodes - 1])
    overlay = contract(world.graph, ends)
    start, goal = overlay.nodes_of(ends).tolist()
    finder = Finder(overlay.graph, start, np.array([goal]))
    for closed, cost in enumerate(world.table(0, world.n_nodes - 1)):
        way = finder.way(closed)
        assert np.isclose(way.cost, cost) or way.cost == cost
        if not np.isfinite(cost):
            continue
        arcs = overlay.unpacked(way.arcs).tolist()
        assert np.isclose(sum(world.weight(arc, closed) for arc in arcs), cost)
        assert not any(world.arcs[arc][3] & closed for arc in arcs)
        heads = [world.arcs[arc][1] for arc in arcs]
        assert [world.arcs[arc][0] for arc in arcs] == [0, *heads][: len(arcs)]


def test_contraction_leaves_no_node_that_nothing_touches() -> None:
    chain = World(6, 1, tuple((a, a + 1, 1.0, int(a == 2)) for a in range(5)))
    overlay = contract(chain.graph, np.array([0, 5]))
    assert overlay.node.tolist() == [0, 2, 3, 5]
    assert len(overlay.graph.tail) == 3
    with pytest.raises(ValueError, match="named as ends"):
        overlay.nodes_of(np.array([1]))


def test_several_goals_take_the_nearest_that_is_left() -> None:
    world = World(4, 1, ((0, 1, 1.0, 1), (0, 2, 2.0, 0), (0, 3, 3.0, 0)))
    finder = Finder(world.graph, 0, np.array([1, 2, 3]))
    assert (finder.way(0).cost, finder.way(1).cost) == (1.0, 2.0)


def test_any_number_of_switches() -> None:
    n = 300
    tail, head = np.zeros(n, np.int32), np.ones(n, np.int32)
    graph = Switched.of(
        tail, head, np.arange(n, dtype=float), needs=Needs.single(np.arange(n), n),
        usable=np.ones(n, bool), n_nodes=2,
    )  # fmt: skip
    finder = Finder(graph, 0, np.array([1]))
    assert finder.way(mask_of(range(200))).cost == 200.0
    assert list(switches_of(finder.way(mask_of(range(299))).used)) == [299]


@pytest.mark.parametrize("amount", [-1.0, np.inf])
def test_what_no_search_can_take_is_refused(amount: float) -> None:
    arcs = np.array([0], np.int32), np.array([1], np.int32), np.array([1.0])
    usable = np.ones(1, bool)
    with pytest.raises(ValueError, match="not negative"):
        Switched.masked(
            *arcs, need=np.zeros(1, np.uint64), usable=usable, n_nodes=2, n_switches=1,
            dearer=[Dearer(0, np.array([0]), np.array([amount]))],
        )  # fmt: skip
    with pytest.raises(ValueError, match="among the 1"):
        Switched.masked(
            *arcs, need=np.array([2], np.uint64), usable=usable, n_nodes=2, n_switches=1
        )
