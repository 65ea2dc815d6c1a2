"""Flip distances on a tiny world, against brute force: every way, every rate compiled anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import networkx as nx
import numpy as np
import pytest

from corridors.metrics.flip import EPSILON, REACH, Rivalry, compete
from corridors.metrics.reprice import VALUE_OF_TIME, Repricer, Uncertain, weight_of
from corridors.model.scenario import (
    Access,
    Alternatives,
    Costs,
    Demand,
    NetworkChoice,
    Scenario,
)
from corridors.scenario.cargo import countries_of
from corridors.scenario.compile import Compiled, compile_scenario
from corridors.scenario.economy import Economy
from corridors.scenario.rates import Rate, Rates, load_rates
from geodata.snapshot import Snapshot
from geodata.types import Arcs, Asset, DecisionGraph, Kind, Mode, Nodes, Place, Status
from tests.oracles.small_register import small_register

if TYPE_CHECKING:
    from geodata.types import Ints

RATES = load_rates()
REGISTER = small_register()


class World(NamedTuple):
    """The tiny world with one demand, and all ways of it by what carries the first leg."""

    snapshot: Snapshot
    scenario: Scenario
    compiled: Compiled
    repricer: Repricer
    rail: tuple[Ints, ...]
    road: tuple[Ints, ...]

    def lightest(self, compiled: Compiled) -> tuple[Ints, Ints]:
        """Return the lightest way that begins by rail, and the one that begins by road."""
        first, second = (
            min(ways, key=lambda way: weight_of(compiled, way)) for ways in (self.rail, self.road)
        )
        return first, second

    def gap(self, values: dict[str, float], *, fixed: bool) -> float:
        """Return how much heavier road is, all compiled anew from changed tables."""
        costs = self.scenario.costs
        hour = values.get(VALUE_OF_TIME, costs.value_of_time_usd_per_teu_h)
        scenario = replace(self.scenario, costs=replace(costs, value_of_time_usd_per_teu_h=hour))
        rates = replace(RATES, rows=tuple(changed(rate, values) for rate in RATES.rows))
        compiled = compile_scenario(scenario, self.snapshot, rates, REGISTER)
        ways = self.lightest(self.compiled if fixed else compiled)
        return weight_of(compiled, ways[1]) - weight_of(compiled, ways[0])


def changed(rate: Rate, values: dict[str, float]) -> Rate:
    words = (rate.component, rate.mode, rate.place, rate.commodity, rate.measure)
    name = " ".join(word for word in words if word not in ("*", "container"))
    value = values.get(name, rate.value)
    return replace(rate, value=value, low=value, high=value) if name in values else rate


ASSETS = tuple(
    Asset(f"X_{a}{b}_{mode}", "crossing", "x", 0.0, 0.0, (a, b))
    for a, b in (("KZ", "UZ"), ("RU", "UZ"))
    for mode in ("RL", "RD")
)
COUNTRIES = ("KZ", "RU", "UZ", "IR")
#: Tail, head, kind, mode, km, country, asset: two ways by rail to a yard, then two on; two by road.
ROWS = (
    (0, 1, Kind.ACCESS, Mode.RAIL, 0, "KZ", ""),
    (0, 2, Kind.ACCESS, Mode.ROAD, 0, "KZ", ""),
    (1, 3, Kind.LINE, Mode.RAIL, 1500, "KZ", ""),
    (1, 4, Kind.LINE, Mode.RAIL, 1450, "RU", ""),
    (3, 5, Kind.BORDER, Mode.RAIL, 0, "KZ", "X_KZUZ_RL"),
    (4, 5, Kind.BORDER, Mode.RAIL, 0, "RU", "X_RUUZ_RL"),
    (5, 6, Kind.LINE, Mode.RAIL, 600, "UZ", ""),
    (5, 12, Kind.GAUGE_CHANGE, Mode.RAIL, 0, "UZ", ""),
    (12, 6, Kind.LINE, Mode.RAIL, 300, "IR", ""),
    (6, 7, Kind.ACCESS, Mode.RAIL, 0, "UZ", ""),
    (2, 8, Kind.LINE, Mode.ROAD, 150, "KZ", ""),
    (2, 9, Kind.LINE, Mode.ROAD, 380, "RU", ""),
    (8, 10, Kind.BORDER, Mode.ROAD, 0, "KZ", "X_KZUZ_RD"),
    (9, 10, Kind.BORDER, Mode.ROAD, 0, "RU", "X_RUUZ_RD"),
    (10, 11, Kind.LINE, Mode.ROAD, 60, "UZ", ""),
    (11, 7, Kind.ACCESS, Mode.ROAD, 0, "UZ", ""),
)


def drawn() -> Snapshot:
    """Return a snapshot of the rows, terminals W and E at nodes 0 and 7."""
    tail, head, kind, mode, km, country, asset = zip(*ROWS, strict=True)
    n, m = len(ROWS), 13
    ids = [one.id for one in ASSETS]
    none = np.zeros(n, np.int64)
    arcs = Arcs(
        tail=np.array(tail, np.int32), head=np.array(head, np.int32), kind=np.array(kind, np.int8),
        mode=np.array(mode, np.int8), length_km=np.array(km, np.float64),
        country=np.array([COUNTRIES.index(code) for code in country], np.int16),
        gauge_mm=np.zeros(n, np.int16), status=np.full(n, Status.BUILT, np.int8),
        asset=np.array([ids.index(name) if name else -1 for name in asset], np.int32),
        chain_start=none, chain_stop=none,
    )  # fmt: skip
    small = np.zeros(m, np.int16)
    terminal = np.full(m, -1, np.int32)
    terminal[[0, 7]] = 0, 1
    nodes = Nodes(np.zeros(m), np.zeros(m), np.zeros(m, np.int8), small, small, terminal)
    graph = DecisionGraph(
        nodes, np.arange(m, dtype=np.int32), arcs, np.zeros(0, np.int32),
        np.array([0, -1], np.int32), np.array([-1, 7], np.int32), COUNTRIES, ("W", "E"), ASSETS,
    )  # fmt: skip
    places = (Place("W", "West", "KZ", 0.0, 0.0), Place("E", "East", "UZ", 0.0, 0.0))
    return Snapshot("id", Path(), graph, places, (), ())


@pytest.fixture(scope="module")
def world() -> World:
    snapshot = drawn()
    scenario = Scenario(
        "x", "t", "w", (), date(2026, 11, 22), NetworkChoice(), Access(),
        (Demand("we", "W", "E", 100.0),), Costs(2.5, 50000.0), Alternatives(),
    )  # fmt: skip
    compiled = compile_scenario(scenario, snapshot, RATES, REGISTER)
    goods = Economy(scenario, RATES, snapshot.graph).goods_of(
        scenario.demands[0], countries_of(snapshot.places)
    )
    ways = all_ways(snapshot, compiled)
    rail, road = (
        tuple(way for way in ways if snapshot.graph.arcs.mode[way[0]] == mode)
        for mode in (Mode.RAIL, Mode.ROAD)
    )
    assert (len(rail), len(road)) == (4, 2)
    return World(snapshot, scenario, compiled, Repricer(compiled, RATES, goods), rail, road)


def all_ways(snapshot: Snapshot, compiled: Compiled) -> list[Ints]:
    """Return every simple way from W to E over open arcs."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    names = snapshot.graph.terminal_ids
    arcs = snapshot.graph.arcs
    for arc in np.flatnonzero(compiled.view(0).open).tolist():
        graph.add_edge(int(arcs.tail[arc]), int(arcs.head[arc]), key=arc)
    start = int(snapshot.graph.origin[names.index("W")])
    end = int(snapshot.graph.destination[names.index("E")])
    paths: Any = nx.all_simple_edge_paths(graph, start, end)
    return [np.array([step[-1] for step in path], np.int64) for path in paths]


