"""Indicators of corridors as CAREC's corridor surveys (CPMM) define them, under their names.

TFI1 is the time and TFI2 the money that a border takes, TFI3 the cost of 500 km for 20 t,
TFI4 the speed with delay (SWD); SWOD is the speed without. Counted are runs by rail and
road and what stands between them: borders, changes of gauge, transfers from one to the
other. Ships, ports and the first and last terminal are left out, as in the surveys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from corridors.model.result import Metric
from corridors.model.route import LegKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from corridors.model.route import Leg, Route
    from corridors.scenario.surveys import Published

#: The shipment that money is stated for in t, and the distance in km.
SHIPMENT_T, DISTANCE_KM = 20.0, 500.0
#: A border has two sides, and surveys count each as a crossing point of its own.
SIDES = 2
LAND = ("rail", "road")
BORDER_STOPS = (LegKind.BORDER, LegKind.GAUGE_CHANGE)
#: Metric -> unit and which way is better.
METRICS = {
    "tfi1_border_time": ("h_per_border", "lower"),
    "tfi2_border_cost": ("usd_2024_per_border_20t", "lower"),
    "tfi3_corridor_cost": ("usd_2024_per_500km_20t", "lower"),
    "tfi4_swd": ("km_per_h", "higher"),
    "swod": ("km_per_h", "higher"),
}


@dataclass(frozen=True)
class Sums:
    """What routes come to on land, all together; money for 20 t of cargo.

    Borders are counted with both their sides, and with the changes of gauge beside them.
    """

    km: float = 0.0
    moving_h: float = 0.0
    stopped_h: float = 0.0
    usd_20t: float = 0.0
    borders: int = 0
    border_h: float = 0.0
    border_usd_20t: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        """Return both together."""
        return Sums(
            self.km + other.km, self.moving_h + other.moving_h, self.stopped_h + other.stopped_h,
            self.usd_20t + other.usd_20t, self.borders + other.borders,
            self.border_h + other.border_h, self.border_usd_20t + other.border_usd_20t,
        )  # fmt: skip

    def indicators(self) -> dict[str, float]:
        """Return the indicators, those left out that nothing was counted for."""
        found = {}
        if self.borders:
            found["tfi1_border_time"] = self.border_h / self.borders
            found["tfi2_border_cost"] = self.border_usd_20t / self.borders
        if self.km:
            found["tfi3_corridor_cost"] = self.usd_20t / self.km * DISTANCE_KM
            found["tfi4_swd"] = self.km / (self.moving_h + self.stopped_h)
            found["swod"] = self.km / self.moving_h
        return found


def cpmm_metrics(routes: Iterable[Route]) -> list[Metric]:
    """Return the indicators of each corridor family, and of each country, by mode.

    A family is measured on the best route of each demand that runs along it, from end to
    end; subjects are `TITR` for both modes, `TITR/rail` and `TITR/road`. Countries have
    no indicators of borders, which lie between two.
    """
    chosen = [_Land(route, tuple(_land(route))) for route in routes]
    families = _by_family(chosen)
    found = [
        metric
        for family in sorted(families)
        for mode in ("", *LAND)
        for metric in _metrics("corridor", family, mode, _sums(families[family], mode))
    ]
    best = [one for one in chosen if one.route.rank == 1]
    for country in sorted({leg.country for one in best for leg, _ in one.legs}):
        for mode in LAND:
            sums = _sums(best, mode, country=country)
            rows = _metrics("country", country, mode, sums)
            found += [one for one in rows if not one.name.startswith(("tfi1", "tfi2"))]
    return found


class _Land(NamedTuple):
    """A route with its legs on land, each with its countries."""

    route: Route
    legs: tuple[tuple[Leg, frozenset[str]], ...]


def _by_family(routes: Sequence[_Land]) -> dict[str, list[_Land]]:
    """Return the best route of each demand along each family."""
    found: dict[str, dict[str, _Land]] = {}
    for one in sorted(routes, key=lambda one: one.route.rank):
        for family in filter(None, one.route.corridor.split(";")):
            found.setdefault(family, {}).setdefault(one.route.demand_id, one)
    return {family: list(one.values()) for family, one in found.items()}


def _sums(routes: Iterable[_Land], mode: str, *, country: str = "") -> Sums:
    """Add up the legs on land of some routes, by one mode and in one country if given."""
    total = Sums()
    for route, legs in routes:
        if not route.tonnes_per_teu:
            continue
        load = SHIPMENT_T / route.tonnes_per_teu
        for leg, countries in legs:
            if mode in ("", leg.mode) and (not country or country in countries):
                total += _of_leg(leg, load, share=1 / len(countries) if country else 1.0)
    return total


def _land(route: Route) -> Iterator[tuple[Leg, frozenset[str]]]:
    """Yield the legs on land, each with its countries: a border lies half in each of two."""
    legs = route.legs
    for at, leg in enumerate(legs):
        if leg.mode in LAND and leg.kind is not LegKind.ACCESS:
            around = legs[max(0, at - 1) : at + 2] if leg.kind is LegKind.BORDER else (leg,)
            yield leg, frozenset(one.country for one in around if one.mode in LAND)


def _of_leg(leg: Leg, load: float, *, share: float) -> Sums:
    """Return what one leg comes to, `load` TEU being a shipment, or a share of a stop."""
    usd = leg.cost_usd_per_teu * load
    if not leg.is_stop:
        return Sums(km=leg.distance_km, moving_h=leg.time_h, usd_20t=usd)
    stop = Sums(stopped_h=leg.time_h * share, usd_20t=usd * share)
    if leg.kind not in BORDER_STOPS:
        return stop
    return stop + Sums(
        borders=int(leg.kind is LegKind.BORDER), border_h=leg.time_h, border_usd_20t=usd
    )


def _metrics(kind: str, subject: str, mode: str, sums: Sums) -> Iterator[Metric]:
    name = f"{subject}/{mode}" if mode else subject
    for indicator, value in sums.indicators().items():
        unit, better = METRICS[indicator]
        yield Metric(indicator, kind, name, value, unit, better)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Compared:
    """A published indicator beside the model's, in the same unit; None where it has none."""

    published: Published
    model: float | None

    @property
    def ratio(self) -> float | None:
        """The model's value by the published one."""
        return self.model / self.published.value if self.model is not None else None


