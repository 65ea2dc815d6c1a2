"""Fronts and alternatives of demands whose cargo remembers where it has been."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corridors.metrics.front import CHOICE_FIELDS, THIRDS, Choice, ChoiceFinder
from corridors.metrics.ways import WayFinder
from corridors.scenario.compile import compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.places import data_folder
from corridors.scenario.rates import load_rates
from corridors.scenario.register import load_register
from corridors.scenario.register_cells import NOWHERE
from tests.corridors import test_ways as small

if TYPE_CHECKING:
    from tests.conftest import Real

SHORT, LONG = (*small.SHORE, *small.PORT), (*small.HILLS, *small.PORT)


def choices(*rules: str, sensitive: tuple[int, ...] | None = None, **asked: Any) -> ChoiceFinder:
    """Return the finder of a demand from Russia to the port under some rules."""
    scenario, compiled = small.asked(**asked), small.answer(*rules, **asked).compiled
    finder = WayFinder(scenario, small.with_lines(small.WORLD), compiled, small.KM)
    mask = None if sensitive is None else np.isin(np.arange(len(small.KM)), sensitive)
    return ChoiceFinder(scenario, finder, small.KM, sensitive=mask)


def ways(found: list[Choice]) -> list[tuple[int, ...]]:
    return [one.arcs for one in found]


def test_a_way_better_in_all_is_the_whole_front() -> None:
    (only,) = choices().front(0)
    assert only.arcs == SHORT
    assert (only.demand_id, only.rank, only.convex, only.overlap) == ("d", 1, True, None)
    assert (only.borders, only.sensitive_borders, only.distance_km) == (2, 2, 170.0)
    assert set(only.families.split(";")) == {"SHORE", "PORT"}


@pytest.mark.parametrize("third", THIRDS)
def test_a_way_that_does_not_hold_with_what_is_remembered_is_not_on_the_front(third: str) -> None:
    assert ways(choices("turned").front(0, third=third)) == [LONG]
    assert choices("turned", start="A").front(0, third=third) == []
    assert ways(choices("shut", "favoured").front(0, third=third)) == [LONG]


def test_what_is_paid_for_having_been_somewhere_makes_a_front_of_two() -> None:
    cheap, fast = choices("fined").front(0)
    assert (cheap.arcs, fast.arcs) == (LONG, SHORT)
    assert (cheap.rank, fast.rank) == (1, 2)
    assert fast.cost_usd_per_teu > cheap.cost_usd_per_teu
    assert fast.time_h < cheap.time_h
    assert cheap.convex
    assert fast.convex


def test_the_number_of_borders_is_a_criterion_of_its_own() -> None:
    # By the hills there is one border, by the shore two.
    assert ways(choices().front(0, third="borders")) == [SHORT, LONG]
    assert ways(choices(sensitive=()).front(0, third="borders")) == [SHORT]
    assert ways(choices(sensitive=(6,)).front(0, third="borders")) == [SHORT]
    (first, second) = choices(sensitive=(1,)).front(0, third="borders")
    assert (first.sensitive_borders, second.sensitive_borders) == (1, 0)
    assert (first.borders, second.borders) == (2, 1)


def test_alternatives_share_little_line_and_stay_within_the_detour() -> None:
    best, other = choices().alternatives(0)
    assert (best.arcs, other.arcs) == (SHORT, LONG)
    # The last 50 km of the 170 of the shorter way.
    assert best.overlap == 0.0
    assert other.overlap == pytest.approx(50 / 170)
    assert best.convex is None
    assert ways(choices().alternatives(0, max_overlap=0.2)) == [SHORT]
    assert ways(choices(detour=1.5).alternatives(0)) == [SHORT]
    assert ways(choices("turned").alternatives(0)) == [LONG]


def test_a_third_criterion_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="emissions, borders"):
        choices().front(0, third="length")


def test_rows_have_all_columns_but_the_arcs() -> None:
    assert set(CHOICE_FIELDS) == set(Choice._fields) - {"arcs"}
    (only,) = choices().front(0)
    assert tuple(only._asdict())[: len(CHOICE_FIELDS)] == CHOICE_FIELDS


# --- the real network -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def baseline(real: Real) -> tuple[ChoiceFinder, WayFinder]:
    # By cost and time alone: where reliability counts, the best way may be off the front.
    sets = ("costs.value_of_reliability_usd_per_teu_h=0",)
    scenario = load_scenario("baseline", sets=sets).scenario
    register = load_register(data_folder(), known=NOWHERE, checks_places=False)
    compiled = compile_scenario(scenario, real.snapshot, load_rates(), register)
    km = real.network.links.length_km
    finder = WayFinder(scenario, real.snapshot, compiled, km)
    return ChoiceFinder(scenario, finder, km), finder


@pytest.mark.slow
@pytest.mark.parametrize("demand", [0, 12, 20])
def test_real_fronts_hold_the_best_ways_and_nothing_beaten(
    baseline: tuple[ChoiceFinder, WayFinder], demand: int
) -> None:
    choices, finder = baseline
    found = choices.front(demand)
    costs, times = ([getattr(one, name) for one in found] for name in CHOICE_FIELDS[2:4])
    assert costs == sorted(costs)
    assert times == sorted(times, reverse=True)
    view, start = finder.compiled.view(demand), finder.starts[demand]
    of = {way.title: view.along(way.arcs, start) for way in finder.ways(demand)}
    assert costs[0] == pytest.approx(of["cheapest"][0].sum())
    assert times[-1] == pytest.approx(of["fastest"][1].sum())
    # The best way for the scenario's value of time is one of the convex points.
    best = sum(of["best"][0] + view.compiled.value_of_time_usd_per_teu_h * of["best"][1])
    value = view.compiled.value_of_time_usd_per_teu_h
    least = min(one.cost_usd_per_teu + value * one.time_h for one in found if one.convex)
    assert least == pytest.approx(best)
    assert all(view.admits(np.array(one.arcs), start) for one in found)


@pytest.mark.slow
def test_a_third_criterion_adds_ways_and_epsilon_leaves_some_out(
    baseline: tuple[ChoiceFinder, WayFinder],
) -> None:
    choices, _ = baseline
    for demand in (0, 12):
        two, three = choices.front(demand), choices.front(demand, third="emissions")
        points = {(one.cost_usd_per_teu, one.time_h) for one in three}
        assert all((one.cost_usd_per_teu, one.time_h) in points for one in two)
        some = choices.front(demand, third="emissions", epsilon=0.01)
        assert set(ways(some)) < set(ways(three))
        for one in three:
            assert any(
                all(a <= 1.01 * b + 1e-3 for a, b in zip(near[2:5], one[2:5], strict=True))
                for near in some
            )


@pytest.mark.slow
def test_real_alternatives_differ(baseline: tuple[ChoiceFinder, WayFinder]) -> None:
    choices, finder = baseline
    for demand in (0, 12, 24):
        found = choices.alternatives(demand, count=5)
        assert len(found) > 2
        assert len({one.arcs for one in found}) == len(found)
        value = finder.compiled.value_of_time_usd_per_teu_h
        weight = [one.cost_usd_per_teu + value * one.time_h for one in found]
        assert weight == sorted(weight)
        assert all(one.overlap is not None and one.overlap <= 0.6 for one in found)
        heads = finder.graph.arcs.head
        assert all(
            len(list(groupby(sorted(heads[list(one.arcs)])))) == len(one.arcs) for one in found
        )
