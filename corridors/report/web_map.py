"""Static maps of a page in SVG, for print and for readers without script.

::

    base = BaseMap(land, shown)
    base.outlines("land")                       # once in a page
    base.picture(strokes, labels, samples, land="land", label="Map of cargo")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

from corridors.report.labels import place_labels
from corridors.report.projection import fitted
from corridors.report.web_land import box_of
from corridors.report.web_legend import legend

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from corridors.report.projection import Conic
    from corridors.report.web_land import Land
    from corridors.report.web_legend import Stroke
    from geodata.types import Floats

__all__ = ["BaseMap", "Label", "in_frame", "merged", "middle_of"]

#: Pixels of a map; it is drawn in tenths of them.
WIDTH, HEIGHT = 1000, 600
#: Pixels around what is shown, and the least side of what is shown, in earth radii.
MARGIN, LEAST = 36, 0.01
#: Pixels that a point of an outline or a line may be off.
_OUTLINE_PX, _LINE_PX = 0.6, 0.35
#: Height and width of a letter in pixels, and the most names on a map.
_FONT, _LETTER, _MOST_NAMES = 11, 6.0, 45


@dataclass(frozen=True)
class Label:
    """A name on a map and where it belongs, in tenths of a pixel; a place has a dot."""

    words: str
    at: Floats = field(repr=False)
    is_place: bool = True


@dataclass(frozen=True)
class BaseMap:
    """The frame and the land that all static maps of a page share.

    `shown` are points in degrees that lie in the frame, shape (n, 2).
    """

    land: Land = field(repr=False)
    shown: Floats = field(repr=False)

    @cached_property
    def projection(self) -> Conic:
        """The projection, fitted to what is shown."""
        return fitted(box_of(self.shown))

    @cached_property
    def frame(self) -> tuple[float, float, float]:
        """Left and top in earth radii, and tenths of a pixel in an earth radius."""
        xy = self.projection.project(self.shown)
        (left, bottom), (right, top) = xy.min(axis=0), xy.max(axis=0)
        scale = min((WIDTH - 2 * MARGIN) / max(right - left, LEAST),
                    (HEIGHT - 2 * MARGIN) / max(top - bottom, LEAST))  # fmt: skip
        x, y = (left + right) / 2, (bottom + top) / 2
        return x - WIDTH / 2 / scale, y + HEIGHT / 2 / scale, scale * 10

    def pixels(self, lonlat: Floats) -> Floats:
        """Return points in tenths of a pixel from the upper left corner, shape (n, 2)."""
        left, top, scale = self.frame
        xy = self.projection.project(lonlat)
        return np.column_stack([(xy[:, 0] - left) * scale, (top - xy[:, 1]) * scale])

    def outlines(self, name: str) -> str:
        """Return the land as a path of the id `name`, and the frame that cuts it off.

        Both stand once in a page; each map draws them by reference.
        """
        rings = (self.pixels(ring) for ring in self.land.points())
        shown = [ring for ring in rings if in_frame(ring)]
        return (
            f'<clipPath id="{name}-frame"><rect width="{WIDTH * 10}" height="{HEIGHT * 10}"/>'
            f'</clipPath><path id="{name}" class="land" fill="#FBFAF6" stroke="#BDB7AD" '
            f'stroke-width="6" stroke-linejoin="round" d="{_path(shown, _OUTLINE_PX)}"/>'
        )

    def picture(
        self, strokes: Iterable[tuple[Stroke, Sequence[Floats]]], labels: Sequence[Label],
        samples: Sequence[tuple[str, Stroke]], *, land: str, label: str,
    ) -> str:  # fmt: skip
        """Return a map as an ``<svg>``.

        Parameters
        ----------
        strokes
            Lines in tenths of a pixel by how they look, in the order of drawing.
        labels
            Names, most important first; those without room are left out.
        samples
            The legend.
        land
            Id of the path of :meth:`outlines`.
        label
            What a screen reader says of the picture.
        """
        lines = "".join(look.drawn(_path(some, _LINE_PX)) for look, some in strokes if some)
        key, height = legend(
            samples, top=HEIGHT * 10, width=WIDTH * 10, projection=str(self.projection)
        )
        return (
            f'<svg class="map" role="img" aria-label="{escape(label)}" '
            f'viewBox="0 0 {WIDTH * 10} {HEIGHT * 10 + height}" '
            f'xmlns="http://www.w3.org/2000/svg"><g clip-path="url(#{land}-frame)">'
            f'<rect class="sea" width="{WIDTH * 10}" height="{HEIGHT * 10}" fill="#E6EEF4"/>'
            f'<use href="#{land}"/>{lines}{"".join(_names(labels))}</g>{key}</svg>'
        )


def in_frame(xy: Floats) -> bool:
    """Whether the box of a line, in tenths of a pixel, meets the frame."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    return bool(high[0] > 0 and low[0] < WIDTH * 10 and high[1] > 0 and low[1] < HEIGHT * 10)


