"""Runs of every shipped scenario: their routes are open, and they do what their title says.

No exported route uses a closed place, by a second reading. What a title says is stated in
`library_effects.py` and looked up in the best routes of the demands.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from corridors.report.run_files import run_files
from corridors.run import Answer, solve
from corridors.scenario.load import load_scenario
from corridors.scenario.places import scenario_ids
from corridors.scenario.register import load_register
from tests.corridors.library_effects import EFFECTS, Effect
from tests.oracles.certify import Certifier, told
from tests.oracles.certify_shapes import read_atlas

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _pytest.mark import ParameterSet

    from corridors.scenario.compile import ClassView
    from geodata.types import DecisionGraph, Ints
    from tests.conftest import Real
    from tests.oracles.certify import Violation

pytestmark = [pytest.mark.slow, pytest.mark.long]

#: Bounds that others are held against, and what stands between each two that are run always.
ALWAYS, STEP = frozenset({"baseline", "all_open", "zangezur_tripp", "hormuz_shut"}), 6


def some(names: Iterable[str]) -> list[ParameterSet]:
    """Return every name as a parameter; those in between are left to `make test-deep`."""
    always = ALWAYS | set(scenario_ids()[::STEP])
    deep = pytest.mark.deep
    return [pytest.param(name, marks=() if name in always else deep) for name in names]


class Best(NamedTuple):
    """The best way of a demand: its generalised cost, and the places it passes."""

    cost: float
    places: frozenset[str]


Ways = dict[str, Best | None]


class Ran(NamedTuple):
    """What the tests look at of a run; the run itself is too large to keep."""

    faults: list[Violation]
    drawn: bool
    ways: Ways


@pytest.fixture(scope="module")
def ran(real: Real) -> Callable[[str], Ran]:
    """A function that runs a scenario and certifies what it exports, once."""
    atlas, register = read_atlas(), load_register()

    @cache
    def of(name: str) -> Ran:
        scenario = load_scenario(name).scenario
        answer = solve(scenario, real.snapshot, real.network.links.length_km, register)
        files = run_files(
            answer.result, answer.chokepoints, scenario, real.network, real.snapshot.graph
        )
        legs = files["legs.geojson"]
        faults = Certifier(atlas, scenario).certify(legs)
        return Ran(faults, b"LineString" in legs, best_ways(answer, real.snapshot.graph))

    return of


def best_ways(answer: Answer, graph: DecisionGraph) -> Ways:
    """Return the best way of every demand."""
    found: Ways = {}
    for k, demand in enumerate(answer.result.demands):
        view = answer.compiled.view(k)
        ways = [
            np.array([arc for leg in route.legs for arc in leg.arcs]) for route in demand.routes
        ]
        priced = (best(graph, view, way) for way in ways)
        found[demand.demand_id] = min(priced, key=lambda one: one.cost, default=None)
    return found


def best(graph: DecisionGraph, view: ClassView, way: Ints) -> Best:
    """Price a way, and name the assets and countries that it passes."""
    assets = {graph.assets[at].id for at in graph.arcs.asset[way].tolist() if at >= 0}
    countries = {graph.countries[at] for at in graph.arcs.country[way].tolist()}
    start = int(graph.arcs.tail[way[0]])
    return Best(view.generalised_along(way, start), frozenset(assets | countries))


@pytest.mark.parametrize("name", some(scenario_ids()))
def test_no_exported_route_uses_a_closed_place(name: str, ran: Callable[[str], Ran]) -> None:
    found = ran(name)
    assert not found.faults, told(found.faults)
    assert found.drawn, "nothing was exported, so that nothing is certified"


@pytest.mark.parametrize("name", some(sorted(EFFECTS)))
def test_a_scenario_does_what_its_title_says(name: str, ran: Callable[[str], Ran]) -> None:
    effect, found = EFFECTS[name], ran(name).ways
    base = ran(effect.base).ways
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


@pytest.mark.parametrize(
    "name",
    some(
        name
        for name in scenario_ids()
        if EFFECTS[name].never == "cheaper" and EFFECTS[name].base == "baseline"
    ),
)
def test_what_only_closes_or_charges_is_never_cheaper_than_all_open(
    name: str, ran: Callable[[str], Ran]
) -> None:
    bound = ran("all_open").ways
    for demand, way in ran(name).ways.items():
        assert cost(bound[demand]) <= cost(way) + CENT, demand
