"""Units of what may pass in a year, and how many TEU they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

DAYS_PER_YEAR = 365.0
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7.0
TONNES_PER_MT = 1e6
TONNES_PER_KT = 1e3
WEIGHT, BOX = "t", "TEU"
#: What is counted -> the parameter of `Units` that gives the TEU on one of it.
LOTS = {"train": "teu_per_train", "truck": "teu_per_truck", "ship": "vessel_teu"}


@dataclass(frozen=True)
class Measure:
    """A unit: what it counts, and how many of that a year one of it is."""

    counts: str
    per_year: float

    @property
    def by_weight(self) -> bool:
        """Whether it counts tonnes, so that heavier goods take more of it."""
        return self.counts == WEIGHT

    @property
    def parameter(self) -> str:
        """The parameter of `Units` that turns it into TEU, empty if none does."""
        return "tonnes_per_teu" if self.by_weight else LOTS.get(self.counts, "")

    @property
    def needs_lot(self) -> bool:
        """Whether a row must say itself how many TEU go on one of what is counted."""
        return self.counts not in (BOX, WEIGHT, *LOTS)

    def teu_per_year(self, parameter: float = 1.0) -> float:
        """Return one of the unit in TEU a year.

        `parameter` is the weight of a TEU, or the TEU on one of what is counted.
        """
        return self.per_year / parameter if self.by_weight else self.per_year * parameter


#: Units of capacities, of projects and of caps.
MEASURES = {
    "TEU/yr": Measure(BOX, 1.0),
    "TEU/day": Measure(BOX, DAYS_PER_YEAR),
    "t/yr": Measure(WEIGHT, 1.0),
    "t/day": Measure(WEIGHT, DAYS_PER_YEAR),
    "kt/yr": Measure(WEIGHT, TONNES_PER_KT),
    "Mt/yr": Measure(WEIGHT, TONNES_PER_MT),
    "trains/day": Measure("train", DAYS_PER_YEAR),
    "trains/yr": Measure("train", 1.0),
    "wagons/day": Measure("wagon", DAYS_PER_YEAR),
    "wagons/yr": Measure("wagon", 1.0),
    "trucks/day": Measure("truck", DAYS_PER_YEAR),
    "trucks/yr": Measure("truck", 1.0),
    "sailings/week": Measure("sailing", WEEKS_PER_YEAR),
    "ships/day": Measure("ship", DAYS_PER_YEAR),
    "ships/yr": Measure("ship", 1.0),
}


def cap_units() -> dict[str, tuple[tuple[str, ...], Callable[..., float]]]:
    """Return the units that rules may cap in: the parameters needed, and one of it in TEU a year.

    Examples
    --------
    >>> needed, one = cap_units()["trucks/day"]
    >>> needed, one(2.0)
    (('teu_per_truck',), 730.0)
    """
    return {
        name: ((measure.parameter,) if measure.parameter else (), measure.teu_per_year)
        for name, measure in MEASURES.items()
        if not measure.needs_lot
    }
