"""Lines of OpenStreetMap to tidy tracks: joined where nothing parts, doubled by gauge."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from geodata.sources.osm import simplified
from geodata.sources.osm_ways import cut
from geodata.tracks import OSM, Tracks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.sources.osm_tags import Meaning
    from geodata.sources.osm_ways import Pieces, Ways
    from geodata.types import Floats, Ints

#: A line of no length at all, in km: its ends are one place, it joins nothing.
NO_KM = 1e-6


def tracks(ways: Ways) -> Tracks:
    """Return the lines as tracks, each as long as it can be without a change of its tags.

    Lines end where they meet others of their mode, and where gauge, status, electrification,
    speed or being one-way changes; names do not part them, the longest stretch names the line.
    """
    pieces = cut(ways)
    kind = np.array(_kinds(ways.meaning), np.int64)[pieces.line]
    oneway = np.array([meaning.oneway for meaning in ways.meaning], np.int64)[pieces.line]
    lines = simplified(pieces.u, pieces.v, kind, oneway) if len(kind) else []
    rows = [_Row(ways, pieces, steps, single) for steps, single in lines]
    rows = [row for row in rows if row.km > NO_KM]
    doubled = [(row, gauge) for row in rows for gauge in row.meaning.gauges_mm or (0,)]
    column = [row for row, _ in doubled]
    border = np.searchsorted(ways.node_id, np.array(ways.border_id, np.int64))
    return Tracks(
        origin=OSM,
        lon=pieces.node_lon,
        lat=pieces.node_lat,
        u=np.array([row.ends[0] for row in column], np.int32),
        v=np.array([row.ends[1] for row in column], np.int32),
        mode=np.array([row.meaning.mode for row in column], np.int8),
        status=np.array([row.meaning.status for row in column], np.int8),
        length_km=np.array([row.km for row in column], float),
        gauge_mm=np.array([gauge for _, gauge in doubled], np.int16),
        oneway=np.array([row.oneway for row in column], bool),
        electrified=np.array([row.meaning.electrified for row in column], np.int8),
        speed_kmh=np.array([row.meaning.speed_kmh for row in column], float),
        duration_h=np.array([row.hours for row in column], float),
        name=tuple(row.name for row in column),
        ref=tuple(row.ref for row in column),
        interior=tuple(row.interior for row in column),
        border_lon=ways.lon[border],
        border_lat=ways.lat[border],
        border_name=ways.border_name,
    )


def _kinds(meanings: Sequence[Meaning]) -> list[int]:
    """Return a number for each meaning: lines with equal ones may be one."""
    known: dict[tuple[object, ...], int] = {}
    return [
        known.setdefault(
            (
                one.mode,
                one.status,
                one.gauges_mm,
                one.oneway != 0,
                one.electrified,
                None if math.isnan(one.speed_kmh) else one.speed_kmh,
            ),
            len(known),
        )
        for one in meanings
    ]


class _Row:
    """A line of the tracks from its pieces."""

    def __init__(
        self,
        ways: Ways,
        pieces: Pieces,
        steps: tuple[int, ...],
        single: bool,  # noqa: FBT001
    ) -> None:
        index = [step if step >= 0 else ~step for step in steps]
        ahead = [step >= 0 for step in steps]
        line = pieces.line[index].tolist()
        km = pieces.length_km[index].tolist()
        self.meaning = ways.meaning[line[0]]
        self.oneway = single
        self.km = float(sum(km))
        start, stop = index[0], index[-1]
        self.ends = (
            int(pieces.u[start] if ahead[0] else pieces.v[start]),
            int(pieces.v[stop] if ahead[-1] else pieces.u[stop]),
        )
        self.interior = _drawn(pieces, index, ahead)[1:-1]
        self.name = _longest_name(ways, line, km)
        ids = dict.fromkeys(ways.way[line].tolist())
        self.ref = "way " + ";".join(map(str, ids))
        self.hours = _hours(ways, pieces, line, km)


def _drawn(pieces: Pieces, index: list[int], ahead: list[bool]) -> Floats:
    """Return the points of pieces one after the other, shape (k, 2) in degrees."""
    parts: list[Ints] = []
    for k, forward in zip(index, ahead, strict=True):
        points = np.arange(pieces.first[k], pieces.last[k] + 1)
        parts.append((points if forward else points[::-1])[bool(parts) :])
    at = np.concatenate(parts)
    return np.stack([pieces.lon[at], pieces.lat[at]], axis=1)


def _longest_name(ways: Ways, line: list[int], km: list[float]) -> str:
    """Return the name along most of a line, empty if it has none anywhere."""
    by_name: Counter[str] = Counter()
    for k, length in zip(line, km, strict=True):
        if name := ways.meaning[k].name:
            by_name[name] += length  # type: ignore[assignment] # km, not a count
    return max(sorted(by_name), key=lambda name: by_name[name], default="")


def _hours(ways: Ways, pieces: Pieces, line: list[int], km: list[float]) -> float:
    """Return the time of a crossing: each way's, by the share of it that belongs to the line."""
    hours = 0.0
    for k, length in zip(line, km, strict=True):
        told = ways.meaning[k].duration_h
        if math.isnan(told):
            return told
        hours += told * length / float(pieces.length_km[pieces.line == k].sum())
    return hours