@pytest.fixture(scope="module", params=[True, False], ids=["routes", "corridors"])
def told(world: World, request: pytest.FixtureRequest) -> tuple[World, bool, Rivalry]:
    fixed = bool(request.param)
    return world, fixed, compete(world.repricer, world.lightest, fixed=fixed, draws=40, seed=7)


def test_prices_anew_are_those_of_compiling_anew(world: World) -> None:
    for one in world.repricer.inputs:
        for value in (one.low, one.high):
            values = {one.name: value}
            compiled = world.repricer.under(values)
            ways = world.lightest(compiled)
            found = weight_of(compiled, ways[1]) - weight_of(compiled, ways[0])
            assert found == pytest.approx(world.gap(values, fixed=False), abs=1e-6), one.name


def test_the_winner_changes_at_every_flip_and_not_before(
    told: tuple[World, bool, Rivalry],
) -> None:
    world, fixed, rivalry = told
    assert rivalry.gap == pytest.approx(world.gap({}, fixed=fixed))
    assert rivalry.flips
    ahead = rivalry.gap > 0
    for flip in rivalry.flips:
        one = flip.input
        assert flip.proven, one.name
        assert world.gap({one.name: flip.at}, fixed=fixed) == pytest.approx(0, abs=1e-6)
        step = EPSILON * 10 * (flip.at - one.value)
        assert (world.gap({one.name: flip.at - step}, fixed=fixed) > 0) is ahead, one.name
        assert (world.gap({one.name: flip.at + step}, fixed=fixed) > 0) is not ahead, one.name
        for share in (0.1, 0.5, 0.9, 0.99):
            near = one.value + share * flip.change
            assert (world.gap({one.name: near}, fixed=fixed) > 0) is ahead, (one.name, share)
            other = one.value - share * flip.change
            if tried(one, other):
                assert (world.gap({one.name: other}, fixed=fixed) > 0) is ahead, one.name


