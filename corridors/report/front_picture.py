"""The choices of a demand as a picture: cost against time.

The same choices give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.report.labels import place_labels
from corridors.report.pens import PALETTE
from corridors.report.pictures import credited, drawing, picture, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.metrics.choices import ToldChoice
    from corridors.report.explained_choices import Told
    from geodata.types import Floats

__all__ = ["draw_choices"]

INK, FAINT, GRID = "#222222", "#666666", "#E3E0DA"
SIZE_INCHES, DPI = (10.5, 7.0), 150
LEFT, RIGHT, TOP, BOTTOM = 0.085, 0.97, 0.885, 0.155
HOURS_A_DAY = 24
FONT = 8.5
#: Room around the points, as a share of how far they lie apart.
ROOM = 0.09
#: Pixels between a point and its name.
GAP = 13.0
#: Half the size of a point in pixels.
DOT = 6.0
#: Of more points only some are named.
ALL_NAMED = 12
#: The part of a scale of colours that shows on white.
SHOWS = (0.12, 1.0)
#: Names of more corridors than this make no label.
MOST_NAMES = 2
#: What the third criterion is called, and what of a choice it is.
THIRDS = {
    "emissions": ("kg CO2e per TEU", "emissions_kgco2e_per_teu"),
    "sensitive borders": ("sensitive borders", "sensitive_borders"),
}


def draw_choices(found: Told, end: str) -> bytes:
    """Return a picture of choices.

    Parameters
    ----------
    found
        The choices, at least one.
    end
        ``svg`` or ``png``.

    Raises
    ------
    ValueError
        If there is nothing to draw.
    """
    if not found.rows:
        msg = "there are no choices to draw"
        raise ValueError(msg)
    with drawing():
        figure = sheet(SIZE_INCHES, dpi=DPI)
        _Picture(figure, found).draw()
        credited(figure)
        return picture(figure, end)


class _Picture:
    """Choices in one frame."""

    def __init__(self, figure: Any, found: Told) -> None:  # noqa: ANN401 - no stub names it
        self.figure, self.found = figure, found
        third = next((THIRDS[name] for name in found.criteria if name in THIRDS), None)
        right = 1.0 - (1.0 - RIGHT) * (4.2 if third else 1.0)
        self.axes = figure.add_axes((LEFT, BOTTOM, right - LEFT, TOP - BOTTOM))
        self.third = third
        self.points: Floats = np.array(
            [(one.choice.time_h / HOURS_A_DAY, one.choice.cost_usd_per_teu) for one in found.rows]
        )

    def draw(self) -> None:
        """Draw frame, front, points and names."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        room = ROOM * np.maximum(high - low, [0.5, 50.0])
        self.axes.set(
            xlim=(low[0] - room[0], high[0] + 2 * room[0]),
            ylim=(low[1] - room[1], high[1] + room[1]),
        )
        self.axes.set_xlabel("days", color=FAINT, size=9.5)
        self.axes.set_ylabel("USD of 2024 per TEU", color=FAINT, size=9.5)
        self.axes.tick_params(colors=FAINT, labelsize=8.5, length=3)
        self.axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        self.axes.grid(color=GRID, linewidth=0.7)
        self.axes.set_axisbelow(True)
        self.axes.spines[["top", "right"]].set_visible(False)
        self.axes.spines[["left", "bottom"]].set_color(FAINT)
        self._lines()
        self._marks()
        self._names()
        self._words()

    def _lines(self) -> None:
        """Draw the hull of a front of two criteria, and where all is worth as much as the best."""
        if self._is_plain_front:
            hull = self.points[[one.choice.convex is True for one in self.found.rows]]
            self.axes.plot(*hull.T, color=PALETTE[0], linewidth=1.1, alpha=0.55, zorder=2)
        value = self.found.value_of_time_usd_per_teu_h * HOURS_A_DAY
        if self.found.best and value:
            at = self.points[self.found.rows.index(self.found.best)]
            self.axes.axline(
                tuple(at), slope=-value, color=FAINT, linewidth=0.9, linestyle=(0, (5, 3)), zorder=1
            )

    @property
    def _is_plain_front(self) -> bool:
        return bool(self.found.criteria) and self.third is None

    def _marks(self) -> None:
        """Draw the points, those that are never the best hollow."""
        solid = np.array([one.choice.convex is not False for one in self.found.rows])
        if self.third is None:
            for mask, face in ((~solid, "white"), (solid, PALETTE[0])):
                self.axes.scatter(
                    *self.points[mask].T, s=44, facecolors=face, edgecolors=PALETTE[0],
                    linewidths=1.3, zorder=6,
                )  # fmt: skip
        else:
            self._coloured(solid)
        if self.found.best:
            at = self.points[self.found.rows.index(self.found.best)]
            self.axes.scatter(
                *at[:, None], s=190, facecolors="none", edgecolors=INK, linewidths=1.2, zorder=7
            )

    def _coloured(self, solid: Floats) -> None:
        """Draw the points coloured by the third criterion, with a key."""
        from matplotlib import colormaps
        from matplotlib.cm import ScalarMappable
        from matplotlib.colors import ListedColormap, Normalize
        from matplotlib.ticker import MaxNLocator

        if self.third is None:
            return
        words, name = self.third
        each = np.array([float(getattr(one.choice, name)) for one in self.found.rows])
        low, high = each.min(), each.max()
        counted = name == "sensitive_borders"
        steps = int(high - low) + 1 if counted else 256
        colours = colormaps["viridis_r"](np.linspace(*SHOWS, max(steps, 2)))
        half = 0.5 if counted or low == high else 0.0
        scale = ScalarMappable(Normalize(low - half, high + half), ListedColormap(colours[:steps]))
        colours = scale.to_rgba(each)
        faces = np.where(solid[:, None], colours, 1.0)
        self.axes.scatter(
            *self.points.T, s=44, facecolors=faces, edgecolors=colours, linewidths=1.6, zorder=6
        )
        frame = self.figure.add_axes((0.895, BOTTOM, 0.016, TOP - BOTTOM))
        key = self.figure.colorbar(scale, cax=frame)
        key.set_label(words, color=FAINT, size=9.5)
        key.outline.set_visible(False)
        key.ax.tick_params(colors=FAINT, labelsize=8.5, length=3)
        key.ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        key.ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")

    def _names(self) -> None:
        """Name the points by number and corridor, those without room left out."""
        from matplotlib.patheffects import withStroke

        order = sorted(filter(self._is_named, range(len(self.found.rows))), key=self._importance)
        texts = [
            self.axes.text(0, 0, _name(self.found.rows[at]), size=FONT, color=INK, zorder=5,
                           va="bottom", ha="left",
                           path_effects=[withStroke(linewidth=2.2, foreground="white")])
            for at in order
        ]  # fmt: skip
        renderer = self.figure.canvas.get_renderer()
        boxes = [text.get_window_extent(renderer) for text in texts]
        sizes = np.array([(box.width, box.height) for box in boxes])
        frame = self.axes.get_window_extent()
        pixels = self.axes.transData.transform(self.points)
        placed = place_labels(
            pixels[order], sizes, frame=(frame.x0, frame.y0, frame.x1, frame.y1), gap=GAP,
            dot=GAP - 3.0, clear=np.hstack([pixels - DOT, pixels + DOT]),
        )  # fmt: skip
        shown = {label.index: (label.x, label.y) for label in placed}
        inverse = self.axes.transData.inverted()
        for at, text in enumerate(texts):
            if at in shown:
                text.set_position(tuple(inverse.transform(shown[at])))
            else:
                text.remove()

    def _is_named(self, at: int) -> bool:
        """Whether a point is named: few are, and of points alike in a row the first."""
        rows = self.found.rows
        if len(rows) <= ALL_NAMED or rows[at] is self.found.best or at in (0, len(rows) - 1):
            return True
        return bool(rows[at].choice.convex) or _along(rows[at]) != _along(rows[at - 1])

    def _importance(self, at: int) -> tuple[bool, bool, bool, int]:
        """Return by what points are ordered: the best first, then the ends and the hull."""
        one, ends = self.found.rows[at], (0, len(self.found.rows) - 1)
        return one is not self.found.best, at not in ends, one.choice.convex is False, at

    def _words(self) -> None:
        """Write headline and key."""
        found = self.found
        about = f"{_sought(found)}; {found.scenario}, {found.as_of}"
        self.figure.text(LEFT, 0.945, found.demand_id, size=15, weight="bold", color=INK)
        self.figure.text(LEFT, 0.91, about, size=10, color=FAINT)
        self.figure.text(
            LEFT, 0.088, "\n".join(_key(found)), size=8.5, color=FAINT, va="top", linespacing=1.35
        )


