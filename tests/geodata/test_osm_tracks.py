"""Lines of OpenStreetMap to tracks: where they are cut, joined and doubled, and how long."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from geodata.build import FACTS
from geodata.facts_io import load_facts
from geodata.measure import geodesic_km
from geodata.sources.osm_files import read_files
from geodata.sources.osm_tracks import tracks
from geodata.sources.osm_ways import Wanted, WayCollector, cut
from geodata.types import Mode, Status
from tests.oracles.osm_world import World

if TYPE_CHECKING:
    from geodata.sources.osm_ways import Ways
    from geodata.tracks import Tracks

RAIL = {"railway": "rail"}
TRUNK = {"highway": "trunk"}
STEPS = 10_000_000


def gathered(world: World) -> Ways:
    kept = WayCollector(Wanted(), "drawn")
    for number, (nodes, tags) in world.ways.items():
        kept.add_way(number, tags, nodes)
    for number, (lon, lat, tags) in world.nodes.items():
        kept.add_node(number, round(lon * STEPS), round(lat * STEPS), tags)
    return kept.ways()


def row(world: World, count: int, lat: float = 39.0) -> list[int]:
    return [world.node(45 + 0.1 * k, lat) for k in range(count)]


def test_ways_that_only_follow_each_other_are_one_line() -> None:
    world = World()
    a = row(world, 5)
    world.way(a[:3], RAIL | {"name": "short", "bridge": "yes"})
    world.way(a[:1:-1], RAIL | {"name": "long"})
    found = tracks(gathered(world))
    assert len(found) == 1
    assert found.ref[0] in {"way 101;102", "way 102;101"}
    assert found.interior[0].shape == (3, 2)
    assert sorted(found.interior[0][:, 0].tolist()) == pytest.approx([45.1, 45.2, 45.3])
    lon = np.linspace(45, 45.4, 5)
    lat = np.full(5, 39.0)
    km = geodesic_km(lon[:-1], lat[:-1], lon[1:], lat[1:]).sum()
    assert found.length_km[0] == pytest.approx(km, rel=1e-9)


def test_the_longest_stretch_names_a_line() -> None:
    world = World()
    a = row(world, 5)
    world.way(a[:2], RAIL | {"name": "A"})
    world.way(a[1:], RAIL | {"name": "B"})
    assert tracks(gathered(world)).name == ("B",)


@pytest.mark.parametrize(
    "other",
    [
        {"railway": "construction"},
        RAIL | {"gauge": "1435"},
        RAIL | {"electrified": "yes"},
        RAIL | {"maxspeed": "60"},
    ],
)
def test_a_line_ends_where_its_tags_change(other: dict[str, str]) -> None:
    world = World()
    a = row(world, 5)
    world.way(a[:3], RAIL)
    world.way(a[2:], other)
    found = tracks(gathered(world))
    assert found.ref == ("way 101", "way 102")
    assert found.v[0] == found.u[1]


def test_a_junction_in_the_midst_of_a_way_parts_it() -> None:
    world = World()
    a = row(world, 5)
    world.way(a, RAIL)
    world.way([a[2], world.node(45.2, 39.5)], RAIL)
    found = tracks(gathered(world))
    assert sorted(found.ref) == ["way 101", "way 101", "way 102"]
    assert len(np.unique(np.concatenate([found.u, found.v]))) == 4


def test_a_level_crossing_joins_no_road_to_a_track() -> None:
    world = World()
    a, b = row(world, 3), [world.node(45.1, 38.9), world.node(45.1, 39.1)]
    world.way(a, RAIL)
    world.way([b[0], a[1], b[1]], TRUNK)
    found = tracks(gathered(world))
    assert found.mode.tolist() == [Mode.RAIL, Mode.ROAD]
    assert not {*found.u[:1].tolist(), *found.v[:1].tolist()} & {
        *found.u[1:].tolist(), *found.v[1:].tolist(),
    }  # fmt: skip


def test_two_gauges_stand_twice_over_the_same_points() -> None:
    world = World()
    world.way(row(world, 3), RAIL | {"gauge": "1520;1435"})
    found = tracks(gathered(world))
    assert found.gauge_mm.tolist() == [1520, 1435]
    assert found.u[0] == found.u[1]
    assert found.v[0] == found.v[1]
    assert found.length_km[0] == found.length_km[1]


def test_the_two_carriageways_of_a_road_run_one_way_each() -> None:
    world = World()
    a, b = row(world, 4), [world.node(45.1, 39.01), world.node(45.2, 39.01)]
    world.way(a, TRUNK | {"oneway": "yes"})
    world.way([a[0], *b, a[3]], TRUNK | {"oneway": "-1"})
    world.way([a[3], world.node(45.6, 39)], TRUNK)
    found = tracks(gathered(world))
    alone = {(int(u), int(v)) for u, v, o in zip(found.u, found.v, found.oneway, strict=True) if o}
    assert len(alone) == 2
    assert {(v, u) for u, v in alone} == alone
    assert found.oneway.tolist().count(False) == 1


def test_a_loop_and_a_ring_keep_their_length() -> None:
    world = World()
    a = [world.node(45, 39), world.node(45.1, 39), world.node(45.1, 39.1)]
    world.way([*a, a[0]], RAIL)
    b = [world.node(47, 39), world.node(47.1, 39), world.node(47.1, 39.1)]
    world.way([b[0], b[1]], RAIL)
    world.way([b[1], b[2], b[0]], RAIL)
    ways = gathered(world)
    assert tracks(ways).length_km.sum() == pytest.approx(cut(ways).length_km.sum())


def test_a_way_that_leaves_the_file_is_kept_as_far_as_it_is_known() -> None:
    world = World()
    a = row(world, 6)
    world.way(a, RAIL)
    del world.nodes[a[2]]
    ways = gathered(world)
    found = tracks(ways)
    assert cut(ways).lost == 1
    assert sorted(len(one) for one in found.interior) == [0, 1]
    assert found.lon[found.v].max() == pytest.approx(45.5)


def test_a_point_named_twice_in_a_row_and_a_way_of_one_point_are_no_line() -> None:
    world = World()
    a = row(world, 3)
    world.way([a[0], a[0], a[1], a[2]], RAIL)
    world.way([a[1]], {"railway": "disused"})
    found = tracks(gathered(world))
    assert set(found.ref) == {"way 101"}
    assert (found.length_km > 0).all()


def test_the_time_of_a_crossing_is_shared_out_over_its_parts() -> None:
    world = World()
    a = row(world, 4)
    world.way(a, {"route": "ferry", "duration": "03:00"})
    world.way([a[1], world.node(45.1, 39.5)], {"route": "ferry"})
    found = tracks(gathered(world))
    told = found.duration_h[np.isfinite(found.duration_h)]
    assert told.sum() == pytest.approx(3.0)
    assert sorted(told.tolist()) == pytest.approx([1, 2], rel=1e-3)


def test_borders_are_points_of_the_tracks() -> None:
    world = World()
    a = [world.node(45, 39), world.node(45.1, 39, railway="border", name="B"), world.node(45.2, 39)]
    world.way(a, RAIL)
    found = tracks(gathered(world))
    assert (found.border_name, found.border_lon.tolist()) == (("B",), pytest.approx([45.1]))


DRAWINGS = st.lists(
    st.tuples(
        st.lists(st.integers(1, 9), min_size=2, max_size=6),
        st.sampled_from([
            RAIL, RAIL | {"gauge": "1520"}, TRUNK, TRUNK | {"oneway": "yes"},
            TRUNK | {"oneway": "-1"}, {"route": "ferry", "duration": "1:00"},
        ]),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@given(DRAWINGS)
def test_nothing_drawn_is_lost_and_no_direction_is_gained(
    ways: list[tuple[list[int], dict[str, str]]],
) -> None:
    world = World()
    for k in range(9):
        world.node(45 + 0.1 * (k % 3), 39 + 0.1 * (k // 3))
    for nodes, tags in ways:
        world.way(nodes, tags)
    found = tracks(gathered(world))
    assert legs_of(found) == legs_drawn(world)


def legs_drawn(world: World) -> set[tuple[int, object, object]]:
    """Every step between two points that may be travelled, by mode."""
    legs: set[tuple[int, object, object]] = set()
    for nodes, tags in world.ways.values():
        mode = 1 if "railway" in tags else 4 if "route" in tags else 2
        for a, b in pairwise(nodes):
            ends = [tuple(round(x, 6) for x in world.nodes[n][:2]) for n in (a, b)]
            if a != b and tags.get("oneway") != "-1":
                legs.add((mode, ends[0], ends[1]))
            if a != b and tags.get("oneway") != "yes":
                legs.add((mode, ends[1], ends[0]))
    return legs


def legs_of(found: Tracks) -> set[tuple[int, object, object]]:
    legs: set[tuple[int, object, object]] = set()
    for k in range(len(found)):
        ends = [[found.lon[n], found.lat[n]] for n in (found.u[k], found.v[k])]
        points = [ends[0], *found.interior[k].tolist(), ends[1]]
        steps = [tuple(round(float(x), 6) for x in point) for point in points]
        for a, b in pairwise(steps):
            legs.add((int(found.mode[k]), a, b))
            if not found.oneway[k]:
                legs.add((int(found.mode[k]), b, a))
    return legs


ROOT = Path(__file__).parents[2]
SHARED = [up / "shared" / "osm" / "zangezur_rail.osm" for up in ROOT.parents]


@pytest.fixture(scope="module")
def zangezur() -> Tracks:
    path = next((path for path in SHARED if path.is_file()), None)
    if path is None:
        pytest.skip("the extract zangezur_rail.osm lies beside the repository, not in it")
    return tracks(read_files([path]))


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [("HOR", "MIN", 84.3), ("HOR", "AGB", 107.2), ("ORD", "CUL", 39.4), ("CUL", "NAX", 45.6)],
)
def test_lengths_of_the_real_extract(zangezur: Tracks, a: str, b: str, km: float) -> None:
    place = {one.id: (one.lon, one.lat) for one in load_facts(FACTS).terminals}
    assert way_km(zangezur, place[a], place[b]) == pytest.approx(km, rel=0.01)


def test_what_is_being_built_in_the_real_extract(zangezur: Tracks) -> None:
    building = zangezur.status == Status.UNDER_CONSTRUCTION
    assert set(zangezur.status.tolist()) == {Status.BUILT, Status.UNDER_CONSTRUCTION}
    assert zangezur.length_km[building].sum() > 100
    ends = np.concatenate([zangezur.u[building], zangezur.v[building]])
    away = np.hypot(zangezur.lon[ends] - 46.552, zangezur.lat[ends] - 38.884)
    assert away.min() < 0.01  # the line to Aghband


def way_km(found: Tracks, a: tuple[float, float], b: tuple[float, float]) -> float:
    """Length of the way between two places over all points drawn, by an own graph."""
    lines = [
        np.array([
            [found.lon[found.u[k]], found.lat[found.u[k]]],
            *found.interior[k],
            [found.lon[found.v[k]], found.lat[found.v[k]]],
        ])
        for k in range(len(found))
    ]  # fmt: skip
    points, index = np.unique(np.concatenate(lines).round(7), axis=0, return_inverse=True)
    cuts = np.cumsum([len(one) for one in lines])
    steps = np.delete(np.stack([index[:-1], index[1:]], axis=1), cuts[:-1] - 1, axis=0)
    u, v = np.unique(np.sort(steps, axis=1), axis=0).T
    km = geodesic_km(points[u, 0], points[u, 1], points[v, 0], points[v, 1])
    graph = sp.csr_matrix((np.maximum(km, 1e-9), (u, v)), shape=(len(points),) * 2)
    ends = [int(np.hypot(*(points - place).T).argmin()) for place in (a, b)]
    return float(dijkstra(graph, directed=False, indices=[ends[0]])[0, ends[1]])
