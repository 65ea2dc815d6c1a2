"""Shapes of exported legs held against the raw fact tables: straits, lines, distances.

Straits are found where a ship's line runs along a gate or cuts across it, lines of the
facts by the points that a leg shares with them. What a shape passes hangs on no scenario
and is found once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
import shapely

from corridors.scenario.places import data_folder
from geodata.build import FACTS
from geodata.sources.extracts import EXTRACTS, read_outlines
from tests.oracles.certify_law import read_raw

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.model.scenario import NetworkChoice
    from geodata.sources.extracts import Outlines
    from tests.oracles.certify_law import Raw, Row

#: A ship that comes so near to a gate's middle, in degrees, sails along it; one that cuts
#: the line across the gate, so long on both sides, sails through it.
ALONG, ACROSS = 0.02, 0.08
#: A leg passes a point of a line within so many km; a line has a point every so many.
ON_LINE_KM, SPACING_KM = 1.0, 2.0
#: A way on land lies in its country if points along it are so near, in degrees.
SAMPLES, OFF_BORDER = 12, 0.2
HALF_TURN = 180
KM_PER_DEGREE = 111.2
STANDS = ("built", "operating", "irregular")
LAND = ("rail", "road")

Lonlat = tuple[float, float]


class Shape(NamedTuple):
    """What is drawn of a leg: a number of its own, and its points, (n, 2)."""

    number: int
    points: np.ndarray


@dataclass
class Atlas:
    """The places of the facts, and the shapes of legs met so far."""

    raw: Raw
    outlines: Outlines
    _shapes: dict[bytes, Shape] = field(default_factory=dict)
    _straits: dict[int, frozenset[str]] = field(default_factory=dict)
    _strays: dict[tuple[int, str], bool] = field(default_factory=dict)
    _near: dict[tuple[int, str, str], dict[str, frozenset[int]]] = field(default_factory=dict)

    @cached_property
    def crossings(self) -> dict[tuple[str, frozenset[str]], list[Row]]:
        """The crossings of a mode and a border."""
        found: dict[tuple[str, frozenset[str]], list[Row]] = {}
        for row in self.raw.facts["crossings"]:
            key = row["mode"], frozenset((row["country_a"], row["country_b"]))
            found.setdefault(key, []).append(row)
        return found

    @cached_property
    def points(self) -> dict[str, Lonlat]:
        """Where cargo may stop: terminals, and crossings for a change of gauge."""
        rows = (*self.raw.facts["terminals"], *self.raw.facts["crossings"])
        return {row["id"]: lonlat(row) for row in rows}

    @cached_property
    def services(self) -> dict[str, Row]:
        """Services, by id and by the name that legs give their operator."""
        found: dict[str, Row] = {}
        for row in self.raw.facts["services"]:
            words = f"{row['type']} {row['from_id']}-{row['to_id']} ({row['operators']})"
            found |= {words: row, row["id"]: row}
        return found

    @cached_property
    def gates(self) -> list[tuple[str, shapely.LineString]]:
        """Each gate of each strait."""
        return [
            (row["id"], shapely.LineString(_pairs(gate)))
            for row in self.raw.facts["straits"]
            for gate in row["gates"].split(";")
            if gate
        ]

    @cached_property
    def lands(self) -> dict[str, shapely.MultiPolygon]:
        """The outline of each country."""
        given = self.outlines
        shells = np.flatnonzero(np.diff(given.polygon, prepend=-1))
        offsets = np.concatenate([shells, [len(given.polygon)]])
        lonlat = np.stack([given.lon, given.lat], axis=1)
        parts = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, lonlat, (given.start, offsets)
        )
        found: dict[str, list[shapely.Polygon]] = {}
        for part, code in zip(parts, given.country.tolist(), strict=True):
            found.setdefault(given.codes[code], []).append(part)
        lands = {code: shapely.MultiPolygon(parts) for code, parts in found.items()}
        shapely.prepare(list(lands.values()))
        return lands

    @cached_property
    def apart(self) -> dict[str, tuple[shapely.Polygon, shapely.Polygon]]:
        """What lies well within each territory that stands apart, and all near it."""
        found = {}
        rows = self.raw.facts["territories"]
        drawn = shapely.from_wkt([row["polygon_wkt"] for row in rows])
        for row, whole in zip(rows, drawn, strict=True):
            # Drawn by hand over the border: what it is cut out of says how far it reaches.
            inside = whole.intersection(self.lands[row["id"].partition("-")[0]])
            found[row["id"]] = inside.buffer(-OFF_BORDER / 2), whole.buffer(OFF_BORDER)
            shapely.prepare(list(found[row["id"]]))
        return found

    @cached_property
    def seasonal(self) -> frozenset[str]:
        """Straits that are not sailed all year."""
        rows = self.raw.facts["straits"]
        return frozenset(row["id"] for row in rows if row["navigation"] == "seasonal")

    @cached_property
    def lines(self) -> dict[str, tuple[Row, shapely.MultiPoint]]:
        """Lines added by hand, as points along them; their ends serve other lines too."""
        found = {}
        for row in (row for row in self.raw.facts["links"] if row["action"] == "add"):
            via = [_pairs(part)[0] for part in row["via_lonlat"].split(";") if part]
            line = shapely.LineString(
                [self.points[row["from_id"]], *via, self.points[row["to_id"]]]
            )
            n = max(5, int(line.length * KM_PER_DEGREE / SPACING_KM))
            at = np.linspace(0.1, 0.9, n)
            points = shapely.line_interpolate_point(line, at, normalized=True)
            found[row["id"]] = row, shapely.MultiPoint(points)
        return found

    def shape(self, geometry: bytes) -> Shape:
        """Return the shape of a geometry, read once."""
        if geometry not in self._shapes:
            self._shapes[geometry] = Shape(len(self._shapes), points_of(orjson.loads(geometry)))
        return self._shapes[geometry]

    def straits(self, shape: Shape) -> frozenset[str]:
        """Return the straits that a ship passes on a way of this shape."""
        if shape.number not in self._straits:
            self._straits[shape.number] = frozenset(_straits(shape.points, self.gates))
        return self._straits[shape.number]

    def strays(self, shape: Shape, country: str) -> bool:
        """Whether a way on land leaves the country it is said to run in."""
        key = shape.number, country
        if key not in self._strays:
            self._strays[key] = self._leaves(_along(shape.points), country)
        return self._strays[key]

    def _leaves(self, points: np.ndarray, country: str) -> bool:
        """Whether any of some points lies outside a country, or in a territory apart."""
        if any(
            shapely.contains(deep, points).any()
            for code, (deep, _) in self.apart.items() if code != country
        ):  # fmt: skip
            return True
        if country in self.apart:
            return not bool(shapely.contains(self.apart[country][1], points).all())
        land = self.lands.get(country)
        if land is None:
            return True
        outside = points[~shapely.contains(land, points)]
        return bool((shapely.distance(land, outside) > OFF_BORDER).any())

    def near(self, shape: Shape, mode: str, gauge: str) -> dict[str, frozenset[int]]:
        """Return for each line of a mode and gauge which of its points a shape passes."""
        key = shape.number, mode, gauge
        if key not in self._near:
            lines = {
                name: points
                for name, (row, points) in self.lines.items()
                if row["mode"] == mode and row["gauge_mm"] in ("", gauge)
            }
            self._near[key] = dict(_points_near(shape.points, lines))
        return self._near[key]


def read_atlas() -> Atlas:
    """Return the atlas of the shipped facts and of the register as it is shipped."""
    return Atlas(read_raw(data_folder(), FACTS), read_outlines(EXTRACTS))


def stands(row: Row, choice: NetworkChoice) -> bool:
    """Whether a line, crossing or service stands, or a scenario builds it."""
    status, year = row["physical_status"], row.get("opening_likely", "")
    if row["id"] in choice.built:
        return True
    if float(row.get("sailings_per_week_likely", 1)) == 0:
        return False
    if status in STANDS:
        return True
    planned = status in ("planned", "under_construction")
    if planned and choice.all_planned:
        return True
    if choice.build_by_year is None:
        return False
    # A planned crossing has no year: it follows the lines that lead to it.
    follows = planned and "opening_likely" not in row
    return int(year) <= choice.build_by_year if year else follows


def _along(points: np.ndarray) -> np.ndarray:
    """Return points along the inside of a way, where no border is near its ends."""
    at = np.linspace(0.05, 0.95, SAMPLES)
    found: np.ndarray = shapely.line_interpolate_point(
        shapely.LineString(points), at, normalized=True
    )
    return found


def lonlat(row: Row) -> Lonlat:
    """Return the coordinates of a row."""
    return float(row["lon"]), float(row["lat"])


def km_between(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the distance of two points on the sphere."""
    (lon, lat), (east, north) = ((math.radians(x), math.radians(y)) for x, y in (a[:2], b[:2]))
    h = math.sin((north - lat) / 2) ** 2
    h += math.cos(lat) * math.cos(north) * math.sin((east - lon) / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(h)))