def _sought(found: Told) -> str:
    """Return what was sought, for a headline."""
    if not found.criteria:
        return f"ways with at most {found.max_overlap:.0%} of their line in common"
    return f"ways that no other beats in {', '.join(found.criteria[:-1])} and {found.criteria[-1]}"


def _key(found: Told) -> Iterator[str]:
    """Yield how to read the picture, line by line."""
    if found.criteria:
        yield (
            "Filled: the best under some weights of the criteria (convex). Hollow: under none, yet "
            "no way is better in all."
        )
    yield (
        f"Ringed: the best where an hour of a TEU is worth {found.value_of_time_usd_per_teu_h:.2f} "
        "USD, as in the scenario; on the dashed line all is worth as much."
    )
    shares = [(one.assumed_cost_share, one.assumed_time_share) for one in found.rows]
    (cost, time), (most_cost, most_time) = np.min(shares, axis=0), np.max(shares, axis=0)
    told = (
        f"On rows that are assumed rest {cost:.0%} to {most_cost:.0%} of the cost and {time:.0%} "
        f"to {most_time:.0%} of the time."
    )
    if found.epsilon:
        told += f" Whatever way there is, one shown is at most {found.epsilon:.1%} worse."
    yield told


def _name(one: ToldChoice) -> str:
    """Return the number of a choice and what it goes along."""
    return f"{one.choice.rank}  {_along(one)}"


def _along(one: ToldChoice) -> str:
    """Return the corridors of a choice, or its countries if there are none."""
    names = [name for name in one.choice.families.split(";") if name]
    told = ", ".join(names[:MOST_NAMES]) + (" ..." if len(names) > MOST_NAMES else "")
    return told or " ".join(one.route.countries)
