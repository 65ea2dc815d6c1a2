"""Read the fact tables into frozen rows, with all mistakes reported at once.

``load_facts(folder)`` reads every ``<table>.csv`` that :mod:`geodata.schema` names and
returns one :class:`Facts`. Attribute names are table names and column names, whose
meaning and unit :func:`geodata.schema.listing` prints. An empty cell becomes ``None``
for a number, an empty tuple for a list, and ``""`` for words.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, NamedTuple

from geodata import facts_rows as rows
from geodata import schema
from geodata.errors import FactsError, Finding
from geodata.facts_cells import CellError, nearest, read_cell
from geodata.facts_rows import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from geodata.extension import Extension, ExtraRow

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


class _Own(NamedTuple):
    """Where a row of an extension stands, and each of its cells."""

    file: str
    column: int
    places: Mapping[str, tuple[int, int]]


class _Record(NamedTuple):
    """One data row: its line and its parsed cells by column name.

    `own` tells where it stands if not in the table's file.
    """

    line: int
    cells: dict[str, Any]
    own: _Own | None = None


class _Table(NamedTuple):
    """One file: its name for people, its rows, and the position of each column."""

    file: str
    records: list[_Record]
    position: Mapping[str, int]

    def find(self, record: _Record, column: str, message: str, mend: str = "") -> Finding:
        """Return a finding at a cell of a row, wherever the row stands."""
        if record.own is None:
            place = self.file, record.line, self.position[column]
        else:
            start = record.line, record.own.column
            place = record.own.file, *record.own.places.get(column, start)
        return Finding(*place, column, message, mend)

    def place(self, record: _Record) -> str:
        """Return the words for where a row stands."""
        file = f"{record.own.file} " if record.own else ""
        return f"{file}line {record.line}"


def load_facts(
    folder: Path,
    extensions: Sequence[Extension] = (),
    *,
    countries: Collection[str] | None = None,
) -> Facts:
    """Read and check every fact table of a folder.

    Parameters
    ----------
    folder
        Folder holding one ``<table>.csv`` per table of :data:`geodata.schema.TABLES`.
    extensions
        Rows to add and to leave out; the checks are those of the tables.
    countries
        Codes of the countries that have an outline; with the territories of the tables
        they are all that rows may name. Not checked if not given.

    Returns
    -------
    Facts
        The rows in file order.

    Raises
    ------
    FactsError
        With every mistake of every table and extension: missing files and columns,
        unreadable or missing cells, numbers out of range, repeated ids, unknown references.

    Examples
    --------
    >>> from pathlib import Path
    >>> facts = load_facts(Path(__file__).parent / "facts")
    >>> len(facts.terminals) >= 300
    True
    """
    findings: list[Finding] = []
    tables = {name: _read_table(folder, name, findings) for name in schema.TABLES}
    for extension in extensions:
        _extend(tables, extension, findings)
    for check in (
        _check_ids, _check_references, _check_orders, _check_borders, _check_gauges,
        _check_corridors,
    ):  # fmt: skip
        findings.extend(check(tables))
    if countries is not None:
        findings.extend(_check_countries(tables, countries))
    if findings:
        raise FactsError(sorted(findings, key=lambda f: (f.file, f.line, f.column)))
    filled: dict[str, Any] = {
        name: tuple(_ROWS[name](**record.cells) for record in table.records)
        for name, table in tables.items()
    }
    return Facts(**filled)


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
            mend = nearest(column, set(table.position) - set(wanted))
            yield Finding(table.file, 1, 0, column, "column is missing", mend)
    for column, place in table.position.items():
        if column not in wanted:
            mend = nearest(column, wanted)
            yield Finding(table.file, 1, place, column, "unknown column", mend)


def _record(
    table: _Table, name: str, line: int, cells: list[str], findings: list[Finding]
) -> _Record:
    """Parse one row; a cell that cannot be read is left empty and reported."""
    values: dict[str, Any] = {}
    for column in schema.columns_of(name):
        place = table.position[column.name]
        try:
            values[column.name] = read_cell(column, cells[place - 1].strip())
        except CellError as error:
            values[column.name] = None
            findings.append(
                Finding(table.file, line, place, column.name, error.message, error.mend)
            )
    return _Record(line, values)


def _extend(tables: dict[str, _Table], extension: Extension, findings: list[Finding]) -> None:
    """Take out of the tables what an extension leaves out and add its rows."""
    for entry in extension.without:
        table = tables[entry.table]
        keep = [r for r in table.records if _key(entry.table, r) != entry.key]
        if len(keep) == len(table.records):
            mend = nearest(entry.key, {_key(entry.table, r) for r in table.records})
            message = f'"{entry.key}" is no row of {entry.table}'
            place = extension.file, entry.line, entry.column
            findings.append(Finding(*place, f"without.{entry.table}", message, mend))
        tables[entry.table] = table._replace(records=keep)
    for row in extension.rows:
        record = _own_record(extension.file, row, findings)
        table = tables[row.table]
        tables[row.table] = table._replace(records=[*table.records, record])


def _own_record(file: str, row: ExtraRow, findings: list[Finding]) -> _Record:
    """Parse one row of an extension; cells that cannot be read are reported."""
    values: dict[str, Any] = {}
    columns = schema.columns_of(row.table)
    names = [column.name for column in columns]
    for name, cell in row.cells.items():
        if name not in names:
            mend = nearest(name, names)
            findings.append(Finding(file, cell.line, cell.column, name, "unknown column", mend))
    for column in columns:
        given = row.cells.get(column.name)
        try:
            values[column.name] = read_cell(column, "" if given is None else given.text.strip())
        except CellError as error:
            place = (row.line, row.column) if given is None else (given.line, given.column)
            values[column.name] = None
            findings.append(Finding(file, *place, column.name, error.message, error.mend))
    places = {name: (cell.line, cell.column) for name, cell in row.cells.items()}
    return _Record(row.line, values, _Own(file, row.column, places))


def _key(name: str, record: _Record) -> str:
    """Return what tells a row from all others of its table."""
    cells = record.cells
    if name == "borders":
        return "-".join(sorted(_pair(record)))
    if name == "gauges":
        named = cells["kind"] == "exception"
        return f"{cells['from_id']}-{cells['to_id']}" if named else str(cells["country"])
    return str(cells[schema.columns_of(name)[0].name])


def _ids(table: _Table, name: str) -> list[tuple[_Record, str, str]]:
    """Return every row of a table that has ids with the column of the id and the id."""
    names = [c.name for c in schema.columns_of(name) if c.dtype == "id"]
    return [(r, n, r.cells[n]) for r in table.records for n in names if r.cells[n]]


def _check_ids(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield ids written twice in one table."""
    for name, table in tables.items():
        first: dict[str, _Record] = {}
        for record, column, key in _ids(table, name):
            if key in first:
                yield _twice(table, record, column, (key, first[key]))
            first.setdefault(key, record)


