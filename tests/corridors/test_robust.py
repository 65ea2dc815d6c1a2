"""Robust routes and breakpoints against all simple ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.solve.breakpoints import chance_of_change, reigns
from corridors.solve.robust import robust_route, worst_cost

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = settings(max_examples=50)


def _ways(tail: Any, head: Any, n: int) -> Iterator[list[int]]:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    for arc, (a, b) in enumerate(zip(tail.tolist(), head.tolist(), strict=True)):
        graph.add_edge(a, b, key=arc)
    ways: Any = nx.all_simple_edge_paths(graph, 0, n - 1)
    for way in ways:
        yield [edge[2] for edge in way]


@st.composite
def tables(draw: st.DrawFn) -> tuple[Any, Any, Any, Any, int]:
    n, m = draw(st.integers(2, 6)), draw(st.integers(1, 14))
    rng = np.random.default_rng(draw(st.integers(0, 1 << 30)))
    tail, head = (rng.integers(0, n, m).astype(np.int32) for _ in range(2))
    return tail, head, rng.integers(0, 9, m).astype(float), rng.integers(0, 6, m).astype(float), n


@CASES
@given(tables(), st.integers(0, 3))
def test_the_robust_route_is_the_best_of_all_ways(table: Any, gamma: int) -> None:
    tail, head, weight, dearer, n = table
    ways = list(_ways(tail, head, n))
    found = robust_route(
        tail, head, weight, dearer, usable=np.ones(len(tail), bool), n_nodes=n, ends=(0, n - 1),
        gamma=gamma,
    )  # fmt: skip
    if not ways:
        assert found is None
        return
    assert found is not None
    assert found.worst == min(worst_cost(weight[way], dearer[way], gamma) for way in ways)
    assert found.worst == worst_cost(weight[found.arcs], dearer[found.arcs], gamma)


@CASES
@given(tables())
def test_reigns_are_the_best_ways_everywhere(table: Any) -> None:
    tail, head, weight, slope, n = table
    ways = list(_ways(tail, head, n))
    found = reigns(
        tail, head, weight, slope, usable=np.ones(len(tail), bool), n_nodes=n, ends=(0, n - 1),
        between=(0.0, 10.0),
    )  # fmt: skip
    assert bool(found) == bool(ways)
    for one in found:
        for x in np.linspace(one.start, one.stop, 5):
            best = min(float((weight[way] + slope[way] * x).sum()) for way in ways)
            assert np.isclose((weight[one.arcs] + slope[one.arcs] * x).sum(), best)
    if found:
        assert (found[0].start, found[-1].stop) == (0.0, 10.0)
        assert [one.stop for one in found[:-1]] == [one.start for one in found[1:]]


def test_robust_routes_judge_what_they_are_given() -> None:
    arcs = np.array([0], np.int32), np.array([1], np.int32), np.ones(1), np.array([-1.0])
    with pytest.raises(ValueError, match="negative"):
        robust_route(*arcs, usable=np.ones(1, bool), n_nodes=2, ends=(0, 1), gamma=1)


@pytest.mark.parametrize(
    ("first", "second", "at"),
    [((5, 15), (7, 7), 0.2), ((5, 5), (7, 7), None), ((5, 5), (5, 5), None), ((5, 5), (5, 7), 0.0)],
)
def test_chance_at_which_plans_cost_the_same(
    first: tuple[float, float], second: tuple[float, float], at: float | None
) -> None:
    assert chance_of_change(first, second) == at
