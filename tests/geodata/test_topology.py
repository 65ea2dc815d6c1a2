"""Cutting, joining and snapping on drawn networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.topology import (
    components,
    drop_unused_nodes,
    keep_links,
    lines_of,
    nearest_segment,
    points_along,
    segments,
    shape_points,
    split_links,
    stitch,
)
from geodata.types import Mode
from tests.oracles.drawing import Line, applied, draw, named

# Two tracks in a row with a gap of 200 m, then a lone one 1 km on, then one far away.
GAPS = {
    "a": (10.0, 50.0),
    "b": (10.1, 50.0),
    "c": (10.1028, 50.0),
    "d": (10.2, 50.0),
    "e": (10.2126, 50.0),
    "f": (10.3, 50.0),
    "g": (10.33, 50.0),
    "h": (10.4, 50.0),
}
TRACKS = (Line("a", "b"), Line("c", "d"), Line("e", "f"), Line("g", "h"))


def stitched(*lines: Line, near: float = 0.3, gap: float = 1.1) -> list[str]:
    network = draw(GAPS, *lines)
    after = applied(lambda n: stitch(n, Mode.RAIL, near_km=near, gap_km=gap), network)
    return named(after, GAPS)


def test_stitch_joins_gaps_and_leaves_wide_ones() -> None:
    assert named(draw(GAPS, *TRACKS), GAPS) == ["a-b", "c-d", "e-f", "g-h"]
    assert stitched(*TRACKS) == ["a-b", "b-c", "c-d", "d-e", "e-f", "g-h"]


def test_a_wide_gap_is_not_closed_within_one_component() -> None:
    # With b and c joined the long way round, d-e is still needed, but nothing within.
    ring = (Line("a", "d"), Line("e", "f"), Line("a", "e"))
    assert stitched(*ring) == ["a-d", "a-e", "e-f"]
    assert stitched(*ring, near=1.05) == ["a-d", "a-e", "d-e", "e-f"]


def test_stitch_is_of_one_mode_and_does_nothing_twice() -> None:
    assert stitched(Line("a", "b"), Line("c", "d", Mode.ROAD)) == ["a-b", "c-d"]
    once = stitch(draw(GAPS, *TRACKS), Mode.RAIL, near_km=0.3, gap_km=1.1)
    twice = stitch(once, Mode.RAIL, near_km=0.3, gap_km=1.1)
    assert named(twice, GAPS) == named(once, GAPS)


def test_a_stitch_says_where_it_comes_from_and_how_long_it_is() -> None:
    after = stitch(draw(GAPS, *TRACKS), Mode.RAIL, near_km=0.3, gap_km=1.1)
    new = np.flatnonzero(after.links.source == after.sources.index("stitch"))
    assert after.links.length_km[new] == pytest.approx([0.2007, 0.903], rel=1e-3)


def test_split_keeps_length_shape_and_order() -> None:
    bent = draw(
        {"a": (0.0, 0.0), "b": (2.0, 0.0)}, Line("a", "b", km=100.0, via=((1.0, 0.0), (1.0, 0.0)))
    )

    def step(n):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return split_links(n, np.array([0, 0]), np.array([0.75, 0.25]))[0]

    after = applied(step, bent)
    assert after.links.length_km.tolist() == pytest.approx([25.0, 50.0, 25.0])
    _, nodes = split_links(bent, np.array([0, 0]), np.array([0.75, 0.25]))
    assert after.nodes.lon[nodes].tolist() == pytest.approx([1.5, 0.5], abs=1e-6)
    # The bends lie on the middle piece.
    assert {row: len(xy) for row, xy in shape_points(after).items()} == {1: 2}
    assert after.links.u[1] == nodes[1]
    assert after.links.v[1] == nodes[0]


@given(st.lists(st.floats(0.001, 0.999), min_size=1, max_size=8, unique=True))
def test_any_split_is_the_same_line_in_pieces(at: list[float]) -> None:
    line = draw({"a": (3.0, 4.0), "b": (5.0, 4.5)}, Line("a", "b", km=180.0, via=((4.0, 5.0),)))
    after, nodes = split_links(line, np.zeros(len(at), np.int64), np.array(at))
    assert len(after.links) == len(at) + 1
    assert after.links.length_km.sum() == pytest.approx(180.0, abs=0.001 * len(at))
    wanted = points_along(line, np.zeros(len(at), np.int64), np.array(at))
    found = np.stack([after.nodes.lon[nodes], after.nodes.lat[nodes]], axis=1)
    np.testing.assert_allclose(found, wanted, atol=1e-9)
    assert len(np.unique(components(after, lines_of(after, Mode.RAIL)))) == 1


def test_nearest_segment_respects_reach_and_mask() -> None:
    points = {"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (0.0, 0.02), "d": (1.0, 0.02)}
    table = segments(draw(points, Line("a", "b"), Line("c", "d")), np.array([0, 1]))
    lon, lat = np.array([0.25, 0.25, 0.25]), np.array([0.019, 0.019, 1.0])
    masks = [np.array([True, True]), np.array([True, False]), np.array([True, True])]
    best, at, km = nearest_segment(table, lon, lat, within_km=5.0, allowed=masks)
    assert best.tolist() == [1, 0, -1]
    assert at[:2] == pytest.approx([0.25, 0.25])
    assert km[:2] == pytest.approx([0.111, 2.11], rel=0.01)
    assert km[2] == np.inf


def test_keep_links_and_drop_unused_nodes_keep_the_right_shapes() -> None:
    points = {"a": (0.0, 0.0), "b": (1.0, 0.0), "c": (2.0, 0.0)}
    network = draw(points, Line("a", "b", via=((0.5, 1.0),)), Line("b", "c", via=((1.5, 2.0),)))
    kept = applied(lambda n: keep_links(n, np.array([False, True])), network)
    assert named(kept, points) == ["b-c"]
    assert shape_points(kept)[0].tolist() == [[1.5, 2.0]]
    assert len(kept.nodes) == 3
    bare = applied(drop_unused_nodes, kept)
    assert len(bare.nodes) == 2
    assert named(bare, points) == ["b-c"]
