"""Shipping services: lines of their own along the sea lanes, from port to port."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geodata.measure import geodesic_km, polyline_km
from geodata.overlay import LineRouter
from geodata.sea import SEASONAL
from geodata.terminals import ensure_terminal_nodes, terminal_nodes
from geodata.topology import (
    SHORTEST_KM,
    Values,
    add,
    lines_of,
    make_links,
    make_nodes,
    shape_points,
    with_shape_points,
)
from geodata.types import HIGH_SEAS, Asset, Kind, Links, Mode, Network, Status

if TYPE_CHECKING:
    from geodata.facts_rows import Facts, ServiceRow
    from geodata.types import Floats

#: A way along the lanes this many times the stated length is not the service's way.
ASTRAY = 3.0
SUSPENDED = "suspended"

#: A stretch of a service: the strait it passes (index of the asset, -1 none), its points.
Stretch = tuple[int, "Floats"]


@dataclass(frozen=True)
class Hold:
    """One way of carrying cargo on a ship, with the nodes it boards from at both ports."""

    mode: Mode
    boards: tuple[int, int]


def add_services(network: Network, facts: Facts) -> Network:
    """Add each shipping service as lines of its own along the lanes, cut at straits.

    A service boards from the quay (lifted cargo), the track (wagons roll on) or the
    road (trucks roll on) of its ports, whichever it carries; wagons roll on only where
    both ports have the same gauge, else the cargo is lifted. Each way of carrying is a
    line of its own, so that no cargo changes from wagon to truck aboard. The lines are
    drawn along the sea lanes and scaled to the service's stated length.
    """
    ports = [end for row in facts.services for end in (row.from_id, row.to_id)]
    network = ensure_terminal_nodes(network, facts.terminals, ports, Mode.SEA)
    places = {row.id: (row.lon, row.lat) for row in facts.terminals}
    way = _LaneFinder(network)
    for row in facts.services:
        stretches = way.between(places[row.from_id], places[row.to_id], row.km)
        network = _add_service(network, row, stretches)
    return network


class _LaneFinder:
    """Draws the way between two ports along the sea lanes that are open all year."""

    def __init__(self, network: Network) -> None:
        shut = np.array([*(asset.status == SEASONAL for asset in network.assets), False])
        rows = np.flatnonzero(lines_of(network, Mode.SEA) & ~shut[network.links.asset])
        self.network = network
        self.router = LineRouter(network, rows)
        self.used = np.unique(np.concatenate([network.links.u[rows], network.links.v[rows]]))

    def between(
        self, start: tuple[float, float], end: tuple[float, float], km: float
    ) -> list[Stretch]:
        """Stretches from port to port; a straight line where the lanes have no way."""
        a, b = np.array([start]), np.array([end])
        first, last = self._nearest(a), self._nearest(b)
        path, found_km = self.router.path(first, last)
        direct = float(geodesic_km(a[:, 0], a[:, 1], b[:, 0], b[:, 1])[0])
        if not path or found_km > ASTRAY * max(direct, km):
            return [(-1, np.concatenate([a, b]))]
        return _along(self.network, path, first, a, b)

    def _nearest(self, point: Floats) -> int:
        lon, lat = self.network.nodes.lon[self.used], self.network.nodes.lat[self.used]
        here = np.full(len(lon), point[0, 0]), np.full(len(lon), point[0, 1])
        return int(self.used[np.argmin(geodesic_km(lon, lat, *here))])


def _along(
    network: Network, path: list[int], first: int, start: Floats, end: Floats
) -> list[Stretch]:
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


def _add_service(network: Network, row: ServiceRow, stretches: list[Stretch]) -> Network:
    asset = len(network.assets)
    middle = stretches[len(stretches) // 2][1]
    network = replace(
        network, assets=(*network.assets, _service_asset(row, middle[len(middle) // 2]))
    )
    status = Status.OUT_OF_USE if row.physical_status == SUSPENDED else Status.BUILT
    for hold in _holds(network, row):
        network = _add_hold(network, hold, (asset, status, row.km), stretches)
    return network


def _service_asset(row: ServiceRow, middle: Floats) -> Asset:
    return Asset(
        id=row.id,
        kind="service",
        name=f"{row.type} {row.from_id}-{row.to_id} ({row.operators})",
        lon=round(float(middle[0]), 6),
        lat=round(float(middle[1]), 6),
        countries=(),
        status=row.physical_status,
        sailings_per_week=row.sailings_per_week_likely,
        source=row.source,
        confidence=row.confidence,
    )


def _holds(network: Network, row: ServiceRow) -> list[Hold]:
    """Ways of carrying that both ports can serve; lifting is always one if no other is."""
    ports = row.from_id, row.to_id
    rail, road, quay = (terminal_nodes(network, m) for m in (Mode.RAIL, Mode.ROAD, Mode.SEA))
    holds: list[Hold] = []
    if "rail" in row.carries:
        gauges = [{int(network.nodes.gauge_mm[n]): n for n in rail.get(port, [])} for port in ports]
        common = sorted(gauges[0].keys() & gauges[1].keys())
        holds += [Hold(Mode.FERRY, (gauges[0][g], gauges[1][g])) for g in common]
    if "road" in row.carries and all(port in road for port in ports):
        holds.append(Hold(Mode.FERRY, (road[ports[0]][0], road[ports[1]][0])))
    if "sea" in row.carries or not holds:
        holds.append(Hold(Mode.SEA, (quay[ports[0]][0], quay[ports[1]][0])))
    return holds


def _add_hold(
    network: Network, hold: Hold, what: tuple[int, Status, float], stretches: list[Stretch]
) -> Network:
    """Add the line of one way of carrying, boarding and leaving included.

    Boarding includes waiting and loading, leaving the unloading; each is one way.
    """
    asset, status, km = what
    base, count = len(network.nodes), len(stretches)
    corners = np.stack([stretches[0][1][0], *(line[-1] for _, line in stretches)])
    seas = float(network.countries.index(HIGH_SEAS))
    common: dict[str, Values] = {
        "mode": float(hold.mode),
        "source": float(network.sources.index("facts")),
    }
    nodes = make_nodes(corners[:, 0], corners[:, 1], mode=float(hold.mode), country=seas)
    measured = np.array([polyline_km(line)[-1] for _, line in stretches])
    lines = make_links(
        base + np.arange(count),
        base + 1 + np.arange(count),
        length_km=np.maximum(km * measured / max(measured.sum(), SHORTEST_KM), SHORTEST_KM),
        country=seas,
        status=np.array([Status.BUILT if strait >= 0 else status for strait, _ in stretches]),
        asset=np.array([strait if strait >= 0 else asset for strait, _ in stretches]),
        **common,
    )
    board = np.array(hold.boards, np.int64)
    ship = np.array([base, base + count])
    stops: dict[str, Values] = {
        **common,
        "asset": float(asset),
        "oneway": 1.0,
        "country": network.nodes.country[board],
    }
    links = Links.concat(
        lines,
        make_links(board, ship, kind=float(Kind.BOARDING), **stops),
        make_links(ship, board, kind=float(Kind.TRANSFER), **stops),
    )
    bent = shape_points(network)
    bent |= {len(network.links) + k: line[1:-1] for k, (_, line) in enumerate(stretches)}
    return with_shape_points(add(network, nodes, links), bent)
