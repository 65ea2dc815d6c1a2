"""Coalitions, blocking sets, chances, regret and links: the hand example and small worlds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridors.solve.blocking import (
    blocking_sets,
    enabling_sets,
    independent_routes,
    smallest_blocking,
    transversals,
)
from corridors.solve.coalitions import (
    cheapest_severing,
    closed_by,
    coalition_costs,
    effective_vetoes,
    gatekeepers,
    leverage,
    rent_ceilings,
    with_shippers,
    yearly,
)
from corridors.solve.finder import Finder
from corridors.solve.games import banzhaf, dividends, shapley
from corridors.solve.lattice import OdTree, lattice_of
from corridors.solve.nucleolus import least_core
from corridors.solve.projects import game_of, link_value, savings, together, use_of
from corridors.solve.regret import best_portfolio, best_route, commitments
from corridors.solve.reliability import Closing, draw_closed, risk, state_chances, within
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

CASES = settings(max_examples=50)
ACTORS = [1 << A, 1 << B, 1 << C, 1 << D]
LATTICE = lattice_of([HAND.task(0, 2)])
COST = coalition_costs(LATTICE, ACTORS)
YEARLY = yearly(COST, np.array([HAND_VOLUME]), penalty=HAND_PENALTY)
CHANCE = state_chances(Closing(np.array([0.2, 0.1, 0.1, 0.3]), np.arange(4)))


def test_hand_game() -> None:
    value = gatekeepers(YEARLY).sum(axis=0)
    assert value[-1] == 100.0
    assert np.allclose(
        shapley(value), [50 + 5 / 6, 20 + 5 / 6, 10 + 5 / 6, 17.5], rtol=0, atol=1e-12
    )
    assert banzhaf(value).tolist() == [58.75, 26.25, 16.25, 18.75]
    share = dividends(value)
    expected = {
        (A, B): 100.0, (A, C): 80.0, (D,): 30.0, (A, B, C): -80.0, (A, B, D): -30.0,
        (A, C, D): -30.0, (A, B, C, D): 30.0,
    }  # fmt: skip
    wanted = np.zeros(16)
    for players, worth in expected.items():
        wanted[mask_of(players)] = worth
    assert share.tolist() == wanted.tolist()


def test_hand_control() -> None:
    assert rent_ceilings(COST, penalty=HAND_PENALTY).ravel().tolist() == [7.0, 2.0, 0.0, 0.0]
    assert effective_vetoes(COST, tolerance=0.5).ravel().tolist() == [True, False, False, False]
    assert not effective_vetoes(COST, tolerance=np.inf).any()
    assert cheapest_severing(COST).coalitions == ((A, D),)
    assert cheapest_severing(COST, weight=[9, 1, 1, 1]).coalitions == ((B, C, D),)
    assert cheapest_severing(COST, most=12.0).coalitions == ((A,),)
    severed = np.isinf(LATTICE.table()[0])
    assert blocking_sets(severed) == (mask_of([A, D]), mask_of([B, C, D]))
    enabling = enabling_sets(severed)
    assert enabling == (1 << D, mask_of([A, B]), mask_of([A, C]))
    assert independent_routes(enabling) == 2


def test_hand_chances() -> None:
    assert np.isclose(CHANCE.sum(), 1.0, rtol=0, atol=1e-15)
    found = risk(LATTICE.table()[0], CHANCE, penalty=HAND_PENALTY)
    assert np.isclose(found.served, 0.9376, rtol=0, atol=1e-12)
    assert np.isclose(found.expected, 6.7872, rtol=0, atol=1e-12)
    assert np.isclose(within(LATTICE.table()[0], CHANCE, 7.0), 0.792)
    # The worst 5 % are all severed, which happens 6.24 % of the time.
    assert np.isclose(found.cvar, 15.0)
    assert found.value_at_risk == 15.0
    tail = risk(LATTICE.table()[0], CHANCE, penalty=HAND_PENALTY, level=0.9)
    assert np.isclose(tail.cvar, (0.0624 * 15 + 0.0376 * 12) / 0.1)


def test_hand_regret() -> None:
    found = commitments(LATTICE.demands[0], np.arange(16, dtype=np.uint64), penalty=HAND_PENALTY)
    routes = LATTICE.demands[0].cost[found.node].tolist()
    assert dict(zip(routes, found.regret.max(axis=1).tolist(), strict=True)) == {
        5.0: 8.0, 7.0: 10.0, 12.0: 10.0,
    }  # fmt: skip
    best = best_route(found.regret)
    assert (best.regret, best.share.tolist()) == (8.0, [1.0, 0.0, 0.0])
    mixed = best_portfolio(found.regret)
    assert mixed.regret <= best.regret
    assert np.isclose(mixed.regret, mixed.bound)
    assert np.isclose((mixed.share @ found.regret).max(), mixed.regret)


def test_two_games_and_their_cores() -> None:
    """Gatekeepers who can replace each other have no core; with shippers there is one."""
    world = World(2, 3, ((0, 1, 1.0, 1), (0, 1, 1.0, 2)))
    cost = yearly(
        coalition_costs(lattice_of([world.task(0, 1)]), [1, 2, 4]), np.array([1.0]), penalty=10.0
    )
    gates = gatekeepers(cost).sum(axis=0)
    assert gates.tolist() == [0, 9, 9, 9, 0, 9, 9, 9]
    assert least_core(gates).empty
    whole = with_shippers(cost, [1 << 2]).sum(axis=0)
    assert whole.tolist() == [0, 0, 0, 0, 0, 9, 9, 9]
    assert not least_core(whole).empty


@CASES
@given(worlds(adds=False))
def test_blocking_and_enabling_sets_are_each_others_transversals(world: World) -> None:
    (costs,) = lattice_of([world.task(0, world.n_nodes - 1)]).table()
    severed = np.isinf(costs)
    blocking, enabling = blocking_sets(severed), enabling_sets(severed)
    assert transversals(enabling) == blocking
    assert transversals(blocking) == enabling
    tree = OdTree(Finder(world.graph, 0, np.array([world.n_nodes - 1])))
    smallest = smallest_blocking(tree)
    if not blocking:
        assert smallest is None
        return
    assert smallest is not None
    assert smallest.weight == blocking[0].bit_count()
    assert mask_of(smallest.closed) in blocking
    if blocking != (0,):
        assert independent_routes(enabling) <= smallest.weight


@CASES
@given(worlds(adds=False), st.lists(st.integers(1, 4), min_size=5, max_size=5))
def test_the_lightest_blocking_set_counts_weights_and_a_limit(
    world: World, weight: list[int]
) -> None:
    (costs,) = lattice_of([world.task(0, world.n_nodes - 1)]).table()
    tree = OdTree(Finder(world.graph, 0, np.array([world.n_nodes - 1])))
    found = smallest_blocking(tree, most=3.0, weight=weight)
    heavy = [
        sum(weight[one] for one in range(world.n_switches) if state >> one & 1)
        for state in np.flatnonzero(costs >= 3.0).tolist()
    ]
    assert (found.weight if found else None) == min(heavy, default=None)


def test_what_is_not_monotone_is_refused() -> None:
    with pytest.raises(ValueError, match="not monotone"):
        blocking_sets(np.array([True, False]))


def test_switches_of_several_actors_need_all_of_them() -> None:
    assert closed_by([1, 1], always=4).tolist() == [5, 5, 5, 4]
    with pytest.raises(ValueError, match="weight above 0"):
        cheapest_severing(COST, weight=[0, 1, 1, 1])


def test_leverage_of_a_gate_over_its_neighbour() -> None:
    """A's gate lies on B's only cheap way, B's own gate on nobody's."""
    world = World(4, 2, ((0, 1, 1.0, 1), (0, 1, 5.0, 0), (2, 3, 2.0, 2), (2, 3, 3.0, 0)))
    lattice = lattice_of([world.task(0, 1), world.task(2, 3)])
    cost = yearly(coalition_costs(lattice, [1, 2]), np.array([10.0, 1.0]), penalty=100.0)
    trade = np.array([[False, True], [True, False]])
    found = leverage(cost, trade, revenue=np.array([[0.0, 3.0], [0.0, 0.0]]))
    assert found.imposed.tolist() == [[0.0, 40.0], [1.0, 0.0]]
    assert found.own[0, 1] == 1.0 + 3.0
    assert found.net[0, 1] == 36.0
    assert found.ratio[0, 1] == 10.0
    assert np.isclose(found.asymmetry[0, 1], 39 / 41)
    assert np.isclose(found.asymmetry[1, 0], -39 / 41)
    assert np.isnan(found.asymmetry[0, 0])


@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6, 0.95])
def test_chances_of_states_are_those_of_draws(rho: float) -> None:
    closing = Closing(np.array([0.2, 0.05, 0.5, 0.0, 1.0]), np.array([0, 1, 0, 1, 0]), rho)
    chance = state_chances(closing)
    assert np.isclose(chance.sum(), 1.0, rtol=0, atol=1e-12)
    states = np.arange(32)
    for switch, marginal in enumerate(closing.chance.tolist()):
        assert np.isclose(chance[(states >> switch & 1) == 1].sum(), marginal, atol=1e-9)
    draws = 40_000
    closed = draw_closed(closing, draws=draws, seed=9)
    counted = np.bincount(closed @ (1 << np.arange(5)), minlength=32) / draws
    sigma = np.sqrt(chance * (1 - chance) / draws)
    assert (np.abs(counted - chance) <= 4 * sigma + 1e-9).all()


def test_alike_closures_are_worse_at_the_tail() -> None:
    chances = [
        state_chances(Closing(np.array([0.2, 0.1, 0.1, 0.3]), np.zeros(4, int), rho))
        for rho in (0.0, 0.3, 0.6)
    ]
    served = [risk(LATTICE.table()[0], one, penalty=HAND_PENALTY).served for one in chances]
    assert served[0] > served[1] > served[2]


def test_many_switches_of_one_bloc() -> None:
    n = 13
    chance = state_chances(Closing(np.full(n, 0.1), np.zeros(n, int), 0.5))
    assert np.isclose(chance.sum(), 1.0)
    # Switches alike in everything: only how many are closed counts.
    assert np.isclose(chance[0b11], chance[0b11 << (n - 2)])


@pytest.mark.parametrize(
    ("chance", "rho", "words"), [([1.5], 0.0, "between 0 and 1"), ([0.5], 1.0, "correlation")]
)
def test_chances_are_judged(chance: list[float], rho: float, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Closing(np.array(chance), np.zeros(1, int), rho)


def test_what_links_are_worth() -> None:
    """A link of switch 3, beside gates A (0) and B (1) in series, and nobody's dear way."""
    world = World(3, 4, ((0, 1, 1.0, 1), (1, 2, 1.0, 2), (0, 2, 4.0, 8), (0, 2, 9.0, 0)))
    lattice = lattice_of([world.task(0, 2)])
    volume = np.array([10.0])
    total = lattice.totals(volume, penalty=20.0)
    chance = state_chances(Closing(np.array([0.5, 0.0, 0.0, 0.3]), np.arange(4)))
    found = link_value(total, 3, chance=chance, actors=[1, 2])
    # Half the time the gates are shut, and the link saves 5 a unit.
    assert (found.expected, found.most, found.chance_used) == (25.0, 50.0, 0.5)
    # With the gates open nobody takes it; and yet it takes from both their holds.
    assert found.now == 0.0
    assert found.bargaining.tolist() == [-25.0, -25.0]
    assert use_of(lattice, 3, volume, chance=chance) == 0.5
    assert (savings(total, 3) >= 0).all()
    assert game_of(total, [1, 2]).tolist() == [0.0, 0.0, 0.0, 20.0]
    assert game_of(total, [1, 2], always=8).tolist() == [0.0, 0.0, 0.0, 70.0]


