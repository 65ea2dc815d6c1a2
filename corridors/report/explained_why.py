"""Why one route beats another: what differs, and what would change it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from corridors.metrics.route import shares_of_route
from corridors.metrics.waterfall import rounded
from corridors.report.geojson import route_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.metrics.flip import Flip, Rivalry, Swing
    from corridors.metrics.reprice import Uncertain
    from corridors.metrics.waterfall import Fall
    from corridors.model.route import Route

SCHEMA_VERSION = 1
#: Digits of money and of hours in what is told.
USD_DIGITS, H_DIGITS = 2, 3


@dataclass(frozen=True)
class Step:
    """A row of the waterfall, rounded so that all rows add up to the difference told."""

    component: str
    mode: str
    usd_a: float
    usd_b: float
    usd: float
    h_a: float
    h_b: float
    h: float


@dataclass(frozen=True)
class WhyExplained:
    """Two routes of a demand told against each other; `a` and `b` as they were named.

    `gap_usd_per_teu` is how much heavier the second is with time, and how sure it is, at
    their values; `by` tells whether two routes as they are were compared, or the best of
    two corridors, sought anew at every rate.
    """

    scenario: str
    demand_id: str
    by: str
    a: str
    b: str
    routes: tuple[Route, Route]
    steps: tuple[Step, ...]
    value_of_time_usd_per_teu_h: float
    value_of_reliability_usd_per_teu_h: float
    rivalry: Rivalry

    @property
    def gap_usd_per_teu(self) -> float:
        """How much heavier the second is; negative if it wins."""
        return self.rivalry.gap

    @property
    def winner(self) -> str:
        """The lighter of the two, the first if they are equal."""
        return self.a if self.rivalry.gap >= 0 else self.b

    def as_dict(self) -> dict[str, Any]:
        """Return everything as one object of plain values, with `schema_version`."""
        names = (
            "scenario", "demand_id", "by", "a", "b", "winner", "gap_usd_per_teu",
            "value_of_time_usd_per_teu_h", "value_of_reliability_usd_per_teu_h",
        )  # fmt: skip
        rivalry = self.rivalry
        whole: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
        whole |= {name: getattr(self, name) for name in names}
        whole["routes"] = [_route(route) for route in self.routes]
        whole["waterfall"] = [asdict(step) for step in self.steps]
        whole["flips"] = [_flip(flip) for flip in rivalry.flips]
        whole["tornado"] = [_swing(swing) for swing in rivalry.swings]
        whole["steady"] = [_input(one) for one in rivalry.steady]
        standing = rivalry.standing
        whole["standing"] = standing and {
            **asdict(standing), "standard_error": standing.standard_error,
            "interval_95": list(standing.interval),
            "distribution": "triangular, independent",
        }  # fmt: skip
        return whole


def told_steps(falls: Sequence[Fall]) -> tuple[Step, ...]:
    """Return the rows of a waterfall as they are told.

    Columns of the two routes, and their difference, each add up to a rounded total: the
    difference of a row may be off that of its two cells by the last digit.
    """
    usd = [rounded([getattr(fall, name) for fall in falls], USD_DIGITS)
           for name in ("usd_a", "usd_b")]  # fmt: skip
    h = [rounded([getattr(fall, name) for fall in falls], H_DIGITS) for name in ("h_a", "h_b")]
    return tuple(
        Step(
            fall.component, fall.mode,
            usd_a, usd_b, round(usd_b - usd_a, USD_DIGITS), h_a, h_b, round(h_b - h_a, H_DIGITS),
        )
        for fall, usd_a, usd_b, h_a, h_b in zip(falls, *usd, *h, strict=True)
    )  # fmt: skip


def _route(route: Route) -> dict[str, Any]:
    row, shares = route_row(route), shares_of_route(route)
    return {
        **{name: list(cell) if isinstance(cell, tuple) else cell for name, cell in row.items()},
        "assumed_cost_share": shares.assumed_cost_share,
        "assumed_time_share": shares.assumed_time_share,
    }


def _input(one: Uncertain) -> dict[str, Any]:
    return {
        "name": one.name, "row": one.row, "unit": one.unit, "value": one.value, "low": one.low,
        "high": one.high, "quality": one.quality,
    }  # fmt: skip


def _flip(flip: Flip) -> dict[str, Any]:
    relative = flip.relative if flip.input.value else None
    return _input(flip.input) | {
        "at": flip.at, "change": flip.change, "relative": relative, "within": flip.within,
        "proven": flip.proven,
    }  # fmt: skip


def _swing(swing: Swing) -> dict[str, Any]:
    return _input(swing.input) | {
        "gap_at_low_usd_per_teu": swing.at_low, "gap_at_high_usd_per_teu": swing.at_high,
    }  # fmt: skip
