"""Lines of OpenStreetMap as drawn: gathered from files or answers, cut where they can part."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import OsmError
from geodata.measure import geodesic_km
from geodata.sources.osm_rules import LEAST_ROAD, roads_down_to
from geodata.sources.osm_tags import is_border, name_of, read_tags
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from geodata.sources.osm_tags import Meaning, Tags
    from geodata.types import Bools, Floats, Ints

#: More lines or points than these are more than a region: at some 270 bytes a point, with all
#: that is made of it, they bound the memory to about 4 GB.
MOST_WAYS, MOST_POINTS = 2_000_000, 16_000_000
#: OpenStreetMap counts coordinates in steps of this many to a degree.
STEPS = 10_000_000
#: Faults of one kind that are named one by one.
NAMED_FAULTS = 5


@dataclass(frozen=True)
class Wanted:
    """What is read: modes, and the least class of roads."""

    modes: frozenset[Mode] = frozenset({Mode.RAIL, Mode.ROAD, Mode.FERRY})
    least_road: str = LEAST_ROAD

    @property
    def roads(self) -> frozenset[str]:
        """Return the values of `highway` that are read."""
        return frozenset(roads_down_to(self.least_road))


@dataclass(frozen=True)
class Ways:
    """Lines with what their tags mean; a way that is a track and a road stands twice.

    `way` are ids, shape (w,); line k runs through the nodes `node[start[k]:start[k + 1]]`,
    ids. `node_id` (sorted), `lon`, `lat` in degrees are the nodes that are known, shape
    (n,); `border_id`, `border_name` those marked as border crossings. `notes` counts what
    was left out or not understood; `as_of` tells of each source of which moment the map is,
    empty where it does not say.
    """

    way: Ints
    meaning: tuple[Meaning, ...]
    start: Ints
    node: Ints
    node_id: Ints
    lon: Floats
    lat: Floats
    border_id: tuple[int, ...]
    border_name: tuple[str, ...]
    notes: Mapping[str, int]
    as_of: Mapping[str, str]

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.meaning)


@dataclass
class WayCollector:
    """Takes ways, then the nodes they run through, in any order of files or answers."""

    wanted: Wanted
    source: str
    way: array[int] = field(default_factory=lambda: array("q"))
    meaning: list[Meaning] = field(default_factory=list)
    count: array[int] = field(default_factory=lambda: array("q"))
    node: array[int] = field(default_factory=lambda: array("q"))
    point: array[int] = field(default_factory=lambda: array("q"))
    border: dict[int, str] = field(default_factory=dict)
    notes: Counter[str] = field(default_factory=Counter)
    as_of: dict[str, str] = field(default_factory=dict)
    _seen: set[int] = field(default_factory=set)
    _same: dict[Meaning, Meaning] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look up once what every way asks."""
        self._roads = self.wanted.roads

    def add_way(self, way: int, tags: Tags, nodes: Iterable[int]) -> None:
        """Take a way, unless it was taken before or is none of the lines wanted.

        Raises
        ------
        OsmError
            If there are more lines or points than a region has.
        """
        if way in self._seen:
            return
        self._seen.add(way)
        meanings, notes = read_tags(tags, modes=self.wanted.modes, roads=self._roads)
        self.notes.update(notes)
        if not meanings:
            return
        refs = [node for node, after in _pairs(nodes) if node != after]
        for meaning in meanings:
            self.way.append(way)
            self.meaning.append(self._same.setdefault(meaning, meaning))
            self.count.append(len(refs))
            self.node.extend(refs)
        if len(self.way) > MOST_WAYS or len(self.node) > MOST_POINTS:
            msg = (
                f"{self.source}: more than {MOST_WAYS:,} lines or {MOST_POINTS:,} points; "
                "take a smaller region, fewer modes or a higher class of roads"
            )
            raise OsmError(msg)

    def add_node(self, node: int, x: int, y: int, tags: Tags) -> None:
        """Take a node: id, longitude and latitude in steps, and its tags."""
        self.point.extend((node, x, y))
        if tags and is_border(tags):
            self.border[node] = name_of(tags)

    def nodes_wanted(self) -> Ints:
        """Return the ids of all nodes that lines run through, sorted."""
        return np.unique(np.frombuffer(self.node, np.int64)) if self.node else _none()

    def ways(self) -> Ways:
        """Return what was gathered.

        Raises
        ------
        OsmError
            If no line was found at all, or nodes lie off the globe; all of these.
        """
        if not self.meaning:
            modes = ", ".join(sorted(mode.name.lower() for mode in self.wanted.modes))
            msg = f"{self.source}: no line of {modes} in it; is it another region or kind of file?"
            raise OsmError(msg)
        points = np.frombuffer(self.point, np.int64).reshape(-1, 3) if self.point else None
        table = np.zeros((0, 3), np.int64) if points is None else points
        ids, first = np.unique(table[:, 0], return_index=True)
        lon, lat = table[first, 1] / STEPS, table[first, 2] / STEPS
        self._refuse_off_globe(ids, lon, lat)
        order = np.argsort(np.frombuffer(self.way, np.int64), kind="stable")
        count = np.frombuffer(self.count, np.int64)
        begin = np.concatenate([[0], np.cumsum(count)])
        node = np.frombuffer(self.node, np.int64)
        start = np.concatenate([[0], np.cumsum(count[order])])
        row = np.repeat(begin[order] - start[:-1], count[order]) + np.arange(len(node))
        borders = sorted(self.border.items())
        return Ways(
            way=np.frombuffer(self.way, np.int64)[order],
            meaning=tuple(self.meaning[k] for k in order.tolist()),
            start=start,
            node=node[row],
            node_id=ids,
            lon=lon,
            lat=lat,
            border_id=tuple(node for node, _ in borders),
            border_name=tuple(name for _, name in borders),
            notes=dict(sorted(self.notes.items())),
            as_of=dict(sorted(self.as_of.items())),
        )

    def _refuse_off_globe(self, ids: Ints, lon: Floats, lat: Floats) -> None:
        off = np.flatnonzero((np.abs(lon) > 180) | (np.abs(lat) > 90))  # noqa: PLR2004 - degrees
        if len(off):
            named = "; ".join(
                f"node {ids[k]} at {lon[k]:g} {lat[k]:g}" for k in off[:NAMED_FAULTS].tolist()
            )
            more = f" and {len(off) - NAMED_FAULTS} more" if len(off) > NAMED_FAULTS else ""
            msg = f"{self.source}: coordinates out of range: {named}{more}; the file is damaged"
            raise OsmError(msg)


