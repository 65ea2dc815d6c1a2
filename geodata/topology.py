"""Cut, join and snap: `Network -> Network` steps that know no politics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geodata.measure import KM_PER_DEGREE, chord_points, geodesic_km, project_on_segments
from geodata.types import Kind, Links, Mode, Network, Nodes, Shapes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from geodata.types import Bools, Floats, Indices, Ints

#: A column given whole, or one value for all rows.
Values = np.ndarray | float
#: Shortest length of a line, in km: duplicate points of the data stay one metre apart.
SHORTEST_KM = 0.001
#: Cuts nearer to each other or to a link's end than this fraction are one.
ONCE = 1e-6


@dataclass(frozen=True)
class Segments:
    """Straight pieces of links: ends in degrees, link row, and its span 0..1 on it."""

    lon_a: Floats
    lat_a: Floats
    lon_b: Floats
    lat_b: Floats
    link: Ints
    start: Floats
    stop: Floats


def shape_points(network: Network) -> dict[int, Floats]:
    """Interior points of the bent links by link row, each of shape (n, 2)."""
    shapes = network.shapes
    return {
        int(link): network.shape_lonlat[start:stop]
        for link, start, stop in zip(shapes.link, shapes.start, shapes.stop, strict=True)
    }


def with_shape_points(network: Network, points: Mapping[int, Floats]) -> Network:
    """Return `network` with exactly these bent links."""
    rows = sorted(row for row, lonlat in points.items() if len(lonlat))
    stop = np.cumsum([len(points[row]) for row in rows], dtype=np.int64)
    start = np.concatenate([[0], stop[:-1]]).astype(np.int64) if rows else stop
    lonlat = np.concatenate([points[row] for row in rows]) if rows else np.zeros((0, 2))
    shapes = Shapes(link=np.array(rows, np.int32), start=start, stop=stop)
    return replace(network, shapes=shapes, shape_lonlat=lonlat)


def keep_links(network: Network, keep: Bools) -> Network:
    """Drop the links where `keep` is false; nodes stay."""
    row = np.cumsum(keep) - 1
    points = {int(row[k]): xy for k, xy in shape_points(network).items() if keep[k]}
    return with_shape_points(replace(network, links=network.links.take(keep)), points)


def drop_unused_nodes(network: Network) -> Network:
    """Drop the nodes that no link touches."""
    used = np.zeros(len(network.nodes), bool)
    used[network.links.u] = True
    used[network.links.v] = True
    row = (np.cumsum(used) - 1).astype(np.int32)
    links = network.links.with_columns(u=row[network.links.u], v=row[network.links.v])
    return replace(network, nodes=network.nodes.take(used), links=links)


def make_links(u: Ints | Indices, v: Ints | Indices, **columns: Values) -> Links:
    """Build a link table from its ends; columns not given are those of a plain line.

    Scalars are repeated; `country`, `mode` and `length_km` should be given.
    """
    n = len(u)
    defaults: dict[str, tuple[type, float]] = {
        "kind": (np.int8, Kind.LINE),
        "mode": (np.int8, Mode.NONE),
        "length_km": (np.float64, 0.0),
        "country": (np.int16, -1),
        "gauge_mm": (np.int16, 0),
        "status": (np.int8, 0),
        "asset": (np.int32, -1),
        "oneway": (np.bool_, 0),
        "source": (np.int8, 0),
    }
    full: dict[str, Any] = {
        name: np.broadcast_to(np.asarray(columns.get(name, value), dtype), n).astype(dtype)
        for name, (dtype, value) in defaults.items()
    }
    return Links(u=np.asarray(u, np.int32), v=np.asarray(v, np.int32), **full)


def make_nodes(lon: Floats, lat: Floats, **columns: Values) -> Nodes:
    """Build a node table from coordinates; columns not given are unset."""
    n = len(lon)
    defaults: dict[str, tuple[type, float]] = {
        "mode": (np.int8, Mode.NONE),
        "country": (np.int16, -1),
        "gauge_mm": (np.int16, 0),
        "terminal": (np.int32, -1),
    }
    full: dict[str, Any] = {
        name: np.broadcast_to(np.asarray(columns.get(name, value), dtype), n).astype(dtype)
        for name, (dtype, value) in defaults.items()
    }
    return Nodes(lon=np.asarray(lon, float), lat=np.asarray(lat, float), **full)


def add(network: Network, nodes: Nodes | None, links: Links | None) -> Network:
    """Append rows; `links` may already point at the appended nodes."""
    if nodes is not None:
        network = replace(network, nodes=Nodes.concat(network.nodes, nodes))
    if links is not None:
        network = replace(network, links=Links.concat(network.links, links))
    return network


def lines_of(network: Network, mode: Mode) -> Bools:
    """Mask of the links that are lines of `mode`."""
    mask: Bools = (network.links.kind == Kind.LINE) & (network.links.mode == mode)
    return mask


def components(network: Network, rows: Bools) -> Ints:
    """Label of each node's component over the links `rows` (nodes without: alone)."""
    n = len(network.nodes)
    u, v = network.links.u[rows], network.links.v[rows]
    graph = sp.coo_matrix((np.ones(len(u), np.int8), (u, v)), shape=(n, n))
    _, label = connected_components(graph, directed=False)
    return label.astype(np.int64)


