"""Layers as files for a GIS: GeoPackage, GeoJSON, FlatGeobuf or GeoParquet.

The layers of a network are those of `geodata.layers` or, with the nodes, arcs and land,
of `geodata.network_sheets`. The same layers give the same bytes in every format.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from geodata.atomic import writing_file
from geodata.errors import NetworkError
from geodata.geojson import ATTRIBUTION, DISCLAIMER, encode
from geodata.geoparquet import write_geoparquet
from geodata.gpkg import STAMP, describe
from geodata.layers import MODES, SCHEMA_VERSION
from geodata.network_sheets import sheets_of_layers
from geodata.sheets import SHAPES
from geodata.symbols import styles as all_styles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geodata.geojson import Geometry
    from geodata.layers import ModeName
    from geodata.sheets import Sheet
    from geodata.symbols import Style
    from geodata.types import Network

__all__ = ["ENDINGS", "FORMATS", "export_network", "write_gpkg", "write_sheet"]

FormatName = Literal["geojson", "gpkg", "fgb"]

#: Endings in which a network alone can be written, and what GDAL calls them.
FORMATS = {"gpkg": "GPKG", "geojson": "GeoJSON", "fgb": "FlatGeobuf"}

#: Formats that hold one layer a file, and the ending of their files.
ENDINGS = {"geojson": "geojson", "fgb": "fgb", "geoparquet": "parquet"}


def export_network(
    network: Network,
    target: Path | str,
    *,
    mode: ModeName = "all",
    format: FormatName = "gpkg",  # noqa: A002  the word of the command line
    snapshot: str = "",
) -> tuple[Path, ...]:
    """Write the network, or one mode of it, for a GIS.

    Parameters
    ----------
    network
        The network.
    target
        Folder to write to, made if missing; for ``gpkg`` also a file ``*.gpkg``.
    mode
        ``rail``, ``road``, ``sea`` (with ferries) or ``all``.
    format
        ``gpkg``: one file ``network-MODE.gpkg`` with all layers; ``geojson`` and
        ``fgb``: a file ``network-MODE-LAYER.EXT`` per layer.
    snapshot
        Identity of the network, written into GeoJSON.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    WriteError
        If a file cannot be written; an old file of that name is then untouched.
    NetworkError
        If `mode` or `format` is unknown.
    """
    if mode not in MODES or format not in FORMATS:
        known = f"modes: {', '.join(MODES)}; formats: {', '.join(FORMATS)}"
        msg = f"no export of mode {mode!r} as {format!r}; {known}"
        raise NetworkError(msg)
    sheets = sheets_of_layers(network, mode=mode)
    stem = f"network-{mode}"
    folder = Path(target)
    if format == "gpkg":
        path = folder if folder.suffix == ".gpkg" else folder / f"{stem}.gpkg"
        with writing_file(path) as partial:
            write_gpkg(sheets, partial, all_styles(), title="The network")
        return (path,)
    paths = tuple(folder / f"{stem}-{sheet.name}.{format}" for sheet in sheets)
    meta = {"schema_version": SCHEMA_VERSION, "snapshot": snapshot}
    for sheet, path in zip(sheets, paths, strict=True):
        with writing_file(path) as partial:
            write_sheet(sheet, partial, format, meta=meta)
    return paths


def write_gpkg(
    sheets: Sequence[Sheet], path: Path, styles: Mapping[str, Style], *, title: str
) -> None:
    """Write layers into one GeoPackage, dated `STAMP`, with their styles.

    Parameters
    ----------
    sheets
        The layers.
    path
        File to write; it must not exist.
    styles
        How the layers look, by name.
    title
        What the whole of it is called.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with _dated():
        for sheet in sheets:
            _append(sheet, path, "GPKG")
    describe(path, [sheet.contract for sheet in sheets], styles, title=title)


def write_sheet(sheet: Sheet, path: Path, format_: str, *, meta: Mapping[str, object]) -> None:
    """Write one layer into a file of its own.

    Parameters
    ----------
    sheet
        The layer.
    path
        File to write; it must not exist.
    format_
        A key of `ENDINGS`.
    meta
        What GeoJSON and GeoParquet hold under `corridors`.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    if format_ == "geojson":
        _write_geojson(sheet, path, meta)
    elif format_ == "geoparquet":
        write_geoparquet(sheet, path, meta=meta)
    else:
        with _dated():
            _append(sheet, path, FORMATS[format_])


def _write_geojson(sheet: Sheet, path: Path, meta: Mapping[str, object]) -> None:
    one = sheet.contract
    pieces = encode(sheet.rows(), _members(sheet), id_field=one.id_field, name=one.name, meta=meta)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _members(sheet: Sheet) -> Iterator[Geometry]:
    """Yield the geometry of each row as `encode` takes it."""
    import orjson
    import shapely

    if sheet.contract.shape == "polygon":
        yield from map(orjson.Fragment, shapely.to_geojson(sheet.geometry).tolist())
        return
    parts = shapely.get_num_geometries(sheet.geometry).tolist()
    points, row = shapely.get_coordinates(sheet.geometry, return_index=True)
    bounds = np.searchsorted(row, np.arange(len(sheet) + 1)).tolist()
    for k, count in enumerate(parts):
        if count <= 1:
            yield points[bounds[k] : bounds[k + 1]]
            continue
        pieces = [shapely.get_coordinates(part) for part in shapely.get_parts(sheet.geometry[k])]
        member = {"type": "MultiLineString", "coordinates": pieces}
        yield orjson.Fragment(orjson.dumps(member, option=orjson.OPT_SERIALIZE_NUMPY))


@contextmanager
def _dated() -> Iterator[None]:
    """Have GDAL write `STAMP` for the time of today."""
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _append(sheet: Sheet, path: Path, driver: str) -> None:
    """Add one layer to a file and make sure that all of it arrived."""
    import shapely
    from pyogrio import raw, read_info
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    one = sheet.contract
    described = f"{one.abstract} {ATTRIBUTION}. {DISCLAIMER}"
    gpkg = driver == "GPKG"
    try:
        raw.write(
            path,
            np.asarray(shapely.to_wkb(sheet.geometry), object),
            field_data=list(sheet.columns.values()),
            fields=list(sheet.columns),
            field_mask=sheet.masks(),
            layer=one.name,
            driver=driver,
            geometry_type=SHAPES[one.shape],
            crs="EPSG:4326",
            layer_options={} if gpkg else {"TITLE": one.title, "DESCRIPTION": described},
            # Older GIS warn of newer versions; only the first layer makes the file.
            dataset_options={"VERSION": "1.3"} if gpkg else None,
        )
        written = read_info(path, layer=one.name, force_feature_count=True)["features"]
    except (DataLayerError, DataSourceError, FeatureError) as error:
        raise OSError(str(error)) from error
    if written != len(sheet):
        msg = f"only {written} of {len(sheet)} rows of {one.name} arrived; is the disk full?"
        raise OSError(msg)
