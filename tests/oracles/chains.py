"""Every arc of a decision graph, rebuilt link by link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geodata.types import DecisionGraph, Network


def assert_chains(network: Network, graph: DecisionGraph) -> None:
    """Fail unless the links of each arc lead from its tail to its head, like it in all."""
    arcs, links = graph.arcs, network.links
    count = arcs.chain_stop - arcs.chain_start
    assert (count > 0).all(), "an arc without links"
    arc = np.repeat(np.arange(len(arcs)), count)
    first = np.cumsum(count) - count
    step = np.arange(count.sum()) - np.repeat(first - arcs.chain_start, count)
    signed = graph.chain[step]
    against = signed < 0
    row = np.where(against, ~signed, signed)
    begin = np.where(against, links.v[row], links.u[row])
    end = np.where(against, links.u[row], links.v[row])
    assert not (against & links.oneway[row]).any(), "against one way"
    np.testing.assert_array_equal(begin[first], graph.network_node[arcs.tail])
    np.testing.assert_array_equal(end[first + count - 1], graph.network_node[arcs.head])
    inside = np.flatnonzero(arc[1:] == arc[:-1])
    np.testing.assert_array_equal(end[inside], begin[inside + 1])
    if len(arc):
        km = np.add.reduceat(links.length_km[row], first)
        np.testing.assert_allclose(arcs.length_km, km, rtol=1e-9)
    for name in ("kind", "mode", "country", "gauge_mm", "status", "asset"):
        wanted, found = getattr(arcs, name)[arc], getattr(links, name)[row]
        np.testing.assert_array_equal(found, wanted, err_msg=name)
