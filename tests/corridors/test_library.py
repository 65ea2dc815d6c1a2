"""The scenario library: each file has its form, and does what its title says.

What it says is stated in `library_effects.py` and looked up in the best ways of the demands
on the real network.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from corridors.metrics.ways import WayFinder
from corridors.scenario.compile import compile_scenario
from corridors.scenario.compose import compose
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_folder, scenario_ids
from corridors.scenario.rates import load_rates
from corridors.scenario.register import load_register
from corridors.solve.paths import Router
from tests.corridors.library_effects import EFFECTS, Effect

if TYPE_CHECKING:
    from collections.abc import Callable

    from corridors.scenario.compile import ClassView
    from corridors.scenario.register import Register
    from geodata.types import DecisionGraph, Ints
    from tests.conftest import Real

LEAST = 28
CLAIMS = range(1, 32)
REPLAYS = {
    "replay_2021_01_15": date(2021, 1, 15),
    "replay_2022_03_15": date(2022, 3, 15),
    "replay_2024_11_18": date(2024, 11, 18),
    "replay_2025_08_08": date(2025, 8, 8),
    "replay_2026_01_14": date(2026, 1, 14),
    "replay_2026_03_15": date(2026, 3, 15),
    "replay_2026_09_09": date(2026, 9, 9),
}
TODAY = date(2026, 11, 22)
#: Claims that no scenario can serve: a format of talks, presence of forces, ownership.
NOT_SERVED = frozenset[int]()
#: Words of blame that titles and reasons keep out of.
LOADED = re.compile(
    r"illegal|aggress|regime change|so-called|occupier|puppet|blackmail", re.IGNORECASE
)


class Best(NamedTuple):
    """The best way of a demand: its generalised cost, and the places it passes."""

    cost: float
    places: frozenset[str]


Ways = dict[str, Best | None]


def raw(name: str) -> dict[str, object]:
    """Return what a file itself says, nothing inherited."""
    text = (scenario_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    return compose(text, name).data


# Form


def test_the_library_is_large_enough_and_each_scenario_is_expected_to_do_something() -> None:
    assert len(scenario_ids()) >= LEAST
    assert set(EFFECTS) == set(scenario_ids())


@pytest.mark.parametrize("name", scenario_ids())
def test_each_file_says_what_it_is_why_and_what_is_uncertain(name: str) -> None:
    said = raw(name)
    assert said["id"] == name
    for key in ("title", "why", "uncertain", "claims"):
        assert said.get(key), f"{name} lacks {key}"
    assert LOADED.search(f"{said['title']} {said['why']}") is None
    scenario = load_scenario(name).scenario
    assert scenario.claims
    assert set(scenario.claims) <= set(CLAIMS)
    assert len(set(scenario.claims)) == len(scenario.claims)
    assert scenario.as_of == REPLAYS.get(name, scenario.as_of)


def test_replays_have_their_dates_and_no_other_scenario_has_a_date_of_its_own() -> None:
    dates = {name: load_scenario(name).scenario.as_of for name in scenario_ids()}
    for name, day in REPLAYS.items():
        assert dates[name] == day
    own = {name for name in scenario_ids() if "as_of" in raw(name)}
    assert own == set(REPLAYS)
    assert dates["baseline"] == TODAY


def test_titles_tell_scenarios_apart() -> None:
    titles = [str(raw(name)["title"]) for name in scenario_ids()]
    assert len(set(titles)) == len(titles)
    assert max(map(len, titles)) <= 80


def test_claims_of_the_paper_are_served() -> None:
    served = {claim for name in scenario_ids() for claim in load_scenario(name).scenario.claims}
    assert set(CLAIMS) - served == NOT_SERVED


def test_rules_regimes_and_events_that_scenarios_choose_exist() -> None:
    register = load_register()
    known = {
        "rules": {rule.id for rule in register.rules},
        "events": {event.id for event in register.events},
        "regimes": set(register.regimes),
    }
    for name in scenario_ids():
        access = load_scenario(name).scenario.access
        assert set(access.rules) <= known["rules"], name
        assert set(access.events) <= known["events"], name
        assert set(access.regimes) <= known["regimes"], name


def test_own_rules_are_assumptions_or_name_their_source() -> None:
    for name in scenario_ids():
        for rule in load_scenario(name).scenario.access.own:
            assert rule["source"], f"{name} {rule['id']}"
            assert rule["title"], f"{name} {rule['id']}"


@pytest.mark.parametrize(("name", "load"), [("caspian_low_water", 0.7), ("caspian_very_low", 0.5)])
def test_freight_on_a_low_caspian_is_that_of_the_table_for_less_load(
    name: str, load: float
) -> None:
    rates = load_rates()
    for one in load_scenario(name).scenario.costs.overrides:
        usual = rates.find("linehaul", "cost", "sea", (one.place,))
        assert usual.place == one.place
        assert one.value == pytest.approx(usual.value / load, abs=5e-4)


def test_the_readme_lists_every_scenario_with_its_title() -> None:
    text = (scenario_folder() / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9_]+)` \| (.+?) \|", text, flags=re.MULTILINE))
    assert rows == {name: raw(name)["title"] for name in scenario_ids()}


def test_the_page_on_scenarios_says_of_each_what_it_changes_and_against_which() -> None:
    text = (scenario_folder().parent / "docs" / "scenarios.md").read_text(encoding="utf-8")
    firsts = re.findall(r"^\| (`.+?`) \|", text, flags=re.MULTILINE)
    told = [name for cell in firsts for name in re.findall(r"`([a-z0-9_]+)`", cell)]
    assert sorted(told) == sorted(scenario_ids())


# Effect


@pytest.fixture(scope="module")
def register() -> Register:
    return load_register()


@pytest.fixture(scope="module")
def ways_of(real: Real, register: Register) -> Callable[[str], Ways]:
    """A function that finds the best way of every demand of a scenario, once."""

    @cache
    def found(name: str) -> Ways:
        return best_ways(name, real, register)

    return found


def best_ways(name: str, real: Real, register: Register) -> Ways:
    """Find the best way of every demand."""
    scenario = load_scenario(name).scenario
    compiled = compile_scenario(scenario, real.snapshot, load_rates(), register)
    graph = real.snapshot.graph
    at = {terminal: k for k, terminal in enumerate(graph.terminal_ids)}
    routers = [
        Router(graph.arcs.tail, graph.arcs.head, view.generalised_usd_per_teu,
               usable=view.open, n_nodes=len(graph.nodes))
        for view in compiled.views
    ]  # fmt: skip
    ways: Ways = {}
    for k, demand in enumerate(scenario.demands):
        start = int(graph.origin[at[demand.origin]])
        end = int(graph.destination[at[demand.destination]])
        router, view = routers[compiled.view_of[k]], compiled.view(k)
        trees = router.trees(np.array([start]))
        reached = bool(np.isfinite(trees.distance[0, end]))
        way = router.way(trees, 0, end) if reached else None
        # Where a place can open by where cargo has been, only the full search will do.
        if view.memory.matters and not (
            view.only_closes and (way is None or view.admits(way, start))
        ):
            found = WayFinder(scenario, real.snapshot, compiled, real.network.links.length_km)
            way = next((one.arcs for one in found.ways(k)), None)
        ways[demand.id] = None if way is None else best(graph, view, way, start)
    return ways


def best(graph: DecisionGraph, view: ClassView, way: Ints, start: int) -> Best:
    """Price a way from its start, and name the assets and countries that it passes."""
    assets = {graph.assets[at].id for at in graph.arcs.asset[way].tolist() if at >= 0}
    countries = {graph.countries[at] for at in graph.arcs.country[way].tolist()}
    return Best(view.generalised_along(way, start), frozenset(assets | countries))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(EFFECTS))
def test_a_scenario_does_what_its_title_says(name: str, ways_of: Callable[[str], Ways]) -> None:
    effect, found = EFFECTS[name], ways_of(name)
    base = ways_of(effect.base)
    problems = [*missed(effect, found, base), *wrong_way(effect, found, base)]
    assert not problems, "\n".join(problems)


def missed(effect: Effect, found: Ways, base: Ways) -> list[str]:
    """Return the places and demands that do not come out as expected."""
    problems = [
        f"{demand} passes {place}"
        for demand, way in found.items()
        for place in effect.avoids
        if way and place in way.places
    ]
    for demand, place in {**effect.passes, **effect.keeps}.items():
        now, then = found[demand], base[demand]
        if now is None or place not in now.places:
            problems.append(f"{demand} does not pass {place}")
        if demand in effect.passes and then and place in then.places:
            problems.append(f"{demand} passes {place} in {effect.base} too")
    for demand, place in effect.leaves.items():
        now, then = found[demand], base[demand]
        if now is None or place in now.places or then is None or place not in then.places:
            problems.append(f"{demand} does not leave {place}")
    gained = {demand for demand, way in found.items() if way and not base[demand]}
    lost = {demand for demand, way in base.items() if way and not found[demand]}
    problems += [f"{one} does not gain a way" for one in effect.opens if one not in gained]
    problems += [f"{one} does not lose its way" for one in effect.shuts if one not in lost]
    return problems


def wrong_way(effect: Effect, found: Ways, base: Ways) -> list[str]:
    """Return the demands whose cost moves as it must not, or does not as it must."""
    change = {demand: cost(found[demand]) - cost(base[demand]) for demand in found}
    problems = [f"{one} is not cheaper" for one in effect.cheaper if not change[one] < -CENT]
    problems += [f"{one} is not dearer" for one in effect.dearer if not change[one] > CENT]
    sign = {"dearer": 1, "cheaper": -1}.get(effect.never, 0)
    moved = {demand: by for demand, by in change.items() if abs(by) > CENT}
    problems += [f"{one} moves by {by:.2f}" for one, by in moved.items() if sign * by > 0]
    if effect.alike:
        problems += [f"{one} moves by {by:.2f}" for one, by in moved.items()]
    elif not moved:
        problems.append("no demand's cost changes")
    return problems


#: Differences in USD per TEU below this are rounding.
CENT = 0.01
#: What a way costs that does not exist.
NONE = 1e9


def cost(way: Best | None) -> float:
    return way.cost if way else NONE


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        name
        for name in scenario_ids()
        if EFFECTS[name].never == "cheaper" and EFFECTS[name].base == "baseline"
    ],
)
def test_what_only_closes_or_charges_is_never_cheaper_than_all_open(
    name: str, ways_of: Callable[[str], Ways]
) -> None:
    bound = ways_of("all_open")
    for demand, way in ways_of(name).items():
        assert cost(bound[demand]) <= cost(way) + CENT, demand
