"""The least to lift, against trying everything on thousands of small graphs."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corridors.solve.barred import Barred
from corridors.solve.relax import Relaxation, relax
from tests.oracles.brute_relax import (
    Case,
    barrier,
    cheapest,
    lightest_on_ways,
    lightest_subsets,
    random_case,
    reaches,
    weight_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CASES = 600
#: Sets equally light that any small graph may have.
ALL = 64


def cases(seed: int, *, heavy: bool = False) -> Iterator[Case]:
    random = Random(seed)  # noqa: S311  # an experiment, no secret
    for _ in range(CASES):
        yield random_case(random, heavy=heavy)


def solved(case: Case, most: int = ALL) -> Relaxation | None:
    return relax(case.barred, case.start, case.end, cost=case.cost, most=most)


def ways(
    *rows: tuple[int, int, int], barriers: Sequence[set[int]], weight: Sequence[int]
) -> Barred:
    tail, head, barrier_of = np.array(rows).T
    return Barred(
        tail.astype(np.int32), head.astype(np.int32), int(max(tail.max(), head.max())) + 1,
        barrier_of, [frozenset(one) for one in barriers], weight,
    )  # fmt: skip


# --- by hand ---------------------------------------------------------------------------


#: Two borders of one country each way, and a sea passage that two must allow.
#:
#:       0 --{0}--> 1 --{1}--> 3
#:       0 -------> 2 --{2,3}-> 3      and 2 --{0}--> 3
HAND = ways(
    (0, 1, 0), (1, 3, 1), (0, 2, -1), (2, 3, 2), (2, 3, 0),
    barriers=[{0}, {1}, {2, 3}], weight=(1, 1, 1, 1),
)  # fmt: skip


def test_one_element_that_opens_a_parallel_arc_is_enough() -> None:
    found = relax(HAND, 0, 3, cost=np.ones(5))
    assert found is not None
    assert (found.elements, found.weight) == ((0,), 1)
    assert found.way.tolist() == [2, 4]
    assert found.cost == 2
    assert found.cut.tolist() == [0, 3, 4]
    assert (found.others, found.complete) == ((), True)


def test_a_heavy_element_is_avoided_at_the_price_of_several_light_ones() -> None:
    found = relax(replace(HAND, weight=(3, 3, 1, 1)), 0, 3, cost=np.ones(5))
    assert found is not None
    assert (found.elements, found.weight, found.way.tolist()) == ((2, 3), 2, [2, 3])


def test_of_equally_light_sets_the_cheapest_way_is_taken() -> None:
    world = ways((0, 1, 0), (0, 1, 1), (0, 1, 2), barriers=[{0}, {1}, {2}], weight=(1, 1, 1))
    found = relax(world, 0, 1, cost=np.array([5.0, 2.0, 2.0]))
    assert found is not None
    assert (found.elements, found.way.tolist()) == ((1,), [1])
    assert found.others == ((0,), (2,))
    short = relax(world, 0, 1, cost=np.ones(3), most=2)
    assert short is not None
    assert (len(short.others), short.complete) == (1, False)


def test_an_open_way_needs_nothing() -> None:
    found = relax(HAND, 0, 2, cost=np.ones(5))
    assert found is not None
    assert (found.elements, found.weight, found.way.tolist()) == ((), 0, [2])
    assert found.cut.tolist() == []


def test_no_way_even_with_everything_lifted() -> None:
    assert relax(HAND, 3, 0, cost=np.ones(5)) is None


def test_start_and_end_in_one() -> None:
    found = relax(HAND, 3, 3, cost=np.ones(5))
    assert found is not None
    assert (found.elements, found.way.tolist()) == ((), [])


def test_a_node_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="nodes -1 and 3 must be among the 4"):
        relax(HAND, -1, 3, cost=np.ones(5))


def test_cargo_inside_a_country_needs_no_second_leave_of_it() -> None:
    # A ring in a country behind its border: everything in it asks for 0, and only that.
    ring = ways(
        (0, 1, 0), (1, 2, 1), (2, 3, 1), (3, 1, 1), (3, 4, 2), (2, 4, 3),
        barriers=[{0, 1}, {1}, {1, 2, 3}, {1, 2, 4}], weight=(1, 1, 1, 1, 1),
    )  # fmt: skip
    found = relax(ring, 0, 4, cost=np.ones(6))
    assert found is not None
    assert (found.elements, found.others) == ((0, 1, 2, 4), ((0, 1, 2, 3),))
    assert found.way.tolist() == [0, 1, 5]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weight": (1, 1, 0, 1)}, "must be positive"),
        ({"weight": (1, 1)}, "names an element that is not one of the 2"),
        ({"barriers": [frozenset({0})]}, "names a barrier that is not one of the 1"),
    ],
)
def test_what_is_not_a_problem_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        replace(HAND, **change)


def test_a_search_stopped_early_says_so_and_lifts_nothing_in_vain() -> None:
    unproven = 0
    for case in list(cases(9, heavy=True))[:200]:
        found = relax(case.barred, case.start, case.end, cost=case.cost, effort=0.0)
        if found is None or found.proven:
            continue
        unproven += 1
        assert not found.complete
        assert reaches(case, found.elements)
        for one in found.elements:
            assert not reaches(case, set(found.elements) - {one})
    assert unproven


# --- against trying everything ---------------------------------------------------------


@pytest.mark.parametrize("heavy", [False, True])
def test_the_sets_are_those_found_by_trying_all_subsets(*, heavy: bool) -> None:
    lifted = 0
    for case in cases(1, heavy=heavy):
        found, expected = solved(case), lightest_subsets(case)
        if found is None:
            assert not expected
            continue
        assert found.complete
        assert sorted((found.elements, *found.others)) == expected
        assert found.weight == weight_of(case, expected[0])
        lifted += bool(found.elements)
    assert lifted > CASES // 5, "the graphs must be shut often enough"


def test_the_weight_is_that_of_the_easiest_of_all_simple_ways() -> None:
    for case in cases(2, heavy=True):
        found = solved(case)
        assert (found.weight if found else None) == lightest_on_ways(case)


def test_without_any_one_of_the_elements_no_way_is_left() -> None:
    for case in cases(3, heavy=True):
        found = solved(case, most=4)
        for chosen in (found.elements, *found.others) if found else ():
            assert reaches(case, chosen)
            for one in chosen:
                assert not reaches(case, set(chosen) - {one})


def test_the_way_is_open_joined_and_the_cheapest() -> None:
    for case in cases(4):
        found = solved(case)
        if found is None:
            continue
        nodes = [case.start, *case.barred.head[found.way].tolist()]
        assert case.barred.tail[found.way].tolist() == nodes[:-1]
        assert nodes[-1] == case.end
        assert all(barrier(case, arc) <= set(found.elements) for arc in found.way.tolist())
        assert found.cost == case.cost[found.way].sum() == cheapest(case, found.elements)
        rivals = [(cheapest(case, other), other) for other in found.others]
        assert all((found.cost, found.elements) < rival for rival in rivals)


def test_the_cut_separates_and_every_arc_of_it_is_needed() -> None:
    everything = range(6)
    for case in cases(5):
        found = solved(case)
        if found is None:
            continue
        cut = set(found.cut.tolist())
        assert all(barrier(case, arc) for arc in cut)
        assert bool(cut) == bool(found.elements)
        if not cut:
            continue
        every = set(everything) & set(range(len(case.barred.weight)))
        assert not reaches(case, every, shut=cut)
        assert all(reaches(case, every, shut=cut - {arc}) for arc in cut)
        assert any(barrier(case, arc) <= set(found.elements) for arc in cut)


def test_the_order_of_arcs_and_the_numbers_of_nodes_change_nothing() -> None:
    random = Random(6)  # noqa: S311  # an experiment, no secret
    for case in cases(6):
        order = np.array(random.sample(range(len(case.cost)), len(case.cost)))
        number = np.array(random.sample(range(case.barred.n_nodes), case.barred.n_nodes), np.int32)
        moved = replace(
            case.barred,
            tail=number[case.barred.tail[order]],
            head=number[case.barred.head[order]],
            barrier_of_arc=case.barred.barrier_of_arc[order],
        )
        first = solved(case)
        start, end = int(number[case.start]), int(number[case.end])
        second = relax(moved, start, end, cost=case.cost[order], most=ALL)
        assert (first is None) == (second is None)
        if first and second:
            assert (first.elements, first.others) == (second.elements, second.others)
            assert first.cost == second.cost
            assert sorted(first.cut.tolist()) == sorted(order[second.cut].tolist())


def test_the_same_question_has_the_same_answer() -> None:
    for case in list(cases(7))[:200]:
        one, two = solved(case, most=3), solved(case, most=3)
        if one and two:
            assert (one.elements, one.others) == (two.elements, two.others)
            assert one.way.tolist() == two.way.tolist()
            assert one.cut.tolist() == two.cut.tolist()
        else:
            assert one is two


def test_lifting_one_thing_more_never_makes_it_harder() -> None:
    random = Random(8)  # noqa: S311  # an experiment, no secret
    for case in cases(8, heavy=True):
        found = solved(case)
        free = random.randrange(len(case.barred.weight))
        barriers = [one - {free} for one in case.barred.barriers]
        easier = solved(case._replace(barred=replace(case.barred, barriers=barriers)))
        assert (found is None) == (easier is None)
        if found and easier:
            assert easier.weight <= found.weight
