"""Ways over a small decision graph: legs, families, traffic and why there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from corridors.metrics.chokepoint import traffic
from corridors.metrics.family import PassageFinder, Passages, is_simple, sections
from corridors.metrics.route import RouteBook, node_names, route_metrics
from corridors.model.route import LegKind, Route
from corridors.model.scenario import (
    Access,
    AccessEntry,
    Alternatives,
    Costs,
    Demand,
    NetworkChoice,
    Scenario,
)
from corridors.scenario.compile import Compiled, compile_scenario
from corridors.scenario.rates import load_rates
from corridors.solve.paths import Router
from corridors.solve.stateful import Field
from geodata.build import build_snapshot
from geodata.snapshot import open_snapshot
from geodata.types import Kind, Mode
from tests.oracles.small_register import small_register
from tests.oracles.tiny_world import write_world

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.scenario.compile import ClassView
    from geodata.snapshot import Snapshot
    from geodata.types import Arcs, Branch, DecisionGraph, Ints

DEMAND = Demand("we", "W", "E", 100.0)
REGISTER = small_register(
    rules=[{"id": "SEAL", "by": "KZ", "effect": "delay", "value": "3", "unit": "h",
            "on": "X_KZUZ"}]
)  # fmt: skip


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("world")
    extracts, facts = write_world(folder)
    build_snapshot(folder / "network", extracts=extracts, facts_folder=facts)
    return open_snapshot(folder / "network")


def compiled_with(snapshot: Snapshot, *closed: AccessEntry) -> Compiled:
    scenario = Scenario(
        "x", "t", "w", (), date(2026, 11, 22), NetworkChoice(), Access(close=closed), (DEMAND,),
        Costs(2.0, 50000.0), Alternatives(),
    )  # fmt: skip
    return compile_scenario(scenario, snapshot, load_rates(), REGISTER)


@pytest.fixture(scope="module")
def compiled(snapshot: Snapshot) -> Compiled:
    return compiled_with(snapshot)


def ends(graph: DecisionGraph, start: str, end: str) -> tuple[int, int]:
    names = graph.terminal_ids
    return int(graph.origin[names.index(start)]), int(graph.destination[names.index(end)])


def router(snapshot: Snapshot, view: ClassView) -> Router:
    arcs = snapshot.graph.arcs
    return Router(
        arcs.tail, arcs.head, view.generalised_usd_per_teu, usable=view.open,
        n_nodes=len(snapshot.graph.nodes),
    )  # fmt: skip


def way(snapshot: Snapshot, compiled: Compiled, start: str, end: str) -> Ints:
    a, b = ends(snapshot.graph, start, end)
    search = router(snapshot, compiled.view(0))
    return search.way(search.trees(np.array([a])), 0, b)


def routed(compiled: Compiled, arcs: Ints, *, rank: int = 1) -> Route:
    book, view = RouteBook(compiled), compiled.view(0)
    return book.route(arcs, DEMAND, view, rank=rank, objective="best", corridor="")


def test_a_rail_route_is_two_runs_and_a_border(snapshot: Snapshot, compiled: Compiled) -> None:
    route = routed(compiled, way(snapshot, compiled, "W", "E"))
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
    assert [leg.operator for leg in route.legs] == ["KTZ", "KTZ", "KTZ", "", ""]
    assert [leg.rule_ids for leg in route.legs] == [(), (), ("SEAL",), (), ()]
    assert route.legs[1].leg_id == "we.1.2"
    assert route.legs[1].source_ids, "every price has a source"


def test_a_hand_link_is_a_run_with_its_asset(snapshot: Snapshot, compiled: Compiled) -> None:
    route = routed(compiled, way(snapshot, compiled, "W", "PE"), rank=2)
    assert (route.route_id, route.legs[0].leg_id) == ("we.2", "we.2.1")
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
    route = routed(mine, rows[:1])
    assert route.actors == (graph.assets[service].name,)
    assert route.distance_km == pytest.approx(700.0)


def test_nodes_are_named_by_terminal_then_by_asset(snapshot: Snapshot) -> None:
    names = node_names(snapshot.graph)
    assert {"W", "E", "PW", "PE", "X_KZUZ", "V1"} <= set(names)
    assert len(names) == len(snapshot.graph.nodes)


def test_metrics_of_a_route_have_units(snapshot: Snapshot, compiled: Compiled) -> None:
    route = routed(compiled, way(snapshot, compiled, "W", "E"))
    found = {metric.name: metric for metric in route_metrics([route])}
    assert found["borders"].value == 1.0
    assert found["cost"].unit == "usd_2024_per_teu"
    assert found["distance"].better == "neither"
    assert found["time"].subject == "we.1"


# --- families ---------------------------------------------------------------


def passages(
    snapshot: Snapshot, view: ClassView, branches: Sequence[Branch] | None = None
) -> Passages:
    graph = snapshot.graph
    field = Field.plain(graph.arcs.tail, graph.arcs.head, n_nodes=len(graph.nodes))
    finder = PassageFinder(sections(graph, snapshot.branches if branches is None else branches))
    return finder.on(field, view.generalised_usd_per_teu, view.open)


def families(snapshot: Snapshot, compiled: Compiled, start: str, end: str) -> list[Any]:
    view = compiled.view(0)
    search = router(snapshot, view)
    a, b = ends(snapshot.graph, start, end)
    forward = search.trees(np.array([a]))
    backward = search.trees(np.array([b]), backward=True)
    return list(passages(snapshot, view).ways(search, ((forward, 0), (backward, 0))))


@pytest.mark.parametrize(("start", "end"), [("W", "E"), ("E", "W")])
def test_a_family_is_passed_in_either_direction(
    snapshot: Snapshot, compiled: Compiled, start: str, end: str
) -> None:
    ((family, branch, weight, found),) = families(snapshot, compiled, start, end)
    assert (family, branch) == ("EW", "EW")
    assert weight == pytest.approx(compiled.view(0).generalised_usd_per_teu[found].sum())
    assert found.tolist() == way(snapshot, compiled, start, end).tolist()
    assert is_simple(snapshot.graph, found)


def test_a_closed_section_has_no_way(snapshot: Snapshot, compiled: Compiled) -> None:
    shut = compiled_with(snapshot, AccessEntry("X_KZUZ"))
    assert len(passages(snapshot, shut.view(0))) == 0
    assert families(snapshot, shut, "W", "E") == []
    assert len(passages(snapshot, compiled.view(0))) == 2


def test_a_branch_with_a_gap_in_its_section_has_none(
    snapshot: Snapshot, compiled: Compiled
) -> None:
    (branch,) = snapshot.branches
    legs = tuple(replace(leg, gap="missing") for leg in branch.legs)
    back = tuple(replace(leg, gap="missing") for leg in branch.back)
    one_way = passages(snapshot, compiled.view(0), [replace(branch, back=back)])
    broken = [replace(branch, legs=legs, back=back)]
    assert sections(snapshot.graph, broken) == []
    assert len(passages(snapshot, compiled.view(0), broken)) == 0
    assert len(one_way) == 1


def test_a_way_back_and_forth_is_not_simple(snapshot: Snapshot, compiled: Compiled) -> None:
    there, back = way(snapshot, compiled, "W", "E"), way(snapshot, compiled, "E", "W")
    both = np.concatenate([there[:-1], back[1:]])
    assert not is_simple(snapshot.graph, both)
    assert is_simple(snapshot.graph, there)


# --- traffic ----------------------------------------------------------------


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


def test_each_mode_of_the_tiny_world_is_used(snapshot: Snapshot) -> None:
    arcs: Arcs = snapshot.graph.arcs
    assert {int(mode) for mode in arcs.mode} == {Mode.RAIL, Mode.ROAD, Mode.SEA}
