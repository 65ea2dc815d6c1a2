"""An area in words: countries, a box, or a file with polygons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import shapely

from geodata.attribute import territories
from geodata.errors import AreaError, SourceMissingError
from geodata.sources.extracts import read_outlines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shapely.geometry.base import BaseGeometry

__all__ = ["AREA_HELP", "Area", "read_area"]

#: How to write an area.
AREA_HELP = (
    "countries as AZ,AM; a box as 44.5,38.5,47.5,40 (west, south, east, north); "
    "or a file .geojson, .json or .poly"
)
#: Endings of files with polygons.
FILES = (".geojson", ".json", ".poly")


@dataclass(frozen=True)
class Area:
    """An area: a name for people, its polygons in degrees, and the file that drew it if one."""

    name: str
    shape: BaseGeometry
    files: tuple[Path, ...] = ()


def read_area(text: str, extracts: Path) -> Area:
    """Return the area that words or a file name.

    Parameters
    ----------
    text
        Codes of countries, four numbers, or the name of a file, see `AREA_HELP`.
    extracts
        Folder of the open data with the outlines of countries.

    Raises
    ------
    AreaError
        If it is none of these, a country is not known, or the polygons are no area.
    SourceMissingError
        If there is no such file.
    ExtractError
        If the outlines are missing or damaged.

    Examples
    --------
    >>> from geodata.sources.extracts import EXTRACTS
    >>> read_area("44, 38, 48, 40", EXTRACTS).shape.bounds
    (44.0, 38.0, 48.0, 40.0)
    """
    if text.lower().endswith(FILES):
        return _of_file(Path(text))
    words = [word.strip() for word in text.split(",")]
    try:
        sides = [float(word) for word in words]
    except ValueError:
        return _of_countries(words, extracts)
    west, south, east, north = [*sides, *[math.nan] * 4][:4]
    if len(sides) != 4 or not (-180 <= west < east <= 180 and -90 <= south < north <= 90):  # noqa: PLR2004 - degrees
        msg = f"{text}: no box; write west,south,east,north in degrees"
        raise AreaError(msg)
    return Area(text, shapely.box(west, south, east, north))


def _of_countries(codes: list[str], extracts: Path) -> Area:
    places = territories(read_outlines(extracts), ())
    lost = [code for code in codes if code.upper() not in places.codes[:-1]]
    if lost:
        msg = f"{', '.join(lost)}: no country or file; write {AREA_HELP}"
        raise AreaError(msg)
    wanted = {places.codes.index(code.upper()) for code in codes}
    mine = [one for one, code in zip(places.polygons, places.code, strict=True) if code in wanted]
    return Area(",".join(code.upper() for code in codes), _whole(mine, ",".join(codes)))


def _of_file(path: Path) -> Area:
    try:
        text = path.read_bytes()
    except OSError as error:
        msg = f"{path}: cannot be read ({error.strerror})"
        raise SourceMissingError(msg) from error
    try:
        poly = path.suffix.lower() == ".poly"
        shapes = list(_poly(text.decode("utf-8")) if poly else _geojson(text))
    except (ValueError, LookupError, TypeError, shapely.errors.ShapelyError) as error:
        msg = f"{path}: no polygons in it ({error})"
        raise AreaError(msg) from error
    return Area(path.name, _whole(shapes, str(path)), (path,))


def _geojson(text: bytes) -> Iterator[BaseGeometry]:
    """Yield the geometries of GeoJSON: of a geometry, a feature, a collection of features."""
    found = orjson.loads(text)
    features = found["features"] if found["type"] == "FeatureCollection" else [found]
    for one in features:
        geometry = one["geometry"] if one["type"] == "Feature" else one
        yield shapely.from_geojson(orjson.dumps(geometry))


def _poly(text: str) -> Iterator[BaseGeometry]:
    """Yield the polygons of a `.poly` file; a ring whose name begins with ! is a hole."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    holes: list[BaseGeometry] = []
    shells: list[BaseGeometry] = []
    at = 1
    while lines[at] != "END":
        stop = lines.index("END", at)
        ring = [tuple(map(float, line.split())) for line in lines[at + 1 : stop]]
        (holes if lines[at].startswith("!") else shells).append(shapely.Polygon(ring))
        at = stop + 1
    yield shapely.difference(shapely.union_all(shells), shapely.union_all(holes))


def _whole(shapes: list[BaseGeometry], source: str) -> BaseGeometry:
    """Return the union of polygons.

    Raises
    ------
    AreaError
        If there is none, one is broken or off the globe, or something is no polygon.
    """
    kinds = {one.geom_type for one in shapes}
    wrong = [shapely.is_valid_reason(one) for one in shapes if not one.is_valid]
    if wrong or not shapes or not kinds <= {"Polygon", "MultiPolygon"}:
        what = "; ".join(wrong) or ", ".join(sorted(kinds)) or "nothing"
        msg = f"{source}: polygons are needed, it holds: {what}"
        raise AreaError(msg)
    whole = shapely.union_all(shapes)
    west, south, east, north = whole.bounds if not whole.is_empty else [math.nan] * 4
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):  # noqa: PLR2004 - degrees
        msg = f"{source}: no area on the globe; coordinates are needed in degrees"
        raise AreaError(msg)
    return whole
