"""Read an assumption table: CSV rows with their line, typed, all mistakes gathered."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from corridors.errors import Finding, InputMissingError, ScenarioError, nearest
from corridors.scenario.places import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One row: its cells by column and the line where it ends."""

    line: int
    cells: dict[str, str]


@dataclass
class Table:
    """The rows of one CSV file, and the mistakes found so far."""

    file: str
    columns: tuple[str, ...]
    rows: list[Row]
    findings: list[Finding] = field(default_factory=list)

    def find(self, row: Row, column: str, message: str, mend: str = "") -> None:
        """Note a mistake in a cell."""
        at = self.columns.index(column) + 1
        self.findings.append(Finding(self.file, row.line, at, column, message, mend))

    def lacks(self, message: str, mend: str = "add one") -> None:
        """Note a mistake of the table as a whole."""
        self.findings.append(Finding(self.file, 1, 1, "", message, mend))

    def number(self, row: Row, column: str, *, least: float = 0.0) -> float:
        """Return a cell as a number of at least `least`; a bad one is noted and NaN."""
        try:
            value = float(row.cells[column])
        except ValueError:
            self.find(row, column, f"{row.cells[column]!r} is not a number")
            return float("nan")
        if not least <= value < float("inf"):
            self.find(row, column, f"{value:g} is out of range", f"at least {least:g}")
        return value

    def choice(self, row: Row, column: str, among: Collection[str]) -> str:
        """Return a cell that must be one of some words; another one is noted."""
        word = row.cells[column]
        if word not in among:
            self.find(row, column, f"{word!r} is not known", nearest(word, among))
        return word

    def done(self) -> None:
        """Raise what was found.

        Raises
        ------
        ScenarioError
            If there is any finding; carries all.
        """
        if self.findings:
            msg = f"{self.file} is invalid:"
            raise ScenarioError(msg, findings=self.findings)


def read_table(path: Path, columns: tuple[str, ...]) -> Table:
    """Read a CSV file with these columns in this order.

    Raises
    ------
    InputMissingError
        If the file is missing or not UTF-8.
    ScenarioError
        If the header or the number of cells of a row is wrong.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"cannot read {shown(path)}: {error}"
        raise InputMissingError(msg) from error
    table = Table(shown(path), columns, [])
    reader = csv.reader(text.splitlines())
    header = tuple(next(reader, []))
    if header != columns:
        expected = f"expected {','.join(columns)}"
        table.findings.append(Finding(table.file, 1, 1, "", "wrong header row", expected))
        table.done()
    table.rows += _rows(table, reader)
    table.done()
    return table


def _rows(table: Table, reader: Iterator[list[str]]) -> Iterator[Row]:
    """Yield the rows that have the right number of cells; note the others."""
    for line, cells in enumerate(reader, start=2):
        if len(cells) == len(table.columns):
            yield Row(line, dict(zip(table.columns, cells, strict=True)))
        elif cells:
            wrong = f"{len(cells)} cells instead of {len(table.columns)}"
            table.findings.append(Finding(table.file, line, 1, "", wrong))
