"""Sensitivities on a tiny world, against every input's table compiled anew."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from corridors.metrics.reprice import Repricer
from corridors.metrics.route import RouteBook
from corridors.metrics.sensitivity import DEMAND, SCENARIO, Sensitivity, sensitivities
from corridors.model.result import DemandResult
from corridors.model.scenario import (
    Access,
    Alternatives,
    Costs,
    Demand,
    NetworkChoice,
    Scenario,
    Traits,
)
from corridors.report.sensitivity_files import SENSITIVITY_FIELDS, sensitivity_csv
from corridors.scenario.cargo import countries_of
from corridors.scenario.compile import Compiled, compile_scenario
from corridors.scenario.economy import Economy
from corridors.scenario.tariffs import USUAL
from tests.corridors.test_flip import RATES, all_ways, changed, drawn
from tests.oracles.small_register import small_register

if TYPE_CHECKING:
    from geodata.snapshot import Snapshot
    from geodata.types import Ints

Weights = dict[str, dict[str, float]]

#: A delay by a rule, for which the container is paid too.
REGISTER = small_register(
    rules=[{"id": "SLOW", "by": "UZ", "effect": "delay", "value": "50", "unit": "h",
            "on": "X_KZUZ_RL", "title": "made"}]
)  # fmt: skip
DEMANDS = (
    Demand("we", "W", "E", 100.0),
    Demand("dear", "W", "E", 40.0, Traits(commodity=("high_value",))),
    Demand("none", "W", "E", 5.0),
)


class World(NamedTuple):
    snapshot: Snapshot
    scenario: Scenario
    compiled: Compiled
    demands: tuple[DemandResult, ...]
    cost_usd: float
    found: tuple[Sensitivity, ...]

    def of(self, kind: str) -> list[Sensitivity]:
        """Return the rows of a kind of subject."""
        return [one for one in self.found if one.subject_kind == kind]

    def anew(self, values: dict[str, float]) -> Weights:
        """Return what each route weighs with some rates changed, all compiled anew."""
        rates = replace(RATES, rows=tuple(changed(rate, values) for rate in RATES.rows))
        compiled = compile_scenario(self.scenario, self.snapshot, rates, REGISTER)
        return weights(compiled, self.demands)


def weights(compiled: Compiled, demands: tuple[DemandResult, ...]) -> Weights:
    """Return what each route of each demand weighs, arc by arc."""
    return {
        demand.demand_id: {
            route.route_id: compiled.view(k).generalised_along(np.array(route.way), 0)
            for route in demand.routes
        }
        for k, demand in enumerate(demands)
        if demand.routes
    }


def total(demands: tuple[DemandResult, ...], weight: Weights) -> float:
    return sum(
        route.teu_per_year * weight[one.demand_id][route.route_id]
        for one in demands
        for route in one.routes
    )


def made(*, reliability: float) -> World:
    """Return the tiny world with all ways of two demands told, and one demand without any."""
    snapshot = drawn()
    scenario = Scenario(
        "x", "t", "w", (), date(2026, 11, 22), NetworkChoice(), Access(), DEMANDS,
        Costs(2.5, 50000.0, value_of_reliability_usd_per_teu_h=reliability), Alternatives(),
    )  # fmt: skip
    compiled = compile_scenario(scenario, snapshot, RATES, REGISTER)
    results = [_told(compiled, all_ways(snapshot, compiled), k) for k in (0, 1)]
    demands = (*results, DemandResult("none", "infeasible", teu_per_year=5.0))
    cost = total(demands, weights(compiled, demands))
    found = sensitivities(scenario, compiled, snapshot, demands, cost)
    return World(snapshot, scenario, compiled, demands, cost, found)


def _told(compiled: Compiled, ways: list[Ints], k: int) -> DemandResult:
    """Return a demand of which some goes by a way that is not the best, as capacities make it."""
    demand, view, book = DEMANDS[k], compiled.view(k), RouteBook(compiled)
    ordered = sorted(ways, key=lambda way: view.generalised_along(way, 0))
    shares = [0.7, 0.3, *[0.0] * (len(ordered) - 2)]
    routes = tuple(
        replace(
            book.route(way, demand, view, rank=rank, objective="best", corridor=""),
            teu_per_year=share * demand.teu_per_year,
        )
        for rank, (way, share) in enumerate(zip(ordered, shares, strict=True), start=1)
    )
    return DemandResult(demand.id, "ok", routes=routes, teu_per_year=demand.teu_per_year)


@pytest.fixture(scope="module")
def world() -> World:
    return made(reliability=0.0)


def rated(one: Sensitivity) -> bool:
    return not one.input.name.startswith("value_of_")


def test_each_demand_is_as_compiled_anew_at_both_ends(world: World) -> None:
    rows = [one for one in world.of(DEMAND) if rated(one)]
    assert {one.subject for one in rows} == {"we", "dear"}
    for one in rows:
        for value, told, route in (
            (one.input.low, one.at_low, one.route_at_low),
            (one.input.high, one.at_high, one.route_at_high),
        ):
            weight = world.anew({one.input.name: value})[one.subject]
            assert told == pytest.approx(min(weight.values()), rel=1e-9), one.input.name
            assert weight[route] == pytest.approx(told, rel=1e-9), one.input.name
    assert any(one.route_at_low != one.route or one.route_at_high != one.route for one in rows)


def test_the_year_is_that_of_what_goes_where_it_goes_compiled_anew(world: World) -> None:
    rows = [one for one in world.of(SCENARIO) if rated(one)]
    assert len({one.input.name for one in rows}) == len(rows) > 10
    for one in rows:
        for value, told in ((one.input.low, one.at_low), (one.input.high, one.at_high)):
            expected = total(world.demands, world.anew({one.input.name: value}))
            assert told == pytest.approx(expected, rel=1e-9), one.input.name
        assert one.base == world.cost_usd


def test_inputs_that_are_not_told_change_nothing(world: World) -> None:
    told = {one.input.name for one in world.found}
    ((_, terms), *_) = world.compiled.classes
    alone = replace(world.compiled, classes=world.compiled.classes[:1], view_of=(0,))
    goods = Economy(world.scenario, RATES, world.snapshot.graph).goods_of(
        DEMANDS[0], countries_of(world.snapshot.places)
    )
    others = [one for one in Repricer(alone, terms.rates, goods).inputs if one.name not in told]
    assert others
    for one in others:
        for value in (one.low, one.high):
            weight = world.anew({one.name: value})
            assert total(world.demands, weight) == pytest.approx(world.cost_usd), one.name
            assert min(weight["we"], key=weight["we"].__getitem__) == "we.1"


@pytest.mark.parametrize("reliability", [0.0, 2.0])
def test_values_of_time_weigh_hours_and_their_spread(reliability: float) -> None:
    world = made(reliability=reliability)
    rows = [one for one in world.of(DEMAND) if not rated(one)]
    names = {"value_of_time", "value_of_time high_value"}
    late = {"value_of_reliability", "value_of_reliability high_value"} if reliability else set()
    assert {one.input.name for one in rows} == names | late
    for one in rows:
        k = [demand.id for demand in DEMANDS].index(one.subject)
        terms = world.compiled.view(k).terms
        assert one.input.name.endswith("high_value") is (one.subject == "dear")
        for value, told in ((one.input.low, one.at_low), (one.input.high, one.at_high)):
            hour, spread = (
                terms.value_of_time_usd_per_teu_h, terms.value_of_reliability_usd_per_teu_h
            )  # fmt: skip
            if one.input.name.startswith("value_of_time"):
                hour = value
            else:
                spread = value
            expected = min(
                route.cost_usd_per_teu + hour * route.time_h + spread * route.time_sd_h
                for route in world.demands[k].routes
            )
            assert told == pytest.approx(expected)


def test_inputs_changed_together_are_part_of_no_price_together(world: World) -> None:
    alone = replace(world.compiled, classes=world.compiled.classes[:1], view_of=(0,))
    ((_, terms),) = alone.classes
    repricer = Repricer(alone, terms.rates, USUAL)
    batches = repricer.apart()
    assert sorted(one.name for batch in batches for one in batch) == sorted(
        one.name for one in repricer.inputs
    )
    assert len(batches) < len(repricer.inputs)
    for batch in batches:
        arcs = [arc for one in batch for arc in repricer.arcs_behind(one).tolist()]
        assert len(set(arcs)) == len(arcs)


def test_without_routes_there_is_nothing_to_tell(world: World) -> None:
    none = tuple(DemandResult(one.id, "infeasible") for one in DEMANDS)
    assert sensitivities(world.scenario, world.compiled, world.snapshot, none, 0.0) == ()


def test_the_file_has_a_row_each_and_names_its_units(world: World) -> None:
    rows = list(csv.DictReader(io.StringIO(sensitivity_csv(world.found).decode())))
    assert tuple(rows[0]) == SENSITIVITY_FIELDS
    assert len(rows) == len(world.found)
    assert {(row["subject_kind"], row["measure"]) for row in rows} == {
        (SCENARIO, "usd_2024_per_year"), (DEMAND, "usd_2024_per_teu"),
    }  # fmt: skip
    for row, one in zip(rows, world.found, strict=True):
        assert float(row["at_high"]) == pytest.approx(one.at_high, abs=0.005)
        assert (row["row"], row["route_at_low"]) == (one.input.row, one.route_at_low)
        assert (row["subject_kind"] == DEMAND) is bool(row["route"])
