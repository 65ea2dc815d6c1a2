"""Why a route: leg by leg, what comes second, and what keeps a cheaper way shut."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corridors.report.geojson import leg_row, route_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corridors.model.route import Leg, Route, Spread
    from corridors.report.explained import RuleRow, Source

SCHEMA_VERSION = 1
_HOURS = ("likely_h", "mean_h", "sd_h", "p50_h", "p80_h", "p95_h")


@dataclass(frozen=True)
class LegRow:
    """A leg, and what of its cost and time rules charge and delay."""

    leg: Leg
    charged_usd_per_teu: float
    delayed_h: float

    def as_dict(self) -> dict[str, Any]:
        """Return the leg with the fields of `legs.geojson`."""
        row = leg_row(self.leg)
        return {
            name: list(cell) if isinstance(cell, tuple) else cell for name, cell in row.items()
        } | {
            "rule_cost_usd_per_teu": round(self.charged_usd_per_teu, 2),
            "rule_time_h": round(self.delayed_h, 3),
        }


@dataclass(frozen=True)
class Second:
    """The next best route, and how much more it takes."""

    route_id: str
    corridor: str
    countries: tuple[str, ...]
    more_cost_usd_per_teu: float
    more_time_h: float
    more_generalised_usd_per_teu: float


@dataclass(frozen=True)
class Shutter:
    """Something that shuts a way: rule, default, stance, or closure, and where."""

    kind: str
    id: str
    actor: str
    words: str
    where: tuple[str, ...]


@dataclass(frozen=True)
class ShutWay:
    """A cheaper way that is shut, what shuts it, and what it would save.

    `lifting` is `refusals` (of all actors), `decisions` (the scenario's closures too) or
    `alone` (the one in `shutters`). Savings are None where the demand has no open route.
    """

    lifting: str
    corridor: str
    countries: tuple[str, ...]
    cost_usd_per_teu: float
    time_h: float
    saves_cost_usd_per_teu: float | None
    saves_time_h: float | None
    saves_generalised_usd_per_teu: float | None
    shutters: tuple[Shutter, ...]


@dataclass(frozen=True)
class RouteExplained:
    """A route of a run told in full; `route` is None where the demand has none.

    `times` are its time as a distribution, under several correlations.
    """

    scenario: str
    network: str
    as_of: str
    demand_id: str
    cargo: Mapping[str, tuple[str, ...]]
    reason: str
    route: Route | None
    legs: tuple[LegRow, ...]
    rules: tuple[RuleRow, ...]
    second: Second | None
    shut: tuple[ShutWay, ...]
    alone: tuple[ShutWay, ...]
    sources: tuple[Source, ...]
    warnings: tuple[str, ...]
    times: tuple[Spread, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return everything as one object of plain values, with `schema_version`."""
        names = ("scenario", "network", "as_of", "demand_id", "reason", "warnings")
        whole: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
        whole |= {name: getattr(self, name) for name in names}
        whole["cargo"] = {name: list(words) for name, words in self.cargo.items()}
        whole["route"] = _route(self.route) if self.route else None
        whole["legs"] = [leg.as_dict() for leg in self.legs]
        whole["second"] = asdict(self.second) if self.second else None
        whole["times"] = [told_spread(one) for one in self.times]
        for name in ("rules", "shut", "alone", "sources"):
            whole[name] = [asdict(row) for row in getattr(self, name)]
        return whole


def told_spread(one: Spread) -> dict[str, Any]:
    """Return the time of a route as plain values, rounded; chances by days."""
    hours = {name: round(getattr(one, name), 3) for name in _HOURS}
    chance = {
        "on_time_probability": one.on_time if one.on_time is None else round(one.on_time, 4),
        "within_days": {f"{days:g}": round(share, 4) for days, share in one.within},
        "certain_share": round(one.certain_share, 4),
    }
    return {"correlation": one.correlation} | hours | chance


def _route(route: Route) -> dict[str, Any]:
    row = route_row(route)
    return {name: list(cell) if isinstance(cell, tuple) else cell for name, cell in row.items()}
