"""Time/cost-distance profiles as a table and as a picture.

The same profiles give the same bytes.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.report.labels import place_labels, short_name
from corridors.report.pens import PALETTE
from corridors.report.pictures import credited, drawing, sheet, write_picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from corridors.metrics.profile import Profile, Step
    from geodata.types import Floats

__all__ = ["PROFILE_FIELDS", "draw_profiles", "profiles_csv"]

#: Columns of the table: a row for the origin, then one for each leg, at its end.
PROFILE_FIELDS = (
    "route_id", "corridor", "seq", "kind", "name", "mode", "country", "step_km",
    "step_usd_per_teu", "step_h", "km", "cost_usd_per_teu", "time_h",
)  # fmt: skip
INK, FAINT, GRID = "#222222", "#666666", "#E3E0DA"
WIDTH_INCHES, HEIGHT_INCHES, DPI = 13.0, 9.2, 150
#: Dashes beside colours, so that lines are told apart without them.
DASHES = (
    "solid", (0, (5, 1.6)), (0, (1.4, 1.2)), (0, (7, 1.5, 1.4, 1.5)), (0, (2.6, 0.9)),
    (0, (9, 2.2)), (0, (4, 1, 1, 1, 1, 1)),
)  # fmt: skip
MARKS = {
    "border": "s", "gauge change": "D", "port": "^", "transfer": "o", "boarding": "v",
    "terminal": ".",
}  # fmt: skip
#: Jumps under this share of the highest point of a panel are marked but not named.
NAMED = 0.035
#: Sides of the panels as shares of the page; names of routes stand to the right.
LEFT, RIGHT, TOP, BOTTOM, BETWEEN = 0.065, 0.80, 0.92, 0.105, 0.09
FONT, END_FONT = 7.5, 9.0
#: How close names of routes may stand, as a share of the panel's height.
LINE_HEIGHT = 0.055
#: Names of corridors are cut to so many letters, which the margin has room for.
CORRIDOR_LETTERS = 26


def profiles_csv(profiles: Sequence[Profile]) -> bytes:
    """Return profiles as CSV, UTF-8 with line feeds: columns of `PROFILE_FIELDS`.

    Steps without km are the vertical jumps.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(PROFILE_FIELDS)
    for one in profiles:
        writer.writerow([one.route_id, one.corridor, 0, "origin", "", "", "", *["0"] * 6])
        for seq, (step, at) in enumerate(zip(one.steps, one.points[1:], strict=True), start=1):
            here = (step.km, step.usd_per_teu, step.h, at.km, at.usd_per_teu, at.h)
            numbers = (f"{value:.3f}" for value in here)
            words = (step.kind, step.name, step.mode, step.country)
            writer.writerow([one.route_id, one.corridor, seq, *words, *numbers])
    return text.getvalue().encode()


def draw_profiles(profiles: Sequence[Profile], path: Path | str, *, title: str = "") -> None:
    """Draw the profiles of one or several routes: cost above, time below.

    Parameters
    ----------
    profiles
        The routes, no more than can be told apart in one picture.
    path
        Picture to write, ``.png`` or ``.svg``.
    title
        Headline; one about profiles if empty.

    Raises
    ------
    OutputError
        If the picture cannot be written.
    ValueError
        If there are no profiles, or more than `PALETTE` has colours.
    """
    if not 0 < len(profiles) <= len(PALETTE):
        msg = f"a picture holds 1 to {len(PALETTE)} routes, not {len(profiles)}"
        raise ValueError(msg)
    with drawing():
        figure = sheet((WIDTH_INCHES, HEIGHT_INCHES), dpi=DPI)
        headline = title or "Cost and time against distance"
        figure.text(LEFT, 0.957, headline, size=15, weight="bold", color=INK)
        height = (TOP - BOTTOM - BETWEEN) / 2
        for row, (quantity, unit) in enumerate(
            (("usd_per_teu", "USD of 2024 per TEU"), ("h", "hours"))
        ):
            bottom = BOTTOM + (1 - row) * (height + BETWEEN)
            axes = figure.add_axes((LEFT, bottom, RIGHT - LEFT, height))
            _Panel(axes, profiles, quantity).draw(unit)
        _key(figure, profiles)
        credited(figure)
        write_picture(figure, path)


