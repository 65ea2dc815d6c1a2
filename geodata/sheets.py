"""A layer of a GIS export: what its fields mean, its rows and their geometry.

A `Contract` says what a layer is and describes every field with unit and meaning; the
files, the styles and the documentation are all written from it. A `Sheet` is a layer
filled with rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geodata.errors import NetworkError
from geodata.geojson import DECIMALS
from geodata.geometry import HALF_TURN, split_antimeridian

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from geodata.geometry import Lines

    Column = NDArray[np.generic]
    #: Geometries of shapely, shape (n,); None where a row has none.
    Geometries = NDArray[Any]

__all__ = ["SHAPES", "Contract", "Field", "Sheet", "contract", "line_shapes", "point_shapes"]

Shape = Literal["point", "line", "polygon"]

#: What OGC calls the geometry of each shape; lines are cut where they cross 180 degrees.
SHAPES: Mapping[str, str] = {
    "point": "Point",
    "line": "MultiLineString",
    "polygon": "MultiPolygon",
}

#: What the cells of a field may be, and whether a whole number may be missing.
DTYPES = ("text", "int", "int?", "float", "bool")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a layer.

    `dtype` is one of `DTYPES`; ``int?`` may be missing. `unit` is empty for words, ids
    and counts of themselves.
    """

    name: str
    dtype: str
    unit: str
    meaning: str


@dataclass(frozen=True)
class Contract:
    """What a layer is: its name, what it is called, what a row of it is, and its fields.

    The first field identifies a row. `group` tells the layers of the network from those
    of a run.
    """

    name: str
    group: str
    shape: Shape
    title: str
    abstract: str
    fields: tuple[Field, ...]

    @property
    def id_field(self) -> str:
        """Return the name of the field that identifies a row."""
        return self.fields[0].name

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the fields in their order."""
        return tuple(field.name for field in self.fields)

    @property
    def nullable(self) -> frozenset[str]:
        """Return the names of the whole numbers that may be missing."""
        return frozenset(field.name for field in self.fields if field.dtype == "int?")


@dataclass(frozen=True)
class Sheet:
    """A layer filled with rows: equally long columns and a geometry per row.

    Missing words are None and missing numbers NaN; whole numbers that may be missing are
    so where they are 0. `geometry` holds shapes of shapely in degrees, shape (n,).
    """

    contract: Contract
    columns: Mapping[str, Column]
    geometry: Geometries

    def __post_init__(self) -> None:
        """Refuse columns that the contract does not promise.

        Raises
        ------
        NetworkError
            If names, order or lengths of the columns are not those of the contract.
        """
        if tuple(self.columns) != self.contract.names:
            got, due = ", ".join(self.columns), ", ".join(self.contract.names)
            msg = f"layer {self.contract.name} has the fields {got}; its contract says {due}"
            raise NetworkError(msg)
        lengths = {name: len(column) for name, column in self.columns.items()}
        if set(lengths.values()) - {len(self.geometry)}:
            msg = f"layer {self.contract.name}: {len(self.geometry)} shapes, columns {lengths}"
            raise NetworkError(msg)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.geometry)

    @property
    def name(self) -> str:
        """Return the name of the layer."""
        return self.contract.name

    def masks(self) -> list[NDArray[np.bool_] | None]:
        """Return for each column where it is missing, None where that shows in its values."""
        nullable = self.contract.nullable
        return [column == 0 if name in nullable else None for name, column in self.columns.items()]

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield each row as a dict of plain values."""
        nullable = self.contract.nullable
        lists = [
            [value or None for value in column.tolist()] if name in nullable else column.tolist()
            for name, column in self.columns.items()
        ]
        names = self.contract.names
        return (dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True))


def contract(name: str, group: str, shape: Shape, title: str, abstract: str, spec: str) -> Contract:
    """Return the contract of a layer from its fields as text.

    Parameters
    ----------
    name, group, shape, title, abstract
        As in `Contract`.
    spec
        A line per field: ``name | dtype | unit | meaning``.

    Examples
    --------
    >>> contract("a", "network", "point", "A", "Points.", "a_id | text | | id").id_field
    'a_id'
    """
    rows = [line.split("|") for line in spec.splitlines() if line.strip()]
    fields = tuple(Field(*(cell.strip() for cell in row)) for row in rows)
    unknown = [field.name for field in fields if field.dtype not in DTYPES]
    if unknown:
        msg = f"layer {name}: no such type of {', '.join(unknown)}; known: {', '.join(DTYPES)}"
        raise NetworkError(msg)
    return Contract(name, group, shape, title, abstract, fields)


def point_shapes(lonlat: Sequence[Sequence[float]] | NDArray[np.float64]) -> Geometries:
    """Return points in degrees, shape (n, 2), as shapes rounded to `DECIMALS`."""
    import shapely

    places = np.asarray(lonlat, np.float64).reshape(-1, 2)
    return np.asarray(shapely.points(np.round(places, DECIMALS)), object).reshape(-1)


def line_shapes(lines: Lines) -> Geometries:
    """Return lines as shapes of several parts each, cut at the antimeridian and rounded."""
    import shapely

    row = lines.line_of_point()
    jump = np.abs(np.diff(lines.lonlat[:, 0])) > HALF_TURN
    across = np.unique(row[1:][jump & (row[1:] == row[:-1])])
    single = shapely.linestrings(np.round(lines.lonlat, DECIMALS), indices=row)
    many = np.asarray(shapely.multilinestrings(np.asarray(single), indices=np.arange(len(lines))))
    for k in across.tolist():
        parts = split_antimeridian(lines.lonlat[lines.offset[k] : lines.offset[k + 1]])
        many[k] = shapely.MultiLineString([np.round(part, DECIMALS) for part in parts])
    return many.astype(object)
