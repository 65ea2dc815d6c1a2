"""How lines look on a map: colour, width and dash, never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geodata.symbols import FERRY, NOT_BUILT, PALETTE, RAIL, ROAD, SEA
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "NETWORK_PENS",
    "NOT_BUILT_PEN",
    "PALETTE",
    "PALE_PENS",
    "ROUTE_DASHES",
    "Pen",
    "family_pens",
]

#: Widths in points of the widest (first drawn) and the thinnest family.
WIDEST, THINNEST = 4.2, 1.5


@dataclass(frozen=True)
class Pen:
    """How a line is drawn: width in points, dash in widths, name in the legend.

    A `hollow` line has a white core.
    """

    colour: str
    width: float
    dash: tuple[float, ...] = ()
    label: str = ""
    hollow: bool = False

    @property
    def style(self) -> Any:  # noqa: ANN401  matplotlib has no name for this type
        """Return the line style as matplotlib takes it."""
        return (0, self.dash) if self.dash else "solid"


#: The network by itself, in the order of drawing.
NETWORK_PENS: Mapping[Mode, Pen] = {
    Mode.SEA: Pen(SEA, 0.6, (6, 3), "sea lane"),
    Mode.ROAD: Pen(ROAD, 0.25, label="road"),
    Mode.RAIL: Pen(RAIL, 0.75, label="railway"),
    Mode.FERRY: Pen(FERRY, 1.5, (2, 1), "ferry or feeder service"),
}
NOT_BUILT_PEN = Pen(NOT_BUILT, 1.8, (2, 0.9), "planned or under construction")

#: The network under the routes.
PALE_PENS: Mapping[Mode, Pen] = {
    Mode.SEA: Pen("#C3D6E2", 0.35, (6, 3)),
    Mode.ROAD: Pen("#E4DAC6", 0.25),
    Mode.RAIL: Pen("#B5B0A8", 0.45),
    Mode.FERRY: Pen("#A9C6D8", 0.7, (2, 1)),
}

#: Second cue on routes: the dash of each mode, in line widths.
ROUTE_DASHES: Mapping[str, tuple[float, ...]] = {
    "rail": (),
    "road": (1.2, 0.6),
    "sea": (3.5, 1.2),
    "ferry": (3.5, 1.2),
}


#: Routes that no declared corridor accounts for.
NO_FAMILY_PEN = Pen("#7A7A7A", 2.4, label="no declared corridor")


def family_pens(families: Sequence[str], *, known: Sequence[str] = ()) -> dict[str, Pen]:
    """Return a pen for each corridor family.

    Parameters
    ----------
    families
        Names, the one to be drawn first and widest first; the empty name stands for
        routes of no corridor.
    known
        Families in the order in which colours are handed out, so that a family keeps
        its colour from picture to picture; those not in it come after.

    Returns
    -------
    dict
        Pen by family, grey for no corridor; past the palette's end, the colours
        return hollow.
    """
    named = [family for family in families if family]
    colours = list(dict.fromkeys([*known, *named]))
    step = (WIDEST - THINNEST) / max(1, len(named) - 1)
    pens: dict[str, Pen] = dict.fromkeys({""} & set(families), NO_FAMILY_PEN)
    for k, family in enumerate(named):
        turn, place = divmod(colours.index(family), len(PALETTE))
        width = WIDEST - k * step
        pens[family] = Pen(PALETTE[place], width, label=family, hollow=turn > 0)
    return pens