def segments(network: Network, rows: Ints) -> Segments:
    """Straight pieces of the links `rows`, bent links piece by piece."""
    nodes, links = network.nodes, network.links
    bent = shape_points(network)
    is_bent = np.isin(rows, np.fromiter(bent, np.int64, len(bent)))
    plain = rows[~is_bent]
    u, v = links.u[plain], links.v[plain]
    parts = [
        np.stack(
            [nodes.lon[u], nodes.lat[u], nodes.lon[v], nodes.lat[v], plain, 0 * u, 0 * u + 1.0],
            axis=1,
        )
    ]
    for row in rows[is_bent]:
        xy = full_line(network, int(row), bent[int(row)])
        at = _fractions(xy)
        parts.append(
            np.column_stack([xy[:-1], xy[1:], np.full(len(xy) - 1, float(row)), at[:-1], at[1:]])
        )
    table = np.concatenate(parts)
    lon_a, lat_a, lon_b, lat_b, link, start, stop = table.T
    return Segments(lon_a, lat_a, lon_b, lat_b, link.astype(np.int64), start, stop)


def full_line(network: Network, row: int, interior: Floats) -> Floats:
    """Points of a link from u to v, ends included, shape (n, 2)."""
    nodes, u, v = network.nodes, network.links.u[row], network.links.v[row]
    ends = np.array([[nodes.lon[u], nodes.lat[u]], [nodes.lon[v], nodes.lat[v]]])
    return np.concatenate([ends[:1], interior, ends[1:]])


def _fractions(xy: Floats) -> Floats:
    steps = geodesic_km(xy[:-1, 0], xy[:-1, 1], xy[1:, 0], xy[1:, 1])
    along = np.concatenate([[0.0], np.cumsum(steps)])
    return along / along[-1] if along[-1] > 0 else np.linspace(0, 1, len(xy))


def split_links(network: Network, rows: Ints, at: Floats) -> tuple[Network, Ints]:
    """Insert a node at fraction `at` (strictly within 0..1) of each link in `rows`.

    A link may be listed several times. The first piece keeps the link's row, the
    others are appended; length is shared pro rata.

    Returns
    -------
    Network, indices
        The new node of each request, in the order asked.
    """
    if not len(rows):
        return network, np.zeros(0, np.int64)
    order = np.lexsort((at, rows))
    rows, at = rows[order], at[order]
    lonlat = points_along(network, rows, at)
    links, first = network.links, len(network.nodes)
    new = first + np.arange(len(rows))
    leads = np.concatenate([[True], rows[1:] != rows[:-1]])
    ends = np.concatenate([leads[1:], [True]])
    until = np.where(ends, 1.0, np.concatenate([at[1:], [1.0]]))
    tails = links.take(rows)
    tails = tails.with_columns(
        u=new.astype(np.int32),
        v=np.where(ends, tails.v, np.concatenate([new[1:], [0]])).astype(np.int32),
        length_km=np.maximum(tails.length_km * (until - at), SHORTEST_KM),
    )
    heads = links.v.copy(), links.length_km.copy()
    heads[0][rows[leads]] = new[leads]
    heads[1][rows[leads]] = np.maximum(links.length_km[rows[leads]] * at[leads], SHORTEST_KM)
    nodes = make_nodes(
        lonlat[:, 0],
        lonlat[:, 1],
        mode=links.mode[rows],
        country=links.country[rows],
        gauge_mm=links.gauge_mm[rows],
    )
    cut = _cut_shapes(network, rows, at, len(links))
    network = replace(network, links=links.with_columns(v=heads[0], length_km=heads[1]))
    network = with_shape_points(add(network, nodes, tails), cut)
    result = np.empty(len(rows), np.int64)
    result[order] = new
    return network, result


