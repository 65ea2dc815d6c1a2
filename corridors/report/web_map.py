"""Static maps of a page: the cargo of a scenario as SVG, for print and for readers without script.

::

    base = BaseMap(land, extent)
    svg = base.flows(atlas, view, names=names)      # a whole <svg>, land by reference
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import shapely

from corridors.report.labels import place_labels, short_name
from corridors.report.maps import OVERVIEW
from corridors.report.pens import ROUTE_DASHES
from corridors.report.projection import fitted
from corridors.report.web_land import box_of
from corridors.report.web_legend import legend
from corridors.report.web_lines import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.report.pens import Pen
    from corridors.report.projection import Conic
    from corridors.report.web_data import Atlas, View
    from corridors.report.web_land import Land
    from geodata.types import Floats

__all__ = ["BaseMap", "shown_points"]

#: Pixels of a map, and the tenths of one in which it is drawn.
WIDTH, HEIGHT = 1000, 600
#: Least and most width of a line of cargo, in pixels, and how width grows with cargo.
THIN, THICK, GROWTH = 1.0, 9.0, 0.4
#: Pixels around what is shown, and the least side of what is shown, in earth radii.
MARGIN, LEAST = 36, 0.01
#: Pixels that a point of an outline or a line may be off.
_OUTLINE_PX, _LINE_PX = 0.6, 0.35
_FONT, _LETTER, _MOST_NAMES = 11, 6.0, 45
#: Kinds of places whose names are names, not ends of a line.
_NAMED = frozenset({"terminal", "crossing", "strait"})
#: How the name of a place without one begins.
_UNNAMED = "unnamed"


def shown_points(atlas: Atlas) -> Floats:
    """Return what the maps show: points in degrees of what goes by land in any scenario.

    Where nothing does, those of all cargo; where there is none, the two corners of a usual map.
    """
    cargo = np.zeros(len(atlas.stretches), dtype=bool)
    for view in atlas.views:
        cargo |= view.teu > 0
    land = cargo & np.array([mode != "sea" for mode in atlas.modes], dtype=bool)
    wanted = land if land.any() else cargo
    parts = [one for one, keep in zip(atlas.stretches, wanted, strict=True) if keep]
    if not parts:
        west, south, east, north = OVERVIEW
        return np.array([(west, south), (east, north)])
    points: Floats = np.concatenate(parts) / STEPS
    return points


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
        shown = [ring for ring in rings if _in_frame(ring)]
        return (
            f'<clipPath id="{name}-frame"><rect width="{WIDTH * 10}" height="{HEIGHT * 10}"/>'
            f'</clipPath><path id="{name}" class="land" fill="#FBFAF6" stroke="#BDB7AD" '
            f'stroke-width="6" stroke-linejoin="round" d="{_path(shown, _OUTLINE_PX)}"/>'
        )

    def flows(
        self, atlas: Atlas, view: View, *, pens: Mapping[str, Pen], land: str, label: str
    ) -> str:
        """Return a scenario's cargo by corridor as an ``<svg>``.

        Parameters
        ----------
        atlas, view
            All runs of the page, and the one to draw.
        pens
            How the corridors of the page look; drawn in this order.
        land
            Id of the path of :meth:`outlines`.
        label
            What a screen reader says of the picture.
        """
        drawn = [self.pixels(one / STEPS) for one in atlas.stretches]
        most = max((float(one.teu.max(initial=0)) for one in atlas.views), default=0.0)
        idle = [xy for xy, used, teu in zip(drawn, view.used, view.teu, strict=True)
                if used and not teu and _in_frame(xy)]  # fmt: skip
        parts = [
            f'<g clip-path="url(#{land}-frame)">',
            f'<rect class="sea" width="{WIDTH * 10}" height="{HEIGHT * 10}" fill="#E6EEF4"/>',
            f'<use href="#{land}"/>',
            '<path class="idle" fill="none" stroke="#9A958C" stroke-width="6" d="'
            + _path(_merged(idle), _LINE_PX)
            + '"/>',
        ]
        cargo = _by_pen(atlas, view, drawn, most)
        middles = []
        for family in [*pens, *sorted({key[0] for key in cargo} - set(pens))]:
            lines = {key[1:]: merged for key, merged in cargo.items() if key[0] == family}
            parts += self._strokes(pens.get(family), lines)
            if lines and family:
                middles.append((family, _middle([one for some in lines.values() for one in some])))
        parts += self._names(atlas, view, middles)
        widths = {f"{teu:,.0f} TEU a year": width_of(teu, most) for teu in _samples(most)}
        key, height = legend(
            pens, {key[0] for key in cargo}, widths,
            top=HEIGHT * 10, width=WIDTH * 10, projection=str(self.projection),
        )  # fmt: skip
        return (
            f'<svg class="map" role="img" aria-label="{escape(label)}" '
            f'viewBox="0 0 {WIDTH * 10} {HEIGHT * 10 + height}" '
            f'xmlns="http://www.w3.org/2000/svg">{"".join(parts)}</g>{key}</svg>'
        )

    def _strokes(
        self, pen: Pen | None, lines: Mapping[tuple[str, float], list[Floats]]
    ) -> Iterable[str]:
        colour = pen.colour if pen else "#7A7A7A"
        for (mode, width), some in sorted(lines.items()):
            path = _path(some, _LINE_PX)
            dash = " ".join(f"{10 * max(width, 1.5) * one:.0f}" for one in ROUTE_DASHES[mode])
            dashed = f' stroke-dasharray="{dash}"' if dash else ""
            yield (
                f'<path fill="none" {_stroke(colour)} stroke-width="{10 * width:.0f}"{dashed} '
                f'stroke-linejoin="round" d="{path}"/>'
            )
            if pen and pen.hollow:
                yield (
                    f'<path class="core" fill="none" stroke="#FFFFFF" '
                    f'stroke-width="{max(6.0, 4 * width):.0f}"{dashed} d="{path}"/>'
                )

    def _names(
        self, atlas: Atlas, view: View, middles: Sequence[tuple[str, Floats]]
    ) -> Iterable[str]:
        """Yield the names of corridors and of the places that most cargo passes."""
        places = _busiest(atlas, view)
        words = [*(family for family, _ in middles), *(short_name(name) for name, _ in places)]
        at = [
            *(xy for _, xy in middles),
            *self.pixels(np.array([p for _, p in places]).reshape(-1, 2)),
        ]
        if not words:
            return
        points = np.array(at) / 10
        sizes = np.array([(_LETTER * len(word) + 4, _FONT + 2) for word in words])
        up = np.column_stack([points[:, 0], HEIGHT - points[:, 1]])
        frame = (4.0, 4.0, WIDTH - 4.0, HEIGHT - 4.0)
        placed = place_labels(up, sizes, frame=frame, gap=5.0, dot=3.0)
        for one in placed[:_MOST_NAMES]:
            corridor = one.index < len(middles)
            x, y = 10 * one.x + 20, 10 * (HEIGHT - one.y) - 30
            if not corridor:
                dot = points[one.index] * 10
                yield (
                    f'<circle class="place" cx="{dot[0]:.0f}" cy="{dot[1]:.0f}" r="22" '
                    'fill="#FFFFFF" stroke="#222222" stroke-width="8"/>'
                )
            weight = ' font-weight="700"' if corridor else ""
            yield (
                f'<text class="name" x="{x:.0f}" y="{y:.0f}" font-size="{_FONT * 10}"{weight} '
                f'fill="#222222" stroke="#FFFFFF" stroke-width="26" paint-order="stroke" '
                f'stroke-linejoin="round">{escape(words[one.index])}</text>'
            )


def width_of(teu: float, most: float) -> float:
    """Return how wide a line of cargo is drawn, in pixels.

    Examples
    --------
    >>> width_of(0.0, 100.0), width_of(100.0, 100.0)
    (1.0, 9.0)
    """
    share = (teu / most) ** GROWTH if most > 0 else 0.0
    return THIN + (THICK - THIN) * float(share)


def _samples(most: float) -> list[float]:
    """Return amounts to show the width of: the most, rounded down, a tenth and a hundredth."""
    if most <= 0:
        return []
    first = 10.0 ** np.floor(np.log10(most))
    return [first, first / 10, first / 100]


def _by_pen(
    atlas: Atlas, view: View, drawn: Sequence[Floats], most: float
) -> dict[tuple[str, str, float], list[Floats]]:
    """Return the lines with cargo by corridor, mode and width, connected ones joined."""
    found: dict[tuple[str, str, float], list[Floats]] = {}
    for xy, mode, teu, family in zip(drawn, atlas.modes, view.teu, view.family, strict=True):
        if teu > 0 and _in_frame(xy):
            width = round(2 * width_of(float(teu), most)) / 2
            found.setdefault((family, mode, width), []).append(xy)
    return {key: _merged(some) for key, some in found.items()}


def _merged(lines: Sequence[Floats]) -> list[Floats]:
    """Join lines end to end, so that dashes run on."""
    if not lines:
        return []
    whole = shapely.line_merge(shapely.MultiLineString(list(lines)))
    return [shapely.get_coordinates(part) for part in shapely.get_parts(whole)]


def _middle(lines: Sequence[Floats]) -> Floats:
    """Return the point half way along the longest line, as far as it lies in the frame."""
    frame = shapely.box(300, 300, WIDTH * 10 - 300, HEIGHT * 10 - 300)
    parts = [part for line in lines
             for part in shapely.get_parts(shapely.intersection(shapely.LineString(line), frame))
             if part.length > 0]  # fmt: skip
    longest = max(parts, key=lambda part: part.length, default=shapely.LineString(lines[0]))
    middle: Floats = shapely.get_coordinates(longest.interpolate(0.5, normalized=True))[0]
    return middle


def _busiest(atlas: Atlas, view: View) -> list[tuple[str, tuple[float, float]]]:
    """Return the places of a scenario, the one most cargo passes first."""
    (told,) = (one for one in atlas.plain["scenarios"] if one["id"] == view.scenario)
    named = (
        row
        for row in told["places"]
        if row["kind"] in _NAMED and not row["name"].startswith(_UNNAMED)
    )
    rows = sorted(named, key=lambda row: (-(row["teu_per_year"] or 0), row["asset_id"]))
    return [(row["name"], tuple(row["at"])) for row in rows]


def _in_frame(xy: Floats) -> bool:
    """Whether the box of a line, in tenths of a pixel, meets the frame."""
    low, high = xy.min(axis=0), xy.max(axis=0)
    return bool(high[0] > 0 and low[0] < WIDTH * 10 and high[1] > 0 and low[1] < HEIGHT * 10)


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
            pieces.append(f"M{xy[0, 0]} {xy[0, 1]}l{steps[1:] if steps[0] == ' ' else steps}")
    return "".join(pieces)


def _step(x: int, y: int) -> str:
    return f"{'' if x < 0 else ' '}{x}{'' if y < 0 else ' '}{y}"


def _stroke(colour: str) -> str:
    """Return the colour of a line; black follows the ink of the page."""
    return 'stroke="currentColor"' if colour == "#000000" else f'stroke="{colour}"'
