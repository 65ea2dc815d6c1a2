"""The GeoJSON files of a run; their fields are a contract.

The writers take rows of plain values and the points of each feature, fix which
fields there are and in which order, and return the bytes of the file.
"""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from geodata.geojson import ATTRIBUTION, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from corridors.model.result import Flow
    from corridors.model.route import Leg, Route, Spread
    from geodata.geojson import Geometry

    Row = Mapping[str, object]

__all__ = [
    "FLOW_FIELDS",
    "LEG_FIELDS",
    "ROUTE_FIELDS",
    "chokepoints_geojson",
    "feature_collection",
    "flow_row",
    "flows_geojson",
    "leg_row",
    "legs_geojson",
    "route_row",
    "routes_geojson",
]

#: Fields of `routes.geojson`; lists are joined by ``;``.
ROUTE_FIELDS = (
    "route_id",
    "demand_id",
    "origin",
    "destination",
    "corridor",
    "rank",
    "objective",
    "modes",
    "countries",
    "actors",
    "cost_usd_per_teu",
    "time_h",
    "distance_km",
    "emissions_kgco2e_per_teu",
    "borders",
    "gauge_changes",
    "transfers",
    "sea_km",
    "rail_km",
    "road_km",
    "status",
    "time_mean_h",
    "time_sd_h",
    "time_p50_h",
    "time_p80_h",
    "time_p95_h",
    "within_h",
    "on_time_probability",
    "teu_per_year",
)
#: Those that tell the time of a route as a distribution, and what a `Spread` calls them.
SPREAD_FIELDS = {
    "time_mean_h": "mean_h",
    "time_sd_h": "sd_h",
    "time_p50_h": "p50_h",
    "time_p80_h": "p80_h",
    "time_p95_h": "p95_h",
    "on_time_probability": "on_time",
}

#: Fields of `legs.geojson`; a stop has `distance_km` 0 and is a point.
LEG_FIELDS = (
    "leg_id",
    "route_id",
    "seq",
    "kind",
    "from_id",
    "to_id",
    "mode",
    "country",
    "gauge_mm",
    "operator",
    "distance_km",
    "time_h",
    "cost_usd_per_teu",
    "rule_ids",
    "source_ids",
)

_LEG_CELLS = attrgetter(*LEG_FIELDS)

#: Fields of `flows.geojson`.
FLOW_FIELDS = (
    "arc_id", "teu_per_year", "capacity_teu_per_year", "shadow_price_usd_per_teu",
    "empty_teu_per_year",
)  # fmt: skip

#: Digits after the point by the unit at the end of a field's name.
DIGITS = {
    "_usd_per_teu": 2,
    "_h": 3,
    "_km": 3,
    "_kgco2e_per_teu": 3,
    "teu_per_year": 3,
    "_probability": 4,
}


def feature_collection(
    rows: Iterable[Row],
    geometries: Iterable[Geometry],
    *,
    id_field: str,
    name: str,
    attribution: str = ATTRIBUTION,
    meta: Row | None = None,
) -> bytes:
    """Return a GeoJSON file.

    Parameters
    ----------
    rows
        The properties of each feature, with the same keys in the same order.
    geometries
        Points in degrees for each feature, shape (n, 2); one point is a Point, None
        or empty is no geometry.
    id_field
        The property that is also the feature's `id`.
    name
        Name of the collection, shown as the layer's name.
    attribution
        Whose data this is.
    meta
        What the member `corridors` holds: `schema_version`, `scenario`, `snapshot`.

    Returns
    -------
    bytes
        The file, UTF-8.

    Raises
    ------
    ValueError
        If the keys of a row differ from the first row's, or the counts differ.
    """
    pieces = encode(
        rows, geometries, id_field=id_field, name=name, attribution=attribution, meta=meta
    )
    return "".join(pieces).encode()


def route_row(route: Route) -> dict[str, object]:
    """Return the row of a route, all fields of `ROUTE_FIELDS`."""
    return {
        name: getattr(route.spread, SPREAD_FIELDS[name], None)
        if name in SPREAD_FIELDS
        else getattr(route, name)
        for name in ROUTE_FIELDS
    }


def spread_row(spread: Spread | None) -> dict[str, object]:
    """Return the fields of a route that tell its time as a distribution, rounded."""
    return {
        name: _rounded(getattr(spread, source, None), DIGITS[f"_{name.rpartition('_')[2]}"])
        for name, source in SPREAD_FIELDS.items()
    }