class _Panel:
    """One quantity of several routes against km."""

    def __init__(self, axes: Axes, profiles: Sequence[Profile], quantity: str) -> None:
        self.axes, self.profiles, self.quantity = axes, profiles, quantity
        self.lines = [_line(one, quantity) for one in profiles]
        self.top = max(float(line[-1, 1]) for line in self.lines) or 1.0
        if quantity == "h":
            self.top = max([self.top, *(one.p95_h for one in profiles if one.p95_h)])
        self.far = max(float(line[-1, 0]) for line in self.lines) or 1.0

    def draw(self, unit: str) -> None:
        """Draw frame, lines, jumps and names."""
        self.axes.set(xlim=(0, self.far * 1.01), ylim=(0, self.top * 1.06))
        self.axes.set_xlabel("km from the origin", color=FAINT, size=9)
        self.axes.set_ylabel(unit, color=FAINT, size=9)
        self.axes.tick_params(colors=FAINT, labelsize=8, length=3)
        for axis in (self.axes.xaxis, self.axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        self.axes.grid(color=GRID, linewidth=0.7)
        self.axes.set_axisbelow(True)
        self.axes.spines[["top", "right"]].set_visible(False)
        self.axes.spines[["left", "bottom"]].set_color(FAINT)
        for at, (one, line) in enumerate(zip(self.profiles, self.lines, strict=True)):
            style, colour = DASHES[at % len(DASHES)], PALETTE[at]
            # Where routes share their line the first one named lies on top.
            above = 3.0 - 0.01 * at
            self.axes.plot(*line.T, color=colour, linewidth=1.9, linestyle=style, zorder=above)
            self._mark(one, line, colour)
            if self.quantity == "h":
                self._late(one, line, colour)
        self._name_jumps()
        self._name_routes()

    def _mark(self, one: Profile, line: Floats, colour: str) -> None:
        """Mark the top of each jump by what it is."""
        for step, (x, y) in zip(one.steps, line[1:].tolist(), strict=True):
            if step.is_stop:
                self.axes.plot(
                    x, y, MARKS[step.kind], color="white", markeredgecolor=colour,
                    markeredgewidth=1.2, markersize=5.0, zorder=4, clip_on=False,
                )  # fmt: skip

    def _late(self, one: Profile, line: Floats, colour: str) -> None:
        """Draw how late a route may end: a bar to P95 with a tick at P80."""
        if one.p80_h is None or one.p95_h is None:
            return
        x = float(line[-1, 0])
        self.axes.plot([x, x], [line[-1, 1], one.p95_h], color=colour, linewidth=0.9, alpha=0.8,
                       zorder=2.5)  # fmt: skip
        self.axes.plot([x, x], [one.p80_h, one.p95_h], "_", color=colour, markersize=7, zorder=2.5)

    def _name_jumps(self) -> None:
        """Name the largest jumps, those without room left out."""
        from matplotlib.patheffects import withStroke

        jumps = sorted(
            (
                (-getattr(step, self.quantity), at, (x, y - getattr(step, self.quantity) / 2), step)
                for at, (one, line) in enumerate(zip(self.profiles, self.lines, strict=True))
                for step, (x, y) in zip(one.steps, line[1:].tolist(), strict=True)
                if step.is_stop and getattr(step, self.quantity) >= NAMED * self.top
            ),
            key=lambda jump: (jump[0], jump[1], jump[2]),
        )
        words = [_said(step) for _, _, _, step in jumps]
        if not jumps:
            return
        halo = [withStroke(linewidth=2.4, foreground="white")]
        canvas: Any = self.axes.figure.canvas  # its renderer is known to Agg alone
        renderer = canvas.get_renderer()
        texts = [self.axes.text(0, 0, word, size=FONT, zorder=5) for word in words]
        boxes = [text.get_window_extent(renderer) for text in texts]
        sizes = np.array([(box.width, box.height) for box in boxes])
        pixels = self.axes.transData.transform(np.array([place for _, _, place, _ in jumps]))
        frame = self.axes.get_window_extent()
        placed = place_labels(
            pixels, sizes, frame=(frame.x0, frame.y0, frame.x1, frame.y1), gap=7.0, dot=2.0
        )
        shown = {label.index: (label.x, label.y) for label in placed}
        inverse = self.axes.transData.inverted()
        for at, text in enumerate(texts):
            if at not in shown:
                text.remove()
                continue
            text.set_position(tuple(inverse.transform(shown[at])))
            text.set(color=PALETTE[jumps[at][1]], va="bottom", ha="left", path_effects=halo)

    def _name_routes(self) -> None:
        """Name each route beside its end, names pushed apart where ends are close."""
        ends = [float(line[-1, 1]) / (self.top * 1.06) for line in self.lines]
        for at, (y, end) in enumerate(zip(_apart(ends), ends, strict=True)):
            one, total = self.profiles[at], float(self.lines[at][-1, 1])
            told = f"{one.route_id}  {total:,.0f}"
            along = one.corridor.replace(";", ", ") or "no declared corridor"
            if len(along) > CORRIDOR_LETTERS:
                along = f"{along[:CORRIDOR_LETTERS].rpartition(', ')[0]} ..."
            x = float(self.lines[at][-1, 0]) / (self.far * 1.01)
            self.axes.annotate(
                f"{told}\n{along}", (x, end), (1.012, y), xycoords="axes fraction",
                textcoords="axes fraction", size=END_FONT, color=PALETTE[at], va="center",
                annotation_clip=False, zorder=5, linespacing=1.05,
                arrowprops={"arrowstyle": "-", "color": PALETTE[at], "linewidth": 0.5, "alpha": 0.6,
                            "relpos": (0.0, 0.5), "shrinkB": 0.0},
            )  # fmt: skip


def _said(step: Step) -> str:
    """Return the name of a stop and what it is, said once.

    Examples
    --------
    >>> from corridors.metrics.profile import Step
    >>> _said(Step("port", "Poti port", "sea", "GE", 0.0, 1.0, 2.0))
    'Poti port'
    """
    name = short_name(step.name)
    return name if step.kind in name.lower() else ", ".join(filter(None, (name, step.kind)))


def _line(one: Profile, quantity: str) -> Floats:
    """Return km and a quantity at each point, shape (steps + 1, 2)."""
    return np.array([(at.km, getattr(at, quantity)) for at in one.points])


def _apart(ends: Sequence[float]) -> list[float]:
    """Return heights near some ends, in their order, none closer than two lines.

    Examples
    --------
    >>> [round(one, 3) for one in _apart([0.5, 0.5])]
    [0.445, 0.555]
    """
    gap = 2 * LINE_HEIGHT
    order = sorted(range(len(ends)), key=lambda at: (ends[at], at))
    places = [ends[at] for at in order]
    for _ in range(50 * len(ends)):
        for k in range(1, len(places)):
            lack = gap - (places[k] - places[k - 1])
            if lack > 0:
                places[k - 1], places[k] = places[k - 1] - lack / 2, places[k] + lack / 2
    shift = max(0.0, 0.03 - places[0]) + min(0.0, 1.0 - places[-1])
    return [places[order.index(at)] + shift for at in range(len(ends))]


def _key(figure: Any, profiles: Sequence[Profile]) -> None:  # noqa: ANN401 - no stub names it
    """Explain the marks that occur."""
    from matplotlib.lines import Line2D

    kinds = {step.kind for one in profiles for step in one.steps if step.is_stop}
    shown = [kind for kind in MARKS if kind in kinds]
    samples = [
        Line2D([], [], linestyle="none", marker=MARKS[kind], markersize=5, color="white",
               markeredgecolor=INK, markeredgewidth=1.2)
        for kind in shown
    ]  # fmt: skip
    figure.legend(
        samples, shown, loc="lower left", bbox_to_anchor=(LEFT - 0.008, 0.005), ncols=len(MARKS),
        frameon=False, fontsize=8.5, labelcolor=INK, handletextpad=0.3,
    )  # fmt: skip
    if any(one.p95_h for one in profiles):
        words = "thin bars: how late a route may end, with ticks at P80 and P95"
        figure.text(RIGHT, 0.018, words, size=8.5, color=INK, ha="right")
