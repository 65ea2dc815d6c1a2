"""What a demand could choose between, as tables and files."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from corridors.report.geojson import feature_collection, leg_row, legs_geojson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from corridors.metrics.choices import ToldChoice
    from corridors.model.route import Leg, Route
    from geodata.geojson import Geometry
    from geodata.types import Floats

SCHEMA_VERSION = 1
#: Columns of `front.csv` and `alternatives.csv`, and properties of their GeoJSON, each with
#: its digits after the point; lists are joined by ``;``.
FIELDS: dict[str, int | None] = {
    "route_id": None,
    "demand_id": None,
    "rank": None,
    "cost_usd_per_teu": 2,
    "time_h": 3,
    "emissions_kgco2e_per_teu": 3,
    "borders": None,
    "sensitive_borders": None,
    "convex": None,
    "best_from_usd_per_teu_h": 3,
    "best_to_usd_per_teu_h": 3,
    "overlap": 4,
    "distance_km": 3,
    "corridor": None,
    "modes": None,
    "countries": None,
    "time_mean_h": 3,
    "time_sd_h": 3,
    "time_p50_h": 3,
    "time_p80_h": 3,
    "time_p95_h": 3,
    "within_h": 3,
    "on_time_probability": 4,
    "assumed_cost_share": 4,
    "assumed_time_share": 4,
}


@dataclass(frozen=True)
class Told:
    """The choices of a demand and how they were sought.

    `kind` is ``front`` or ``alternatives``. `criteria` are those of a front, with `epsilon`
    given away in each; `count` and `max_overlap` are the limits of alternatives, None where
    they do not apply. `sensitive_borders` are those that the scenario names, every land
    border if it names none.
    """

    scenario: str
    network: str
    as_of: str
    demand_id: str
    kind: str
    value_of_time_usd_per_teu_h: float
    rows: tuple[ToldChoice, ...]
    criteria: tuple[str, ...] = ()
    epsilon: float | None = None
    count: int | None = None
    max_overlap: float | None = None
    max_detour: float | None = None
    sensitive_borders: tuple[str, ...] = ()

    @property
    def best(self) -> ToldChoice | None:
        """The choice of least cost with time at its value, None if there is none."""
        value = self.value_of_time_usd_per_teu_h
        return min(
            self.rows,
            key=lambda one: one.choice.cost_usd_per_teu + value * one.choice.time_h,
            default=None,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return everything as one object of plain values, with `schema_version`."""
        names = (
            "scenario", "network", "as_of", "demand_id", "kind", "value_of_time_usd_per_teu_h",
            "epsilon", "count", "max_overlap", "max_detour",
        )  # fmt: skip
        whole: dict[str, Any] = {"schema_version": SCHEMA_VERSION}
        whole |= {name: getattr(self, name) for name in names}
        whole["criteria"] = list(self.criteria)
        whole["sensitive_borders"] = list(self.sensitive_borders)
        whole["best"] = self.best.route.route_id if self.best else None
        whole["choices"] = [
            {name: list(cell) if isinstance(cell, tuple) else cell for name, cell in row.items()}
            for row in map(choice_row, self.rows)
        ]
        return whole


def choice_row(one: ToldChoice) -> dict[str, Any]:
    """Return a choice as a row, all fields of `FIELDS`, rounded."""
    choice, route, late = one.choice, one.route, one.route.spread
    least, most = one.best_between or (None, None)
    cells: dict[str, Any] = {
        **{name: getattr(route, name) for name in FIELDS if hasattr(route, name)},
        **{name: getattr(choice, name) for name in FIELDS if hasattr(choice, name)},
        "best_from_usd_per_teu_h": least,
        "best_to_usd_per_teu_h": most,
        "time_mean_h": late and late.mean_h,
        "time_sd_h": late and late.sd_h,
        "time_p50_h": late and late.p50_h,
        "time_p80_h": late and late.p80_h,
        "time_p95_h": late and late.p95_h,
        "on_time_probability": late and late.on_time,
        "assumed_cost_share": one.assumed_cost_share,
        "assumed_time_share": one.assumed_time_share,
    }
    return {name: _rounded(cells[name], digits) for name, digits in FIELDS.items()}


def _rounded(cell: object, digits: int | None) -> object:
    return round(cell, digits) + 0.0 if digits is not None and isinstance(cell, float) else cell


def choices_csv(rows: Iterable[ToldChoice]) -> bytes:
    """Return choices as CSV, UTF-8 with line feeds: columns of `FIELDS`."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(FIELDS)
    writer.writerows([_cell(cell) for cell in choice_row(one).values()] for one in rows)
    return text.getvalue().encode()


def _cell(cell: object) -> object:
    """Return a value as it stands in a table."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, tuple):
        return ";".join(cell)
    return "" if cell is None else cell


def choices_geojson(
    rows: Iterable[ToldChoice], line: Callable[[Route], Floats], *, name: str,
    meta: dict[str, object],
) -> bytes:  # fmt: skip
    """Return choices as GeoJSON, a line each with the properties `FIELDS`.

    Parameters
    ----------
    rows
        The choices.
    line
        Gives the points of a route in degrees, shape (n, 2).
    name
        Name of the layer.
    meta
        As in `feature_collection`.
    """
    told = list(rows)
    lines = (line(one.route) for one in told)
    return feature_collection(
        map(choice_row, told), lines, id_field="route_id", name=name, meta=meta
    )


def choice_legs_geojson(
    rows: Iterable[ToldChoice], line: Callable[[Leg], Geometry], *, meta: dict[str, object]
) -> bytes:
    """Return the legs of choices as a run's `legs.geojson` has them."""
    legs = [leg for one in rows for leg in one.route.legs]
    return legs_geojson(map(leg_row, legs), map(line, legs), meta=meta)
