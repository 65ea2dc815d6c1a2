"""Certifies exported routes: walks their GeoJSON and asks of each place who closes it.

What is read are the features of `legs.geojson`, the raw fact tables and a
:class:`~tests.oracles.certify_law.Law`. Crossings are found where legs change country, by
distance; straits where a ship's line runs along a gate or cuts across it; lines that do
not stand by lying on them; ports and stations by the names of stops, held against their
coordinates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
import shapely

from tests.oracles.certify_law import Law, Visit, cargo_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.model.scenario import Scenario
    from tests.oracles.certify_law import Raw, Row

#: A line passes a named crossing of its border and mode within this distance.
CROSSING_KM = 12.0
#: A stop lies at its terminal within this distance.
TERMINAL_KM = 60.0
#: Legs join within this distance on land, at a terminal, and where one is a ship.
JOIN_KM, YARD_KM, QUAY_KM = 1.0, 30.0, 300.0
#: A ship that comes so near to a gate's middle, in degrees, sails along it; one that cuts
#: the line across the gate, so long on both sides, sails through it.
ALONG, ACROSS = 0.02, 0.08
#: A route lies on a line if this part of the line's points lie within so many km of it.
ON_LINE, ON_LINE_KM, SPACING_KM = 0.9, 1.0, 2.0
STANDS = ("built", "operating", "irregular")
LAND = ("rail", "road")
CALLS = ("access", "transfer", "boarding", "gauge_change")
KM_PER_DEGREE = 111.2

Leg = dict[str, Any]


class Violation(NamedTuple):
    """What is wrong with a leg of a route."""

    route_id: str
    seq: int
    what: str


@dataclass(frozen=True)
class Facts:
    """What stands where, as a scenario has it, from the raw tables."""

    raw: Raw
    scenario: Scenario

    @cached_property
    def crossings(self) -> dict[tuple[str, frozenset[str]], list[Row]]:
        found: dict[tuple[str, frozenset[str]], list[Row]] = {}
        for row in self.raw.facts["crossings"]:
            key = row["mode"], frozenset((row["country_a"], row["country_b"]))
            found.setdefault(key, []).append(row)
        return found

    @cached_property
    def terminals(self) -> dict[str, tuple[float, float]]:
        return {row["id"]: _point(row) for row in self.raw.facts["terminals"]}

    @cached_property
    def points(self) -> dict[str, tuple[float, float]]:
        """Where cargo may stop: terminals, and crossings for a change of gauge."""
        return self.terminals | {row["id"]: _point(row) for row in self.raw.facts["crossings"]}

    @cached_property
    def services(self) -> dict[str, Row]:
        """Services by the operator that legs name."""
        return {
            f"{row['type']} {row['from_id']}-{row['to_id']} ({row['operators']})": row
            for row in self.raw.facts["services"]
        }

    @cached_property
    def gates(self) -> list[tuple[str, shapely.LineString]]:
        """Each gate of each strait."""
        return [
            (row["id"], shapely.LineString(_pairs(gate)))
            for row in self.raw.facts["straits"]
            for gate in row["gates"].split(";")
            if gate
        ]

    @cached_property
    def missing_lines(self) -> list[tuple[Row, shapely.MultiPoint]]:
        """Lines that neither stand nor are built by the scenario, as points along them."""
        found = []
        for row in self.raw.facts["links"]:
            if not self.stands(row):
                via = [_pairs(part)[0] for part in row["via_lonlat"].split(";") if part]
                ends = self.terminals[row["from_id"]], self.terminals[row["to_id"]]
                line = shapely.LineString([ends[0], *via, ends[1]])
                n = max(5, int(line.length * KM_PER_DEGREE / SPACING_KM))
                # Its ends are stations that other lines serve too.
                at = np.linspace(0.1, 0.9, n)
                points = shapely.line_interpolate_point(line, at, normalized=True)
                found.append((row, shapely.MultiPoint(points)))
        return found

    def stands(self, row: Row) -> bool:
        """Whether a line, crossing or service stands, or the scenario builds it."""
        choice, status = self.scenario.network, row["physical_status"]
        if row["id"] in choice.built:
            return True
        if "sailings_per_week_likely" in row and float(row["sailings_per_week_likely"]) == 0:
            return False
        planned = status in ("planned", "under_construction")
        year = row.get("opening_likely", "")
        if planned and choice.all_planned:
            return True
        if choice.build_by_year and status not in STANDS:
            return (
                int(year) <= choice.build_by_year
                if year
                else planned and "opening_likely" not in row
            )
        return status in STANDS


def _point(row: Row) -> tuple[float, float]:
    return float(row["lon"]), float(row["lat"])


def _pairs(text: str) -> list[tuple[float, float]]:
    """Return points from `lon lat lon lat`, east of 180 counted from the west."""
    numbers = [float(word) for word in text.split()]
    return [
        ((lon + 180) % 360 - 180, lat) for lon, lat in zip(numbers[::2], numbers[1::2], strict=True)
    ]


def km_between(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the distance of two points on the sphere."""
    (lon, lat), (east, north) = ((math.radians(x), math.radians(y)) for x, y in (a[:2], b[:2]))
    h = math.sin((north - lat) / 2) ** 2
    h += math.cos(lat) * math.cos(north) * math.sin((east - lon) / 2) ** 2
    return 2 * 6371.0 * math.asin(min(1.0, math.sqrt(h)))