def _pairs(nodes: Iterable[int]) -> Iterable[tuple[int, int | None]]:
    refs = list(nodes)
    return zip(refs, [*refs[1:], None], strict=True)


def _none() -> Ints:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class Pieces:
    """Lines cut at every node where they end or meet another of their mode.

    Piece k belongs to the line `line[k]` of the ways, joins the nodes `u[k]` and `v[k]`
    and runs through the points `first[k]` to `last[k]` (included) of `lon`, `lat`; it is
    `length_km[k]` long. Nodes have the coordinates `node_lon`, `node_lat`; those of
    different modes are never the same. `lost` counts points of lines whose place is not
    known: files cut at a rim have such.
    """

    line: Ints
    u: Ints
    v: Ints
    first: Ints
    last: Ints
    length_km: Floats
    lon: Floats
    lat: Floats
    node_lon: Floats
    node_lat: Floats
    lost: int


def cut(ways: Ways) -> Pieces:
    """Cut lines where they end, meet another of their mode, or leave what is known."""
    line = np.repeat(np.arange(len(ways)), np.diff(ways.start))
    at = np.searchsorted(ways.node_id, ways.node)
    known = at < len(ways.node_id)
    known[known] = ways.node_id[at[known]] == ways.node[known]
    mode = np.array([meaning.mode for meaning in ways.meaning], np.int64)[line]
    line, at, mode = line[known], at[known], mode[known]
    # Points of a line that follow each other in the file, with none lost between.
    follows = np.zeros(len(line), bool)
    place = np.flatnonzero(known)
    follows[1:] = (line[1:] == line[:-1]) & (np.diff(place) == 1)
    lon, lat = ways.lon[at], ways.lat[at]
    key, inverse, uses = np.unique(at * len(Mode) + mode, return_inverse=True, return_counts=True)
    ends = _ends(follows, uses[inverse] > 1)
    first, last = ends[:-1], ends[1:]
    joined = np.cumsum(~follows)
    same = joined[first] == joined[last]
    first, last = first[same], last[same]
    steps = np.zeros(len(line))
    b = np.flatnonzero(follows)
    steps[b] = geodesic_km(lon[b - 1], lat[b - 1], lon[b], lat[b])
    along = np.cumsum(steps)
    used, index = np.unique(inverse[np.concatenate([first, last])], return_inverse=True)
    node = key[used] // len(Mode)
    return Pieces(
        line=line[first],
        u=index[: len(first)],
        v=index[len(first) :],
        first=first,
        last=last,
        length_km=along[last] - along[first],
        lon=lon,
        lat=lat,
        node_lon=ways.lon[node],
        node_lat=ways.lat[node],
        lost=int(len(known) - known.sum()),
    )


def _ends(follows: Bools, shared: Bools) -> Ints:
    """Return the places where pieces begin or end: ends of runs, and shared points."""
    leads = ~follows
    trails = np.concatenate([leads[1:], [True]]) if len(leads) else leads
    return np.flatnonzero(leads | trails | shared)
