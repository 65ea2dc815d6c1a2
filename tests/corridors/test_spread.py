"""The time of a route as a distribution: its items, what they share, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from corridors.errors import ScenarioError
from corridors.metrics.route import RouteBook
from corridors.metrics.spread import (
    SpreadOptions,
    TimeBook,
    TimeItem,
    spread_metrics,
    spreads,
)
from corridors.model.route import Leg, LegKind, Route
from corridors.model.scenario import (
    Access,
    Alternatives,
    Costs,
    Demand,
    NetworkChoice,
    RateOverride,
    Scenario,
)
from corridors.run import solve
from corridors.scenario.compile import Compiled, compile_scenario
from corridors.scenario.fits import check_fits, fit_findings, fitted
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import COLUMNS, Rate, load_rates
from corridors.scenario.register import load_register
from corridors.solve.distributions import FitError, Gamma, Lognormal, Point, Uniform
from corridors.solve.paths import Router
from geodata.build import build_snapshot
from geodata.snapshot import open_snapshot
from geodata.types import Kind
from tests.oracles.convolution import convolve
from tests.oracles.small_register import small_register
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from corridors.scenario.pricing import Prices
    from geodata.snapshot import Snapshot
    from geodata.types import Floats
    from tests.conftest import Real

LEG = Leg("r.1.1", "r.1", 1, LegKind.BORDER, "X", "X", "rail", "KZ", None, "", 0.0, 0.0, 0.0, 0.0)
DEMAND = Demand("we", "W", "E", 100.0)
REGISTER = small_register(
    rules=[{"id": "SEAL", "by": "KZ", "effect": "delay", "value": "3", "unit": "h",
            "on": "X_KZUZ"}]
)  # fmt: skip


def rate(component: str, low: float, value: float, high: float, *, place: str = "*") -> Rate:
    unit = "km/h" if component == "speed" else "h"
    return Rate(component, "rail", place, value, unit, low, high, "assumed", ("made",), line=7)


# --- rates as distributions -------------------------------------------------


def test_hours_are_read_as_quantiles() -> None:
    one = fitted(rate("border", 4, 12, 48))
    assert one.ppf([0.5, 0.95]) == pytest.approx([12, 48])


def test_the_high_speed_is_the_low_time() -> None:
    one = fitted(rate("speed", 20, 40, 50))
    assert one.ppf([0.5, 0.95]) == pytest.approx([1 / 40, 1 / 20])


def test_all_shipped_rates_of_time_have_a_distribution() -> None:
    rates = load_rates().rows
    check_fits(rates)
    found = {type(fitted(one)) for one in rates if one.measure == "time"}
    assert found == {Point, Lognormal, Gamma}


def test_rates_that_cannot_be_fitted_are_all_named_with_their_cell() -> None:
    wrong = [
        rate("border", 0, 0, 12),
        rate("speed", 20, 40, 50),
        replace(rate("speed", 20, 20, 50), line=9),
        replace(rate("border", 1, 3, 3), line=0),
        replace(rate("speed", 0, 20, 50), line=8),
    ]
    with pytest.raises(ScenarioError) as error:
        check_fits(wrong)
    said = [str(one) for one in error.value.findings]
    value = COLUMNS.index("value") + 1
    assert [line.split("  ")[:2] for line in said] == [
        ["scenario", "border rail *, high"],
        [f"scenarios/data/rates.csv:7:{value}", "border rail *, value"],
        [f"scenarios/data/rates.csv:8:{value + 1}", "speed rail *, low"],
        [f"scenarios/data/rates.csv:9:{value + 1}", "speed rail *, low"],
    ]
    assert all("low is what 5 % of cases do not exceed" in line for line in said)


def test_one_rate_that_cannot_be_fitted_is_named_too() -> None:
    with pytest.raises(
        FitError, match=r"rates\.csv:7:\d+  border rail KZ-UZ, high  nothing exceeds"
    ):
        fitted(rate("border", 3, 7, 7, place="KZ-UZ"))


def test_money_has_no_distribution_to_fail() -> None:
    money = Rate("toll", "*", "*", 5.0, "USD/TEU", 1.0, 5.0, "assumed", ("made",))
    assert fit_findings([money]) == ()


# --- sums along routes ------------------------------------------------------


def drawn(name: str) -> Route:
    return Route(name, "d", "A", "B", "", 1, "best", ())


def given(**items: Sequence[TimeItem]) -> tuple[list[Route], Callable[[Route], Sequence[TimeItem]]]:
    return [drawn(name) for name in items], lambda route: items[route.route_id]


def border(key: str = "border", amount: float = 1.0) -> TimeItem:
    return TimeItem(key, fitted(rate("border", 4, 12, 48)), "border", amount)


WAIT = TimeItem("wait", Uniform(56.0), "wait")
PORT = TimeItem("port", fitted(rate("port", 0, 68, 308)), "port")


def test_a_route_of_independent_items_is_their_convolution() -> None:
    routes, items_of = given(a=(border(), WAIT, PORT))
    options = SpreadOptions(correlations=(0.0,), within_days=(4.0, 8.0))
    (found,) = spreads(routes, items_of, options=options)
    exact = convolve([(1, one.distribution) for one in items_of(routes[0])], longest=3000)
    for share, value in ((0.5, found.p50_h), (0.8, found.p80_h), (0.95, found.p95_h)):
        error = 4 * sqrt(share * (1 - share) / options.draws)
        assert exact.ppf(share - error) <= value <= exact.ppf(share + error)
    assert [days for days, _ in found.within] == [4.0, 8.0]
    assert [chance for _, chance in found.within] == pytest.approx(
        [exact.cdf(96.0), exact.cdf(192.0)], abs=0.02
    )
    assert found.mean_h == pytest.approx(sum(one.distribution.mean for one in items_of(routes[0])))
    assert found.likely_h == pytest.approx(12 + 28 + 68)


def test_layers_come_nearer_than_free_draws() -> None:
    items = (*(border(f"b{at}", amount=1 + at / 8) for at in range(8)), WAIT, PORT)
    routes, items_of = given(a=items)
    exact = convolve([(one.amount, one.distribution) for one in items], longest=4000)
    missed = {"p50_h": 0.5, "p80_h": 0.8, "p95_h": 0.95}
    errors = dict.fromkeys(missed, 0.0)
    for seed in range(12):
        options = SpreadOptions(correlations=(0.0,), draws=4000, seed=seed)
        (found,) = spreads(routes, items_of, options=options)
        for name, share in missed.items():
            errors[name] += (getattr(found, name) / exact.ppf(share) - 1) ** 2 / 12
    # Free draws miss by the root of share (1 - share) / draws over the density there.
    for name, share in missed.items():
        width = (exact.ppf(share + 0.005) - exact.ppf(share - 0.005)) / 0.01
        free = width * sqrt(share * (1 - share) / 4000) / exact.ppf(share)
        assert sqrt(errors[name]) < 0.8 * free < 0.02


def test_correlation_widens_and_leaves_the_mean() -> None:
    routes, items_of = given(a=(border(), WAIT, PORT))
    found = spreads(routes, items_of)
    assert [one.correlation for one in found] == [0.0, 0.3, 0.6]
    assert len({one.mean_h for one in found}) == 1
    for less, more in pairwise(found):
        assert less.sd_h < more.sd_h
        assert less.p95_h < more.p95_h


def test_one_event_is_drawn_once_for_all_routes() -> None:
    routes, items_of = given(a=(border(), WAIT), b=(border(), WAIT), c=(border("other"), WAIT))
    one, two, other = spreads(routes, items_of, options=SpreadOptions(correlations=(0.0,)))
    assert (one.p50_h, one.p80_h, one.p95_h) == (two.p50_h, two.p80_h, two.p95_h)
    assert one.p95_h != other.p95_h
    assert one.mean_h == pytest.approx(other.mean_h)


def test_an_event_met_twice_is_no_two_events() -> None:
    routes, items_of = given(twice=(border(), border()), double=(border(amount=2.0),),
                             two=(border(), border("other")))  # fmt: skip
    twice, double, two = spreads(routes, items_of, options=SpreadOptions(correlations=(0.0,)))
    assert twice.sd_h == pytest.approx(double.sd_h)
    assert twice.p95_h == pytest.approx(double.p95_h)
    assert two.sd_h == pytest.approx(double.sd_h / sqrt(2))


def test_more_routes_change_nothing_for_the_others() -> None:
    routes, items_of = given(a=(border(), WAIT), b=(PORT, WAIT, border("other")))
    alone, among = spreads(routes[:1], items_of), spreads(routes, items_of)[:3]
    for one, same in zip(alone, among, strict=True):
        for value in ("mean_h", "sd_h", "p50_h", "p80_h", "p95_h"):
            assert getattr(one, value) == pytest.approx(getattr(same, value), rel=1e-12)
    assert spreads(routes, items_of) == spreads(routes, items_of)
    other = spreads(routes, items_of, options=SpreadOptions(seed=2))
    assert other[0].p80_h != spreads(routes, items_of)[0].p80_h


def test_routes_are_added_up_in_blocks_without_loss() -> None:
    routes, items_of = given(**{f"r{at}": (border(amount=at), WAIT) for at in range(1, 81)})
    found = spreads(routes, items_of, options=SpreadOptions(correlations=(0.3,), draws=400))
    assert [one.route_id for one in found] == [route.route_id for route in routes]
    for at in (1, 32, 33, 64, 65, 80):
        (alone,) = spreads(
            [routes[at - 1]], items_of, options=SpreadOptions(correlations=(0.3,), draws=400)
        )
        assert found[at - 1].p95_h == pytest.approx(alone.p95_h)


def test_certain_time_moves_all_and_widens_nothing() -> None:
    sure = TimeItem("line", Point(0.05), "speed", 1000.0)
    routes, items_of = given(a=(WAIT,), b=(WAIT, sure))
    options = SpreadOptions(correlations=(0.3,))
    bare, moved = spreads(routes, items_of, options=options)
    assert moved.p95_h == pytest.approx(bare.p95_h + 50)
    assert moved.mean_h == pytest.approx(bare.mean_h + 50)
    assert moved.sd_h == pytest.approx(bare.sd_h)
    assert bare.certain_share == 0.0
    assert moved.certain_share == pytest.approx(50 / 78)


def test_a_route_without_items_takes_no_time() -> None:
    routes, items_of = given(a=())
    (found, *_) = spreads(routes, items_of)
    assert (found.mean_h, found.p95_h, found.certain_share) == (0.0, 0.0, 0.0)
    assert {chance for _, chance in found.within} == {1.0}
    assert spreads([], items_of) == ()


def test_one_event_of_a_route_has_one_distribution() -> None:
    routes, items_of = given(a=(WAIT, replace(WAIT, distribution=Uniform(7.0))))
    with pytest.raises(ValueError, match="two distributions of one event, wait"):
        spreads(routes, items_of)


def test_one_event_is_equally_late_for_all_goods() -> None:
    slow = replace(WAIT, distribution=Uniform(112.0))
    routes, items_of = given(a=(WAIT,), b=(slow,))
    one, two = spreads(routes, items_of, options=SpreadOptions(correlations=(0.3,)))
    assert two.p95_h == pytest.approx(2 * one.p95_h)


def test_metrics_tell_the_spread() -> None:
    routes, items_of = given(a=(border(), WAIT))
    found = spreads(routes, items_of)
    metrics = {one.name: one for one in spread_metrics(found[2:])}
    assert metrics["time_p95"].value == found[2].p95_h
    assert (metrics["time_p95"].unit, metrics["time_p95"].subject) == ("h", "a")
    assert metrics["time_within_14d"].better == "higher"
    assert "on_time" not in metrics


def test_a_deadline_is_that_of_the_route_itself() -> None:
    (soon, late, never), items_of = given(a=(border(),), b=(border(),), c=(border(),))
    routes = [replace(soon, within_h=12.0), replace(late, within_h=48.0), never]
    options = SpreadOptions(correlations=(0.0,), within_days=(2.0,))
    found = spreads(routes, items_of, options=options)
    assert found[0].on_time == pytest.approx(0.5, abs=1e-3)
    assert found[1].on_time == pytest.approx(0.95, abs=1e-3)
    assert found[1].on_time == found[0].within[0][1]
    assert found[2].on_time is None
    chance = {one.subject: one for one in spread_metrics(found) if one.name == "on_time"}
    assert chance.keys() == {"a", "b"}
    assert (chance["a"].unit, chance["a"].better) == ("probability", "higher")


# --- items of routes of a compiled scenario ---------------------------------


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("world")
    extracts, facts = write_world(folder)
    build_snapshot(folder / "network", extracts=extracts, facts_folder=facts)
    return open_snapshot(folder / "network")


def compiled_with(snapshot: Snapshot, *overrides: RateOverride) -> Compiled:
    scenario = Scenario(
        "x", "t", "w", (), date(2026, 11, 22), NetworkChoice(), Access(), (DEMAND,),
        Costs(2.0, 50000.0, overrides), Alternatives(),
    )  # fmt: skip
    return compile_scenario(scenario, snapshot, load_rates(), REGISTER)


def route_between(compiled: Compiled, snapshot: Snapshot, start: str, end: str) -> Route:
    graph, view = compiled.graph, compiled.view(0)
    names = graph.terminal_ids
    a, b = int(graph.origin[names.index(start)]), int(graph.destination[names.index(end)])
    router = Router(
        graph.arcs.tail, graph.arcs.head, view.generalised_usd_per_teu, usable=view.open,
        n_nodes=len(snapshot.graph.nodes),
    )  # fmt: skip
    way = router.way(router.trees(np.array([a])), 0, b)
    return RouteBook(compiled).route(way, DEMAND, view, rank=1, objective="best", corridor="")


@pytest.fixture(scope="module")
def compiled(snapshot: Snapshot) -> Compiled:
    return compiled_with(snapshot)


def test_likely_values_add_up_to_every_leg(compiled: Compiled, snapshot: Snapshot) -> None:
    for end in ("E", "PE"):
        route = route_between(compiled, snapshot, "W", end)
        items = TimeBook(compiled).items_of(route)
        for leg in route.legs:
            alone = replace(route, legs=(leg,))
            mine = TimeBook(compiled).items_of(alone)
            assert sum(item.likely_h for item in mine) == pytest.approx(leg.time_h, abs=1e-6)
            assert items[: len(mine)] == mine
            items = items[len(mine) :]
        assert items == ()


def test_items_say_what_the_time_goes_to(compiled: Compiled, snapshot: Snapshot) -> None:
    route = route_between(compiled, snapshot, "W", "E")
    items = TimeBook(compiled).items_of(route)
    assert [one.component for one in items if one.component != "speed"] == [
        "access", "border", "rules", "access",
    ]  # fmt: skip
    assert {one.key for one in items if one.component == "speed"} == {
        "speed/rail/KZ", "speed/rail/UZ",
    }  # fmt: skip
    (delay,) = (one for one in items if one.component == "rules")
    assert delay.distribution.mean == pytest.approx(3.0)
    km = sum(one.amount for one in items if one.component == "speed")
    assert km == pytest.approx(route.distance_km)


def test_both_ends_of_a_route_are_events_of_their_own(
    compiled: Compiled, snapshot: Snapshot
) -> None:
    route = route_between(compiled, snapshot, "W", "E")
    keys = [one.key for one in TimeBook(compiled).items_of(route) if one.component == "access"]
    assert len(set(keys)) == 2


def test_a_stop_is_the_same_event_either_way(compiled: Compiled, snapshot: Snapshot) -> None:
    book = TimeBook(compiled)
    there, back = (route_between(compiled, snapshot, *ends) for ends in (("W", "E"), ("E", "W")))
    shared = {one.key for one in book.items_of(there)} & {one.key for one in book.items_of(back)}
    assert any(key.startswith("border/") for key in shared)


def test_the_wait_for_a_sailing_is_uniform(compiled: Compiled) -> None:
    graph = compiled.graph
    service = [asset.id for asset in graph.assets].index("V1")
    arcs = graph.arcs
    (row, *_) = np.flatnonzero((arcs.asset == service) & (arcs.kind == Kind.BOARDING))
    book = RouteBook(compiled)
    route = book.route(
        np.array([row]), DEMAND, compiled.view(0), rank=1, objective="best", corridor=""
    )
    (wait,) = (one for one in TimeBook(compiled).items_of(route) if one.component == "wait")
    # Three sailings a week are 56 hours apart.
    assert isinstance(wait.distribution, Uniform)
    assert wait.distribution.longest == pytest.approx(56.0)


def test_a_rate_of_the_scenario_is_certain(snapshot: Snapshot) -> None:
    sure = RateOverride(component="border", mode="rail", place="KZ-UZ", value=99.0, unit="h")
    mine = compiled_with(snapshot, sure)
    items = TimeBook(mine).items_of(route_between(mine, snapshot, "W", "E"))
    assert [one.distribution for one in items if one.component == "border"] == [Point(99.0)]


@dataclass(frozen=True)
class Changed:
    """Prices that rest on other rates."""

    known: Prices
    change: Callable[[Rate], Rate]

    @property
    def time_h(self) -> Floats:
        return self.known.time_h

    def rates_of(self, row: int) -> list[Rate]:
        return [self.change(one) for one in self.known.rates_of(row)]


def book_with(compiled: Compiled, change: Callable[[Rate], Rate]) -> TimeBook:
    return TimeBook(compiled, Changed(compiled.prices, change))  # type: ignore[arg-type]


@pytest.mark.parametrize("place", ["*", "@EAEU"])
def test_a_speed_for_many_countries_is_an_event_of_each(
    compiled: Compiled, snapshot: Snapshot, place: str
) -> None:
    book = book_with(
        compiled, lambda one: replace(one, place=place) if one.component == "speed" else one
    )
    items = book.items_of(route_between(compiled, snapshot, "W", "E"))
    assert {one.key for one in items if one.component == "speed"} == {
        f"speed/rail/{place}/KZ", f"speed/rail/{place}/UZ",
    }  # fmt: skip


def test_a_route_with_a_rate_that_cannot_be_fitted_is_not_read(
    compiled: Compiled, snapshot: Snapshot
) -> None:
    book = book_with(
        compiled,
        lambda one: (
            replace(one, low=1.0, value=7.0, high=7.0) if one.component == "border" else one
        ),
    )
    with pytest.raises(FitError) as error:
        book.items_of(route_between(compiled, snapshot, "W", "E"))
    assert error.value.column == "high"


@pytest.mark.slow
def test_every_route_of_the_baseline_has_its_time(real: Real) -> None:
    scenario = load_scenario("baseline").scenario
    answer = solve(scenario, real.snapshot, real.network.links.length_km, load_register())
    routes = [route for demand in answer.result.demands for route in demand.routes]
    book = TimeBook(answer.compiled)
    found = spreads(routes, book.items_of, options=SpreadOptions(correlations=(0.3,), draws=2000))
    assert len(found) == len(routes) > 100
    for route, one in zip(routes, found, strict=True):
        assert one.route_id == route.route_id
        assert one.likely_h == pytest.approx(route.time_h, abs=1e-3)
        assert 0 < one.p50_h < one.p80_h < one.p95_h
        # Dwell is skewed to the late side, and so are sums of it.
        assert one.likely_h < one.mean_h < one.p95_h