def leg_row(leg: Leg) -> dict[str, object]:
    """Return the row of a leg, all fields of `LEG_FIELDS`."""
    return dict(zip(LEG_FIELDS, _LEG_CELLS(leg), strict=True)) | {"kind": leg.kind.value}


def flow_row(flow: Flow) -> dict[str, object]:
    """Return the row of the flow on an arc, all fields of `FLOW_FIELDS`."""
    return {"arc_id": f"A{flow.arc}"} | {name: getattr(flow, name) for name in FLOW_FIELDS[1:]}


def routes_geojson(
    rows: Iterable[Row], geometries: Iterable[Geometry], *, meta: Row | None = None
) -> bytes:
    """Return `routes.geojson`: a line per demand and rank.

    Parameters
    ----------
    rows
        Rows with the fields of `ROUTE_FIELDS`, in any order.
    geometries
        Points of each route in degrees, shape (n, 2).
    meta
        As in `feature_collection`.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ValueError
        If a row lacks a field or has one that the contract does not know.
    """
    return _contracted(rows, geometries, ROUTE_FIELDS, "routes", meta)


def legs_geojson(
    rows: Iterable[Row], geometries: Iterable[Geometry], *, meta: Row | None = None
) -> bytes:
    """Return `legs.geojson`: a line per leg, a point per stop.

    Parameters
    ----------
    rows
        Rows with the fields of `LEG_FIELDS`, in any order.
    geometries
        Points of each leg in degrees, shape (n, 2); (1, 2) for a stop.
    meta
        As in `feature_collection`.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ValueError
        If a row lacks a field or has one that the contract does not know.
    """
    return _contracted(rows, geometries, LEG_FIELDS, "legs", meta)


def flows_geojson(
    rows: Iterable[Row], geometries: Iterable[Geometry], *, meta: Row | None = None
) -> bytes:
    """Return `flows.geojson`: a feature per decision arc with flow.

    Parameters
    ----------
    rows
        Rows with the fields of `FLOW_FIELDS`, in any order.
    geometries
        Points of each arc in degrees, shape (n, 2).
    meta
        As in `feature_collection`.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ValueError
        If a row lacks a field or has one that the contract does not know.
    """
    return _contracted(rows, geometries, FLOW_FIELDS, "flows", meta)


def chokepoints_geojson(
    rows: Sequence[Row], geometries: Iterable[Geometry], *, meta: Row | None = None
) -> bytes:
    """Return `chokepoints.geojson`: a point per asset or crossing with its metrics.

    Parameters
    ----------
    rows
        Rows that begin with `asset_id`; the other fields are those of the first row.
    geometries
        Place of each asset in degrees, shape (2,) or (1, 2).
    meta
        As in `feature_collection`.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    ValueError
        If rows differ in their fields or do not begin with `asset_id`.
    """
    fields = tuple(rows[0]) if rows else ("asset_id",)
    if fields[0] != "asset_id":
        msg = f"a row of chokepoints begins with asset_id, not {fields[0]}"
        raise ValueError(msg)
    return _contracted(rows, geometries, fields, "chokepoints", meta)


def _contracted(
    rows: Iterable[Row],
    geometries: Iterable[Geometry],
    fields: tuple[str, ...],
    name: str,
    meta: Row | None,
) -> bytes:
    """Encode rows with exactly these fields, in this order, the first one the id."""
    digits = {field: places for field in fields if (places := _digits(field)) is not None}
    known = dict.fromkeys(fields)
    ordered = [_ordered(row, known, digits, name) for row in rows]
    return feature_collection(ordered, geometries, id_field=fields[0], name=name, meta=meta)


def _ordered(
    row: Row, fields: Mapping[str, object], digits: Mapping[str, int], name: str
) -> dict[str, object]:
    """Return the row in the contract's order, numbers rounded to what they mean."""
    if row.keys() != fields.keys():
        missing, unknown = sorted(fields.keys() - row.keys()), sorted(row.keys() - fields.keys())
        msg = f"{name}: missing fields {missing}, unknown fields {unknown}"
        raise ValueError(msg)
    found = {field: row[field] for field in fields}
    for field, places in digits.items():
        found[field] = _rounded(found[field], places)
    return found


def _digits(field: str) -> int | None:
    """Return how many digits after the point a field has by the unit in its name."""
    return next((n for end, n in DIGITS.items() if field.endswith(end)), None)


def _rounded(value: object, digits: int) -> object:
    """Round, so that the last bits of a sum do not reach the file."""
    return round(value, digits) + 0.0 if isinstance(value, float) else value
