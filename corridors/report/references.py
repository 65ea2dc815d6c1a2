"""Keys of sources as titles and addresses, through the tables that cite them.

A key is an id of sources.csv, parameters.csv, events.csv, rules.csv, control.csv or
capacities.csv, or a row of a table such as ``rates.csv:12``.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from corridors.scenario.places import data_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    Row = Mapping[str, str]

__all__ = ["Reference", "References"]

#: Tables whose ids are keys: the columns that make a title, and the one that names sources.
TABLES = {
    "sources": (("title",), ""),
    "parameters": (("parameter", "scope"), "source_ids"),
    "events": (("title",), "source"),
    "rules": (("title",), "source"),
    "control": (("title",), "source"),
    "capacities": (("title",), "source"),
    "projects": (("title",), "source"),
}
#: Tables whose rows are keys by their line.
BY_LINE = {
    "rates": (("component", "mode", "place"), "source"),
    "commodities": (("commodity", "quantity"), "source"),
    "fitted": (("component", "mode", "place"), "rows"),
}
_ROW = re.compile(r"(\w+)\.csv:(\d+)")
_ADDRESS = re.compile(r"https?://[^\s;,\"<>]+")
#: A key leads to others at most so often: a rule, an event, a publication.
_DEPTH = 4


@dataclass(frozen=True)
class Reference:
    """What a key stands for: a title, and an address that may be empty."""

    key: str
    title: str
    url: str = ""

    @property
    def words(self) -> str:
        """Key and title as a reader is told them."""
        return f"{self.key}: {self.title}" if self.title and self.title != self.key else self.key


class References:
    """The shipped tables, each read once and only if a key may be in it.

    Parameters
    ----------
    folder
        Where the tables lie; the shipped ones if not given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data_folder()

    def of(self, key: str) -> Reference:
        """Return what a key stands for; unknown ones are their own title.

        The address is that of the first source with one, however many tables lead there.
        """
        row, title, _ = self._entry(key)
        return Reference(key, title or key, self._address(key, _DEPTH) if row else "")

    def all_of(self, keys: Iterable[str]) -> tuple[Reference, ...]:
        """Return what some keys stand for, each once, empty ones left out."""
        return tuple(self.of(key) for key in dict.fromkeys(filter(None, keys)))

    def _address(self, key: str, depth: int) -> str:
        row, _, sources = self._entry(key)
        found = _ADDRESS.search(row.get("url", "")) if row else None
        if found:
            return found[0].rstrip(").")
        deeper = (self._address(one, depth - 1) for one in sources if one) if depth else ()
        return next(filter(None, deeper), "")

    def _entry(self, key: str) -> tuple[Row | None, str, list[str]]:
        """Return the row of a key, its title and the keys that it cites."""
        at = _ROW.fullmatch(key)
        table, row = (at[1], self._lines.get(key)) if at else self._ids.get(key, ("", None))
        if row is None:
            return None, "", []
        columns, source = (BY_LINE if at else TABLES)[table]
        words = (row[column] for column in columns if row[column] not in ("", "*"))
        return row, " ".join(words), row[source].split(";") if source else []

    @cached_property
    def _ids(self) -> dict[str, tuple[str, Row]]:
        found: dict[str, tuple[str, Row]] = {}
        for table in TABLES:
            for _, row in self._rows(table):
                found.setdefault(row["id"], (table, row))
        return found

    @cached_property
    def _lines(self) -> dict[str, Row]:
        return {f"{table}.csv:{line}": row for table in BY_LINE for line, row in self._rows(table)}

    def _rows(self, table: str) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a table with their lines; none if there is no such table."""
        path = self.folder / f"{table}.csv"
        if path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            yield from enumerate(csv.DictReader(lines), start=2)
