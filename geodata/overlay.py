"""Write the hand facts over the open data: corrections, hand links, gauges."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.errors import NetworkError
from geodata.measure import geodesic_km, polyline_km
from geodata.terminals import ensure_terminal_nodes, terminal_nodes
from geodata.topology import (
    SHORTEST_KM,
    add,
    keep_links,
    lines_of,
    make_links,
    make_nodes,
    shape_points,
    with_shape_points,
)
from geodata.types import Asset, Links, Mode, Network, Nodes, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.facts_rows import CorrectionRow, CrossingRow, Facts, GaugeRow, LinkRow, Point
    from geodata.types import Floats, Ints

#: How far, in degrees, a correction's coordinates may be from the data's node.
SAME_NODE_DEGREES = 0.012
STATUS = {
    "built": Status.BUILT,
    "under_construction": Status.UNDER_CONSTRUCTION,
    "planned": Status.PLANNED,
    "dismantled": Status.DISMANTLED,
}
#: A path standing for a published line may be this much longer or shorter than it.
LENGTH_TOLERANCE = 0.30


def correct(network: Network, corrections: Sequence[CorrectionRow]) -> Network:
    """Apply stitches, shapes and exclusions named by the coordinates of data nodes.

    Raises
    ------
    NetworkError
        If a row names a node or an edge that the data does not have; all such rows.
    """
    faults: list[str] = []
    for mode in (Mode.RAIL, Mode.ROAD):
        rows = [row for row in corrections if row.mode == mode.name.lower()]
        if rows:
            network = _correct_mode(network, mode, rows, faults)
    if faults:
        raise NetworkError("corrections.csv: " + "; ".join(faults))
    return network


def _correct_mode(
    network: Network, mode: Mode, rows: Sequence[CorrectionRow], faults: list[str]
) -> Network:
    finder = _NodeFinder(network, mode)
    keep = np.ones(len(network.links), bool)
    bent = shape_points(network)
    km = network.links.length_km.copy()
    stitches: list[tuple[int, int]] = []
    for row in rows:
        points = [(row.lon_a, row.lat_a), *row.via_lonlat, (row.lon_b, row.lat_b)]
        ends = [finder.find(*points[0]), finder.find(*points[-1])]
        if None in ends:
            faults.append(f"{row.id}: no {row.mode} node at one of its ends")
        elif row.action == "stitch":
            stitches.append((ends[0], ends[1]))  # type: ignore[arg-type]
        elif row.action == "exclude":
            found = [finder.find(*point) for point in points]
            chain = _chain(network, mode, [n for n in found if n is not None], faults, row.id)
            keep[chain] = False
        else:
            edge = _edge(network, mode, *ends)  # type: ignore[arg-type]
            if edge is None:
                faults.append(f"{row.id}: no straight {row.mode} edge between its ends")
                continue
            forward = network.links.u[edge] == ends[0]
            bent[edge] = np.array(row.via_lonlat if forward else row.via_lonlat[::-1])
            km[edge] = row.km or km[edge]
    network = with_shape_points(
        replace(network, links=network.links.with_columns(length_km=km)), bent
    )
    return keep_links(_stitched(network, mode, stitches), _padded(keep, len(stitches)))


def _padded(keep: np.ndarray, n: int) -> np.ndarray:
    return np.concatenate([keep, np.ones(n, bool)])


def _stitched(network: Network, mode: Mode, pairs: list[tuple[int, int]]) -> Network:
    if not pairs:
        return network
    a, b = np.array(pairs, np.int64).T
    nodes = network.nodes
    km = geodesic_km(nodes.lon[a], nodes.lat[a], nodes.lon[b], nodes.lat[b])
    source = float(network.sources.index("facts"))
    links = make_links(a, b, mode=float(mode), length_km=np.maximum(km, SHORTEST_KM), source=source)
    return add(network, None, links)


class _NodeFinder:
    """Nearest data node of a mode to a coordinate, if it is the same place."""

    def __init__(self, network: Network, mode: Mode) -> None:
        self.rows = np.flatnonzero(network.nodes.mode == mode)
        nodes = network.nodes
        self.tree = cKDTree(np.stack([nodes.lon[self.rows], nodes.lat[self.rows]], axis=1))

    def find(self, lon: float, lat: float) -> int | None:
        """Return the node within `SAME_NODE_DEGREES`, or None."""
        away, k = self.tree.query([lon, lat])
        return int(self.rows[k]) if away <= SAME_NODE_DEGREES else None


def _edge(network: Network, mode: Mode, a: int, b: int) -> int | None:
    links = network.links
    between = ((links.u == a) & (links.v == b)) | ((links.u == b) & (links.v == a))
    rows = np.flatnonzero(between & lines_of(network, mode))
    return int(rows[np.argmax(links.length_km[rows])]) if len(rows) else None


def _chain(
    network: Network, mode: Mode, nodes: Sequence[int], faults: list[str], name: str
) -> list[int]:
    found: list[int] = []
    for a, b in zip(nodes[:-1], nodes[1:], strict=True):
        path, _ = shortest_lines(network, np.flatnonzero(lines_of(network, mode)), a, b)
        if not path:
            faults.append(f"{name}: no path between its points")
        found += path
    return found


def shortest_lines(network: Network, rows: Ints, start: int, end: int) -> tuple[list[int], float]:
    """Shortest path over the links `rows` by length: their rows in order, and km.

    Parallel links count with the shorter one. An empty list and infinity say that
    there is none.
    """
    links = network.links
    order = rows[np.argsort(-links.length_km[rows], kind="stable")]
    u, v, km = links.u[order], links.v[order], links.length_km[order]
    n = len(network.nodes)
    tail, head = np.concatenate([u, v]), np.concatenate([v, u])
    best = {}
    key = tail.astype(np.int64) * n + head
    # The last of equal keys is the shortest, since the rows are sorted longest first.
    last = len(key) - 1 - np.unique(key[::-1], return_index=True)[1]
    graph = sp.csr_matrix((np.tile(km, 2)[last], (tail[last], head[last])), shape=(n, n))
    distance, before = dijkstra(graph, indices=start, return_predecessors=True)
    if not np.isfinite(distance[end]):
        return [], float("inf")
    row_of = dict(zip(key[last].tolist(), np.tile(order, 2)[last].tolist(), strict=True))
    path, node = [], end
    while node != start:
        previous = int(before[node])
        path.append(row_of[previous * n + node])
        node = previous
    best[end] = path[::-1]
    return best[end], float(distance[end])


def add_hand_links(network: Network, facts: Facts) -> Network:
    """Add the `add` and `replace` links, each an asset, cut at the border it crosses.

    Raises
    ------
    NetworkError
        If a link joins two territories that have no crossing of its mode; all of them.
    """
    rows = [row for row in facts.links if row.action in {"add", "replace"}]
    for mode in (Mode.RAIL, Mode.ROAD):
        ends = [
            end for row in rows if row.mode == mode.name.lower() for end in (row.from_id, row.to_id)
        ]
        network = ensure_terminal_nodes(network, facts.terminals, ends, mode)
    nodes_of = {m: terminal_nodes(network, m) for m in (Mode.RAIL, Mode.ROAD)}
    first, new_nodes, new_links, bent, faults = (
        len(network.assets),
        [],
        [],
        shape_points(network),
        [],
    )
    assets = []
    for row in rows:
        mode = Mode[row.mode.upper()]
        u, v = nodes_of[mode][row.from_id][0], nodes_of[mode][row.to_id][0]
        line = _drawn(network, row, u, v)
        cut = _cut_at_border(network, facts.crossings, row, (u, v), line)
        if cut is None:
            pair = "-".join(network.countries[network.nodes.country[n]] for n in (u, v))
            faults.append(f"{row.id}: no {row.mode} crossing {pair} in crossings.csv")
            continue
        lon_lat, at = cut
        asset = first + len(assets)
        assets.append(_line_asset(network, row, line))
        count = len(network.links) + sum(map(len, new_links))
        node = len(network.nodes) + sum(map(len, new_nodes))
        nodes, links, shapes = _pieces(network, row, (u, v, node), (lon_lat, at), asset)
        new_nodes += nodes
        new_links.append(links)
        bent |= {count + k: shape for k, shape in shapes.items()}
    if faults:
        raise NetworkError("links.csv: " + "; ".join(faults))
    network = replace(network, assets=network.assets + tuple(assets))
    network = add(
        network, Nodes.concat(*new_nodes) if new_nodes else None, Links.concat(*new_links)
    )
    return with_shape_points(network, bent)


def _drawn(network: Network, row: LinkRow, u: int, v: int) -> Floats:
    nodes = network.nodes
    points = [(nodes.lon[u], nodes.lat[u]), *row.via_lonlat, (nodes.lon[v], nodes.lat[v])]
    return np.array(points, float)


def _cut_at_border(
    network: Network,
    crossings: Sequence[CrossingRow],
    row: LinkRow,
    ends: tuple[int, int],
    line: Floats,
) -> tuple[Floats, int | None] | None:
    """Line with the crossing's point put in, and its index; None where there is none."""
    a, b = (network.countries[network.nodes.country[n]] for n in ends)
    if a == b:
        return line, None
    known = [c for c in crossings if c.mode == row.mode and {c.country_a, c.country_b} == {a, b}]
    if not known:
        return None
    best = min(known, key=lambda c: _detour(line, (c.lon, c.lat))[0])
    _, k = _detour(line, (best.lon, best.lat))
    return np.insert(line, k, [best.lon, best.lat], axis=0), k


