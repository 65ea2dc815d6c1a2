"""Bind every place where a line changes territory to a crossing, or cut it there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.attribute import border_nodes
from geodata.measure import geodesic_km
from geodata.overlay import STATUS
from geodata.topology import (
    add,
    components,
    lines_of,
    make_links,
    make_nodes,
    nearest_segment,
    segments,
    split_links,
)
from geodata.types import Asset, Kind, Mode, Network, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.facts_rows import BorderRow, CrossingRow, Facts
    from geodata.types import Ints

#: A line belongs to a named crossing of its pair and mode within this distance.
NAMED_KM = 12.0
#: Unnamed border points of one pair and mode within this distance are one crossing.
CLUSTER_KM = 6.0
#: Reach of a named road crossing to the roads on both sides, where the data stops short.
ROAD_REACH_KM = 25.0
#: A connector follows no mapped road: this much longer than the straight line.
CONNECTOR_DETOUR = 1.3
LAND = (Mode.RAIL, Mode.ROAD)
#: Source of a generated crossing.
PASSED = "measured: a line of the open data passes the border"


@dataclass(frozen=True)
class BorderPoint:
    """A node where a line passes from one territory to another, and its crossing.

    `cut` where no crossing can be there: the line does not pass.
    """

    node: int
    pair: tuple[int, int]
    crossing: str
    named: bool
    cut: bool = False


def connect_road_borders(network: Network, crossings: Sequence[CrossingRow]) -> Network:
    """Join built road crossings that no road of the data passes to the roads nearby."""
    touched = _touched(network, Mode.ROAD, crossings)
    todo = [
        row
        for row in crossings
        if row.mode == "road"
        and row.physical_status == "built"
        and row.id not in touched
        and {row.country_a, row.country_b} <= set(network.countries)
    ]
    lon, lat = (
        np.array([getattr(row, axis) for row in todo for _ in "ab"]) for axis in ("lon", "lat")
    )
    sides = [network.countries.index(c) for row in todo for c in (row.country_a, row.country_b)]
    roads = lines_of(network, Mode.ROAD)
    label = components(network, roads)[network.links.u]
    size = np.bincount(label[roads], network.links.length_km[roads], minlength=label.max() + 1)
    table = segments(network, np.flatnonzero(roads & (size[label] > ROAD_REACH_KM)))
    country = network.links.country[table.link]
    best, fraction, _ = nearest_segment(
        table, lon, lat, within_km=ROAD_REACH_KM, allowed=(country == side for side in sides)
    )
    both = np.repeat((best.reshape(-1, 2) >= 0).all(axis=1), 2)
    network, node = split_links(
        network, table.link[best[both]], np.clip(fraction[both], 1e-4, 1 - 1e-4)
    )
    return _add_connectors(network, node, lon[both], lat[both], np.array(sides)[both])


def _add_connectors(
    network: Network, node: Ints, lon: np.ndarray, lat: np.ndarray, side: Ints
) -> Network:
    """Add one border node per pair of rows, joined to the road node on each side."""
    n = len(node) // 2
    border = len(network.nodes) + np.repeat(np.arange(n), 2)
    km = geodesic_km(network.nodes.lon[node], network.nodes.lat[node], lon, lat)
    links = make_links(
        node,
        border,
        mode=float(Mode.ROAD),
        country=side,
        length_km=np.maximum(km * CONNECTOR_DETOUR, 0.05),
        source=float(network.sources.index("facts")),
    )
    nodes = make_nodes(lon[::2], lat[::2], mode=float(Mode.ROAD), country=side[::2])
    return add(network, nodes, links)


def _touched(network: Network, mode: Mode, crossings: Sequence[CrossingRow]) -> set[str]:
    points = border_points(network, mode, crossings, ())
    return {point.crossing for point in points if point.named}


def border_points(
    network: Network,
    mode: Mode,
    crossings: Sequence[CrossingRow],
    borders: Sequence[BorderRow],
) -> list[BorderPoint]:
    """Find the crossing of each border node: named within `NAMED_KM`, else generated.

    Generated crossings are named ``X-<A>-<B>-<nn>`` from west to east. Where all crossings
    of a pair are named, or the two are no neighbours, another line over the border is an
    error of the data or a path: it is cut.
    """
    named = _named_by_pair(network, mode, crossings)
    word = mode.name.lower()
    passable = {
        frozenset((row.country_a, row.country_b)) for row in borders if word not in row.all_named
    }
    found: list[BorderPoint] = []
    loose: dict[tuple[int, int], list[int]] = {}
    for node, pair in _pairs(network, mode):
        row = _nearest_named(network, node, named.get(pair, []))
        if row is not None:
            found.append(BorderPoint(node, pair, row.id, named=True))
        else:
            loose.setdefault(pair, []).append(node)
    for pair, nodes in sorted(loose.items()):
        a, b = (network.countries[k] for k in pair)
        cut = frozenset((a, b)) not in passable
        letter = "" if mode == Mode.RAIL else "R"
        for k, group in enumerate(_clusters(network, nodes), start=1):
            name = f"X-{a}-{b}-{letter}{k:02d}"
            found += [BorderPoint(n, pair, name, named=False, cut=cut) for n in group]
    return found


def border_report(network: Network, facts: Facts) -> dict[str, Any]:
    """Say which crossings are bound, generated or without a line, and what is cut."""
    points = [
        p for mode in LAND for p in border_points(network, mode, facts.crossings, facts.borders)
    ]
    lon, lat = network.nodes.lon, network.nodes.lat
    rows = {
        p.crossing: {
            "id": p.crossing,
            "mode": Mode(int(network.nodes.mode[p.node])).name.lower(),
            "pair": [network.countries[k] for k in p.pair],
            "lon": round(float(lon[p.node]), 4),
            "lat": round(float(lat[p.node]), 4),
            "cut": p.cut,
        }
        for p in reversed(points)
        if not p.named
    }
    bound = {p.crossing for p in points if p.named}
    generated = [rows[name] for name in sorted(rows)]
    return {
        "crossings_bound": sorted(bound),
        "crossings_without_line": sorted({row.id for row in facts.crossings} - bound),
        "crossings_generated": [row for row in generated if not row["cut"]],
        "borders_cut": [row for row in generated if row["cut"]],
    }


def _named_by_pair(
    network: Network, mode: Mode, crossings: Sequence[CrossingRow]
) -> dict[tuple[int, int], list[CrossingRow]]:
    index = {code: k for k, code in enumerate(network.countries)}
    named: dict[tuple[int, int], list[CrossingRow]] = {}
    for row in crossings:
        if row.mode == mode.name.lower() and row.country_a in index and row.country_b in index:
            a, b = sorted((index[row.country_a], index[row.country_b]))
            named.setdefault((a, b), []).append(row)
    return named


def _pairs(network: Network, mode: Mode) -> list[tuple[int, tuple[int, int]]]:
    """Border nodes of a mode with each pair of territories that meet there."""
    links = network.links.take(lines_of(network, mode))
    at = set(border_nodes(network, mode).tolist())
    meet: dict[int, set[int]] = {}
    for end in (links.u, links.v):
        on = np.isin(end, np.fromiter(at, np.int64, len(at)))
        for node, country in zip(end[on].tolist(), links.country[on].tolist(), strict=True):
            meet.setdefault(node, set()).add(country)
    return [
        (node, (a, b))
        for node in sorted(meet)
        for a in sorted(meet[node])
        for b in sorted(meet[node])
        if a < b
    ]


def _nearest_named(network: Network, node: int, rows: Sequence[CrossingRow]) -> CrossingRow | None:
    if not rows:
        return None
    lon, lat = (np.array([getattr(row, axis) for row in rows]) for axis in ("lon", "lat"))
    here = np.full(len(rows), network.nodes.lon[node]), np.full(len(rows), network.nodes.lat[node])
    km = geodesic_km(*here, lon, lat)
    k = int(np.argmin(km))
    return rows[k] if km[k] <= NAMED_KM else None


def _clusters(network: Network, nodes: list[int]) -> list[list[int]]:
    """Group nodes that lie within `CLUSTER_KM` of the group's first, west to east."""
    order = sorted(nodes, key=lambda n: (network.nodes.lon[n], network.nodes.lat[n]))
    groups: list[list[int]] = []
    for node in order:
        for group in groups:
            a, b = np.array([group[0]]), np.array([node])
            lon, lat = network.nodes.lon, network.nodes.lat
            if geodesic_km(lon[a], lat[a], lon[b], lat[b])[0] <= CLUSTER_KM:
                group.append(node)
                break
        else:
            groups.append([node])
    return groups


