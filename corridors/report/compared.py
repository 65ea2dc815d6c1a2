"""What scenarios differ in, as plain values for people, JSON and maps.

::

    {"schema_version": 2, "network": id,
     "sides": [{label, scenario, title, as_of}],    the base first
     "metrics": [{name, subject_kind, subject, unit, better, values, changes, verdicts}],
     "comparisons": [{...}]}                        each of the others beside the base

    {"a": {label, scenario, title, as_of}, "b": {...},
     "common_demands": [id],                        demands of both
     "settings": [{path, a, b}],                    values of the files that differ
     "rules": [{id, by, effect, title, in_force, kind, a, b}],
     "controls": [{id, actor, role, over, regime, in_force}],
     "closures": [{kind, id, words, stands}],       what is not built or the scenario closes
     "arcs": [{change, asset, name, country, mode, arcs, km, demands, reason, arc_count,
               all_demands}],                       `arcs` is empty where country is anywhere
     "routes": [{demand_id, change, a, b}],         a and b: totals of the best route, or null
     "demands": [{demand_id, stands}],              demands of one scenario only
     "flows": [{arc, before_teu_per_year, after_teu_per_year}],
     "gains": [{role, party, name, measure, unit, before, after, change, gained, lost,
                other_demand, other_carriage, other_ways}],
     "balances": [{role, measure, unit, gained, lost, no_longer_carried, newly_carried,
                   other_demand, other_ways, left_over}]}

`values` has a number for each side, `changes` and `verdicts` for each but the base; verdicts
are better, worse, other (no direction is better), same, new, gone or none. `in_force` and
`stands` are `a` or `b`; in rules `a` and `b` say why each has the rule in force or not, and
`kind` which of own, switch, stance, regime, condition and date decides.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corridors.metrics.change import ANYWHERE
from corridors.metrics.gains import MEASURES, TOGETHER, gain_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.change import ArcChange, FlowChange
    from corridors.metrics.contrast import Contrast
    from corridors.metrics.gains import Balance, Ledger
    from corridors.model.route import Route

SCHEMA_VERSION = 2


@dataclass(frozen=True)
class Side:
    """One of the scenarios; `label` tells two of the same id apart."""

    label: str
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
    common: tuple[str, ...]
    settings: tuple[SettingChange, ...]
    rules: tuple[RuleChange, ...]
    controls: tuple[ControlChange, ...]
    closures: tuple[ClosureChange, ...]
    arcs: tuple[ArcChange, ...]
    routes: tuple[RouteChange, ...]
    demands: tuple[DemandChange, ...]
    flows: tuple[FlowChange, ...]
    ledger: Ledger

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as one object of plain values, as the module describes."""
        names = ("settings", "rules", "controls", "closures", "routes", "demands")
        tables = {name: [asdict(row) for row in getattr(self, name)] for name in names}
        return {
            "a": asdict(self.a),
            "b": asdict(self.b),
            "common_demands": list(self.common),
            "arcs": [self._arcs(row) for row in self.arcs],
            **tables,
            "flows": [
                {"arc": one.arc, "before_teu_per_year": round(one.before, 3),
                 "after_teu_per_year": round(one.after, 3)}
                for one in self.flows
            ],
            "gains": [self._gain(row) for row in self.gain_rows if row["party"] != TOGETHER],
            "balances": list(map(_balance, self.ledger.balances)),
        }  # fmt: skip

    def is_for_all(self, row: ArcChange) -> bool:
        """Whether the cargo of every demand that stands in both sees a change."""
        return len(row.demands) == len(self.common)

    @property
    def gain_rows(self) -> list[dict[str, object]]:
        """The rows of `gains.csv`."""
        return list(gain_rows(self.ledger, self.a.label, self.b.label))

    @staticmethod
    def _gain(row: dict[str, object]) -> dict[str, object]:
        return {name: row[name] for name in row if name not in ("base", "scenario")}

    def _arcs(self, row: ArcChange) -> dict[str, Any]:
        told = asdict(row) | {"km": round(row.km, 3), "arc_count": len(row.arcs)}
        told["arcs"] = [] if row.country == ANYWHERE else list(row.arcs)
        return told | {"all_demands": self.is_for_all(row)}


@dataclass(frozen=True)
class Compared:
    """Several scenarios on one network beside the first of them."""

    network: str
    sides: tuple[Side, ...]
    metrics: tuple[Contrast, ...]
    pairs: tuple[Comparison, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What the scenarios are called, the base first."""
        return tuple(side.label for side in self.sides)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as one object of plain values, as the module describes."""
        return {
            "schema_version": SCHEMA_VERSION,
            "network": self.network,
            "sides": [asdict(side) for side in self.sides],
            "metrics": [self._metric(one) for one in self.metrics],
            "comparisons": [pair.as_dict() for pair in self.pairs],
        }

    def _metric(self, one: Contrast) -> dict[str, Any]:
        others = range(1, len(self.sides))
        names = ("name", "subject_kind", "subject", "unit", "better")
        return {name: getattr(one, name) for name in names} | {
            "values": list(map(_six, one.values)),
            "changes": [_six(one.change(at)) for at in others],
            "verdicts": [one.verdict(at) for at in others],
        }


def _six(value: float | None) -> float | None:
    """Return a number with six decimals, as `result.json` has it."""
    return None if value is None else round(value, 6) + 0.0


def _balance(one: Balance) -> dict[str, Any]:
    names = ("gained", "lost", "no_longer_carried", "newly_carried", "other_demand", "other_ways",
             "left_over")  # fmt: skip
    told = {name: round(getattr(one, name), 3) + 0.0 for name in names}
    return {"role": one.role, "measure": one.measure, "unit": MEASURES[one.measure], **told}


def totals_of(route: Route) -> Totals:
    """Return the totals of a route, rounded as files round them."""
    return Totals(
        route.route_id, round(route.cost_usd_per_teu, 2), round(route.time_h, 3),
        round(route.distance_km, 3), route.corridor, route.countries,
    )  # fmt: skip


def best(routes: Sequence[Route]) -> Route | None:
    """Return the best route of a demand, None if it has none."""
    return routes[0] if routes else None
