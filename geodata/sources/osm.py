"""What OpenStreetMap is asked of osmnx: simpler graphs, and answers of Overpass servers.

The only module that imports osmnx, and only when it is needed: that takes seconds.
"""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.errors import GeodataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import networkx as nx
    from shapely import Polygon

    from geodata.types import Ints

#: Keys that edges keep where osmnx itself makes a graph; its own list knows none of railways.
USEFUL_KEYS = (
    "railway", "highway", "route", "gauge", "usage", "service", "electrified", "voltage",
    "maxspeed", "construction", "proposed", "bridge", "tunnel", "operator", "name", "name:en",
    "int_name", "oneway", "junction", "duration", "ref",
)  # fmt: skip
#: Larger than any area: a tile is one request, not cut up further.
WHOLE_M2 = 1e18


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
    import networkx as nx

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


class OverpassError(GeodataError, ValueError):
    """An Overpass server said that it will never answer this; `look` raises it."""


class BusyError(GeodataError, RuntimeError):
    """An Overpass server did not answer this time; it may the next.

    Parameters
    ----------
    reason
        What it said.
    wait_s
        Seconds after which it wants to be asked again, 0 if it did not say.
    """

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        """Keep the reason and the wait."""
        self.reason = reason
        self.wait_s = wait_s
        super().__init__(reason)


@dataclass(frozen=True)
class Server:
    """An Overpass server and how it is asked.

    Parameters
    ----------
    endpoint
        Address without ``/interpreter``; that of osmnx if empty.
    timeout_s
        Seconds that a query may take there, and that its answer is waited for.
    user_agent
        Who asks, as operators of servers want to know; this programme if empty.
    pause_s
        Seconds between two requests.
    tries
        How often a request is sent before it is given up.
    wait_s, most_wait_s
        Seconds before the second try, three times as long before each next; at most.
    """

    endpoint: str = ""
    timeout_s: int = 180
    user_agent: str = ""
    pause_s: float = 1.0
    tries: int = 5
    wait_s: float = 5.0
    most_wait_s: float = 120.0


def fetch(
    tile: Polygon,
    filters: Sequence[str],
    *,
    server: Server,
    folder: Path,
    look: Callable[[Any], None],
) -> None:
    """Ask a server for the ways of a tile and their nodes; put its answers into a folder.

    Parameters
    ----------
    tile
        Area in degrees.
    filters
        Filters of ways in the query language of Overpass; one request each.
    server
        Whom to ask, and how long to wait.
    folder
        Where the answers go, as JSON; what is there already is not asked again.
    look
        Called with each answer before osmnx sees it; may raise `BusyError`.

    Raises
    ------
    BusyError, OverpassError
        As `look` does.
    OSError
        If the server cannot be reached.
    """
    import osmnx
    from osmnx._errors import CacheOnlyInterruptError

    own = {
        "cache_folder": folder,
        "cache_only_mode": True,
        "use_cache": True,
        "doh_url_template": None,
        "http_referer": "",
        "http_user_agent": server.user_agent or f"corridors/{version('corridors')}",
        "max_query_area_size": WHOLE_M2,
        # Slots are asked for by waiting when refused: osmnx would wait without bound.
        "overpass_rate_limit": False,
        "requests_kwargs": {"hooks": {"response": lambda answer, **_: look(answer)}},
        "requests_timeout": server.timeout_s,
    }
    if server.endpoint:
        own["overpass_url"] = server.endpoint
    with settings(**own):
        try:
            osmnx.graph_from_polygon(tile, custom_filter=list(filters), simplify=False)
        except CacheOnlyInterruptError:
            return


@contextmanager
def settings(**own: Any) -> Iterator[None]:  # noqa: ANN401 - each setting has its own type
    """Hold settings of osmnx for a block; afterwards all are as they were.

    Also takes back what osmnx does to the look-up of addresses.
    """
    import osmnx

    before, look_up = dict(vars(osmnx.settings)), socket.getaddrinfo
    own = {"useful_tags_way": list(USEFUL_KEYS), **own}
    try:
        for name, value in own.items():
            setattr(osmnx.settings, name, value)
        yield
    finally:
        socket.getaddrinfo = look_up
        for name, value in before.items():
            setattr(osmnx.settings, name, value)
