"""Where OpenStreetMap and the fact tables say different things, row by row.

Neither is taken to be right: a fact has its source, the map its own. What is told is the
row, what it says, what the map says, and where.
"""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geodata.drawn_lines import DrawnLines
from geodata.measure import geodesic_km
from geodata.types import Mode, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shapely.geometry.base import BaseGeometry

    from geodata.drawn_lines import Near
    from geodata.facts_rows import CrossingRow, Facts, LinkRow, TerminalRow
    from geodata.tracks import Tracks
    from geodata.types import Floats, Ints

__all__ = ["DISAGREEMENTS", "Disagreement", "as_csv", "disagreements", "read_csv"]

#: File of a snapshot that holds the rows.
DISAGREEMENTS = "osm_disagreements.csv"
MODES = {"rail": Mode.RAIL, "road": Mode.ROAD}
#: A line this many km farther from a place than the row's own accuracy is not at it.
REACH_KM = 3.0
#: A border point of the map this near, in km, to a crossing of the facts is that crossing.
CROSSING_KM = 12.0
#: A way this much longer than a row's length is another line.
LONGER, LONGER_KM = 1.3, 5.0
#: Below this share of a line, what the map says is no statement about the line.
MOST = 0.5
#: Ways of the map that are named one by one.
NAMED_WAYS = 3


@dataclass(frozen=True, order=True)
class Disagreement:
    """One row of the facts, or a place of the map, on which the two differ.

    `table` and `row` name the fact (`row` is empty where the facts have none), `about` is
    ``gauge``, ``status`` or ``missing``; `facts` and `osm` are what each says, `where`
    which ways of the map; `lon`, `lat` in degrees.
    """

    table: str
    row: str
    about: str
    facts: str
    osm: str
    where: str
    lon: float
    lat: float

    @property
    def words(self) -> str:
        """Return what each says, and where."""
        ways = f" ({self.where})" if self.where else ""
        place = f"at {self.lon:.3f} {self.lat:.3f}"
        return f"{self.about}: facts {self.facts}, OpenStreetMap {self.osm}{ways} {place}"

    def __str__(self) -> str:
        """Return the disagreement on one line."""
        return f"{self.table} {self.row}".strip() + f": {self.words}"


def disagreements(
    tracks: Tracks, facts: Facts, *, inside: BaseGeometry | None = None
) -> tuple[Disagreement, ...]:
    """Compare tracks of OpenStreetMap with the fact tables.

    Parameters
    ----------
    tracks
        Lines of the map.
    facts
        Fact tables: terminals, crossings and links are compared.
    inside
        Area in degrees that the map was read for; only there a line can be missing. Without
        it rows are compared where the map has lines.

    Returns
    -------
    tuple
        In the order of tables and rows.
    """
    maps = {mode: _Map(tracks, mode, inside) for mode in MODES.values()}
    found = [
        *(one for row in facts.terminals for one in _terminal(maps[Mode.RAIL], row)),
        *(one for row in facts.crossings for one in _crossing(maps[MODES[row.mode]], row)),
        *_unnamed(tracks, facts, inside),
    ]
    place = {row.id: row for row in facts.terminals}
    for link in facts.links:
        if link.mode in MODES and {link.from_id, link.to_id} <= place.keys():
            ends = place[link.from_id], place[link.to_id]
            found += _link(maps[MODES[link.mode]], link, ends)
    return tuple(sorted(found))


