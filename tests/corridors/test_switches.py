"""Switches of scenarios: a state is a scenario with what is closed said in its own words."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.errors import ScenarioError
from corridors.metrics.ways import WayFinder
from corridors.run import read
from corridors.scenario.compile import compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import load_rates
from corridors.solve.exposure import Exposure
from corridors.sweep import Asked, ask
from geodata.snapshot import open_network
from tests.oracles.switched_tiny import write_tiny

if TYPE_CHECKING:
    from pathlib import Path

    from corridors.model.scenario import Scenario
    from geodata.types import Floats

WORDS = ("KZ", "UZ", "X_KZUZ", "R1", "V1/sea")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


def searched(asked: Asked, scenario: Scenario, network: Path) -> Floats:
    """Return what a run of a scenario finds its demands to cost, by the search of runs."""
    compiled = compile_scenario(scenario, asked.snapshot, load_rates(), asked.register)
    km = open_network(network, opened=asked.snapshot).links.length_km
    finder = WayFinder(scenario, asked.snapshot, compiled, km)
    best = []
    for k in asked.board.served:
        ways = [one for one in finder.ways(k) if one.title != "family"]
        view = compiled.view(k)
        costs = [view.generalised_along(one.arcs, finder.starts[k]) for one in ways]
        best.append(min(costs, default=np.inf))
    return np.array(best)


def state(asked: Asked, closed: int) -> Scenario:
    """Return the scenario in which some switches are closed."""
    scenario = asked.board.scenario
    for at, one in enumerate(asked.board.switches):
        scenario = one.closed(scenario) if closed >> at & 1 else scenario
    return scenario


def test_every_state_of_a_small_world_is_the_run_of_its_scenario(tiny: tuple[Path, str]) -> None:
    network, path = tiny
    asked = ask(path, network=network, words=WORDS)
    exposure = Exposure.of(asked.board.tasks, asked.board.volume, penalty=1.0)
    assert asked.board.n == 5
    for size in range(3):
        for some in combinations(range(5), size):
            closed = sum(1 << at for at in some)
            true = searched(asked, state(asked, closed), network)
            np.testing.assert_allclose(exposure.costs(closed), true, rtol=1e-12)


def test_an_actor_s_switch_is_a_set_value(tiny: tuple[Path, str]) -> None:
    network, path = tiny
    asked = ask(path, network=network, words=["UZ"])
    said = read(path, network, ["access.refuses=[UZ]"])[0].scenario
    exposure = Exposure.of(asked.board.tasks, asked.board.volume, penalty=1.0)
    np.testing.assert_allclose(exposure.costs(1), searched(asked, said, network), rtol=1e-12)
    assert said.access == state(asked, 1).access


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["UZZ"], 'did you mean "UZ"'),
        (["MT"], "holds no power to deny any place"),
        (["R1", "nowhere-at-all"], "unknown switch"),
        (["actor:R1"], "unknown switch"),
        (["R1+KZ"], "nothing of it is on this network"),
    ],
)
def test_a_word_that_means_nothing_is_told(
    words: list[str], said: str, tiny: tuple[Path, str]
) -> None:
    with pytest.raises(ScenarioError, match=said.replace("?", r"\?")):
        ask(tiny[1], network=tiny[0], words=words)


def test_a_chance_outside_0_to_1_names_its_line(tiny: tuple[Path, str]) -> None:
    with pytest.raises(ScenarioError, match=r"control.chances.KZ.*1") as caught:
        load_scenario(tiny[1], sets=["control.chances={KZ: 1.2}"])
    assert len(caught.value.findings) == 1


@pytest.mark.slow
def test_states_of_the_real_network_are_runs(real_folder: Path) -> None:
    """Sanctions, memory, unbuilt lines and blocs at once, in a random state."""
    asked = ask("baseline", network=real_folder, words=["political", "@EU", "X_LARS_RD", "AM-GE"])
    board = asked.board
    exposure = Exposure.of(board.tasks, board.volume, penalty=1.0)
    now = searched(asked, asked.loaded.scenario, real_folder)
    np.testing.assert_allclose(exposure.costs(board.as_is), now, rtol=1e-12)
    rng = np.random.default_rng(6)
    closed = sum(
        1 << at
        for at, one in enumerate(board.switches)
        if rng.random() < (0.5 if one.builds else 0.06)
    )
    true = searched(asked, state(asked, closed), real_folder)
    assert np.isfinite(true).any()
    assert np.isinf(true).any()
    np.testing.assert_allclose(exposure.costs(closed), true, rtol=1e-12)


@pytest.mark.slow
def test_lines_of_two_projects_or_twice_are_refused(real_folder: Path) -> None:
    with pytest.raises(ScenarioError, match=r"R16.*built by several switches"):
        ask("baseline", network=real_folder, words=["R16", "HORADIZ-AGHBAND"])
    whole = ask("baseline", network=real_folder, words=["projects", "links"]).board
    both = ask("baseline", network=real_folder, words=["R18+R19+HORADIZ-AGHBAND"]).board.switches
    assert [one.builds for one in both] == [("R18", "R19", "R16", "R17")]
    built = [name for one in whole.switches for name in one.builds]
    assert len(built) == len(set(built))
    assert whole.as_is == (1 << whole.n) - 1
