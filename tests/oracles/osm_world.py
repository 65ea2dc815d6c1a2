"""Small hand-made files of OpenStreetMap, in any of its formats."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import osmium
from osmium.osm.mutable import Node, Way

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass
class World:
    """Nodes by id (lon, lat, tags) and ways by id (node ids, tags)."""

    nodes: dict[int, tuple[float, float, dict[str, str]]] = field(default_factory=dict)
    ways: dict[int, tuple[list[int], dict[str, str]]] = field(default_factory=dict)

    def node(self, lon: float, lat: float, **tags: str) -> int:
        """Add a node and return its id; ``_`` in the name of a tag stands for ``:``."""
        number = len(self.nodes) + 1
        self.nodes[number] = (lon, lat, {key.replace("_", ":"): v for key, v in tags.items()})
        return number

    def way(self, nodes: Sequence[int], tags: Mapping[str, str]) -> int:
        """Add a way and return its id."""
        number = len(self.ways) + 101
        self.ways[number] = (list(nodes), dict(tags))
        return number

    def write(self, path: Path) -> Path:
        """Write the file; its name says the format."""
        with osmium.SimpleWriter(str(path), overwrite=True) as writer:
            for number, (lon, lat, tags) in sorted(self.nodes.items()):
                writer.add_node(Node(id=number, version=1, location=(lon, lat), tags=tags))
            for number, (nodes, tags) in sorted(self.ways.items()):
                writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))
        return path

    def overpass(self) -> dict[str, object]:
        """Return what an Overpass server would answer."""
        nodes = [
            {"type": "node", "id": n, "lat": lat, "lon": lon} | ({"tags": tags} if tags else {})
            for n, (lon, lat, tags) in self.nodes.items()
        ]
        ways = [
            {"type": "way", "id": n, "nodes": refs, "tags": tags}
            for n, (refs, tags) in self.ways.items()
        ]
        return {
            "version": 0.6,
            "osm3s": {"timestamp_osm_base": "2026-11-01T00:00:00Z"},
            "elements": [*nodes, *ways],
        }