def _pairs(text: str) -> list[Lonlat]:
    """Return points from `lon lat lon lat`, east of 180 counted from the west."""
    numbers = [float(word) for word in text.split()]
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    return [((lon + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN, lat) for lon, lat in pairs]


def points_of(geometry: Mapping[str, Any] | None) -> np.ndarray:
    """Return the points of a geometry in order, (n, 2)."""
    if geometry is None:
        return np.empty((0, 2))
    given = geometry["coordinates"]
    if geometry["type"] == "Point":
        given = [given]
    if geometry["type"] == "MultiLineString":
        given = [point for part in given for point in part]
    return np.array(given, np.float64)[:, :2]


def _straits(points: np.ndarray, gates: Sequence[tuple[str, shapely.LineString]]) -> Iterator[str]:
    """Yield the straits of whose gates a line runs along or through one."""
    # A line over the antimeridian is drawn in parts: it is walked part by part.
    breaks = np.flatnonzero(np.abs(np.diff(points[:, 0])) > HALF_TURN) + 1
    parts = [shapely.LineString(part) for part in np.split(points, breaks) if len(part) > 1]
    line = shapely.MultiLineString(parts)
    for name, gate in gates:
        middle = gate.interpolate(0.5, normalized=True)
        if line.distance(middle) <= ALONG or line.intersects(_cross_section(gate)):
            yield name


def _cross_section(gate: shapely.LineString) -> shapely.LineString:
    """Return the short line across the middle of a gate."""
    (x0, y0), (x1, y1) = gate.coords[0][:2], gate.coords[-1][:2]
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = -(y1 - y0) / length * ACROSS, (x1 - x0) / length * ACROSS
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return shapely.LineString([(x - dx, y - dy), (x + dx, y + dy)])


def _points_near(
    points: np.ndarray, lines: Mapping[str, shapely.MultiPoint]
) -> Iterator[tuple[str, frozenset[int]]]:
    """Yield the lines some of whose points a way passes, and which."""
    way = shapely.LineString(points)
    reach = ON_LINE_KM / KM_PER_DEGREE
    box = shapely.box(*way.bounds).buffer(reach)
    for name, line in lines.items():
        if box.intersects(line):
            near = shapely.distance(shapely.get_parts(line), way) <= reach
            if near.any():
                yield name, frozenset(np.flatnonzero(near).tolist())
