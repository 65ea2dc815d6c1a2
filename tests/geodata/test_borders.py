"""Crossings: named, generated or cut, with the gauges on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from geodata.borders import (
    PASSED,
    bind_crossings,
    border_points,
    border_report,
    connect_road_borders,
)
from geodata.facts_rows import BorderRow, CrossingRow
from geodata.types import Kind, Mode, Network, Status
from tests.oracles.drawing import Line, applied, draw, facts, joined, named, nodes_at, row

if TYPE_CHECKING:
    from geodata.types import Links

AXB = {"a": (5.0, 5.0), "x": (10.0, 5.0), "b": (15.0, 5.0)}


def rails(west: int = 1520, east: int = 1520, status: Status = Status.BUILT) -> Network:
    """Return a railway from a in AA over the border at x to b in BB."""
    return draw(
        AXB,
        Line("a", "x", gauge=west, status=status),
        Line("x", "b", country="BB", gauge=east, status=status),
    )


def crossing(
    name: str = "X_AB", lon: float = 10.0, lat: float = 5.0, **more: object
) -> CrossingRow:
    values: dict[str, object] = {
        "mode": "rail",
        "country_a": "AA",
        "country_b": "BB",
        "physical_status": "built",
    }
    return row(CrossingRow, id=name, name=name, lon=lon, lat=lat, **(values | more))


def neighbours(*all_named: str, country: str = "AA") -> BorderRow:
    return row(BorderRow, country_a="BB", country_b=country, all_named=all_named, confidence="low")


def bound(
    network: Network, *crossings: CrossingRow, borders: tuple[BorderRow, ...] = ()
) -> Network:
    tables = facts(crossings=crossings, borders=borders)
    return applied(lambda n: bind_crossings(n, tables), network)


def stops(network: Network, kind: Kind = Kind.BORDER) -> Links:
    return network.links.take(network.links.kind == kind)


def assets_of(network: Network, kind: Kind = Kind.BORDER) -> list[str]:
    return [network.assets[k].id for k in stops(network, kind).asset]


def test_a_named_crossing_is_the_only_way_over() -> None:
    after = bound(rails(), crossing())
    border = stops(after)
    assert assets_of(after) == ["X_AB"]
    assert sorted(nodes_at(after, AXB["x"])) == sorted([*border.u.tolist(), *border.v.tolist()])
    assert after.nodes.country[[border.u[0], border.v[0]]].tolist() == [0, 1]
    assert joined(after, 0, 2)
    assert (after.assets[0].kind, after.assets[0].countries) == ("crossing", ("AA", "BB"))


@pytest.mark.parametrize("all_named", [(), ("road",)])
def test_an_unnamed_point_gets_a_generated_crossing(all_named: tuple[str, ...]) -> None:
    after = bound(rails(), borders=(neighbours(*all_named),))
    assert assets_of(after) == ["X-AA-BB-01"]
    made = after.assets[0]
    assert (made.status, made.confidence, made.source) == ("built", "low", PASSED)
    assert joined(after, 0, 2)


@pytest.mark.parametrize(
    "borders",
    [(), (neighbours("rail"),), (neighbours("rail", "road"),), (neighbours(country="C"),)],
)
def test_a_line_is_cut_where_all_crossings_are_named_or_no_border_is(
    borders: tuple[BorderRow, ...],
) -> None:
    after = bound(rails(), borders=borders)
    assert not joined(after, 0, 2)
    assert len(stops(after)) == 0
    assert after.assets == ()


@pytest.mark.parametrize(
    "row_elsewhere",
    [
        crossing(lon=10.2),  # 22 km away
        crossing(mode="road"),
        crossing(country_b="XZ"),
    ],
)
def test_a_crossing_of_another_place_mode_or_pair_is_not_taken(row_elsewhere: CrossingRow) -> None:
    assert not joined(bound(rails(), row_elsewhere), 0, 2)


def test_the_nearest_named_crossing_is_taken() -> None:
    pair = crossing("FAR", lon=10.05), crossing("NEAR", lon=10.02)
    assert assets_of(bound(rails(), *pair)) == ["NEAR"]


def test_generated_crossings_are_clusters_from_west_to_east() -> None:
    points: dict[str, tuple[float, float]] = {}
    lines: list[Line] = []
    for k, lon in enumerate((10.5, 10.0, 10.03)):
        points |= {f"a{k}": (lon, 4.0), f"x{k}": (lon, 5.0), f"b{k}": (lon, 6.0)}
        lines += [
            Line(f"a{k}", f"x{k}", Mode.ROAD),
            Line(f"x{k}", f"b{k}", Mode.ROAD, country="BB"),
        ]
    found = border_points(draw(points, *lines), Mode.ROAD, (), (neighbours("rail"),))
    assert {p.node: p.crossing for p in found} == {
        1: "X-AA-BB-R02",
        4: "X-AA-BB-R01",
        7: "X-AA-BB-R01",
    }


def test_a_gauge_break_at_a_named_crossing_costs_two_stops() -> None:
    after = bound(rails(1520, 1435), crossing(gauge_a_mm=1520, gauge_b_mm=1435))
    assert assets_of(after) == ["X_AB"]
    assert assets_of(after, Kind.GAUGE_CHANGE) == ["X_AB"]
    border, change = stops(after), stops(after, Kind.GAUGE_CHANGE)
    assert border.v.tolist() == change.u.tolist()
    assert after.nodes.gauge_mm[[change.u[0], change.v[0]]].tolist() == [1520, 1435]
    assert joined(after, 0, 2)


def test_without_a_named_break_different_gauges_do_not_meet() -> None:
    assert not joined(bound(rails(1520, 1435), crossing()), 0, 2)
    assert not joined(bound(rails(1520, 1435), borders=(neighbours(),)), 0, 2)
    same = crossing(gauge_a_mm=1520, gauge_b_mm=1520)
    assert not joined(bound(rails(1520, 1435), same), 0, 2)


def test_only_equal_gauges_meet_where_one_side_has_two() -> None:
    points = AXB | {"c": (5.0, 6.0)}
    network = draw(
        points,
        Line("a", "x", gauge=1520),
        Line("c", "x", gauge=1435),
        Line("x", "b", country="BB", gauge=1435),
    )
    after = bound(network, crossing(gauge_a_mm=1520, gauge_b_mm=1435))
    assert len(nodes_at(after, AXB["x"])) == 3
    assert joined(after, 3, 2)
    assert not joined(after, 0, 2)
    assert len(stops(after, Kind.GAUGE_CHANGE)) == 0


def test_gauges_part_inside_a_country_too() -> None:
    network = draw(AXB, Line("a", "x", gauge=1520), Line("x", "b", gauge=1435))
    assert joined(network, 0, 2)
    assert not joined(bound(network), 0, 2)


def test_three_countries_at_one_node_are_joined_pair_by_pair() -> None:
    points = AXB | {"c": (10.0, 9.0)}
    lines = Line("a", "x"), Line("x", "b", country="BB"), Line("x", "c", country="CC")
    network = draw(points, *lines, countries=("AA", "BB", "CC", "XZ"))
    both = crossing(), crossing("X_BC", country_a="CC", country_b="BB")
    after = bound(network, *both)
    assert sorted(assets_of(after)) == ["X_AB", "X_BC"]
    pairs = {tuple(after.nodes.country[[u, v]].tolist()) for u, v in ends(after)}
    assert pairs == {(0, 1), (1, 2)}


def ends(network: Network) -> list[tuple[int, int]]:
    border = stops(network)
    return list(zip(border.u.tolist(), border.v.tolist(), strict=True))


def test_a_planned_crossing_is_planned_unless_the_line_there_says_so() -> None:
    planned = crossing(physical_status="planned")
    assert stops(bound(rails(), planned)).status.tolist() == [Status.PLANNED]
    broken = crossing(physical_status="out_of_use")
    assert stops(bound(rails(), broken)).status.tolist() == [Status.OUT_OF_USE]
    unbuilt = rails(status=Status.PLANNED)
    assert stops(bound(unbuilt, planned)).status.tolist() == [Status.BUILT]


# Two roads that end 10 km short of the border on either side, and a short fragment nearer.
ROADS = {"a": (8.0, 5.0), "b": (9.91, 5.0), "c": (10.09, 5.0), "d": (12.0, 5.0)}
SHORT = (Line("a", "b", Mode.ROAD), Line("c", "d", Mode.ROAD, country="BB"))
BORDER = {"x": (10.0, 5.0)}


def connected(network: Network, *crossings: CrossingRow) -> Network:
    return applied(lambda n: connect_road_borders(n, crossings), network)


def test_roads_that_stop_short_are_led_to_their_crossing() -> None:
    network = draw(ROADS, *SHORT)
    after = connected(network, crossing(mode="road"))
    assert joined(after, 0, 3)
    assert len(nodes_at(after, BORDER["x"])) == 1
    new = after.links.length_km[after.links.source == after.sources.index("facts")]
    assert new == pytest.approx([13.0, 13.0], rel=0.01)  # 10 km and 30 % for its bends
    assert assets_of(bound(after, crossing(mode="road"))) == ["X_AB"]


@pytest.mark.parametrize(
    "other",
    [
        crossing(mode="rail"),
        crossing(mode="road", physical_status="planned"),
        crossing(mode="road", lat=5.3),  # out of reach
        crossing(mode="road", country_b="ZZ"),
    ],
)
def test_other_crossings_get_no_road(other: CrossingRow) -> None:
    assert named(connected(draw(ROADS, *SHORT), other), ROADS) == ["a-b", "c-d"]


def test_a_crossing_that_a_road_passes_is_left_alone() -> None:
    points = {"a": (8.0, 5.0), "x": (10.0, 5.0), "d": (12.0, 5.0)}
    through = draw(points, Line("a", "x", Mode.ROAD), Line("x", "d", Mode.ROAD, country="BB"))
    after = connected(through, crossing(mode="road", lon=10.05))
    assert named(after, points) == ["a-x", "d-x"]


def test_connectors_do_not_start_at_fragments() -> None:
    points = ROADS | {"y": (9.97, 5.0), "z": (9.99, 5.0)}
    after = connected(draw(points, *SHORT, Line("y", "z", Mode.ROAD)), crossing(mode="road"))
    assert joined(after, 0, 3)
    assert not joined(after, 4, 0)


def test_the_report_counts_named_generated_and_cut() -> None:
    points = AXB | {"c": (5.0, 8.0), "y": (10.0, 8.0), "d": (15.0, 8.0)}
    lines = (
        Line("a", "x"), Line("x", "b", country="BB"),
        Line("c", "y", Mode.ROAD), Line("y", "d", Mode.ROAD, country="BB"),
    )  # fmt: skip
    rows = [crossing(), crossing("UNUSED", lat=9.0)]
    for border, key in ((neighbours(), "crossings_generated"), (neighbours("road"), "borders_cut")):
        tables = facts(crossings=rows, borders=[border])
        report = border_report(draw(points, *lines), tables)
        assert report["crossings_bound"] == ["X_AB"]
        assert report["crossings_without_line"] == ["UNUSED"]
        assert [row["id"] for row in report[key]] == ["X-AA-BB-R01"]
        assert report[key][0]["pair"] == ["AA", "BB"]
        assert len(report["crossings_generated"]) + len(report["borders_cut"]) == 1


def test_no_line_passes_a_border_without_a_stop() -> None:
    after = bound(rails(), crossing(), borders=(neighbours(),))
    line = after.links.take(after.links.kind == Kind.LINE)
    for end in (line.u, line.v):
        np.testing.assert_array_equal(after.nodes.country[end], line.country)
        np.testing.assert_array_equal(after.nodes.gauge_mm[end], line.gauge_mm)
