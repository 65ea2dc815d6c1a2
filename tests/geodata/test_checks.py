"""Each check passes a sound drawn network and is seen to fail on a faulty one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from geodata import checks
from geodata.branches import BranchFinder
from geodata.checks import ERROR, WARNING, Finding, Pair, run_checks
from geodata.contract import contract
from geodata.facts_rows import (
    CorridorRow,
    CrossingRow,
    Facts,
    GapRow,
    LinkRow,
    TerminalRow,
)
from geodata.topology import make_links, make_nodes
from geodata.types import Asset, Branch, Kind, Mode, Network, Nodes, Shapes, Status

LON = np.array([0.0, 0.2, 0.2, 0.4, 0.4, 0.6])
#: km of the lines of the drawn network: each spans 0.2 degrees of the equator.
STEP_KM = 22.2639


def filled(row: type, **given: Any) -> Any:
    """Make a row of the fact tables; what is not given is empty."""
    empty: dict[str, Any] = {"float": 0.0, "str": "", "int | None": None, "float | None": None}
    fields = {name: empty.get(str(kind), ()) for name, kind in row.__annotations__.items()}
    return row(**(fields | given))


def facts(**tables: Any) -> Facts:
    every: dict[str, Any] = dict.fromkeys(Facts.__annotations__, ())
    every["terminals"] = (
        terminal("A", "AA", 0.0),
        terminal("B", "BB", 0.4, kind="gauge_break", gauges_mm=(1435, 1520)),
        terminal("C", "BB", 0.6),
    )
    every["crossings"] = (crossing(),)
    return Facts(**(every | tables))


def terminal(name: str, country: str, lon: float, **given: Any) -> TerminalRow:
    common = {"kind": "station", "lat": 0.0, "modes": ("rail",)}
    row: TerminalRow = filled(TerminalRow, id=name, country=country, lon=lon, **(common | given))
    return row


def crossing(**given: Any) -> CrossingRow:
    common = {
        "id": "X1",
        "name": "Bridge",
        "mode": "rail",
        "country_a": "AA",
        "country_b": "BB",
        "gauge_a_mm": 1520,
        "gauge_b_mm": 1520,
        "physical_status": "built",
    }
    row: CrossingRow = filled(CrossingRow, **(common | given))
    return row


def hand_link(**given: Any) -> LinkRow:
    common = {"action": "attributes", "from_id": "A", "to_id": "B", "mode": "rail", "km": 44.0}
    row: LinkRow = filled(LinkRow, **(common | given))
    return row


def drawn() -> Network:
    """Draw a railway over a border to a break of gauge and on.

    ::

        A0 --0-- 1 -border 1- 2 --2-- B3 -gauge 3- B4 --4-- C5
        AA, 1520 |            BB, 1520           | BB, 1435
    """
    nodes = make_nodes(
        LON,
        np.zeros(6),
        mode=float(Mode.RAIL),
        country=np.array([0, 0, 1, 1, 1, 1]),
        gauge_mm=np.array([1520] * 4 + [1435] * 2),
        terminal=np.array([0, -1, -1, 1, 1, 2]),
    )
    links = make_links(
        np.array([0, 1, 2, 3, 4]),
        np.array([1, 2, 3, 4, 5]),
        kind=np.array([Kind.LINE, Kind.BORDER, Kind.LINE, Kind.GAUGE_CHANGE, Kind.LINE]),
        mode=float(Mode.RAIL),
        length_km=np.array([STEP_KM, 0, STEP_KM, 0, STEP_KM]),
        country=np.array([0, 0, 1, 1, 1]),
        gauge_mm=np.array([1520, 1520, 1520, 0, 1435]),
        asset=np.array([-1, 0, -1, 1, -1]),
    )
    none = np.zeros(0, np.int64)
    return Network(
        nodes=nodes,
        links=links,
        shapes=Shapes(none.astype(np.int32), none, none),
        shape_lonlat=np.zeros((0, 2)),
        countries=("AA", "BB", "XZ"),
        terminal_ids=("A", "B", "C"),
        assets=(
            Asset("X1", "crossing", "Bridge", 0.2, 0.0, ("AA", "BB")),
            Asset("B", "terminal", "B", 0.4, 0.0, ("BB",)),
        ),
        sources=("osm_rail",),
    )


def changed(network: Network, column: str, row: int, value: float) -> Network:
    """Return the network with one cell of its links changed."""
    cells = network.links.columns()[column].copy()
    cells[row] = value
    return replace(network, links=network.links.with_columns(**{column: cells}))


def moved(network: Network, column: str, node: int, value: float) -> Network:
    """Return the network with one cell of its nodes changed."""
    cells = network.nodes.columns()[column].copy()
    cells[node] = value
    return replace(network, nodes=network.nodes.with_columns(**{column: cells}))


def corridor(*stops: str, mode: str = "rail", links: tuple[str, ...] = ()) -> CorridorRow:
    modes = (mode,) * (len(stops) - 1)
    row: CorridorRow = filled(
        CorridorRow, branch="T", family="T", terminals=stops, modes=modes, links=links
    )
    return row


def branches(network: Network, row: CorridorRow) -> list[Branch]:
    finder = BranchFinder(contract(network))
    legs, back = tuple(finder.branch(row)), tuple(finder.branch(row, back=True))
    return [Branch(row.branch, "T", "", "built", "", "", row.terminals, legs, back)]


def told(findings: Iterable[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.check, finding.subject, finding.severity) for finding in findings]


def test_a_sound_network_has_no_finding() -> None:
    network = drawn()
    graph = contract(network)
    pairs = (Pair("A-C", "rail", ("A", "B", "C")),)
    found = run_checks(
        network, graph, facts(), branches(network, corridor("A", "C")), {}, pairs=pairs
    )
    assert found == ()


def test_errors_come_first() -> None:
    network = drawn()
    table = facts(links=(hand_link(id="R1"), hand_link(id="R2", action="add")))
    report = {"crossings_without_line": ["X1"]}
    found = run_checks(network, contract(network), table, [], report, pairs=())
    assert [f.severity for f in found] == [ERROR, WARNING, WARNING]
    assert str(found[0]).startswith("error check_hand_links R2: no line drawn from A to B")


def test_a_pair_without_a_way_or_a_terminal_is_told() -> None:
    cut = changed(drawn(), "status", 2, Status.PLANNED)
    pairs = [Pair("A-C", "rail", ("A", "B", "C")), Pair("A-Z", "rail", ("A", "Z"))]
    found = list(checks.check_pairs(contract(cut), pairs[:1]))
    assert told(found) == [("check_pairs", "A-C", ERROR)]
    assert "A-B no way" in found[0].message
    unknown = list(checks.check_pairs(contract(cut), pairs[1:]))
    assert unknown[0].message == "no rail way: no terminal Z"


def test_a_pair_may_use_a_planned_line_by_its_name() -> None:
    network = changed(changed(drawn(), "status", 2, Status.PLANNED), "asset", 2, 2)
    line = Asset("R1", "line", "R1", 0.3, 0.0, ("BB",), "planned")
    graph = contract(replace(network, assets=(*network.assets, line)))
    assert told(checks.check_pairs(graph, [Pair("A-B", "rail", ("A", "B"))]))
    assert not told(checks.check_pairs(graph, [Pair("A-B", "rail", ("A", "B"), ("R1",))]))


def test_the_pairs_name_terminals_once_per_leg() -> None:
    for pair in checks.PAIRS:
        assert len(pair.stops) >= 2
        assert not pair.links or len(pair.links) == len(pair.stops) - 1


def test_a_broken_branch_is_an_error_unless_its_gap_is_named() -> None:
    cut = changed(drawn(), "status", 2, Status.DISMANTLED)
    broken = branches(cut, corridor("A", "B", "C"))
    assert told(checks.check_branches(broken, facts())) == [("check_branches", "T", ERROR)]
    gap = filled(GapRow, id="G1", mode="rail", from_id="B", to_id="A")
    assert told(checks.check_branches(broken, facts(gaps=(gap,))))[0][2] == WARNING
    handled = replace(gap, handled_by=("R1",))
    assert told(checks.check_branches(broken, facts(gaps=(handled,))))[0][2] == ERROR


def test_a_branch_is_built_where_all_its_lines_stand() -> None:
    for row, status, told_as in ((0, Status.BUILT, []), (2, Status.PLANNED, ["T"])):
        network = changed(drawn(), "status", row, status)
        way = branches(network, corridor("A", "B", "C"))
        found = list(checks.check_branch_status(contract(network), way))
        assert [one.subject for one in found] == told_as
        other = [replace(way[0], status="planned")]
        assert bool(list(checks.check_branch_status(contract(network), other))) != bool(told_as)


def test_a_branch_that_misses_its_named_link_is_told() -> None:
    broken = branches(drawn(), corridor("A", "B", links=("R9",)))
    assert "unknown links R9" in next(checks.check_branches(broken, facts())).message


@pytest.mark.parametrize("kind", [Kind.LINE, Kind.GAUGE_CHANGE, Kind.TRANSFER])
def test_territories_meet_only_at_borders(kind: Kind) -> None:
    found = list(checks.check_borders(changed(drawn(), "kind", 1, kind)))
    assert [f.message for f in found] == ["joins AA-BB at no crossing"]


def test_the_high_seas_border_on_everybody() -> None:
    assert not list(checks.check_borders(moved(drawn(), "country", 5, 2)))


@pytest.mark.parametrize(
    ("asset", "message"), [(-1, "joins AA-BB by no crossing"), (1, "joins AA-BB by crossing of BB")]
)
def test_a_border_passes_a_crossing(asset: int, message: str) -> None:
    found = list(checks.check_borders(changed(drawn(), "asset", 1, asset)))
    assert [f.message for f in found] == [message]


def test_a_crossing_joins_exactly_its_pair() -> None:
    network = drawn()
    other = replace(network.assets[0], countries=("AA", "CC"))
    found = list(checks.check_borders(replace(network, assets=(other, network.assets[1]))))
    assert [f.message for f in found] == ["joins AA-BB by crossing of AA-CC"]
    within = moved(moved(network, "country", 2, 0), "country", 3, 0)
    assert told(checks.check_borders(within))[-1][0] == "check_borders"


@pytest.mark.parametrize("link", [1, 2])
def test_a_line_keeps_its_gauge(link: int) -> None:
    found = list(checks.check_gauges(changed(drawn(), "gauge_mm", link, 1435)))
    assert [f.message for f in found] == ["a line of 1435 mm joins nodes of 1520 and 1520 mm"]


def test_a_line_without_gauge_is_told_by_country() -> None:
    found = list(checks.check_national_gauges(changed(drawn(), "gauge_mm", 2, 0)))
    assert [(f.subject, f.message) for f in found] == [("BB", "1 rail lines, 22 km, have no gauge")]


def test_gauge_changes_only_at_breaks_of_gauge() -> None:
    plain = facts(terminals=(terminal("B", "BB", 0.4),))
    assert told(checks.check_gauge_changes(drawn(), plain))[0][2] == ERROR
    nowhere = changed(drawn(), "asset", 3, -1)
    assert "at nowhere" in next(checks.check_gauge_changes(nowhere, facts())).message
    at_crossing = changed(drawn(), "asset", 3, 0)
    assert told(checks.check_gauge_changes(at_crossing, facts()))
    two = facts(crossings=(crossing(gauge_b_mm=1435),))
    assert not told(checks.check_gauge_changes(at_crossing, two))


def test_a_gauge_change_changes_the_gauge() -> None:
    same = moved(drawn(), "gauge_mm", 4, 1520)
    assert "from 1520 to 1520 mm" in next(checks.check_gauge_changes(same, facts())).message


@pytest.mark.parametrize(
    ("link", "km"), [(0, 0.0), (0, -1.0), (0, np.nan), (2, np.inf), (1, 0.5), (3, np.nan)]
)
def test_lines_have_a_length_and_stops_have_none(link: int, km: float) -> None:
    found = list(checks.check_lengths(changed(drawn(), "length_km", link, km)))
    assert len(found) == 1
    assert found[0].severity == ERROR
    assert f"{km:g} km" in found[0].message


@pytest.mark.parametrize("km", [STEP_KM + 0.001, np.nan])
def test_an_arc_is_as_long_as_its_links(km: float) -> None:
    network = drawn()
    graph = contract(network)
    length = graph.arcs.length_km.copy()
    length[1] = km
    wrong = replace(graph, arcs=graph.arcs.with_columns(length_km=length))
    assert told(checks.check_arcs(network, wrong)) == [("check_arcs", "arc 1", ERROR)]
    assert not told(checks.check_arcs(network, graph))


def test_ids_of_assets_are_unique() -> None:
    network = drawn()
    twice = replace(network, assets=(*network.assets, replace(network.assets[1], id="X1")))
    assert told(checks.check_assets(twice)) == [("check_assets", "X1", ERROR)]


def test_a_terminal_off_the_network_is_an_error_and_a_mode_without_node_a_warning() -> None:
    off = facts(terminals=(terminal("Z", "BB", 9.0), *facts().terminals))
    assert told(checks.check_terminals(drawn(), off)) == [("check_terminals", "Z", ERROR)]
    half = facts(terminals=(terminal("A", "AA", 0.0, modes=("rail", "road")),))
    found = list(checks.check_terminals(drawn(), half))
    assert [(f.message, f.severity) for f in found] == [("has no road node", WARNING)]


def test_a_terminal_that_reaches_no_other_is_an_island() -> None:
    apart = changed(drawn(), "kind", 1, Kind.TRANSFER)
    found = list(checks.check_terminals(apart, facts()))
    assert [(f.subject, f.message) for f in found] == [("A", "lies on a rail island")]
    assert found[0].severity == ERROR


def test_a_terminal_behind_a_planned_line_is_a_warning() -> None:
    found = list(checks.check_terminals(changed(drawn(), "status", 0, Status.PLANNED), facts()))
    assert [(f.subject, f.severity) for f in found] == [("A", WARNING)]
    assert "not yet built" in found[0].message


def test_a_port_where_wagons_roll_aboard_is_reached_by_sea() -> None:
    quay = make_nodes(np.array([0.0]), np.array([0.0]), mode=float(Mode.SEA), terminal=0.0)
    network = drawn()
    network = replace(network, nodes=Nodes.concat(network.nodes, quay))
    port = facts(terminals=(terminal("A", "AA", 0.0, modes=("rail", "sea")),))
    found = list(checks.check_terminals(network, port))
    assert [f.message for f in found] == ["lies on a sea island"]
    ferry = changed(network, "kind", 0, Kind.BOARDING)
    assert not list(checks.check_terminals(ferry, port))


def weighed(network: Network) -> list[Finding]:
    return list(checks.check_geometry(network, checks.drawn_km(network)))


def test_the_drawn_length_follows_the_bends() -> None:
    bent = replace(
        drawn(),
        shapes=Shapes(np.array([2], np.int32), np.array([0]), np.array([1])),
        shape_lonlat=np.array([[0.3, 0.3]]),
    )
    km = checks.drawn_km(bent)
    assert km[[0, 1]] == pytest.approx([STEP_KM, 0], abs=1e-3)
    assert km[2] == pytest.approx(2 * 34.98, abs=0.1)


@pytest.mark.parametrize(
    ("mode", "km", "severity"),
    [
        (Mode.RAIL, 0.9 * STEP_KM, ERROR),
        (Mode.SEA, 0.9 * STEP_KM, WARNING),
        (Mode.RAIL, 1.7 * STEP_KM, WARNING),
    ],
)
def test_a_length_that_no_drawing_bears_out_is_told(mode: Mode, km: float, severity: str) -> None:
    network = changed(changed(drawn(), "length_km", 2, km), "mode", 2, mode)
    assert [f.severity for f in weighed(network)] == [severity]


def test_a_length_near_its_drawing_is_fine() -> None:
    assert not weighed(changed(drawn(), "length_km", 2, 0.98 * STEP_KM))
    short = changed(moved(drawn(), "lon", 5, 0.5), "length_km", 4, 1.7 * STEP_KM / 2)
    assert not weighed(short)


def test_a_hand_link_that_found_no_line_is_told() -> None:
    network = drawn()
    asset = Asset("R1", "line", "R1", 0.1, 0.0, ("AA",))
    laid = changed(replace(network, assets=(*network.assets, asset)), "asset", 0, 2)
    assert not told(checks.check_hand_links(laid, facts(links=(hand_link(id="R1"),))))
    unused = replace(network, assets=(*network.assets, asset))
    assert told(checks.check_hand_links(unused, facts(links=(hand_link(id="R1"),)))) == [
        ("check_hand_links", "R1", WARNING)
    ]


def test_a_built_crossing_without_a_line_is_told() -> None:
    report = {"crossings_without_line": ["X1"]}
    assert told(checks.check_crossings(facts(), report)) == [("check_crossings", "X1", WARNING)]
    planned = facts(crossings=(crossing(physical_status="planned"),))
    assert not told(checks.check_crossings(planned, report))


def test_a_leg_far_longer_than_the_straight_line_is_told() -> None:
    long = changed(drawn(), "length_km", 2, 100.0)
    found = list(checks.check_detours(branches(long, corridor("A", "B")), facts()))
    assert [f.message for f in found] == ["rail leg A-B is 122 km, the straight line 45 km"]
    assert not list(checks.check_detours(branches(drawn(), corridor("A", "B")), facts()))


def test_a_leg_that_leaves_a_territory_and_comes_back_is_told() -> None:
    there = moved(changed(drawn(), "country", 4, 0), "country", 5, 0)
    found = list(checks.check_excursions(contract(there), branches(there, corridor("A", "B", "C"))))
    assert not found
    found = list(checks.check_excursions(contract(there), branches(there, corridor("A", "C"))))
    assert [f.message for f in found] == ["rail leg A-C runs AA-BB-AA"]


def straight(network: Network) -> list[Finding]:
    graph, legs = contract(network), branches(network, corridor("A", "C"))
    return list(checks.check_straight_edges(network, graph, legs, checks.drawn_km(network)))


def test_a_long_straight_edge_of_a_corridor_is_told_until_it_is_bent() -> None:
    far = changed(moved(drawn(), "lon", 5, 1.4), "length_km", 4, 120.0)
    assert not straight(drawn())
    assert [f.message for f in straight(far)] == ["120 km drawn straight over 111 km, used by T"]
    assert not straight(changed(far, "length_km", 4, 112.0)), "it runs straight"
    bent = replace(
        far,
        shapes=Shapes(np.array([4], np.int32), np.array([0]), np.array([1])),
        shape_lonlat=np.array([[0.9, 0.01]]),
    )
    assert not straight(bent)


def test_links_of_legs_are_counted_once() -> None:
    network = drawn()
    leg = branches(network, corridor("A", "C"))[0].legs[0]
    assert checks.branch_links(contract(network), [leg, leg]).tolist() == [0, 1, 2, 3, 4]
    assert checks.branch_links(contract(network), []).tolist() == []
