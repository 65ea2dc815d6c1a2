"""A layer as GeoParquet 1.1: columns of Parquet, shapes as WKB, and what they mean.

Coordinates are WGS 84 longitude and latitude, which the format takes for granted where no
other reference is named. Fields carry their unit and meaning as metadata.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.geojson import ATTRIBUTION, DISCLAIMER
from geodata.sheets import SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geodata.sheets import Contract, Field, Sheet

__all__ = ["VERSION", "write_geoparquet"]

VERSION = "1.1.0"
GEOMETRY = "geometry"
BOX = "bbox"
CORNERS = ("xmin", "ymin", "xmax", "ymax")


def write_geoparquet(sheet: Sheet, path: Path, *, meta: Mapping[str, object]) -> None:
    """Write a layer.

    Parameters
    ----------
    sheet
        The layer.
    path
        File to write.
    meta
        What the key `corridors` holds, such as `schema_version` and `snapshot`.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    import pyarrow as pa
    import shapely
    from pyarrow import parquet

    described = {field.name: field for field in sheet.contract.fields}
    arrays = [
        _array(described[name], column, mask)
        for (name, column), mask in zip(sheet.columns.items(), sheet.masks(), strict=True)
    ]
    fields = [
        pa.field(name, array.type, metadata=_told(described[name]))
        for name, array in zip(sheet.columns, arrays, strict=True)
    ]
    boxes = shapely.bounds(sheet.geometry)
    box = pa.StructArray.from_arrays(
        [pa.array(boxes[:, k], pa.float64()) for k in range(len(CORNERS))], names=CORNERS
    )
    shapes = pa.array(shapely.to_wkb(sheet.geometry), pa.binary())
    schema = pa.schema(
        [*fields, pa.field(BOX, box.type), pa.field(GEOMETRY, shapes.type)],
        metadata={
            "geo": json.dumps(_geo(sheet.contract, boxes)),
            "corridors": json.dumps(_about(sheet.contract, meta), ensure_ascii=False),
        },
    )
    table = pa.Table.from_arrays([*arrays, box, shapes], schema=schema)
    parquet.write_table(table, path, compression="zstd")


def _array(field: Field, column: Any, mask: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return a column, missing where the layer says so."""
    import pyarrow as pa

    if field.dtype == "text":
        return pa.array(column.tolist(), pa.string())
    return pa.array(column, mask=mask, from_pandas=True)


def _told(field: Field) -> dict[str, str]:
    return {"unit": field.unit, "description": field.meaning}


def _geo(contract: Contract, boxes: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    """Return what the standard asks for under the key `geo`."""
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": [SHAPES[contract.shape]],
        "covering": {BOX: {corner: [BOX, corner] for corner in CORNERS}},
    }
    if len(boxes):
        low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
        column["bbox"] = [*low.tolist(), *high.tolist()]
    return {"version": VERSION, "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


def _about(contract: Contract, meta: Mapping[str, object]) -> dict[str, object]:
    return {
        **meta,
        "layer": contract.name,
        "title": contract.title,
        "abstract": contract.abstract,
        "attribution": ATTRIBUTION,
        "disclaimer": DISCLAIMER,
    }
