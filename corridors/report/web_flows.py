"""The static maps of cargo: by corridor in one scenario, and what changes between two.

::

    flows_map(base, atlas, atlas.views[0], pens=pens, land="land")
    changes_map(base, atlas, *atlas.views[:2], land="land")
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.report.labels import short_name
from corridors.report.maps import OVERVIEW
from corridors.report.pens import NO_FAMILY_PEN, ROUTE_DASHES
from corridors.report.web_legend import Stroke
from corridors.report.web_lines import STEPS
from corridors.report.web_map import Label, in_frame, merged, middle_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.pens import Pen
    from corridors.report.web_atlas import Atlas, View
    from corridors.report.web_map import BaseMap
    from geodata.types import Floats

    Drawn = dict[Stroke, list[Floats]]

__all__ = ["changes_map", "flows_map", "shown_points"]

#: Least and most width of a line of cargo, in pixels, and how width grows with cargo.
THIN, THICK, GROWTH = 1.0, 9.0, 0.4
#: Less cargo than this is none: TEU a year.
NOTHING = 0.5
IDLE = Stroke("#8A857B", 0.8, css="idle")
#: Lines that have more cargo than before, and less.
MORE, LESS = "#0072B2", "#D55E00"
LESS_DASH = (2.0, 1.2)
_GREY = "#666666"
_MODES = {"rail": "by rail", "road": "by road", "sea": "at sea or by ferry"}
#: Kinds of places whose names are names, not ends of a line, and how one without a name begins.
_NAMED, _UNNAMED = frozenset({"terminal", "crossing", "strait"}), "unnamed"


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


def flows_map(
    base: BaseMap, atlas: Atlas, view: View, *, pens: Mapping[str, Pen], land: str
) -> str:
    """Return a scenario's cargo by corridor as an ``<svg>``.

    Parameters
    ----------
    base, land
        Frame and land, and the id of the land in the page.
    atlas, view
        All runs of the page, and the one to draw.
    pens
        How the corridors of the page look; drawn in this order.
    """
    most = _most(atlas)
    cargo: dict[str, Drawn] = {family: {} for family in [*pens, *sorted({*view.family} - {*pens})]}
    idle: list[Floats] = []
    for k, xy in _seen(base, atlas):
        if view.teu[k] > 0:
            pen = pens.get(view.family[k], NO_FAMILY_PEN)
            stroke = Stroke(
                pen.colour, _width(view.teu[k], most), ROUTE_DASHES[atlas.modes[k]], pen.hollow
            )
            cargo[view.family[k]].setdefault(stroke, []).append(xy)
        elif view.used[k]:
            idle.append(xy)
    used = {family: _joined(drawn) for family, drawn in cargo.items() if drawn}
    corridors = [
        Label(family, middle_of([line for _, lines in drawn for line in lines]), is_place=False)
        for family, drawn in used.items()
        if family
    ]
    looks = {family: pens.get(family, NO_FAMILY_PEN) for family in used}
    samples = [
        *((pen.label or family, Stroke(pen.colour, 3.0, hollow=pen.hollow))
          for family, pen in looks.items()),
        *((words, Stroke(_GREY, 2.2, ROUTE_DASHES[mode])) for mode, words in _MODES.items()),
        *_widths(most),
        ("route without cargo", IDLE),
    ]  # fmt: skip
    strokes = [(IDLE, merged(idle)), *(one for drawn in used.values() for one in drawn)]
    labels = [*corridors, *_places(base, view)]
    return base.picture(
        strokes, labels, samples, land=land, label=f"Map of cargo a year: {view.title}"
    )


def changes_map(base: BaseMap, atlas: Atlas, before: View, after: View, *, land: str) -> str:
    """Return what cargo a scenario has more or less of than another as an ``<svg>``.

    Parameters
    ----------
    base, land
        Frame and land, and the id of the land in the page.
    atlas
        All runs of the page.
    before, after
        The two scenarios.
    """
    most = _most(atlas)
    step = after.teu - before.teu
    more: Drawn = {}
    less: Drawn = {}
    idle: list[Floats] = []
    for k, xy in _seen(base, atlas):
        width = max(2.0, _width(abs(step[k]), most))
        if step[k] >= NOTHING:
            more.setdefault(Stroke(MORE, width), []).append(xy)
        elif step[k] <= -NOTHING:
            less.setdefault(Stroke(LESS, width, LESS_DASH), []).append(xy)
        elif before.teu[k] > 0:
            idle.append(xy)
    samples = [
        ("more cargo", Stroke(MORE, 3.0)),
        ("less cargo", Stroke(LESS, 3.0, LESS_DASH)),
        ("as much as before", IDLE),
        *_widths(most),
    ]
    strokes = [(IDLE, merged(idle)), *_joined(less), *_joined(more)]
    return base.picture(
        strokes, _places(base, after), samples, land=land,
        label=f"Map of cargo that changes from {before.title} to {after.title}",
    )  # fmt: skip


def _seen(base: BaseMap, atlas: Atlas) -> list[tuple[int, Floats]]:
    """Return the stretches that meet the frame, in tenths of a pixel."""
    drawn = (base.pixels(one / STEPS) for one in atlas.stretches)
    return [(k, xy) for k, xy in enumerate(drawn) if in_frame(xy)]


def _joined(drawn: Drawn) -> list[tuple[Stroke, list[Floats]]]:
    """Return lines by how they look, joined end to end, the thinnest first."""
    ordered = sorted(drawn.items(), key=lambda one: (one[0].width, one[0].dash))
    return [(stroke, merged(lines)) for stroke, lines in ordered]


def _most(atlas: Atlas) -> float:
    """Return the most cargo on a stretch in any scenario, TEU a year."""
    return max((float(one.teu.max(initial=0.0)) for one in atlas.views), default=0.0)


def _width(teu: float, most: float) -> float:
    """Return how wide a line of cargo is drawn, in half pixels."""
    share = (teu / most) ** GROWTH if most > 0 else 0.0
    return round(2 * (THIN + (THICK - THIN) * float(share))) / 2


def _widths(most: float) -> list[tuple[str, Stroke]]:
    """Return samples of widths: of the most, rounded down, of a tenth and a hundredth."""
    if most <= 0:
        return []
    first = 10.0 ** np.floor(np.log10(most))
    amounts = (first, first / 10, first / 100)
    return [(f"{teu:,.0f} TEU a year", Stroke(_GREY, _width(teu, most))) for teu in amounts]


def _places(base: BaseMap, view: View) -> Sequence[Label]:
    """Return the names of the places of a scenario, the one most cargo passes first."""
    named = [row for row in view.places
             if row["kind"] in _NAMED and not row["name"].startswith(_UNNAMED)]  # fmt: skip
    rows = sorted(named, key=lambda row: (-(row["teu_per_year"] or 0), row["asset_id"]))
    points = base.pixels(np.array([row["at"] for row in rows], dtype=float).reshape(-1, 2))
    return [Label(short_name(row["name"]), xy) for row, xy in zip(rows, points, strict=True)]
