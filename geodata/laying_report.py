"""What patches changed: joins and loose ends, km, crossings, terminals; as files and lines."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from dataclasses import asdict
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.laying import JOIN
from geodata.measure import geodesic_km
from geodata.terminals import LAND, terminal_nodes
from geodata.topology import lines_of
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.facts_rows import Facts
    from geodata.patch import Join, Laid, Patch
    from geodata.types import Network

    Place = tuple[float, float]
    #: Distance in km by mode and terminal.
    Gaps = dict[tuple[str, str], float]

__all__ = ["JOINS", "REPORT", "patch_files"]

#: Files of a snapshot that tell what patches did.
JOINS, REPORT = "joins.csv", "patch_report.json"
SCHEMA_VERSION = 1
COLUMNS = (
    "patch", "joined", "holds", "side", "mode", "gauge_mm", "lon", "lat", "to_lon", "to_lat",
    "gap_km", "why",
)  # fmt: skip
#: Terminals that moved less than this, in km, are not told.
MOVED_KM = 0.5
#: An end of a line this near to a terminal, in km, is meant to end there.
TERMINAL_KM = 0.5
#: A join that a border cuts may be this much longer, in km, than the gap.
ROUND_KM = 0.01


def patch_files(
    laid: Sequence[tuple[Patch, Laid]],
    facts: Facts,
    networks: tuple[Network, Network],
    borders: tuple[Mapping[str, Any], Mapping[str, Any]],
) -> dict[str, str]:
    """Return the texts of `joins.csv` and `patch_report.json`.

    Parameters
    ----------
    laid
        Each patch and what laying it did.
    facts
        The fact tables of the build.
    networks
        The network without and with the patches, borders bound.
    borders
        What :func:`geodata.borders.border_report` says of both.
    """
    before, after = networks
    joins = [(patch.tracks.origin, join) for patch, one in laid for join in one.joins]
    ways = _Ways(after, joins)
    gaps = _terminal_gaps(before, facts), _terminal_gaps(after, facts)
    rows = _at_terminals([_join_row(origin, join, ways) for origin, join in joins], after)
    report = {
        "schema_version": SCHEMA_VERSION,
        "patches": [_patch_entry(patch, one, rows) for patch, one in laid],
        "km": _km_changes(before, after),
        "crossings_lost": _crossing_changes(borders[0], borders[1]),
        "crossings_found": _crossing_changes(borders[1], borders[0]),
        "terminals": _terminal_changes(*gaps),
        "hand_links_loose": _loose_hand_links(*gaps, facts),
        "corrections_replaced": _corrections(laid, facts),
    }
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    return {JOINS: buffer.getvalue(), REPORT: text}


def _patch_entry(patch: Patch, laid: Laid, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    mine = [row for row in rows if row["patch"] == patch.name]
    bounds = None if patch.inside is None else shapely.bounds(patch.inside).round(6).tolist()
    return {
        "name": patch.name,
        "origin": patch.tracks.origin,
        "files": [path.name for path in patch.files],
        "bounds": bounds,
        "replaces": sorted(mode.name.lower() for mode in patch.replaces),
        "rim_km": patch.rim_km,
        "lines": len(patch.tracks),
        "replaced_km": _rounded(laid.replaced_km),
        "laid_km": _rounded(laid.laid_km),
        "outside_km": _rounded(laid.outside_km),
        "join_km": _rounded(laid.join_km),
        "left_out": _rounded(laid.left_out),
        "joined": sum(row["joined"] == "yes" for row in mine),
        "parted": sum(row["holds"] == "no" for row in mine),
        "loose": {
            side: sum(row["joined"] == "no" and row["side"] == side for row in mine)
            for side in ("network", "patch")
        },
        "islands": [
            {"mode": mode, "km": round(km, 3), "lon": round(lon, 6), "lat": round(lat, 6)}
            for mode, km, lon, lat in laid.islands
        ],
    }


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


def _join_row(origin: str, join: Join, ways: _Ways) -> dict[str, Any]:
    """Return the row of a join; `holds` says whether trains and trucks pass it."""
    why = ways.why_not(origin, join) if join.joined else ""
    values = {k: v for k, v in asdict(join).items() if k in COLUMNS}
    for name in ("lon", "lat", "to_lon", "to_lat"):
        values[name] = "" if values[name] is None else f"{values[name]:.6f}"
    values["gap_km"] = "" if join.gap_km is None else f"{join.gap_km:.3f}"
    values["gauge_mm"] = join.gauge_mm or ""
    values["joined"] = "yes" if join.joined else "no"
    values["holds"] = ("no" if why else "yes") if join.joined else ""
    return values | {"why": why or ("" if join.joined else _loose_words(join))}


def _at_terminals(rows: list[dict[str, Any]], network: Network) -> list[dict[str, Any]]:
    """Return the rows; a loose end of a patch at which a terminal lies is the end of its line."""
    nodes = network.nodes
    for row in rows:
        if row["joined"] != "no" or row["side"] != "patch":
            continue
        here = np.flatnonzero((nodes.terminal >= 0) & (nodes.mode == Mode[row["mode"].upper()]))
        lon, lat = (np.full(len(here), float(row[axis])) for axis in ("lon", "lat"))
        if (geodesic_km(nodes.lon[here], nodes.lat[here], lon, lat) <= TERMINAL_KM).any():
            row |= {"joined": "end", "why": "a terminal lies there"}
    return rows


def _loose_words(join: Join) -> str:
    what = "line" if join.mode != "rail" else "track of its gauge"
    return "farther than the tolerance" if join.gap_km is not None else f"no {what} near"


class _Ways:
    """What leads over joins in the built network: the lines at their ends and short ways."""

    def __init__(self, network: Network, joins: Sequence[tuple[str, Join]]) -> None:
        """Look at the ends of `joins`, each given with the origin of its patch."""
        self.sources = network.sources
        done = [one for _, one in joins if one.joined]
        places = {(one.lon, one.lat) for one in done}
        places |= {(one.to_lon or 0.0, one.to_lat or 0.0) for one in done}
        nodes, links = network.nodes, network.links
        wanted = np.array([complex(*place) for place in places])
        here = np.isin(nodes.lon + 1j * nodes.lat, wanted)
        line = links.kind == Kind.LINE
        join = links.source == network.sources.index(JOIN)
        self.lines: dict[tuple[str, Place], list[tuple[int, int, int]]] = defaultdict(list)
        for end in (links.u, links.v):
            for link in np.flatnonzero(line & ~join & here[end]).tolist():
                node = int(end[link])
                place = float(nodes.lon[node]), float(nodes.lat[node])
                key = Mode(int(nodes.mode[node])).name.lower(), place
                row = int(links.gauge_mm[link]), node, int(links.source[link])
                self.lines[key].append(row)
        longest = max((one.gap_km or 0.0 for one in done), default=0.0) + ROUND_KM
        rows = np.flatnonzero((line | (links.kind == Kind.BORDER)) & (links.length_km <= longest))
        u, v = links.u[rows].astype(np.int64), links.v[rows].astype(np.int64)
        ends = np.concatenate([u, v]), np.concatenate([v, u])
        order = np.argsort(ends[0], kind="stable")
        self.first = np.searchsorted(ends[0][order], np.arange(len(nodes) + 1))
        self.next, self.km = ends[1][order], np.tile(links.length_km[rows], 2)[order]

    def why_not(self, origin: str, join: Join) -> str:
        """Return why no way leads over a join, or nothing."""
        places = (join.lon, join.lat), (join.to_lon or 0.0, join.to_lat or 0.0)
        one, two = (self._leading_on(join.mode, place) for place in places)
        if places[0] == places[1]:
            # Both sides lie at one point: their lines are told apart by where they come from.
            mine = self.sources.index(origin)
            one, two = ([r for r in one if (r[2] == mine) == side] for side in (True, False))
        nodes = [{g: [n for h, n, _ in rows if h == g] for g, _, _ in rows} for rows in (one, two)]
        common = nodes[0].keys() & nodes[1].keys()
        if not common:
            words = [" and ".join(f"{g} mm" for g in sorted(some)) for some in nodes]
            return f"gauges differ: {words[0] or 'no line'} meets {words[1] or 'no line'}"
        km = (join.gap_km or 0.0) + ROUND_KM
        if any(self._leads(nodes[0][g], nodes[1][g], km) for g in sorted(common)):
            return ""
        return "a border without a crossing lies between"

    def _leading_on(self, mode: str, place: Place) -> list[tuple[int, int, int]]:
        """Gauge, node and source of the lines at an end of a join, without the join."""
        return self.lines.get((mode, place), [])

    def _leads(self, starts: Sequence[int], ends: Sequence[int], km: float) -> bool:
        """Whether lines and borders lead from a start to an end within `km`.

        A search by hand: the ways are a few links long, and a general one costs its
        whole network each time.
        """
        far = dict.fromkeys(starts, 0.0)
        heap = [(0.0, node) for node in starts]
        while heap:
            length, node = heappop(heap)
            if node in ends:
                return True
            for k in range(*self.first[node : node + 2].tolist()):
                after, on = length + float(self.km[k]), int(self.next[k])
                if after <= km and after < far.get(on, np.inf):
                    far[on] = after
                    heappush(heap, (after, on))
        return False


def _km_changes(before: Network, after: Network) -> list[dict[str, Any]]:
    """Km by mode, country, gauge and status where a patch changed them."""
    old, new = _km_table(before), _km_table(after)
    found = []
    for key in sorted({*old, *new}):
        mode, country, gauge, status = key
        km = round(old.get(key, 0.0), 3), round(new.get(key, 0.0), 3)
        if km[0] != km[1]:
            found.append(
                {
                    "mode": Mode(mode).name.lower(),
                    "country": country,
                    "gauge_mm": gauge or None,
                    "status": Status(status).name.lower(),
                    "before_km": km[0],
                    "after_km": km[1],
                }
            )
    return found


def _km_table(network: Network) -> dict[tuple[int, str, int, int], float]:
    rows = np.any([lines_of(network, mode) for mode in (*LAND, Mode.SEA)], axis=0)
    links = network.links.take(rows)
    key = np.stack([links.mode, links.country, links.gauge_mm, links.status]).astype(np.int64)
    names, slot = np.unique(key, axis=1, return_inverse=True)
    km = np.bincount(slot.ravel(), links.length_km)
    return {
        (mode, network.countries[country], gauge, status): float(length)
        for (mode, country, gauge, status), length in zip(names.T.tolist(), km, strict=True)
    }


def _crossing_changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Crossings that have a line in `one` and none in `other`, named ones first."""
    named = sorted(set(one["crossings_bound"]) - set(other["crossings_bound"]))
    ids = [{row["id"] for row in report["crossings_generated"]} for report in (one, other)]
    return [*named, *sorted(ids[0] - ids[1])]


