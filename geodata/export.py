"""A network as files for a GIS: GeoJSON, GeoPackage or FlatGeobuf.

The layers are those of `geodata.layers`. The same network gives the same bytes in
every format.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geodata.atomic import writing_file
from geodata.errors import NetworkError
from geodata.geojson import ATTRIBUTION, DECIMALS, DISCLAIMER, encode
from geodata.geometry import HALF_TURN, split_antimeridian
from geodata.layers import MODES, SCHEMA_VERSION, layers_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geodata.geometry import Lines
    from geodata.layers import Layer, ModeName
    from geodata.types import Network

__all__ = ["FORMATS", "export_network"]

FormatName = Literal["geojson", "gpkg", "fgb"]

#: Endings that can be written, and what GDAL calls them.
FORMATS = {"gpkg": "GPKG", "geojson": "GeoJSON", "fgb": "FlatGeobuf"}

#: GeoPackage stamps its layers; a fixed date keeps equal networks equal files.
STAMP = "2000-01-01T00:00:00.000Z"


#: Where the styles of QGIS lie, a file per layer.
STYLES = Path(__file__).parent / "styles"

#: The table that QGIS reads styles from, columns and names as QGIS makes them.
STYLE_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256),
    f_table_schema TEXT(256),
    f_table_name TEXT(256),
    f_geometry_column TEXT(256),
    styleName TEXT(30),
    styleQML TEXT,
    styleSLD TEXT,
    useAsDefault BOOLEAN,
    description TEXT,
    owner TEXT(30),
    update_time DATETIME
)
"""


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
    layers = layers_of(network, mode=mode)
    stem = f"network-{mode}"
    folder = Path(target)
    if format == "gpkg":
        path = folder if folder.suffix == ".gpkg" else folder / f"{stem}.gpkg"
        _write_by_gdal(layers, path, FORMATS[format])
        return (path,)
    paths = tuple(folder / f"{stem}-{layer.name}.{format}" for layer in layers)
    for layer, path in zip(layers, paths, strict=True):
        if format == "geojson":
            _write_geojson(layer, path, snapshot)
        else:
            _write_by_gdal([layer], path, FORMATS[format])
    return paths


def _write_geojson(layer: Layer, path: Path, snapshot: str) -> None:
    """Write one layer as GeoJSON."""
    meta = {"schema_version": SCHEMA_VERSION, "snapshot": snapshot}
    pieces = encode(layer.rows(), layer.lines, id_field=layer.id_field, name=layer.name, meta=meta)
    with writing_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(pieces)


def _write_by_gdal(layers: Sequence[Layer], path: Path, driver: str) -> None:
    """Write layers into one file, dated `STAMP`."""
    import pyogrio

    dated = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        with writing_file(path) as partial:
            for layer in layers:
                _append_layer(layer, partial, driver)
            if driver == "GPKG":
                _add_styles(layers, partial)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": dated})


def _append_layer(layer: Layer, path: Path, driver: str) -> None:
    """Add one layer to a file and make sure that all of it arrived."""
    from pyogrio import raw, read_info
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    options = {"DESCRIPTION": f"{ATTRIBUTION}. {DISCLAIMER}"}
    try:
        raw.write(
            path,
            _points_wkb(layer.lines) if layer.of_points else _lines_wkb(layer.lines),
            field_data=list(layer.columns.values()),
            fields=list(layer.columns),
            field_mask=[
                column == 0 if name in layer.nullable else None
                for name, column in layer.columns.items()
            ],
            layer=layer.name,
            driver=driver,
            geometry_type="Point" if layer.of_points else "MultiLineString",
            crs="EPSG:4326",
            layer_options=options if driver == "GPKG" else {"TITLE": layer.name, **options},
            # Older GIS warn of newer versions; only the first layer makes the file.
            dataset_options={"VERSION": "1.3"} if driver == "GPKG" else None,
        )
        written = read_info(path, layer=layer.name, force_feature_count=True)["features"]
    except (DataLayerError, DataSourceError, FeatureError) as error:
        raise OSError(str(error)) from error
    if written != len(layer.lines):
        msg = (
            f"only {written} of {len(layer.lines)} rows of {layer.name} arrived; is the disk full?"
        )
        raise OSError(msg)


def _add_styles(layers: Sequence[Layer], path: Path) -> None:
    """Put the styles into the table where QGIS looks for them."""
    rows = [
        (
            "",
            "",
            layer.name,
            "geom",
            layer.name,
            (STYLES / f"{layer.name}.qml").read_text(encoding="utf-8"),
            "",
            1,
            f"Style of {layer.name}. {ATTRIBUTION}",
            "",
            STAMP,
        )
        for layer in layers
    ]
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(STYLE_TABLE)
            places = ", ".join("?" * len(rows[0]))
            database.executemany(f"INSERT INTO layer_styles VALUES (NULL, {places})", rows)  # noqa: S608
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def _points_wkb(lines: Lines) -> NDArray[Any]:
    """Return the geometry of a layer of points."""
    import shapely

    return np.asarray(shapely.to_wkb(shapely.points(np.round(lines.lonlat, DECIMALS))), object)


def _lines_wkb(lines: Lines) -> NDArray[Any]:
    """Return the geometry of a layer of lines, cut at the antimeridian."""
    import shapely

    row = lines.line_of_point()
    jump = np.abs(np.diff(lines.lonlat[:, 0])) > HALF_TURN
    across = np.unique(row[1:][jump & (row[1:] == row[:-1])])
    single = shapely.linestrings(np.round(lines.lonlat, DECIMALS), indices=row)
    many = np.asarray(shapely.multilinestrings(np.asarray(single), indices=np.arange(len(lines))))
    for k in across.tolist():
        parts = split_antimeridian(lines.lonlat[lines.offset[k] : lines.offset[k + 1]])
        many[k] = shapely.MultiLineString([np.round(part, DECIMALS) for part in parts])
    return np.asarray(shapely.to_wkb(many), object)
