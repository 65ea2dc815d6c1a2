"""Laying lines of another source: joined at the rim, nothing lost, and told what did not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import NetworkError
from geodata.patch import Laid, Patch, km_by_mode, lay
from geodata.topology import SHORTEST_KM, components, lines_of, shape_points
from geodata.types import Mode, Network, Status
from tests.oracles.drawing import Line, applied, draw, named
from tests.oracles.tracks import of_network, tracks

if TYPE_CHECKING:
    from geodata.joining import GaugeAt
    from geodata.tracks import Tracks
    from geodata.types import Floats, Shorts

# A railway from west to east, a road beside it, and a box around their middle.
PLACES = {"a": (10.0, 50.0), "b": (11.0, 50.0), "c": (12.0, 50.0), "d": (13.0, 50.0)}
ROAD = {"A": (10.0, 50.2), "B": (13.0, 50.2)}
BASE = (Line("a", "b"), Line("b", "c"), Line("c", "d"), Line("A", "B", Mode.ROAD))
BOX = shapely.box(10.5, 49.0, 12.5, 51.0)
RAIL = frozenset({Mode.RAIL})
RIM = {"w": (10.5, 50.0), "e": (12.5, 50.0)}


def national(gauge: int) -> GaugeAt:
    def at(lon: Floats, lat: Floats) -> Shorts:
        assert lon.shape == lat.shape
        return np.full(len(lon), gauge, np.int16)

    return at


def laid(
    patch: Tracks,
    base: Network | None = None,
    *,
    inside: shapely.Polygon | None = BOX,
    replaces: frozenset[Mode] = RAIL,
    rim_km: float = 2.0,
    gauge: int = 1520,
) -> tuple[Network, Laid]:
    base = base or draw(PLACES | ROAD, *BASE)
    told: list[Laid] = []

    def step(network: Network) -> Network:
        after, one = lay(
            network,
            Patch("p", patch, inside, replaces if inside else frozenset(), rim_km),
            gauge_at=national(gauge),
        )
        told.append(one)
        return after

    after = applied(step, base)
    conserved(base, after, told[0])
    return after, told[0]


def conserved(base: Network, after: Network, one: Laid) -> None:
    """Whatever was there stays, gives way or comes new, and the report tells which."""
    before, now = km_by_mode(base.links), km_by_mode(after.links)
    for mode in {*before, *now}:
        told = before.get(mode, 0.0) - one.replaced_km.get(mode, 0.0)
        told += one.laid_km.get(mode, 0.0) + one.join_km.get(mode, 0.0)
        assert now.get(mode, 0.0) == pytest.approx(told, abs=0.02), mode


def reaches(network: Network, mode: Mode, a: tuple[float, float], b: tuple[float, float]) -> bool:
    lines = lines_of(network, mode)
    label = components(network, lines)
    used = np.unique(np.stack([network.links.u[lines], network.links.v[lines]]))
    lon, lat = network.nodes.lon[used], network.nodes.lat[used]
    nodes = [used[np.argmin(np.hypot(lon - x, lat - y))] for x, y in (a, b)]
    return bool(label[nodes[0]] == label[nodes[1]])


def test_lines_inside_give_way_and_the_new_ones_join_at_the_rim() -> None:
    way = {"w": (10.5, 50.005), "m": (11.5, 50.4), "e": (12.5, 49.995)}
    after, one = laid(tracks(way, Line("w", "m"), Line("m", "e")))
    names = PLACES | ROAD | {"W": (10.5, 50.0), "E": (12.5, 50.0)} | way
    assert named(after, names) == ["A-B", "E-d", "E-e", "W-a", "W-w", "e-m", "m-w"]
    assert [(j.joined, j.side, j.mode) for j in one.joins] == [(True, "network", "rail")] * 2
    assert [j.gap_km for j in one.joins] == pytest.approx([0.556, 0.556], abs=0.01)
    assert one.replaced_km == {"rail": pytest.approx(2 * 71.7, rel=1e-2)}
    assert reaches(after, Mode.RAIL, PLACES["a"], PLACES["d"])
    # What came from where.
    sources = {after.sources[k] for k in after.links.source[lines_of(after, Mode.RAIL)]}
    assert sources == {"osm_rail", "custom", "join"}


def test_lines_over_the_rim_are_clipped_at_it() -> None:
    way = {"w": (10.2, 50.001), "m": (11.5, 50.4), "e": (12.9, 50.001)}
    bends = Line("w", "m", via=((10.5, 50.001),)), Line("m", "e", via=((12.5, 50.001),))
    after, one = laid(tracks(way, *bends))
    assert one.outside_km["rail"] == pytest.approx(21.5 + 28.7, abs=0.1)
    assert reaches(after, Mode.RAIL, PLACES["a"], PLACES["d"])
    inside = after.links.source == after.sources.index("custom")
    ends = np.concatenate([after.links.u[inside], after.links.v[inside]])
    assert after.nodes.lon[ends].min() == pytest.approx(10.5)
    assert after.nodes.lon[ends].max() == pytest.approx(12.5)


def test_ends_farther_apart_than_the_tolerance_stay_loose_and_are_told() -> None:
    way = {"w": (10.5, 50.03), "m": (11.5, 50.4), "e": (12.5, 50.0)}
    after, one = laid(tracks(way, Line("w", "m"), Line("m", "e")))
    assert not reaches(after, Mode.RAIL, PLACES["a"], PLACES["d"])
    loose = [j for j in one.joins if not j.joined]
    assert [(j.side, j.lat) for j in loose] == [("network", 50.0), ("patch", 50.03)]
    assert [j.gap_km for j in loose] == pytest.approx([3.33, 3.33], abs=0.02)
    wider, _ = laid(tracks(way, Line("w", "m"), Line("m", "e")), rim_km=4.0)
    assert reaches(wider, Mode.RAIL, PLACES["a"], PLACES["d"])


def test_nothing_near_has_no_distance() -> None:
    after, one = laid(tracks({"m": (11.4, 50.4), "n": (11.6, 50.4)}, Line("m", "n")))
    assert [(j.side, j.joined, j.gap_km) for j in one.joins] == [("network", False, None)] * 2
    ((mode, km, lon, lat),) = one.islands
    assert (mode, lon, lat) == ("rail", 11.4, 50.4)
    assert km == pytest.approx(14.2, abs=0.1)
    assert len(after.links) == 4


def test_other_modes_are_left_alone_and_do_not_join() -> None:
    way = {"w": (10.5, 50.2), "e": (12.5, 50.2)}
    after, one = laid(tracks(way, Line("w", "e")))
    assert not any(j.joined for j in one.joins)
    assert "A-B" in named(after, PLACES | ROAD)


def test_ends_join_lines_of_their_gauge_though_another_is_nearer() -> None:
    way = {"w": (10.5, 50.002), "e": (12.5, 50.0), "x": (10.5, 50.001), "y": (12.4, 50.001)}
    lines = Line("w", "e", gauge=1520), Line("x", "y", gauge=1435)
    _, one = laid(tracks(way, *lines))
    west = [j for j in one.joins if j.joined and j.side == "network" and j.lon < 11]
    assert [(j.to_lat, j.gauge_mm) for j in west] == [(50.002, 0)]
    _, other = laid(tracks(way, *lines), gauge=1435)
    west = [j for j in other.joins if j.joined and j.side == "network" and j.lon < 11]
    assert [j.to_lat for j in west] == [50.001]


def test_a_line_of_two_gauges_joins_with_both() -> None:
    way = {"w": (10.5, 50.001), "e": (12.5, 50.001)}
    base = draw(PLACES, *(Line(a, b, gauge=g) for a, b in ("ab", "bc", "cd") for g in (1435, 1520)))
    after, one = laid(tracks(way, Line("w", "e", gauge=1435), Line("w", "e", gauge=1520)), base)
    assert len([j for j in one.joins if j.joined]) == 4
    stitched = after.links.source == after.sources.index("join")
    assert sorted(after.links.gauge_mm[stitched].tolist()) == [1435, 1435, 1520, 1520]


def test_added_lines_join_where_they_end() -> None:
    way = {"n": (11.3, 50.01), "far": (11.3, 51.0), "s": (12.0, 49.99), "x": (11.5, 49.0)}
    after, one = laid(tracks(way, Line("n", "far"), Line("s", "x")), inside=None)
    names = PLACES | ROAD | way | {"t": (11.3, 50.0)}
    assert named(after, names, mode=Mode.RAIL) == [
        "a-b", "b-t", "c-d", "c-s", "c-t", "far-n", "n-t", "s-x",
    ]  # fmt: skip
    assert [(j.joined, j.lat) for j in one.joins] == [
        (True, 50.01), (False, 51.0), (False, 49.0), (True, 49.99),
    ]  # fmt: skip
    assert one.replaced_km == {}


def test_lines_are_added_inside_an_area_where_nothing_gives_way() -> None:
    way = {"n": (11.3, 50.01), "far": (11.3, 52.0), "o": (13.5, 50.0), "p": (14.0, 50.0)}
    after, one = laid(tracks(way, Line("n", "far"), Line("o", "p")), replaces=frozenset())
    assert one.replaced_km == {}
    assert one.outside_km["rail"] == pytest.approx(111.3 + 35.8, abs=0.5)
    assert [(j.joined, round(j.lat, 6)) for j in one.joins] == [(True, 50.01), (False, 51.0)]
    assert {"A-B", "a-b", "c-d"} <= set(named(after, PLACES | ROAD))


def test_a_patch_without_lines_in_its_area_only_clears_it() -> None:
    after, one = laid(tracks({"x": (20.0, 50.0), "y": (21.0, 50.0)}, Line("x", "y")))
    assert one.laid_km == {}
    assert one.replaced_km["rail"] == pytest.approx(143.3, abs=0.5)
    assert len(after.links) == 3


def test_the_end_of_a_spur_near_the_rim_is_not_joined_beside_itself() -> None:
    way = {"w": (10.5, 50.0), "s": (10.52, 50.0), "e": (12.5, 50.0), "t": (10.52, 50.01)}
    after, one = laid(tracks(way, Line("w", "s"), Line("s", "e"), Line("s", "t")))
    assert [j.lon for j in one.joins if j.joined] == [10.5, 12.5]
    assert reaches(after, Mode.RAIL, PLACES["a"], PLACES["d"])


def test_a_line_laid_twice_is_two_lines_that_meet_at_their_ends() -> None:
    after, one = laid(tracks(PLACES, Line("a", "b")), inside=None)
    assert named(after, PLACES, mode=Mode.RAIL) == ["a-a", "a-b", "a-b", "b-b", "b-c", "c-d"]
    assert [j.gap_km for j in one.joins] == [0.0, 0.0]
    assert one.join_km == {"rail": 2 * SHORTEST_KM}


def test_a_node_of_two_modes_becomes_two() -> None:
    way = {"w": (10.5, 50.0), "m": (11.5, 50.1), "e": (12.5, 50.0), "r": (11.5, 50.2)}
    lines = Line("w", "m"), Line("m", "e"), Line("m", "r", Mode.ROAD)
    after, _ = laid(tracks(way, *lines))
    touching = [
        set(after.links.mode[(after.links.u == n) | (after.links.v == n)].tolist())
        for n in range(len(after.nodes))
    ]
    assert all(len(modes) <= 1 for modes in touching)


def test_what_the_network_cannot_carry_is_told() -> None:
    way = {"w": (10.5, 50.0), "e": (12.5, 50.0), "p": (11.0, 49.5), "q": (11.5, 49.5)}
    lines = Line("w", "e", status=Status.PLANNED), Line("p", "q", Mode.FERRY), Line("p", "p")
    after, one = laid(tracks(way, *lines))
    assert set(one.left_out) == {"ferry_km"}
    assert one.left_out["ferry_km"] == pytest.approx(36.2, abs=0.1)
    planned = after.links.source == after.sources.index("custom")
    assert after.links.status[planned].tolist() == [Status.PLANNED]


def test_shapes_and_lengths_stay_with_the_lines() -> None:
    way = {"w": (10.5, 50.0), "e": (12.5, 50.0)}
    bend = ((11.0, 50.5), (12.0, 50.5))
    after, _ = laid(tracks(way, Line("w", "e", km=300.0, via=bend)))
    (row,) = np.flatnonzero(after.links.source == after.sources.index("custom")).tolist()
    assert shape_points(after)[row].tolist() == [list(point) for point in bend]
    assert after.links.length_km[row] == 300.0


@given(st.floats(9.9, 11.9), st.floats(0.05, 1.4), st.floats(49.3, 50.1))
def test_a_region_laid_in_its_own_place_changes_no_length(
    west: float, width: float, south: float
) -> None:
    """The identity: what is cut out and laid again is as long as it was."""
    base = draw(PLACES | ROAD, *BASE)
    box = shapely.box(west, south, west + width, 50.1)
    after, one = laid(
        of_network(base, Mode.RAIL, Mode.ROAD), base, inside=box,
        replaces=frozenset({Mode.RAIL, Mode.ROAD}),
    )  # fmt: skip
    # Where the railway ends at the rim there is nothing beyond to join.
    assert all(j.joined for j in one.joins if (j.lon, j.lat) not in PLACES.values())
    assert one.replaced_km == pytest.approx(one.laid_km)
    assert all(j.gap_km == pytest.approx(0, abs=1e-6) for j in one.joins if j.joined)
    assert reaches(after, Mode.RAIL, PLACES["a"], PLACES["d"])


def test_what_does_not_fit_together_is_refused() -> None:
    some = tracks(PLACES, Line("a", "b"))
    with pytest.raises(NetworkError, match="no polygon"):
        Patch("p", some, None, RAIL)
    with pytest.raises(NetworkError, match="only rail, road and sea"):
        Patch("p", some, BOX, frozenset({Mode.FERRY}))
    with pytest.raises(NetworkError, match="joins nothing"):
        Patch("p", some, BOX, RAIL, rim_km=0.0)
