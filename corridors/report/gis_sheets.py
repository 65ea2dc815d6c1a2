"""The files of a run as layers of a GIS export: fields typed, lines apart from points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from corridors.errors import InputMissingError
from corridors.report.gis_contracts import RUN_CONTRACTS, STOPS_OF
from geodata.layers import words
from geodata.sheets import Sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from corridors.report.material import Folder
    from geodata.sheets import Column, Contract, Field, Geometries

__all__ = ["FILES", "joined", "run_sheets"]

CONTRACTS = {one.name: one for one in RUN_CONTRACTS}

#: Layers that come from the file of a run named like the first of them.
FILES = {
    "routes": ("routes",),
    "legs": ("legs", "leg_stops"),
    "flows": ("flows", "flow_stops"),
    "bottlenecks": ("bottlenecks",),
    "chokepoints": ("chokepoints",),
    "cuts": ("cuts",),
}

Row = dict[str, Any]
#: Fields that no file has: made from the others of the row.
MADE: dict[str, Callable[[Row], object]] = {
    "family": lambda row: str(row["corridor"] or "").partition(";")[0],
}


def run_sheets(folder: Folder, wanted: Collection[str]) -> list[Sheet]:
    """Return the wanted layers of a run.

    Parameters
    ----------
    folder
        The folder of a finished run.
    wanted
        Names of layers; those that no file of a run holds are left alone.

    Raises
    ------
    InputMissingError
        If a file has not the fields that it should have: another version wrote it.
    """
    found = []
    for file, names in FILES.items():
        if not set(names) & set(wanted):
            continue
        rows, shapes = _features(folder, f"{file}.geojson")
        found += [_sheet(folder, CONTRACTS[name], rows, shapes) for name in names if name in wanted]
    return found


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Return the rows of layers of one contract as one layer."""
    if len(sheets) == 1:
        return sheets[0]
    columns = {
        name: np.concatenate([one.columns[name] for one in sheets]) for name in sheets[0].columns
    }
    return Sheet(sheets[0].contract, columns, np.concatenate([one.geometry for one in sheets]))


def _features(folder: Folder, file: str) -> tuple[list[Row], Geometries]:
    """Return the properties and the shapes of a GeoJSON file of a run."""
    import shapely

    told = orjson.loads((folder.path / file).read_bytes())["features"]
    texts = [None if one["geometry"] is None else orjson.dumps(one["geometry"]) for one in told]
    shapes = np.empty(len(texts), object)
    shapes[:] = shapely.from_geojson(texts)
    return [one["properties"] for one in told], shapes


def _sheet(folder: Folder, one: Contract, rows: Sequence[Row], shapes: Geometries) -> Sheet:
    """Return the rows that have the shape of the layer."""
    kept = np.flatnonzero(_has_shape(one, shapes))
    some = [rows[k] for k in kept.tolist()]
    given = {"run": folder.path.resolve().name, "scenario": folder.scenario}
    columns = {
        field.name: _column(field, _cells(field, some, given, f"{folder.path}: {one.name}"))
        for field in one.fields
    }
    return Sheet(one, columns, _shaped(one, shapes[kept]))


def _has_shape(one: Contract, shapes: Geometries) -> Any:  # noqa: ANN401 - a mask
    """Return which rows belong to a layer; a layer alone with its file takes all of it."""
    import shapely

    if one.name not in STOPS_OF and one.name not in STOPS_OF.values():
        return np.ones(len(shapes), bool)
    point = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    return point if one.shape == "point" else ~point


def _shaped(one: Contract, shapes: Geometries) -> Geometries:
    """Return shapes of the kind of the layer: lines in parts, the middle of a line as a point."""
    import shapely

    made = np.empty(len(shapes), object)
    made[:] = shapes
    kinds = shapely.get_type_id(made)
    if one.shape == "line":
        single = kinds == shapely.GeometryType.LINESTRING
        if single.any():
            made[single] = shapely.multilinestrings(made[single], indices=np.arange(single.sum()))
    else:
        for k in np.flatnonzero(kinds != shapely.GeometryType.POINT).tolist():
            points = shapely.get_coordinates(made[k])
            made[k] = shapely.Point(points[len(points) // 2]) if len(points) else None
    return made


def _cells(
    field: Field, rows: Sequence[Row], given: dict[str, str], where: str
) -> Iterable[object]:
    """Return the cells of a field."""
    if field.name in given:
        return [given[field.name]] * len(rows)
    if field.name in MADE:
        return [MADE[field.name](row) for row in rows]
    try:
        return [row[field.name] for row in rows]
    except KeyError as error:
        msg = f"{where} has no field {field.name}; another version wrote it: run the scenario again"
        raise InputMissingError(msg) from error


def _column(field: Field, cells: Iterable[object]) -> Column:
    """Return cells as a column of the type of the field; see `Sheet` for what is missing."""
    if field.dtype == "text":
        return words([None if cell in {None, ""} else str(cell) for cell in cells])
    if field.dtype == "float":
        return np.array([math.nan if cell is None else cell for cell in cells], np.float64)
    if field.dtype == "bool":
        return np.array(list(cells), np.bool_)
    return np.array([0 if cell is None else cell for cell in cells], np.int32)
