"""Contraction on drawn networks; exactness at random is tested in `oracles`."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.contract import contract
from geodata.errors import NetworkError
from geodata.topology import add, make_links, make_nodes
from geodata.types import Asset, Kind, Mode, Network, Status
from tests.oracles.drawing import Line, applied, draw

ASSETS = tuple(Asset(f"A{k}", "line", f"A{k}", 0.0, 0.0, ("AA",)) for k in range(3))
TWO = {"t": (0.0, 0.0), "u": (3.0, 0.0)}
ENDS = {"t": "T", "u": "U"}


def test_contraction_leaves_the_places_of_decision_only() -> None:
    points = {"t": (0.0, 0.0), "m": (1.0, 0.0), "n": (2.0, 0.0), "u": (3.0, 0.0), "s": (1.0, 1.0)}
    lines = Line("t", "m"), Line("m", "n"), Line("n", "u"), Line("m", "s")
    network = draw(points, *lines, terminals={"t": "T", "u": "U"})
    applied(lambda n: (contract(n), n)[1], network)
    graph = contract(network)
    assert graph.network_node.tolist() == [0, 3]
    assert len(graph.arcs) == 2
    assert graph.arcs.length_km[0] == pytest.approx(network.links.length_km[:3].sum())


def test_parallel_lines_of_different_assets_stay_apart() -> None:
    lines = Line("t", "u", asset="A0"), Line("t", "u", asset="A1"), Line("t", "u", km=400.0)
    graph = contract(draw(TWO, *lines, terminals=ENDS, assets=ASSETS))
    assert sorted(graph.arcs.asset.tolist()) == [-1, -1, 0, 0, 1, 1]


def test_a_line_of_one_way_is_refused() -> None:
    network = draw({"t": (0.0, 0.0), "u": (3.0, 0.0)}, Line("t", "u"))
    links = network.links.with_columns(oneway=np.array([True]))
    with pytest.raises(NetworkError, match="one way"):
        contract(network.__class__(**{**vars(network), "links": links}))


@pytest.mark.parametrize(
    "second",
    [
        Line("m", "u", country="BB"),
        Line("m", "u", Mode.ROAD),
        Line("m", "u", gauge=1435),
        Line("m", "u", status=Status.PLANNED),
        Line("m", "u", asset="A0"),
    ],
)
def test_a_change_of_country_mode_gauge_status_or_asset_is_a_node(second: Line) -> None:
    points = TWO | {"m": (1.0, 0.0)}
    network = draw(points, Line("t", "m"), second, terminals=ENDS, assets=ASSETS)
    graph = contract(network)
    assert graph.network_node.tolist() == [0, 1, 2]
    assert len(graph.arcs) == 4


def test_of_two_ways_within_a_cell_the_shorter_stays() -> None:
    points = TWO | {"m": (1.0, 0.0)}
    lines = Line("t", "m", km=1.0), Line("m", "u", km=1.0), Line("t", "u", km=3.0)
    graph = contract(draw(points, *lines, terminals=ENDS))
    assert graph.arcs.length_km.tolist() == [2.0, 2.0]


def test_a_leg_over_another_terminal_is_not_doubled() -> None:
    points = TWO | {"m": (1.0, 0.0)}
    lines = Line("t", "m", km=1.0), Line("m", "u", km=1.0), Line("t", "u", km=3.0)
    graph = contract(draw(points, *lines, terminals=ENDS | {"m": "M"}))
    assert sorted(graph.arcs.length_km.tolist()) == [1.0] * 4


def with_access(network: Network) -> Network:
    """Give node 0 an origin and node 1 a destination."""
    nodes = make_nodes(np.zeros(2), np.zeros(2), terminal=np.array([0, 1]))
    n = len(network.nodes)
    links = make_links(
        np.array([n, 1]), np.array([0, n + 1]), kind=float(Kind.ACCESS), oneway=1.0, mode=1.0
    )
    return add(network, nodes, links)


def test_cargo_starts_and_ends_at_the_access_nodes() -> None:
    graph = contract(with_access(draw(TWO, Line("t", "u"), terminals=ENDS)))
    origin = graph.network_node[graph.origin[0]]
    destination = graph.network_node[graph.destination[1]]
    assert (origin, destination) == (2, 3)
    assert (graph.origin[1], graph.destination[0]) == (-1, -1)
    access = graph.arcs.take(graph.arcs.kind == Kind.ACCESS)
    assert len(access) == 2  # one way each


def test_a_network_without_lines_has_no_arcs() -> None:
    graph = contract(draw(TWO))
    assert len(graph.arcs) == len(graph.nodes) == len(graph.chain) == 0
