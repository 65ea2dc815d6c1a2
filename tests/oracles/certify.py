"""Certifies exported routes: walks their GeoJSON and asks of each place who closes it.

What is read are the features of `legs.geojson`, the raw fact tables and a
:class:`~tests.oracles.certify_law.Law`. Crossings are found where legs change country, by
distance; straits where a ship's line runs along a gate or cuts across it; lines that do
not stand by lying on them; ports and stations by the names of stops, held against their
coordinates.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from tests.oracles.certify_law import Law, Visit, cargo_of
from tests.oracles.certify_shapes import LAND, Atlas, km_between, lonlat, stands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from corridors.model.scenario import Scenario
    from tests.oracles.certify_law import Row

#: A line passes a named crossing of its border and mode within this distance.
CROSSING_KM = 12.0
#: A stop lies at its terminal within this distance.
TERMINAL_KM = 60.0
#: Legs join within this distance on land, at a terminal, and where one is a ship.
JOIN_KM, YARD_KM, QUAY_KM = 1.0, 30.0, 300.0
#: A route lies on a line if it passes this part of the line's points.
ON_LINE = 0.9
CALLS = ("access", "transfer", "boarding", "gauge_change")
#: A feature as the files have it, one a line.
FEATURE = re.compile(rb'"geometry":(\{.*\}|null),"properties":(\{.*\})\}[,\]}]*$')

#: Properties of a leg, and its `shape`.
Leg = dict[str, Any]


class Violation(NamedTuple):
    """What is wrong with a leg of a route."""

    route_id: str
    seq: int
    what: str


def told(found: Iterable[Violation]) -> str:
    """Return what was found, the same only once."""
    first = {one.what: one for one in found}
    return "\n".join(f"{one.route_id} leg {one.seq}: {what}" for what, one in first.items())


# --- the walk --------------------------------------------------------------------------


class Certifier:
    """Judges routes of one scenario."""

    def __init__(self, atlas: Atlas, scenario: Scenario) -> None:
        self.atlas, self.scenario = atlas, scenario
        self.law = Law(atlas.raw, scenario)
        self.demands = {one.id: one for one in scenario.demands}
        self.cargo = {one.id: cargo_of(atlas.raw, one, self.law) for one in scenario.demands}
        self._said: dict[tuple[Visit, str, frozenset[str]], list[str]] = {}

    def certify(self, legs: bytes) -> list[Violation]:
        """Return what is wrong with the routes of `legs.geojson`, nothing if all is well."""
        found: list[Violation] = []
        for route_id, run in read_routes(legs, self.atlas).items():
            found += [Violation(route_id, seq, what) for seq, what in self.route(run)]
        return found

    def route(self, run: Sequence[Leg]) -> Iterator[tuple[int, str]]:
        """Yield the leg and what is wrong, along one route."""
        cargo = dict(self.cargo[run[0]["route_id"].rpartition(".")[0]])
        yield from _gaps(run)
        yield from self._ends(run)
        on_lines = self._lines(run)
        for leg, before, after in zip(run, [None, *run], [*run[1:], None], strict=False):
            for visit, faults in (
                *self._visits(leg, before, after), *self._on_lines(leg, on_lines)
            ):  # fmt: skip
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
        demand = self.demands[run[0]["route_id"].rpartition(".")[0]]
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
            if leg["mode"] in LAND and self.atlas.strays(leg["shape"], leg["country"]):
                faults.append(f"a leg said to be in {leg['country']} leaves it")
            yield Visit(service, here, leg["mode"]), faults
            straits = () if leg["mode"] in LAND else self.atlas.straits(leg["shape"])
            for strait in sorted(straits):
                yield Visit(frozenset({strait}), here, leg["mode"]), self._seasonal(strait)
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
        sides, mode = (one["country"], other["country"]), one["mode"]
        if sides[0] == sides[1] or mode not in LAND or mode != other["mode"]:
            return
        at = one["shape"].points[-1]
        rows = self.atlas.crossings.get((mode, frozenset(sides)), [])
        near = sorted((km_between(at, lonlat(row)), row["id"]) for row in rows)
        if not near or near[0][0] > CROSSING_KM:
            yield Visit(frozenset(), sides, mode, named=False), []
            return
        row = next(row for row in rows if row["id"] == near[0][1])
        yield Visit(frozenset({row["id"]}), sides, mode), self._absent(row)

    def _service(self, leg: Leg) -> tuple[frozenset[str], list[str]]:
        """Return the service a leg sails by, and whether it does not sail."""
        names = (leg["operator"], leg["from_id"], leg["to_id"])
        rows = [self.atlas.services[name] for name in names if name in self.atlas.services]
        if leg["mode"] == "ferry" and not rows:
            return frozenset(), ["a ferry of no service"]
        faults = [fault for row in rows for fault in self._absent(row)]
        return frozenset(row["id"] for row in rows), faults[:1]

    def _absent(self, row: Row) -> list[str]:
        """Return that something of the facts does not stand."""
        if stands(row, self.scenario.network):
            return []
        return [f"{row['id']} is {row['physical_status']}, not built or sailing"]

    def _seasonal(self, strait: str) -> list[str]:
        """Return that a strait is not sailed all year."""
        built = strait in self.scenario.network.built
        seasonal = strait in self.atlas.seasonal and not built
        return [f"{strait} is not sailed all year"] if seasonal else []

    def _stops(self, leg: Leg) -> frozenset[str]:
        """Return the terminal a stop is at, or the crossing where it changes gauge."""
        return frozenset({leg["from_id"], leg["to_id"]} & self.atlas.points.keys())

    def _misplaced(self, leg: Leg) -> list[str]:
        """Return that a stop is not where the facts place it."""
        names = sorted(self._stops(leg))
        if not names:
            return [f"a stop at {leg['from_id']}, which no fact places"]
        at = leg["shape"].points[0]
        far = {name: km_between(self.atlas.points[name], at) for name in names}
        return [f"{name} lies {km:.0f} km away" for name, km in far.items() if km > TERMINAL_KM]

    def _lines(self, run: Sequence[Leg]) -> frozenset[str]:
        """Return the lines of the facts on which legs on land lie, one after the other."""
        passed: dict[str, set[int]] = {}
        for leg in run:
            for name, points in self._near(leg).items():
                passed.setdefault(name, set()).update(points)
        lines = self.atlas.lines
        return frozenset(
            name for name, points in passed.items()
            if len(points) >= ON_LINE * len(lines[name][1].geoms)
        )  # fmt: skip

    def _on_lines(self, leg: Leg, on_lines: frozenset[str]) -> Iterator[tuple[Visit, list[str]]]:
        """Yield the lines of the facts on which a leg lies."""
        for name in sorted(on_lines & self._near(leg).keys()):
            row = self.atlas.lines[name][0]
            yield Visit(frozenset({name}), (leg["country"],), leg["mode"]), self._absent(row)

    def _near(self, leg: Leg) -> Mapping[str, frozenset[int]]:
        """Return for each line of the facts which of its points a leg on land passes."""
        if leg["kind"] != "line" or leg["mode"] not in LAND:
            return {}
        return self.atlas.near(leg["shape"], leg["mode"], str(leg["gauge_mm"] or ""))


def read_routes(legs: bytes, atlas: Atlas) -> dict[str, list[Leg]]:
    """Return the legs of each route in their order, from `legs.geojson`."""
    routes: dict[str, list[Leg]] = {}
    for line in legs.splitlines():
        found = FEATURE.search(line)
        if found:
            leg = orjson.loads(found[2]) | {"shape": atlas.shape(found[1])}
            routes.setdefault(leg["route_id"], []).append(leg)
    for run in routes.values():
        run.sort(key=lambda leg: int(leg["seq"]))
    return routes


def _gaps(run: Sequence[Leg]) -> Iterator[tuple[int, str]]:
    """Yield where a route jumps from one leg to the next."""
    for one, other in pairwise(run):
        ends = one["shape"].points[-1:], other["shape"].points[:1]
        if not all(map(len, ends)):
            yield other["seq"], "a leg without geometry"
            continue
        afloat = {one["mode"], other["mode"]} - set(LAND)
        calls = one["kind"] in CALLS or other["kind"] in CALLS
        reach = QUAY_KM if afloat else YARD_KM if calls else JOIN_KM
        km = km_between(ends[0][0], ends[1][0])
        if km > reach:
            yield other["seq"], f"jumps {km:.0f} km"
