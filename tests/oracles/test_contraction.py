"""The decision graph gives the costs of the full network: small ones by networkx.

Every rate that a scenario can set is the same for a whole cell (country, mode, gauge,
status, asset), and every closure closes whole cells or stops: so random rates by cell
and random closures are all that can happen.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.base import SOURCES
from geodata.contract import contract
from geodata.topology import make_links, make_nodes
from geodata.types import Asset, Kind, Mode, Network, Shapes
from tests.oracles.chains import assert_chains
from tests.oracles.full_search import FullSearch

if TYPE_CHECKING:
    from geodata.types import Arcs, Bools, DecisionGraph, Floats, Links

STOPS = (Kind.BORDER, Kind.GAUGE_CHANGE, Kind.TRANSFER, Kind.BOARDING, Kind.ACCESS)
ASSETS = tuple(Asset(f"A{k}", "line", f"A{k}", 0.0, 0.0, ("AA",)) for k in range(3))


@st.composite
def networks(draw_: st.DrawFn) -> Network:
    """Draw a small tangle of lines and stops, parallel links and loops included."""
    n = draw_(st.integers(2, 14))
    m = draw_(st.integers(1, 34))
    rng = np.random.default_rng(draw_(st.integers(0, 2**32)))
    stop = rng.random(m) < rng.choice([0.0, 0.2, 0.5])
    kind = np.where(stop, rng.choice([int(k) for k in STOPS], m), int(Kind.LINE))
    few = rng.integers(1, 4)
    links = make_links(
        rng.integers(0, n, m),
        rng.integers(0, n, m),
        kind=kind,
        mode=rng.integers(1, 1 + few, m),
        length_km=np.where(stop, 0.0, rng.choice([1.0, 2.0, 3.0, 0.001, rng.random()], m)),
        country=rng.integers(0, few, m),
        gauge_mm=rng.choice([0, 1435, 1520][:few], m),
        status=rng.integers(0, 2, m),
        asset=rng.integers(-1, rng.integers(0, 4), m),
        oneway=stop & (rng.random(m) < 0.5),
    )
    place = rng.random((2, n))
    terminal = np.where(rng.random(n) < 0.3, 0, -1)
    return Network(
        nodes=make_nodes(place[0], place[1], mode=float(Mode.RAIL), terminal=terminal),
        links=links,
        shapes=Shapes(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64)),
        shape_lonlat=np.zeros((0, 2)),
        countries=("AA", "BB", "CC"),
        terminal_ids=("T",),
        assets=ASSETS,
        sources=SOURCES,
    )


def weights(table: Links | Arcs, seed: int) -> tuple[Floats, Bools]:
    """Return cost and openness of each row, equal for rows that a scenario cannot tell apart."""
    cost, opened = np.empty(len(table)), np.empty(len(table), bool)
    for row in range(len(table)):
        cell = [
            int(column[row])
            for column in (
                table.kind, table.mode, table.country, table.gauge_mm, table.status, table.asset,
            )
        ]  # fmt: skip
        rng = np.random.default_rng([seed, *(value + 1 for value in cell)])
        per_km, fixed = rng.integers(1, 6), rng.integers(0, 6)
        line = cell[0] == Kind.LINE
        cost[row] = per_km * table.length_km[row] if line else fixed
        opened[row] = rng.random() > 0.15
    return cost, opened


def by_networkx(network: Network, seed: int) -> dict[int, dict[int, float]]:
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(network.nodes)))
    links = network.links
    cost, opened = weights(links, seed)
    for row in np.flatnonzero(opened):
        u, v, weight = int(links.u[row]), int(links.v[row]), float(cost[row])
        graph.add_edge(u, v, weight=weight)
        if not links.oneway[row]:
            graph.add_edge(v, u, weight=weight)
    return dict(nx.all_pairs_dijkstra_path_length(graph))


def by_decision_graph(graph: DecisionGraph, seed: int) -> dict[int, dict[int, float]]:
    small: nx.MultiDiGraph[int] = nx.MultiDiGraph()
    small.add_nodes_from(graph.network_node.tolist())
    cost, opened = weights(graph.arcs, seed)
    tail, head = (graph.network_node[end] for end in (graph.arcs.tail, graph.arcs.head))
    for arc in np.flatnonzero(opened):
        small.add_edge(int(tail[arc]), int(head[arc]), weight=float(cost[arc]))
    return dict(nx.all_pairs_dijkstra_path_length(small))


@settings(max_examples=settings().max_examples * 2)
@given(networks(), st.integers(0, 2**16))
def test_costs_on_the_decision_graph_are_those_of_the_network(network: Network, seed: int) -> None:
    graph = contract(network)
    wanted, found = by_networkx(network, seed), by_decision_graph(graph, seed)
    nodes = graph.network_node.tolist()
    for a in nodes:
        for b in nodes:
            full, small = (where[a].get(b, math.inf) for where in (wanted, found))
            assert math.isclose(full, small, rel_tol=1e-9), (a, b, full, small)


@given(networks())
def test_every_chain_rebuilds_its_arc(network: Network) -> None:
    assert_chains(network, contract(network))


@given(networks())
def test_no_gate_is_left_out(network: Network) -> None:
    """Each stop's ends and each terminal with a line are nodes of the decision graph."""
    graph = contract(network)
    stop = network.links.kind != Kind.LINE
    ends = np.concatenate([network.links.u[stop], network.links.v[stop]])
    assert np.isin(ends, graph.network_node).all()


@settings(max_examples=settings().max_examples // 2)
@given(networks(), st.integers(0, 2**16))
def test_the_full_search_is_networkx_own(network: Network, seed: int) -> None:
    cost, opened = weights(network.links, seed)
    roots = np.arange(len(network.nodes))
    found = FullSearch(network).distances(cost, opened, roots)
    for a, row in by_networkx(network, seed).items():
        for b in roots.tolist():
            assert math.isclose(row.get(b, math.inf), found[a, b], rel_tol=1e-12)