# --- the walk --------------------------------------------------------------------------


class Certifier:
    """Judges routes of one scenario."""

    def __init__(self, raw: Raw, scenario: Scenario, law: Law) -> None:
        self.facts, self.law = Facts(raw, scenario), law
        self.cargo = {one.id: cargo_of(raw, one, law) for one in scenario.demands}
        self._said: dict[tuple[Visit, str, frozenset[str]], list[str]] = {}
        self._straits: dict[bytes, frozenset[str]] = {}
        self._lines: dict[bytes, dict[str, frozenset[int]]] = {}

    @classmethod
    def of(cls, raw: Raw, scenario: Scenario) -> Self:
        """Read what a scenario takes as in force."""
        return cls(raw, scenario, Law(raw, scenario))

    def certify(self, legs: Sequence[Mapping[str, Any]]) -> list[Violation]:
        """Return what is wrong with the features of `legs.geojson`, nothing if all is well."""
        found: list[Violation] = []
        routes: dict[str, list[Leg]] = {}
        for feature in legs:
            leg = {**feature["properties"], "points": _points(feature["geometry"])}
            routes.setdefault(leg["route_id"], []).append(leg)
        for route_id, run in routes.items():
            run.sort(key=lambda leg: int(leg["seq"]))
            found += [Violation(route_id, seq, what) for seq, what in self.route(run)]
        return found

    def route(self, run: Sequence[Leg]) -> Iterator[tuple[int, str]]:
        """Yield the leg and what is wrong, along one route."""
        cargo = dict(self.cargo[run[0]["route_id"].rpartition(".")[0]])
        yield from _gaps(run)
        yield from self._ends(run)
        yield from self._missing(run)
        for leg, before, after in zip(run, [None, *run], [*run[1:], None], strict=False):
            for visit, faults in self._visits(leg, before, after):
                yield from ((leg["seq"], fault) for fault in faults)
                if leg["kind"] == "line" and leg["mode"] in LAND:
                    cargo["after"] |= {leg["country"]}
                where = ", ".join(sorted(visit.assets)) or "-".join(visit.countries)
                for closer in self._closers(visit, run[0]["route_id"], cargo):
                    yield leg["seq"], f"{where} ({visit.mode}) is closed: {closer}"
                cargo["after"] |= visit.assets
            if leg["kind"] in CALLS:
                cargo["after"] |= {leg["country"]}

    def _closers(
        self, visit: Visit, route_id: str, cargo: Mapping[str, frozenset[str]]
    ) -> list[str]:
        """Return who closes a place to the cargo of a route; asked once for a demand."""
        key = visit, route_id.rpartition(".")[0], cargo["after"]
        if key not in self._said:
            self._said[key] = self.law.closers(visit, cargo)
        return self._said[key]

    def _ends(self, run: Sequence[Leg]) -> Iterator[tuple[int, str]]:
        """Yield an end of a route that is not the demand's."""
        demand = next(
            one
            for one in self.facts.scenario.demands
            if one.id == run[0]["route_id"].rpartition(".")[0]
        )
        if run[0]["from_id"] != demand.origin:
            yield run[0]["seq"], f"starts at {run[0]['from_id']}, not {demand.origin}"
        if run[-1]["to_id"] != demand.destination:
            yield run[-1]["seq"], f"ends at {run[-1]['to_id']}, not {demand.destination}"

    def _visits(
        self, leg: Leg, before: Leg | None, after: Leg | None
    ) -> Iterator[tuple[Visit, list[str]]]:
        """Yield the places a leg visits, each with what is wrong about it whatever the cargo."""
        here = (leg["country"],)
        if leg["kind"] == "line":
            if before is not None and before["kind"] == "line":
                yield from self._border(before, leg)
            service, faults = self._service(leg)
            yield Visit(service, here, leg["mode"]), faults
            for strait in sorted(self._through(leg)):
                yield Visit(frozenset({strait}), here, leg["mode"]), []
        elif leg["kind"] == "border":
            if before is None or after is None or before["country"] == after["country"]:
                yield Visit(frozenset(), here, leg["mode"]), ["a border stop inside a country"]
            else:
                yield from self._border(before, after)
        else:
            service, faults = self._service(leg)
            faults += self._misplaced(leg)
            yield Visit(service | self._stops(leg), here, leg["mode"]), faults

    def _border(self, one: Leg, other: Leg) -> Iterator[tuple[Visit, list[str]]]:
        """Yield the crossing between two legs of a mode in two countries."""
        sides = (one["country"], other["country"])
        if sides[0] == sides[1] or one["mode"] not in LAND or one["mode"] != other["mode"]:
            return
        at = one["points"][-1]
        rows = self.facts.crossings.get((one["mode"], frozenset(sides)), [])
        near = [(km_between(at, _point(row)), row["id"], row) for row in rows]
        near = sorted(entry for entry in near if entry[0] <= CROSSING_KM)
        if not near:
            yield Visit(frozenset(), sides, one["mode"], named=False), []
            return
        _, name, row = near[0]
        absent = [] if self.facts.stands(row) else [f"{name} is {row['physical_status']}"]
        yield Visit(frozenset({name}), sides, one["mode"]), absent

    def _service(self, leg: Leg) -> tuple[frozenset[str], list[str]]:
        """Return the service a leg sails by, and whether it does not sail."""
        row = self.facts.services.get(leg["operator"])
        if row is None:
            return frozenset(), []
        return frozenset({row["id"]}), [] if self.facts.stands(row) else [
            f"{row['id']} does not sail"
        ]

    def _stops(self, leg: Leg) -> frozenset[str]:
        """Return the terminal a stop is at, or the crossing where it changes gauge."""
        return frozenset({leg["from_id"], leg["to_id"]} & self.facts.points.keys())

    def _misplaced(self, leg: Leg) -> list[str]:
        """Return that a stop is not where the facts place it."""
        names = sorted(self._stops(leg))
        if not names:
            return [f"a stop at {leg['from_id']}, which no fact places"]
        far = {name: km_between(self.facts.points[name], leg["points"][0]) for name in names}
        return [f"{name} lies {km:.0f} km away" for name, km in far.items() if km > TERMINAL_KM]

    def _through(self, leg: Leg) -> frozenset[str]:
        """Return the straits a ship's line passes."""
        if leg["mode"] in LAND:
            return frozenset()
        key = leg["points"].tobytes()
        if key not in self._straits:
            self._straits[key] = frozenset(_straits(leg["points"], self.facts.gates))
        return self._straits[key]

    def _missing(self, run: Sequence[Leg]) -> Iterator[tuple[int, str]]:
        """Yield the lines that do not stand on which legs on land lie, one after the other."""
        near: dict[str, set[int]] = {}
        last: dict[str, int] = {}
        for leg in run:
            if leg["kind"] == "line" and leg["mode"] in LAND:
                for name, points in self._near(leg).items():
                    near.setdefault(name, set()).update(points)
                    last[name] = leg["seq"]
        for row, line in self.facts.missing_lines:
            if len(near.get(row["id"], ())) >= ON_LINE * len(line.geoms):
                yield last[row["id"]], f"lies on {row['id']}, which is {row['physical_status']}"

    def _near(self, leg: Leg) -> dict[str, frozenset[int]]:
        """Return for each line that does not stand which of its points a leg passes."""
        key = leg["mode"].encode() + leg["points"].tobytes()
        if key not in self._lines:
            self._lines[key] = dict(_points_near(leg, self.facts.missing_lines))
        return self._lines[key]


