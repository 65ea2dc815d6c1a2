"""A planner's own lines and points, in any file that GDAL reads and any reference system.

Only this module opens such files. A row is named by its number in the file: features count
from 1, the lines of a CSV file as an editor counts them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.errors import Finding, OwnDataError, SourceMissingError
from geodata.measure import to_wgs84

if TYPE_CHECKING:
    from pathlib import Path

    from shapely.geometry.base import BaseGeometry

    from geodata.types import Floats

__all__ = ["Layer", "read_lines", "read_points", "read_polygons"]

WGS84 = "EPSG:4326"
#: Highest latitude and longitude, in degrees.
MOST_LON, MOST_LAT = 180.0, 90.0


@dataclass(frozen=True)
class Layer:
    """A table of lines or points: columns of texts, and the drawing of each row.

    `rows` are the numbers by which a reader finds the rows again, the same one several
    times where a feature has several parts; `drawn` are the points of each row in
    degrees, (k, 2) arrays.
    """

    file: str
    columns: dict[str, list[str]]
    rows: list[int]
    drawn: tuple[Floats, ...]


def read_lines(path: Path, *, layer: str = "", crs: str = "") -> Layer:
    """Read the lines of a file; parts of a feature are lines of their own.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile, FlatGeobuf or whatever else GDAL reads.
    layer
        Which layer; the only one if not given.
    crs
        Reference system, where the file does not say its own.

    Raises
    ------
    SourceMissingError
        If the file is not there or is of no known form.
    OwnDataError
        If features have no lines, or the reference system is not known; all findings.
    """
    return _read(path, layer, crs, ("LineString", "MultiLineString"), "a line")


def read_points(path: Path, *, layer: str = "", crs: str = "", lon: str, lat: str) -> Layer:
    """Read points: of a CSV file by its columns `lon` and `lat`, of others by their place.

    Raises
    ------
    SourceMissingError, OwnDataError
        As `read_lines`.
    """
    if path.suffix.lower() == ".csv":
        return _read_csv(path, crs or WGS84, (lon, lat))
    return _read(path, layer, crs, ("Point",), "a point")


def read_polygons(path: Path, *, crs: str = "") -> BaseGeometry:
    """Return the area of all polygons of a file, in degrees.

    Raises
    ------
    SourceMissingError, OwnDataError
        As `read_lines`.
    """
    table = _open(path, "")
    shapes = table.shapes[[shape is not None for shape in table.shapes]]
    if not len(shapes) or not set(_types(shapes)) <= {"Polygon", "MultiPolygon"}:
        message = "holds no polygons, or not only such"
        raise OwnDataError([Finding(str(path), 1, 0, "geometry", message)])
    xy = shapely.get_coordinates(shapes)
    lon, lat = _degrees(path, xy, table.crs or crs)
    area = shapely.set_coordinates(shapely.force_2d(shapes), np.stack([lon, lat], axis=1))
    whole: BaseGeometry = shapely.union_all(shapely.make_valid(area))
    return whole


@dataclass(frozen=True)
class _Table:
    """What GDAL gives of a layer."""

    columns: dict[str, list[str]]
    shapes: np.ndarray[Any, Any]
    crs: str


def _open(path: Path, layer: str) -> _Table:
    """Read a layer by GDAL; values become texts, none an empty one."""
    import pyogrio.errors
    import pyogrio.raw

    if not path.exists():
        msg = f"{path}: no such file"
        raise SourceMissingError(msg)
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        if not layer and len(layers) > 1:
            message = f"holds several layers: {', '.join(sorted(layers))}"
            found = Finding(str(path), 1, 0, "layer", message, "name one in the mapping")
            raise OwnDataError([found])
        if layer and layer not in layers:
            message = f'has no layer "{layer}" but {", ".join(sorted(layers))}'
            raise OwnDataError([Finding(str(path), 1, 0, "layer", message)])
        meta, _, wkb, data = pyogrio.raw.read(path, layer=layer or layers[0])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        msg = f"{path}: cannot be read ({error})"
        raise SourceMissingError(msg) from error
    names = [str(name) for name in meta["fields"]]
    columns = {name: [_text(v) for v in column] for name, column in zip(names, data, strict=True)}
    shapes = np.asarray(shapely.from_wkb(wkb), object) if wkb is not None else np.zeros(0, object)
    return _Table(columns, shapes, meta["crs"] or "")


def _text(value: Any) -> str:  # noqa: ANN401 - a column of GDAL holds anything
    """Return a value as a text; whole numbers without a point, none as nothing."""
    if value is None or (isinstance(value, float | np.floating) and not np.isfinite(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _types(shapes: np.ndarray[Any, Any]) -> list[str]:
    return [str(shape.geom_type) for shape in shapes]


def _read(path: Path, layer: str, crs: str, wanted: tuple[str, ...], what: str) -> Layer:
    """Read a layer whose features are all of the wanted kinds."""
    table, file = _open(path, layer), str(path)
    findings, rows, parts = [], [], []
    for number, shape in enumerate(table.shapes, start=1):
        kind = "nothing" if shape is None or shape.is_empty else str(shape.geom_type)
        if kind not in wanted:
            message = f"is {kind}, not {what}"
            findings.append(Finding(file, number, 0, "geometry", message))
            continue
        for part in shapely.get_parts(shape):
            rows.append(number)
            parts.append(shapely.get_coordinates(part))
    if not len(table.shapes):
        findings.append(Finding(file, 1, 0, "geometry", "holds no features with a place"))
    if findings:
        raise OwnDataError(findings)
    count = [len(part) for part in parts]
    lon, lat = _degrees(path, np.concatenate(parts), table.crs or crs)
    lonlat = np.split(np.stack([lon, lat], axis=1), np.cumsum(count)[:-1])
    columns = {name: [cells[row - 1] for row in rows] for name, cells in table.columns.items()}
    return Layer(file, columns, rows, tuple(lonlat))


def _degrees(path: Path, xy: Floats, crs: str) -> tuple[Floats, Floats]:
    """Return coordinates of a file in degrees."""
    if not crs:
        message = "does not say its reference system"
        raise OwnDataError([Finding(str(path), 1, 0, "crs", message, "give crs in the mapping")])
    try:
        lon, lat = to_wgs84(xy[:, 0], xy[:, 1], crs)
    except ValueError as error:
        raise OwnDataError([Finding(str(path), 1, 0, "crs", f"cannot be used: {error}")]) from error
    outside = ~(np.isfinite(lon) & np.isfinite(lat))
    outside |= (np.abs(lon) > MOST_LON) | (np.abs(lat) > MOST_LAT)
    if outside.any():
        x, y = xy[np.argmax(outside)]
        message = f"a point at {x:g} {y:g} lies nowhere on earth in {crs}"
        mend = "is the reference system right, and x before y?"
        raise OwnDataError([Finding(str(path), 1, 0, "crs", message, mend)])
    return lon, lat


def _read_csv(path: Path, crs: str, names: tuple[str, str]) -> Layer:
    """Read points of a CSV file; its rows are numbered as its lines."""
    file = str(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            header = next(reader, [])
            table = [(reader.line_num, row) for row in reader if row]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"{path}: cannot be read ({error})"
        raise SourceMissingError(msg) from error
    findings = [
        Finding(file, 1, 0, name, "column is missing", f"the columns are {', '.join(header)}")
        for name in names
        if name not in header
    ]
    findings += [
        Finding(file, line, 0, "row", f"has {len(row)} cells, the header {len(header)}")
        for line, row in table
        if len(row) != len(header)
    ]
    if findings:
        raise OwnDataError(findings)
    columns = {name: [row[k].strip() for _, row in table] for k, name in enumerate(header) if name}
    xy = np.zeros((len(table), 2))
    for axis, name in enumerate(names):
        for k, (line, _) in enumerate(table):
            try:
                xy[k, axis] = float(columns[name][k])
            except ValueError:
                message = f'"{columns[name][k]}" is not a number'
                findings.append(Finding(file, line, 0, name, message))
    if findings:
        raise OwnDataError(findings)
    lon, lat = _degrees(path, xy, crs)
    points = np.stack([lon, lat], axis=1)
    return Layer(file, columns, [line for line, _ in table], tuple(points[:, None, :]))
