"""Capacities and investment projects in the words of the field, as the tables say them.

A :class:`Capacity` is what may pass some places in a year; a :class:`Project` builds lines
and changes capacities (:class:`Effect`) for a cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.model.access import Span

#: How sure of itself a scenario takes a range to be; `NO_LEVEL` takes no capacity at all.
LEVELS = ("low", "likely", "high")
NO_LEVEL = "none"
#: What a capacity may be of: a border crossing, a line, the handling in a port or terminal,
#: a change of gauge, a service, a strait, or all crossings of a border together.
PLACE_KINDS = (
    "crossing", "line", "terminal", "gauge_change", "service", "strait", "country_pair",
)  # fmt: skip
#: Both directions share the capacity, or each has it; one alone is written `KZ>AZ`.
BOTH, EACH = "both", "each"
EFFECTS_OF_PROJECTS = ("set", "add")


@dataclass(frozen=True)
class Amount:
    """A number with its range, in the unit of its row."""

    low: float
    likely: float
    high: float

    def at(self, level: str) -> float:
        """Return the number at one of `LEVELS`."""
        value: float = getattr(self, level)
        return value


@dataclass(frozen=True)
class Open:
    """Which share of a capacity is open to the demands; other traffic has the rest."""

    share: float
    quality: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Capacity:
    """What may pass some places in a year, by any cargo, as far as a source says.

    The places `on` share it. `lot` is how many TEU go on one of what the unit counts, None
    where the scenario says; `stands_for` are rules of the register that say the same;
    `line` is its row in the table.
    """

    id: str
    title: str
    kind: str
    on: tuple[str, ...]
    modes: tuple[str, ...]
    direction: str
    amount: Amount
    unit: str
    lot: float | None
    open: Open
    span: Span
    year: int
    quality: str
    sources: tuple[str, ...]
    stands_for: tuple[str, ...] = ()
    conflict: str = ""
    note: str = ""
    line: int = 0


@dataclass(frozen=True)
class Effect:
    """What a project does to a capacity, in the unit of that: a new total, or an addition.

    `open_share` is the share of what is added that is open to the demands, None if it is
    that of the capacity: where other traffic fills what there is, all that is added is open.
    """

    capacity: str
    kind: str
    amount: Amount
    open_share: float | None
    quality: str
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Project:
    """An investment: what it builds, changes and costs, in USD of 2024.

    `builds` are assets of the network that stand once it is done. Years are of opening,
    None where no date is known.
    """

    id: str
    title: str
    kind: str
    builds: tuple[str, ...]
    cost_usd: Amount
    opening: Mapping[str, int | None]
    promoter: str
    status: str
    quality: str
    sources: tuple[str, ...]
    effects: tuple[Effect, ...] = ()
    conflict: str = ""
    note: str = ""
    line: int = 0
