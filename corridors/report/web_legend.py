"""Lines of the static maps of a page, and the legend under them with whose data the map is."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Stroke", "legend"]

#: Tenths of a pixel: a row, a column, the sample of a line and what text keeps off it.
_ROW, _COLUMN, _SAMPLE, _GAP = 200, 2000, 320, 60
_FONT, _SMALL = 110, 95
#: Dashes of thin lines are as long as those of a line so wide, in pixels.
_DASHED = 1.5
_INK = "#000000"


@dataclass(frozen=True)
class Stroke:
    """How a line looks: colour, width in pixels, dash in widths.

    A `hollow` line has a core of the colour of the land. `css` is the class by which a
    sheet gives it another colour, if it has one.
    """

    colour: str
    width: float
    dash: tuple[float, ...] = ()
    hollow: bool = False
    css: str = ""

    def drawn(self, path: str, *, turn: str = "") -> str:
        """Return a path, its data in tenths of a pixel, as SVG; black follows the page's ink."""
        colour = "currentColor" if self.colour == _INK else self.colour
        dash = " ".join(f"{10 * max(self.width, _DASHED) * one:.0f}" for one in self.dash)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        css = f' class="{self.css}"' if self.css else ""
        there = f' transform="{turn}"' if turn else ""
        end = f'{dashed} fill="none" stroke-linejoin="round"{there} d="{path}"/>'
        line = f'<path{css} stroke="{colour}" stroke-width="{10 * self.width:.0f}"{end}'
        if not self.hollow:
            return line
        core = f'stroke="#FFFFFF" stroke-width="{max(6.0, 4 * self.width):.0f}"'
        return f'{line}<path class="core" {core}{end}'


def legend(
    samples: Sequence[tuple[str, Stroke]], *, top: int, width: int, projection: str
) -> tuple[str, int]:
    """Return the legend as SVG, and its height in tenths of a pixel.

    Parameters
    ----------
    samples
        Words and how the line looks that they are about.
    top, width
        Where it begins and how wide it may be, in tenths of a pixel.
    projection
        The projection in words.
    """
    columns = max(1, width // _COLUMN)
    rows = -(-len(samples) // columns)
    cells = (
        _cell(words, stroke, x=(at % columns) * _COLUMN, y=top + _ROW * (at // columns + 1))
        for at, (words, stroke) in enumerate(samples)
    )
    foot = top + _ROW * (rows + 1)
    footer = (
        f'<text class="faint" x="0" y="{foot + 40}" font-size="{_SMALL}" fill="#666666">'
        f"{escape(f'{ATTRIBUTION}. {DISCLAIMER} {projection}.')}</text>"
    )
    return "".join((*cells, footer)), foot + 100 - top


def _cell(words: str, stroke: Stroke, *, x: int, y: int) -> str:
    return (
        f"{stroke.drawn(f'M0 0h{_SAMPLE}', turn=f'translate({x} {y})')}"
        f'<text class="ink" x="{x + _SAMPLE + _GAP}" y="{y + 38}" font-size="{_FONT}" '
        f'fill="#222222">{escape(words)}</text>'
    )
