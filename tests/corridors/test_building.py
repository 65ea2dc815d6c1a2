"""What sets of projects cost: by hand, and against flows of every set from nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.solve.building import Costs
from corridors.solve.choose import budget_curve, members
from corridors.solve.lshaped import choose_by_cuts, curve_by_cuts
from tests.oracles.drawn_projects import (
    afresh,
    buildable,
    classed_buildable,
    flow,
    random_buildable,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.solve.building import Buildable

# From 0 to 1: dear for 10; by project 0 for 4, of which 6 pass, and 4 more by project 3;
# by projects 1 and 2 in series, through node 2, for 2.
DRAWN = buildable(
    flow([(0, 1, 10), (0, 1, 4), (0, 2, 1), (2, 1, 1)], [(0, 1, 10)], [(1, 6.0)]),
    opens=[[1], [2], [3], []], gains=[[0], [0], [0], [4]],
)  # fmt: skip
BY_HAND = {(): 100, (0,): 64, (0, 3): 40, (1,): 100, (1, 2): 20, (0, 1, 2, 3): 20, (3,): 100}


def sets(n: int) -> list[np.ndarray]:
    return [members(number, n) for number in range(2**n)]


@pytest.mark.parametrize(("projects", "cost"), BY_HAND.items())
def test_sets_cost_what_hands_reckon(projects: tuple[int, ...], cost: float) -> None:
    built = np.isin(np.arange(4), projects)
    assert Costs(DRAWN).value(built) == pytest.approx(cost)


def test_what_goes_over_a_project_is_told() -> None:
    costs, built = Costs(DRAWN), np.array([True, False, False, True])
    assert costs.over(built, costs.solve(built)).tolist() == pytest.approx([10, 0, 0, 4])
    every = np.ones(4, bool)
    assert costs.over(every, costs.solve(every)).tolist() == pytest.approx([0, 10, 10, 0])


@pytest.mark.parametrize("draw", [random_buildable, classed_buildable])
@pytest.mark.parametrize("seed", range(5))
def test_every_set_costs_what_a_flow_from_nothing_does(
    seed: int, draw: Callable[[int], Buildable]
) -> None:
    drawn = draw(seed)
    costs, n = Costs(drawn), len(drawn.gains)
    rng = np.random.default_rng(seed)
    for at in rng.permutation(2**n).tolist():
        built = members(at, n)
        assert costs.value(built) == pytest.approx(afresh(drawn, built), rel=1e-7, abs=1e-7)
    assert costs.solved <= 2**n
    table = [afresh(drawn, built) for built in sets(n)]
    np.testing.assert_allclose(Costs(drawn).table(), table, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("draw", [random_buildable, classed_buildable])
@pytest.mark.parametrize("seed", range(4))
def test_slopes_hold_for_every_other_set(seed: int, draw: Callable[[int], Buildable]) -> None:
    drawn = draw(seed)
    n = len(drawn.gains)
    table = np.array([afresh(drawn, built) for built in sets(n)])
    for built in sets(n):
        found = Costs(drawn)(built)
        assert found.slope is not None
        for other, cost in zip(sets(n), table, strict=True):
            line = found.value + found.slope @ (other.astype(float) - built)
            assert line <= cost + 1e-6 * table.max()


@pytest.mark.parametrize("seed", range(6))
def test_the_curve_by_cuts_is_that_of_all_sets(seed: int) -> None:
    drawn = random_buildable(seed)
    n = len(drawn.gains)
    price = np.random.default_rng(seed).integers(1, 9, n).astype(float)
    table = np.array([[afresh(drawn, built) for built in sets(n)]])
    wanted = budget_curve(price, np.round(table, 6))
    found = curve_by_cuts(price, [Costs(drawn)], budget=float(price.sum()), noise=1e-6)
    assert all(one.proven for one in found)
    np.testing.assert_allclose([one.spent for one in reversed(found)], wanted.budget)
    np.testing.assert_allclose([one.value for one in reversed(found)], wanted.value, atol=1e-5)


def test_regret_has_no_curve_by_cuts() -> None:
    with pytest.raises(ValueError, match="regret has no curve"):
        curve_by_cuts(np.ones(4), [Costs(DRAWN)], budget=1.0, criterion="regret")


def test_a_set_a_hair_over_the_budget_is_not_chosen() -> None:
    price = np.array([1.0, 1.0, 1.0 + 1e-7, 9.0])
    choice = choose_by_cuts(price, [Costs(DRAWN)], budget=2.0)
    assert choice.built.tolist() == [True, False, False, False]
    assert choice.proven
    assert choice.spent <= 2.0


def test_a_stop_is_heeded_and_the_gap_told() -> None:
    choice = choose_by_cuts(np.ones(4), [Costs(DRAWN)], budget=2.0, stop=lambda: True)
    assert not choice.proven
    assert choice.bound <= 20.0 + 1e-6
    assert choice.value >= choice.bound
