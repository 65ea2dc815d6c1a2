"""Extracts to a first network: one node and link table, nothing joined yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geodata.measure import geodesic_km
from geodata.sources.extracts import read_lines
from geodata.topology import SHORTEST_KM, make_links, make_nodes
from geodata.types import Links, Mode, Network, Nodes, Shapes

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.sources.extracts import Lines

#: Where a link comes from: `Links.source` indexes this.
SOURCES = ("osm_rail", "osm_road", "searoute", "stitch", "facts", "model")
EXTRACTED = ((Mode.RAIL, "rail"), (Mode.ROAD, "road"), (Mode.SEA, "sea"))


def read_base(extracts: Path) -> Network:
    """Read the three extracts into one network, each link a straight line.

    Raises
    ------
    ExtractError
        If an extract is missing, truncated or altered.
    """
    return from_lines({mode: read_lines(extracts, name) for mode, name in EXTRACTED})


def from_lines(lines: dict[Mode, Lines]) -> Network:
    """Stack the lines of several modes into one network.

    Sea lanes come without lengths and are measured; links of no length at all, where
    the data has two nodes at one place, get the shortest one.
    """
    nodes, links, first = [], [], 0
    for source, (mode, part) in enumerate(lines.items()):
        km = part.length_km
        if mode == Mode.SEA:
            km = geodesic_km(part.lon[part.u], part.lat[part.u], part.lon[part.v], part.lat[part.v])
        nodes.append(make_nodes(part.lon, part.lat, mode=float(mode)))
        links.append(
            make_links(
                part.u + first,
                part.v + first,
                mode=float(mode),
                length_km=np.maximum(km, SHORTEST_KM),
                source=float(source),
            )
        )
        first += len(part.lon)
    empty = np.zeros(0, np.int64)
    return Network(
        nodes=Nodes.concat(*nodes),
        links=Links.concat(*links),
        shapes=Shapes(link=empty.astype(np.int32), start=empty, stop=empty),
        shape_lonlat=np.zeros((0, 2)),
        countries=(),
        terminal_ids=(),
        assets=(),
        sources=SOURCES,
    )
