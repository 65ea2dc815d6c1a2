"""What a GeoPackage holds beside its rows: titles, fields explained, licences, styles.

GDAL writes the rows; the tables here are those of the OGC standard (12-128, with its
schema and metadata extensions) and the one in which QGIS looks for styles.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from geodata.geojson import ATTRIBUTION, DISCLAIMER
from geodata.qml import qml
from geodata.sld import sld

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from geodata.sheets import Contract
    from geodata.symbols import Style

__all__ = ["LICENCES", "STAMP", "describe"]

#: GeoPackage stamps its layers; a fixed date keeps equal networks equal files.
STAMP = "2000-01-01T00:00:00.000Z"

#: Whose data there is and under which terms, in words for people.
LICENCES = (
    "Railways, roads and places: © OpenStreetMap contributors, Open Database Licence 1.0; "
    "who passes this data on, changed or not, does so under the same licence. "
    "Land and boundaries: Natural Earth, public domain. "
    "Sea lanes: Eurostat SeaRoute, reuse with the source named. "
    "Facts, rules, rates and volumes: as the source of each row says."
)

#: How QGIS marks the descriptions that it reads and writes.
QGIS_METADATA = "http://mrcc.com/qgis.dtd"

TABLES = """
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
);
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    name TEXT,
    title TEXT,
    description TEXT,
    mime_type TEXT,
    constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL,
    constraint_type TEXT NOT NULL,
    value TEXT,
    min NUMERIC,
    min_is_inclusive BOOLEAN,
    max NUMERIC,
    max_is_inclusive BOOLEAN,
    description TEXT,
    CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
CREATE TABLE gpkg_metadata (
    id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL,
    md_scope TEXT NOT NULL DEFAULT 'dataset',
    md_standard_uri TEXT NOT NULL,
    mime_type TEXT NOT NULL DEFAULT 'text/xml',
    metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE gpkg_metadata_reference (
    reference_scope TEXT NOT NULL,
    table_name TEXT,
    column_name TEXT,
    row_id_value INTEGER,
    timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
    md_file_id INTEGER NOT NULL,
    md_parent_id INTEGER,
    CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
    CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
    table_name TEXT,
    column_name TEXT,
    extension_name TEXT NOT NULL,
    definition TEXT NOT NULL,
    scope TEXT NOT NULL,
    CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
"""

SCHEMA_EXTENSION = ("gpkg_schema", "http://www.geopackage.org/spec131/#extension_schema")
METADATA_EXTENSION = ("gpkg_metadata", "http://www.geopackage.org/spec131/#extension_metadata")
EXTENSIONS = {
    "gpkg_data_columns": SCHEMA_EXTENSION,
    "gpkg_data_column_constraints": SCHEMA_EXTENSION,
    "gpkg_metadata": METADATA_EXTENSION,
    "gpkg_metadata_reference": METADATA_EXTENSION,
}


def describe(
    path: Path, contracts: Sequence[Contract], styles: Mapping[str, Style], *, title: str
) -> None:
    """Add to a GeoPackage what its layers are, what is owed to whom, and how they look.

    Parameters
    ----------
    path
        A GeoPackage that has the rows of the layers.
    contracts
        What the layers are.
    styles
        How they look, by name.
    title
        What the whole of it is called.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.executescript(TABLES)
            database.executemany(
                "INSERT INTO gpkg_extensions VALUES (?, NULL, ?, ?, 'read-write')",
                [(table, *extension) for table, extension in EXTENSIONS.items()],
            )
            database.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
                "last_change) VALUES ('layer_styles', 'attributes', 'layer_styles', "
                "'Styles of the layers for QGIS.', ?)", (STAMP,),
            )  # fmt: skip
            _add_metadata(database, 1, None, f"{title}. {LICENCES} {DISCLAIMER}")
            for at, one in enumerate(contracts, start=2):
                _describe_layer(database, one)
                _add_metadata(database, at, one, _metadata_of(one))
                _add_style(database, one, styles[one.name])
    except sqlite3.Error as error:
        raise OSError(str(error)) from error


def _describe_layer(database: sqlite3.Connection, one: Contract) -> None:
    """Give a layer its title and abstract, and each field its unit and meaning."""
    database.execute(
        "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
        (one.title, f"{one.abstract} {ATTRIBUTION}. {DISCLAIMER}", one.name),
    )
    database.executemany(
        "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)",
        [
            (one.name, field.name, field.name, field.unit or None, field.meaning)
            for field in one.fields
        ],
    )


def _add_metadata(
    database: sqlite3.Connection, number: int, of: Contract | None, text: str
) -> None:
    """Add one description, of the whole file or of a layer."""
    mime, uri = ("text/xml", QGIS_METADATA) if of else ("text/plain", "http://purl.org/dc/terms/")
    database.execute(
        "INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, ?, ?)", (number, uri, mime, text)
    )
    database.execute(
        "INSERT INTO gpkg_metadata_reference VALUES (?, ?, NULL, NULL, ?, ?, NULL)",
        ("table" if of else "geopackage", of.name if of else None, STAMP, number),
    )


def _metadata_of(one: Contract) -> str:
    """Return the description of a layer as QGIS reads it."""
    root = ET.Element("qgis")
    for name, text in (
        ("identifier", one.name), ("type", "dataset"), ("title", one.title),
        ("abstract", f"{one.abstract} {DISCLAIMER}"), ("license", LICENCES),
        ("rights", ATTRIBUTION),
    ):  # fmt: skip
        ET.SubElement(root, name).text = text
    return ET.tostring(root, encoding="unicode")


def _add_style(database: sqlite3.Connection, one: Contract, style: Style) -> None:
    """Put the style of a layer where QGIS looks for it."""
    told = f"Style of {one.name}. {ATTRIBUTION}"
    texts = qml(style), sld(one.name, one.title, one.abstract, style)
    database.execute(
        "INSERT INTO layer_styles VALUES (NULL, '', '', ?, 'geom', ?, ?, ?, 1, ?, '', ?)",
        (one.name, one.name, *texts, told, STAMP),
    )
