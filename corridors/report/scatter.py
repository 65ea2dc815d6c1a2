"""The model's values over the published ones, as a picture.

The same values give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.metrics.agreement import LIKE
from corridors.report.pictures import credited, drawing, picture, sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.agreement import Compared, Validation

__all__ = ["plot"]

#: Kind -> marker and colour; rows that set a parameter are hollow.
_MARKERS = {"observed": "o", "operator": "s", "official": "^", "promotional": "v"}
_COLOURS = {
    "observed": "#0072B2",
    "operator": "#009E73",
    "official": "#D55E00",
    "promotional": "#999999",
}


def plot(found: Validation) -> bytes:
    """Return a picture of the model's values over the published ones, as SVG."""
    with drawing():
        figure = sheet((13, 4.6), layout="constrained")
        likes = tuple(dict.fromkeys(LIKE.values()))
        for axes, like in zip(figure.subplots(1, len(likes)), likes, strict=True):
            _panel(axes, like, [c for c in found.compared if LIKE[c.row.quantity] == like])
        credited(figure)
        return picture(figure, "svg")


def _panel(axes: Any, like: str, rows: Sequence[Compared]) -> None:  # noqa: ANN401 - matplotlib
    """Draw one panel: a point a row, the line of equality and that of a factor two."""
    for kind, marker in _MARKERS.items():
        for counts in (True, False):
            some = [
                (c.row.centre, c.told.value)
                for c in rows
                if c.row.kind == kind and c.row.counts == counts and c.told.value
            ]
            if some:
                axes.scatter(
                    *zip(*some, strict=True), s=16, marker=marker, linewidths=0.8,
                    facecolors=_COLOURS[kind] if counts else "none", edgecolors=_COLOURS[kind],
                    label=kind if counts else f"{kind}, sets a parameter",
                )  # fmt: skip
    low, high = min(*axes.get_xlim(), *axes.get_ylim()), max(*axes.get_xlim(), *axes.get_ylim())
    ends = [max(low, 1.0), high * 1.3]
    for factor, style in ((1.0, "-"), (2.0, ":"), (0.5, ":")):
        axes.plot(ends, [factor * end for end in ends], style, color="#666666", linewidth=0.8)
    unit = {"cost": "USD of 2024 per box", "time": "h", "distance": "km"}[like]
    axes.set(xscale="log", yscale="log", title=like, xlabel=f"published, {unit}",
             ylabel=f"model, {unit}", xlim=ends, ylim=ends)  # fmt: skip
    axes.legend(fontsize=6, frameon=False)
