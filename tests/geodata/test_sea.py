"""Straits, shipping services and ports on drawn sea lanes."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from geodata.errors import NetworkError
from geodata.facts_rows import ServiceRow, StraitRow, TerminalRow
from geodata.sea import attach_ports, drop_caspian_lanes, tag_straits
from geodata.services import add_services
from geodata.topology import shape_points
from geodata.types import Asset, Kind, Links, Mode, Network, Status
from tests.oracles.drawing import Line, Point, applied, draw, facts, joined, named, nodes_at, row

# Lanes a-b-c-d; a strait lies between b and c; e-f is a sea apart.
LANES = {
    "a": (0.0, 0.0), "b": (2.0, 0.0), "c": (3.0, 0.0), "d": (5.0, 0.0),
    "e": (0.0, 20.0), "f": (2.0, 20.0),
}  # fmt: skip
SEA = tuple(
    Line(a, b, Mode.SEA, country="XZ") for a, b in (("a", "b"), ("b", "c"), ("c", "d"), ("e", "f"))
)


def strait(name: str, *gates: tuple[Point, Point], **more: object) -> StraitRow:
    return row(StraitRow, id=name, name=name, gates=gates, **more)


BC = (LANES["b"], LANES["c"])


def tagged(*straits: StraitRow, lanes: tuple[Line, ...] = SEA) -> Network:
    return applied(lambda n: tag_straits(n, straits), draw(LANES, *lanes))


@pytest.mark.parametrize("gate", [BC, BC[::-1]])
def test_a_strait_is_its_gate_edges_and_nothing_else(gate: tuple[Point, Point]) -> None:
    after = tagged(strait("S_BC", gate))
    assert after.links.asset.tolist() == [-1, 0, -1, -1]
    assert [(a.id, a.kind, a.countries) for a in after.assets] == [("S_BC", "strait", ("XZ",))]


def test_closing_the_gates_closes_the_strait() -> None:
    after = tagged(strait("S_BC", BC))
    assert joined(after, 0, 3)
    rows = after.links.asset < 0
    assert named(after, LANES) == ["a-b", "b-c", "c-d", "e-f"]
    assert named(with_links(after, rows), LANES) == ["a-b", "c-d", "e-f"]
    assert not joined(with_links(after, rows), 0, 3)


def with_links(network: Network, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Network:
    return network.__class__(**{**vars(network), "links": network.links.take(rows)})


def test_gates_that_are_no_edges_are_all_named() -> None:
    off = (LANES["a"], LANES["c"]), (LANES["a"], (9.0, 9.0))
    with pytest.raises(NetworkError) as error:
        tagged(strait("S_ONE", off[0]), strait("S_TWO", off[1]), strait("S_BC", BC))
    assert "S_ONE" in str(error.value)
    assert "S_TWO" in str(error.value)
    assert "S_BC" not in str(error.value)


def test_a_strait_that_the_lanes_lack_becomes_no_asset() -> None:
    assert tagged(strait("S_NONE")).assets == ()


@pytest.mark.parametrize(
    ("navigation", "status"), [("all_year", "built"), ("seasonal", "seasonal")]
)
def test_a_strait_says_whether_it_is_sailed_all_year(navigation: str, status: str) -> None:
    assert tagged(strait("S_BC", BC, navigation=navigation)).assets[0].status == status


def test_a_gate_is_an_edge_of_the_sea_not_of_the_land() -> None:
    land = Line("b", "c", Mode.ROAD)
    with pytest.raises(NetworkError, match="S_BC"):
        tagged(strait("S_BC", BC), lanes=(SEA[0], land, SEA[2]))


# --- services ---------------------------------------------------------------

PORTS = {"p": (0.0, 0.5), "q": (5.0, 0.5), "r": (1.0, 5.0), "s": (4.0, 5.0)}
P = row(TerminalRow, id="P", country="AA", lon=0.0, lat=0.5, modes=("sea",))
Q = row(TerminalRow, id="Q", country="BB", lon=5.0, lat=0.5, modes=("sea",))


def service(*carries: str, **more: object) -> ServiceRow:
    values: dict[str, object] = {
        "from_id": "P", "to_id": "Q", "type": "rail_ferry", "km": 600.0,
        "physical_status": "operating",
        "sailings_per_week_likely": 3.0,
    }  # fmt: skip
    return row(ServiceRow, id="V1", carries=carries, **(values | more))


def sailing(
    what: ServiceRow, *, gauges: tuple[int, int] = (1520, 1520), roads: bool = True
) -> Network:
    """Return lanes with a strait, ports P and Q with a track and a road each, and a service."""
    points = LANES | PORTS | {"p2": (0.0, 0.5), "q2": (5.0, 0.5)}
    land = [
        Line("p", "r", gauge=gauges[0]),
        Line("q", "s", country="BB", gauge=gauges[1]),
        Line("p2", "r", Mode.ROAD),
        Line("q2", "s", Mode.ROAD, country="BB"),
    ]
    at = {"p": "P", "q": "Q"} | ({"p2": "P", "q2": "Q"} if roads else {})
    base = draw(points, *SEA, *land, terminals=at)
    base = tag_straits(base, [strait("S_BC", BC)])
    tables = facts(services=[what], terminals=[P, Q])
    return applied(lambda n: add_services(n, tables), base)


def of_service(network: Network, kind: Kind) -> Links:
    links = network.links
    facts_source = network.sources.index("facts")
    return links.take((links.kind == kind) & (links.source == facts_source))


def test_a_service_sails_along_the_lanes_at_its_stated_length() -> None:
    after = sailing(service("sea"))
    lines = of_service(after, Kind.LINE)
    assert lines.length_km.sum() == pytest.approx(600.0)
    assert [after.assets[k].id for k in lines.asset] == ["V1", "S_BC", "V1"]
    assert set(lines.mode.tolist()) == {Mode.SEA}
    assert [after.countries[k] for k in set(lines.country.tolist())] == ["XZ"]
    # The strait's piece is the gate, b to c, a fifth of the way along the lanes.
    assert nodes_at(after, LANES["b"]).__len__() == 2
    assert lines.length_km[1] == pytest.approx(600 * 1 / 6, rel=0.1)


def test_a_service_does_not_sail_by_a_seasonal_strait() -> None:
    # The short way from p to q leads over the strait, the long one by the north.
    north = {"n": (0.0, 10.0), "m": (5.0, 10.0)}
    round_about = (Line("a", "n", Mode.SEA), Line("n", "m", Mode.SEA), Line("m", "d", Mode.SEA))
    base = draw(LANES | PORTS | north, *SEA, *round_about, terminals={"p": "P", "q": "Q"})
    by = {}
    for navigation in ("all_year", "seasonal"):
        network = tag_straits(base, [strait("S_BC", BC, navigation=navigation)])
        tables = facts(services=[service("sea", km=2500.0)], terminals=[P, Q])
        after = applied(partial(add_services, facts=tables), network)
        by[navigation] = [after.assets[k].id for k in of_service(after, Kind.LINE).asset]
    assert by == {"all_year": ["V1", "S_BC", "V1"], "seasonal": ["V1"]}


def test_a_service_that_the_lanes_do_not_lead_sails_straight() -> None:
    points = LANES | PORTS
    land = Line("p", "q"), SEA[3]
    network = draw(points, *land, terminals={"p": "P", "q": "Q"})
    tables = facts(services=[service("sea", km=560.0)], terminals=[P, Q])
    after = applied(lambda n: add_services(n, tables), network)
    lines = of_service(after, Kind.LINE)
    assert lines.length_km.tolist() == pytest.approx([560.0])


def holds(network: Network) -> list[int]:
    """Return the modes of the nodes from which cargo boards."""
    boards = of_service(network, Kind.BOARDING)
    return sorted(network.nodes.mode[boards.u].tolist())


@pytest.mark.parametrize(
    ("carries", "modes"),
    [
        (("rail",), [Mode.RAIL, Mode.RAIL]),
        (("road",), [Mode.ROAD, Mode.ROAD]),
        (("sea",), [Mode.SEA, Mode.SEA]),
        (("rail", "sea"), [Mode.RAIL, Mode.RAIL, Mode.SEA, Mode.SEA]),
    ],
)
def test_cargo_boards_as_it_is_carried(carries: tuple[str, ...], modes: list[Mode]) -> None:
    assert holds(sailing(service(*carries))) == modes


def test_wagons_roll_on_only_where_both_ports_have_the_gauge() -> None:
    assert holds(sailing(service("rail"), gauges=(1520, 1435))) == [Mode.SEA, Mode.SEA]


def test_trucks_roll_on_only_where_both_ports_have_a_road() -> None:
    assert holds(sailing(service("road"), roads=False)) == [Mode.SEA, Mode.SEA]


def test_wagons_do_not_become_trucks_aboard() -> None:
    after = sailing(service("rail", "road"))
    boards, leaves = of_service(after, Kind.BOARDING), of_service(after, Kind.TRANSFER)
    ship_mode = dict(zip(boards.v.tolist(), after.nodes.mode[boards.u].tolist(), strict=True))
    for ship, shore in zip(leaves.u.tolist(), leaves.v.tolist(), strict=True):
        assert after.nodes.mode[shore] == ship_mode[ship]
    # No line joins the ships of the two.
    assert len(set(ship_mode)) == 4


def test_boarding_and_leaving_are_one_way() -> None:
    after = sailing(service("rail"))
    boards, leaves = of_service(after, Kind.BOARDING), of_service(after, Kind.TRANSFER)
    assert boards.oneway.all()
    assert leaves.oneway.all()
    assert boards.u.tolist() == leaves.v.tolist()
    assert boards.v.tolist() == leaves.u.tolist()
    assert not of_service(after, Kind.LINE).oneway.any()


def test_a_suspended_service_does_not_sail_but_the_strait_stays() -> None:
    after = sailing(service("sea", physical_status="suspended"))
    lines = of_service(after, Kind.LINE)
    assert lines.status.tolist() == [Status.OUT_OF_USE, Status.BUILT, Status.OUT_OF_USE]


def test_services_touch_neither_lanes_nor_each_other() -> None:
    after = sailing(service("rail"))
    lanes = after.links.source == after.sources.index("searoute")
    assert set(after.links.asset[lanes].tolist()) == {-1, 0}
    assert not joined(after, 0, nodes_at(after, PORTS["p"], mode=Mode.RAIL)[0])


# --- the Caspian and the ports ----------------------------------------------


def test_lanes_behind_the_cut_gate_are_dropped_and_services_stay() -> None:
    ocean = {f"o{k}": (10.0 + k, 0.0) for k in range(5)}
    lines = [Line(f"o{k}", f"o{k + 1}", Mode.SEA) for k in range(4)]
    gate = Asset("S_VDC", "strait", "gate", 0.0, 0.0, ("XZ",))
    points = ocean | {"v": (15.0, 1.0), "k1": (16.0, 2.0), "k2": (17.0, 3.0), "z": (18.0, 3.0)}
    cut = Line("o4", "v", Mode.SEA, asset="S_VDC"), Line("v", "k1", Mode.SEA)
    inner = Line("k1", "k2", Mode.SEA), Line("k2", "z", Mode.FERRY)
    network = draw(points, *lines, *cut, *inner, assets=(gate,))
    after = applied(drop_caspian_lanes, network)
    assert named(after, points) == ["k2-z", "o0-o1", "o1-o2", "o2-o3", "o3-o4"]


def test_without_the_gate_nothing_is_dropped() -> None:
    assert len(applied(drop_caspian_lanes, draw(LANES, *SEA)).links) == 4


def port(name: str, lon: float, lat: float, **more: object) -> TerminalRow:
    values: dict[str, object] = {"country": "AA", "modes": ("sea",)}
    return row(TerminalRow, id=name, lon=lon, lat=lat, **(values | more))


def with_ports(*ports: TerminalRow, gates: tuple[StraitRow, ...] = ()) -> Network:
    base = draw(LANES, *SEA, terminals={})
    base = base.__class__(**{**vars(base), "terminal_ids": tuple(p.id for p in ports)})
    base = tag_straits(base, gates)
    return applied(lambda n: attach_ports(n, ports), base)


def test_a_port_gets_a_quay_and_a_tail_to_the_nearest_lane() -> None:
    after = with_ports(port("T", 1.0, 1.0))
    (quay,) = nodes_at(after, (1.0, 1.0))
    assert after.nodes.terminal[quay] == 0
    assert joined(after, quay, 0)
    tail = after.links.take(after.links.source == after.sources.index("model"))
    assert tail.length_km.tolist() == pytest.approx([110.6], rel=0.01)


def test_a_port_far_from_every_lane_stays_apart() -> None:
    after = with_ports(port("T", 1.0, 5.0))
    (quay,) = nodes_at(after, (1.0, 5.0))
    assert not joined(after, quay, 0)


def test_an_inland_terminal_gets_no_quay() -> None:
    after = with_ports(port("T", 1.0, 0.1, modes=("rail",)), port("U", 1.0, 1.0))
    assert nodes_at(after, (1.0, 0.1)) == []


def test_a_port_does_not_cut_a_gate() -> None:
    after = with_ports(port("T", 2.5, 0.5), gates=(strait("S_BC", BC),))
    gate = np.flatnonzero(after.links.asset == 0)
    assert len(gate) == 1
    assert after.links.length_km[gate] == pytest.approx([111.3], rel=0.01)
    # The tail ends on a lane, not on the gate.
    assert shape_points(after) == {}
