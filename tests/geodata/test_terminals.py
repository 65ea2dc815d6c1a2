"""Terminals on the lines of their country, and the modes joined at them only."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from geodata.facts_rows import TerminalRow
from geodata.terminals import attach_terminals, ensure_terminal_nodes, join_modes, terminal_nodes
from geodata.topology import make_nodes
from geodata.types import Kind, Mode, Network, Nodes, Status
from tests.oracles.drawing import Line, applied, draw, joined, named, row

# Two parallel tracks 2 km apart: the southern one in AA, the northern one in BB.
TWO = {"a": (10.0, 50.0), "b": (12.0, 50.0), "c": (10.0, 50.02), "d": (12.0, 50.02)}
TRACKS = (Line("a", "b"), Line("c", "d", country="BB"))


def terminal(name: str, country: str, lon: float, lat: float, **more: object) -> TerminalRow:
    values: dict[str, object] = {"kind": "terminal", "modes": ("rail",), "name": name} | more
    return row(TerminalRow, id=name, country=country, lon=lon, lat=lat, **values)


def attached(network: Network, *rows: TerminalRow) -> Network:
    return applied(lambda n: attach_terminals(n, rows), network)


@pytest.mark.parametrize(("country", "lat"), [("AA", 50.0), ("BB", 50.02)])
def test_a_terminal_takes_the_line_of_its_own_country(country: str, lat: float) -> None:
    network = attached(draw(TWO, *TRACKS), terminal("T", country, 11.0, 50.01))
    (node,) = terminal_nodes(network, Mode.RAIL)["T"]
    assert network.nodes.lat[node] == pytest.approx(lat, abs=1e-4)
    assert network.nodes.lon[node] == pytest.approx(11.0, abs=1e-3)
    assert len(network.links) == 3


def test_a_terminal_out_of_reach_or_of_another_mode_stays_apart() -> None:
    far = terminal("FAR", "AA", 11.0, 49.9)
    road = terminal("ROAD", "AA", 11.0, 50.0, modes=("road",))
    network = attached(draw(TWO, *TRACKS), far, road)
    assert named(network, TWO) == ["a-b", "c-d"]
    assert terminal_nodes(network, Mode.RAIL) == terminal_nodes(network, Mode.ROAD) == {}
    assert network.terminal_ids == ("FAR", "ROAD")


def test_the_main_line_comes_before_a_nearer_fragment() -> None:
    yard = TWO | {"y": (11.0, 50.011), "z": (11.01, 50.011)}
    siding = Line("y", "z")
    network = attached(draw(yard, TRACKS[0], siding), terminal("T", "AA", 11.005, 50.01))
    (node,) = terminal_nodes(network, Mode.RAIL)["T"]
    assert network.nodes.lat[node] == pytest.approx(50.0, abs=1e-4)
    # With nothing better within reach the fragment serves.
    alone = attached(draw(yard, siding), terminal("T", "AA", 11.005, 50.01))
    assert len(terminal_nodes(alone, Mode.RAIL)["T"]) == 1


def test_two_terminals_at_one_place_get_nodes_of_their_own() -> None:
    pair = terminal("S", "AA", 10.0, 50.0), terminal("T", "AA", 10.0, 50.0)
    network = attached(draw(TWO, *TRACKS), *pair)
    nodes = terminal_nodes(network, Mode.RAIL)
    assert nodes["S"] != nodes["T"]
    assert len(network.links) == 4


def test_missing_nodes_are_made_once() -> None:
    rows = [terminal("S", "AA", 10.0, 50.0), terminal("T", "BB", 11.0, 50.0)]
    network = attached(draw(TWO, *TRACKS), *rows)

    def step(n: Network) -> Network:
        return ensure_terminal_nodes(n, rows, ["T", "T"], Mode.ROAD)

    after = applied(step, network)
    assert list(terminal_nodes(after, Mode.ROAD)) == ["T"]
    assert len(step(after).nodes) == len(after.nodes)


# A rail and a road that cross at one place, with a terminal "T" on both.
CROSS = {
    "w": (10.0, 50.0), "t": (11.0, 50.0), "e": (12.0, 50.0),
    "s": (11.0, 49.0), "x": (11.0, 50.0), "n": (11.0, 51.0),
}  # fmt: skip
BOTH = (
    Line("w", "t"), Line("t", "e"), Line("s", "x", Mode.ROAD), Line("x", "n", Mode.ROAD),
)  # fmt: skip


def test_modes_are_joined_at_the_terminal_by_one_transfer() -> None:
    network = draw(CROSS, *BOTH, terminals={"t": "T", "x": "T"})
    assert not joined(network, 0, 3)
    after = applied(lambda n: join_modes(n, [terminal("T", "AA", 11.0, 50.0)]), network)
    stops = after.links.take(after.links.kind == Kind.TRANSFER)
    assert stops.u.tolist() == [1]
    assert stops.v.tolist() == [4]
    assert stops.mode.tolist() == [Mode.ROAD]
    assert not stops.oneway.any()
    assert [after.assets[k].id for k in stops.asset] == ["T"]
    assert joined(after, 0, 3)


def test_no_mode_change_by_chance_proximity() -> None:
    after = applied(lambda n: join_modes(n, []), draw(CROSS, *BOTH))
    assert not joined(after, 0, 3)
    assert (after.links.kind == Kind.LINE).all()


def test_no_mode_change_at_a_junction() -> None:
    junction = terminal("T", "AA", 11.0, 50.0, kind="junction")
    network = draw(CROSS, *BOTH, terminals={"t": "T", "x": "T"})
    after = applied(lambda n: join_modes(n, [junction]), network)
    assert not joined(after, 0, 3)


def test_access_is_one_way_in_and_one_way_out() -> None:
    network = draw(CROSS, *BOTH, terminals={"t": "T", "x": "T"})
    after = applied(lambda n: join_modes(n, [terminal("T", "AA", 11.0, 50.0)]), network)
    access = after.links.take(after.links.kind == Kind.ACCESS)
    first = len(network.nodes)
    origin, destination = first, first + 1
    assert access.oneway.all()
    ends = set(zip(access.u.tolist(), access.v.tolist(), strict=True))
    assert ends == {(origin, 1), (origin, 4), (1, destination), (4, destination)}
    assert after.nodes.mode[[origin, destination]].tolist() == [Mode.NONE, Mode.NONE]


def rails(kind: str, *gauges: int) -> Network:
    """Return a terminal with a node of either gauge, joined."""
    points = CROSS | {"u": (11.0, 50.0), "v": (12.0, 50.1)}
    lines = Line("w", "t", gauge=1435), Line("u", "v", gauge=1520)
    here = terminal("T", "AA", 11.0, 50.0, kind=kind, gauges_mm=gauges)
    network = draw(points, *lines, terminals={"t": "T", "u": "T"})
    return applied(lambda n: join_modes(n, [here]), network)


@pytest.mark.parametrize(
    ("kind", "gauges", "changes"),
    [("gauge_break", (), 1), ("terminal", (1435, 1520), 1), ("terminal", (1520,), 0)],
)
def test_gauge_changes_only_at_a_break_of_gauge(
    kind: str, gauges: tuple[int, ...], changes: int
) -> None:
    after = rails(kind, *gauges)
    found = after.links.kind == Kind.GAUGE_CHANGE
    assert found.sum() == changes
    assert (after.links.mode[found] == Mode.RAIL).all()


def with_quay(here: TerminalRow) -> Network:
    """Return a terminal on track, road and quay, joined."""
    network = draw(CROSS, *BOTH, terminals={"t": "T", "x": "T"})
    quay = make_nodes(
        np.array([11.0]), np.array([50.0]), mode=float(Mode.SEA), country=0.0, terminal=0.0
    )
    whole = replace(network, nodes=Nodes.concat(network.nodes, quay))
    return applied(lambda n: join_modes(n, [here]), whole)


def test_a_planned_quay_has_planned_stops() -> None:
    port = terminal("T", "AA", 11.0, 50.0, planned_modes=("sea", "rail"))
    after = with_quay(port)
    assert after.assets[0].status == "planned"
    stops = after.links.take(after.links.kind != Kind.LINE)
    modes = after.nodes.mode
    at_sea = (modes[stops.u] == Mode.SEA) | (modes[stops.v] == Mode.SEA)
    assert 0 < at_sea.sum() < len(stops)
    np.testing.assert_array_equal(stops.status, np.where(at_sea, Status.PLANNED, Status.BUILT))
    assert (stops.asset == 0).all()


def test_a_port_lifts_between_ship_and_shore() -> None:
    after = with_quay(terminal("T", "AA", 11.0, 50.0))
    lifts = after.links.take(after.links.kind == Kind.TRANSFER)
    modes = sorted(after.nodes.mode[[u, v]].tolist() for u, v in zip(lifts.u, lifts.v, strict=True))
    assert modes == [[1, 2], [1, 3], [2, 3]]
    assert sorted(lifts.mode.tolist()) == [Mode.ROAD, Mode.SEA, Mode.SEA]


def test_every_terminal_becomes_an_asset_with_its_country() -> None:
    rows = [terminal(i, c, 11.0, 50.0) for i, c in product("ST", ["AA"])]
    network = draw(CROSS, *BOTH, terminals={"t": "S", "x": "T"})
    after = applied(lambda n: join_modes(n, rows), network)
    assert [(a.id, a.kind, a.countries) for a in after.assets] == [
        ("S", "terminal", ("AA",)),
        ("T", "terminal", ("AA",)),
    ]
