"""Choice of projects: by hand, against trying everything, and the laws of budgets."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from corridors.solve.choose import (
    CRITERIA,
    budget_curve,
    choose_from_table,
    members,
    tabulate,
)
from corridors.solve.interplay import complementarity, roles, worth
from corridors.solve.lshaped import Recourse, choose_by_cuts
from tests.oracles.brute_design import least_choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from corridors.solve.choose import Criterion

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]


class World(NamedTuple):
    """Projects widen arcs of parallel ways from source to sink; a scenario scales capacity."""

    price: Floats
    cost: Floats
    capacity: Floats
    added: Floats
    scale: Floats
    weight: Floats

    def recourse(self, scenario: int, *, slopes: bool = True) -> Callable[[Bools], Recourse]:
        """Carry 10 units over the ways or not, at 50 a unit left; slopes from duals."""

        def solve(built: Bools) -> Recourse:
            room = (self.capacity + self.added @ built) * self.scale[scenario]
            found = linprog(
                np.r_[self.cost, 50.0],
                A_ub=np.c_[np.eye(len(room)), np.zeros(len(room))], b_ub=room,
                A_eq=np.ones((1, len(room) + 1)), b_eq=[10.0],
            )  # fmt: skip
            slope = (found.ineqlin.marginals * self.scale[scenario]) @ self.added
            assert found.fun is not None
            return Recourse(float(found.fun), slope if slopes else None)

        return solve

    def evaluate(self, built: Bools) -> Floats:
        """Return the cost of every scenario."""
        return np.array([self.recourse(s)(built).value for s in range(len(self.scale))])


def world(seed: int, n: int = 4) -> World:
    rng = np.random.default_rng(seed)
    ways, scenarios = 3, int(rng.integers(1, 4))
    return World(
        rng.integers(1, 8, n).astype(float), rng.integers(1, 40, ways).astype(float),
        rng.integers(0, 4, ways).astype(float), rng.integers(0, 4, (ways, n)).astype(float),
        rng.uniform(0.2, 1.0, (scenarios, ways)), rng.uniform(0.1, 1.0, scenarios),
    )  # fmt: skip


def oracle(case: World, table: Floats, budget: float, criterion: str) -> float:
    share = case.weight / case.weight.sum()
    values: dict[str, Callable[[Floats, Floats], float]] = {
        "expected": lambda costs, _: float(share @ costs),
        "worst": lambda costs, _: float(max(costs)),
        "regret": lambda costs, best: float(max(costs - best)),
    }
    return least_choice(case.price.tolist(), table, budget, values[criterion])


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("seed", range(4))
def test_table_cuts_and_bare_enumeration_agree(seed: int, criterion: Criterion) -> None:
    case, table = tabulated(seed)
    budget = float(case.price.sum()) * 0.55
    want = oracle(case, table, budget, criterion)
    chosen = choose_from_table(
        case.price, table, budget=budget, criterion=criterion, weight=case.weight
    )
    assert chosen.value == pytest.approx(want)
    assert chosen.spent <= budget
    for slopes in (True, False):
        sides = [case.recourse(s, slopes=slopes) for s in range(len(case.scale))]
        cut = choose_by_cuts(
            case.price, sides, budget=budget, criterion=criterion, weight=case.weight
        )
        assert cut.proven
        assert cut.value == pytest.approx(want, rel=1e-6, abs=1e-5)
        assert cut.bound <= want + 1e-5
        assert cut.spent <= budget


@pytest.mark.parametrize("seed", range(3))
def test_slopes_bound_the_cost_of_every_other_set(seed: int) -> None:
    """The condition that `Recourse` states holds for capacity duals, at every set."""
    case = world(seed, n=3)
    sets = [members(number, 3) for number in range(8)]
    found = [case.recourse(0)(built) for built in sets]
    for built, one in zip(sets, found, strict=True):
        for other, real in zip(sets, found, strict=True):
            moved = other.astype(float) - built
            assert one.slope is not None
            assert one.value + one.slope @ moved <= real.value + 1e-6


@pytest.mark.parametrize("criterion", CRITERIA)
@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_the_curve_is_the_choice_at_every_budget(criterion: Criterion, seed: int) -> None:
    rng = np.random.default_rng(seed)
    price = rng.integers(0, 5, 4).astype(float)
    table = rng.integers(0, 30, (2, 16)).astype(float)
    weight = np.array([1.0, 2.0])
    curve = budget_curve(price, table, criterion=criterion, weight=weight)
    for budget in np.arange(0, price.sum() + 1.5, 0.5):
        chosen = choose_from_table(price, table, budget=budget, criterion=criterion, weight=weight)
        assert curve.at(budget) == pytest.approx(chosen.value), budget
    if criterion != "regret":
        assert (np.diff(curve.value) < 0).all()
    assert (np.diff(curve.budget) > 0).all()


@cache
def tabulated(seed: int) -> tuple[World, Floats]:
    case = world(seed)
    return case, tabulate(case.evaluate, len(case.price))


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000))
def test_laws_of_budgets(seed: int) -> None:
    case, table = tabulated(seed % 4)
    rng = np.random.default_rng(seed)
    low, high = np.sort(rng.uniform(0, case.price.sum(), 2))

    def value(budget: float, criterion: Criterion = "expected") -> float:
        return choose_from_table(
            case.price, table, budget=budget, criterion=criterion, weight=case.weight
        ).value

    assert value(high) <= value(low) + 1e-9
    assert value(0.0) == pytest.approx(case.weight @ table[:, 0] / case.weight.sum())
    assert value(low, "regret") >= 0
    assert value(low, "worst") >= value(low) - 1e-9
    order = rng.permutation(4).tolist()
    place = [sum(1 << j for j in range(4) if s >> order[j] & 1) for s in range(16)]
    moved = np.empty_like(table)
    moved[:, place] = table
    again = choose_from_table(case.price[order], moved, budget=low, criterion="worst")
    assert again.value == pytest.approx(value(low, "worst"))
    # One more project never makes the least cost higher.
    for number in range(16):
        for j in range(4):
            assert (table[:, number | 1 << j] <= table[:, number] + 1e-9).all()


def test_many_projects_are_chosen_by_cuts() -> None:
    n = 26
    rng = np.random.default_rng(0)
    saves, price = rng.integers(1, 30, n).astype(float), rng.integers(1, 9, n).astype(float)

    def knapsack(built: Bools) -> Recourse:
        return Recourse(1000.0 - float(saves[built].sum()), -saves)

    chosen = choose_by_cuts(price, [knapsack], budget=40.0)
    best = np.zeros(41)
    for gain, cost in zip(saves, price.astype(int), strict=True):
        best[cost:] = np.maximum(best[cost:], best[: 41 - cost] + gain)
    assert chosen.value == pytest.approx(1000 - best[-1])
    assert chosen.proven


def test_a_limit_leaves_a_set_that_can_be_afforded_and_a_bound() -> None:
    case = world(2, n=6)
    sides = [case.recourse(0, slopes=False)]
    chosen = choose_by_cuts(case.price, sides, budget=9.0, seconds=0.0)
    table = tabulate(case.evaluate, 6)[:1]
    want = choose_from_table(case.price, table, budget=9.0).value
    assert chosen.spent <= 9.0
    assert chosen.bound <= want <= chosen.value


def test_what_no_scenario_needs_is_not_built() -> None:
    chosen = choose_by_cuts(
        np.array([1.0, 1.0]), [lambda built: Recourse(10.0 - 3.0 * built[1])], budget=9.0
    )
    assert chosen.built.tolist() == [False, True]


@pytest.mark.parametrize(
    ("price", "budget", "weight", "said"),
    [
        ([-1.0, 1.0], 1.0, [1.0], "capital costs"),
        ([np.nan, 1.0], 1.0, [1.0], "capital costs"),
        ([1.0, 1.0], -1.0, [1.0], "the budget is -1"),
        ([1.0, 1.0], np.nan, [1.0], "the budget is nan"),
        ([1.0, 1.0], 1.0, [-1.0], "weights"),
        ([1.0, 1.0], 1.0, [], "weights"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(
    price: list[float], budget: float, weight: list[float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        choose_from_table(np.array(price), np.zeros((1, 4)), budget=budget, weight=np.array(weight))
    with pytest.raises(ValueError, match=said):
        choose_by_cuts(
            np.array(price), [lambda _: Recourse(0.0)], budget=budget, weight=np.array(weight)
        )


def test_tables_and_recourses_that_make_no_sense_are_refused() -> None:
    price = np.array([1.0, 1.0])
    with pytest.raises(ValueError, match=r"shape \(1, 4\)"):
        choose_from_table(price, np.zeros((1, 3)), budget=1.0)
    with pytest.raises(ValueError, match="penalty"):
        choose_from_table(price, np.array([[0.0, np.nan, 0.0, 0.0]]), budget=1.0)
    with pytest.raises(ValueError, match="penalty"):
        choose_by_cuts(price, [lambda _: Recourse(np.nan)], budget=1.0)
    with pytest.raises(ValueError, match="more must never cost more"):
        choose_by_cuts(price, [lambda built: Recourse(5.0 + built.sum())], budget=1.0)
    with pytest.raises(ValueError, match="1 slopes for 2 projects"):
        choose_by_cuts(price, [lambda _: Recourse(5.0, np.zeros(1))], budget=1.0)
    with pytest.raises(ValueError, match="2 weights for 1 scenarios"):
        choose_by_cuts(price, [lambda _: Recourse(5.0)], budget=1.0, weight=np.ones(2))
    with pytest.raises(ValueError, match="none of expected"):
        choose_from_table(price, np.zeros((1, 4)), budget=1.0, criterion="best")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="21 projects"):
        tabulate(lambda _: np.zeros(1), 21)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_no_budget_leaves_what_is_and_no_end_of_it_builds_what_helps(
    criterion: Criterion,
) -> None:
    price = np.array([1e9, 3e9])

    def cost(built: Bools) -> Recourse:
        return Recourse(float(np.array([1e9, 4e8, 1e9, 0.0])[built @ np.array([1, 2])]))

    none = choose_by_cuts(price, [cost], budget=0.0, criterion=criterion)
    assert (none.built.tolist(), none.costs.tolist()) == ([False, False], [1e9])
    every = choose_by_cuts(price, [cost], budget=np.inf, criterion=criterion)
    assert (every.built.tolist(), every.costs.tolist()) == ([True, True], [0.0])
    one = choose_by_cuts(price, [cost], budget=3e9, criterion=criterion)
    assert (one.built.tolist(), one.proven) == ([True, False], True)


def test_regret_that_cannot_be_proven_is_told_at_its_most() -> None:
    case = world(4, n=6)
    sides = [case.recourse(s, slopes=False) for s in range(len(case.scale))]
    price, budget = case.price, 9.0
    table = tabulate(case.evaluate, 6)
    want = choose_from_table(price, table, budget=budget, criterion="regret").value
    told = choose_by_cuts(price, sides, budget=budget, criterion="regret", seconds=0.0)
    assert not told.proven
    assert told.bound <= want <= told.value


def test_no_projects_at_all_leave_what_is() -> None:
    by_cuts = choose_by_cuts(np.zeros(0), [lambda _: Recourse(7.0)], budget=1.0)
    assert (by_cuts.value, by_cuts.built.tolist(), by_cuts.proven) == (7.0, [], True)
    chosen = choose_from_table(np.zeros(0), np.array([[7.0]]), budget=1.0)
    assert (chosen.value, chosen.built.tolist()) == (7.0, [])


def costs_of_ways(built: Bools) -> Floats:
    """Open: the southern way at 5. South closed: the north at 8 if project 0, else 20.

    Project 1 is a second northern way at 8; project 2 leads nowhere.
    """
    return np.array([5.0, 8.0 if built[0] or built[1] else 20.0])


def test_a_project_nobody_uses_is_worth_what_it_caps() -> None:
    built = np.array([True, False, True])
    value = worth(costs_of_ways, built)
    assert value.tolist() == [[0, 0, 0], [12, 0, 0]]
    used = np.array([[False] * 3, [True, False, False]])
    assert roles(used, value) == ("caps a price", "idle", "idle")


def test_two_ways_that_replace_each_other_are_worth_less_together() -> None:
    found = complementarity(costs_of_ways, 3)
    assert found[0].tolist() == np.zeros((3, 3)).tolist()
    assert found[1].tolist() == [[12, -12, 0], [-12, 12, 0], [0, 0, 0]]
