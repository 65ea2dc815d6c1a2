"""What holds of the build steps whatever the network is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.attribute import tag_countries, tag_nodes, territories
from geodata.borders import bind_crossings
from geodata.facts_rows import BorderRow, CrossingRow
from geodata.measure import geodesic_km
from geodata.sources.extracts import Outlines
from geodata.topology import components, make_links, points_along, stitch
from geodata.types import Kind, Mode, Network
from tests.oracles.drawing import applied, draw, facts, row

SQUARES = np.array(
    [
        *((0, 0), (10, 0), (10, 10), (0, 10), (0, 0)),
        *((10, 0), (20, 0), (20, 10), (10, 10), (10, 0)),
    ],
    float,
)
OUTLINES = Outlines(
    SQUARES[:, 0], SQUARES[:, 1], np.array([0, 5, 10]), np.array([0, 1]), np.array([0, 1]),
    ("AA", "BB"),
)  # fmt: skip
PLACES = territories(OUTLINES, [])
GAUGES = (1435, 1520)


class Tangle(NamedTuple):
    """A random network over both countries and what it was drawn from."""

    network: Network
    seed: int


@st.composite
def tangles(draw_: st.DrawFn) -> Tangle:
    seed = draw_(st.integers(0, 2**32))
    n, m = draw_(st.integers(2, 12)), draw_(st.integers(1, 20))
    rng = np.random.default_rng(seed)
    # Two degrees off the border, so that no stretch is short enough to be a dip.
    lon = np.where(rng.random(n) < 0.5, rng.uniform(1, 8, n), rng.uniform(12, 19, n))
    points = {f"p{k}": (lon[k], rng.uniform(1, 9)) for k in range(n)}
    u = rng.integers(0, n, m)
    v = (u + rng.integers(1, n, m)) % n
    mode = float(rng.choice([Mode.RAIL, Mode.ROAD]))
    base = draw(points)
    lat = base.nodes.lat
    km = geodesic_km(lon[u], lat[u], lon[v], lat[v]) * rng.uniform(1, 1.5, m)
    links = make_links(u, v, mode=mode, length_km=km, source=0.0)
    nodes = base.nodes.with_columns(mode=np.full(n, mode, np.int8))
    return Tangle(base.__class__(**{**vars(base), "nodes": nodes, "links": links}), seed)


@given(tangles())
def test_countries_are_tagged_by_place_and_lengths_kept(tangle: Tangle) -> None:
    before = tangle.network
    after = applied(lambda n: tag_countries(n, PLACES, ()), before)
    lines = len(after.links)
    assert after.links.length_km.sum() == pytest.approx(before.links.length_km.sum(), abs=0.1)
    middle = points_along(after, np.arange(lines), np.full(lines, 0.5))
    east = middle[:, 0] > 10
    np.testing.assert_array_equal(after.links.country, east)
    for end in (after.links.u, after.links.v):
        over = (after.nodes.lon[end] - 10) * np.where(east, 1, -1) < -1e-9
        assert not over.any(), "a piece reaches over the border"


def gauged(tangle: Tangle) -> Network:
    """Return the network tagged, with a random gauge on each railway line."""
    network = tag_nodes(tag_countries(tangle.network, PLACES, ()))
    rng = np.random.default_rng([tangle.seed, 1])
    rail = network.links.mode == Mode.RAIL
    gauge = np.where(rail, rng.choice(GAUGES, len(network.links)), 0).astype(np.int16)
    links = network.links.with_columns(gauge_mm=gauge)
    return network.__class__(**{**vars(network), "links": links})


@given(tangles(), st.sampled_from([(), ("rail",), ("road",), ("rail", "road")]), st.booleans())
def test_borders_and_gauges_are_passed_at_stops_only(
    tangle: Tangle,
    all_named: tuple[str, ...],
    name_one: bool,  # noqa: FBT001
) -> None:
    network = gauged(tangle)
    mode = "rail" if (network.links.mode == Mode.RAIL).all() else "road"
    named = row(
        CrossingRow, id="X", mode=mode, country_a="AA", country_b="BB", lon=10.0, lat=5.0,
        physical_status="built", gauge_a_mm=1520, gauge_b_mm=1435,
    )  # fmt: skip
    border = row(BorderRow, country_a="AA", country_b="BB", all_named=all_named)
    tables = facts(crossings=[named] if name_one else [], borders=[border])
    after = applied(lambda n: bind_crossings(n, tables), network)
    line = after.links.kind == Kind.LINE
    assert line.sum() == len(network.links)
    for end in (after.links.u[line], after.links.v[line]):
        np.testing.assert_array_equal(after.nodes.country[end], after.links.country[line])
        np.testing.assert_array_equal(after.nodes.gauge_mm[end], after.links.gauge_mm[line])
    stops = after.links.take(~line)
    assert (stops.asset >= 0).all()
    kinds = {after.assets[k].kind for k in stops.asset}
    assert kinds <= {"crossing"}
    if mode in all_named and not name_one:
        label = components(after, np.ones(len(after.links), bool))
        ends = after.links.u
        assert not {*label[ends[after.links.country == 0]]} & {
            *label[ends[after.links.country == 1]]
        }


@given(tangles(), st.floats(0.1, 200))
def test_stitching_joins_and_never_parts(tangle: Tangle, gap_km: float) -> None:
    before = tangle.network
    mode = Mode(int(before.links.mode[0]))
    after = applied(lambda n: stitch(n, mode, near_km=gap_km / 3, gap_km=gap_km), before)
    kept = np.arange(len(before.links))
    np.testing.assert_array_equal(after.links.u[kept], before.links.u)
    old, new = (components(n, np.ones(len(n.links), bool)) for n in (before, after))
    pairs = {(a, b) for a, b in zip(old.tolist(), new.tolist(), strict=True)}
    assert len(pairs) == len(set(old.tolist()))  # one new component for each old one
    fresh = after.links.length_km[len(kept) :]
    assert (fresh <= gap_km * 1.01).all()


def test_the_squares_are_what_they_seem() -> None:
    """The drawing itself: both squares valid, sharing the border at ten degrees east."""
    one, two = PLACES.polygons
    assert shapely.is_valid([one, two]).all()
    assert shapely.intersection(one, two).wkt.startswith("LINESTRING (10")
    assert PLACES.borders.tolist() == [[10.0, 0.0, 10.0, 10.0]]
