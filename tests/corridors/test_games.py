"""Games against their definitions, and against what the literature says of known ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from corridors.solve.games import (
    banzhaf,
    dividends,
    interactions,
    owen,
    players_of,
    shapley,
    shapley_sampled,
    swings,
    vetoes,
)
from corridors.solve.nucleolus import in_core, least_core, nucleolus, prenucleolus
from corridors.solve.tables import sizes, sums
from tests.oracles.brute_games import all_orders, bloc_orders, by_orders, games, pair_interaction

if TYPE_CHECKING:
    from tests.oracles.brute_games import Game

CASES = settings(max_examples=50)
GLOVE = np.array([0, 0, 0, 1, 0, 1, 0, 1.0])


def _players(value: Game) -> int:
    return len(value).bit_length() - 1


@CASES
@given(games())
def test_shapley_is_the_mean_over_all_orders(value: Game) -> None:
    n = _players(value)
    found = shapley(value)
    assert np.allclose(found, by_orders(value, all_orders(n), n))
    assert np.isclose(found.sum(), value[-1])
    parts = dividends(value) / np.maximum(sizes(n), 1)
    having = [(np.arange(1 << n) >> player & 1) == 1 for player in range(n)]
    assert np.allclose(found, [parts[one].sum() for one in having])


@CASES
@given(games())
def test_dividends_of_the_parts_sum_to_the_value(value: Game) -> None:
    share = dividends(value)
    for coalition in range(len(value)):
        inside = [one for one in range(len(value)) if one & ~coalition == 0]
        assert np.isclose(share[inside].sum(), value[coalition])


@CASES
@given(games())
def test_interaction_and_owen_are_their_definitions(value: Game) -> None:
    n = _players(value)
    table = interactions(value)
    assert np.isclose(table[0, 1], pair_interaction(value, 0, 1, n))
    assert np.isclose(table[n - 1, 0], pair_interaction(value, 0, n - 1, n))
    blocs = [[0, n - 1], *([one] for one in range(1, n - 1))] if n > 2 else [[0], [1]]
    assert np.allclose(owen(value, blocs), by_orders(value, bloc_orders(n, blocs), n))
    assert np.allclose(owen(value, [[one] for one in range(n)]), shapley(value))
    assert np.allclose(owen(value, [list(range(n))]), shapley(value))


@CASES
@given(games(most=4))
def test_null_and_symmetric_players_and_sums_of_games(value: Game) -> None:
    n = _players(value)
    null = np.concatenate([value, value])
    assert np.isclose(shapley(null)[n], 0.0)
    assert np.isclose(banzhaf(null)[n], 0.0)
    assert np.allclose(shapley(null)[:n], shapley(value))
    # What only the number of players decides gives all the same.
    even = np.sqrt(sizes(n).astype(float))
    assert np.allclose(shapley(even), even[-1] / n)
    assert np.allclose(shapley(value + even), shapley(value) + shapley(even))
    assert np.allclose(prenucleolus(even), even[-1] / n)


@CASES
@given(games())
def test_swings_and_vetoes_are_counted(value: Game) -> None:
    n, wins = _players(value), value >= max(value[-1], 1.0)
    for player in range(n):
        bit = 1 << player
        turned = sum(
            bool(wins[one | bit] and not wins[one]) for one in range(1 << n) if not one & bit
        )
        assert swings(wins)[player] == turned
        assert banzhaf(wins.astype(float))[player] == turned / 2 ** (n - 1)
        always = wins[-1] and all(one & bit for one in np.flatnonzero(wins).tolist())
        assert vetoes(wins)[player] == always


def test_dictator_and_glove() -> None:
    dictator = (np.arange(8) & 1).astype(float)
    assert banzhaf(dictator).tolist() == [1.0, 0.0, 0.0]
    assert np.allclose(shapley(GLOVE), [2 / 3, 1 / 6, 1 / 6])
    assert np.allclose(nucleolus(GLOVE), [1, 0, 0], atol=1e-9)
    assert np.allclose(prenucleolus(GLOVE), [1, 0, 0], atol=1e-9)
    assert in_core(GLOVE, np.array([1.0, 0.0, 0.0]))
    assert not least_core(GLOVE).empty


def test_majority_of_three_has_no_core() -> None:
    """Any two of three divide 1: each pair must forgo a third."""
    majority = (sizes(3) >= 2).astype(float)
    found = least_core(majority)
    assert found.empty
    assert np.isclose(found.epsilon, -1 / 3)
    assert np.allclose(nucleolus(majority), 1 / 3)


@pytest.mark.parametrize(
    ("estate", "shares"),
    [(100, (100 / 3,) * 3), (200, (50, 75, 75)), (300, (50, 100, 150))],
)
def test_the_estates_of_the_talmud(estate: float, shares: tuple[float, ...]) -> None:
    """Claims of 100, 200 and 300 (Aumann and Maschler 1985)."""
    claims = sums([100.0, 200.0, 300.0])
    value = np.maximum(estate - (claims[-1] - claims), 0.0)
    assert np.allclose(nucleolus(value), shares)


@CASES
@given(games(most=4))
def test_no_division_has_larger_least_excess_than_the_prenucleolus(value: Game) -> None:
    n = _players(value)
    payoff = prenucleolus(value)
    assert np.isclose(payoff.sum(), value[-1])
    proper = np.arange(1, (1 << n) - 1)
    excess = np.sort((sums(payoff) - value)[proper])
    core = least_core(value)
    assert np.isclose(excess[0], core.epsilon, atol=1e-5)
    assert in_core(value, payoff) == (not core.empty)
    rng = np.random.default_rng(1)
    for _ in range(30):
        move = rng.normal(size=n) * rng.choice([0.01, 0.3, 3.0])
        other = payoff + move - move.mean()
        theirs = np.sort((sums(other) - value)[proper])
        first = np.flatnonzero(np.abs(theirs - excess) > 1e-6)
        assert len(first) == 0 or theirs[first[0]] < excess[first[0]]


@pytest.mark.parametrize("seed", range(12))
def test_the_prenucleolus_meets_kohlbergs_criterion(seed: int) -> None:
    """No move leaves none of the worst coalitions worse and one better (Kohlberg 1971)."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(4, 8))
    value = rng.integers(0, 30, 1 << n).astype(float)
    value[0] = 0.0
    excess = (sums(prenucleolus(value)) - value)[1:-1]
    member = ((np.arange(1, (1 << n) - 1)[:, None] >> np.arange(n)) & 1).astype(float)
    for level in np.unique(excess.round(5)):
        worst = member[excess <= level + 1e-4]
        gained = linprog(
            -worst.sum(axis=0), A_ub=-worst, b_ub=np.zeros(len(worst)), A_eq=np.ones((1, n)),
            b_eq=[0.0], bounds=[(-1, 1)] * n,
        )  # fmt: skip
        assert gained.fun is not None
        assert gained.fun > -1e-6
        if np.linalg.matrix_rank(worst) == n:
            break


def test_nucleolus_gives_nobody_less_than_alone() -> None:
    value = np.array([0, 0, 0, 5, 0, 0, 0, 3.0])
    assert prenucleolus(value).min() < 0
    assert nucleolus(value).min() >= -1e-9
    with pytest.raises(ValueError, match="each alone"):
        nucleolus(np.array([0, 2, 2, 3.0]))


def test_sampled_shapley_holds_the_truth() -> None:
    rng = np.random.default_rng(11)
    value = sums(rng.random(6)) ** 3
    found = shapley_sampled(
        lambda one: float(value[one]), 6, permutations=400, seed=2, share=0.9999
    )
    exact = shapley(value)
    assert (found.low <= exact).all()
    assert (exact <= found.high).all()
    assert np.isclose(found.value.sum(), value[-1])


@pytest.mark.parametrize(
    ("table", "words"),
    [([0.0, 1, 2], "power of 2"), ([1.0, 2], "empty coalition"), ([0.0, np.inf], "finite")],
)
def test_what_is_no_game_is_refused(table: list[float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        players_of(np.array(table))
    with pytest.raises(ValueError, match="exactly one bloc"):
        owen(GLOVE, [[0, 1]])
