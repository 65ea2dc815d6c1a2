"""The legend under a static map of a page, and whose data the map is."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from corridors.report.pens import ROUTE_DASHES
from geodata.geojson import ATTRIBUTION, DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from corridors.report.pens import Pen

__all__ = ["legend"]

#: Tenths of a pixel: a row, a column, the sample of a line and what text keeps off it.
_ROW, _COLUMN, _SAMPLE, _GAP = 200, 2000, 320, 60
_FONT, _SMALL = 110, 95
_GREY = "#666666"
_MODES = {"rail": "by rail", "road": "by road", "sea": "at sea or by ferry"}


def legend(
    pens: Mapping[str, Pen], shown: Collection[str], widths: Mapping[str, float], *,
    top: int, width: int, projection: str,
) -> tuple[str, int]:  # fmt: skip
    """Return the legend as SVG, and its height.

    Parameters
    ----------
    pens
        How corridors look; of these, `shown` are on the map.
    shown
        Corridors on the map, the empty name for cargo of none.
    widths
        Pixels of the line by the words of an amount of cargo.
    top, width
        Where it begins and how wide it may be, in tenths of a pixel.
    projection
        The projection in words.
    """
    samples = [
        *((pens[name].label or name, _sample(pens[name].colour, 3.0, hollow=pens[name].hollow))
          for name in pens if name in shown),
        *((words, _sample(_GREY, 2.2, dash=ROUTE_DASHES[mode])) for mode, words in _MODES.items()),
        *((words, _sample(_GREY, pixels)) for words, pixels in widths.items()),
        ("route without cargo", _sample("#9A958C", 0.6)),
    ]  # fmt: skip
    columns = max(1, width // _COLUMN)
    rows = -(-len(samples) // columns)
    cells = (
        _cell(words, sample, x=(at % columns) * _COLUMN, y=top + _ROW * (at // columns + 1))
        for at, (words, sample) in enumerate(samples)
    )
    foot = top + _ROW * (rows + 1)
    footer = (
        f'<text class="faint" x="0" y="{foot + 40}" font-size="{_SMALL}" fill="{_GREY}">'
        f"{escape(f'{ATTRIBUTION}. {DISCLAIMER} {projection}.')}</text>"
    )
    return "".join((*cells, footer)), foot + 100 - top


def _cell(words: str, sample: Iterable[str], *, x: int, y: int) -> str:
    lines = "".join(f'<path transform="translate({x} {y})" d="M0 0h{_SAMPLE}" {one}/>'
                    for one in sample)  # fmt: skip
    return (
        f'{lines}<text class="ink" x="{x + _SAMPLE + _GAP}" y="{y + 38}" font-size="{_FONT}" '
        f'fill="#222222">{escape(words)}</text>'
    )


def _sample(
    colour: str, width: float, *, dash: tuple[float, ...] = (), hollow: bool = False
) -> list[str]:
    stroke = "currentColor" if colour == "#000000" else colour
    dashed = " ".join(f"{10 * width * one:.0f}" for one in dash)
    lines = [f'stroke="{stroke}" stroke-width="{10 * width:.0f}"'
             + (f' stroke-dasharray="{dashed}"' if dash else "")]  # fmt: skip
    return (
        [*lines, f'class="core" stroke="#FFFFFF" stroke-width="{4 * width:.0f}"']
        if hollow
        else lines
    )
