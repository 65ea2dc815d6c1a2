"""The rows of the fact tables, frozen.

One class per table, one attribute per column; :mod:`geodata.schema` says what each means
and in which unit. An empty number is ``None``, an empty list ``()``, empty words ``""``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BorderRow",
    "CorrectionRow",
    "CorridorRow",
    "CrossingRow",
    "Facts",
    "GapRow",
    "GaugeRow",
    "LinkRow",
    "Point",
    "ReferenceLengthRow",
    "ServiceRow",
    "StraitRow",
    "TerminalRow",
    "TerritoryRow",
]

Point = tuple[float, float]
"""Longitude and latitude in degrees, WGS84."""


@dataclass(frozen=True, slots=True)
class TerminalRow:
    """A place where a journey can start, end or change mode."""

    id: str
    name: str
    kind: str
    country: str
    lon: float
    lat: float
    accuracy_km: float
    modes: tuple[str, ...]
    planned_modes: tuple[str, ...]
    gauges_mm: tuple[int, ...]
    corridors: tuple[str, ...]
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class CrossingRow:
    """A border crossing of one mode."""

    id: str
    name: str
    mode: str
    country_a: str
    country_b: str
    lon: float
    lat: float
    accuracy_km: float
    gauge_a_mm: int | None
    gauge_b_mm: int | None
    physical_status: str
    since: str
    until: str
    terminal_a: str
    terminal_b: str
    restrictions: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class BorderRow:
    """Two neighbours, and in which modes every crossing between them has a row."""

    country_a: str
    country_b: str
    all_named: tuple[str, ...]
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class TerritoryRow:
    """A territory whose line of control is not a state border."""

    id: str
    name: str
    view_un: str
    view_de_facto: str
    accuracy_km: float
    polygon_wkt: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A hand-written link, or facts about a path in the open data."""

    id: str
    action: str
    from_id: str
    to_id: str
    mode: str
    km: float
    gauge_mm: int | None
    electrified: str
    physical_status: str
    opening_low: int | None
    opening_likely: int | None
    opening_high: int | None
    capacity_mt_yr: float | None
    via_lonlat: tuple[Point, ...]
    corridors: tuple[str, ...]
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """A correction of the open data by node coordinates."""

    id: str
    action: str
    mode: str
    lon_a: float
    lat_a: float
    lon_b: float
    lat_b: float
    via_lonlat: tuple[Point, ...]
    km: float | None
    reason: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A shipping or ferry service."""

    id: str
    from_id: str
    to_id: str
    type: str
    carries: tuple[str, ...]
    operators: str
    km: float
    km_source: str
    speed_kn: float | None
    sailings_per_week_low: float | None
    sailings_per_week_likely: float | None
    sailings_per_week_high: float | None
    physical_status: str
    status_date: str
    capacity_note: str
    restrictions: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class StraitRow:
    """A strait or canal with the sea edges that close it."""

    id: str
    name: str
    lon: float
    lat: float
    gates: tuple[tuple[Point, Point], ...]
    navigation: str
    limits: str
    toll: str
    season: str
    proof: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class GaugeRow:
    """A national gauge or the gauges of a named line."""

    country: str
    gauge_mm: int
    kind: str
    from_id: str
    to_id: str
    gauges_mm: tuple[int, ...]
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class CorridorRow:
    """One branch of a corridor family as ordered terminals."""

    branch: str
    family: str
    name: str
    terminals: tuple[str, ...]
    modes: tuple[str, ...]
    links: tuple[str, ...]
    core_from: str
    core_to: str
    status: str
    source: str
    confidence: str
    note: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """A gap of the open data on a corridor, and what closes it."""

    id: str
    mode: str
    from_id: str
    to_id: str
    finding: str
    handled_by: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class ReferenceLengthRow:
    """A published length to compare a computed one with."""

    id: str
    mode: str
    from_id: str
    to_id: str
    via_ids: tuple[str, ...]
    published_km: float
    source: str
    source_url: str
    year: int | None
    confidence: str
    why_off: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Every fact table, one tuple of rows each."""

    terminals: tuple[TerminalRow, ...]
    crossings: tuple[CrossingRow, ...]
    borders: tuple[BorderRow, ...]
    territories: tuple[TerritoryRow, ...]
    links: tuple[LinkRow, ...]
    corrections: tuple[CorrectionRow, ...]
    services: tuple[ServiceRow, ...]
    straits: tuple[StraitRow, ...]
    gauges: tuple[GaugeRow, ...]
    corridors: tuple[CorridorRow, ...]
    gaps: tuple[GapRow, ...]
    reference_lengths: tuple[ReferenceLengthRow, ...]
