"""A matrix of numbers whose cells are the stronger coloured the more they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from corridors.report.charts.frame import GRID
from corridors.report.charts.waterfall import LESS, MORE
from corridors.report.numbers import MINUS, amount
from corridors.report.svg import cut, group, line, rect, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LEAST", "Matrix", "largest"]

#: Numbers under this are told as a dot.
LEAST = 0.05
TOP, CELL, HIGH = 54.0, 60.0, 30.0
MOST_WIDTH, LEAST_WIDTH = 900.0, 420.0
#: Above this share of the largest a cell is so dark that its number is white.
_DARK = 0.55

Pair = tuple[str, str]


@dataclass(frozen=True)
class Matrix:
    """Numbers by row and column, drawn with the names of both.

    `down` and `along` name what rows and columns are; `unit` is that of the numbers, and
    `left` the room for names of rows in pixels. A pair that is not in `values` has no number.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    values: Mapping[Pair, float]
    down: str
    along: str
    unit: str
    left: float = 74.0

    @property
    def cell(self) -> float:
        """The width of a cell."""
        return min(CELL, (MOST_WIDTH - self.left - 12) / len(self.columns))

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the whole picture."""
        width = self.left + self.cell * len(self.columns) + 12
        return max(width, LEAST_WIDTH), TOP + HIGH * len(self.rows) + 12

    def row_id(self, name: str, at: int) -> str:
        """Return the id of the name of a row in a picture."""
        return f"{name}-row-{at + 1}"

    def column_id(self, name: str, at: int) -> str:
        """Return the id of the name of a column in a picture."""
        return f"{name}-column-{at + 1}"

    def drawn(self, name: str) -> list[str]:
        """Return the matrix for the picture of a name."""
        parts = [
            text(self.left, 18, self.along, font_weight="600"),
            text(self.left - 10, TOP - 12, self.down, text_anchor="end", font_weight="600"),
        ]
        for at, one in enumerate(self.columns):
            x = self.left + self.cell * (at + 0.5)
            parts.append(
                text(x, TOP - 12, cut(one, self.cell, 11), text_anchor="middle",
                     id=self.column_id(name, at))
            )  # fmt: skip
        top = max(map(abs, self.values.values()), default=1.0) or 1.0
        for at, one in enumerate(self.rows):
            middle = TOP + HIGH * at + HIGH / 2
            parts.append(
                text(self.left - 10, middle + 4, cut(one, self.left - 14), text_anchor="end",
                     id=self.row_id(name, at))
            )  # fmt: skip
            parts += [self._cell(one, other, k, middle, top) for k, other in
                      enumerate(self.columns)]  # fmt: skip
        return parts

    def _cell(self, row: str, column: str, at: int, middle: float, top: float) -> str:
        left = self.left + self.cell * at
        value = self.values.get((row, column))
        if value is None:
            x = left + self.cell / 2
            return line(x - 5, middle, x + 5, middle, **GRID)
        share = sqrt(abs(value) / top)
        shade = f"{0.08 + 0.87 * share:.2f}" if abs(value) >= LEAST else "0"
        box = rect(left + 1, middle - HIGH / 2 + 1, self.cell - 2, HIGH - 2,
                   fill=MORE if value > 0 else LESS, fill_opacity=shade)  # fmt: skip
        dark = {"fill": "#ffffff", "class_": "on-dark"} if share > _DARK else {}
        said = text(left + self.cell / 2, middle + 4, _said(value), text_anchor="middle",
                    font_size="11", **dark)  # fmt: skip
        return group([box, said], tip=f"{row}, {column}: {_said(value)} {self.unit}")

    @property
    def table(self) -> tuple[tuple[str, ...], ...]:
        """The same numbers as a table, header first."""
        head = (self.down, *(f"{one}, {self.unit}" for one in self.columns))
        return (
            head,
            *(
                (row, *(
                    "-" if (row, column) not in self.values
                    else f"{self.values[row, column] + 0.0:.3f}"
                    for column in self.columns
                ))
                for row in self.rows
            ),
        )  # fmt: skip


def largest(values: Mapping[Pair, float], side: int, most: int) -> list[str]:
    """Return the names of a side, rows 0 or columns 1, by all that stands beside them."""
    sums: dict[str, float] = {}
    for pair, value in values.items():
        sums[pair[side]] = sums.get(pair[side], 0.0) + abs(value)
    return sorted(sums, key=lambda one: (-sums[one], one))[:most]


def _said(value: float) -> str:
    """Return a number with two figures or all whole ones, a dot for next to nothing."""
    if abs(value) < LEAST:
        return "·"
    return amount(float(f"{value:.2g}")).replace("-", MINUS)
