"""Throughput, cuts, and routes apart, on small drawn networks."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.solve.cuts import cheapest_flow, disjoint_routes, throughput, whole
from corridors.solve.labels import Severance, in_series, severance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


def ends(*arcs: tuple[int, int]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    table = np.array(arcs, np.int32)
    return table[:, 0], table[:, 1]


START, END = np.array([0]), np.array([3])
DIAMOND = ends((0, 1), (1, 3), (0, 2), (2, 3))


def test_between_regions_of_several_nodes() -> None:
    found = throughput(
        *DIAMOND, np.array([9.0, 2.5, 9.0, 1.5]), np.array([0, 1]), np.array([3]), n_nodes=4
    )
    assert found.most == 4.0
    assert found.arcs.tolist() == [1, 3]


def test_without_limits_nothing_binds() -> None:
    found = throughput(*DIAMOND, np.full(4, np.inf), START, END, n_nodes=4)
    assert found.most == np.inf
    assert found.arcs.tolist() == []


def test_a_limit_that_can_be_gone_round_does_not_bind() -> None:
    room = np.array([np.inf, 3.0, np.inf, np.inf])
    assert throughput(*DIAMOND, room, START, END, n_nodes=4).most == np.inf


def test_no_way_is_no_throughput() -> None:
    found = throughput(*DIAMOND, np.array([5.0, 0.0, 0.0, 5.0]), START, END, n_nodes=4)
    assert found.most == 0.0
    assert found.arcs.tolist() == []


@pytest.mark.parametrize("room", [[-1.0, 1, 1, 1], [np.nan, 1, 1, 1]])
def test_capacities_that_cannot_be(room: list[float]) -> None:
    with pytest.raises(ValueError, match=r"numbers|negative"):
        throughput(*DIAMOND, np.array(room), START, END, n_nodes=4)


def test_a_node_on_both_sides_is_refused() -> None:
    with pytest.raises(ValueError, match="both"):
        throughput(*DIAMOND, np.ones(4), START, START, n_nodes=4)


def test_whole_numbers_keep_decimals_while_there_is_room() -> None:
    assert whole(np.array([0.1, 2.25]))[0].tolist() == [100_000, 2_250_000]
    large, scale = whole(np.array([1e12, 0.5]))
    assert scale == 1000.0
    assert large.tolist() == [10**15, 500]
    with pytest.raises(ValueError, match="larger units"):
        whole(np.array([1e18]))


def test_as_much_as_can_pass_at_the_least_cost() -> None:
    found = cheapest_flow(
        *DIAMOND, np.array([4.0, 9.0, 3.0, 9.0]), np.array([1.0, 1.0, 5.0, 5.0]),
        np.array([9.0, 0.0, 0.0, -9.0]),
    )  # fmt: skip
    assert found.flow.tolist() == [4.0, 4.0, 3.0, 3.0]
    assert found.cost_usd == 4 * 2 + 3 * 10
    assert found.unserved == 2.0


def test_routes_without_a_common_arc() -> None:
    count, cut = disjoint_routes(*DIAMOND, np.ones(4, bool), START, END, n_nodes=4)
    assert (count, len(cut)) == (2, 2)


def severed(label: list[int]) -> Severance:
    found = severance(*DIAMOND, np.array(label), START, END, n_nodes=4)
    assert found is not None
    return found


def test_one_actor_on_both_routes_severs_alone() -> None:
    found = severed([5, 6, 7, 5])
    assert found.labels == (5,)
    assert len(found.routes) == 1
    assert found.proven


def test_routes_of_different_actors_need_one_refusal_each() -> None:
    found = severed([5, 5, 7, 8])
    assert len(found.labels) == 2
    assert found.routes == ((5,), (7, 8))


def test_a_route_that_nobody_can_refuse_is_free() -> None:
    assert severed([5, 5, -1, -1]).free


def test_without_a_route_there_is_nothing_to_sever() -> None:
    assert severance(*ends((0, 1)), np.array([3]), START, END, n_nodes=4) is None


def test_fewer_routes_apart_than_refusals_needed() -> None:
    """Three routes, each two of which have an actor in common: one route, two refusals."""
    found = severance(
        *ends((0, 1), (1, 4), (0, 2), (2, 4), (0, 3), (3, 4)),
        np.array([1, 2, 2, 3, 3, 1]), START, np.array([4]), n_nodes=5,
    )  # fmt: skip
    assert found is not None
    assert len(found.labels) == 2
    assert len(found.routes) == 1
    assert found.proven


def test_severance_is_that_of_all_sets_tried_in_turn() -> None:
    for seed in range(25):
        rng = np.random.default_rng(seed)
        tail, head = (rng.integers(0, 6, 14).astype(np.int32) for _ in range(2))
        label = rng.integers(-1, 5, 14)
        found = severance(tail, head, label, np.array([0]), np.array([5]), n_nodes=6)
        arcs = list(zip(tail.tolist(), head.tolist(), label.tolist(), strict=True))
        routes = list(walks(arcs, 0, 5))
        if found is None:
            assert not routes
            continue
        if found.free:
            assert frozenset() in routes
            continue
        assert found.proven
        assert len(found.labels) == fewest(routes)
        assert all(set(found.labels) & route for route in routes)
        assert len(found.routes) == most_apart(sorted(set(routes), key=sorted))
        assert sum(map(len, found.routes)) == len(set().union(*found.routes))


def test_arcs_of_several_labels_are_met_by_each_of_them() -> None:
    """Against all walks over the arcs, each with all its labels."""
    for seed in range(25):
        rng = np.random.default_rng(seed)
        tail, head = (rng.integers(0, 5, 10).astype(np.int32) for _ in range(2))
        covers = rng.random((4, 10)) < 0.4
        tails, heads, label, n_nodes = in_series(tail, head, covers, n_nodes=5)
        found = severance(tails, heads, label, np.array([0]), np.array([4]), n_nodes=n_nodes)
        sets = [frozenset(np.flatnonzero(one).tolist()) for one in covers.T]
        routes = [
            frozenset().union(*(sets[at] for at in way))
            for way in walks_over(list(zip(tail.tolist(), head.tolist(), strict=True)), 0, 4)
        ]
        if found is None or found.free:
            assert (found is None) == (not routes)
            assert found is None or frozenset() in routes
            continue
        assert found.proven
        assert len(found.labels) == fewest(routes)
        assert len(found.routes) == most_apart(sorted(set(routes), key=sorted))


def walks_over(
    arcs: list[tuple[int, int]], at: int, end: int, seen: tuple[int, ...] = ()
) -> Iterator[tuple[int, ...]]:
    """The arcs of every route that passes no node twice."""
    if at == end:
        yield ()
        return
    for arc, (tail, head) in enumerate(arcs):
        if tail == at and head not in (*seen, at):
            for rest in walks_over(arcs, head, end, (*seen, at)):
                yield (arc, *rest)


def walks(
    arcs: list[tuple[int, int, int]], at: int, end: int, seen: tuple[int, ...] = ()
) -> Iterator[frozenset[int]]:
    """Labels of every route that passes no node twice."""
    if at == end:
        yield frozenset()
        return
    for tail, head, name in arcs:
        if tail == at and head not in (*seen, at):
            for rest in walks(arcs, head, end, (*seen, at)):
                yield rest | ({name} - {-1})


def fewest(routes: list[frozenset[int]]) -> int:
    """The size of the smallest set of labels that every route meets."""
    for size in range(6):
        for some in itertools.combinations(range(5), size):
            if all(set(some) & route for route in routes):
                return size
    raise AssertionError


def most_apart(routes: list[frozenset[int]]) -> int:
    """The most routes no two of which share a label."""
    if not routes:
        return 0
    first, others = routes[0], routes[1:]
    return max(1 + most_apart([r for r in others if not r & first]), most_apart(others))
