"""The layers of a network: nodes, arcs, crossings and land of small drawn worlds."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geodata.contract import contract as contracted
from geodata.errors import NetworkError
from geodata.network_contracts import NETWORK_CONTRACTS
from geodata.network_sheets import chain_lines, network_sheets
from geodata.sheets import Sheet, contract, line_shapes, point_shapes
from geodata.sources.extracts import Outlines
from geodata.types import Kind
from tests.geodata.test_export import drawn

#: A square, one too small to be seen, one over the place where the map tears, and a hole.
SQUARES = (
    [(0, 0), (10, 0), (10, 10), (0, 10), (0, 0)],
    [(3, 3), (4, 3), (4, 4), (3, 4), (3, 3)],
    [(50, 0), (50.01, 0), (50.01, 0.01), (50, 0.01), (50, 0)],
    [(-120, 40), (-110, 40), (-110, 50), (-120, 50), (-120, 40)],
)
POLYGON_OF_RING = (0, 0, 1, 2)


def outlines() -> Outlines:
    points = np.array([point for ring in SQUARES for point in ring], float)
    return Outlines(
        lon=points[:, 0],
        lat=points[:, 1],
        start=np.arange(0, len(points) + 1, 5),
        polygon=np.array(POLYGON_OF_RING),
        country=np.array([0, 0, 0]),
        codes=("XX",),
    )


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    network = drawn()
    made = network_sheets(network, contracted(network), outlines())
    return {sheet.name: sheet for sheet in made}


def test_all_layers_come_in_their_order_with_the_fields_they_promise(
    sheets: dict[str, Sheet],
) -> None:
    assert list(sheets) == [one.name for one in NETWORK_CONTRACTS]
    for one in NETWORK_CONTRACTS:
        assert tuple(sheets[one.name].columns) == one.names


def test_layers_can_be_asked_for_alone() -> None:
    network = drawn()
    graph = contracted(network)
    names = ["links", "crossings"]
    assert [one.name for one in network_sheets(network, graph, outlines(), wanted=names)] == names


def test_every_arc_is_told_once_with_its_way_back(sheets: dict[str, Sheet]) -> None:
    graph = contracted(drawn())
    lines = np.flatnonzero(graph.arcs.kind == Kind.LINE)
    told = [str(arc) for arc in sheets["arcs"].columns["arc_id"].tolist()]
    back = [str(arc) for arc in sheets["arcs"].columns["back_arc_id"].tolist()]
    assert sorted(told + back) == sorted(f"A{arc}" for arc in lines.tolist())
    for there, again in zip(told, back, strict=True):
        a, b = int(there[1:]), int(again[1:])
        assert (graph.arcs.tail[a], graph.arcs.head[a]) == (graph.arcs.head[b], graph.arcs.tail[b])
        assert graph.arcs.length_km[a] == graph.arcs.length_km[b]


def test_an_arc_runs_along_its_links(sheets: dict[str, Sheet]) -> None:
    network = drawn()
    graph = contracted(network)
    rows = np.flatnonzero(graph.arcs.kind == Kind.LINE)
    lines = chain_lines(network, graph, rows)
    nodes = graph.nodes
    for arc, points in zip(rows.tolist(), lines, strict=True):
        ends = [graph.arcs.tail[arc], graph.arcs.head[arc]]
        assert points[[0, -1], 0].tolist() == nodes.lon[ends].tolist()
        assert points[[0, -1], 1].tolist() == nodes.lat[ends].tolist()
        assert (points[1:] != points[:-1]).any(axis=1).all()
    bent = next(row for row in sheets["arcs"].rows() if row["asset_id"] is None)
    assert bent["mode"] == "rail"


def test_a_crossing_tells_both_sides_and_what_meets(sheets: dict[str, Sheet]) -> None:
    (row,) = sheets["crossings"].rows()
    assert row["crossing_id"] == "X1"
    assert (row["country_a"], row["country_b"]) == ("AZ", "GE")
    assert (row["modes"], row["gauges_mm"]) == ("rail", "1520")
    assert row["opening_likely"] is None


def test_nodes_name_their_terminal(sheets: dict[str, Sheet]) -> None:
    rows = list(sheets["nodes"].rows())
    assert [row["terminal_id"] for row in rows] == ["TBS", None, None, "BAK", None, None]
    assert [row["gauge_mm"] for row in rows] == [1520] * 4 + [None, None]


def test_land_keeps_its_holes_and_is_parted_where_the_map_tears(sheets: dict[str, Sheet]) -> None:
    shapes = sheets["land"].geometry
    assert shapely.area(shapes).sum() == pytest.approx(99 + 100 - 0.02 * 10)
    west, east = shapely.bounds(shapes)[:, [0, 2]].T
    assert not ((west < -118) & (east > -118)).any()


def test_a_sheet_that_breaks_its_contract_is_refused() -> None:
    one = contract("a", "g", "point", "A", "Points.", "a_id | text | | id\nkm | float | km | far")
    ids = np.array(["x"], object)
    places = point_shapes([(1.0, 2.0)])
    with pytest.raises(NetworkError, match="its contract says a_id, km"):
        Sheet(one, {"a_id": ids}, places)
    with pytest.raises(NetworkError, match="1 shapes"):
        Sheet(one, {"a_id": ids, "km": np.zeros(2)}, places)
    with pytest.raises(NetworkError, match="no such type of a_id"):
        contract("a", "g", "point", "A", "Points.", "a_id | words | | id")


def test_a_line_over_the_antimeridian_is_of_two_parts() -> None:
    network = drawn()
    graph = contracted(network)
    rows = np.flatnonzero((graph.arcs.kind == Kind.LINE) & (graph.arcs.length_km == 400.125))
    shapes = line_shapes(chain_lines(network, graph, rows))
    assert shapely.get_num_geometries(shapes).tolist() == [2] * len(rows)
    assert (np.abs(shapely.get_coordinates(shapes)[:, 0]) <= 180).all()
