"""Attach terminals to the track and the road, and join the modes at them."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

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

    from geodata.facts_rows import TerminalRow
    from geodata.types import Ints

#: A terminal belongs to the nearest line of its country within this reach.
REACH_KM = 6.0
#: Fragments shorter than this are yards and sidings: a terminal takes the main line first.
FRAGMENT_KM = 100.0
#: Cuts stay this fraction off a link's ends, so that each terminal has a node of its own.
END = 1e-4
LAND = (Mode.RAIL, Mode.ROAD)
#: Kinds of terminal where cargo cannot change mode or start.
PASS_THROUGH = frozenset({"junction"})


def attach_terminals(network: Network, terminals: Sequence[TerminalRow]) -> Network:
    """Give each terminal a node on the nearest rail and road line of its country.

    Lines of fragments shorter than `FRAGMENT_KM` serve only where no other is within
    `REACH_KM`. A terminal that stays unattached in a mode has no node in it yet.
    """
    network = replace(network, terminal_ids=tuple(row.id for row in terminals))
    for mode in LAND:
        has = np.array(
            [k for k, row in enumerate(terminals) if mode.name.lower() in row.modes], np.int64
        )
        for shortest_km in (FRAGMENT_KM, 0.0):
            network, left = _attach(network, terminals, has, mode, shortest_km)
            has = left
    return network


def _attach(
    network: Network, terminals: Sequence[TerminalRow], which: Ints, mode: Mode, shortest_km: float
) -> tuple[Network, Ints]:
    rows = np.flatnonzero(lines_of(network, mode))
    if not len(which) or not len(rows):
        return network, which
    label = components(network, lines_of(network, mode))[network.links.u]
    size = np.bincount(label[rows], network.links.length_km[rows])
    table = segments(network, rows[size[label[rows]] >= shortest_km])
    country = network.links.country[table.link]
    codes = [network.countries.index(terminals[k].country) for k in which]
    lon = np.array([terminals[k].lon for k in which])
    lat = np.array([terminals[k].lat for k in which])
    best, fraction, _ = nearest_segment(
        table, lon, lat, within_km=REACH_KM, allowed=(country == code for code in codes)
    )
    found = best >= 0
    network, node = split_links(
        network, table.link[best[found]], np.clip(fraction[found], END, 1 - END)
    )
    terminal = network.nodes.terminal.copy()
    terminal[node] = which[found]
    nodes = network.nodes.with_columns(terminal=terminal)
    return replace(network, nodes=nodes), which[~found]


def terminal_nodes(network: Network, mode: Mode) -> dict[str, list[int]]:
    """Nodes of each terminal in `mode`, by terminal id (several where gauges differ)."""
    found: dict[str, list[int]] = {}
    for node in np.flatnonzero((network.nodes.terminal >= 0) & (network.nodes.mode == mode)):
        found.setdefault(network.terminal_ids[network.nodes.terminal[node]], []).append(int(node))
    return found


def ensure_terminal_nodes(
    network: Network, terminals: Sequence[TerminalRow], ids: Sequence[str], mode: Mode
) -> Network:
    """Give the named terminals a node of their own in `mode` where they have none."""
    have = terminal_nodes(network, mode)
    rows = [row for row in terminals if row.id in set(ids) and row.id not in have]
    if not rows:
        return network
    nodes = make_nodes(
        np.array([row.lon for row in rows]),
        np.array([row.lat for row in rows]),
        mode=float(mode),
        country=np.array([network.countries.index(row.country) for row in rows]),
        terminal=np.array([network.terminal_ids.index(row.id) for row in rows]),
    )
    return add(network, nodes, None)


def join_modes(network: Network, terminals: Sequence[TerminalRow]) -> Network:
    """Join the modes at terminals, the only places where cargo changes mode or gauge.

    Each terminal becomes an asset; its nodes of different modes are joined by
    `TRANSFER` links (the link's mode says which lift: sea for a port, road for rail to
    road), its rail gauges by a `GAUGE_CHANGE` link where it is a break of gauge, and an
    origin and a destination node by one-way `ACCESS` links. The stops at a quay that is
    only planned are planned.
    """
    first = len(network.assets)
    network = replace(network, assets=network.assets + tuple(_asset(row) for row in terminals))
    joints: list[tuple[int, int, Kind, Mode, int]] = []
    access: list[tuple[int, int]] = []
    for k, row in enumerate(terminals):
        if row.kind in PASS_THROUGH:
            continue
        nodes = np.flatnonzero(network.nodes.terminal == k).tolist()
        access += [(k, node) for node in nodes]
        for a, b in combinations(nodes, 2):
            kind, mode = _joint(network, row, a, b)
            if mode is not None:
                joints.append((a, b, kind, mode, first + k))
    if joints:
        u, v, kind, mode, asset = np.array(joints, np.int64).T
        links = make_links(
            u,
            v,
            kind=kind,
            mode=mode,
            asset=asset,
            country=network.nodes.country[u],
            source=float(network.sources.index("model")),
            status=_stop_status(network, terminals, u, v),
        )
        network = add(network, None, links)
    return _add_access(network, access, first, terminals)


def _joint(network: Network, row: TerminalRow, a: int, b: int) -> tuple[Kind, Mode | None]:
    modes = {int(network.nodes.mode[a]), int(network.nodes.mode[b])}
    if modes == {Mode.RAIL}:
        breaks = row.kind == "gauge_break" or len(row.gauges_mm) > 1
        return Kind.GAUGE_CHANGE, Mode.RAIL if breaks else None
    if len(modes) == 1:
        return Kind.TRANSFER, None
    return Kind.TRANSFER, Mode.SEA if Mode.SEA in modes else Mode.ROAD


def _stop_status(
    network: Network, terminals: Sequence[TerminalRow], u: Ints, v: Ints
) -> np.ndarray:
    """Return the status of stops between nodes: planned at a quay that is planned."""
    nodes = network.nodes
    planned = np.array([*(_is_planned_port(row) for row in terminals), False])
    waits = planned[nodes.terminal] & (nodes.mode == Mode.SEA)
    return np.where(waits[u] | waits[v], np.int8(Status.PLANNED), np.int8(Status.BUILT))


def _is_planned_port(row: TerminalRow) -> bool:
    return "sea" in row.planned_modes


def _add_access(
    network: Network,
    access: list[tuple[int, int]],
    first_asset: int,
    terminals: Sequence[TerminalRow],
) -> Network:
    if not access:
        return network
    terminal, node = np.array(access, np.int64).T
    served, slot = np.unique(terminal, return_inverse=True)
    base, n = len(network.nodes), len(served)
    at = np.array([node[slot == k][0] for k in range(n)])
    ends = make_nodes(
        np.tile(network.nodes.lon[at], 2),
        np.tile(network.nodes.lat[at], 2),
        country=np.tile(network.nodes.country[at], 2),
        terminal=np.tile(served, 2),
    )
    links = make_links(
        np.concatenate([base + slot, node]),
        np.concatenate([node, base + n + slot]),
        kind=float(Kind.ACCESS),
        mode=np.tile(network.nodes.mode[node], 2),
        country=np.tile(network.nodes.country[node], 2),
        oneway=1.0,
        asset=first_asset + np.tile(terminal, 2),
        source=float(network.sources.index("model")),
        status=np.tile(_stop_status(network, terminals, node, node), 2),
    )
    return add(network, ends, links)


def _asset(row: TerminalRow) -> Asset:
    return Asset(
        id=row.id,
        kind="terminal",
        name=row.name,
        lon=row.lon,
        lat=row.lat,
        countries=(row.country,),
        status="planned" if _is_planned_port(row) else "built",
        source=row.source,
        confidence=row.confidence,
    )
