"""What the map of a page shows: runs as plain values, what they share stored once.

::

    atlas = atlas_of(runs, names=names)
    atlas.plain["legs"]         # each leg once, whichever routes of whichever scenario take it
    atlas.views[0].teu          # cargo on each stretch of the first scenario
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.report.compared_map import LESS, MORE
from corridors.report.web_atlas import (
    LEG_FIELDS,
    MODES,
    ROUTE_FIELDS,
    Atlas,
    modes_of,
    split_cell,
    view_of,
)
from corridors.report.web_lines import encoded, quantised, share, thinned

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from corridors.report.material import Folder

    Whole = NDArray[np.int64]
    Geometry = Mapping[str, Any] | None

__all__ = ["atlas_of"]

#: Degrees that a drawn line may be off, about a pixel at the closest zoom that makes sense.
TOLERANCE_DEG = 0.002
DEMAND_FIELDS = ("id", "status", "reason", "teu_per_year", "unserved_teu_per_year")
#: Digits after the point by field.
DIGITS = {"usd": 2, "h": 1, "p80": 1, "p95": 1, "km": 1, "kg": 1, "teu": 1}


class _Pool:
    """Numbers values in the order in which they first come."""

    def __init__(self) -> None:
        self._at: dict[Hashable, int] = {}

    def __call__(self, value: Hashable) -> int:
        return self._at.setdefault(value, len(self._at))

    @property
    def values(self) -> list[Any]:
        return list(self._at)


class _Strokes:
    """Collects the lines of geometries, each once."""

    def __init__(self) -> None:
        self.lines: list[Whole] = []
        self._known: dict[bytes, int] = {}

    def add(self, geometry: Geometry) -> tuple[int, ...] | str:
        """Return the numbers of the lines of a geometry; a point comes back as text."""
        if geometry is None:
            return ()
        if geometry["type"] == "Point":
            return encoded(quantised(np.array([geometry["coordinates"]])))
        several = geometry["type"] == "MultiLineString"
        parts = geometry["coordinates"] if several else [geometry["coordinates"]]
        return tuple(self._line(quantised(np.array(part))) for part in parts)

    def _line(self, line: Whole) -> int:
        number = self._known.setdefault(line.tobytes(), len(self.lines))
        if number == len(self.lines):
            self.lines.append(line)
        return number


def atlas_of(
    runs: Sequence[Folder],
    *,
    changes: Sequence[Folder] = (),
    control: Sequence[Folder] = (),
    names: Mapping[str, str] | None = None,
) -> Atlas:
    """Return what the maps of a page are drawn from.

    Parameters
    ----------
    runs
        Folders of runs, each a scenario; the first is what others are compared with.
    changes
        Folders of comparisons; what opens and closes is told of those between the first
        run and another.
    control
        Folders of control runs, whose metrics of places and actors are added.
    names
        Names of places and actors by id.
    """
    writer = _Writer(names or {})
    told = [writer.run(run, changes, control) for run in runs]
    shared = share(writer.strokes.lines)
    thin = thinned(shared.stretches, TOLERANCE_DEG)

    def over(path: tuple[int, ...] | str) -> list[int] | str:
        if isinstance(path, str):
            return path
        return [k for line in path for k in shared.lines[line]]

    paths = [over(path) for path in writer.paths.values]
    legs = writer.legs.values
    modes = modes_of(legs, paths, writer.words.values, len(thin))
    views = tuple(view_of(one, legs, paths, len(thin)) for one in told)
    plain = {
        "words": writer.words.values,
        "names": {key: writer.names[key] for key in sorted(writer.asked)},
        "stretches": [encoded(one) for one in thin],
        "modes": "".join(str(MODES.index(one)) for one in modes),
        "paths": paths,
        "leg_fields": LEG_FIELDS,
        "legs": legs,
        "route_fields": list(ROUTE_FIELDS),
        "scenarios": told,
    }
    return Atlas(tuple(thin), modes, views, plain)


class _Writer:
    """Turns folders into plain values, with one pool each of words, legs and paths."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = dict(names)
        self.asked: set[str] = set()
        self.words, self.paths, self.legs = _Pool(), _Pool(), _Pool()
        self.strokes = _Strokes()

    def run(
        self, run: Folder, changes: Iterable[Folder], control: Iterable[Folder]
    ) -> dict[str, Any]:
        """Return a run as plain values."""
        scenario = run.scenario
        own = [one for one in control if one.scenario == scenario]
        routes = self._routes(run)
        result = run.result
        told = result["scenario"]
        self._ask(actor for one in own for actor in _column(one, "actors.csv", "actor"))
        return {
            "id": scenario,
            "title": run.title,
            "as_of": told.get("as_of", "") if isinstance(told, dict) else "",
            "demands": [[one[name] for name in DEMAND_FIELDS] for one in result["demands"]],
            "routes": routes,
            "flows": [self._flow(one) for one in run.features("flows.geojson")],
            "places": self._places(run, own),
            "capacities": self._capacities(run),
            "actors": {row["actor"]: row for one in own for row in _actors(one)},
            "changes": [row for one in changes for row in self._changes(one, scenario)],
        }

    def _ask(self, ids: Iterable[str]) -> None:
        self.asked |= {one for one in ids if one in self.names}

    def _path(self, geometry: Geometry) -> int:
        return self.paths(self.strokes.add(geometry))

    def _routes(self, run: Folder) -> list[list[Any]]:
        legs: dict[str, list[tuple[int, int]]] = {}
        for feature in run.features("legs.geojson"):
            row = feature["properties"]
            at = self.legs(self._leg(row, feature["geometry"]))
            legs.setdefault(row["route_id"], []).append((row["seq"], at))
        rows = []
        for feature in run.features("routes.geojson"):
            row = feature["properties"]
            self._ask((row["origin"], row["destination"], *row["countries"].split(";")))
            cells: list[Any] = [_rounded(key, row[name]) for key, name in ROUTE_FIELDS.items()]
            rows.append([*cells, [at for _, at in sorted(legs.get(row["route_id"], []))]])
        return rows

    def _leg(self, row: Mapping[str, Any], geometry: Geometry) -> tuple[Any, ...]:
        self._ask((row["from_id"], row["to_id"], row["country"], *split_cell(row["operator"])))
        words = (row["kind"], row["from_id"], row["to_id"], row["mode"], row["country"])
        return (
            *map(self.words, words), row["gauge_mm"] or 0, self.words(row["operator"] or ""),
            _rounded("km", row["distance_km"]), _rounded("h", row["time_h"]),
            _rounded("usd", row["cost_usd_per_teu"]), self.words(row["rule_ids"]),
            self.words(row["source_ids"]), self._path(geometry),
        )  # fmt: skip

    def _flow(self, feature: Mapping[str, Any]) -> list[Any]:
        row = feature["properties"]
        return [
            row["arc_id"], _rounded("teu", row["teu_per_year"]), row["capacity_teu_per_year"],
            row["shadow_price_usd_per_teu"], self._path(feature["geometry"]),
        ]  # fmt: skip

    def _places(self, run: Folder, control: Iterable[Folder]) -> list[dict[str, Any]]:
        more: dict[str, Mapping[str, Any]] = {}
        for folder in control:
            for feature in folder.features("chokepoints.geojson"):
                more[feature["id"]] = feature["properties"]
        rows = []
        for feature, at in _placed(run, "chokepoints.geojson"):
            row = feature["properties"]
            added = {key: value for key, value in more.get(feature["id"], {}).items()
                     if key not in row and value is not None}  # fmt: skip
            self._ask(split_cell(row.get("countries")))
            rows.append({**row, **added, "at": at})
        return rows

    def _capacities(self, run: Folder) -> list[dict[str, Any]]:
        rows = []
        for feature, at in _placed(run, "bottlenecks.geojson"):
            row = feature["properties"]
            self._ask(one.partition(":")[0] for one in split_cell(row["actors"]))
            rows.append({**row, "at": at})
        return rows

    def _changes(self, folder: Folder, scenario: str) -> list[list[Any]]:
        """Return what a comparison says that opens and closes in a scenario."""
        rows = []
        for feature in folder.features("compare.geojson"):
            row = feature["properties"]
            # What carries more or less is told by the flows of both.
            if row["scenario"] != scenario or row["change"] in (MORE, LESS):
                continue
            names = ("change", "asset_id", "name", "countries", "mode", "reason")
            rows.append([*(row[name] or "" for name in names), self._path(feature["geometry"])])
        return rows


