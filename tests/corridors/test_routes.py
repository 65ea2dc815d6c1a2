"""Ways over a small decision graph: legs, families, traffic and why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corridors.metrics.chokepoint import traffic
from corridors.metrics.closure import ClosureFinder
from corridors.metrics.family import family_ways, is_simple, sections
from corridors.metrics.route import RouteBook, node_names, route_metrics
from corridors.model.route import LegKind
from corridors.model.scenario import Access, AccessEntry, Demand
from corridors.scenario.compile import Compiled, compile_scenario
from corridors.scenario.load import load_scenario
from corridors.scenario.rates import load_rates
from corridors.solve.paths import Router
from geodata.build import build_snapshot
from geodata.snapshot import open_snapshot
from geodata.types import Kind, Mode
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from geodata.snapshot import Snapshot
    from geodata.types import Arcs, DecisionGraph, Ints

DEMAND = Demand("we", "W", "E", "goods", 100.0)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("world")
    extracts, facts = write_world(folder)
    build_snapshot(folder / "network", extracts=extracts, facts_folder=facts)
    return open_snapshot(folder / "network")


def compiled_with(snapshot: Snapshot, *closed: AccessEntry) -> Compiled:
    from dataclasses import replace

    scenario = replace(load_scenario("baseline").scenario, access=Access(close=closed))
    return compile_scenario(scenario, snapshot.graph, load_rates())


@pytest.fixture(scope="module")
def compiled(snapshot: Snapshot) -> Compiled:
    return compiled_with(snapshot)


def ends(graph: DecisionGraph, start: str, end: str) -> tuple[int, int]:
    names = graph.terminal_ids
    return int(graph.origin[names.index(start)]), int(graph.destination[names.index(end)])


def router(snapshot: Snapshot, compiled: Compiled) -> Router:
    arcs = snapshot.graph.arcs
    return Router(
        arcs.tail, arcs.head, compiled.generalised_usd_per_teu, usable=compiled.open,
        n_nodes=len(snapshot.graph.nodes),
    )  # fmt: skip


def way(snapshot: Snapshot, compiled: Compiled, start: str, end: str) -> Ints:
    a, b = ends(snapshot.graph, start, end)
    search = router(snapshot, compiled)
    return search.way(search.trees(np.array([a])), 0, b)


def test_a_rail_route_is_two_runs_and_a_border(snapshot: Snapshot, compiled: Compiled) -> None:
    book = RouteBook(snapshot.graph, compiled)
    route = book.route(
        way(snapshot, compiled, "W", "E"), DEMAND, rank=1, objective="best", corridor=""
    )
    assert [(leg.kind, leg.country, leg.mode) for leg in route.legs] == [
        (LegKind.ACCESS, "KZ", "rail"),
        (LegKind.LINE, "KZ", "rail"),
        (LegKind.BORDER, "KZ", "rail"),
        (LegKind.LINE, "UZ", "rail"),
        (LegKind.ACCESS, "UZ", "rail"),
    ]
    assert [leg.from_id for leg in route.legs] == ["W", "W", "X_KZUZ", "X_KZUZ", "E"]
    assert route.legs[2].asset_ids == ("X_KZUZ",)
    assert {leg.gauge_mm for leg in route.legs if leg.kind is LegKind.LINE} == {1520}
    assert route.legs[1].leg_id == "we.1.2"
    assert route.legs[1].source_ids, "every price has a source"


def test_a_hand_link_is_a_run_with_its_asset(snapshot: Snapshot, compiled: Compiled) -> None:
    book = RouteBook(snapshot.graph, compiled)
    found = way(snapshot, compiled, "W", "PE")
    route = book.route(found, DEMAND, rank=2, objective="best", corridor="")
    used = {name for leg in route.legs for name in leg.asset_ids}
    assert {"R1", "PW", "PE"} <= used
    assert route.sea_km > 0
    assert route.transfers >= 1
    assert route.modes[0] == "rail"
    assert route.countries[0] == "KZ"


def test_a_service_is_its_operator(snapshot: Snapshot) -> None:
    graph = snapshot.graph
    mine = compiled_with(snapshot)
    service = [asset.id for asset in graph.assets].index("V1")
    rows = np.flatnonzero((graph.arcs.asset == service) & (graph.arcs.kind == Kind.LINE))
    route = RouteBook(graph, mine).route(rows[:1], DEMAND, rank=1, objective="", corridor="")
    assert route.actors == (graph.assets[service].name,)
    assert route.distance_km == pytest.approx(700.0)


def test_nodes_are_named_by_terminal_then_by_asset(snapshot: Snapshot) -> None:
    names = node_names(snapshot.graph)
    assert {"W", "E", "PW", "PE", "X_KZUZ", "V1"} <= set(names)
    assert len(names) == len(snapshot.graph.nodes)


def test_metrics_of_a_route_have_units(snapshot: Snapshot, compiled: Compiled) -> None:
    book = RouteBook(snapshot.graph, compiled)
    route = book.route(way(snapshot, compiled, "W", "E"), DEMAND, rank=1, objective="", corridor="")
    found = {metric.name: metric for metric in route_metrics([route])}
    assert found["borders"].value == 1.0
    assert found["cost"].unit == "usd_2024_per_teu"
    assert found["distance"].better == "neither"
    assert found["time"].subject == "we.1"


# --- families ---------------------------------------------------------------


def families(snapshot: Snapshot, compiled: Compiled, start: str, end: str) -> list[Any]:
    graph = snapshot.graph
    found = sections(graph, snapshot.branches, compiled.generalised_usd_per_teu, compiled.open)
    search = router(snapshot, compiled)
    a, b = ends(graph, start, end)
    forward = search.trees(np.array([a]))
    backward = search.trees(np.array([b]), backward=True)
    return list(family_ways(found, search, ((forward, 0), (backward, 0))))


@pytest.mark.parametrize(("start", "end"), [("W", "E"), ("E", "W")])
def test_a_family_is_passed_in_either_direction(
    snapshot: Snapshot, compiled: Compiled, start: str, end: str
) -> None:
    ((family, branch, weight, found),) = families(snapshot, compiled, start, end)
    assert (family, branch) == ("EW", "EW")
    assert weight == pytest.approx(compiled.generalised_usd_per_teu[found].sum())
    assert found.tolist() == way(snapshot, compiled, start, end).tolist()
    assert is_simple(snapshot.graph, found)


def test_a_closed_section_has_no_way(snapshot: Snapshot) -> None:
    shut = compiled_with(snapshot, AccessEntry(asset="X_KZUZ"))
    graph = snapshot.graph
    assert sections(graph, snapshot.branches, shut.generalised_usd_per_teu, shut.open) == []


def test_a_branch_with_a_gap_in_its_section_has_none(
    snapshot: Snapshot, compiled: Compiled
) -> None:
    from dataclasses import replace

    (branch,) = snapshot.branches
    legs = tuple(replace(leg, gap="missing") for leg in branch.legs)
    back = tuple(replace(leg, gap="missing") for leg in branch.back)
    broken = [replace(branch, legs=legs, back=back)]
    found = sections(snapshot.graph, broken, compiled.generalised_usd_per_teu, compiled.open)
    assert found == []


def test_a_way_back_and_forth_is_not_simple(snapshot: Snapshot, compiled: Compiled) -> None:
    there, back = way(snapshot, compiled, "W", "E"), way(snapshot, compiled, "E", "W")
    both = np.concatenate([there[:-1], back[1:]])
    assert not is_simple(snapshot.graph, both)
    assert is_simple(snapshot.graph, there)


# --- traffic and closures ---------------------------------------------------


def test_traffic_counts_each_asset_once_a_route(snapshot: Snapshot, compiled: Compiled) -> None:
    ways = [way(snapshot, compiled, *pair) for pair in (("W", "E"), ("E", "W"), ("W", "PE"))]
    rows = traffic(snapshot.graph, ways, np.array([100.0, 50.0, 0.0]), [0, 1, 2], 150.0)
    by_id = {row["asset_id"]: row for row in rows}
    assert by_id["X_KZUZ"]["teu_per_year"] == 150.0
    assert by_id["X_KZUZ"]["traffic_share"] == 1.0
    assert by_id["X_KZUZ"]["demands"] == 2
    assert "R1" not in by_id  # its only route carries nothing
    shares = [float(str(row["traffic_share"])) for row in rows]
    assert shares == sorted(shares, reverse=True)


def closures(snapshot: Snapshot, start: str, end: str, *entries: AccessEntry) -> tuple[str, ...]:
    finder = ClosureFinder(snapshot.graph, compiled_with(snapshot, *entries))
    return finder.reasons(*ends(snapshot.graph, start, end))


def test_the_reason_is_the_fewest_closed_places(snapshot: Snapshot) -> None:
    border = AccessEntry(asset="X_KZUZ", source="a decree")
    assert closures(snapshot, "W", "E", border) == ("X_KZUZ closed by the scenario (a decree)",)
    assert closures(snapshot, "W", "E") == ()
    more = border, AccessEntry(asset="R1"), AccessEntry(mode="sea")
    assert closures(snapshot, "W", "E", *more) == ("X_KZUZ closed by the scenario (a decree)",)


def test_each_mode_of_the_tiny_world_is_used(snapshot: Snapshot) -> None:
    arcs: Arcs = snapshot.graph.arcs
    assert {int(mode) for mode in arcs.mode} == {Mode.RAIL, Mode.ROAD, Mode.SEA}
