"""`budget_curve.svg` and `.png`: what can be saved over what is spent.

The same values give the same bytes.
"""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from corridors.metrics.designed import curve_value

if TYPE_CHECKING:
    from corridors.metrics.designed import Designed, Step

__all__ = ["draw_curve"]

#: The most steps whose projects are named.
MOST_NAMED = 12
_LINE, _MARK, _FAINT = "#0072B2", "#D55E00", "#666666"


def draw_curve(found: Designed, suffix: str) -> bytes:
    """Return the curve as a picture.

    Parameters
    ----------
    found
        The design.
    suffix
        ``svg`` or ``png``.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    canvas = FigureCanvasSVG if suffix == "svg" else FigureCanvasAgg
    metadata: dict[str, Any] = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    with rc_context({"svg.hashsalt": "corridors", "svg.fonttype": "path"}):
        figure = Figure(figsize=(9.5, 5.4), layout="constrained")
        canvas(figure)
        _draw(figure.subplots(), found)
        image = io.BytesIO()
        figure.savefig(image, format=suffix, dpi=130, metadata=metadata[suffix])
    return image.getvalue()


def _draw(axes: Any, found: Designed) -> None:  # noqa: ANN401 - matplotlib
    budgets = [one.budget_usd / 1e9 for one in found.curve]
    saved = [curve_value(found, one) / 1e6 for one in found.curve]
    end = max([*budgets, found.question.budget_usd / 1e9]) * 1.08 or 1.0
    axes.step([*budgets, end], [*saved, *saved[-1:]], where="post", color=_LINE, linewidth=1.6)
    axes.plot(budgets, saved, "o", color=_LINE, markersize=4)
    axes.axvline(found.question.budget_usd / 1e9, color=_MARK, linestyle="--", linewidth=1.2,
                 label="budget asked for")  # fmt: skip
    for budget, worth, words in _named(found, budgets, saved):
        axes.annotate(words, (budget, worth), xytext=(5, -9), textcoords="offset points",
                      fontsize=6.5, color=_FAINT)  # fmt: skip
    title = f"What a budget saves: {', '.join(case.scenario for case in found.cases)}"
    if not found.curve_complete:
        title += " (stopped early: part of the curve)"
    axes.set_title(title, loc="left", fontsize=10)
    regret = found.curve_criterion == "regret"
    what = "regret" if regret else f"fall of the {found.curve_criterion} cost of all demands"
    axes.set(
        xlabel="budget for capital cost, billion USD of 2024", xlim=(0, end),
        ylabel=f"{what}, million USD a year",
    )  # fmt: skip
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)
    axes.legend(frameon=False, fontsize=8, loc="lower right")


def _named(
    found: Designed, budgets: list[float], saved: list[float]
) -> list[tuple[float, float, str]]:
    """Return the largest steps with what is new in them."""
    rises = [after - before for before, after in pairwise(saved)]
    largest = sorted(range(len(rises)), key=lambda at: -rises[at])[:MOST_NAMED]
    return [
        (budgets[at + 1], saved[at + 1], _news(found.curve[at], found.curve[at + 1]))
        for at in sorted(largest)
    ]


def _news(before: Step, after: Step) -> str:
    new = [f"+{one}" for one in after.projects if one not in before.projects]
    gone = [f"-{one}" for one in before.projects if one not in after.projects]
    return "\n".join([*new, *gone])
