"""GeoJSON after RFC 7946, the one place that writes it.

Coordinates are WGS 84 longitude and latitude with 6 decimals (0.1 m), lines are cut
at the antimeridian, every feature has the same keys in the same order, its id both
as `id` and as a property, and nothing that is not JSON (NaN) is ever written. One
feature per line, so that files compare and stream well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from geodata.geometry import split_antimeridian

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from geodata.types import Floats

    #: Points of a feature, or its geometry already written.
    Geometry = Floats | orjson.Fragment | None

__all__ = ["ATTRIBUTION", "DECIMALS", "DISCLAIMER", "drawn", "encode", "geometry_of", "plain"]

#: Types of cells that JSON knows as they are.
_AS_THEY_ARE = frozenset({str, int, type(None)})

#: Whose data an export holds; stands in every file and on every map.
ATTRIBUTION = "© OpenStreetMap contributors (ODbL) · Natural Earth · Eurostat SeaRoute"

#: What a boundary in an export means.
DISCLAIMER = "Boundaries and names imply no position."

#: Of a degree: 0.1 m.
DECIMALS = 6


def encode(
    rows: Iterable[Mapping[str, object]],
    geometries: Iterable[Geometry],
    *,
    id_field: str,
    name: str,
    attribution: str = ATTRIBUTION,
    meta: Mapping[str, object] | None = None,
) -> Iterator[str]:
    """Encode a feature collection piece by piece.

    Parameters
    ----------
    rows
        The properties of each feature; the first row fixes the keys and their order.
    geometries
        Points in degrees for each feature: shape (n, 2) for a line, (1, 2) or (2,)
        for a point, None or empty for no geometry; or what :func:`drawn` returns of them.
    id_field
        The property that is the feature's `id`.
    name
        Name of the collection; GIS programs show it as the layer's name.
    attribution
        Whose data this is.
    meta
        What the member `corridors` holds, such as `schema_version` and `snapshot`.

    Yields
    ------
    str
        Pieces of text; joined, they are the file.

    Raises
    ------
    ValueError
        If a row has other keys than the first, lacks `id_field`, or there are not
        as many geometries as rows.
    """
    head = {
        "type": "FeatureCollection",
        "name": name,
        "attribution": attribution,
        "disclaimer": DISCLAIMER,
        "corridors": dict(meta or {}),
    }
    yield _dump(head)[:-1] + ',"features":['
    keys: list[str] | None = None
    between = "\n"
    for row, lonlat in zip(rows, geometries, strict=True):
        keys = keys or list(row)
        yield between + _feature(row, lonlat, id_field=id_field, keys=keys)
        between = ",\n"
    yield "\n]}\n"


def geometry_of(lonlat: Floats | None) -> dict[str, object] | None:
    """Return the geometry member for some points.

    Parameters
    ----------
    lonlat
        Points in degrees, shape (n, 2) or (2,); None or empty for no geometry.

    Returns
    -------
    dict or None
        A Point, a LineString, or a MultiLineString if the antimeridian is crossed.

    Examples
    --------
    >>> geometry_of(np.array([[50.0000001, 40.0]]))
    {'type': 'Point', 'coordinates': [50.0, 40.0]}
    """
    found = _geometry(lonlat)
    if found is not None:
        found["coordinates"] = _listed(found["coordinates"])
    return found


def drawn(lonlat: Floats | None) -> orjson.Fragment:
    """Return the geometry member for some points as text, written once for many features.

    Parameters
    ----------
    lonlat
        As in :func:`geometry_of`.
    """
    return orjson.Fragment(_dump(_geometry(lonlat)))


def plain(value: object) -> object:
    """Return a value as JSON knows it: no numpy scalar, no NaN or infinity.

    Parameters
    ----------
    value
        Any cell of a row.

    Returns
    -------
    object
        The value; lists and tuples become one text joined by ``;``, since a cell
        of a GIS table holds no list.

    Examples
    --------
    >>> plain(float("nan")), plain(np.int8(3)), plain(("AZ", "GE"))
    (None, 3, 'AZ;GE')
    """
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    if kind is float:
        return value if math.isfinite(value) else None  # type: ignore[arg-type]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, (list, tuple)):
        return ";".join(map(str, value))
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _feature(row: Mapping[str, object], lonlat: Geometry, *, id_field: str, keys: list[str]) -> str:
    """Encode one feature."""
    if list(row) != keys or id_field not in row:
        msg = f"a row has the keys {', '.join(row)}; expected {', '.join(keys)} with {id_field}"
        raise ValueError(msg)
    properties = {
        key: value if type(value) in _AS_THEY_ARE else plain(value) for key, value in row.items()
    }
    return _dump(
        {
            "type": "Feature",
            "id": properties[id_field],
            "geometry": lonlat if isinstance(lonlat, orjson.Fragment) else _geometry(lonlat),
            "properties": properties,
        }
    )


def _geometry(lonlat: Floats | None) -> dict[str, Any] | None:
    """Return the geometry member with coordinates as arrays, which encode fastest."""
    if lonlat is None or len(lonlat) == 0:
        return None
    points = np.atleast_2d(lonlat)
    if len(points) == 1:
        return {"type": "Point", "coordinates": _rounded(points)[0]}
    parts = [_rounded(part) for part in split_antimeridian(points)]
    if len(parts) == 1:
        return {"type": "LineString", "coordinates": parts[0]}
    return {"type": "MultiLineString", "coordinates": parts}


def _listed(coordinates: Any) -> Any:  # noqa: ANN401 - an array or a list of them
    """Return arrays as lists."""
    if isinstance(coordinates, list):
        return [part.tolist() for part in coordinates]
    return coordinates.tolist()


def _rounded(lonlat: Floats) -> Floats:
    """Return points rounded, without negative zeros, in the order of memory."""
    return np.ascontiguousarray(np.round(lonlat, DECIMALS) + 0.0)


def _dump(value: object) -> str:
    """Return compact JSON; `plain` has made NaN and infinity null before."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