def _twice(table: _Table, record: _Record, column: str, known: tuple[str, _Record]) -> Finding:
    """Return the finding of a row whose key another one has."""
    key, first = known
    where = table.place(first)
    if record.own and not first.own:
        name = table.file.rpartition("/")[2]
        message = f'"{key}" stands in {name} {where} already'
        table_name = name.removesuffix(".csv")
        mend = f"to put yours in its place, name it under without: {{{table_name}: [{key}]}}"
        return table.find(record, column, message, mend)
    return table.find(record, column, f'"{key}" stands in {where} already')


def _check_gauges(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield national gauges written twice for one country."""
    table = tables["gauges"]
    first: dict[str, _Record] = {}
    for record in table.records:
        if record.cells["kind"] == "default" and record.cells["country"]:
            key = record.cells["country"]
            if key in first:
                yield _twice(table, record, "country", (key, first[key]))
            first.setdefault(key, record)


def _check_countries(tables: Mapping[str, _Table], countries: Collection[str]) -> Iterator[Finding]:
    """Yield codes of countries that no outline and no territory has."""
    known = {*countries, *(key for _, _, key in _ids(tables["territories"], "territories"))}
    for name in ("terminals", "crossings", "borders", "gauges"):
        for column in schema.columns_of(name):
            if column.name not in {"country", "country_a", "country_b"}:
                continue
            for record in tables[name].records:
                code = record.cells[column.name]
                if code and code not in known:
                    message = f'"{code}" is no country with an outline and no territory'
                    mend = nearest(code, known) or "ISO 3166 alpha-2, or a row of territories"
                    yield tables[name].find(record, column.name, message, mend)


def _check_references(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield references to ids that no table holds."""
    known = {name: {key for _, _, key in _ids(tables[name], name)} for name in tables}
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
                message = f'"{key}" is not an id of {what}'
                yield table.find(record, column.name, message, nearest(key, targets))


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
                message = f"{' <= '.join(columns)} does not hold: {given}"
                yield table.find(record, columns[0], message)


def _check_borders(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield pairs of neighbours written twice and crossings between no neighbours."""
    borders, crossings = tables["borders"], tables["crossings"]
    first: dict[frozenset[str], _Record] = {}
    for record in borders.records:
        pair = _pair(record)
        if pair in first:
            yield _twice(borders, record, "country_a", ("-".join(sorted(pair)), first[pair]))
        first.setdefault(pair, record)
    for record in crossings.records:
        pair = _pair(record)
        # without a readable table of borders every crossing would be a finding
        if first and pair not in first:
            message = f"{'-'.join(sorted(pair))} is no border of borders.csv"
            yield crossings.find(record, "country_a", message, "add it to borders")


def _pair(record: _Record) -> frozenset[str]:
    return frozenset((record.cells["country_a"] or "", record.cells["country_b"] or ""))


def _check_corridors(tables: Mapping[str, _Table]) -> Iterator[Finding]:
    """Yield branches whose legs, links or core do not fit their terminals."""
    table = tables["corridors"]
    known = {key for name in ("links", "services") for _, _, key in _ids(tables[name], name)}
    for record in table.records:
        for column, message, mend in _corridor_faults(record.cells, known):
            yield table.find(record, column, message, mend)


def _corridor_faults(cells: Mapping[str, Any], known: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield column, message and mend for each fault of one branch."""
    terminals = cells["terminals"] or ()
    for column in ("modes", "links"):
        count = len(cells[column] or ())
        if count != len(terminals) - 1:
            yield column, f"{count} entries for {len(terminals) - 1} legs", ""
    for column in ("core_from", "core_to"):
        if cells[column] and cells[column] not in terminals:
            mend = nearest(cells[column], terminals)
            yield column, f'"{cells[column]}" is not a terminal of the branch', mend
    for leg in cells["links"] or ():
        for key in leg.split("+") if leg != "-" else ():
            if key not in known:
                message = f'"{key}" is not an id of links or services'
                yield "links", message, nearest(key, known)
