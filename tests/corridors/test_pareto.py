"""Fronts of ways, against all simple ways of small graphs."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.solve.hull import on_lower_hull
from corridors.solve.pareto import ParetoRouter, Point, pareto
from tests.oracles import brute_pareto as brute

if TYPE_CHECKING:
    from tests.oracles.brute_pareto import Case

ROUNDS, DEEP_ROUNDS = 1500, 20_000


def fronts(case: Case, *, epsilon: float = 0.0) -> tuple[Point, ...]:
    router = ParetoRouter(case.tail, case.head, case.criteria, usable=case.usable, n_nodes=case.n)
    return router.front(case.start, case.ends, epsilon=epsilon)


def assert_whole(case: Case) -> int:
    found, expected = fronts(case), brute.front(case)
    assert [point.values for point in found] == expected
    for point in found:
        assert_simple_way(case, point)
    return len(found)


def assert_simple_way(case: Case, point: Point) -> None:
    """A way leads over usable arcs from the start to an end and adds up to its values."""
    way = point.arcs.tolist()
    assert case.usable[way].all()
    assert brute.totals(case, way) == point.values
    at = [case.start, *case.head[way].tolist()]
    assert case.tail[way].tolist() == at[:-1]
    assert at[-1] in case.ends
    assert len(set(at)) == len(at)


@pytest.mark.parametrize("criteria", [2, 3])
def test_fronts_are_those_of_all_simple_ways(criteria: int) -> None:
    random = Random(criteria)  # noqa: S311
    sizes = [assert_whole(brute.random_case(random, criteria=criteria)) for _ in range(ROUNDS)]
    assert max(sizes) >= 6
    assert sizes.count(0) > ROUNDS // 50


@pytest.mark.deep
@pytest.mark.parametrize("criteria", [2, 3])
def test_fronts_are_those_of_all_simple_ways_of_many_graphs(criteria: int) -> None:
    random = Random(100 + criteria)  # noqa: S311
    for _ in range(DEEP_ROUNDS):
        assert_whole(brute.random_case(random, criteria=criteria))


@pytest.mark.parametrize("criteria", [2, 3])
@pytest.mark.parametrize("epsilon", [0.01, 0.1, 0.5])
def test_with_epsilon_every_way_is_nearly_matched(criteria: int, epsilon: float) -> None:
    random = Random(f"{criteria} {epsilon}")  # noqa: S311
    fewer = 0
    for _ in range(ROUNDS // 3):
        case = brute.random_case(random, criteria=criteria)
        whole, some = brute.front(case), [p.values for p in fronts(case, epsilon=epsilon)]
        assert set(some) <= set(whole)
        assert some[:1] == whole[:1]
        for true in whole:
            near = [(1 + epsilon) * x for x in true]
            assert any(all(a <= b for a, b in zip(one, near, strict=True)) for one in some)
        fewer += len(some) < len(whole)
    assert fewer or epsilon < 0.1


@pytest.mark.parametrize("criteria", [2, 3])
def test_convex_points_are_those_that_weights_make_best(criteria: int) -> None:
    random = Random(10 + criteria)  # noqa: S311
    seen = set()
    for _ in range(ROUNDS // 3):
        found = fronts(brute.random_case(random, criteria=criteria))
        values = [point.values for point in found]
        for point in found:
            assert point.convex == brute.is_supported(point.values, values)
            seen.add(point.convex)
    assert seen == {True, False}


@pytest.mark.parametrize("depth", [1, 5, 40])
def test_the_hull_of_random_points_is_that_of_linear_programmes(depth: int) -> None:
    random = Random(depth)  # noqa: S311
    for _ in range(60):
        a, b, c = ([random.randint(0, depth) for _ in range(25)] for _ in range(3))
        drawn = set(zip(a, b, c, strict=True))
        points = sorted(p for p in drawn if not any(brute.beats(q, p) for q in drawn))
        expected = [brute.is_supported(p, points) for p in points]
        assert on_lower_hull(points) == expected


def test_arcs_in_another_order_give_the_same_front() -> None:
    random = Random(5)  # noqa: S311
    for _ in range(200):
        case = brute.random_case(random, criteria=3)
        order = np.array(random.sample(range(len(case.tail)), len(case.tail)))
        other = case._replace(
            tail=case.tail[order], head=case.head[order],
            criteria=case.criteria[:, order], usable=case.usable[order],
        )  # fmt: skip
        assert [(p.values, p.convex) for p in fronts(case)] == [
            (p.values, p.convex) for p in fronts(other)
        ]


def test_sums_that_floats_would_tell_apart_are_one_point() -> None:
    # 0.1 + 0.2 is more than 0.3 in floats: the two ways are equal, and the first arc wins.
    tail, head = np.array([0, 0, 1], np.int32), np.array([2, 1, 2], np.int32)
    criteria = np.array([[0.3, 0.1, 0.2], [0.3, 0.2, 0.1]])
    found = pareto(tail, head, criteria, usable=np.ones(3, bool), n_nodes=3, start=0, end=2)
    assert [point.values for point in found] == [(0.3, 0.3)]


def test_the_long_front_of_a_chain_is_whole() -> None:
    # Ten steps, each dear and fast or cheap and slow by another power of two.
    tail = np.repeat(np.arange(10), 2).astype(np.int32)
    power = 2.0 ** np.arange(10)
    cost = np.stack([power, np.zeros(10)], axis=1).ravel()
    time = np.stack([np.zeros(10), power], axis=1).ravel()
    found = pareto(
        tail, tail + np.int32(1), np.array([cost, time]), usable=np.ones(20, bool), n_nodes=11,
        start=0, end=10,
    )  # fmt: skip
    assert [point.values for point in found] == [(float(k), 1023.0 - k) for k in range(1024)]
    assert all(point.convex for point in found)


def test_one_terminal_to_itself_is_a_way_without_arcs() -> None:
    arc = np.array([0], np.int32), np.array([1], np.int32)
    found = pareto(*arc, np.ones((2, 1)), usable=np.ones(1, bool), n_nodes=2, start=0, end=0)
    assert [(p.values, p.arcs.tolist(), p.convex) for p in found] == [((0.0, 0.0), [], True)]


@pytest.mark.parametrize(
    ("criteria", "epsilon", "message"),
    [
        ([[1.0]], 0.0, "two or three criteria, not of 1"),
        ([[1.0]] * 4, 0.0, "two or three criteria, not of 4"),
        ([[1.0], [-1.0]], 0.0, "not negative"),
        ([[1.0], [np.inf]], 0.0, "finite"),
        ([[1.0], [1e12]], 0.0, "too large"),
        ([[1.0], [1.0]], -0.1, "epsilon"),
        ([[1.0], [1.0]], np.nan, "epsilon"),
    ],
)
def test_what_has_no_front_is_refused(
    criteria: list[list[float]], epsilon: float, message: str
) -> None:
    arc = np.array([0], np.int32), np.array([1], np.int32)
    with pytest.raises(ValueError, match=message):
        pareto(
            *arc, np.array(criteria), usable=np.ones(1, bool), n_nodes=2, start=0, end=1,
            epsilon=epsilon,
        )  # fmt: skip