class _Map:
    """The lines of one mode, and where the map was read."""

    def __init__(self, tracks: Tracks, mode: Mode, inside: BaseGeometry | None) -> None:
        chosen = tracks.mode == mode
        self.tracks = tracks
        self.lines = DrawnLines(tracks, chosen)
        self.inside = inside
        # A file of railways says nothing about roads.
        self.speaks = bool(chosen.any())
        if inside is not None:
            shapely.prepare(inside)

    def covers(self, *places: TerminalRow | CrossingRow) -> bool:
        """Whether the map was read at all places, so that what it lacks is missing."""
        return self.speaks and self.inside is not None and all(map(self._holds, places))

    def judges(self, *places: TerminalRow | CrossingRow) -> bool:
        """Whether rows at these places are compared with this map."""
        return self.speaks and (self.inside is None or all(map(self._holds, places)))

    def _holds(self, place: TerminalRow | CrossingRow) -> bool:
        return bool(shapely.contains_xy(self.inside, place.lon, place.lat))

    def near(self, place: TerminalRow | CrossingRow) -> Near | None:
        return self.lines.near(place.lon, place.lat, place.accuracy_km + REACH_KM)

    def gauges(self, rows: Ints) -> set[int]:
        return {int(gauge) for gauge in self.tracks.gauge_mm[rows] if gauge}

    def statuses(self, rows: Ints) -> str:
        codes = np.unique(self.tracks.status[rows]).tolist()
        return ", ".join(Status(code).name.lower() for code in codes)

    def where(self, rows: Ints) -> str:
        """Name the first ways behind some tracks."""
        refs = (self.tracks.ref[row].removeprefix("way ").split(";") for row in rows.tolist())
        ways = list(dict.fromkeys(way for ref in refs for way in ref))
        more = f" and {len(ways) - NAMED_WAYS} more" if len(ways) > NAMED_WAYS else ""
        return f"way {', '.join(ways[:NAMED_WAYS])}{more}"


@dataclass(frozen=True)
class _Row:
    """A row of the facts and its place."""

    table: str
    row: str
    lon: float
    lat: float

    def differs(self, about: str, facts: str, osm: str, where: str = "") -> Disagreement:
        return Disagreement(self.table, self.row, about, facts, osm, where, self.lon, self.lat)


def _terminal(lines: _Map, row: TerminalRow) -> Iterator[Disagreement]:
    """Yield what differs on a station: its gauges, and whether a line is there at all."""
    if "rail" not in row.modes or not lines.judges(row):
        return
    at, near = _Row("terminals", row.id, row.lon, row.lat), lines.near(row)
    if near is None:
        if lines.covers(row):
            reach = row.accuracy_km + REACH_KM
            yield at.differs("missing", "a station", f"no railway within {reach:g} km")
        return
    where = lines.where(near.tracks)
    if not (lines.tracks.status[near.tracks] == Status.BUILT).any():
        yield at.differs("status", "a station in use", lines.statuses(near.tracks), where)
        return
    said = lines.gauges(near.tracks)
    if said and row.gauges_mm and not said & set(row.gauges_mm):
        yield at.differs("gauge", _mm(row.gauges_mm), _mm(said), where)


def _crossing(lines: _Map, row: CrossingRow) -> Iterator[Disagreement]:
    """Yield what differs on a crossing: whether a line passes, its status, its gauge."""
    if not lines.judges(row):
        return
    at, near = _Row("crossings", row.id, row.lon, row.lat), lines.near(row)
    wanted = row.physical_status == "built"
    if near is None:
        if lines.covers(row) and wanted:
            reach = row.accuracy_km + REACH_KM
            yield at.differs("missing", "a crossing", f"no {row.mode} within {reach:g} km")
        return
    rows = near.tracks if wanted else near.nearest
    where = lines.where(rows)
    if bool((lines.tracks.status[rows] == Status.BUILT).any()) != wanted:
        yield at.differs("status", row.physical_status, lines.statuses(rows), where)
    told = {gauge for gauge in (row.gauge_a_mm, row.gauge_b_mm) if gauge}
    said = lines.gauges(near.tracks)
    if said and told and not said & told:
        yield at.differs("gauge", _mm(told), _mm(said), lines.where(near.tracks))


def _unnamed(tracks: Tracks, facts: Facts, inside: BaseGeometry | None) -> Iterator[Disagreement]:
    """Yield border points of the map that are no crossing of the facts."""
    lon = np.array([row.lon for row in facts.crossings])
    lat = np.array([row.lat for row in facts.crossings])
    marks = zip(
        tracks.border_lon.tolist(), tracks.border_lat.tolist(), tracks.border_name, strict=True
    )
    for x, y, name in marks:
        if inside is not None and not shapely.contains_xy(inside, x, y):
            continue
        away = geodesic_km(np.full(len(lon), x), np.full(len(lon), y), lon, lat)
        if not len(away) or away.min() > CROSSING_KM:
            said = f"a border crossing {name}".strip()
            yield _Row("crossings", "", x, y).differs(
                "missing", f"no row within {CROSSING_KM:g} km", said
            )


