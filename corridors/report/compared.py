"""What two scenarios differ in, as plain values for people, JSON and maps.

::

    {"schema_version": 1,
     "a": {scenario, title, as_of}, "b": {...}, "network": id,
     "common_demands": [id],                        demands of both
     "settings": [{path, a, b}],                    values of the files that differ
     "rules": [{id, by, effect, title, in_force, kind, a, b}],
     "controls": [{id, actor, role, over, regime, in_force}],
     "closures": [{kind, id, words, stands}],       what is not built or the scenario closes
     "arcs": [{change, asset, name, country, mode, arcs, km, demands, reason, arc_count,
               all_demands}],                       `arcs` is empty where country is anywhere
     "routes": [{demand_id, change, a, b}],         a and b: totals of the best route, or null
     "demands": [{demand_id, stands}]}              demands of one scenario only

`in_force` and `stands` are `a` or `b`; in rules `a` and `b` say why each has the rule in
force or not, and `kind` which of own, switch, stance, regime, condition and date decides.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corridors.metrics.change import ANYWHERE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.change import ArcChange
    from corridors.model.route import Route

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Side:
    """One of the two scenarios."""

    scenario: str
    title: str
    as_of: str


@dataclass(frozen=True)
class SettingChange:
    """A value of the scenario files that differs, None where it is not said."""

    path: str
    a: Any
    b: Any


@dataclass(frozen=True)
class RuleChange:
    """A rule in force in one scenario only, and why in each."""

    id: str
    by: str
    effect: str
    title: str
    in_force: str
    kind: str
    a: str
    b: str


@dataclass(frozen=True)
class ControlChange:
    """A control that holds in one scenario only."""

    id: str
    actor: str
    role: str
    over: str
    regime: str
    in_force: str


@dataclass(frozen=True)
class ClosureChange:
    """Something not built, or closed by the scenario itself, in one scenario only."""

    kind: str
    id: str
    words: str
    stands: str


@dataclass(frozen=True)
class Totals:
    """The best route of a demand in one scenario."""

    route_id: str
    cost_usd_per_teu: float
    time_h: float
    distance_km: float
    corridor: str
    countries: tuple[str, ...]


@dataclass(frozen=True)
class RouteChange:
    """A demand whose best route differs.

    `change` is way (other arcs), price (the same arcs at another cost or time), feasible
    or infeasible.
    """

    demand_id: str
    change: str
    a: Totals | None
    b: Totals | None


@dataclass(frozen=True)
class DemandChange:
    """A demand that stands in one scenario only."""

    demand_id: str
    stands: str


@dataclass(frozen=True)
class Comparison:
    """All that two scenarios differ in."""

    a: Side
    b: Side
    network: str
    common: tuple[str, ...]
    settings: tuple[SettingChange, ...]
    rules: tuple[RuleChange, ...]
    controls: tuple[ControlChange, ...]
    closures: tuple[ClosureChange, ...]
    arcs: tuple[ArcChange, ...]
    routes: tuple[RouteChange, ...]
    demands: tuple[DemandChange, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as one object of plain values, as the module describes."""
        names = ("settings", "rules", "controls", "closures", "routes", "demands")
        tables = {name: [asdict(row) for row in getattr(self, name)] for name in names}
        return {
            "schema_version": SCHEMA_VERSION,
            "a": asdict(self.a),
            "b": asdict(self.b),
            "network": self.network,
            "common_demands": list(self.common),
            "arcs": [self._arcs(row) for row in self.arcs],
            **tables,
        }

    def is_for_all(self, row: ArcChange) -> bool:
        """Whether the cargo of every demand that stands in both sees a change."""
        return len(row.demands) == len(self.common)

    def _arcs(self, row: ArcChange) -> dict[str, Any]:
        told = asdict(row) | {"km": round(row.km, 3), "arc_count": len(row.arcs)}
        told["arcs"] = [] if row.country == ANYWHERE else list(row.arcs)
        return told | {"all_demands": self.is_for_all(row)}


def totals_of(route: Route) -> Totals:
    """Return the totals of a route, rounded as files round them."""
    return Totals(
        route.route_id, round(route.cost_usd_per_teu, 2), round(route.time_h, 3),
        round(route.distance_km, 3), route.corridor, route.countries,
    )  # fmt: skip


def best(routes: Sequence[Route]) -> Route | None:
    """Return the best route of a demand, None if it has none."""
    return routes[0] if routes else None
