"""A region's file: rows for the fact tables and the part of the world they need, as YAML.

::

    id: trans_afghan
    title: What the file is about
    box: [60, 24, 76, 42]            # west, south, east, north: data wanted there
    defaults: {source: ..., confidence: low}
    without: {links: [UAP1]}         # shipped rows that make room
    terminals:
      - {id: NAIB, name: Naibabad, ...}

Tables and columns are those of the fact tables. All mistakes are told at once, with their
line and column in the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.documents import Reader
from corridors.errors import Finding, ScenarioError, nearest
from geodata.extension import Cell, Extension, ExtraRow, Omission
from geodata.schema import TABLES, columns_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from corridors.scenario.compose import Mark
    from corridors.scenario.compose import Path as Keys
    from geodata.sources.registry import Box

__all__ = ["Region", "read_region", "read_regions"]

#: What a region's file holds beside the tables.
HEAD = ("id", "title", "why", "box", "defaults", "without")
#: Columns of lists of points: a pair of numbers each.
_POINTS = ("points", "edges")


@dataclass(frozen=True)
class Region:
    """A region's file, read: its rows and the box of data that it needs, None for no more.

    `box_place` is where the box stands, for findings about it.
    """

    path: Path
    title: str
    extension: Extension
    box: Box | None
    box_place: Mark | None


def read_regions(paths: Sequence[Path]) -> tuple[Region, ...]:
    """Read some regions' files.

    Raises
    ------
    ScenarioError
        If anything is wrong with any of them; carries all findings.
    InputMissingError
        If a file cannot be read.
    """
    findings: list[Finding] = []
    regions = []
    for path in paths:
        try:
            regions.append(read_region(path))
        except ScenarioError as error:
            findings += error.findings
    if findings:
        msg = f"the files of regions have {len(findings)} mistakes:"
        raise ScenarioError(msg, findings=findings)
    return tuple(regions)


def read_region(path: Path) -> Region:
    """Read a region's file; its rows are checked with the fact tables when they meet.

    Raises
    ------
    ScenarioError
        If the file is not of this form; carries all findings.
    InputMissingError
        If the file cannot be read.
    """
    reader = _Reader(path, "region")
    region = reader.region()
    reader.close()
    return region


class _Reader(Reader):
    """Turns the values of a region's file into rows."""

    def region(self) -> Region:
        """Return the region, as far as it can be read."""
        self.keys((), self.data, (*HEAD, *TABLES))
        if not self.findings and not any(self.data.get(table) for table in (*TABLES, "without")):
            self.find((), "adds nothing", f"write rows under {', '.join(TABLES[:4])}, ...")
        defaults = self._defaults()
        rows = [row for table in TABLES for row in self._rows(table, defaults)]
        name, title = (self.word((key,), self.data.get(key)) for key in ("id", "title"))
        name = name or self.path.stem
        return Region(
            path=self.path,
            title=title or name,
            extension=Extension(name, self.file, tuple(rows), tuple(self._without())),
            box=self.box(("box",), self.data.get("box")),
            box_place=self.marks.get(("box",)),
        )

    def _defaults(self) -> dict[str, Cell]:
        words = "columns with values"
        value = self.mapping(("defaults",), self.data.get("defaults"), words)
        known = {column.name for table in TABLES for column in columns_of(table)}
        for name in value:
            if name not in known:
                self.find(("defaults", name), "is a column of no table", nearest(name, known))
        return {name: self._cell(("defaults", name), value[name]) for name in value}

    def _without(self) -> list[Omission]:
        words = "tables with lists of ids"
        value = self.mapping(("without",), self.data.get("without"), words)
        found = []
        for table, keys in value.items():
            path: Keys = ("without", table)
            if table not in TABLES:
                self.find(path, "is no table", nearest(table, TABLES))
            elif not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
                self.find(path, "is to be a list of ids")
            else:
                marks = [self.mark((*path, at)) for at in range(len(keys))]
                found += [
                    Omission(table, key, mark.line, mark.column)
                    for key, mark in zip(keys, marks, strict=True)
                ]
        return found

    def _rows(self, table: str, defaults: dict[str, Cell]) -> list[ExtraRow]:
        value = self.data.get(table, [])
        if not isinstance(value, list):
            self.find((table,), "is to be a list of rows")
            return []
        names = {column.name for column in columns_of(table)}
        fixed = {name: cell for name, cell in defaults.items() if name in names}
        rows = []
        for at, row in enumerate(value):
            path: Keys = (table, at)
            if not isinstance(row, dict):
                self.find(path, "is to be columns with values")
                continue
            cells = {
                name: self._cell((*path, name), cell, self._is_points(table, name))
                for name, cell in row.items()
            }
            mark = self.mark(path)
            rows.append(ExtraRow(table, mark.line, mark.column, fixed | cells))
        return rows

    def _is_points(self, table: str, name: str) -> bool:
        return any(c.name == name and c.dtype in _POINTS for c in columns_of(table))

    def _cell(self, path: Keys, value: Any, points: bool = False) -> Cell:  # noqa: ANN401, FBT001, FBT002
        """Return the text that a fact table would hold."""
        mark = self.mark(path)
        return Cell(self._text(path, value, points=points), mark.line, mark.column)

    def _text(self, path: Keys, value: Any, *, points: bool) -> str:  # noqa: ANN401
        if isinstance(value, list):
            if points and all(isinstance(one, list) for one in value):
                flat = [[self._text(path, part, points=False) for part in one] for one in value]
                return ";".join(" ".join(one) for one in flat)
            return ";".join(self._text(path, one, points=False) for one in value)
        if isinstance(value, (bool, dict)):
            self.find(path, "is to be text, a number or a list", "quote it")
            return ""
        return "" if value is None else str(value)
