"""Cheapest ways over random arc tables, against networkx."""

from __future__ import annotations

import math
from typing import NamedTuple

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.solve.paths import ArcIndex, Router


class Table(NamedTuple):
    """A random arc table, parallel arcs, loops and weights of zero included."""

    tail: np.ndarray[tuple[int], np.dtype[np.int32]]
    head: np.ndarray[tuple[int], np.dtype[np.int32]]
    weight: np.ndarray[tuple[int], np.dtype[np.float64]]
    usable: np.ndarray[tuple[int], np.dtype[np.bool_]]
    n: int

    @property
    def router(self) -> Router:
        return Router(self.tail, self.head, self.weight, usable=self.usable, n_nodes=self.n)

    def lengths(self) -> dict[int, dict[int, float]]:
        graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
        graph.add_nodes_from(range(self.n))
        for k in np.flatnonzero(self.usable):
            graph.add_edge(int(self.tail[k]), int(self.head[k]), weight=float(self.weight[k]))
        return dict(nx.all_pairs_dijkstra_path_length(graph))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    n, m = draw(st.integers(1, 9)), draw(st.integers(0, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return Table(
        rng.integers(0, n, m).astype(np.int32),
        rng.integers(0, n, m).astype(np.int32),
        rng.choice([0.0, 1.0, 2.5, 7.0], m),
        rng.random(m) < rng.choice([0.3, 0.8, 1.0]),
        n,
    )


@settings(max_examples=settings().max_examples * 3 // 2)
@given(tables(), st.booleans())
def test_distances_are_those_of_networkx(table: Table, backward: bool) -> None:  # noqa: FBT001
    roots = np.arange(table.n)
    found = table.router.trees(roots, backward=backward).distance
    if backward:
        found = found.T
    for a, row in table.lengths().items():
        for b in range(table.n):
            assert math.isclose(row.get(b, math.inf), found[a, b], abs_tol=1e-12)


@settings(max_examples=settings().max_examples * 3 // 2)
@given(tables(), st.booleans())
def test_a_way_runs_over_usable_arcs_and_costs_its_distance(
    table: Table,
    backward: bool,  # noqa: FBT001
) -> None:
    router = table.router
    trees = router.trees(np.arange(table.n), backward=backward)
    for root in range(table.n):
        for node in range(table.n):
            if not np.isfinite(trees.distance[root, node]):
                with pytest.raises(ValueError, match="no way"):
                    router.way(trees, root, node)
                continue
            way = router.way(trees, root, node)
            start, end = (node, root) if backward else (root, node)
            assert table.usable[way].all()
            at = start
            for arc in way:
                assert table.tail[arc] == at
                at = int(table.head[arc])
            assert at == end
            assert table.weight[way].sum() == pytest.approx(trees.distance[root, node])


PARALLEL = Table(
    np.zeros(3, np.int32), np.ones(3, np.int32), np.array([5.0, 2.0, 2.0]), np.ones(3, bool), 2
)


@pytest.mark.parametrize(
    ("usable", "arc"),
    [((True, True, True), 1), ((True, False, True), 2), ((True, False, False), 0)],
)
def test_of_parallel_arcs_the_lightest_open_one_is_named(
    usable: tuple[bool, ...], arc: int
) -> None:
    table = PARALLEL._replace(usable=np.array(usable))
    trees = table.router.trees(np.array([0]))
    assert table.router.way(trees, 0, 1).tolist() == [arc]
    assert trees.distance[0, 1] == table.weight[arc]


def test_arcs_are_one_way() -> None:
    trees = PARALLEL.router.trees(np.array([1]))
    assert np.isinf(trees.distance[0, 0])


@pytest.mark.parametrize("weight", [-1.0, np.inf, np.nan])
def test_weights_that_are_no_costs_are_refused_where_open(weight: float) -> None:
    bad = PARALLEL._replace(weight=np.array([weight, 1.0, 1.0]))
    with pytest.raises(ValueError, match="finite"):
        _ = bad.router
    shut = bad._replace(usable=np.array([False, True, True]))
    assert shut.router.trees(np.array([0])).distance[0, 1] == 1.0


def test_no_arc_at_all_is_no_error() -> None:
    shut = PARALLEL._replace(usable=np.zeros(3, bool))
    assert np.isinf(shut.router.trees(np.array([0])).distance[0, 1])


@settings(max_examples=settings().max_examples // 2)
@given(tables(), tables())
def test_arcs_sorted_once_serve_every_weight_and_every_law(table: Table, other: Table) -> None:
    index = ArcIndex(table.tail, table.head, n_nodes=table.n)
    m = len(table.tail)
    for law in (table, table._replace(weight=np.resize(other.weight, m) + 1.0),
                table._replace(usable=np.resize(other.usable, m))):  # fmt: skip
        shared = Router(
            law.tail, law.head, law.weight, usable=law.usable, n_nodes=law.n,
            index=index.among(law.usable),
        )  # fmt: skip
        roots = np.arange(law.n)
        own, mine = law.router.trees(roots), shared.trees(roots)
        np.testing.assert_array_equal(own.distance, mine.distance)
        for root, node in np.argwhere(np.isfinite(own.distance)).tolist():
            way = shared.way(mine, root, node)
            assert law.usable[way].all()
            assert law.weight[way].sum() == pytest.approx(own.distance[root, node])
