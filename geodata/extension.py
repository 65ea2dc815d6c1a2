"""Rows that a planner adds to the fact tables, each cell with its place in his file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FILE", "Cell", "Extension", "ExtraRow", "Omission", "from_text", "to_text"]

#: File of a snapshot that keeps the rows its facts were extended by.
FILE = "extensions.json"


@dataclass(frozen=True, slots=True)
class Cell:
    """Text of one cell, as a fact table would hold it, and where it stands."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ExtraRow:
    """A row for a fact table; columns that it does not name are empty."""

    table: str
    line: int
    column: int
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Omission:
    """A row of the fact tables that is left out: table, key, and where that is said.

    The key is the row's id; of borders the two countries joined by a hyphen, of a
    country's gauge the country, of a line's gauge its two ends joined by a hyphen.
    """

    table: str
    key: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Extension:
    """What one file adds to the fact tables and leaves out of them."""

    id: str
    file: str
    rows: tuple[ExtraRow, ...]
    without: tuple[Omission, ...] = ()


def to_text(extensions: Iterable[Extension]) -> str:
    """Return extensions as JSON text, in the order given."""
    return json.dumps([asdict(one) for one in extensions], ensure_ascii=False, indent=1) + "\n"


def from_text(text: str) -> tuple[Extension, ...]:
    """Return the extensions that `to_text` wrote; none for an empty text.

    Examples
    --------
    >>> row = ExtraRow("gauges", 3, 5, {"country": Cell("AF", 3, 14)})
    >>> one = (Extension("x", "x.yaml", (row,), (Omission("gauges", "AF", 2, 1),)),)
    >>> from_text(to_text(one)) == one
    True
    """
    return tuple(
        Extension(
            id=one["id"],
            file=one["file"],
            rows=tuple(
                ExtraRow(
                    table=row["table"],
                    line=row["line"],
                    column=row["column"],
                    cells={name: Cell(**cell) for name, cell in row["cells"].items()},
                )
                for row in one["rows"]
            ),
            without=tuple(Omission(**entry) for entry in one["without"]),
        )
        for one in (json.loads(text) if text else ())
    )
