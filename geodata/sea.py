"""Ports and straits on the sea lanes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import NetworkError
from geodata.measure import geodesic_km
from geodata.terminals import ensure_terminal_nodes, terminal_nodes
from geodata.topology import (
    SHORTEST_KM,
    add,
    components,
    keep_links,
    lines_of,
    make_links,
    nearest_segment,
    segments,
    split_links,
)
from geodata.types import HIGH_SEAS, Asset, Mode, Network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.facts_rows import StraitRow, TerminalRow
    from geodata.types import Indices, Ints

#: A port may lie this far from the nearest lane (the lanes are coarse off Makran).
PORT_REACH_KM = 250.0
#: The canal whose gate parts the Caspian from the oceans.
CASPIAN_GATE = "S_VDC"
#: Status of a strait that ordinary ships cannot sail all year.
SEASONAL = "seasonal"
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
    faults: list[str] = []
    assets: list[Asset] = []
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
                status=SEASONAL if row.navigation == SEASONAL else "built",
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

    def near(end: Indices, point: tuple[float, float]) -> np.ndarray:
        """Degrees between link ends and a gate's point."""
        # The source counts on beyond 180 degrees east; the extract does not.
        lon = (point[0] + 180) % 360 - 180
        return np.hypot(nodes.lon[end] - lon, nodes.lat[end] - point[1])

    off = np.minimum(
        np.maximum(near(u, gate[0]), near(v, gate[1])),
        np.maximum(near(u, gate[1]), near(v, gate[0])),
    )
    k = int(np.argmin(off))
    return int(sea[k]) if off[k] <= GATE_DEGREES else None


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
    """Give each port a quay, joined to the nearest sea lane within `PORT_REACH_KM`.

    A planned port has one too: the stops there tell that it is not built.
    """
    ports = [row for row in terminals if "sea" in (*row.modes, *row.planned_modes)]
    network = ensure_terminal_nodes(network, terminals, [row.id for row in ports], Mode.SEA)
    quays = terminal_nodes(network, Mode.SEA)
    quay = np.array([quays[row.id][0] for row in ports], np.int64)
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
