"""Routes: what a decision looks like on the ground, leg by leg and stop by stop."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from corridors.model.cost import Line


class LegKind(StrEnum):
    """What a leg is: a run of line, or a stop that takes time and money."""

    LINE = "line"
    BORDER = "border"
    GAUGE_CHANGE = "gauge_change"
    TRANSFER = "transfer"
    BOARDING = "boarding"
    ACCESS = "access"


@dataclass(frozen=True)
class Leg:
    """A run of arcs in one mode, country and operator, or one stop.

    `arcs` are rows of the decision graph in travel order. Stops have no length;
    `operator` joins several by semicolons. `lines` are what cost, time and emissions are
    made of and add up to them; `time_sd_h` is the standard deviation of the time.
    """

    leg_id: str
    route_id: str
    seq: int
    kind: LegKind
    from_id: str
    to_id: str
    mode: str
    country: str
    gauge_mm: int | None
    operator: str
    distance_km: float
    time_h: float
    cost_usd_per_teu: float
    emissions_kgco2e_per_teu: float
    asset_ids: tuple[str, ...] = ()
    rule_ids: tuple[str, ...] = ()
    source_ids: tuple[str, ...] = ()
    arcs: tuple[int, ...] = ()
    time_sd_h: float = 0.0
    lines: tuple[Line, ...] = ()

    @property
    def is_stop(self) -> bool:
        """Whether the leg is a stop, that is has no length."""
        return self.kind is not LegKind.LINE


@dataclass(frozen=True)
class Spread:
    """The time of a route as a distribution, in hours, under one correlation.

    `likely_h` is the sum of the likely values; mean and standard deviation are exact,
    quantiles are those of draws. `within` pairs days with the chance to arrive within
    them; `on_time` is the chance to arrive by the deadline of the demand, None without
    one. `certain_share` is the part of `likely_h` for which no spread is stated: the more
    it is, the more the true spread is wider than shown.
    """

    route_id: str
    correlation: float
    likely_h: float
    mean_h: float
    sd_h: float
    p50_h: float
    p80_h: float
    p95_h: float
    within: tuple[tuple[float, float], ...]
    certain_share: float
    on_time: float | None = None


def _in_order(names: list[str]) -> tuple[str, ...]:
    """Return the names in order of first appearance, the empty name left out."""
    return tuple(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True)
class Route:
    """Legs from origin to destination; every total is the sum over the legs.

    `rank` counts from 1 within its demand and objective; `corridor` is the family
    the route belongs to, empty if none; `tonnes_per_teu` is what a TEU of the cargo holds.
    `within_h` is the deadline of the demand, and `spread` the time as a distribution where
    it was drawn. `teu_per_year` of the demand go by the route.
    """

    route_id: str
    demand_id: str
    origin: str
    destination: str
    corridor: str
    rank: int
    objective: str
    legs: tuple[Leg, ...]
    status: str = "ok"
    tonnes_per_teu: float | None = None
    in_containers: bool = True
    within_h: float | None = None
    spread: Spread | None = None
    teu_per_year: float = 0.0

    @property
    def way(self) -> tuple[int, ...]:
        """Arcs of the decision graph in travel order."""
        return tuple(arc for leg in self.legs for arc in leg.arcs)

    @property
    def modes(self) -> tuple[str, ...]:
        """Modes in order of first use."""
        return _in_order([leg.mode for leg in self.legs if not leg.is_stop])

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries in order of first entry, the high seas included."""
        return _in_order([leg.country for leg in self.legs])

    @property
    def actors(self) -> tuple[str, ...]:
        """Operators in order of first appearance."""
        return _in_order([name for leg in self.legs for name in leg.operator.split(";")])

    @property
    def cost_usd_per_teu(self) -> float:
        """Cost in USD of 2024 per TEU."""
        return sum(leg.cost_usd_per_teu for leg in self.legs)

    @property
    def time_h(self) -> float:
        """Time in hours, stops included."""
        return sum(leg.time_h for leg in self.legs)

    @property
    def time_sd_h(self) -> float:
        """Standard deviation of the time in hours, if all that is late is late together."""
        return sum(leg.time_sd_h for leg in self.legs)

    @property
    def cost_usd_per_feu(self) -> float:
        """Cost in USD of 2024 per FEU, line by line as a 40-foot box pays."""
        return sum(line.usd_per_feu for leg in self.legs for line in leg.lines)

    @property
    def emissions_kgco2e_per_teu(self) -> float:
        """Emissions from well to wheel in kg CO2e per TEU."""
        return sum(leg.emissions_kgco2e_per_teu for leg in self.legs)

    @property
    def distance_km(self) -> float:
        """Length in km over all modes."""
        return sum(leg.distance_km for leg in self.legs)

    @property
    def borders(self) -> int:
        """Number of land borders crossed."""
        return self._count(LegKind.BORDER)

    @property
    def gauge_changes(self) -> int:
        """Number of changes of track gauge."""
        return self._count(LegKind.GAUGE_CHANGE)

    @property
    def transfers(self) -> int:
        """Number of changes of mode."""
        return self._count(LegKind.TRANSFER)

    @property
    def rail_km(self) -> float:
        """Length by rail in km."""
        return self._length("rail")

    @property
    def road_km(self) -> float:
        """Length by road in km."""
        return self._length("road")

    @property
    def sea_km(self) -> float:
        """Length at sea in km, ferries included."""
        return self._length("sea") + self._length("ferry")

    def _count(self, kind: LegKind) -> int:
        return sum(leg.kind is kind for leg in self.legs)

    def _length(self, mode: str) -> float:
        return sum(leg.distance_km for leg in self.legs if leg.mode == mode)