#: Indicator as published -> metric, and by what it is divided to be comparable.
_COMPARABLE = {
    "TFI1": ("tfi1_border_time", SIDES),
    "TFI2": ("tfi2_border_cost", SIDES),
    "TFI3": ("tfi3_corridor_cost", 1),
    "SWD": ("tfi4_swd", 1),
    "SWOD": ("swod", 1),
}


def compared(
    metrics: Iterable[dict[str, Any]], published: Iterable[Published]
) -> tuple[Compared, ...]:
    """Hold the indicators of a run against published ones.

    Countries are held against countries; the average of all against the mean of the
    corridor families. What the model counts for a border is halved, as surveys count each
    side.

    Parameters
    ----------
    metrics
        Rows with name, subject_kind, subject and value, as in `result.json`.
    published
        The published indicators.
    """
    of: dict[tuple[str, str], float] = {}
    families: dict[tuple[str, str], list[float]] = {}
    for row in metrics:
        mode = row["subject"].rpartition("/")[2]
        if row["subject_kind"] == "country":
            of[row["name"], row["subject"]] = row["value"]
        elif row["subject_kind"] == "corridor" and mode in LAND:
            families.setdefault((row["name"], mode), []).append(row["value"])
    found = []
    for one in published:
        name, sides = _COMPARABLE[one.indicator]
        values = families.get((name, one.mode), [])
        mean = sum(values) / len(values) if values else None
        model = mean if one.place == "*" else of.get((name, f"{one.place}/{one.mode}"))
        found.append(Compared(one, model / sides if model is not None else None))
    return tuple(found)
