"""A run's folder read for pictures and words: its routes, profiles, bills and names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from corridors.metrics.profile import leg_of, profile_of
from corridors.report.labels import short_name
from geodata.facts_io import load_facts
from geodata.folders import facts_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.metrics.profile import Profile
    from corridors.model.route import Leg
    from corridors.report.material import Folder


__all__ = ["Demand", "Run", "Told", "fact_names"]


@dataclass(frozen=True)
class Told:
    """A route as its run tells it: USD of 2024, hours and km per TEU, cargo in TEU a year."""

    route_id: str
    demand_id: str
    corridor: str
    rank: int
    usd_per_teu: float
    h: float
    km: float
    teu_per_year: float
    countries: tuple[str, ...]
    p80_h: float | None
    p95_h: float | None

    @property
    def along(self) -> str:
        """Its corridors in words, its countries if it has none."""
        return self.corridor.replace(";", ", ") or " ".join(self.countries)


@dataclass(frozen=True)
class Demand:
    """A demand with its routes, best first."""

    id: str
    status: str
    reason: str
    teu_per_year: float
    unserved_teu_per_year: float
    certificate: Mapping[str, Any] | None
    routes: tuple[Told, ...]

    @property
    def best(self) -> Told | None:
        """The best route, None if there is none."""
        return self.routes[0] if self.routes else None

    @property
    def usd_per_year(self) -> float:
        """What carrying it by its best route costs in money, USD of 2024 a year."""
        return self.teu_per_year * self.best.usd_per_teu if self.best else 0.0

    def by_corridor(self, most: int) -> tuple[Told, ...]:
        """Return the best route of each corridor and those that carry, best first."""
        seen: set[str] = set()
        kept = []
        for one in self.routes:
            if one.corridor not in seen or one.teu_per_year > 0:
                kept.append(one)
            seen.add(one.corridor)
        return tuple(kept[:most])


class Run:
    """The folder of a run, each file of it read once and only if it is asked for."""

    def __init__(self, folder: Folder) -> None:
        """Take a folder of kind ``run``."""
        self.folder = folder

    @property
    def id(self) -> str:
        """Id of the scenario."""
        return self.folder.scenario

    @cached_property
    def demands(self) -> dict[str, Demand]:
        """The demands by id, in the order of the scenario."""
        rows = self.folder.result["demands"]
        return {row["id"]: _demand(row) for row in rows}

    @cached_property
    def totals(self) -> dict[str, float]:
        """The metrics of the whole scenario, by name."""
        rows = self.folder.result["metrics"]
        return {row["name"]: row["value"] for row in rows if row["subject_kind"] == "scenario"}

    @property
    def teu_days(self) -> float:
        """How long all that is carried in a year is on its way, in TEU-days."""
        routes = (one for demand in self.demands.values() for one in demand.routes)
        return sum(one.teu_per_year * one.h for one in routes) / 24.0

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of places by id: of those that cargo passes as the run tells them.

        Places that no cargo passes have those of the shipped facts, as the run leaves none.
        """
        rows = self.folder.features("chokepoints.geojson")
        told = {one["properties"]["asset_id"]: one["properties"]["name"] for one in rows}
        return fact_names() | told

    def profiles(self, routes: Iterable[Told]) -> list[Profile]:
        """Return the profiles of some routes."""
        return [
            replace(
                profile_of(one.route_id, one.corridor, self._legs[one.route_id], names=self.names),
                p80_h=one.p80_h, p95_h=one.p95_h,
            )
            for one in routes
        ]  # fmt: skip

    def input_words(self, name: str) -> str:
        """Return the name of an uncertain input with places by their names, in words."""
        known = self.names
        told = (short_name(known[one]) if one in known else one for one in name.split(" "))
        return " ".join(told).replace("_", " ")

    def ends(self, route: Told) -> frozenset[str]:
        """Return the places where a route begins and ends, whichever way it goes."""
        legs = self._legs[route.route_id]
        return frozenset((legs[0].from_id, legs[-1].to_id))

    def telling(self, demands: Iterable[Demand], most: int) -> tuple[Demand, ...]:
        """Return the demands that cost most in a year, one for each pair of ends."""
        found: dict[frozenset[str], Demand] = {}
        for one in sorted(demands, key=lambda one: (-one.usd_per_year, one.id)):
            if len(found) < most and one.best:
                found.setdefault(self.ends(one.best), one)
        return tuple(found.values())

    def bill(self, route_id: str) -> dict[str, tuple[float, float]]:
        """Return USD and hours per TEU of a route by component, in the order met."""
        return self._bills[route_id]

    @cached_property
    def _legs(self) -> dict[str, list[Leg]]:
        found: dict[str, list[Leg]] = defaultdict(list)
        for one in self.folder.features("legs.geojson"):
            found[one["properties"]["route_id"]].append(leg_of(one["properties"]))
        return found

    @cached_property
    def _bills(self) -> dict[str, dict[str, tuple[float, float]]]:
        found: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
        for row in self.folder.rows("lines.csv"):
            bill = found[row["route_id"]]
            usd, h = bill.get(row["component"], (0.0, 0.0))
            bill[row["component"]] = usd + float(row["usd"]), h + float(row["h"])
        return found


@cache
def fact_names() -> dict[str, str]:
    """Return the names of places in the shipped facts, by id."""
    facts = load_facts(facts_folder())
    tables = (facts.terminals, facts.crossings, facts.straits)
    return {one.id: one.name for table in tables for one in table}


def _demand(row: Mapping[str, Any]) -> Demand:
    return Demand(
        row["id"], row["status"], row["reason"], row["teu_per_year"],
        row["unserved_teu_per_year"], row["certificate"],
        _routes(row["id"], row["routes"]),
    )  # fmt: skip


def _routes(demand: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Told, ...]:
    return tuple(
        Told(
            one["route_id"], demand, one["corridor"], one["rank"], one["cost_usd_per_teu"],
            one["time_h"], one["distance_km"], one["teu_per_year"], tuple(one["countries"]),
            one["time_p80_h"], one["time_p95_h"],
        )
        for one in rows
    )  # fmt: skip