def merged(lines: Sequence[Floats]) -> list[Floats]:
    """Join lines end to end, so that dashes run on."""
    if not lines:
        return []
    whole = shapely.line_merge(shapely.MultiLineString(list(lines)))
    return [shapely.get_coordinates(part) for part in shapely.get_parts(whole)]


def middle_of(lines: Sequence[Floats]) -> Floats:
    """Return the point half way along the longest line, as far as it lies in the frame."""
    frame = shapely.box(300, 300, WIDTH * 10 - 300, HEIGHT * 10 - 300)
    parts = [part for line in lines
             for part in shapely.get_parts(shapely.intersection(shapely.LineString(line), frame))
             if part.length > 0]  # fmt: skip
    longest = max(parts, key=lambda part: part.length, default=shapely.LineString(lines[0]))
    middle: Floats = shapely.get_coordinates(longest.interpolate(0.5, normalized=True))[0]
    return middle


def _names(labels: Sequence[Label]) -> Iterable[str]:
    """Yield the names that find room, each beside its place."""
    if not labels:
        return
    points = np.array([one.at for one in labels]) / 10
    sizes = np.array([(_LETTER * len(one.words) + 4, _FONT + 2) for one in labels])
    up = np.column_stack([points[:, 0], HEIGHT - points[:, 1]])
    frame = (4.0, 4.0, WIDTH - 4.0, HEIGHT - 4.0)
    for one in place_labels(up, sizes, frame=frame, gap=5.0, dot=3.0)[:_MOST_NAMES]:
        label = labels[one.index]
        x, y = 10 * one.x + 20, 10 * (HEIGHT - one.y) - 30
        if label.is_place:
            yield (
                f'<circle class="place" cx="{label.at[0]:.0f}" cy="{label.at[1]:.0f}" r="22" '
                'fill="#FFFFFF" stroke="#222222" stroke-width="8"/>'
            )
        weight = "" if label.is_place else ' font-weight="700"'
        yield (
            f'<text class="name" x="{x:.0f}" y="{y:.0f}" font-size="{_FONT * 10}"{weight} '
            f'fill="#222222" stroke="#FFFFFF" stroke-width="26" paint-order="stroke" '
            f'stroke-linejoin="round">{escape(label.words)}</text>'
        )


def _path(lines: Iterable[Floats], tolerance_px: float) -> str:
    """Return lines as the data of one path: whole tenths of a pixel, relative."""
    pieces = []
    for line in lines:
        thin = shapely.simplify(shapely.LineString(line), tolerance_px * 10)
        xy = np.rint(shapely.get_coordinates(thin)).astype(np.int64)
        fresh = np.ones(len(xy), dtype=bool)
        fresh[1:] = (xy[1:] != xy[:-1]).any(axis=1)
        xy = xy[fresh]
        if len(xy) > 1:
            steps = "".join(_step(x, y) for x, y in np.diff(xy, axis=0).tolist())
            pieces.append(f"M{xy[0, 0]} {xy[0, 1]}l{steps.removeprefix(' ')}")
    return "".join(pieces)


def _step(x: int, y: int) -> str:
    return f"{'' if x < 0 else ' '}{x}{'' if y < 0 else ' '}{y}"