def _detour(line: Floats, point: Point) -> tuple[float, int]:
    """Extra length of passing through `point`, at the best place, and that place."""
    lon, lat = np.full(len(line), point[0]), np.full(len(line), point[1])
    to_point = geodesic_km(line[:, 0], line[:, 1], lon, lat)
    steps = np.diff(polyline_km(line))
    extra = to_point[:-1] + to_point[1:] - steps
    k = int(np.argmin(extra))
    return float(extra[k]), k + 1


def _pieces(
    network: Network,
    row: LinkRow,
    ends: tuple[int, int, int],
    cut: tuple[Floats, int | None],
    asset: int,
) -> tuple[list[Nodes], Links, dict[int, Floats]]:
    u, v, fresh = ends
    line, k = cut
    mode = Mode[row.mode.upper()]
    common = {
        "mode": float(mode),
        "gauge_mm": float(row.gauge_mm or 0),
        "asset": float(asset),
        "status": float(STATUS[row.physical_status]),
        "source": float(network.sources.index("facts")),
    }
    country = network.nodes.country
    if k is None:
        links = make_links(
            np.array([u]), np.array([v]), length_km=row.km, country=float(country[u]), **common
        )
        return [], links, {0: line[1:-1]}
    share = polyline_km(line)
    share = np.clip(share[k] / share[-1], 0.01, 0.99)
    node = make_nodes(
        line[k : k + 1, 0], line[k : k + 1, 1], mode=float(mode), country=float(country[u])
    )
    links = make_links(
        np.array([u, fresh]),
        np.array([fresh, v]),
        length_km=row.km * np.array([share, 1 - share]),
        country=country[[u, v]],
        **common,
    )
    return [node], links, {0: line[1:k], 1: line[k + 1 : -1]}