def _link(
    lines: _Map, row: LinkRow, ends: tuple[TerminalRow, TerminalRow]
) -> Iterator[Disagreement]:
    """Yield what differs on a line: whether it is there, and what it is along most of it."""
    a, b = ends
    if not lines.judges(a, b):
        return
    at = _Row("links", row.id, (a.lon + b.lon) / 2, (a.lat + b.lat) / 2)
    near = lines.near(a), lines.near(b)
    rows, km = np.zeros(0, np.int64), np.zeros(0)
    if near[0] is not None and near[1] is not None:
        limit = LONGER * row.km + LONGER_KM
        rows, km = lines.lines.way(near[0].point, near[1].point, limit_km=limit)
    if len(rows):
        # Much shorter ways say nothing: the ends are as good as one place on this map.
        if km.sum() >= row.km / 2:
            yield from _along(lines, row, at, rows, km)
    elif row.physical_status == "built" and lines.covers(a, b):
        said = f"no {row.mode} of about {row.km:g} km from {row.from_id} to {row.to_id}"
        yield at.differs("missing", f"{row.km:g} km, built", said)


def _along(lines: _Map, row: LinkRow, at: _Row, rows: Ints, km: Floats) -> Iterator[Disagreement]:
    """Yield what most of a way is and the row does not say: status, gauge."""
    where = lines.where(rows)
    status = lines.tracks.status[rows].astype(np.int64)
    found = _mainly(status, km)
    if found is not None and Status(found[0]).name.lower() != row.physical_status:
        said = f"{Status(found[0]).name.lower()} on {found[1]:.0f} of {km.sum():.0f} km"
        yield at.differs("status", row.physical_status, said, where)
    found = _mainly(lines.tracks.gauge_mm[rows].astype(np.int64), km)
    # A line of two gauges stands twice: one of them is on the way, the other may be the row's.
    u, v, told = lines.tracks.u, lines.tracks.v, lines.tracks.gauge_mm
    twins = np.isin(u, u[rows]) & np.isin(v, v[rows]) & (told == (row.gauge_mm or 0))
    if found is not None and found[0] and row.gauge_mm and not twins.any():
        said = f"{found[0]} mm on {found[1]:.0f} of {km.sum():.0f} km"
        yield at.differs("gauge", f"{row.gauge_mm} mm", said, where)


def _mainly(values: Ints, km: Floats) -> tuple[int, float] | None:
    """Return the value along more than half of the way and for how many km, if there is one."""
    for value in np.unique(values).tolist():
        along = float(km[values == value].sum())
        if along > MOST * km.sum():
            return value, along
    return None


def _mm(gauges: set[int] | tuple[int, ...]) -> str:
    return ", ".join(f"{gauge} mm" for gauge in sorted(gauges))


def as_csv(found: Iterable[Disagreement]) -> str:
    """Return the rows as a table with a header; the same bytes for the same rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields(Disagreement)])
    for one in found:
        *words, lon, lat = astuple(one)
        writer.writerow([*words, f"{lon:.5f}", f"{lat:.5f}"])
    return text.getvalue()


def read_csv(text: str) -> tuple[Disagreement, ...]:
    """Return the rows of a table that `as_csv` wrote.

    Raises
    ------
    ValueError
        If it is another table.
    """
    rows = list(csv.reader(io.StringIO(text)))
    names = [field.name for field in fields(Disagreement)]
    if not rows or rows[0] != names or any(len(row) != len(names) for row in rows):
        msg = f"no table of {', '.join(names)}"
        raise ValueError(msg)
    return tuple(
        Disagreement(table, row, about, told, osm, where, float(lon), float(lat))
        for table, row, about, told, osm, where, lon, lat in rows[1:]
    )
