"""Read the fact tables into frozen rows, with all mistakes reported at once.

``load_facts(folder)`` reads every ``<table>.csv`` that :mod:`geodata.schema` names and
returns one :class:`Facts`. Attribute names are table names and column names, whose
meaning and unit :func:`geodata.schema.listing` prints. An empty cell becomes ``None``
for a number, an empty tuple for a list, and ``""`` for words.
"""

from __future__ import annotations

import csv
import difflib
import math
from typing import TYPE_CHECKING, Any, NamedTuple

from geodata import facts_rows as rows
from geodata import schema
from geodata.errors import FactsError, Finding
from geodata.facts_rows import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["Facts", "load_facts"]

_ROWS: dict[str, Callable[..., object]] = {
    "terminals": rows.TerminalRow,
    "crossings": rows.CrossingRow,
    "borders": rows.BorderRow,
    "territories": rows.TerritoryRow,
    "links": rows.LinkRow,
    "corrections": rows.CorrectionRow,
    "services": rows.ServiceRow,
    "straits": rows.StraitRow,
    "gauges": rows.GaugeRow,
    "corridors": rows.CorridorRow,
    "gaps": rows.GapRow,
    "reference_lengths": rows.ReferenceLengthRow,
}


class _CellError(Exception):
    """A cell that cannot be read; carries message and mend."""

    def __init__(self, message: str, mend: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend


class _Record(NamedTuple):
    """One data row: its line and its parsed cells by column name."""

    line: int
    cells: dict[str, Any]


class _Table(NamedTuple):
    """One file: its name for people, its rows, and the position of each column."""

    file: str
    records: list[_Record]
    position: Mapping[str, int]


def load_facts(folder: Path) -> Facts:
    """Read and check every fact table of a folder.

    Parameters
    ----------
    folder
        Folder holding one ``<table>.csv`` per table of :data:`geodata.schema.TABLES`.

    Returns
    -------
    Facts
        The rows in file order.

    Raises
    ------
    FactsError
        With every mistake of every table: missing files and columns, unreadable or
        missing cells, numbers out of range, repeated ids, unknown references.

    Examples
    --------
    >>> from pathlib import Path
    >>> facts = load_facts(Path(__file__).parent / "facts")
    >>> len(facts.terminals) >= 300
    True
    """
    findings: list[Finding] = []
    tables = {name: _read_table(folder, name, findings) for name in schema.TABLES}
    for check in (_check_ids, _check_references, _check_orders, _check_borders, _check_corridors):
        findings.extend(check(tables))
    if findings:
        raise FactsError(sorted(findings, key=lambda f: (f.file, f.line, f.column)))
    filled: dict[str, Any] = {
        name: tuple(_ROWS[name](**record.cells) for record in table.records)
        for name, table in tables.items()
    }
    return Facts(**filled)


def _nearest(word: str, words: Iterable[str]) -> str:
    """Return a mend that offers the nearest valid word, or nothing."""
    near = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"?' if near else ""


def _read_table(folder: Path, name: str, findings: list[Finding]) -> _Table:
    """Read one file; what is wrong with it is added to the findings."""
    path = folder / f"{name}.csv"
    file = str(path)
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            lines = list(_numbered(csv.reader(stream)))
    except (OSError, UnicodeDecodeError) as error:
        findings.append(Finding(file, 0, 0, name, f"cannot be read: {error}"))
        return _Table(file, [], {})
    header = lines[0][1] if lines else []
    position = {column: place for place, column in enumerate(header, start=1)}
    table = _Table(file, [], position)
    findings.extend(_header_findings(table, name))
    for line, cells in lines[1:]:
        if len(cells) != len(header):
            message = f"has {len(cells)} cells, the header {len(header)}"
            findings.append(Finding(file, line, 0, name, message, "quote cells that hold a comma"))
        elif _is_complete(table, name):
            table.records.append(_record(table, name, line, cells, findings))
    return table


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:  # noqa: ANN401
    """Yield rows with the number of their first line, empty lines left out."""
    line = 1
    for row in reader:
        if row:
            yield line, row
        line = reader.line_num + 1


def _is_complete(table: _Table, name: str) -> bool:
    """Tell whether the header holds every column of the schema."""
    return all(column.name in table.position for column in schema.columns_of(name))


def _header_findings(table: _Table, name: str) -> Iterator[Finding]:
    """Yield missing and unknown columns."""
    wanted = [column.name for column in schema.columns_of(name)]
    for column in wanted:
        if column not in table.position:
            mend = _nearest(column, set(table.position) - set(wanted))
            yield Finding(table.file, 1, 0, column, "column is missing", mend)
    for column, place in table.position.items():
        if column not in wanted:
            mend = _nearest(column, wanted)
            yield Finding(table.file, 1, place, column, "unknown column", mend)


def _record(
    table: _Table, name: str, line: int, cells: list[str], findings: list[Finding]
) -> _Record:
    """Parse one row; a cell that cannot be read is left empty and reported."""
    values: dict[str, Any] = {}
    for column in schema.columns_of(name):
        place = table.position[column.name]
        try:
            values[column.name] = _cell(column, cells[place - 1].strip())
        except _CellError as error:
            values[column.name] = None
            findings.append(
                Finding(table.file, line, place, column.name, error.message, error.mend)
            )
    return _Record(line, values)


def _cell(column: schema.Column, text: str) -> Any:  # noqa: ANN401
    """Return the value of a cell."""
    many = column.dtype in {"texts", "ints", "choices", "refs", "points", "edges"}
    if not text:
        if column.required:
            message = "must not be empty"
            raise _CellError(message, column.meaning)
        if many:
            return ()
        return None if column.dtype in {"int", "float"} else ""
    if not many:
        return _value(column, text)
    parts = [part.strip() for part in text.split(";")]
    if column.dtype in {"points", "edges"}:
        return tuple(_points(column, part) for part in parts)
    return tuple(_value(column, part) for part in parts)


def _value(column: schema.Column, text: str) -> str | float:
    """Return one word or number, checked against choices and unit."""
    if column.dtype in {"int", "ints"}:
        return _ranged(column, _number(text, int))
    if column.dtype == "float":
        return _ranged(column, _number(text, float))
    if column.dtype in {"choice", "choices"} and text not in column.choices:
        message = f'"{text}" is not one of {", ".join(column.choices)}'
        raise _CellError(message, _nearest(text, column.choices))
    if not text:
        message = "empty entry in a list"
        raise _CellError(message, "remove the extra ;")
    return text


def _number(text: str, kind: Callable[[str], float]) -> float:
    """Read a finite number."""
    try:
        value = kind(text)
    except ValueError:
        message = f'"{text}" is not a number'
        raise _CellError(message) from None
    if not math.isfinite(value):
        message = f'"{text}" is not finite'
        raise _CellError(message)
    return value


def _ranged(column: schema.Column, value: float) -> float:
    """Return the value when its unit allows it."""
    if column.unit == "mm":
        if value not in schema.GAUGES_MM:
            near = min(schema.GAUGES_MM, key=lambda gauge: abs(gauge - value))
            message = f"{value} is not a known gauge"
            raise _CellError(message, f"nearest is {near}")
        return value
    low, high = _RANGES.get(column.unit, (0.0, math.inf))
    if not low <= value <= high or (column.name in _POSITIVE and value == 0):
        message = f"{value} is outside {low:g}..{high:g} {column.unit}"
        raise _CellError(message)
    return value


_RANGES = {
    "degE": (-180.0, 180.0),
    "degN": (-90.0, 90.0),
    "edges": (-180.0, 200.0),
    "km": (0.0, 45_000.0),
    "year": (1800, 2100),
}
_POSITIVE = frozenset({"km", "published_km", "speed_kn"})


def _points(column: schema.Column, text: str) -> Any:  # noqa: ANN401
    """Return one (lon, lat), or a pair of them for an edge."""
    wanted = 4 if column.dtype == "edges" else 2
    parts = text.split()
    if len(parts) != wanted:
        message = f'"{text}" has {len(parts)} numbers, not {wanted}'
        raise _CellError(message, "write lon lat, joined by ;")
    numbers = [_number(part, float) for part in parts]
    pairs = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    # the sea network draws the Bering Strait past 180 degrees, and gates name its nodes
    west, east = _RANGES["edges" if column.dtype == "edges" else "degE"]
    for lon, lat in pairs:
        if not (west <= lon <= east and abs(lat) <= _RANGES["degN"][1]):
            message = f'"{text}" is not lon lat in degrees'
            raise _CellError(message, "longitude comes first")
    return pairs if column.dtype == "edges" else pairs[0]


def _ids(table: _Table, name: str) -> list[tuple[int, str]]:
    """Return line and id of every row of a table that has ids."""
    names = [c.name for c in schema.columns_of(name) if c.dtype == "id"]
    return [(r.line, r.cells[n]) for r in table.records for n in names if r.cells[n]]


def _check_ids(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield ids written twice in one table."""
    for name, table in tables.items():
        first: dict[str, int] = {}
        for line, key in _ids(table, name):
            if key in first:
                message = f'"{key}" stands in line {first[key]} already'
                yield Finding(table.file, line, 1, "id", message)
            first.setdefault(key, line)


def _check_references(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield references to ids that no table holds."""
    known = {name: {key for _, key in _ids(tables[name], name)} for name in tables}
    for column in schema.COLUMNS:
        if column.dtype not in {"ref", "refs"}:
            continue
        targets = set().union(*(known[target] for target in column.choices))
        yield from _unknown(tables[column.table], column, targets)


def _unknown(table: _Table, column: schema.Column, targets: set[str]) -> Iterator[Finding]:
    """Yield the cells of a column that name none of the targets."""
    what = " or ".join(column.choices)
    for record in table.records:
        value = record.cells[column.name]
        for key in (value,) if isinstance(value, str) else value or ():
            if key and key not in targets:
                place = table.position[column.name]
                message = f'"{key}" is not an id of {what}'
                mend = _nearest(key, targets)
                yield Finding(table.file, record.line, place, column.name, message, mend)


_ORDERED = {
    "links": ("opening_low", "opening_likely", "opening_high"),
    "services": (
        "sailings_per_week_low",
        "sailings_per_week_likely",
        "sailings_per_week_high",
    ),
}


def _check_orders(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield rows whose low, likely and high values are out of order."""
    for name, columns in _ORDERED.items():
        table = tables[name]
        for record in table.records:
            given = [record.cells[c] for c in columns if record.cells[c] is not None]
            if given != sorted(given):
                place = table.position[columns[0]]
                message = f"{' <= '.join(columns)} does not hold: {given}"
                yield Finding(table.file, record.line, place, columns[0], message)


def _check_borders(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield pairs of neighbours written twice and crossings between no neighbours."""
    borders, crossings = tables["borders"], tables["crossings"]
    first: dict[frozenset[str], int] = {}
    for record in borders.records:
        pair = _pair(record)
        if pair in first:
            message = f"{'-'.join(sorted(pair))} stands in line {first[pair]} already"
            yield Finding(borders.file, record.line, 1, "country_a", message)
        first.setdefault(pair, record.line)
    for record in crossings.records:
        pair = _pair(record)
        # without a readable table of borders every crossing would be a finding
        if first and pair not in first:
            place = crossings.position["country_a"]
            message = f"{'-'.join(sorted(pair))} is no border of borders.csv"
            yield Finding(crossings.file, record.line, place, "country_a", message, "add it there")


def _pair(record: _Record) -> frozenset[str]:
    return frozenset((record.cells["country_a"] or "", record.cells["country_b"] or ""))


def _check_corridors(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield branches whose legs, links or core do not fit their terminals."""
    table = tables["corridors"]
    known = {key for name in ("links", "services") for _, key in _ids(tables[name], name)}
    for record in table.records:
        for column, message, mend in _corridor_faults(record.cells, known):
            place = table.position[column]
            yield Finding(table.file, record.line, place, column, message, mend)


def _corridor_faults(cells: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield column, message and mend for each fault of one branch."""
    terminals = cells["terminals"] or ()
    for column in ("modes", "links"):
        count = len(cells[column] or ())
        if count != len(terminals) - 1:
            yield column, f"{count} entries for {len(terminals) - 1} legs", ""
    for column in ("core_from", "core_to"):
        if cells[column] and cells[column] not in terminals:
            mend = _nearest(cells[column], terminals)
            yield column, f'"{cells[column]}" is not a terminal of the branch', mend
    for leg in cells["links"] or ():
        for key in leg.split("+") if leg != "-" else ():
            if key not in known:
                message = f'"{key}" is not an id of links or services'
                yield "links", message, _nearest(key, known)
