"""Write the hand facts over the open data: corrections, hand links, gauges."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.attribute import locate
from geodata.errors import NetworkError
from geodata.measure import geodesic_km, polyline_km
from geodata.terminals import ensure_terminal_nodes, terminal_nodes
from geodata.topology import (
    SHORTEST_KM,
    Values,
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
    from collections.abc import Callable, Sequence

    from geodata.attribute import Territories
    from geodata.facts_rows import CorrectionRow, CrossingRow, Facts, GaugeRow, LinkRow, Point
    from geodata.types import Floats, Ints, Shorts

#: How far, in degrees, a correction's coordinates may be from the data's node.
SAME_NODE_DEGREES = 0.012
STATUS = {
    "built": Status.BUILT,
    "under_construction": Status.UNDER_CONSTRUCTION,
    "planned": Status.PLANNED,
    "dismantled": Status.DISMANTLED,
    "out_of_use": Status.OUT_OF_USE,
}
#: A path standing for a published line may be this much longer or shorter than it.
LENGTH_TOLERANCE = 0.30
#: A path longer than this many times the straight line, plus some km, strays.
STRAYS, STRAYS_KM = 1.8, 20.0


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
    router = LineRouter(network, np.flatnonzero(lines_of(network, mode)))
    keep = np.ones(len(network.links), bool)
    bent = shape_points(network)
    km = network.links.length_km.copy()
    stitches: list[tuple[CorrectionRow, int, int]] = []
    for row in rows:
        points = [(row.lon_a, row.lat_a), *row.via_lonlat, (row.lon_b, row.lat_b)]
        ends = [finder.find(*points[0]), finder.find(*points[-1])]
        if None in ends:
            faults.append(f"{row.id}: no {row.mode} node at one of its ends")
        elif row.action == "stitch":
            stitches.append((row, ends[0], ends[1]))  # type: ignore[arg-type]
        elif row.action == "exclude":
            found = [finder.find(*point) for point in points]
            nodes = [n for n in found if n is not None]
            if len(nodes) < len(found):
                faults.append(f"{row.id}: no {row.mode} node at one of its points")
            keep[_chain(network, router, nodes, faults, row.id)] = False
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


def _stitched(
    network: Network, mode: Mode, stitches: list[tuple[CorrectionRow, int, int]]
) -> Network:
    """Join the two nodes of each row, along its via points and as long as it says."""
    if not stitches:
        return network
    nodes, first, bent = network.nodes, len(network.links), shape_points(network)
    km = np.zeros(len(stitches))
    for k, (row, a, b) in enumerate(stitches):
        ends = np.array([[nodes.lon[n], nodes.lat[n]] for n in (a, b)])
        via = np.array(row.via_lonlat, float).reshape(-1, 2)
        line = np.concatenate([ends[:1], via, ends[1:]])
        km[k] = max(row.km or 0.0, float(polyline_km(line)[-1]), SHORTEST_KM)
        bent[first + k] = via
    u, v = (np.array([stitch[side] for stitch in stitches]) for side in (1, 2))
    source = float(network.sources.index("facts"))
    links = make_links(u, v, mode=float(mode), length_km=km, source=source)
    return with_shape_points(add(network, None, links), bent)


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
    network: Network, router: LineRouter, nodes: Sequence[int], faults: list[str], name: str
) -> list[int]:
    found: list[int] = []
    for a, b in itertools.pairwise(nodes):
        path, _ = router.path(a, b, limit_km=_farthest(network, a, b))
        if not path:
            faults.append(f"{name}: no path between its points")
        found += path
    return found


class LineRouter:
    """Shortest paths by length over some links of a network; parallel ones by the shorter."""

    def __init__(self, network: Network, rows: Ints) -> None:
        links = network.links
        order = rows[np.argsort(links.length_km[rows], kind="stable")]
        u, v = links.u[order].astype(np.int64), links.v[order].astype(np.int64)
        self.n = len(network.nodes)
        tail, head = np.concatenate([u, v]), np.concatenate([v, u])
        self.key, first = np.unique(tail * self.n + head, return_index=True)
        self.row = np.tile(order, 2)[first]
        self.graph = sp.csr_matrix(
            (links.length_km[self.row], (tail[first], head[first])), shape=(self.n, self.n)
        )

    def path(self, start: int, end: int, *, limit_km: float = np.inf) -> tuple[list[int], float]:
        """Rows of the shortest path in order, and km; no rows and infinity if none is."""
        found, previous = dijkstra(
            self.graph, indices=[start], return_predecessors=True, limit=limit_km
        )
        distance, before = found[0], previous[0]
        if not np.isfinite(distance[end]):
            return [], float("inf")
        steps, node = [], end
        while node != start:
            steps.append(int(before[node]) * self.n + node)
            node = int(before[node])
        rows = self.row[np.searchsorted(self.key, steps[::-1])]
        return rows.tolist(), float(distance[end])


def add_hand_links(network: Network, facts: Facts) -> Network:
    """Add the `add` and `replace` links, each an asset, cut at the border it crosses."""
    rows = [row for row in facts.links if row.action in {"add", "replace"}]
    for mode in (Mode.RAIL, Mode.ROAD):
        ends = [
            end for row in rows if row.mode == mode.name.lower() for end in (row.from_id, row.to_id)
        ]
        network = ensure_terminal_nodes(network, facts.terminals, ends, mode)
    nodes_of = {m: terminal_nodes(network, m) for m in (Mode.RAIL, Mode.ROAD)}
    first, bent = len(network.assets), shape_points(network)
    new_nodes: list[Nodes] = []
    new_links: list[Links] = []
    assets: list[Asset] = []
    for row in rows:
        mode = Mode[row.mode.upper()]
        u, v = nodes_of[mode][row.from_id][0], nodes_of[mode][row.to_id][0]
        line = _drawn(network, row, u, v)
        lon_lat, at = _cut_at_border(network, facts.crossings, row, (u, v), line)
        asset = first + len(assets)
        assets.append(_line_asset(network, row, line))
        count = len(network.links) + sum(map(len, new_links))
        node = len(network.nodes) + sum(map(len, new_nodes))
        nodes, links, shapes = _pieces(network, row, (u, v, node), (lon_lat, at), asset)
        new_nodes += nodes
        new_links.append(links)
        bent |= {count + k: shape for k, shape in shapes.items()}
    if not new_links:
        return network
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
) -> tuple[Floats, int | None]:
    """Line with the border's point put in, and its index (None within one territory).

    The point is the nearest named crossing's; a pair without any is cut half-way.
    """
    a, b = (network.countries[network.nodes.country[n]] for n in ends)
    if a == b:
        return line, None
    known = [c for c in crossings if c.mode == row.mode and {c.country_a, c.country_b} == {a, b}]
    if not known:
        k = int(np.argmax(np.diff(polyline_km(line))))
        return np.insert(line, k + 1, (line[k] + line[k + 1]) / 2, axis=0), k + 1
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
    along = polyline_km(line)
    # The stated length is between stations; the nodes on the track may lie farther apart.
    km = max(row.km, float(along[-1]))
    mode = Mode[row.mode.upper()]
    common: dict[str, Values] = {
        "mode": float(mode),
        "gauge_mm": float(row.gauge_mm or 0),
        "asset": float(asset),
        "status": float(STATUS[row.physical_status]),
        "source": float(network.sources.index("facts")),
    }
    country = network.nodes.country
    if k is None:
        links = make_links(
            np.array([u]), np.array([v]), length_km=km, country=float(country[u]), **common
        )
        return [], links, {0: line[1:-1]}
    share = np.clip(along[k] / along[-1], 0.01, 0.99)
    node = make_nodes(
        line[k : k + 1, 0], line[k : k + 1, 1], mode=float(mode), country=float(country[u])
    )
    links = make_links(
        np.array([u, fresh]),
        np.array([fresh, v]),
        length_km=km * np.array([share, 1 - share]),
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
    not the line meant and is left alone; `checks` reports it. A link that two rows name
    belongs to the first.
    """
    for mode in (Mode.RAIL, Mode.ROAD):
        named = [r for r in rows if r.action == "attributes" and r.mode == mode.name.lower()]
        paths = attribute_paths(network, named, mode)
        for row in (row for row in named if paths[row.id]):
            nodes = network.nodes
            line = np.array([[nodes.lon[n], nodes.lat[n]] for n in _ends(network, row)])
            asset, gauge = network.links.asset.copy(), network.links.gauge_mm.copy()
            path = np.array(paths[row.id])
            path = path[asset[path] < 0]
            asset[path] = len(network.assets)
            gauge[path] = row.gauge_mm or 0
            network = replace(
                network,
                links=network.links.with_columns(asset=asset, gauge_mm=gauge),
                assets=(*network.assets, _line_asset(network, row, line)),
            )
    return network


