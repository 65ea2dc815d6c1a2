"""`budget_curve.svg` and `.png`: what can be saved over what is spent.

The same values give the same bytes.
"""

from __future__ import annotations

import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from corridors.metrics.designed import curve_value
from corridors.report.pictures import credited, drawing, picture, sheet

if TYPE_CHECKING:
    from corridors.metrics.designed import Designed

__all__ = ["draw_curve", "largest_steps"]

#: The most steps that are numbered and listed below the curve.
MOST_LISTED = 10
#: Letters in a line of the list.
_LETTERS = 150
_LINE, _MARK, _INK = "#0072B2", "#D55E00", "#222222"


def draw_curve(found: Designed, suffix: str) -> bytes:
    """Return the curve as a picture, with the sets of its largest steps below.

    Parameters
    ----------
    found
        The design.
    suffix
        ``svg`` or ``png``.
    """
    listed = _listed(found)
    height = 0.16 * (listed.count("\n") + 2)
    with drawing():
        figure = sheet((9.5, 4.8 + height), dpi=130, layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=(4.8, height))
        _draw(above, found)
        below.axis("off")
        below.text(0, 1, listed, va="top", fontsize=7, color=_INK, transform=below.transAxes)
        credited(figure)
        return picture(figure, suffix)


def largest_steps(found: Designed, most: int) -> list[int]:
    """Return the steps of the curve that change most, in order, the first always among them."""
    values = [one.value_usd for one in found.curve]
    rises = [abs(after - before) for before, after in pairwise(values)]
    largest = sorted(range(len(rises)), key=lambda at: -rises[at])[: most - 1]
    return sorted({0, *(at + 1 for at in largest)}) if values else []


def _draw(axes: Any, found: Designed) -> None:  # noqa: ANN401 - matplotlib
    budgets = [one.budget_usd / 1e9 for one in found.curve]
    values = [curve_value(found, one) / 1e6 for one in found.curve]
    asked = found.question.budget_usd / 1e9
    end = max([*budgets, min(asked, 2 * budgets[-1])]) * 1.08 or 1.0
    axes.step([*budgets, end], [*values, values[-1]], where="post", color=_LINE, linewidth=1.6)
    axes.plot(budgets, values, "o", color=_LINE, markersize=3.5)
    if asked <= end:
        axes.axvline(asked, color=_MARK, linestyle="--", linewidth=1.2, label="budget asked for")
        axes.legend(frameon=False, fontsize=8, loc="lower right")
    for number, at in enumerate(largest_steps(found, MOST_LISTED)):
        axes.annotate(
            str(number), (budgets[at], values[at]), xytext=(-3, 5), textcoords="offset points",
            ha="right", fontsize=8, color=_INK,
        )  # fmt: skip
    early = "" if found.curve_complete else " (stopped early: part of the curve)"
    names = ", ".join(case.scenario for case in found.cases)
    axes.set_title(f"What a budget is worth: {names}{early}", loc="left", fontsize=10)
    regret = found.curve_criterion == "regret"
    what = "regret" if regret else f"fall of the {found.curve_criterion} cost of all demands"
    axes.set(
        xlabel="budget for capital cost, billion USD of 2024", xlim=(0, end),
        ylabel=f"{what},\nmillion USD a year",
    )  # fmt: skip
    axes.grid(visible=True, color="#DDDDDD", linewidth=0.6)


def _listed(found: Designed) -> str:
    """Return the sets of the numbered steps, a line each."""
    lines: list[str] = []
    for number, at in enumerate(largest_steps(found, MOST_LISTED)):
        one = found.curve[at]
        words = (
            f"{number}   {one.budget_usd / 1e9:,.2f} bn   {', '.join(one.projects) or 'nothing'}"
        )
        lines += textwrap.wrap(words, _LETTERS, subsequent_indent=" " * 18)
    return "\n".join(lines)