def _placed(run: Folder, name: str) -> Iterator[tuple[dict[str, Any], list[float]]]:
    """Yield the features of a file that have a place, with its longitude and latitude."""
    for feature in run.features(name) if run.has(name) else ():
        if feature["geometry"] is not None:
            yield feature, [round(part, 4) for part in feature["geometry"]["coordinates"]]


def _column(folder: Folder, name: str, column: str) -> list[str]:
    return [row[column] for row in folder.rows(name)] if folder.has(name) else []


#: What of the table of a control run is told of an actor.
ACTOR_FIELDS = (
    "transit_teu_per_year", "transit_share_teu", "veto_demands", "effective_veto_demands",
    "rent_ceiling_usd_per_year", "rent_ceiling_most_usd_per_teu", "rent_ceiling_most_of",
    "shapley_g1_x1_usd_per_year", "banzhaf_g1_usd_per_year",
)  # fmt: skip


def _actors(folder: Folder) -> list[dict[str, Any]]:
    """Return the rows of the actors of a control run, numbers as numbers."""
    rows = []
    for row in folder.rows("actors.csv") if folder.has("actors.csv") else []:
        told = {name: _number(row[name]) for name in ACTOR_FIELDS if row.get(name)}
        rows.append({"actor": row["actor"], **told})
    return rows


def _number(cell: str) -> float | str:
    try:
        return round(float(cell), 4) + 0.0
    except ValueError:
        return cell


def _rounded(key: str, value: Any) -> Any:  # noqa: ANN401 - a cell
    places = DIGITS.get(key)
    if places is None or not isinstance(value, float):
        return value
    short = round(value, places) + 0.0
    return int(short) if short.is_integer() else short
