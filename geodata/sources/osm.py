"""What OpenStreetMap is asked of osmnx: simpler graphs, and answers of Overpass servers.

The only module that imports osmnx, and only when it is needed: that takes seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from geodata.types import Ints


def simplified(u: Ints, v: Ints, kind: Ints, oneway: Ints) -> list[tuple[tuple[int, ...], bool]]:
    """Join pieces of lines into as few as possible, where nothing parts and nothing changes.

    Parameters
    ----------
    u, v
        Nodes that each piece joins, shape (m,).
    kind
        What a piece is; pieces of different kinds are never joined, shape (m,).
    oneway
        +1 where only u to v may be travelled, -1 where only v to u, else 0, shape (m,).

    Returns
    -------
    list
        For each line its pieces in order (k travelled from u to v, ~k from v to u) and
        whether it may be travelled in that direction only; in the order of its least piece.
    """
    import osmnx

    graph = _graph(u, v, kind, oneway)
    joined = osmnx.simplify_graph(
        graph,
        node_attrs_include=["kept"],
        edge_attrs_differ=["kind"],
        remove_rings=False,
        edge_attr_aggs={"piece": list},
    )
    directed = {_steps(edge["piece"]) for _, _, edge in joined.edges(data=True)}
    lines: list[tuple[tuple[int, ...], bool]] = []
    for steps in sorted(directed, key=lambda steps: (min(map(_piece, steps)), steps)):
        back = tuple(~step for step in reversed(steps))
        if back not in directed:
            lines.append((steps, True))
        elif steps >= back:
            lines.append((steps, False))
    return lines


def _graph(u: Ints, v: Ints, kind: Ints, oneway: Ints) -> nx.MultiDiGraph[int]:
    """Return the pieces as osmnx has graphs; two edges for one that has two directions."""
    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs="epsg:4326")
    # Places have no part in simplifying; the drawings of lines are kept by piece.
    graph.add_nodes_from(range(int(max(u.max(), v.max())) + 1), x=0.0, y=0.0)
    rows = zip(u.tolist(), v.tolist(), kind.tolist(), oneway.tolist(), strict=True)
    for k, (a, b, what, way) in enumerate(rows):
        if way >= 0:
            graph.add_edge(a, b, piece=k, kind=what)
        if way <= 0:
            graph.add_edge(b, a, piece=~k, kind=what)
    for a, b in _doubled(u, v, oneway):
        # Of parallel edges osmnx joins one and forgets the other.
        graph.nodes[a]["kept"] = graph.nodes[b]["kept"] = True
    return graph


def _doubled(u: Ints, v: Ints, oneway: Ints) -> list[list[int]]:
    """Return the pairs of nodes between which more than one piece runs in one direction."""
    ahead, back = oneway >= 0, oneway <= 0
    ends = np.concatenate([np.stack([u, v], 1)[ahead], np.stack([v, u], 1)[back]])
    pairs, count = np.unique(ends, axis=0, return_counts=True)
    doubled: list[list[int]] = pairs[count > 1].tolist()
    return doubled


def _steps(piece: Any) -> tuple[int, ...]:  # noqa: ANN401 - one number or a list of them
    return tuple(piece) if isinstance(piece, list) else (piece,)


def _piece(step: int) -> int:
    return step if step >= 0 else ~step