def attribute_paths(network: Network, rows: Sequence[LinkRow], mode: Mode) -> dict[str, list[int]]:
    """Links of the data's line that each row describes; empty where none fits its length."""
    nodes = terminal_nodes(network, mode)
    router = LineRouter(network, np.flatnonzero(lines_of(network, mode)))
    found: dict[str, list[int]] = {}
    for row in rows:
        found[row.id] = []
        if row.from_id in nodes and row.to_id in nodes:
            limit = row.km * (1 + LENGTH_TOLERANCE)
            path, km = router.path(nodes[row.from_id][0], nodes[row.to_id][0], limit_km=limit)
            found[row.id] = path if km >= row.km * (1 - LENGTH_TOLERANCE) else []
    return found


def tag_gauge(network: Network, gauges: Sequence[GaugeRow]) -> Network:
    """Give each rail line its gauges: the country's, else those that facts claim.

    A line claimed with several gauges becomes parallel links, one per gauge. A named
    line whose shortest path strays (see `_farthest`) is absent from the data: skipped.
    """
    national = _national_gauges(network.countries, gauges)
    rail = np.flatnonzero(lines_of(network, Mode.RAIL))
    gauge = network.links.gauge_mm.copy()
    claims: dict[int, set[int]] = {int(k): {int(gauge[k])} for k in rail if gauge[k]}
    nodes = terminal_nodes(network, Mode.RAIL)
    router = LineRouter(network, rail)
    for row in gauges:
        if row.kind == "default" or row.from_id not in nodes or row.to_id not in nodes:
            continue
        a, b = nodes[row.from_id][0], nodes[row.to_id][0]
        path, _ = router.path(a, b, limit_km=_farthest(network, a, b))
        for link in path:
            claims.setdefault(link, set()).update(row.gauges_mm)
    default = national[network.links.country]
    gauge[rail] = np.where(gauge[rail] == 0, default[rail], gauge[rail])
    for link, claimed in claims.items():
        gauge[link] = min(claimed)
    network = replace(network, links=network.links.with_columns(gauge_mm=gauge))
    more = [(link, g) for link, claimed in sorted(claims.items()) for g in sorted(claimed)[1:]]
    return _add_parallel(network, more)


