"""Cumulative cost and time against distance along a route, stop by stop.

Planners know the picture as the time/cost-distance profile (UNESCAP; Beresford and Dubey
1990): a line rises with the kilometres and jumps where cargo stands still.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corridors.model.route import Leg, LegKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: What a stop is called in a profile; a change to or from a ship is a port.
WORDS = {
    LegKind.LINE: "line",
    LegKind.BORDER: "border",
    LegKind.GAUGE_CHANGE: "gauge change",
    LegKind.TRANSFER: "transfer",
    LegKind.BOARDING: "boarding",
    LegKind.ACCESS: "terminal",
}


@dataclass(frozen=True)
class Step:
    """One leg of a route in its profile: what it is and what it adds.

    `kind` is a word of `WORDS` or port; `name` is where the leg stands, or from where to
    where it goes. A stop adds no km.
    """

    kind: str
    name: str
    mode: str
    country: str
    km: float
    usd_per_teu: float
    h: float

    @property
    def is_stop(self) -> bool:
        """Whether the profile jumps here."""
        return self.kind != WORDS[LegKind.LINE]


@dataclass(frozen=True)
class Point:
    """Where a profile stands after some steps: km, USD of 2024 per TEU, hours."""

    km: float
    usd_per_teu: float
    h: float


@dataclass(frozen=True)
class Profile:
    """The steps of a route in travel order.

    `p80_h` and `p95_h` are the hours within which four of five journeys end, and nineteen of
    twenty; None if they are not known.
    """

    route_id: str
    corridor: str
    steps: tuple[Step, ...]
    p80_h: float | None = None
    p95_h: float | None = None

    @property
    def points(self) -> tuple[Point, ...]:
        """The origin, then where each step ends: one more than there are steps."""
        km = usd = h = 0.0
        found = [Point(km, usd, h)]
        for step in self.steps:
            km, usd, h = km + step.km, usd + step.usd_per_teu, h + step.h
            found.append(Point(km, usd, h))
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        """Return steps and the points between them as plain values."""
        return {
            "route_id": self.route_id,
            "corridor": self.corridor,
            "p80_h": self.p80_h,
            "p95_h": self.p95_h,
            "steps": [asdict(step) for step in self.steps],
            "points": [asdict(point) for point in self.points],
        }

    @property
    def end(self) -> Point:
        """The totals of the route."""
        return self.points[-1]


def profile_of(
    route_id: str, corridor: str, legs: Iterable[Leg], *, names: Mapping[str, str] | None = None
) -> Profile:
    """Return the profile of a route.

    Parameters
    ----------
    route_id, corridor
        Whose profile it is.
    legs
        The legs of the route in travel order.
    names
        Names of terminals, crossings and services by id; ids stand for those without.

    Examples
    --------
    >>> from corridors.model.route import Leg
    >>> leg = Leg("r.1.1", "r.1", 1, LegKind.LINE, "A", "B", "rail", "KZ", 1520, "", 500.0,
    ...           20.0, 125.0, 60.0)
    >>> profile_of("r.1", "EW", [leg], names={"A": "Altynkol"}).steps[0].name
    'Altynkol to B'
    """
    known = names or {}
    return Profile(route_id, corridor, tuple(_step(leg, known) for leg in legs))


def leg_of(row: Mapping[str, Any]) -> Leg:
    """Return what a profile needs of a leg of `legs.geojson`, which holds no emissions by leg."""
    names = (
        "leg_id", "route_id", "seq", "from_id", "to_id", "mode", "country", "gauge_mm", "operator",
        "distance_km", "time_h", "cost_usd_per_teu",
    )  # fmt: skip
    return Leg(
        **{name: row[name] for name in names},
        kind=LegKind(row["kind"]), emissions_kgco2e_per_teu=0.0,
    )  # fmt: skip


def _step(leg: Leg, names: Mapping[str, str]) -> Step:
    at_ship = leg.kind is LegKind.TRANSFER and leg.mode in ("sea", "ferry")
    return Step(
        kind="port" if at_ship else WORDS[leg.kind],
        name=_where(leg, names),
        mode=leg.mode,
        country=leg.country,
        km=leg.distance_km,
        usd_per_teu=leg.cost_usd_per_teu,
        h=leg.time_h,
    )


def _where(leg: Leg, names: Mapping[str, str]) -> str:
    """Return the name of a stop, or of both ends of a line.

    Nodes without a name of their own are numbers (`N12`), which say nothing to a reader.
    """
    ends = [names.get(one, one) for one in (leg.from_id, leg.to_id) if not _is_number(one)]
    if leg.is_stop:
        # A ship is boarded and left at its port: the service is named on one side only.
        return ends[0] if ends else ""
    return " to ".join(ends) if len(ends) == 2 else "".join(ends)  # noqa: PLR2004 - both ends


def _is_number(name: str) -> bool:
    return name.startswith("N") and name[1:].isdecimal()
