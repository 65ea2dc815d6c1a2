"""Countries: which territory each node and each piece of a link lies in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components

from geodata.topology import lines_of, points_along, split_where_crossed
from geodata.types import HIGH_SEAS, Mode, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geodata.facts_rows import TerminalRow, TerritoryRow
    from geodata.sources.extracts import Outlines
    from geodata.types import Floats, Ints, Links, Shorts

#: A dip into a neighbour shorter than this, coming back, is taken for an error of the
#: outlines (they err by 2 to 4 km in Central Asia), unless a terminal lies in it.
DIP_KM = 60.0
#: Rounds of absorbing; the real network needs three.
MOST_ROUNDS = 10
#: How far off the outlines, in degrees, a node still belongs to the nearest country.
OFF_OUTLINE_DEGREES = 0.6
#: A terminal this near (in degrees) to a stretch vouches for its territory.
TERMINAL_DEGREES = 0.08


@dataclass(frozen=True)
class Territories:
    """Polygons by territory and the land borders between them.

    `codes[code[k]]` is the territory of `polygons[k]`; `borders` are straight pieces
    (ends in degrees, shape (m, 4)) with the two territories `side` (m, 2) they part.
    """

    codes: tuple[str, ...]
    polygons: np.ndarray
    code: Shorts
    parent: np.ndarray
    borders: Floats
    side: Ints


def territories(outlines: Outlines, disputed: Sequence[TerritoryRow]) -> Territories:
    """Build the polygons and land borders from outlines and hand-drawn territories.

    A disputed territory is always a territory of its own, cut out of the country that
    the outlines draw it in (the part of its id before the hyphen); which state a map
    attributes it to is a label, so no view can change who may pass.
    """
    shells = np.flatnonzero(np.diff(outlines.polygon, prepend=-1) != 0)
    offsets = np.concatenate([shells, [len(outlines.polygon)]])
    xy = np.stack([outlines.lon, outlines.lat], axis=1)
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, xy, (outlines.start, offsets)
    )
    country = outlines.country
    codes = [*outlines.codes, *(row.id for row in disputed), HIGH_SEAS]
    hand = shapely.from_wkt([row.polygon_wkt for row in disputed])
    parents = [outlines.codes.index(row.id.split("-")[0]) for row in disputed]
    borders, side = _land_borders(outlines, country)
    lines, sides = [borders], [side]
    for k, (shape, parent) in enumerate(zip(hand, parents, strict=True)):
        ring = shapely.get_coordinates(shape.exterior)
        lines.append(np.concatenate([ring[:-1], ring[1:]], axis=1))
        sides.append(np.tile([parent, len(outlines.codes) + k], (len(ring) - 1, 1)))
    return Territories(
        codes=tuple(codes),
        polygons=np.concatenate([polygons, hand]),
        code=np.concatenate([country, len(outlines.codes) + np.arange(len(hand))]).astype(np.int16),
        parent=np.array([-1] * len(polygons) + parents),
        borders=np.concatenate(lines),
        side=np.concatenate(sides),
    )


def _land_borders(outlines: Outlines, country: Ints) -> tuple[Floats, Ints]:
    """Find ring edges that two countries share: neighbours use the same vertices."""
    last = np.zeros(len(outlines.lon), bool)
    last[outlines.start[1:] - 1] = True
    a = np.flatnonzero(~last)
    ring = np.searchsorted(outlines.start, a, side="right") - 1
    owner = country[outlines.polygon[ring]]
    ends = np.stack(
        [outlines.lon[a], outlines.lat[a], outlines.lon[a + 1], outlines.lat[a + 1]], axis=1
    )
    flip = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[flip] = ends[flip][:, [2, 3, 0, 1]]
    order = np.lexsort((owner, *ends.T[::-1]))
    ends, owner = ends[order], owner[order]
    twin = (ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1])
    first = np.flatnonzero(twin)
    return ends[first], np.stack([owner[first], owner[first + 1]], axis=1).astype(np.int64)


def locate(places: Territories, lon: Floats, lat: Floats) -> Shorts:
    """Territory of each point, as an index into `places.codes`.

    Points off every polygon (coasts, bridges) get the nearest one within
    `OFF_OUTLINE_DEGREES`, else the high seas.
    """
    points = cast("NDArray[np.object_]", shapely.points(lon, lat))
    found = np.full(len(points), -1, np.int64)
    tree = shapely.STRtree(points)
    shapely.prepare(places.polygons)
    polygon, point = tree.query(places.polygons, predicate="contains")
    plain = places.parent[polygon] < 0
    found[point[plain]] = places.code[polygon[plain]]
    off = np.flatnonzero(found < 0)
    if len(off):
        whole = places.parent < 0
        land = shapely.STRtree(places.polygons[whole])
        row, near = land.query_nearest(
            points[off], max_distance=OFF_OUTLINE_DEGREES, all_matches=False
        )
        found[off[row]] = places.code[whole][near]
    carved = ~plain & (found[point] == places.parent[polygon])
    found[point[carved]] = places.code[polygon[carved]]
    found[found < 0] = places.codes.index(HIGH_SEAS)
    return found.astype(np.int16)


def tag_countries(
    network: Network, places: Territories, terminals: Sequence[TerminalRow]
) -> Network:
    """Tag links and nodes with their territory, splitting links at land borders.

    A piece takes the territory of its middle. Nodes where territories meet are the
    network's border nodes; they take the lowest code of the two.
    """
    network = replace(network, countries=places.codes)
    land = np.isin(network.links.mode, (Mode.RAIL, Mode.ROAD))
    network, _ = split_where_crossed(network, np.flatnonzero(land), places.borders)
    middle = points_along(network, np.arange(len(network.links)), np.full(len(network.links), 0.5))
    country = locate(places, middle[:, 0], middle[:, 1])
    country[network.links.mode == Mode.SEA] = places.codes.index(HIGH_SEAS)
    network = replace(network, links=network.links.with_columns(country=country))
    for mode in (Mode.RAIL, Mode.ROAD):
        network = _absorb_dips(
            network, mode, [t for t in terminals if mode.name.lower() in t.modes]
        )
    return tag_nodes(network)


def tag_nodes(network: Network) -> Network:
    """Give each node the territory of the links that meet at it (the lowest code)."""
    links = network.links
    country = np.full(len(network.nodes), np.iinfo(np.int16).max, np.int16)
    np.minimum.at(country, links.u, links.country)
    np.minimum.at(country, links.v, links.country)
    lone = country == np.iinfo(np.int16).max
    country[lone] = network.nodes.country[lone]
    return replace(network, nodes=network.nodes.with_columns(country=country))


def border_nodes(network: Network, mode: Mode) -> Ints:
    """Nodes at which lines of `mode` of different territories meet."""
    links = network.links.take(lines_of(network, mode))
    ends = np.concatenate([links.u, links.v])
    country = np.concatenate([links.country, links.country])
    low = np.full(len(network.nodes), np.iinfo(np.int16).max, np.int16)
    high = np.full(len(network.nodes), -1, np.int16)
    np.minimum.at(low, ends, country)
    np.maximum.at(high, ends, country)
    return np.flatnonzero((high >= 0) & (low < high))


def _absorb_dips(network: Network, mode: Mode, terminals: Sequence[TerminalRow]) -> Network:
    """Relabel short stretches that lie in a neighbour by the outlines only.

    Where a line weaves over a border, each round takes only stretches shorter than all
    they touch: so the short ones go first and what is left between grows together.
    """
    for _ in range(MOST_ROUNDS):
        changed = _absorb_once(network, mode, terminals)
        if changed is None:
            return network
        network = changed
    return network


def _absorb_once(network: Network, mode: Mode, terminals: Sequence[TerminalRow]) -> Network | None:
    rows = np.flatnonzero(lines_of(network, mode))
    links = network.links.take(rows)
    part, touching = _parts(network, links)
    km = np.bincount(part, links.length_km)
    owner = np.zeros(len(km), np.int64)
    owner[part] = links.country
    other = np.full(len(km), -1, np.int64)
    unfit = np.zeros(len(km), bool)
    for a, b in touching:
        unfit[a] |= (other[a] >= 0) & (other[a] != owner[b])
        unfit[a] |= (km[a], a) > (km[b], b)
        other[a] = owner[b]
    dip = (km < DIP_KM) & (other >= 0) & ~unfit
    dip[list(_parts_with_terminal(network, links, part, terminals))] = False
    if not dip.any():
        return None
    country = network.links.country.copy()
    inside = dip[part]
    country[rows[inside]] = other[part[inside]].astype(np.int16)
    return replace(network, links=network.links.with_columns(country=country))


def _parts(network: Network, links: Links) -> tuple[Ints, list[tuple[int, int]]]:
    """Return the stretch of one territory of each link, and which stretches touch."""
    width = len(network.countries) + 1
    keys = np.concatenate([links.u, links.v]).astype(np.int64) * width + np.tile(links.country, 2)
    corner, index = np.unique(keys, return_inverse=True)
    n = len(links)
    graph = sp.coo_matrix((np.ones(n, np.int8), (index[:n], index[n:])), shape=(len(corner),) * 2)
    _, label = connected_components(graph, directed=False)
    same_node = np.flatnonzero(corner[1:] // width == corner[:-1] // width)
    pairs = {(int(label[k]), int(label[k + 1])) for k in same_node}
    return label[index[:n]].astype(np.int64), sorted(pairs | {(b, a) for a, b in pairs})


def _parts_with_terminal(
    network: Network, links: Links, part: Ints, terminals: Sequence[TerminalRow]
) -> set[int]:
    lon, lat = network.nodes.lon[links.u], network.nodes.lat[links.u]
    codes = network.countries
    found: set[int] = set()
    for terminal in terminals:
        close = np.hypot(
            (lon - terminal.lon) * np.cos(np.radians(terminal.lat)), lat - terminal.lat
        )
        near = (close < TERMINAL_DEGREES) & (links.country == codes.index(terminal.country))
        found |= set(part[near].tolist())
    return found
