"""The curve of budgets: what can be saved in a year over what is spent once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from corridors.report.charts.frame import Axis, grid, over_lines, pens
from corridors.report.numbers import amount
from corridors.report.pieces import Chart
from corridors.report.svg import cut, group, line, marker, path, picture, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.svg import Ids

    Step = Mapping[str, Any]

__all__ = ["budget_chart"]

FILE = "design.json"
WIDTH, LEFT, RIGHT, TOP, FOOT = 860.0, 72.0, 820.0, 34.0, 300.0
#: The largest steps are numbered and told below, at most so many.
MOST = 10
_MILLION, _BILLION = 1e6, 1e9


def budget_chart(design: Mapping[str, Any], ids: Ids) -> Chart | None:
    """Draw the curve of a design.

    Parameters
    ----------
    design
        What `design.json` holds.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None if the curve has no step, or is one of regret, which saves nothing.
    """
    curve = design["budget_curve"]
    steps: list[Step] = [one for one in curve["steps"] if one["saved_usd_per_year"] is not None]
    if len(steps) < 2:  # noqa: PLR2004 - the first is building nothing
        return None
    names = [one["id"] for one in design["scenarios"]]
    name = ids.new("budget", *names)
    spent = [one["budget_usd"] / _BILLION for one in steps]
    saved = [one["saved_usd_per_year"] / _MILLION for one in steps]
    asked = design["budget_usd"] / _BILLION
    end = max(spent[-1], min(asked, 2 * spent[-1])) * 1.05
    x, y = Axis(0.0, end, LEFT, RIGHT), Axis(0.0, max(saved) * 1.1 or 1.0, FOOT, TOP)
    pen, mark = pens(2)
    body = grid(x, y, x_name="capital cost, billion USD of 2024",
                y_name="saved, million USD of 2024 a year")  # fmt: skip
    body.append(path(_stairs(x, y, spent, saved, end), stroke_width=2.2, **pen.stroke))
    if asked <= end:
        at = x.at(asked)
        body.append(line(at, TOP, at, FOOT, stroke_width=1.4, **mark.stroke))
        body.append(over_lines(at - 5, FOOT - 8, "budget asked for", text_anchor="end",
                               font_size="11"))  # fmt: skip
    numbered = _largest(saved)
    for at, step in enumerate(steps):
        shape = marker("circle", x.at(spent[at]), y.at(saved[at]), 3.6, fill=pen.colour)
        body.append(group([shape], tip=_said(step, spent[at], saved[at])))
        if at in numbered:
            number, left = str(numbered.index(at) + 1), x.at(spent[at]) - 6
            body.append(over_lines(left, y.at(saved[at]) - 7, number, text_anchor="end",
                                   font_size="11", font_weight="600"))  # fmt: skip
    for row, at in enumerate(numbered):
        said = f"{row + 1}   {_said(steps[at], spent[at], saved[at])}"
        body.append(text(LEFT, FOOT + 60 + 17 * row, cut(said, RIGHT - LEFT, 11.5),
                         font_size="11.5"))  # fmt: skip
    complete = "" if curve["complete"] else "; the search was stopped, so this is a part of it"
    title = f"What a budget is worth: {', '.join(names)}"
    told = f"{len(steps)} steps; {_said(steps[-1], spent[-1], saved[-1])}{complete}."
    return Chart(
        name, "budget", names[0] if len(names) == 1 else "", title,
        "Each step is the least budget with which so much can be saved in a year, and the "
        f"projects that do it; sets need not contain each other{complete}.",
        picture(name, WIDTH, FOOT + 60 + 17 * len(numbered), title=title, told=told, body=body),
        FILE, (), _table(steps),
    )  # fmt: skip


def _stairs(
    x: Axis, y: Axis, spent: Sequence[float], saved: Sequence[float], end: float
) -> list[tuple[float, float]]:
    """Return the corners of the curve, level from one budget to the next."""
    points = []
    for at, (budget, value) in enumerate(zip(spent, saved, strict=True)):
        stop = spent[at + 1] if at + 1 < len(spent) else end
        points += [(x.at(budget), y.at(value)), (x.at(stop), y.at(value))]
    return points


def _largest(saved: Sequence[float]) -> list[int]:
    """Return the steps that save most beyond the one before, in order."""
    rises = [after - before for before, after in pairwise(saved)]
    order = sorted(range(len(rises)), key=lambda at: (-rises[at], at))[:MOST]
    return sorted(at + 1 for at in order)


def _said(step: Step, spent: float, saved: float) -> str:
    what = ", ".join(step["projects"]) or "nothing"
    return f"{amount(saved)} million a year for {amount(spent)} billion: {what}"


def _table(steps: Sequence[Step]) -> tuple[tuple[str, ...], ...]:
    head = ("capital cost, USD of 2024", "saved, USD a year", "projects", "proven")
    return (
        head,
        *(
            (f"{one['budget_usd']:.0f}", f"{one['saved_usd_per_year']:.0f}",
             ", ".join(one["projects"]), "yes" if one["proven"] else "no")
            for one in steps
        ),
    )  # fmt: skip