def _national_gauges(countries: tuple[str, ...], gauges: Sequence[GaugeRow]) -> np.ndarray:
    """Default gauge by country; a disputed territory has that of its parent."""
    known = {row.country: row.gauge_mm for row in gauges if row.kind == "default"}
    return np.array(
        [known.get(code, known.get(code.split("-")[0], 0)) for code in countries], np.int16
    )


def gauge_at(places: Territories, gauges: Sequence[GaugeRow]) -> Callable[[Floats, Floats], Shorts]:
    """Return a function that gives the national gauge in mm at points, 0 where none is known."""
    national = _national_gauges(places.codes, gauges)

    def at(lon: Floats, lat: Floats) -> Shorts:
        found: Shorts = national[locate(places, lon, lat)]
        return found

    return at


def _farthest(network: Network, a: int, b: int) -> float:
    """Length in km up to which a path can be the line meant, not a detour round its gap."""
    lon, lat = network.nodes.lon[[a, b]], network.nodes.lat[[a, b]]
    return STRAYS * float(geodesic_km(lon[:1], lat[:1], lon[1:], lat[1:])[0]) + STRAYS_KM


def _add_parallel(network: Network, more: list[tuple[int, int]]) -> Network:
    if not more:
        return network
    rows, gauge = np.array(more, np.int64).T
    bent = shape_points(network)
    bent |= {
        len(network.links) + k: bent[row] for k, row in enumerate(rows.tolist()) if row in bent
    }
    twins = network.links.take(rows).with_columns(gauge_mm=gauge.astype(np.int16))
    return with_shape_points(add(network, None, twins), bent)
