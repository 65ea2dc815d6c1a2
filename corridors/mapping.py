"""A mapping: how the columns of a planner's lines and points become ours, as YAML.

::

    id: my_lines
    inside: area.gpkg     # or countries as AZ,AM, a box, points of a ring; the world if left out
    replaces: [rail]                  # modes whose lines inside give way
    lines:
      layer: tracks
      crs: EPSG:32638                 # where the file does not say
      fields: {mode: kind, gauge_mm: spur}
      values: {mode: {Bahn: rail}}
      defaults: {status: built}
    points:
      fields: {id: code, country: iso}
      defaults: {kind: station, modes: rail, source: own survey, confidence: medium}

Fields of points are the columns of the fact table of terminals.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from corridors.documents import Reader, is_number
from corridors.errors import nearest
from geodata.area import read_area
from geodata.errors import AreaError, OwnDataError, SourceMissingError
from geodata.extension import Cell, Extension, ExtraRow
from geodata.schema import columns_of
from geodata.sources.custom import read_lines, read_points, read_polygons
from geodata.sources.custom_values import LINE_FIELDS, Columns, line_values, mapped
from geodata.sources.extracts import EXTRACTS
from geodata.sources.noding import tracks_of
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from shapely.geometry.base import BaseGeometry

    from corridors.scenario.compose import Path as Keys
    from geodata.errors import Finding
    from geodata.tracks import Tracks

__all__ = ["Mapping", "Source", "read_mapping", "read_own_lines", "read_own_points"]

HEAD = ("id", "title", "why", "inside", "replaces", "lines", "points")
PARTS = ("layer", "crs", "fields", "values", "defaults")
PLACE = ("lon", "lat")
POINT_FIELDS = tuple(c.name for c in columns_of("terminals") if c.name not in PLACE)
MODES = {mode.name.lower(): mode for mode in (Mode.RAIL, Mode.ROAD, Mode.SEA)}
#: Fewest corners of a ring.
TRIANGLE = 3


@dataclass(frozen=True)
class Source:
    """How one kind of files is read: layer and reference system, and the columns.

    `lon` and `lat` are the columns of a CSV file that hold the place.
    """

    columns: Columns = field(default_factory=Columns)
    layer: str = ""
    crs: str = ""
    lon: str = "lon"
    lat: str = "lat"


@dataclass(frozen=True)
class Mapping:
    """A mapping as read; that of no file reads columns by our own names."""

    id: str = "lines"
    inside: BaseGeometry | None = None
    replaces: frozenset[Mode] = frozenset()
    lines: Source = field(default_factory=Source)
    points: Source = field(default_factory=Source)
    files: tuple[Path, ...] = ()


def read_mapping(path: Path) -> Mapping:
    """Read a mapping.

    Raises
    ------
    ScenarioError
        If the file is not of this form; carries all findings.
    InputMissingError
        If the file cannot be read.
    """
    reader = _Reader(path, "mapping")
    found = reader.found()
    reader.close()
    return found


def read_own_lines(paths: Sequence[Path], mapping: Mapping) -> Tracks:
    """Read a planner's lines.

    Raises
    ------
    OwnDataError
        If columns or values do not do; every one with its rows.
    SourceMissingError
        If a file cannot be read.
    """
    findings: list[Finding] = []
    layers = []
    for path in paths:
        try:
            layer = read_lines(path, layer=mapping.lines.layer, crs=mapping.lines.crs)
        except OwnDataError as error:
            findings += error.findings
            continue
        layers.append((layer, line_values(layer, mapping.lines.columns, findings)))
    if findings:
        raise OwnDataError(findings)
    return tracks_of(layers)


def read_own_points(paths: Sequence[Path], mapping: Mapping) -> tuple[Extension, ...]:
    """Read a planner's points as rows of the fact table of terminals.

    Raises
    ------
    OwnDataError
        If a column is missing, or the places do not do; every finding. The values are
        checked with those of the fact tables.
    SourceMissingError
        If a file cannot be read.
    """
    findings: list[Finding] = []
    found = []
    for path in paths:
        part = mapping.points
        try:
            layer = read_points(path, layer=part.layer, crs=part.crs, lon=part.lon, lat=part.lat)
        except OwnDataError as error:
            findings += error.findings
            continue
        columns = {name: mapped(layer, part.columns, name, findings) for name in POINT_FIELDS}
        rows = []
        for k, (row, drawn) in enumerate(zip(layer.rows, layer.drawn, strict=True)):
            texts = {name: columns[name][k] for name in POINT_FIELDS}
            texts |= {"lon": f"{drawn[0, 0]:.6f}", "lat": f"{drawn[0, 1]:.6f}"}
            cells = {name: Cell(text, row, 0) for name, text in texts.items() if text}
            rows.append(ExtraRow("terminals", row, 0, cells))
        found.append(Extension(path.stem, layer.file, tuple(rows)))
    if findings:
        raise OwnDataError(findings)
    return tuple(found)


class _Reader(Reader):
    """Turns the values of a mapping's file into ours."""

    def found(self) -> Mapping:
        """Return the mapping, as far as it can be read."""
        self.keys((), self.data, HEAD)
        inside = self._inside()
        return Mapping(
            id=self.word(("id",), self.data.get("id")) or self.path.stem,
            inside=inside,
            replaces=self._replaces(has_area="inside" in self.data),
            lines=self._source("lines", LINE_FIELDS, ()),
            points=self._source("points", POINT_FIELDS, PLACE),
            files=(self.path, *self._area_file()),
        )

    def _replaces(self, *, has_area: bool) -> frozenset[Mode]:
        path: Keys = ("replaces",)
        value = self.data.get("replaces") or []
        if not isinstance(value, list):
            self.find(path, "is to be a list of modes")
            return frozenset()
        for at, name in enumerate(value):
            if name not in MODES:
                mend = nearest(str(name), MODES)
                self.find((*path, at), f"is not one of {', '.join(MODES)}", mend)
        if value and not has_area:
            self.find(path, "wants an area", "say where under inside")
        return frozenset(MODES[name] for name in value if name in MODES)

    def _area_file(self) -> tuple[Path, ...]:
        value = self.data.get("inside")
        if not isinstance(value, str) or not Path(value).suffix:
            return ()
        return (self.path.parent / value,)

    def _inside(self) -> BaseGeometry | None:
        """Return the area, None if there is none or it cannot be read."""
        path: Keys = ("inside",)
        value = self.data.get("inside")
        if value is None:
            return None
        if isinstance(value, str):
            try:
                return self._named(value)
            except (AreaError, OwnDataError, SourceMissingError) as error:
                self.find(path, str(error))
                return None
        if isinstance(value, list) and value and all(isinstance(one, list) for one in value):
            return self._ring(path, value)
        box = self.box(path, value)
        return None if box is None else shapely.box(*box)

    def _named(self, value: str) -> BaseGeometry:
        """Return the area of a file beside the mapping, else of countries."""
        if Path(value).suffix:
            return read_polygons(self.path.parent / value)
        return read_area(value, EXTRACTS).shape

    def _ring(self, path: Keys, points: list[list[Any]]) -> BaseGeometry | None:
        pairs = [p for p in points if len(p) == 2 and all(is_number(x) for x in p)]  # noqa: PLR2004
        if len(pairs) < len(points) or len(pairs) < TRIANGLE:
            self.find(path, "is to be three or more points, each [lon, lat]")
            return None
        ring = shapely.Polygon(pairs)
        if not ring.is_valid:
            self.find(path, "crosses itself", "list the points around the area, in order")
            return None
        return ring

    def _source(self, key: str, fields: Collection[str], more: Collection[str]) -> Source:
        path: Keys = (key,)
        value = self.mapping(path, self.data.get(key), "keys with values")
        self.keys(path, value, (*PARTS, *more))
        texts = {
            name: self._texts((*path, name), value.get(name), fields)
            for name in ("fields", "defaults")
        }
        columns = Columns(
            fields=texts["fields"],
            values=self._values((*path, "values"), value.get("values"), fields),
            defaults=texts["defaults"],
            place=(self.file, *self.mark(path)[1:]),
        )
        words = {
            name: self.word((*path, name), value[name])
            for name in ("layer", "crs", *more)
            if name in value
        }
        return Source(columns, **words)

    def _texts(self, path: Keys, value: object, fields: Collection[str]) -> dict[str, str]:
        """Return a mapping of our fields to texts; lists become cells."""
        found = self.mapping(path, value, "our fields with values")
        self.keys(path, found, fields)
        return {name: self._text((*path, name), one) for name, one in found.items()}

    def _values(
        self, path: Keys, value: object, fields: Collection[str]
    ) -> dict[str, dict[str, str]]:
        found = self.mapping(path, value, "our fields with their values")
        self.keys(path, found, fields)
        known = {}
        for name, words in found.items():
            pairs = self.mapping((*path, name), words, "their values with ours")
            known[name] = {k: self._text((*path, name, k), v) for k, v in pairs.items()}
        return known

    def _text(self, path: Keys, value: object) -> str:
        if isinstance(value, list):
            return ";".join(self._text(path, one) for one in value)
        if value is None or isinstance(value, (bool, dict)):
            self.find(path, "is to be text, a number or a list", "quote it")
            return ""
        return str(value)
