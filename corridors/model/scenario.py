"""A scenario as the engine sees it: checked, merged and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import date

#: How well a number is known, best first.
QUALITIES = ("measured", "reported", "promotional", "estimated", "assumed")


@dataclass(frozen=True)
class Demand:
    """Cargo wanted between two terminals, in TEU a year.

    `quality` is one of `QUALITIES`; `source` names where the volume comes from.
    """

    id: str
    origin: str
    destination: str
    commodity: str
    teu_per_year: float
    source: str = ""
    quality: str = "assumed"


@dataclass(frozen=True)
class NetworkChoice:
    """Which of the lines that are not built the scenario treats as built.

    `built` lists asset ids; `all_planned` adds every line planned or under
    construction; `build_by_year` adds those likely to open in that year or before.
    """

    built: tuple[str, ...] = ()
    all_planned: bool = False
    build_by_year: int | None = None


@dataclass(frozen=True)
class AccessEntry:
    """What an access decision is about: everything that fits all given fields.

    `country_pair` holds two country codes and means the land borders between them.
    """

    asset: str | None = None
    country: str | None = None
    country_pair: tuple[str, str] | None = None
    mode: str | None = None
    source: str = ""

    def __str__(self) -> str:
        """Return the selection in words, for reasons shown to people."""
        pair = "-".join(self.country_pair) if self.country_pair else None
        named = (("", self.asset), ("country ", self.country), ("border ", pair))
        words = [label + value for label, value in named if value]
        return " ".join([*words, *([f"by {self.mode}"] if self.mode else [])])


@dataclass(frozen=True)
class Access:
    """Access decisions of the scenario on top of the facts' political status.

    `conditional` says whether assets of conditional status may be used.
    """

    close: tuple[AccessEntry, ...] = ()
    open: tuple[AccessEntry, ...] = ()
    conditional: Literal["open", "closed"] = "closed"


@dataclass(frozen=True)
class RateOverride:
    """A rate of the scenario in place of the table's; money in USD of 2024."""

    component: str
    value: float
    unit: str
    mode: str = "*"
    place: str = "*"
    source: str = ""


@dataclass(frozen=True)
class Costs:
    """Economic assumptions, money in USD of 2024."""

    value_of_time_usd_per_teu_h: float
    penalty_usd_per_teu: float
    overrides: tuple[RateOverride, ...] = ()


@dataclass(frozen=True)
class Alternatives:
    """Which corridor families to report (empty: all) and how long a detour may be.

    `max_detour` is the largest ratio of a route's cost to the cheapest one's.
    """

    families: tuple[str, ...] = ()
    max_detour: float = 2.5


@dataclass(frozen=True)
class Scenario:
    """One set of assumptions: what is built, who lets pass, what is to be carried."""

    id: str
    title: str
    why: str
    uncertain: tuple[str, ...]
    as_of: date
    network: NetworkChoice
    access: Access
    demands: tuple[Demand, ...]
    costs: Costs
    alternatives: Alternatives
    seed: int = 0
    schema_version: int = 1
