"""Who gains and who loses from one scenario to another: what passes each state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.report.charts.frame import FAINT, GRID, INK_LINE, Axis
from corridors.report.charts.waterfall import LESS, MORE
from corridors.report.numbers import signed
from corridors.report.pieces import Chart, Mark
from corridors.report.svg import cut, group, line, picture, rect, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from corridors.report.svg import Ids

    Row = Mapping[str, Any]

__all__ = ["gains_chart"]

#: States that are shown, those whose cargo changes most.
MOST = 16
ROLE = "state"
#: Columns: measure of the file, title, unit, and by what its numbers are divided.
COLUMNS = (
    ("teu", "cargo", "thousand TEU a year", 1e3),
    ("tkm", "carriage", "million t-km a year", 1e6),
    ("value", "worth of the cargo", "million USD a year", 1e6),
)
WIDTH, LEFT, TOP, ROW = 900.0, 200.0, 52.0, 24.0
_NUMBERS = 56.0
#: Changes under this are none: half a TEU, half a thousand t-km or USD.
_LEAST = 5e-4


def gains_chart(base: str, scenario: str, gains: Sequence[Row], ids: Ids) -> Chart | None:
    """Draw how the cargo that passes each state changes.

    Parameters
    ----------
    base, scenario
        Ids of both scenarios.
    gains
        Rows of what parties gain and lose, in `compare.json`.
    ids
        Gives the id of the chart.

    Returns
    -------
    Chart or None
        None if no state gains or loses anything.
    """
    found: dict[str, dict[str, float]] = {}
    names: dict[str, str] = {}
    divisors = {measure: by for measure, _, _, by in COLUMNS}
    for row in gains:
        if row["role"] == ROLE and row["measure"] in divisors:
            names[row["party"]] = row["name"]
            change = row["change"] / divisors[row["measure"]]
            found.setdefault(row["party"], {})[row["measure"]] = change
    moved = {one: adds for one, adds in found.items() if max(map(abs, adds.values())) > _LEAST}
    order = sorted(moved, key=lambda one: (-abs(moved[one].get("teu", 0.0)), one))[:MOST]
    if not order:
        return None
    # Those that gain stand above those that lose.
    shown = sorted(order, key=lambda one: -moved[one].get("teu", 0.0))
    name = ids.new("gains", base, scenario)
    body, foot = [], TOP + ROW * len(shown)
    room = (WIDTH - LEFT) / len(COLUMNS)
    for at, (measure, title, unit, _) in enumerate(COLUMNS):
        values = [moved[one].get(measure, 0.0) for one in shown]
        body += _column(title, unit, values, LEFT + at * room, room, foot)
    marks = []
    for at, one in enumerate(shown):
        element = f"{name}-{at + 1}"
        body.append(_party(element, one, names[one], TOP + ROW * at))
        marks.append(Mark(element, "actor", one))
    title = f"Who gains and who loses passage from {base} to {scenario}"
    first = shown[0]
    told = (
        f"{len(moved)} states; {names[first]} {signed(moved[first].get('teu', 0.0))} thousand "
        "TEU a year."
    )
    return Chart(
        name, "gains", scenario, title,
        "Cargo on its way through each state, that of its own origin or destination left out: "
        "to the right what it gains, to the left what it loses.",
        picture(name, WIDTH, foot + 12, title=title, told=told, body=body),
        "compare.json", tuple(marks), _table(shown, names, moved),
    )  # fmt: skip


def _column(
    title: str, unit: str, values: Sequence[float], left: float, room: float, foot: float
) -> list[str]:
    scale = Axis(min(0.0, *values), max(0.0, *values), left + _NUMBERS, left + room - _NUMBERS)
    zero = scale.at(0.0)
    parts = [
        text(left + room / 2, TOP - 26, title, text_anchor="middle", font_weight="600"),
        text(left + room / 2, TOP - 11, unit, text_anchor="middle", font_size="11", **FAINT),
        line(zero, TOP - 4, zero, foot, **INK_LINE),
    ]
    for row, value in enumerate(values):
        middle, end = TOP + ROW * row + ROW / 2, scale.at(value)
        side = 1 if value >= 0 else -1
        if abs(value) > _LEAST:
            # More passage is no dearer: blue is what is gained here.
            colour = LESS if value > 0 else MORE
            parts.append(rect(zero, middle - 8, end - zero, 16, fill=colour, fill_opacity="0.88"))
        parts.append(
            text(end + 5 * side, middle + 4, signed(value) if abs(value) > _LEAST else "0",
                 text_anchor="start" if side > 0 else "end", font_size="11")
        )  # fmt: skip
    return parts


def _party(element: str, party: str, name: str, top: float) -> str:
    """Return the name of a state and the strip of the picture that is about it."""
    said = f"{party}  {name}"
    parts = [
        rect(0, top, WIDTH, ROW, fill="transparent"),
        line(0, top + ROW, WIDTH, top + ROW, **GRID),
        text(LEFT - 10, top + ROW / 2 + 4, cut(said, LEFT - 14), text_anchor="end"),
    ]
    return group(parts, tip=said, id=element, class_="mark")


def _table(
    shown: Sequence[str], names: Mapping[str, str], moved: Mapping[str, Mapping[str, float]]
) -> tuple[tuple[str, ...], ...]:
    head = ("state", "name", *(f"{title}, {unit}" for _, title, unit, _ in COLUMNS))
    return (
        head,
        *(
            (one, names[one], *(
                f"{moved[one].get(measure, 0.0) + 0.0:.3f}" for measure, _, _, _ in COLUMNS
            ))
            for one in shown
        ),
    )  # fmt: skip