def bind_crossings(network: Network, facts: Facts) -> Network:
    """Part the territories at the border and join them again by crossings only.

    Every node where lines of different territories or gauges meet becomes one node per
    territory and gauge. Those of one gauge are joined by a `BORDER` link whose asset is
    the crossing; where gauges differ and the crossing is named with both, the border
    link is followed by a `GAUGE_CHANGE`. A point that is cut gets no link: the line
    ends there.
    """
    points = [
        p for mode in LAND for p in border_points(network, mode, facts.crossings, facts.borders)
    ]
    network, index = _with_crossing_assets(network, points, facts)
    network, corners = _split_corners(network)
    rows = {row.id: row for row in facts.crossings}
    joints: list[tuple[int, int, Kind, int]] = []
    virtual: list[tuple[int, int, int]] = []
    for point in points:
        if point.crossing not in index:
            continue
        sides = [
            {
                int(network.nodes.gauge_mm[n]): n
                for n in corners[point.node]
                if network.nodes.country[n] == c
            }
            for c in point.pair
        ]
        asset = index[point.crossing]
        common = sides[0].keys() & sides[1].keys()
        joints += [(sides[0][g], sides[1][g], Kind.BORDER, asset) for g in sorted(common)]
        if not common and point.named and _breaks_gauge(rows[point.crossing]):
            virtual.append((min(sides[0].values()), min(sides[1].values()), asset))
    return _add_joints(network, joints, virtual)


