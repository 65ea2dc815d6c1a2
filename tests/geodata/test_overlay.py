"""Hand facts written over the data: corrections, hand links, attributes, gauges."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.errors import NetworkError
from geodata.facts_rows import CorrectionRow, CrossingRow, GaugeRow, LinkRow, TerminalRow
from geodata.overlay import add_hand_links, correct, tag_gauge, write_attributes
from geodata.topology import shape_points
from geodata.types import Links, Mode, Network, Status
from tests.oracles.drawing import Line, applied, draw, facts, joined, named, nodes_at, row

# A track a-b-c with a detour b-d-c, and a lone track e-f.
POINTS = {
    "a": (10.0, 50.0),
    "b": (10.5, 50.0),
    "c": (11.0, 50.0),
    "d": (10.75, 50.4),
    "e": (11.05, 50.0),
    "f": (12.0, 50.0),
}
TRACKS = Line("a", "b"), Line("b", "c"), Line("b", "d"), Line("d", "c"), Line("e", "f")
ALL = ["a-b", "b-c", "b-d", "c-d", "e-f"]


def correction(action: str, start: str, end: str, *via: str, **more: object) -> CorrectionRow:
    (lon_a, lat_a), (lon_b, lat_b) = POINTS[start], POINTS[end]
    values: dict[str, object] = {
        "id": "C1",
        "mode": "rail",
        "lon_a": lon_a,
        "lat_a": lat_a,
        "lon_b": lon_b,
        "lat_b": lat_b,
        "via_lonlat": tuple(POINTS[name] for name in via),
    }
    return row(CorrectionRow, action=action, **(values | more))


def corrected(*rows: CorrectionRow) -> Network:
    return applied(lambda n: correct(n, rows), draw(POINTS, *TRACKS))


def test_a_stitch_joins_two_nodes_of_the_data() -> None:
    after = corrected(correction("stitch", "c", "e"))
    assert named(after, POINTS) == sorted([*ALL, "c-e"])
    assert after.links.length_km[-1] == pytest.approx(3.585, abs=0.01)


@pytest.mark.parametrize(("ends", "first"), [("bc", 10.6), ("cb", 10.9)])
def test_a_shape_bends_an_edge_whichever_way_it_is_named(ends: str, first: float) -> None:
    bends = ((10.6, 50.1), (10.9, 50.1))
    via = bends if ends == "bc" else bends[::-1]
    after = corrected(correction("shape", *ends, via_lonlat=via, km=41.0))
    assert via[0][0] == first
    assert shape_points(after)[1].tolist() == [list(point) for point in bends]
    assert after.links.length_km[1] == 41.0


def test_a_shape_without_length_keeps_the_datas() -> None:
    before = draw(POINTS, *TRACKS).links.length_km
    after = corrected(correction("shape", "b", "c", via_lonlat=((10.6, 50.1),)))
    np.testing.assert_array_equal(after.links.length_km, before)


def test_exclude_removes_the_way_along_its_points_only() -> None:
    assert named(corrected(correction("exclude", "a", "c")), POINTS) == ["b-d", "c-d", "e-f"]
    around = corrected(correction("exclude", "b", "c", "d"))
    assert named(around, POINTS) == ["a-b", "b-c", "e-f"]


def test_a_shape_and_an_exclusion_together_keep_the_right_rows() -> None:
    bend = correction("shape", "d", "c", via_lonlat=((10.9, 50.3),))
    after = corrected(correction("exclude", "a", "b"), bend, correction("stitch", "c", "e"))
    assert named(after, POINTS) == ["b-c", "b-d", "c-d", "c-e", "e-f"]
    assert list(shape_points(after)) == [2]


def test_corrections_are_of_their_mode() -> None:
    with pytest.raises(NetworkError, match="no road node"):
        corrected(correction("stitch", "c", "e", mode="road"))


def test_every_correction_that_fits_no_data_is_named() -> None:
    rows = [
        correction("stitch", "c", "e", id="FAR", lon_a=20.0),
        correction("shape", "a", "c", id="NO_EDGE", via_lonlat=((10.5, 50.1),)),
        correction("exclude", "a", "f", id="NO_WAY"),
    ]
    with pytest.raises(NetworkError) as error:
        corrected(*rows)
    assert all(name in str(error.value) for name in ("FAR", "NO_EDGE", "NO_WAY"))


def test_an_exclusion_with_a_point_off_the_data_is_named() -> None:
    off = correction("exclude", "b", "c", id="OFF", via_lonlat=((10.75, 50.2),))
    with pytest.raises(NetworkError, match="OFF"):
        corrected(off)


# --- hand links -------------------------------------------------------------

ENDS = {"a": (8.0, 5.0), "s": (9.0, 5.0), "t": (11.0, 5.0), "b": (12.0, 5.0)}
STUBS = Line("a", "s"), Line("t", "b", country="BB")
S = row(TerminalRow, id="S", country="AA", lon=9.0, lat=5.0)
T = row(TerminalRow, id="T", country="BB", lon=11.0, lat=5.0)


def link(name: str = "R1", action: str = "add", **more: object) -> LinkRow:
    values: dict[str, object] = {
        "from_id": "S", "to_id": "T", "mode": "rail", "km": 250.0, "physical_status": "built",
    }  # fmt: skip
    return row(LinkRow, id=name, action=action, **(values | more))


def crossing(lon: float, lat: float = 5.0, **more: object) -> CrossingRow:
    values: dict[str, object] = {"mode": "rail", "country_a": "BB", "country_b": "AA"}
    return row(CrossingRow, id="X", lon=lon, lat=lat, **(values | more))


def with_links(*rows: LinkRow, crossings: tuple[CrossingRow, ...] = ()) -> Network:
    tables = facts(links=rows, crossings=crossings, terminals=(S, T))
    network = draw(ENDS, *STUBS, terminals={"s": "S", "t": "T"})
    return applied(lambda n: add_hand_links(n, tables), network)


def of_asset(network: Network, name: str) -> Links:
    asset = [asset.id for asset in network.assets].index(name)
    return network.links.take(network.links.asset == asset)


@pytest.mark.parametrize("action", ["add", "replace"])
def test_a_hand_link_is_cut_at_the_named_crossing(action: str) -> None:
    after = with_links(link(action=action), crossings=(crossing(10.5),))
    points = ENDS | {"x": (10.5, 5.0)}
    assert named(after, points) == ["a-s", "b-t", "s-x", "t-x"]
    pieces = of_asset(after, "R1")
    assert pieces.country.tolist() == [0, 1]
    assert pieces.length_km.sum() == pytest.approx(250.0)
    assert pieces.length_km[0] / 250 == pytest.approx(0.75, abs=0.01)
    assert after.assets[0].countries == ("AA", "BB")


def test_of_two_crossings_the_one_on_the_line_is_taken() -> None:
    pair = crossing(9.5, 5.4), crossing(10.8, 5.0)
    after = with_links(link(), crossings=pair)
    assert nodes_at(after, (10.8, 5.0))
    assert not nodes_at(after, (9.5, 5.4))


@pytest.mark.parametrize("other", [(), (crossing(10.5, mode="road"),)])
def test_without_a_crossing_the_cut_lies_half_way(other: tuple[CrossingRow, ...]) -> None:
    assert nodes_at(with_links(link(), crossings=other), (10.0, 5.0))


def test_lines_keep_status_gauge_and_years_of_their_row() -> None:
    planned = link(
        physical_status="planned", gauge_mm=1435, opening_low=2028, opening_likely=2030,
        opening_high=2035, capacity_mt_yr=8.0,
    )  # fmt: skip
    after = with_links(planned, crossings=(crossing(10.5),))
    pieces = of_asset(after, "R1")
    assert set(pieces.status.tolist()) == {Status.PLANNED}
    assert set(pieces.gauge_mm.tolist()) == {1435}
    assert set(after.links.status[:2].tolist()) == {Status.BUILT}
    asset = after.assets[0]
    assert (asset.status, asset.opening_likely, asset.capacity_mt_yr) == ("planned", 2030, 8.0)


def test_via_points_are_shared_between_the_pieces() -> None:
    bent = link(via_lonlat=((9.5, 5.2), (10.7, 4.8)))
    after = with_links(bent, crossings=(crossing(10.5, 4.9),))
    shapes = {k: xy.tolist() for k, xy in shape_points(after).items()}
    assert shapes == {2: [[9.5, 5.2]], 3: [[10.7, 4.8]]}


def test_parallel_hand_links_stay_apart() -> None:
    after = with_links(link("R1"), link("R2", km=230.0), crossings=(crossing(10.5),))
    assert of_asset(after, "R1").length_km.sum() == pytest.approx(250.0)
    assert of_asset(after, "R2").length_km.sum() == pytest.approx(230.0)
    assert len(nodes_at(after, (10.5, 5.0))) == 2


def test_a_hand_link_makes_the_nodes_it_lacks() -> None:
    after = with_links(link(mode="road"), crossings=(crossing(10.5, mode="road"),))
    assert len(nodes_at(after, ENDS["s"], mode=Mode.ROAD)) == 1
    assert not joined(after, 0, 2)  # a road joins no tracks


# --- attributes -------------------------------------------------------------

LINE = {"s": (8.0, 5.0), "m": (9.0, 5.0), "t": (10.0, 5.0), "u": (9.0, 5.5)}
WITH_BOW = Line("s", "m"), Line("m", "t"), Line("s", "u"), Line("u", "t")


def attributed(*rows: LinkRow) -> Network:
    network = draw(LINE, *WITH_BOW, terminals={"s": "S", "t": "T"})
    return applied(lambda n: write_attributes(n, rows), network)


def test_attributes_name_the_shortest_path() -> None:
    after = attributed(link(action="attributes", km=225.0, gauge_mm=1520))
    assert after.links.asset.tolist() == [0, 0, -1, -1]
    assert after.links.gauge_mm.tolist() == [1520, 1520, 0, 0]
    assert (after.assets[0].id, after.assets[0].kind) == ("R1", "line")


@pytest.mark.parametrize("km", [150.0, 350.0])
def test_a_path_of_quite_another_length_is_not_the_line_meant(km: float) -> None:
    after = attributed(link(action="attributes", km=km))
    assert after.assets == ()
    assert (after.links.asset == -1).all()


def test_a_line_named_twice_belongs_to_the_first() -> None:
    rows = [link(name, action="attributes", km=222.0) for name in ("R1", "R2")]
    after = attributed(*rows)
    assert after.links.asset.tolist() == [0, 0, -1, -1]


# --- gauges -----------------------------------------------------------------


def default(country: str, gauge: int) -> GaugeRow:
    return row(GaugeRow, country=country, gauge_mm=gauge, kind="default")


def exception(*gauges: int) -> GaugeRow:
    return row(GaugeRow, country="AA", kind="exception", from_id="S", to_id="T", gauges_mm=gauges)


def gauged(network: Network, *rows: GaugeRow) -> Network:
    return applied(lambda n: tag_gauge(n, rows), network)


def test_a_track_has_the_gauge_of_its_country_and_a_road_none() -> None:
    lines = (*STUBS, Line("s", "t", Mode.ROAD))
    after = gauged(draw(ENDS, *lines), default("AA", 1520), default("BB", 1435))
    assert after.links.gauge_mm.tolist() == [1520, 1435, 0]


def test_a_disputed_territory_has_the_gauge_of_its_parent() -> None:
    network = draw(ENDS, Line("a", "s", country="AA-X"), countries=("AA", "BB", "AA-X", "XZ"))
    assert gauged(network, default("AA", 1520)).links.gauge_mm.tolist() == [1520]


def test_dual_gauge_becomes_parallel_links() -> None:
    network = draw(LINE, *WITH_BOW, terminals={"s": "S", "t": "T"})
    after = gauged(network, default("AA", 1520), exception(1520, 1435))
    assert sorted(after.links.gauge_mm[[0, 1, 4, 5]].tolist()) == [1435, 1435, 1520, 1520]
    assert after.links.gauge_mm[[2, 3]].tolist() == [1520, 1520]
    assert named(after, LINE) == sorted(["m-s", "m-t", "s-u", "t-u", "m-s", "m-t"])


def test_parallel_links_run_along_the_same_shape() -> None:
    bent = Line("s", "t", via=((9.0, 5.1),))
    network = draw(LINE, bent, terminals={"s": "S", "t": "T"})
    after = gauged(network, exception(1520, 1435))
    first, second = shape_points(after).values()
    assert first.tolist() == second.tolist() == [[9.0, 5.1]]


def test_a_named_line_that_the_data_lacks_is_skipped() -> None:
    far = LINE | {"u": (9.0, 10.0)}
    detour = draw(far, Line("s", "u"), Line("u", "t"), terminals={"s": "S", "t": "T"})
    after = gauged(detour, default("AA", 1520), exception(1520, 1435))
    assert after.links.gauge_mm.tolist() == [1520, 1520]


def test_the_gauge_of_an_attribute_comes_before_the_countrys() -> None:
    after = gauged(attributed(link(action="attributes", gauge_mm=1435)), default("AA", 1520))
    assert after.links.gauge_mm.tolist() == [1435, 1435, 1520, 1520]


def test_a_hand_link_is_at_least_as_long_as_it_is_drawn() -> None:
    after = with_links(link(km=100.0), crossings=(crossing(10.5),))
    assert of_asset(after, "R1").length_km.sum() == pytest.approx(221.8, abs=0.1)
