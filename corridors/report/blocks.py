"""What a page is put together from, before it is Markdown, HTML or a table on a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = tuple["Cell", ...]

#: What the eye is told beside words: whether a change is for the better.
KINDS = ("better", "worse", "other", "")
UP, DOWN, EVEN = "▲", "▼", "="
MILLION, BILLION = 1e6, 1e9
#: Below this a number is rounding, and a share that would be told as 0.0% is left out.
NOTHING, TOLD = 1e-9, 0.0005
#: Units of files in words; others are told as they are, with blanks.
UNITS = {
    "teu_per_year": "TEU a year",
    "t_per_year": "t a year",
    "tkm_per_year": "t-km a year",
    "usd_2024_per_year": "USD of 2024 a year",
    "usd_2024_per_teu": "USD of 2024 per TEU",
    "tco2e_per_year": "t CO2e a year",
    "kgco2e_per_teu": "kg CO2e per TEU",
    "h": "hours",
}


class Cell(NamedTuple):
    """A cell of a table, and how a change in it is seen: one of `KINDS`."""

    words: str
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """Rows below a header; the columns from `numbers` on hold numbers.

    `note` says below it what is left out or how to read it.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: int = 1
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A picture with what is seen: `svg` an element to stand in a page, or `png` a bitmap.

    `table` are the same numbers for who cannot see it; `name` is the file beside the page
    that Markdown points to, if there is one.
    """

    title: str
    reading: str
    svg: str = ""
    png: bytes = b""
    name: str = ""
    table: Table | None = None


@dataclass(frozen=True)
class Section:
    """A headed part of a page; `level` 2 is a chapter, 3 a part of one."""

    title: str
    level: int = 2
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing below the heading."""
        return not (self.paragraphs or self.points or self.tables or self.figures)


def row(*cells: str | Cell) -> tuple[Cell, ...]:
    """Return a row of a table; plain words are cells without a kind."""
    return tuple(one if isinstance(one, Cell) else Cell(one) for one in cells)


def unit_words(unit: str) -> str:
    """Return a unit in words.

    Examples
    --------
    >>> unit_words("tkm_per_year"), unit_words("km_per_h")
    ('t-km a year', 'km per h')
    """
    return UNITS.get(unit, unit.replace("_", " "))


def number(value: float | None, *, signed: bool = False) -> str:
    """Return a number as people read it; a dash if there is none.

    Examples
    --------
    >>> number(1234.5), number(-0.01234, signed=True), number(2.5e9), number(None)
    ('1,234', '-0.0123', '2.5 bn', '-')
    """
    if value is None:
        return "-"
    sign = "+" if signed else ""
    size = abs(value)
    if size < NOTHING:
        return "0"
    if size >= BILLION:
        return f"{value / BILLION:{sign},.4g} bn"
    if size >= (MILLION if signed else 10 * MILLION):
        return f"{value / MILLION:{sign},.4g} M"
    if size >= 100 or value == int(value):  # noqa: PLR2004 - three digits are enough
        return f"{value:{sign},.0f}"
    return f"{value:{sign}.3g}"


def change(value: float | None, kind: str = "", *, share: float | None = None) -> Cell:
    """Return a change with its arrow, its share and in a word whether it is for the better.

    Examples
    --------
    >>> change(-12.0, "better", share=-0.031).words, change(0.0).words, change(None).words
    ('▼ -12 (-3.1%) better', '=', '-')
    """
    if value is None:
        return Cell("-")
    if not value:
        return Cell(EVEN)
    arrow = UP if value > 0 else DOWN
    part = f" ({share:+.1%})" if share is not None and abs(share) >= TOLD else ""
    word = f" {kind}" if kind in ("better", "worse") else ""
    return Cell(f"{arrow} {number(value, signed=True)}{part}{word}", kind)


def shortened(rows: Sequence[Row], most: int) -> tuple[tuple[Row, ...], str]:
    """Return no more rows than people read, and in words how many are left out."""
    left = len(rows) - most
    return tuple(rows[:most]), f"and {left} more; the files have all" if left > 0 else ""
