"""One map page: projection, land, lines, names, legend, footer.

Drawn with matplotlib's `Figure`, without a window system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.report.labels import place_labels
from corridors.report.pictures import CREDIT, sheet
from corridors.report.projection import fitted
from geodata.geometry import HALF_TURN, Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.lines import Line2D

    from corridors.report.pens import Pen
    from corridors.report.projection import Extent
    from geodata.types import Floats

__all__ = ["LEGEND_COLUMNS", "Page"]

SEA_COLOUR, LAND_COLOUR, BORDER_COLOUR = "#E6EEF4", "#FBFAF6", "#BDB7AD"
INK, FAINT = "#222222", "#666666"
WIDTH_INCHES, HEIGHT_INCHES = 13.0, 8.4
DPI = 180
LEGEND_COLUMNS = 6
MARGIN = 0.012
#: Heights as shares of the page.
TITLE_HEIGHT, FOOTER_HEIGHT, LEGEND_ROW_HEIGHT = 0.055, 0.03, 0.027
#: Rings wholly south of this are Antarctica.
SOUTHERNMOST = -60.0


class Page:
    """A page being drawn: add land, lines, points and names, then the legend.

    Parameters
    ----------
    extent
        West, south, east, north in degrees.
    title
        Headline.
    legend_rows
        Rows to keep free for the legend.

    Notes
    -----
    Made, filled and written within one `drawing`.
    """

    def __init__(self, extent: Extent, *, title: str, legend_rows: int) -> None:
        """Make the page with its frame, headline and footer."""
        self.projection = fitted(extent)
        self.figure = sheet((WIDTH_INCHES, HEIGHT_INCHES), dpi=DPI)
        canvas: Any = self.figure.canvas  # its renderer is known to Agg alone
        self._renderer = canvas.get_renderer()
        bottom = FOOTER_HEIGHT + LEGEND_ROW_HEIGHT * legend_rows
        size = 1 - 2 * MARGIN, 1 - bottom - TITLE_HEIGHT
        self.axes = self.figure.add_axes((MARGIN, bottom, *size))
        self.axes.set(xticks=[], yticks=[], facecolor=SEA_COLOUR)
        self.axes.spines[:].set(color=BORDER_COLOUR, linewidth=0.8)
        self.view = self._view(extent, size[0] * WIDTH_INCHES / (size[1] * HEIGHT_INCHES))
        self.axes.set(xlim=self.view[0::2], ylim=self.view[1::2])
        self.figure.text(
            MARGIN, 1 - TITLE_HEIGHT / 2, title, size=15, weight="bold", color=INK, va="center"
        )
        footer = f"{CREDIT} {self.projection}."
        self.figure.text(MARGIN, FOOTER_HEIGHT / 2, footer, size=7.5, color=FAINT, va="center")

    def land(self, rings: Iterable[Floats]) -> None:
        """Draw countries from their rings in degrees, each of shape (n, 2)."""
        parts = list(rings)
        if not parts:
            return
        offset = np.concatenate([[0], np.cumsum([len(ring) for ring in parts])])
        lines = self._visible(self._projected(Lines(np.vstack(parts), offset)))
        self._path(lines, fill=LAND_COLOUR, colour=BORDER_COLOUR, width=0.5, order=1.0)

    def lines(self, lines: Lines, pen: Pen, *, order: float, raster: bool = True) -> None:
        """Draw lines given in degrees; those of the base become pixels in an SVG."""
        if not len(lines):
            return
        shown = self._visible(self._projected(lines))
        self._path(shown, colour=pen.colour, width=pen.width, pen=pen, order=order, raster=raster)
        if pen.hollow:
            self._path(shown, colour="white", width=pen.width * 0.4, order=order, raster=raster)

    def points(self, lonlat: Floats, marker: str, *, size: float, order: float) -> None:
        """Mark points given in degrees, shape (n, 2)."""
        x, y = self.projection.project(lonlat).T
        self.axes.plot(
            x,
            y,
            linestyle="none",
            marker=marker,
            markersize=size,
            color="white",
            markeredgecolor=INK,
            markeredgewidth=0.6,
            zorder=order,
            clip_on=True,
        )

    def names(self, lonlat: Floats, names: Sequence[str], *, most: int, font: float) -> None:
        """Name points, most important first, leaving out names without room.

        Parameters
        ----------
        lonlat
            Degrees, shape (n, 2).
        names
            Name of each point.
        most
            Most names on the page.
        font
            Size in points.
        """
        from matplotlib.patheffects import withStroke

        halo = [withStroke(linewidth=1.8, foreground="white", alpha=0.9)]
        pixels = self.axes.transData.transform(self.projection.project(lonlat))
        left, bottom, right, top = self.axes.get_window_extent().padded(-4).extents
        sizes = np.array([self._text_size(name, font) for name in names]).reshape(-1, 2)
        placed = place_labels(pixels, sizes, frame=(left, bottom, right, top), gap=6.0, dot=4.0)[
            :most
        ]
        self.points(lonlat[[label.index for label in placed]], "o", size=3.0, order=8)
        for label in placed:
            x, y = self.axes.transData.inverted().transform((label.x, label.y))
            self.axes.text(
                x,
                y,
                names[label.index],
                size=font,
                color=INK,
                va="bottom",
                ha="left",
                path_effects=halo,
                zorder=9,
            )

    def legend(self, samples: Sequence[tuple[Line2D, ...]], names: Sequence[str]) -> None:
        """Explain lines and marks in rows under the map; a sample may have layers."""
        from matplotlib.legend_handler import HandlerTuple

        handles: Any = samples  # a tuple is drawn by its handler
        self.figure.legend(
            handles,
            names,
            loc="lower left",
            bbox_to_anchor=(MARGIN, FOOTER_HEIGHT - 0.004),
            ncols=LEGEND_COLUMNS,
            frameon=False,
            fontsize=8.5,
            handlelength=3.2,
            borderpad=0,
            columnspacing=1.6,
            labelcolor=INK,
            handler_map={tuple: HandlerTuple(ndivide=1, pad=0)},
        )

    def _view(self, extent: Extent, ratio: float) -> tuple[float, float, float, float]:
        """Return the projected frame that holds the middles of the extent's sides.

        The corners of a fan would leave too much of the page to what lies outside.
        """
        west, south, east, north = extent
        mid_lon, mid_lat = (west + east) / 2, (south + north) / 2
        middles = [(west, mid_lat), (east, mid_lat), (mid_lon, south), (mid_lon, north)]
        xy = self.projection.project(np.array(middles))
        (left, bottom), (right, top) = xy.min(axis=0), xy.max(axis=0)
        width = max(right - left, ratio * (top - bottom))
        height = width / ratio
        x, y = (left + right) / 2, (bottom + top) / 2
        return x - width / 2, y - height / 2, x + width / 2, y + height / 2

    def _projected(self, lines: Lines) -> Lines:
        """Project lines, with longitudes around the middle; drop those that would tear."""
        middle, first = self.projection.meridian, lines.offset[:-1]
        turned = lines.lonlat.copy()
        turned[:, 0] = (turned[:, 0] - middle + HALF_TURN) % (2 * HALF_TURN) - HALF_TURN + middle
        low = np.minimum.reduceat(turned, first)
        high = np.maximum.reduceat(turned, first)
        whole = (high[:, 0] - low[:, 0] < HALF_TURN) & (high[:, 1] > SOUTHERNMOST)
        return Lines(self.projection.project(turned), lines.offset).take(whole)

    def _visible(self, lines: Lines) -> Lines:
        """Return the projected lines whose box meets the frame."""
        left, bottom, right, top = self.view
        first = lines.offset[:-1]
        low, high = (
            np.minimum.reduceat(lines.lonlat, first),
            np.maximum.reduceat(lines.lonlat, first),
        )
        seen = (high[:, 0] > left) & (low[:, 0] < right) & (high[:, 1] > bottom) & (low[:, 1] < top)
        return lines.take(seen)

    def _path(
        self,
        lines: Lines,
        *,
        colour: str,
        width: float,
        order: float,
        pen: Pen | None = None,
        fill: str | None = None,
        raster: bool = False,
    ) -> None:
        """Draw all lines as one path, which is many times faster than one by one."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        if not len(lines):
            return
        codes = np.full(len(lines.lonlat), Path.LINETO, dtype=Path.code_type)
        codes[lines.offset[:-1]] = Path.MOVETO
        # add_patch would look for curves in every segment to find the limits
        self.axes.add_artist(
            PathPatch(
                Path(lines.lonlat, codes),
                fill=fill is not None,
                facecolor=fill or "none",
                edgecolor=colour,
                linewidth=width,
                linestyle=pen.style if pen else "solid",
                capstyle="butt",
                joinstyle="round",
                zorder=order,
                rasterized=raster,
            )
        )

    def _text_size(self, text: str, font: float) -> tuple[float, float]:
        """Return width and height of a text in pixels."""
        from matplotlib.font_manager import FontProperties

        width, height, _ = self._renderer.get_text_width_height_descent(
            text, FontProperties(size=font), ismath=False
        )
        return width + 2, height + 2
