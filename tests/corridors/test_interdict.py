"""The worst denial against trying every set; curves; what closing alone and in pairs costs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.solve.curves import denial_curves, random_totals
from corridors.solve.exposure import Exposure, criticality, interaction, interactions
from corridors.solve.interdict import greedy_denial, hit_sets, worst_denial
from corridors.solve.lattice import Task
from corridors.solve.switched import mask_of
from tests.oracles.switch_world import (
    HAND,
    HAND_PENALTY,
    HAND_VOLUME,
    A,
    B,
    C,
    D,
    World,
    worlds,
)

PENALTY = 9.0


def _hand() -> Exposure:
    return Exposure.of([HAND.task(0, 2)], np.array([HAND_VOLUME]), penalty=HAND_PENALTY)


def _ends(world: World) -> tuple[list[tuple[int, int]], list[float]]:
    return [(0, world.n_nodes - 1), (world.n_nodes - 1, 0), (0, 1)], [2.0, 1.0, 3.0]


def _exposure(world: World) -> Exposure:
    ends, volume = _ends(world)
    return Exposure.of([world.task(*one) for one in ends], np.array(volume), penalty=PENALTY)


@settings(max_examples=60)
@given(worlds(adds=False, most_switches=6), st.integers(0, 4))
def test_the_worst_denial_is_that_of_trying_every_set(world: World, most: int) -> None:
    ends, volume = _ends(world)
    totals = world.worst(ends, volume, PENALTY, most)
    exposure = _exposure(world)
    found = worst_denial(exposure, most, ties=64)
    worst = max(totals.values())
    assert found.proven
    assert np.isclose(found.cost, worst)
    assert np.isclose(found.bound, found.cost)
    assert found.complete
    least = {
        chosen for chosen, total in totals.items()
        if np.isclose(total, worst)
        and not any(np.isclose(totals[chosen - {one}], worst) for one in chosen)
    }  # fmt: skip
    assert {frozenset(one) for one in (found.closed, *found.others)} == least
    assert found.closed == min(tuple(sorted(one)) for one in least)
    assert found.cost >= greedy_denial(exposure, most)[1][-1] - 1e-9
    assert np.isclose(max(exposure.total(one) for one in hit_sets(exposure, most)), worst)


@settings(max_examples=40)
@given(worlds(adds=False), st.lists(st.integers(1, 3), min_size=5, max_size=5))
def test_weights_and_choice_limit_what_is_closed(world: World, weight: list[int]) -> None:
    ends, volume = _ends(world)
    weight = weight[: world.n_switches]
    among = mask_of(range(world.n_switches - 1))
    totals = world.worst(ends, volume, PENALTY, world.n_switches)
    allowed = [
        total for chosen, total in totals.items()
        if sum(weight[one] for one in chosen) <= 3 and world.n_switches - 1 not in chosen
    ]  # fmt: skip
    found = worst_denial(_exposure(world), 3, weight=weight, among=among)
    assert np.isclose(found.cost, max(allowed))
    assert sum(weight[one] for one in found.closed) <= 3


def test_hand_example() -> None:
    exposure = _hand()
    found = criticality(exposure)
    alone = dict(zip(found.switch.tolist(), found.cost.tolist(), strict=True))
    assert alone == {A: 70.0, B: 20.0}
    pair = worst_denial(exposure, 2)
    assert (pair.closed, pair.cost, pair.added, pair.others) == ((A, D), 150.0, 100.0, ())
    assert exposure.unserved(mask_of([A, D])) == 10.0
    triple = worst_denial(exposure, 3)
    assert (triple.closed, triple.others) == ((A, D), ((B, C, D),))


def test_pairs_in_series_and_in_place_of_each_other() -> None:
    exposure = _hand()
    # A and D back each other up: closing both severs. A and B lie on one way.
    assert interaction(exposure, A, D) == 100.0 - 70.0
    assert interaction(exposure, A, B) == 70.0 - 70.0 - 20.0
    table = interactions(exposure, [A, B, C, D])
    assert table[A, D] == 30.0
    assert table[A, B] == -20.0
    assert (table == table.T).all()


def test_greed_is_not_safe() -> None:
    """The middle asset is the worst alone; the two at the ends together are worse."""
    world = World(
        2, 3,
        ((0, 1, 1.0, 0b011), (0, 1, 2.0, 0b110), (0, 1, 3.0, 0b101), (0, 1, 4.0, 0b010)),
    )  # fmt: skip
    exposure = Exposure.of([world.task(0, 1)], np.array([1.0]), penalty=50.0)
    totals = world.worst([(0, 1)], [1.0], 50.0, 2)
    found = denial_curves(exposure, 2, draws=20, seed=1)
    assert found.worst_total.tolist() == [
        1.0,
        max(v for k, v in totals.items() if len(k) < 2),
        50.0,
    ]
    assert (np.diff(found.worst_total) >= 0).all()
    assert (found.greedy_total <= found.worst_total).all()
    assert found.fragility > 0


def test_random_curves_are_seeded_and_end_with_everything_closed() -> None:
    exposure = _hand()
    first = random_totals(exposure, 5, draws=30, seed=4)
    assert first == random_totals(exposure, 5, draws=30, seed=4)
    assert (first[0].value, first[4].value, first[5].value) == (50.0, 150.0, 150.0)
    exact = np.mean([exposure.total(mask_of(pair)) for pair in combinations(range(4), 2)])
    many = random_totals(exposure, 2, draws=2000, seed=5)[2]
    off = (many.high - many.low) / 2 / 1.96 * 4
    assert abs(many.value - exact) < off


def test_demands_are_judged() -> None:
    with pytest.raises(ValueError, match="volume"):
        Exposure.of([HAND.task(0, 2)], np.array([-1.0]), penalty=1.0)
    dear = World(2, 1, ((0, 1, 1.0, 0),), ((0, 0, 1.0),))
    with pytest.raises(ValueError, match="dearer"):
        worst_denial(Exposure.of([dear.task(0, 1)], np.ones(1), penalty=5.0), 1)
    with pytest.raises(ValueError, match="same switches"):
        Exposure.of([dear.task(0, 1), HAND.task(0, 2)], np.ones(2), penalty=5.0)
    with pytest.raises(ValueError, match="weights"):
        worst_denial(_hand(), 1, weight=[1])


def test_a_demand_that_nothing_serves_adds_nothing() -> None:
    nowhere = Task(HAND.graph, 2, np.array([0]))
    exposure = Exposure.of([HAND.task(0, 2), nowhere], np.array([10.0, 1.0]), penalty=HAND_PENALTY)
    assert worst_denial(exposure, 1).added == 70.0