def _line_asset(network: Network, row: LinkRow, line: Floats) -> Asset:
    middle = line[len(line) // 2] if len(line) > 2 else line.mean(axis=0)  # noqa: PLR2004
    return Asset(
        id=row.id,
        kind="line",
        name=f"{row.from_id}-{row.to_id} ({row.mode})",
        lon=round(float(middle[0]), 6),
        lat=round(float(middle[1]), 6),
        countries=tuple(
            sorted({network.countries[network.nodes.country[n]] for n in _ends(network, row)})
        ),
        status=row.physical_status,
        opening_low=row.opening_low,
        opening_likely=row.opening_likely,
        opening_high=row.opening_high,
        capacity_mt_yr=row.capacity_mt_yr,
        source=row.source,
        confidence=row.confidence,
    )


def _ends(network: Network, row: LinkRow) -> list[int]:
    nodes = terminal_nodes(network, Mode[row.mode.upper()])
    return [nodes[row.from_id][0], nodes[row.to_id][0]]


def write_attributes(network: Network, rows: Sequence[LinkRow]) -> Network:
    """Make each named line of the data an asset: the shortest path between its ends.

    A path that differs from the published length by more than `LENGTH_TOLERANCE` is
    not the line meant and is left alone; `checks` reports it.
    """
    for row in (row for row in rows if row.action == "attributes"):
        path = attribute_path(network, row)
        if not path:
            continue
        line = np.array([[network.nodes.lon[n], network.nodes.lat[n]] for n in _ends(network, row)])
        asset, gauge = network.links.asset.copy(), network.links.gauge_mm.copy()
        asset[path] = len(network.assets)
        gauge[path] = row.gauge_mm or 0
        network = replace(
            network,
            links=network.links.with_columns(asset=asset, gauge_mm=gauge),
            assets=(*network.assets, _line_asset(network, row, line)),
        )
    return network


def attribute_path(network: Network, row: LinkRow) -> list[int]:
    """Links of the data's line that `row` describes; empty where none fits its length."""
    mode = Mode[row.mode.upper()]
    nodes = terminal_nodes(network, mode)
    if row.from_id not in nodes or row.to_id not in nodes:
        return []
    free = np.flatnonzero(lines_of(network, mode) & (network.links.asset < 0))
    path, km = shortest_lines(network, free, nodes[row.from_id][0], nodes[row.to_id][0])
    return path if abs(km / row.km - 1) <= LENGTH_TOLERANCE else []


def tag_gauge(network: Network, gauges: Sequence[GaugeRow]) -> Network:
    """Give each rail line its gauge: the country's, else that of a named exception.

    A line with several gauges becomes parallel links, one per gauge.
    """
    national = np.zeros(len(network.countries), np.int16)
    for row in gauges:
        if row.kind == "default" and row.country in network.countries:
            national[network.countries.index(row.country)] = row.gauge_mm
    rail = lines_of(network, Mode.RAIL)
    gauge = network.links.gauge_mm.copy()
    fill = rail & (gauge == 0)
    gauge[fill] = national[network.links.country[fill]]
    more: list[tuple[int, int]] = []
    nodes = terminal_nodes(network, Mode.RAIL)
    for row in gauges:
        if row.kind == "default" or row.from_id not in nodes or row.to_id not in nodes:
            continue
        path, _ = shortest_lines(
            network, np.flatnonzero(rail), nodes[row.from_id][0], nodes[row.to_id][0]
        )
        gauge[path] = row.gauges_mm[0]
        more += [(link, other) for link in path for other in row.gauges_mm[1:]]
    network = replace(network, links=network.links.with_columns(gauge_mm=gauge))
    return _add_parallel(network, more)


def _add_parallel(network: Network, more: list[tuple[int, int]]) -> Network:
    if not more:
        return network
    rows, gauge = np.array(sorted(set(more)), np.int64).T
    bent = shape_points(network)
    bent |= {
        len(network.links) + k: bent[row] for k, row in enumerate(rows.tolist()) if row in bent
    }
    twins = network.links.take(rows).with_columns(gauge_mm=gauge.astype(np.int16))
    return with_shape_points(add(network, None, twins), bent)