def split_where_crossed(network: Network, rows: Ints, lines: Floats) -> tuple[Network, Ints]:
    """Cut the links `rows` wherever they meet one of the straight `lines`.

    Parameters
    ----------
    network, rows
        The network and the links to cut.
    lines
        Ends of the straight lines in degrees, shape (m, 4): lon, lat, lon, lat.

    Returns
    -------
    Network, indices
        The new nodes; a link that a line meets at its end only is not cut.
    """
    pieces = segments(network, rows)
    ends = np.stack([pieces.lon_a, pieces.lat_a, pieces.lon_b, pieces.lat_b], axis=1)
    drawn = cast("NDArray[np.object_]", shapely.linestrings(ends.reshape(-1, 2, 2)))
    borders = cast("NDArray[np.object_]", shapely.linestrings(lines.reshape(-1, 2, 2)))
    piece, border = shapely.STRtree(borders).query(drawn, predicate="intersects")
    t = _crossing_fraction(ends[piece], lines[border])
    at = pieces.start[piece] + t * (pieces.stop[piece] - pieces.start[piece])
    inside = (at > ONCE) & (at < 1 - ONCE)
    link, at = pieces.link[piece[inside]], at[inside]
    # Two border pieces that meet on the line give one cut.
    _, once = np.unique(
        np.stack([link, np.rint(at / ONCE).astype(np.int64)]), axis=1, return_index=True
    )
    return split_links(network, link[once], at[once])


def _crossing_fraction(line: Floats, border: Floats) -> Floats:
    """Fraction along `line` where it meets `border`, both (n, 4)."""
    dx, dy = line[:, 2] - line[:, 0], line[:, 3] - line[:, 1]
    ex, ey = border[:, 2] - border[:, 0], border[:, 3] - border[:, 1]
    cross = dx * ey - dy * ex
    parallel = cross == 0
    ox, oy = border[:, 0] - line[:, 0], border[:, 1] - line[:, 1]
    t = (ox * ey - oy * ex) / np.where(parallel, 1, cross)
    return np.where(parallel, 0.5, np.clip(t, 0, 1))


def points_along(network: Network, rows: Ints, at: Floats) -> Floats:
    """Coordinates at fraction `at` of links `rows`, shape (n, 2) in degrees."""
    nodes, links = network.nodes, network.links
    u, v = links.u[rows], links.v[rows]
    lonlat = np.stack(
        [
            nodes.lon[u] + (nodes.lon[v] - nodes.lon[u]) * at,
            nodes.lat[u] + (nodes.lat[v] - nodes.lat[u]) * at,
        ],
        axis=1,
    )
    bent = shape_points(network)
    for k in np.flatnonzero(np.isin(rows, np.fromiter(bent, np.int64, len(bent)))):
        xy = full_line(network, int(rows[k]), bent[int(rows[k])])
        along = _fractions(xy)
        lonlat[k] = [np.interp(at[k], along, xy[:, 0]), np.interp(at[k], along, xy[:, 1])]
    return lonlat


def _cut_shapes(network: Network, rows: Ints, at: Floats, n_links: int) -> dict[int, Floats]:
    bent = shape_points(network)
    for row in set(rows.tolist()) & set(bent):
        interior = bent.pop(row)
        along = _fractions(full_line(network, row, interior))[1:-1]
        which = np.flatnonzero(rows == row)
        edges = np.concatenate([[0.0], at[which], [1.0]])
        names = [row, *(n_links + which).tolist()]
        for name, low, high in zip(names, edges[:-1], edges[1:], strict=True):
            bent[name] = interior[(along > low) & (along < high)]
    return bent


