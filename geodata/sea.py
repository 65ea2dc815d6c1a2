"""Ports, straits and shipping services on the sea lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import NetworkError
from geodata.measure import geodesic_km, polyline_km
from geodata.overlay import LineRouter
from geodata.terminals import ensure_terminal_nodes, terminal_nodes
from geodata.topology import (
    SHORTEST_KM,
    add,
    components,
    keep_links,
    lines_of,
    make_links,
    make_nodes,
    nearest_segment,
    segments,
    shape_points,
    split_links,
    with_shape_points,
)
from geodata.types import HIGH_SEAS, Asset, Kind, Links, Mode, Network, Nodes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.facts_rows import Facts, ServiceRow, StraitRow, TerminalRow
    from geodata.types import Floats, Ints

#: A port may lie this far from the nearest lane (the lanes are coarse off Makran).
PORT_REACH_KM = 250.0
#: The canal whose gate parts the Caspian from the oceans.
CASPIAN_GATE = "S_VDC"
#: How far, in degrees, a gate's coordinates may be from the lane's node.
GATE_DEGREES = 0.02


def tag_straits(network: Network, straits: Sequence[StraitRow]) -> Network:
    """Make each strait an asset of its gate edges, the few lanes that close it.

    A strait that the lanes do not have (Kiel) has no gates and becomes no asset.

    Raises
    ------
    NetworkError
        If a gate is not an edge of the sea lanes; all of them.
    """
    asset = network.links.asset.copy()
    faults, assets = [], []
    sea = np.flatnonzero(lines_of(network, Mode.SEA))
    for row in (row for row in straits if row.gates):
        rows = [_gate(network, sea, gate) for gate in row.gates]
        if None in rows:
            faults.append(f"{row.id}: a gate is not an edge of the sea lanes")
            continue
        asset[[k for k in rows if k is not None]] = len(network.assets) + len(assets)
        assets.append(
            Asset(
                id=row.id,
                kind="strait",
                name=row.name,
                lon=row.lon,
                lat=row.lat,
                countries=(HIGH_SEAS,),
                political_status=row.political_status,
                source=row.source,
                confidence=row.confidence,
            )
        )
    if faults:
        raise NetworkError("straits.csv: " + "; ".join(faults))
    return replace(
        network,
        links=network.links.with_columns(asset=asset),
        assets=network.assets + tuple(assets),
    )


def _gate(
    network: Network, sea: Ints, gate: tuple[tuple[float, float], tuple[float, float]]
) -> int | None:
    nodes, u, v = network.nodes, network.links.u[sea], network.links.v[sea]

    def near(end: Ints, point: tuple[float, float]) -> np.ndarray:
        return np.hypot(nodes.lon[end] - point[0], nodes.lat[end] - point[1])

    off = np.minimum(
        np.maximum(near(u, gate[0]), near(v, gate[1])),
        np.maximum(near(u, gate[1]), near(v, gate[0])),
    )
    k = int(np.argmin(off))
    return int(sea[k]) if off[k] <= GATE_DEGREES else None


def add_services(network: Network, facts: Facts) -> Network:
    """Add each shipping service as lines of its own along the lanes, cut at straits.

    A service boards from the quay (lifted cargo), the track (wagons roll on) or the
    road (trucks roll on) of its ports, whichever it carries; wagons roll on only where
    both ports have the same gauge, else the cargo is lifted. Its lanes are drawn along
    the sea network and scaled to the service's stated length.
    """
    ports = [end for row in facts.services for end in (row.from_id, row.to_id)]
    network = ensure_terminal_nodes(network, facts.terminals, ports, Mode.SEA)
    place = {row.id: (row.lon, row.lat) for row in facts.terminals}
    sea = np.flatnonzero(lines_of(network, Mode.SEA))
    router, lanes = LineRouter(network, sea), network
    for row in facts.services:
        network = _add_service(network, row, _lane(lanes, router, sea, place, row))
    return network


def _lane(
    network: Network,
    router: LineRouter,
    sea: Ints,
    place: dict[str, tuple[float, float]],
    row: ServiceRow,
) -> list[tuple[int, Floats]]:
    """Pieces of the way between two ports: the strait asset (-1 none) and its points."""
    start, end = (np.array([place[port]]) for port in (row.from_id, row.to_id))
    nodes = network.nodes
    used = np.unique(np.concatenate([network.links.u[sea], network.links.v[sea]]))
    first, last = (
        int(
            used[
                np.argmin(
                    geodesic_km(
                        nodes.lon[used],
                        nodes.lat[used],
                        np.full(len(used), p[0, 0]),
                        np.full(len(used), p[0, 1]),
                    )
                )
            ]
        )
        for p in (start, end)
    )
    path, km = router.path(first, last)
    direct = float(geodesic_km(start[:, 0], start[:, 1], end[:, 0], end[:, 1])[0])
    if not path or km > 3 * max(direct, row.km):
        return [(-1, np.concatenate([start, end]))]
    return _along(network, path, first, start, end)


def _along(
    network: Network, path: list[int], first: int, start: Floats, end: Floats
) -> list[tuple[int, Floats]]:
    pieces: list[tuple[int, list[Floats]]] = [(-1, [start[0]])]
    nodes, links, at = network.nodes, network.links, first
    for link in path:
        strait = int(links.asset[link])
        here = np.array([nodes.lon[at], nodes.lat[at]])
        if strait != pieces[-1][0]:
            pieces[-1][1].append(here)
            pieces.append((strait, [here]))
        elif len(pieces[-1][1]) == 1 or not np.array_equal(pieces[-1][1][-1], here):
            pieces[-1][1].append(here)
        at = int(links.v[link]) if links.u[link] == at else int(links.u[link])
    here = np.array([nodes.lon[at], nodes.lat[at]])
    if pieces[-1][0] >= 0:
        pieces[-1][1].append(here)
        pieces.append((-1, [here]))
    pieces[-1][1].extend([here, end[0]])
    return [(strait, _distinct(np.array(points))) for strait, points in pieces]


def _distinct(line: Floats) -> Floats:
    keep = np.concatenate([[True], (np.diff(line, axis=0) != 0).any(axis=1)])
    return line[keep] if keep.sum() > 1 else np.concatenate([line[:1], line[:1]])


def _add_service(network: Network, row: ServiceRow, pieces: list[tuple[int, Floats]]) -> Network:
    asset = len(network.assets)
    network = replace(network, assets=(*network.assets, _service_asset(row)))
    joints = _joints(network, row)
    mode = Mode.FERRY if {"rail", "road"} & set(row.carries) else Mode.SEA
    base = len(network.nodes)
    corners = np.stack([pieces[0][1][0], *(line[-1] for _, line in pieces)])
    seas = float(network.countries.index(HIGH_SEAS))
    nodes = make_nodes(corners[:, 0], corners[:, 1], mode=float(mode), country=seas)
    measured = np.array([polyline_km(line)[-1] for _, line in pieces])
    source = float(network.sources.index("facts"))
    lines = make_links(
        base + np.arange(len(pieces)),
        base + 1 + np.arange(len(pieces)),
        mode=float(mode),
        length_km=np.maximum(row.km * measured / max(measured.sum(), SHORTEST_KM), SHORTEST_KM),
        country=seas,
        asset=np.array([strait if strait >= 0 else asset for strait, _ in pieces]),
        source=source,
    )
    bent = shape_points(network)
    bent |= {len(network.links) + k: line[1:-1] for k, (_, line) in enumerate(pieces)}
    network = with_shape_points(add(network, nodes, lines), bent)
    return _board(network, joints, (base, base + len(pieces)), mode, asset)


def _service_asset(row: ServiceRow) -> Asset:
    return Asset(
        id=row.id,
        kind="service",
        name=f"{row.type} {row.from_id}-{row.to_id} ({row.operators})",
        lon=0.0,
        lat=0.0,
        countries=(),
        political_status=row.political_status,
        sailings_per_week=row.sailings_per_week_likely,
        source=row.source,
        confidence=row.confidence,
    )


def _joints(network: Network, row: ServiceRow) -> tuple[list[int], list[int]]:
    """Nodes from which cargo boards at either port."""
    quay = terminal_nodes(network, Mode.SEA)
    found: tuple[list[int], list[int]] = ([], [])
    if "road" in row.carries:
        road = terminal_nodes(network, Mode.ROAD)
        for side, port in zip(found, (row.from_id, row.to_id), strict=True):
            side += road.get(port, [])
    lifted = "sea" in row.carries
    if "rail" in row.carries:
        rail = terminal_nodes(network, Mode.RAIL)
        gauges = [
            {int(network.nodes.gauge_mm[n]): n for n in rail.get(port, [])}
            for port in (row.from_id, row.to_id)
        ]
        common = sorted(gauges[0].keys() & gauges[1].keys())
        lifted |= not common
        for side, by_gauge in zip(found, gauges, strict=True):
            side += [by_gauge[g] for g in common]
    for side, port in zip(found, (row.from_id, row.to_id), strict=True):
        if lifted or not side:
            side += quay[port]
    return found


def _board(
    network: Network,
    joints: tuple[list[int], list[int]],
    ends: tuple[int, int],
    mode: Mode,
    asset: int,
) -> Network:
    """Board with waiting and loading, one way; leave with unloading, the other way."""
    tables: list[Links] = []
    for nodes, ship in zip(joints, ends, strict=True):
        node = np.array(nodes, np.int64)
        common = {
            "mode": float(mode),
            "asset": float(asset),
            "oneway": 1.0,
            "country": network.nodes.country[node],
            "source": float(network.sources.index("facts")),
        }
        on_ship = np.full(len(node), ship)
        tables.append(make_links(node, on_ship, kind=float(Kind.BOARDING), **common))
        tables.append(make_links(on_ship, node, kind=float(Kind.TRANSFER), **common))
    return add(network, None, Links.concat(*tables))


def drop_caspian_lanes(network: Network) -> Network:
    """Drop the lanes behind the Volga-Don gate: there only services sail.

    The open data joins the Caspian to the oceans by river; with its gate cut, the
    lanes on the far side carry no free passage. The services drawn along them stay.
    """
    names = [asset.id for asset in network.assets]
    if CASPIAN_GATE not in names:
        return network
    lanes = lines_of(network, Mode.SEA) & (
        network.links.source == network.sources.index("searoute")
    )
    gate = network.links.asset == names.index(CASPIAN_GATE)
    open_lanes = lanes & ~gate
    label = components(network, open_lanes)
    size = np.bincount(label[network.links.u[open_lanes]], minlength=int(label.max()) + 1)
    ocean = int(np.argmax(size))
    behind = lanes & ((label[network.links.u] != ocean) | gate)
    return keep_links(network, ~behind)


def attach_ports(network: Network, terminals: Sequence[TerminalRow]) -> Network:
    """Give each port a quay, joined to the nearest sea lane within `PORT_REACH_KM`."""
    ports = [row for row in terminals if "sea" in row.modes]
    network = ensure_terminal_nodes(network, terminals, [row.id for row in ports], Mode.SEA)
    quays = terminal_nodes(network, Mode.SEA)
    quay = np.array([quays[row.id][0] for row in ports])
    lon, lat = network.nodes.lon[quay], network.nodes.lat[quay]
    lanes = lines_of(network, Mode.SEA) & (
        network.links.source == network.sources.index("searoute")
    )
    # A lane over the antimeridian spans the globe in plain degrees: no port is near it.
    across = np.abs(np.diff(network.nodes.lon[[network.links.u, network.links.v]], axis=0)[0])
    lanes &= across < 180  # noqa: PLR2004 - half a turn
    table = segments(network, np.flatnonzero(lanes & (network.links.asset < 0)))
    best, fraction, _ = nearest_segment(table, lon, lat, within_km=PORT_REACH_KM)
    found = best >= 0
    network, node = split_links(
        network, table.link[best[found]], np.clip(fraction[found], 1e-4, 1 - 1e-4)
    )
    nodes = network.nodes
    km = geodesic_km(lon[found], lat[found], nodes.lon[node], nodes.lat[node])
    tails = make_links(
        quay[found],
        node,
        mode=float(Mode.SEA),
        length_km=np.maximum(km, SHORTEST_KM),
        country=float(network.countries.index(HIGH_SEAS)),
        source=float(network.sources.index("model")),
    )
    return add(network, None, tails)
