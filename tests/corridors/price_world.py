"""A small table of rows of every kind, to be priced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.types import Asset, Kind, Mode

if TYPE_CHECKING:
    from geodata.types import Codes, Floats, Indices, Shorts

COUNTRIES = ("KZ", "UZ", "AZ", "GE", "DE", "XZ")


def _asset(name: str, kind: str, *, countries: tuple[str, ...] = (), weekly: float = 0.0) -> Asset:
    return Asset(name, kind, name, 0.0, 0.0, countries, sailings_per_week=weekly or None)


ASSETS = (
    _asset("X_KZUZ", "crossing", countries=("KZ", "UZ")),
    _asset("X_AZGE", "crossing", countries=("AZ", "GE")),
    _asset("S_SUZ", "strait"),
    _asset("V01", "service", weekly=3.0),
    _asset("PAAU", "terminal"),
)
AT = {asset.id: at for at, asset in enumerate(ASSETS)}
#: Name -> kind, mode, length in km, country, asset.
ROWS = {
    "rail": (Kind.LINE, Mode.RAIL, 1000.0, "KZ", ""),
    "road": (Kind.LINE, Mode.ROAD, 400.0, "GE", ""),
    "sea": (Kind.LINE, Mode.SEA, 900.0, "XZ", ""),
    "suez": (Kind.LINE, Mode.SEA, 100.0, "XZ", "S_SUZ"),
    "sail": (Kind.LINE, Mode.SEA, 470.0, "XZ", "V01"),
    "rail_border": (Kind.BORDER, Mode.RAIL, 0.0, "KZ", "X_KZUZ"),
    "road_border": (Kind.BORDER, Mode.ROAD, 0.0, "AZ", "X_AZGE"),
    "gauge": (Kind.GAUGE_CHANGE, Mode.RAIL, 0.0, "KZ", ""),
    "quay": (Kind.TRANSFER, Mode.SEA, 0.0, "KZ", "PAAU"),
    "yard": (Kind.TRANSFER, Mode.ROAD, 0.0, "KZ", "PAAU"),
    "board": (Kind.BOARDING, Mode.SEA, 0.0, "KZ", "V01"),
    "start": (Kind.ACCESS, Mode.RAIL, 0.0, "KZ", "PAAU"),
    "end": (Kind.ACCESS, Mode.ROAD, 0.0, "GE", ""),
}
ROW = {name: at for at, name in enumerate(ROWS)}


@dataclass(frozen=True)
class Columns:
    """The columns that a price depends on, each (n,)."""

    kind: Codes
    mode: Codes
    length_km: Floats
    country: Shorts
    asset: Indices


def table() -> Columns:
    """Return all rows as columns."""
    kind, mode, km, country, thing = zip(*ROWS.values(), strict=True)
    return Columns(
        np.array(kind, np.int8), np.array(mode, np.int8), np.array(km),
        np.array([COUNTRIES.index(code) for code in country], np.int16),
        np.array([AT.get(name, -1) for name in thing], np.int32),
    )  # fmt: skip