def nearest_segment(
    table: Segments,
    lon: Floats,
    lat: Floats,
    *,
    within_km: float,
    allowed: Iterable[Bools] | None = None,
) -> tuple[Ints, Floats, Floats]:
    """Nearest segment to each point, by row of `table`, -1 where none is within reach.

    Parameters
    ----------
    table, lon, lat
        Segments, and points in degrees, shape (n,).
    within_km
        Reach in km.
    allowed
        For each point a mask over the segments it may use.

    Returns
    -------
    row, fraction, distance_km
        Fraction is along the link, 0..1.
    """
    ends = np.stack([table.lon_a, table.lat_a, table.lon_b, table.lat_b], axis=1)
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    tree = shapely.STRtree(cast("NDArray[np.object_]", lines))
    pad = within_km / KM_PER_DEGREE
    wide = pad / np.cos(np.radians(lat))
    point, row = tree.query(shapely.box(lon - wide, lat - pad, lon + wide, lat + pad))
    if allowed is not None:
        masks = list(allowed)
        fit = np.array([masks[p][r] for p, r in zip(point, row, strict=True)], bool)
        point, row = point[fit], row[fit]
    away, inner = project_on_segments(
        lon[point],
        lat[point],
        table.lon_a[row],
        table.lat_a[row],
        table.lon_b[row],
        table.lat_b[row],
    )
    best = np.full(len(lon), -1, np.int64)
    fraction, distance = np.zeros(len(lon)), np.full(len(lon), np.inf)
    near = away <= within_km
    order = np.lexsort((row, away, point))
    order = order[near[order]]
    firsts = order[np.unique(point[order], return_index=True)[1]]
    best[point[firsts]] = row[firsts]
    distance[point[firsts]] = away[firsts]
    chosen = row[firsts]
    span = table.stop[chosen] - table.start[chosen]
    fraction[point[firsts]] = table.start[chosen] + inner[firsts] * span
    return best, fraction, distance


def stitch(network: Network, mode: Mode, *, near_km: float, gap_km: float) -> Network:
    """Join what the data leaves apart, gauge-blind, by straight links.

    All node pairs nearer than `near_km` are joined; then each pair of components still
    apart by its shortest link of at most `gap_km`.
    """
    of_mode = np.flatnonzero(network.nodes.mode == mode)
    scaled = chord_points(network.nodes.lon[of_mode], network.nodes.lat[of_mode])
    pairs = cKDTree(scaled).query_pairs(gap_km, output_type="ndarray")
    ends = of_mode[np.sort(pairs, axis=1)]
    a, b = ends[:, 0], ends[:, 1]
    nodes, links = network.nodes, network.links
    gap = geodesic_km(nodes.lon[a], nodes.lat[a], nodes.lon[b], nodes.lat[b])
    known = set(
        zip(
            np.minimum(links.u, links.v).tolist(),
            np.maximum(links.u, links.v).tolist(),
            strict=True,
        )
    )
    fresh = np.array([pair not in known for pair in zip(a.tolist(), b.tolist(), strict=True)], bool)
    near = fresh & (gap < near_km)
    joined = _join(network, mode, a[near], b[near], gap[near])
    label = components(joined, lines_of(joined, mode))
    apart = fresh & (gap <= gap_km) & (label[a] != label[b])
    a, b, gap = a[apart], b[apart], gap[apart]
    low, high = np.minimum(label[a], label[b]), np.maximum(label[a], label[b])
    order = np.lexsort((b, a, gap))
    _, first = np.unique(np.stack([low[order], high[order]]), axis=1, return_index=True)
    pick = order[np.sort(first)]
    return _join(joined, mode, a[pick], b[pick], gap[pick])


def _join(network: Network, mode: Mode, a: Ints, b: Ints, km: Floats) -> Network:
    source = np.int8(network.sources.index("stitch"))
    links = make_links(
        a, b, mode=float(mode), length_km=np.maximum(km, SHORTEST_KM), source=float(source)
    )
    return add(network, None, links)
