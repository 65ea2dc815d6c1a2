"""Lines of another source as a network, and a network cut along the rim of a polygon."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from geodata.topology import (
    SHORTEST_KM,
    keep_links,
    lines_of,
    make_links,
    make_nodes,
    points_along,
    segments,
    shape_points,
    split_where_crossed,
    with_shape_points,
)
from geodata.types import Links, Mode, Network, Nodes, Shapes

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geodata.tracks import Tracks
    from geodata.types import Bools, Floats, Ints

#: Modes whose lines can be laid. A ship needs a timetable, which only services have.
LAID = (Mode.RAIL, Mode.ROAD, Mode.SEA)
#: Source of the straight links that join a patch to the network.
JOIN = "join"


@dataclass(frozen=True)
class Side:
    """What lies on one side of a rim: the network there and the nodes where it was cut.

    `dropped` are the links that lay on the other side, `rim` nodes of `network`.
    """

    network: Network
    rim: Ints
    dropped: Links


def track_network(tracks: Tracks, like: Network) -> Network:
    """Return the lines of `tracks` as a network of its own.

    A node that lines of two modes share becomes a node of each: modes meet at terminals
    only. Ways of one direction become lines of both: a cell has no direction. Ferries are
    left out.

    Parameters
    ----------
    tracks
        The lines.
    like
        The network whose list of sources they join.
    """
    rows = np.flatnonzero(np.isin(tracks.mode, LAID) & (tracks.u != tracks.v))
    sources = tuple(dict.fromkeys((*like.sources, tracks.origin, JOIN)))
    mode = tracks.mode[rows].astype(np.int64)
    width = len(Mode) + 1
    keys = np.concatenate([tracks.u[rows] * width + mode, tracks.v[rows] * width + mode])
    corner, ends = np.unique(keys.astype(np.int64), return_inverse=True)
    place = corner // width
    nodes = make_nodes(tracks.lon[place], tracks.lat[place], mode=(corner % width).astype(float))
    links = make_links(
        ends[: len(rows)],
        ends[len(rows) :],
        mode=mode,
        length_km=np.maximum(tracks.length_km[rows], SHORTEST_KM),
        gauge_mm=np.where(mode == Mode.RAIL, tracks.gauge_mm[rows], 0),
        status=tracks.status[rows],
        source=float(sources.index(tracks.origin)),
    )
    network = Network(
        nodes=nodes,
        links=links,
        shapes=Shapes(np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros(0, np.int64)),
        shape_lonlat=np.zeros((0, 2)),
        countries=like.countries,
        terminal_ids=like.terminal_ids,
        assets=like.assets,
        sources=sources,
    )
    bent = {k: np.asarray(tracks.interior[row], float) for k, row in enumerate(rows.tolist())}
    return with_shape_points(network, bent)


def left_out(tracks: Tracks, inside: BaseGeometry | None) -> dict[str, float]:
    """Return what of the lines in an area finds no place in the network, by reason.

    The keys name the unit: ``ferry_km``, ``ring_km`` (a line that ends where it starts),
    ``oneway_km`` (laid as ways of both directions), ``electrified_lines``,
    ``speed_lines`` (lines whose wire and greatest speed are told but not carried).
    """
    here = np.ones(len(tracks), bool) if inside is None else tracks.inside(inside)
    km = np.where(here, tracks.length_km, 0.0)
    laid = np.isin(tracks.mode, LAID)
    found = {
        "ferry_km": float(km[~laid].sum()),
        "ring_km": float(km[laid & (tracks.u == tracks.v)].sum()),
        "oneway_km": float(km[laid & tracks.oneway].sum()),
        "electrified_lines": float((here & (tracks.electrified >= 0)).sum()),
        "speed_lines": float((here & np.isfinite(tracks.speed_kmh)).sum()),
    }
    return {name: value for name, value in found.items() if value}


def side_of(
    network: Network, polygon: BaseGeometry, modes: Collection[Mode], *, inside: bool
) -> Side:
    """Cut the lines of `modes` along the rim of `polygon` and keep one side of it.

    Lines of other modes stay whole. A line is cut where it meets the rim; lengths are
    shared pro rata, so what is kept and what is dropped add up to what was there.

    Parameters
    ----------
    network, polygon
        The network, and the area in degrees.
    modes
        Which lines are cut.
    inside
        Which side is kept.
    """
    of_modes = np.zeros(len(network.links), bool)
    for mode in modes:
        of_modes |= lines_of(network, mode)
    touched = _touching(network, np.flatnonzero(of_modes), polygon)
    before = len(network.links)
    network, _ = split_where_crossed(network, touched, rim_lines(polygon))
    rows = np.concatenate([touched, np.arange(before, len(network.links))])
    middle = points_along(network, rows, np.full(len(rows), 0.5))
    shapely.prepare(polygon)
    within = np.zeros(len(network.links), bool)
    within[rows] = shapely.contains_xy(polygon, middle[:, 0], middle[:, 1])
    of_modes = np.concatenate([of_modes, np.ones(len(network.links) - before, bool)])
    dropped = of_modes & (~within if inside else within)
    return Side(
        network=keep_links(network, ~dropped),
        rim=_meeting(network, dropped, of_modes & ~dropped),
        dropped=network.links.take(dropped),
    )


def whole(network: Network) -> Side:
    """Return `network` as a side of no rim."""
    none = np.zeros(0, np.int64)
    return Side(network, none, network.links.take(none))


def rim_lines(polygon: BaseGeometry) -> Floats:
    """Return the straight pieces of all rings of a polygon, shape (m, 4) in degrees."""
    pieces = []
    for part in shapely.get_parts(polygon):
        for ring in shapely.get_rings(part):
            xy = shapely.get_coordinates(ring)
            pieces.append(np.concatenate([xy[:-1], xy[1:]], axis=1))
    return np.concatenate(pieces) if pieces else np.zeros((0, 4))


def _touching(network: Network, rows: Ints, polygon: BaseGeometry) -> Ints:
    """Links of `rows` that have a piece in the polygon or on its rim."""
    pieces = segments(network, rows)
    ends = np.stack([pieces.lon_a, pieces.lat_a, pieces.lon_b, pieces.lat_b], axis=1)
    drawn = cast("NDArray[np.object_]", shapely.linestrings(ends.reshape(-1, 2, 2)))
    found = shapely.STRtree(drawn).query(polygon, predicate="intersects")
    return np.unique(pieces.link[found])


def _meeting(network: Network, some: Bools, others: Bools) -> Ints:
    """Nodes at which a link of `some` meets one of `others`."""
    links = network.links
    one, two = (np.unique(np.stack([links.u[m], links.v[m]])) for m in (some, others))
    return np.intersect1d(one, two).astype(np.int64)


def merged(base: Network, patch: Network) -> Network:
    """Return both networks as one, the nodes and links of `patch` after those of `base`."""
    first, count = len(base.nodes), len(base.links)
    links = patch.links.with_columns(u=patch.links.u + first, v=patch.links.v + first)
    bent: Mapping[int, Floats] = shape_points(base) | {
        count + row: xy for row, xy in shape_points(patch).items()
    }
    both = replace(
        base,
        nodes=Nodes.concat(base.nodes, patch.nodes),
        links=Links.concat(base.links, links),
        sources=patch.sources,
    )
    return with_shape_points(both, bent)
