"""`bottlenecks.csv` and `bottlenecks.geojson`: a row per capacity that cargo uses."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np

from corridors.report.geojson import feature_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from corridors.model.result import Bottleneck
    from geodata.types import Floats

#: Fields of `bottlenecks.csv` and `bottlenecks.geojson`; lists are joined by ``;``.
BOTTLENECK_FIELDS = (
    "capacity_id", "kind", "label", "on", "used_teu_per_year", "capacity_teu_per_year",
    "used_share", "binds", "shadow_price_low_usd_per_teu", "shadow_price_high_usd_per_teu",
    "congestion_rent_low_usd_per_year", "congestion_rent_high_usd_per_year", "actors", "quality",
    "source_ids",
)  # fmt: skip


def bottleneck_row(one: Bottleneck) -> dict[str, object]:
    """Return the row of a capacity, all fields of `BOTTLENECK_FIELDS`; None is not known.

    `actors` are those who control its places, each with its roles: ``AZ:territory/port``.
    """
    prices = (one.low_usd_per_teu, one.high_usd_per_teu)
    rents = one.rents_usd_per_year or (None, None)
    values = (
        one.capacity_id,
        one.kind,
        one.label,
        ";".join(one.on),
        round(one.used_teu_per_year, 3),
        round(one.capacity_teu_per_year, 3),
        round(one.share, 6),
        "yes" if one.binds else "no",
        *map(_money, prices),
        *map(_money, rents),
        ";".join(f"{actor}:{'/'.join(roles)}" for actor, roles in one.actors.items()),
        one.quality,
        ";".join(one.sources),
    )
    return dict(zip(BOTTLENECK_FIELDS, values, strict=True))


def bottlenecks_csv(bottlenecks: Sequence[Bottleneck]) -> bytes:
    """Return `bottlenecks.csv`, the fullest capacity first; empty cells are not known."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, BOTTLENECK_FIELDS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(map(bottleneck_row, bottlenecks))
    return text.getvalue().encode()


def bottlenecks_geojson(
    bottlenecks: Sequence[Bottleneck],
    draw: Callable[[Sequence[int]], Floats],
    *,
    meta: Mapping[str, object] | None = None,
) -> bytes:
    """Return `bottlenecks.geojson`: a point per capacity, where its first arc begins.

    Parameters
    ----------
    bottlenecks
        The capacities.
    draw
        Gives the points of arcs in degrees, shape (n, 2).
    meta
        As in `feature_collection`.
    """
    points = [np.asarray(draw(one.arcs[:1]))[:1] for one in bottlenecks]
    return feature_collection(
        map(bottleneck_row, bottlenecks), points,
        id_field=BOTTLENECK_FIELDS[0], name="bottlenecks", meta=meta,
    )  # fmt: skip


def _money(value: float | None) -> float | None:
    """Return USD rounded to cents; what is infinite is no number to write."""
    return round(value, 2) + 0.0 if value is not None and math.isfinite(value) else None