def tried(one: Uncertain, value: float) -> bool:
    """Whether a value lies where every input is tried."""
    return one.low <= value <= one.high


def test_a_side_that_may_turn_elsewhere_is_further_from_losing(world: World) -> None:
    stuck, free = (
        {
            flip.input.name: flip
            for flip in compete(world.repricer, world.lightest, fixed=fixed).flips
        }
        for fixed in (True, False)
    )
    # The way by road that wins has another beside it when a rate of its own rises.
    name = "linehaul road RU cost"
    assert name in stuck
    assert name not in free or abs(free[name].change) > abs(stuck[name].change)
    assert free


def test_nothing_changes_the_winner_that_is_said_to_change_nothing(
    told: tuple[World, bool, Rivalry],
) -> None:
    world, fixed, rivalry = told
    ahead = rivalry.gap > 0
    on_ways = world.repricer.used_by(arc for way in world.lightest(world.compiled) for arc in way)
    for one in rivalry.steady:
        values = {one.low, one.high}
        if one.name in on_ways:
            values |= {one.value / REACH, one.value * REACH}
        for value in values:
            assert (world.gap({one.name: value}, fixed=fixed) > 0) is ahead, (one.name, value)


def test_the_tornado_is_the_gap_at_both_ends(told: tuple[World, bool, Rivalry]) -> None:
    world, fixed, rivalry = told
    widths = [swing.width for swing in rivalry.swings]
    assert widths == sorted(widths, reverse=True)
    for swing in rivalry.swings:
        one = swing.input
        ends = (world.gap({one.name: value}, fixed=fixed) for value in (one.low, one.high))
        assert (swing.at_low, swing.at_high) == pytest.approx(tuple(ends), abs=1e-6), one.name


def test_the_chance_that_the_winner_stays_is_that_of_the_draws(
    told: tuple[World, bool, Rivalry],
) -> None:
    world, fixed, rivalry = told
    standing = rivalry.standing
    assert standing is not None
    again = compete(world.repricer, world.lightest, fixed=fixed, draws=40, seed=7).standing
    assert again == standing
    other = compete(world.repricer, world.lightest, fixed=fixed, draws=40, seed=8).standing
    assert other != standing
    names = {one.name for one in world.repricer.inputs}
    if fixed:
        ways = world.lightest(world.compiled)
        names &= world.repricer.used_by(arc for way in ways for arc in way)
    inputs = [one for one in world.repricer.inputs if one.name in names]
    columns = zip(*((one.low, one.value, one.high) for one in inputs), strict=True)
    low, value, high = map(np.array, columns)
    drawn = np.random.default_rng(7).triangular(low, value, high, (40, len(inputs)))
    sign = 1 if rivalry.gap > 0 else -1
    gaps = [
        sign * world.gap(dict(zip((one.name for one in inputs), row, strict=True)), fixed=fixed)
        for row in drawn.tolist()
    ]
    assert standing.stays == pytest.approx(np.mean(np.array(gaps) > 0))
    assert standing.p50 == pytest.approx(np.median(gaps), abs=1e-6)


def test_two_ways_that_are_the_same_are_never_apart(world: World) -> None:
    way = world.rail[0]
    rivalry = compete(world.repricer, lambda _: (way, way), fixed=True)
    assert rivalry.gap == 0
    assert rivalry.swings == ()
    assert rivalry.standing is None


def test_a_side_without_a_way_cannot_compete(world: World) -> None:
    with pytest.raises(ValueError, match="no way"):
        compete(world.repricer, lambda _: (world.rail[0], None), fixed=True)


def test_looking_at_some_arcs_only_changes_nothing_on_them(world: World) -> None:
    ways = world.lightest(world.compiled)
    some = Repricer(world.compiled, RATES, world.repricer.goods, arcs=np.concatenate(ways))
    whole = compete(world.repricer, lambda _: ways, fixed=True, draws=5)
    assert compete(some, lambda _: ways, fixed=True, draws=5) == whole


def rates_of(name: str, rates: Rates) -> list[Rate]:
    return [rate for rate in rates.rows if rate.component == name]


def test_an_overridden_rate_is_certain(world: World) -> None:
    names = {one.name for one in world.repricer.inputs}
    assert any(name.startswith("linehaul rail") for name in names)
    fixed = replace(
        RATES,
        rows=tuple(
            replace(rate, low=rate.value, high=rate.value) if rate.component == "linehaul" else rate
            for rate in RATES.rows
        ),
    )
    assert rates_of("linehaul", fixed)
    certain = Repricer(world.compiled, fixed, world.repricer.goods)
    left = {one.name for one in certain.inputs}
    assert left == {name for name in names if not name.startswith("linehaul")}