def test_links_that_need_each_other_and_links_that_replace_each_other() -> None:
    volume, even = np.array([1.0]), np.full(4, 0.25)
    series = World(3, 2, ((0, 1, 1.0, 1), (1, 2, 1.0, 2), (0, 2, 9.0, 0)))
    beside = World(2, 2, ((0, 1, 2.0, 1), (0, 1, 2.0, 2), (0, 1, 9.0, 0)))
    totals = [
        lattice_of([one.task(0, one.n_nodes - 1)]).totals(volume, penalty=20.0)
        for one in (series, beside)
    ]
    assert [together(one, 0, 1, chance=even) for one in totals] == [7.0, -7.0]


@CASES
@given(worlds(adds=False))
def test_regret_is_never_negative_and_shares_are_never_worse_than_one(world: World) -> None:
    (demand,) = lattice_of([world.task(0, world.n_nodes - 1)]).demands
    states = np.arange(1 << world.n_switches, dtype=np.uint64)
    if not (demand.cost < 30).any():
        with pytest.raises(ValueError, match="no state"):
            commitments(demand, states, penalty=30.0)
        return
    found = commitments(demand, states, penalty=30.0)
    assert (found.cost - found.least >= -1e-9).all()
    assert (found.cost.min(axis=0) <= found.least + 1e-9).all()
    one, shares = best_route(found.regret), best_portfolio(found.regret)
    assert shares.regret <= one.regret + 1e-6
    assert np.isclose(shares.share.sum(), 1.0)


def test_regret_of_routes_that_get_dearer_is_refused() -> None:
    world = World(2, 1, ((0, 1, 1.0, 0),), ((0, 0, 1.0),))
    (demand,) = lattice_of([world.task(0, 1)]).demands
    with pytest.raises(ValueError, match="changes what routes cost"):
        commitments(demand, np.arange(2, dtype=np.uint64), penalty=9.0)