def _breaks_gauge(row: CrossingRow) -> bool:
    return bool(row.gauge_a_mm and row.gauge_b_mm and row.gauge_a_mm != row.gauge_b_mm)


def _add_joints(
    network: Network, joints: list[tuple[int, int, Kind, int]], virtual: list[tuple[int, int, int]]
) -> Network:
    nodes = network.nodes
    if virtual:
        near, far, asset = np.array(virtual, np.int64).T
        fresh = len(nodes) + np.arange(len(near))
        twins = make_nodes(
            nodes.lon[near],
            nodes.lat[near],
            mode=nodes.mode[near],
            country=nodes.country[far],
            gauge_mm=nodes.gauge_mm[near],
        )
        joints = [
            *joints,
            *(
                (int(a), int(f), Kind.BORDER, int(x))
                for a, f, x in zip(near, fresh, asset, strict=True)
            ),
            *(
                (int(f), int(b), Kind.GAUGE_CHANGE, int(x))
                for f, b, x in zip(fresh, far, asset, strict=True)
            ),
        ]
        network = add(network, twins, None)
    u, v, kind, asset = np.array(joints, np.int64).reshape(-1, 4).T
    links = make_links(
        u,
        v,
        kind=kind,
        mode=network.nodes.mode[u],
        asset=asset,
        country=network.nodes.country[u],
        gauge_mm=network.nodes.gauge_mm[u],
        source=float(network.sources.index("model")),
        status=_border_status(network, u, v, asset),
    )
    return add(network, None, links)