def _terminal_gaps(network: Network, facts: Facts) -> Gaps:
    """How far off its line, in km, each terminal lies by mode; without a line it is left out."""
    rows = {row.id: row for row in facts.terminals}
    by_hand = network.links.source == network.sources.index("facts")
    found: Gaps = {}
    for mode in LAND:
        lines = lines_of(network, mode) & ~by_hand
        on = np.zeros(len(network.nodes), bool)
        on[network.links.u[lines]] = on[network.links.v[lines]] = True
        for name, nodes in terminal_nodes(network, mode).items():
            at = [node for node in nodes if on[node]]
            if at:
                here = np.full(len(at), rows[name].lon), np.full(len(at), rows[name].lat)
                km = geodesic_km(network.nodes.lon[at], network.nodes.lat[at], *here)
                found[mode.name.lower(), name] = round(float(km.min()), 3)
    return found


def _terminal_changes(before: Gaps, after: Gaps) -> list[dict[str, Any]]:
    """Terminals that found or lost a line or moved along, and how far off the line lies."""
    found = []
    for mode, name in sorted({*before, *after}):
        old, new = before.get((mode, name)), after.get((mode, name))
        if old is None or new is None or abs(old - new) >= MOVED_KM:
            found.append({"id": name, "mode": mode, "before_km": old, "after_km": new})
    return found


def _loose_hand_links(before: Gaps, after: Gaps, facts: Facts) -> list[dict[str, str]]:
    """Hand links an end of which lost the line that it was joined to."""
    lost = before.keys() - after.keys()
    return [
        {"id": row.id, "terminal": end}
        for row in facts.links
        if row.action != "attributes"
        for end in (row.from_id, row.to_id)
        if (row.mode, end) in lost
    ]


def _corrections(laid: Sequence[tuple[Patch, Laid]], facts: Facts) -> list[str]:
    """Corrections of lines that a patch took the place of: their work is the patch's now."""
    found = set()
    for patch, _ in laid:
        modes = {mode.name.lower() for mode in patch.replaces}
        for row in facts.corrections if patch.inside is not None else ():
            ends = shapely.points([[row.lon_a, row.lat_a], [row.lon_b, row.lat_b]])
            if row.mode in modes and shapely.intersects(patch.inside, ends).any():
                found.add(row.id)
    return sorted(found)
