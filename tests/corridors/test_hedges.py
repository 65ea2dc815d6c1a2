"""Corridors as hedges: by hand, on a small world, and against states of the real network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings

from corridors.metrics.hedges import HEDGE_FIELDS, Hedges, hedge_rows, hedges_of, with_places
from corridors.metrics.hedges import corridor_lines as lines_of
from corridors.metrics.transit import holdings_of
from corridors.solve.finder import Finder
from corridors.solve.lattice import OdTree
from corridors.sweep import ask
from tests.oracles.switch_world import World, worlds
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

#: With all corridors and without the one, by nobody, KZ, UZ and both refusing.
WITH, WITHOUT = [10.0, 20.0, 10.0, 40.0], [12.0, 50.0, 12.0, 90.0]


def _number(value: object) -> float:
    return float(str(value))


def test_a_hedge_by_hand(tmp_path: Path) -> None:
    """KZ refuses with a chance of 0.2, UZ of 0.1, each by itself."""
    network, path = write_tiny(tmp_path)
    seats = ask(path, network=network, words=["KZ", "UZ"]).board
    total = np.array([[WITH, WITHOUT]] * 3)
    kz, uz = hedge_rows(Hedges(seats, ("T",), total))
    assert tuple(kz) == HEDGE_FIELDS
    assert (kz["corridor"], kz["actor"], kz["chance"], kz["relation"]) == ("T", "KZ", 0.2, "hedge")
    wanted = {
        "cost_with": 20.0, "cost_without": 50.0, "corridor_worth": 30.0,
        "corridor_worth_now": 2.0, "hedge_value": 28.0, "premium": 0.2 * 28.0,
        "expected_with": 0.9 * 20 + 0.1 * 40, "expected_without": 0.9 * 50 + 0.1 * 90,
        "expected_hedge_value": 32.0 - 2.0, "worst_with": 40.0, "worst_without": 90.0,
    }  # fmt: skip
    for name, value in wanted.items():
        assert _number(kz[f"{name}_usd_per_year"]) == pytest.approx(value), name
    assert kz["worst_with_also"] == "UZ"
    assert (uz["hedge_value_usd_per_year"], uz["relation"]) == (0.0, "apart")


def test_a_corridor_that_is_worth_nothing_is_not_told(tmp_path: Path) -> None:
    network, path = write_tiny(tmp_path)
    seats = ask(path, network=network, words=["KZ", "UZ"]).board
    assert hedge_rows(Hedges(seats, ("T",), np.array([[WITH, WITH]] * 3))) == []


@settings(max_examples=50)
@given(worlds(adds=False))
def test_states_with_some_switches_closed_for_good_are_those_states(world: World) -> None:
    """Cubes among the lower switches with the highest one closed, against all states."""
    task = world.task(0, world.n_nodes - 1)
    n = world.n_switches - 1
    always = 1 << n
    whole = OdTree(Finder(task.graph, task.start, task.goals))
    shared = OdTree(Finder(task.graph, task.start, task.goals))
    list(shared.cubes(among=always - 1))
    seen: dict[int, float] = {}
    for closed, opened, node in shared.cubes(always=always, among=always - 1):
        for state in range(1 << n):
            if not (closed & ~always & ~state or opened & state):
                assert state not in seen
                seen[state] = node.cost
    assert seen == {state: whole.at(state | always).cost for state in range(1 << n)}


@pytest.mark.slow
def test_hedges_of_the_real_network_are_its_states(real_folder: Path) -> None:
    """Against each state sought by itself, and against what the actors' refusal costs."""
    asked = ask("baseline", network=real_folder, words=["political"])
    holdings = holdings_of(asked.board, asked.snapshot)
    players = ["RU", "IR", "KZ", "GE"]
    seats = asked.with_switches(players)
    found = hedges_of(seats, holdings, asked.snapshot)
    assert {"TITR", "INSTC-W", "INSTC*", "NORTH*"} <= set(found.corridors)
    board = with_places(seats, lines_of(asked.snapshot))
    middle = found.total[1]
    for at, actor in enumerate(players):
        alone = np.minimum(holdings.without(holdings.board.index[actor]), holdings.penalty)
        assert middle[0, 1 << at] == pytest.approx(alone @ holdings.volume)
    each = 1 + found.corridors.index("TITR")
    bit = 1 << board.index["TITR"]
    own = [
        sum(1 << at for at, name in enumerate(players) if mine >> holdings.board.index[name] & 1)
        for mine in holdings.own
    ]
    for state in (0, 1, 5):
        cost = [
            Finder(task.graph, task.start, task.goals).way((state & ~mine) | bit).cost
            for task, mine in zip((board.tasks[k] for k in holdings.rows), own, strict=True)
        ]
        paid = np.minimum(cost, holdings.penalty) @ holdings.volume
        assert middle[each, state] == pytest.approx(paid)
    rows = {(row["corridor"], row["actor"]): row for row in hedge_rows(found)}
    assert _number(rows["TITR", "RU"]["hedge_value_usd_per_year"]) > 0
    assert (found.total >= found.total[:, :1] * (1 - 1e-12)).all()