def _border_status(network: Network, u: Ints, v: Ints, asset: Ints) -> np.ndarray:
    """Physical status of border links: the crossing's, unless a line there has its own.

    Where a hand link not yet built meets the border, that link carries the status: the
    border itself is not a thing to build twice.
    """
    links = network.links
    unbuilt = links.status != Status.BUILT
    waits = np.zeros(len(network.nodes), bool)
    waits[links.u[unbuilt]] = waits[links.v[unbuilt]] = True
    own = np.array([STATUS[network.assets[k].status] for k in asset], np.int8)
    return np.where(waits[u] | waits[v], np.int8(Status.BUILT), own)


def _with_crossing_assets(
    network: Network, points: list[BorderPoint], facts: Facts
) -> tuple[Network, dict[str, int]]:
    used: dict[str, BorderPoint] = {}
    for point in points:
        if not point.cut:
            used.setdefault(point.crossing, point)
    rows = {row.id: row for row in facts.crossings}
    borders = {frozenset((row.country_a, row.country_b)): row for row in facts.borders}
    assets = []
    for name, point in sorted(used.items()):
        pair = tuple(network.countries[k] for k in point.pair)
        if point.named:
            assets.append(_named_asset(rows[name]))
        else:
            mode = Mode(network.nodes.mode[point.node]).name.lower()
            assets.append(
                Asset(
                    id=name,
                    kind="crossing",
                    name=f"unnamed {mode} crossing {pair[0]}-{pair[1]}",
                    lon=round(float(network.nodes.lon[point.node]), 6),
                    lat=round(float(network.nodes.lat[point.node]), 6),
                    countries=pair,
                    source=PASSED,
                    confidence=borders[frozenset(pair)].confidence,
                )
            )
    first = len(network.assets)
    index = {asset.id: first + k for k, asset in enumerate(assets)}
    return replace(network, assets=network.assets + tuple(assets)), index


def _named_asset(row: CrossingRow) -> Asset:
    return Asset(
        id=row.id,
        kind="crossing",
        name=row.name,
        lon=row.lon,
        lat=row.lat,
        countries=(row.country_a, row.country_b),
        status=row.physical_status,
        source=row.source,
        confidence=row.confidence,
    )


def _split_corners(network: Network) -> tuple[Network, dict[int, list[int]]]:
    """One node per (node, territory, gauge) of the land lines; corners of each old node."""
    links = network.links
    land = np.flatnonzero((links.kind == Kind.LINE) & np.isin(links.mode, LAND))
    n, width = len(network.nodes), len(network.countries) + 1
    node = np.concatenate([links.u[land], links.v[land]]).astype(np.int64)
    country, gauge = np.tile(links.country[land], 2), np.tile(links.gauge_mm[land], 2)
    key = (node * width + country) * 4096 + gauge
    corner, slot = np.unique(key, return_inverse=True)
    owner = corner // (4096 * width)
    first = np.concatenate([[True], owner[1:] != owner[:-1]])
    # The first corner keeps the node's row, the others get rows of their own.
    row = np.where(first, owner, 0)
    row[~first] = n + np.arange(int((~first).sum()))
    corner_country = (corner // 4096 % width).astype(np.int16)
    corner_gauge = (corner % 4096).astype(np.int16)
    extra = network.nodes.take(owner[~first]).with_columns(
        country=corner_country[~first], gauge_mm=corner_gauge[~first]
    )
    nodes = network.nodes
    kept_country, kept_gauge = nodes.country.copy(), nodes.gauge_mm.copy()
    kept_country[owner[first]], kept_gauge[owner[first]] = (
        corner_country[first],
        corner_gauge[first],
    )
    u, v = links.u.copy(), links.v.copy()
    u[land], v[land] = row[slot[: len(land)]], row[slot[len(land) :]]
    network = replace(
        network,
        nodes=nodes.with_columns(country=kept_country, gauge_mm=kept_gauge),
        links=links.with_columns(u=u, v=v),
    )
    corners: dict[int, list[int]] = {}
    many = np.isin(owner, owner[~first])
    for old, new in zip(owner[many].tolist(), row[many].tolist(), strict=True):
        corners.setdefault(old, []).append(new)
    return add(network, extra, None), corners
