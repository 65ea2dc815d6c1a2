"""The metrics of several scenarios side by side, and which way each changes.

What a route is called may change from scenario to scenario; so of routes the best one of
each demand is compared, as a metric of the demand.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from corridors.metrics.catalogue import metric

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from corridors.metrics.gains import Haul
    from corridors.model.result import DemandResult, Metric

Verdict = Literal["better", "worse", "other", "same", "new", "gone", "none"]

#: What is no more than this share of a number apart is the same number.
SAME = 1e-9
_BEST = ".1"
KG_PER_T = 1000.0
#: Columns of `compare.csv`.
CONTRAST_FIELDS = (
    "metric", "subject_kind", "subject", "unit", "better", "base", "scenario", "base_value",
    "value", "change", "change_share", "verdict",
)  # fmt: skip


@dataclass(frozen=True)
class Contrast:
    """One number in several scenarios, the base first; None where it is not told."""

    name: str
    subject_kind: str
    subject: str
    unit: str
    better: str
    values: tuple[float | None, ...]

    def change(self, at: int) -> float | None:
        """Return how much more it is in a scenario than in the base; None if told in one only."""
        base, value = self.values[0], self.values[at]
        if base is None or value is None:
            return None
        return 0.0 if math.isclose(base, value, rel_tol=SAME, abs_tol=SAME) else value - base

    def share(self, at: int) -> float | None:
        """Return the change as a share of the base; None if it has none."""
        change = self.change(at)
        return change / abs(self.values[0]) if change is not None and self.values[0] else None

    def verdict(self, at: int) -> Verdict:
        """Return which way it changes by the metric's own direction.

        better or worse; other, if neither direction is; same; new or gone, if only the
        scenario or only the base tells it; none if neither does.
        """
        change = self.change(at)
        if change is None:
            if self.values[0] is None:
                return "none" if self.values[at] is None else "new"
            return "gone"
        if not change:
            return "same"
        if self.better not in ("higher", "lower"):
            return "other"
        return "better" if (change > 0) == (self.better == "higher") else "worse"

    @property
    def changes(self) -> bool:
        """Whether any scenario differs from the base."""
        return any(self.verdict(at) not in ("same", "none") for at in range(1, len(self.values)))


def contrasts(sides: Sequence[Sequence[Metric]]) -> tuple[Contrast, ...]:
    """Return every number of several scenarios side by side.

    Parameters
    ----------
    sides
        The metrics of each, the base first. Of metrics of routes those of the best route of
        each demand are kept, as metrics of the demand.

    Returns
    -------
    tuple
        In the order of the base, then what only the others tell in theirs.
    """
    told = [{key: one for one in side for key in _key(one)} for side in sides]
    keys = dict.fromkeys(key for side in told for key in side)
    found = []
    for key in keys:
        first = next(side[key] for side in told if key in side)
        values = tuple(side[key].value if key in side else None for side in told)
        found.append(Contrast(*key, first.unit, first.better, values))
    return tuple(found)


def _key(one: Metric) -> Iterator[tuple[str, str, str]]:
    """Yield what a metric is compared by; nothing for routes that are not the best."""
    if one.subject_kind != "route":
        yield one.name, one.subject_kind, one.subject
    elif one.subject.endswith(_BEST):
        yield one.name, "demand", one.subject.removesuffix(_BEST)


def totals(hauls: Sequence[Haul], demands: Sequence[DemandResult]) -> Iterator[Metric]:
    """Yield what all that is carried comes to.

    Parameters
    ----------
    hauls
        What of each demand is carried, its tonnes and worth.
    demands
        The same demands with their routes.
    """
    ways = [way for one in hauls for way in one.passings]
    routes = [one for demand in demands for one in demand.routes if one.teu_per_year > 0]
    teu = math.fsum(way.teu_per_year for way in ways)
    tonnes = {one.demand: one.passings[0].tonnes_per_teu for one in hauls if one.passings}

    def over(values: Sequence[float]) -> float:
        pairs = zip(values, routes, strict=True)
        return math.fsum(value * one.teu_per_year for value, one in pairs)

    yield _whole("carried", teu)
    yield _whole("carried_t", math.fsum(way.teu_per_year * way.tonnes_per_teu for way in ways))
    yield _whole("carried_value", math.fsum(way.teu_per_year * way.usd_per_teu for way in ways))
    yield _whole("haulage", over([tonnes[one.demand_id] * one.distance_km for one in routes]))
    yield _whole("emissions_all", over([r.emissions_kgco2e_per_teu for r in routes]) / KG_PER_T)
    if teu:
        yield _whole("mean_cost", over([one.cost_usd_per_teu for one in routes]) / teu)
        yield _whole("mean_time", over([one.time_h for one in routes]) / teu)


def _whole(name: str, value: float) -> Metric:
    return metric(name, "scenario", "all", value)


def contrast_rows(found: Sequence[Contrast], labels: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield the rows of `compare.csv`: each number of each scenario beside that of the base.

    Parameters
    ----------
    found
        The numbers.
    labels
        What the scenarios are called, the base first.
    """
    for one in found:
        about = one.name, one.subject_kind, one.subject, one.unit, one.better
        for at, label in enumerate(labels[1:], start=1):
            numbers = (one.values[0], one.values[at], one.change(at), one.share(at))
            told = ("" if value is None else round(value, 6) + 0.0 for value in numbers)
            cells = (*about, labels[0], label, *told, one.verdict(at))
            yield dict(zip(CONTRAST_FIELDS, cells, strict=True))
