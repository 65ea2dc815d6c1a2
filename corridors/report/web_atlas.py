"""What the maps of a page are drawn from: stretches, and what each scenario puts on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geodata.types import Bools, Floats

    Whole = NDArray[np.int64]

__all__ = [
    "LEG_FIELDS", "MODES", "ROUTE_FIELDS", "Atlas", "View", "keys_in", "modes_of", "split_cell",
    "view_of",
]  # fmt: skip

MODES = ("rail", "road", "sea", "ferry")
#: Fields of a leg, of a route, of a place and of a capacity in the page; see `_Writer`.
LEG_FIELDS = (
    "kind", "from", "to", "mode", "country", "gauge_mm", "operator", "km", "h", "usd", "rules",
    "sources", "path",
)  # fmt: skip
ROUTE_FIELDS = {
    "id": "route_id", "demand": "demand_id", "corridor": "corridor", "rank": "rank",
    "objective": "objective", "usd": "cost_usd_per_teu", "h": "time_h", "p80": "time_p80_h",
    "p95": "time_p95_h", "km": "distance_km", "kg": "emissions_kgco2e_per_teu",
    "borders": "borders", "gauges": "gauge_changes", "transfers": "transfers",
    "countries": "countries", "teu": "teu_per_year",
}  # fmt: skip


@dataclass(frozen=True)
class View:
    """What one scenario puts on the stretches.

    `teu` a year, `used` by some route, `family` that most of the cargo goes by; each of
    shape (stretches,). `places` are what the page tells of places.
    """

    title: str
    teu: Floats = field(repr=False)
    used: Bools = field(repr=False)
    family: tuple[str, ...] = field(repr=False)
    places: Sequence[Mapping[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class Atlas:
    """All runs of a page.

    `stretches` are whole steps of a degree, `modes` the mode of each; `plain` are the
    values that the page holds.
    """

    stretches: tuple[Whole, ...] = field(repr=False)
    modes: tuple[str, ...] = field(repr=False)
    views: tuple[View, ...]
    plain: dict[str, Any] = field(repr=False)


def keys_in(plain: Mapping[str, Any]) -> list[str]:
    """Return the ids of the rules and sources that legs and capacities of a page name."""
    words, legs = plain["words"], plain["legs"]
    columns = (LEG_FIELDS.index("rules"), LEG_FIELDS.index("sources"))
    cells = {words[leg[at]] for leg in legs for at in columns}
    cells |= {row["source_ids"] for one in plain["scenarios"] for row in one["capacities"]}
    return sorted({key for cell in cells for key in split_cell(cell)})


def modes_of(
    legs: Sequence[tuple[Any, ...]], paths: Sequence[list[int] | str], words: Sequence[str],
    count: int,
) -> tuple[str, ...]:  # fmt: skip
    """Return the mode of each stretch: that of the first leg over it, rail where none is."""
    modes = [MODES[0]] * count
    mode, path = LEG_FIELDS.index("mode"), LEG_FIELDS.index("path")
    for leg in reversed(legs):
        for k in _stretches(paths[leg[path]]):
            modes[k] = words[leg[mode]] if words[leg[mode]] in MODES else MODES[0]
    return tuple(modes)


def view_of(
    told: Mapping[str, Any], legs: Sequence[tuple[Any, ...]], paths: Sequence[list[int] | str],
    count: int,
) -> View:  # fmt: skip
    """Return what a scenario puts on the stretches."""
    teu, used = np.zeros(count), np.zeros(count, dtype=bool)
    by: list[dict[str, float]] = [{} for _ in range(count)]
    corridor_at, teu_at = list(ROUTE_FIELDS).index("corridor"), list(ROUTE_FIELDS).index("teu")
    path_at = LEG_FIELDS.index("path")
    for route in told["routes"]:
        over = {k for leg in route[-1] for k in _stretches(paths[legs[leg][path_at]])}
        amount = route[teu_at] or 0.0
        teu[list(over)] += amount
        used[list(over)] = True
        family = route[corridor_at].split(";")[0]
        for k in over:
            by[k][family] = by[k].get(family, 0.0) + amount
    families = tuple(max(sorted(one), key=one.__getitem__) if one else "" for one in by)
    return View(told["title"], teu, used, families, told["places"])


def _stretches(path: list[int] | str) -> set[int]:
    """Return the stretches of a path, whichever way it runs over them."""
    return set() if isinstance(path, str) else {k if k >= 0 else ~k for k in path}


def split_cell(cell: object) -> list[str]:
    """Return the parts of a cell that ``;`` joins."""
    return [one for one in str(cell or "").split(";") if one]