def _points(geometry: Mapping[str, Any] | None) -> np.ndarray:
    """Return the points of a geometry in order, (n, 2)."""
    if geometry is None:
        return np.empty((0, 2))
    given = geometry["coordinates"]
    if geometry["type"] == "Point":
        given = [given]
    if geometry["type"] == "MultiLineString":
        given = [point for part in given for point in part]
    return np.array(given, np.float64)[:, :2]


def _gaps(run: Sequence[Leg]) -> Iterator[tuple[int, str]]:
    """Yield where a route jumps from one leg to the next."""
    for one, other in pairwise(run):
        if not len(one["points"]) or not len(other["points"]):
            yield other["seq"], "a leg without geometry"
            continue
        afloat = {one["mode"], other["mode"]} - set(LAND)
        calls = one["kind"] in CALLS or other["kind"] in CALLS
        reach = QUAY_KM if afloat else YARD_KM if calls else JOIN_KM
        km = km_between(one["points"][-1], other["points"][0])
        if km > reach:
            yield other["seq"], f"jumps {km:.0f} km"


def _straits(points: np.ndarray, gates: Sequence[tuple[str, shapely.LineString]]) -> Iterator[str]:
    """Yield the straits of whose gates a line runs along or through one."""
    # A line over the antimeridian is drawn in parts: it is walked part by part.
    breaks = np.flatnonzero(np.abs(np.diff(points[:, 0])) > 180) + 1
    parts = [shapely.LineString(part) for part in np.split(points, breaks) if len(part) > 1]
    line = shapely.MultiLineString(parts)
    for name, gate in gates:
        middle = gate.interpolate(0.5, normalized=True)
        if line.distance(middle) <= ALONG or line.intersects(_cross_section(gate)):
            yield name


def _cross_section(gate: shapely.LineString) -> shapely.LineString:
    """Return the short line across the middle of a gate."""
    (x0, y0), (x1, y1) = gate.coords[0][:2], gate.coords[-1][:2]
    length = math.hypot(x1 - x0, y1 - y0)
    dx, dy = -(y1 - y0) / length * ACROSS, (x1 - x0) / length * ACROSS
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return shapely.LineString([(x - dx, y - dy), (x + dx, y + dy)])


def _points_near(
    leg: Leg, lines: Sequence[tuple[Row, shapely.MultiPoint]]
) -> Iterator[tuple[str, frozenset[int]]]:
    """Yield the lines some of whose points lie by a leg of their mode and gauge, and which."""
    line = shapely.LineString(leg["points"])
    reach = ON_LINE_KM / KM_PER_DEGREE
    box = shapely.box(*line.bounds).buffer(reach)
    for row, points in lines:
        gauges = ("", str(leg["gauge_mm"] or ""))
        if row["mode"] == leg["mode"] and row["gauge_mm"] in gauges and box.intersects(points):
            near = shapely.distance(shapely.get_parts(points), line) <= reach
            if near.any():
                yield row["id"], frozenset(np.flatnonzero(near).tolist())
