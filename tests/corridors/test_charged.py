"""Fixed-charge network design: by hand, against trying everything, and public instances."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corridors.errors import InfeasibleError
from corridors.instances import read_dow
from corridors.solve import charged_search
from corridors.solve.charged import FixedCharge, cost_of, violations
from corridors.solve.charged_bound import price_nodes
from corridors.solve.charged_search import design_network
from tests.oracles.brute_design import least_design, random_problem

PUBLIC = Path(__file__).parents[2].parent / "shared" / "instances"
CASES = 12


def problem(
    *arcs: tuple[int, int, float, float, float], demands: list[tuple[int, int, float]]
) -> FixedCharge:
    tail, head, cost, capacity, fixed = np.array(arcs, float).T
    origin, destination, volume = np.array(demands, float).T
    i, j, o, d = (one.astype(np.int64) for one in (tail, head, origin, destination))
    return FixedCharge(int(max(i.max(), j.max())) + 1, i, j, cost, capacity, fixed, o, d, volume)


#: Two demands from 0 to 2, one direct arc each would like, or a shared way over 1.
SHARED = problem(
    (0, 2, 1.0, 10.0, 50.0), (0, 1, 1.0, 10.0, 12.0), (1, 2, 1.0, 10.0, 8.0),
    demands=[(0, 2, 4.0), (1, 2, 3.0)],
)  # fmt: skip


def test_a_way_shared_by_two_demands_is_opened_once() -> None:
    design = design_network(SHARED)
    assert design.opened.tolist() == [False, True, True]
    assert design.cost == pytest.approx(12 + 8 + 4 * 2 + 3)
    assert design.flow.tolist() == [[0, 4, 4], [0, 0, 3]]
    assert design.proven
    assert design.gap <= 1e-4


def test_capacity_forces_a_second_way_open() -> None:
    tight = replace(SHARED, capacity=np.array([10.0, 10.0, 6.0]))
    design = design_network(tight)
    assert design.opened.tolist() == [True, False, True]
    assert design.cost == pytest.approx(50 + 8 + 4 + 3)


def test_a_demand_is_split_where_no_arc_carries_it_whole() -> None:
    twins = problem((0, 1, 1.0, 6.0, 5.0), (0, 1, 2.0, 6.0, 5.0), demands=[(0, 1, 10.0)])
    design = design_network(twins)
    assert design.flow.tolist() == [[6.0, 4.0]]
    assert design.cost == pytest.approx(6 + 8 + 10)


@pytest.mark.parametrize("seed", range(CASES))
def test_the_least_of_all_designs_is_found(seed: int) -> None:
    case = random_problem(seed)
    design = design_network(case, gap=0.0)
    least = least_design(case)
    assert design.cost == pytest.approx(least, rel=1e-7, abs=1e-7)
    assert design.bound <= least * (1 + 1e-9)
    assert violations(case, design.opened, design.flow) == ()
    assert cost_of(case, design.opened, design.flow) == design.cost
    assert price_nodes(case).bound <= least * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_a_look_around_good_designs_leaves_the_answer(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = random_problem(seed)
    monkeypatch.setattr(charged_search, "LARGE", 0)
    assert design_network(case, gap=0.0).cost == pytest.approx(least_design(case), rel=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_arcs_and_demands_changes_nothing(seed: int) -> None:
    case, rng = random_problem(seed), np.random.default_rng(seed)
    arcs, demands = rng.permutation(case.n_arcs), rng.permutation(case.n_demands)
    moved = replace(
        case.restricted(arcs),
        origin=case.origin[demands],
        destination=case.destination[demands],
        volume=case.volume[demands],
    )
    found, again = design_network(case, gap=0.0), design_network(moved, gap=0.0)
    assert again.cost == pytest.approx(found.cost, rel=1e-9)


def test_costs_that_grow_alike_leave_the_design() -> None:
    case = random_problem(3)
    tenfold = replace(case, cost=10 * case.cost, fixed=10 * case.fixed)
    assert design_network(tenfold, gap=0.0).cost == pytest.approx(
        10 * design_network(case, gap=0.0).cost
    )


def test_more_than_the_arcs_carry_is_said_to_be_too_much() -> None:
    narrow = problem((0, 1, 1.0, 6.0, 5.0), (1, 2, 1.0, 9.0, 5.0), demands=[(0, 2, 10.0)])
    with pytest.raises(InfeasibleError, match=r"4 of 10 from 0 to 2 \(demand 0\)"):
        design_network(narrow)


def test_arcs_without_capacity_or_charge_and_demands_of_nothing_do_no_harm() -> None:
    case = problem(
        (0, 1, 1.0, 0.0, 0.0), (0, 1, 2.0, np.inf, 0.0), (1, 0, 1.0, 5.0, 9.0),
        demands=[(0, 1, 7.0), (1, 0, 0.0)],
    )  # fmt: skip
    design = design_network(case)
    assert design.cost == pytest.approx(14.0)
    assert design.opened.tolist() == [False, True, False]
    nothing = design_network(replace(case, volume=np.zeros(2)))
    assert (nothing.cost, nothing.proven) == (0.0, True)


def test_a_limit_of_no_time_gives_a_design_and_an_honest_bound() -> None:
    case = random_problem(1)
    design = design_network(case, gap=0.0, seconds=0.0)
    assert violations(case, design.opened, design.flow) == ()
    assert design.bound <= least_design(case) <= design.cost + 1e-9


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cost": np.array([1.0, -1.0, 1.0])}, "cost must be finite and not negative"),
        ({"fixed": np.array([1.0, np.nan, 1.0])}, "fixed must be finite"),
        ({"capacity": np.array([1.0, np.nan, 1.0])}, "capacity must not be negative"),
        ({"volume": np.array([np.inf, 1.0])}, "volume must be finite"),
        ({"tail": np.array([0, 0, 7])}, "tail must be among the nodes 0 to 2"),
        ({"tail": np.array([0, 0])}, "arrays must be of one length"),
        ({"origin": np.array([2, 1])}, "must not end where it starts"),
        ({n: np.zeros(0) for n in ("tail", "head", "cost", "capacity", "fixed")}, "no arcs"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(SHARED, **change)


@pytest.mark.parametrize(("gap", "seconds"), [(-1.0, 1.0), (np.nan, 1.0), (0.0, np.nan)])
def test_a_gap_or_limit_that_is_no_number_is_refused(gap: float, seconds: float) -> None:
    with pytest.raises(ValueError, match="at least 0"):
        design_network(SHARED, gap=gap, seconds=seconds)


def test_violations_name_what_is_wrong() -> None:
    flow = np.array([[0.0, 4.0, 4.0], [0.0, 0.0, 2.0]])
    closed = np.array([False, True, False])
    found = violations(SHARED, closed, flow)
    assert found[0] == "demand 1 is out of balance at node 1"
    assert found[1] == "arc 2 carries 6"
    assert violations(SHARED, closed, -flow)[0] == "flow is negative"


@pytest.mark.parametrize(
    ("name", "least"),
    [("c33", 423848.0), pytest.param("c35", 371475.0, marks=pytest.mark.slow)],
)
def test_public_instances_are_solved(name: str, least: float) -> None:
    file = PUBLIC / f"{name}.dow"
    if not file.is_file():
        pytest.skip(f"{file.name} of the Canad set is not beside the repository")
    case = read_dow(file)
    # Ample time: speed is measured in the bench, and other tests may run beside.
    design = design_network(case, seconds=600)
    assert design.proven
    assert design.gap <= 1e-4
    assert design.bound <= least <= design.cost + 1e-6
    assert design.cost <= least * (1 + 1e-4)
    assert violations(case, design.opened, design.flow) == ()
