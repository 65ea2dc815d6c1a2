"""Named checks of a built network: what a planner may take for granted, or is told.

Each ``check_*`` is one function with one message form and returns its findings; an
*error* breaks a rule of the network, a *warning* is a place where the data is weak.
:func:`run_checks` runs them all, so that every fault is reported at once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.branches import ANY, BranchFinder
from geodata.geometry import link_lines
from geodata.measure import geodesic_km
from geodata.topology import components
from geodata.types import HIGH_SEAS, Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from geodata.facts_rows import Facts
    from geodata.types import Bools, Branch, BranchLeg, DecisionGraph, Floats, Ints, Network

__all__ = [
    "ERROR",
    "PAIRS",
    "WARNING",
    "Finding",
    "Pair",
    "check_arcs",
    "check_assets",
    "check_borders",
    "check_branch_status",
    "check_branches",
    "check_crossings",
    "check_detours",
    "check_excursions",
    "check_gauge_changes",
    "check_gauges",
    "check_geometry",
    "check_hand_links",
    "check_lengths",
    "check_national_gauges",
    "check_pairs",
    "check_straight_edges",
    "check_terminals",
    "drawn_km",
    "run_checks",
]

ERROR, WARNING = "error", "warning"
LAND = (Mode.RAIL, Mode.ROAD)
#: A line may be this fraction of its drawn length: drawings are coarse, never longer.
SHORTEST_SHARE = 0.97
#: Rounding of published lengths, in km, below which a line may fall short of its drawing.
ROUNDING_KM = 0.05
#: A line drawn longer than `LONG_KM` is at most this many times its drawing.
LONG_KM, LONGEST_SHARE = 20.0, 1.6
#: A straight edge longer than this, in km, shows a line where it does not run.
STRAIGHT_KM = 50.0
#: A line longer than its drawing by this factor bends where the map shows it straight.
BENDS = 1.03
#: A leg over land is expected within `DETOUR` times the straight line, plus some km.
DETOUR, DETOUR_KM = 1.6 * 1.3, 10.0
#: Relative error of a sum of lengths.
SUM_ERROR = 1e-9


@dataclass(frozen=True)
class Finding:
    """One fault of the network: the check that found it, what it is about, and the words.

    `severity` is ``error`` or ``warning``.

    Examples
    --------
    >>> print(Finding("check_assets", "R17", "two assets have this id", ERROR))
    error check_assets R17: two assets have this id
    """

    check: str
    subject: str
    message: str
    severity: str

    def __str__(self) -> str:
        """Return ``severity check subject: message``."""
        return f"{self.severity} {self.check} {self.subject}: {self.message}"


@dataclass(frozen=True)
class Pair:
    """Two places that must have a way, the stops between them, and links it may need.

    `links` are the ids, joined by ``+`` per leg, of links the way uses though they are
    not built; ``-`` allows built lines only.
    """

    name: str
    mode: str
    stops: tuple[str, ...]
    links: tuple[str, ...] = ()


#: Pairs on which networks without hand-mended borders and gaps have no way.
PAIRS = (
    Pair("Khorgos-Aktau", "rail", ("ALTK", "PAAU")),
    Pair("Dostyk-Aktau", "rail", ("DOS", "PAAU")),
    Pair("Alat-Poti", "rail", ("PBAK", "PPTI")),
    Pair("Baku-Tbilisi", "rail", ("BAK", "TBS")),
    Pair("Tbilisi-Kars", "rail", ("TBS", "KARS")),
    Pair("Kars-Istanbul", "rail", ("KARS", "HAL")),
    Pair("Baku-Moscow", "rail", ("BAK", "MOW")),
    Pair(
        "Horadiz-Nakhchivan today, by Bilasuvar or Astara",
        "road",
        ("HOR", "IMS", "ASTIR", "TBZ", "JOL", "CUL", "NAX"),
        (ANY, ANY, ANY, ANY, "RD_JOL_CUL", ANY),
    ),
    Pair(
        "Horadiz-Nakhchivan by the Aghband bridge",
        "road",
        ("HOR", "AGB", "KLL", "NRDZ", "JOL", "CUL", "NAX"),
        (ANY, "R31b", "RD_KLL_NRDZ", "RD_NRDZ_JOL", "RD_JOL_CUL", ANY),
    ),
    Pair(
        "Horadiz-Nakhchivan when built",
        "rail",
        ("HOR", "MIN", "AGB", "MEG", "ORD", "CUL", "NAX"),
        ("R16", "R17", "R18", "R19", "R20", ANY),
    ),
)


def run_checks(
    network: Network,
    graph: DecisionGraph,
    facts: Facts,
    branches: Sequence[Branch],
    report: Mapping[str, Any],
    *,
    pairs: Sequence[Pair] = PAIRS,
) -> tuple[Finding, ...]:
    """Run every check; return the findings, errors first, else in the order of the checks.

    Parameters
    ----------
    network, graph
        The network and its decision graph.
    facts
        The fact tables they were built from.
    branches
        Corridor branches with their legs on `graph`.
    report
        What the build reported: see :func:`geodata.build.build_network`.
    pairs
        Pairs of places that must have a way.
    """
    drawn = drawn_km(network)
    findings = [
        *check_pairs(graph, pairs),
        *check_branches(branches, facts),
        *check_branch_status(graph, branches),
        *check_borders(network),
        *check_gauges(network),
        *check_national_gauges(network),
        *check_gauge_changes(network, facts),
        *check_lengths(network),
        *check_arcs(network, graph),
        *check_assets(network),
        *check_terminals(network, facts),
        *check_geometry(network, drawn),
        *check_hand_links(network, facts),
        *check_crossings(facts, report),
        *check_detours(branches, facts),
        *check_excursions(graph, branches),
        *check_straight_edges(network, graph, branches, drawn),
    ]
    return tuple(sorted(findings, key=lambda finding: finding.severity != ERROR))


def drawn_km(network: Network) -> Floats:
    """Geodesic length in km of every link as it is drawn, shape (links,)."""
    lines = link_lines(network, np.arange(len(network.links)))
    last = np.zeros(len(lines.lonlat), bool)
    last[lines.offset[1:] - 1] = True
    a = np.flatnonzero(~last)
    lon, lat = lines.lonlat.T
    steps = geodesic_km(lon[a], lat[a], lon[a + 1], lat[a + 1])
    return np.bincount(lines.line_of_point()[a], steps, minlength=len(lines)).astype(float)


def check_pairs(graph: DecisionGraph, pairs: Sequence[Pair] = PAIRS) -> Iterator[Finding]:
    """Each pair has a way in its mode over its stops."""
    finder = BranchFinder(graph)
    for pair in pairs:
        unknown = [stop for stop in pair.stops if stop not in graph.terminal_ids]
        gaps = [f"no terminal {stop}" for stop in unknown] or [
            f"{leg.from_id}-{leg.to_id} {leg.gap}" for leg in _pair_legs(finder, pair) if leg.gap
        ]
        if gaps:
            yield Finding("check_pairs", pair.name, f"no {pair.mode} way: {'; '.join(gaps)}", ERROR)


def _pair_legs(finder: BranchFinder, pair: Pair) -> Iterator[BranchLeg]:
    links = pair.links or (ANY,) * (len(pair.stops) - 1)
    ends = zip(pair.stops[:-1], pair.stops[1:], links, strict=True)
    for seq, (a, b, named) in enumerate(ends, start=1):
        yield finder.leg(pair.name, seq, ends=(a, b), mode=pair.mode, links=named)


def check_branches(branches: Sequence[Branch], facts: Facts) -> Iterator[Finding]:
    """Each corridor leg is continuous both ways, or its gap is a named missing link.

    A gap is named when `gaps` has a row for it that no link or correction handles.
    """
    named = {
        (row.mode, frozenset((row.from_id, row.to_id))) for row in facts.gaps if not row.handled_by
    }
    for branch in branches:
        told = set()
        for leg in (*branch.legs, *branch.back):
            key = (leg.mode, frozenset((leg.from_id, leg.to_id)))
            if leg.gap and key not in told:
                told.add(key)
                message = f"{leg.mode} leg {leg.from_id}-{leg.to_id}: {leg.gap}"
                severity = WARNING if key in named else ERROR
                yield Finding("check_branches", branch.id, message, severity)


def check_branch_status(graph: DecisionGraph, branches: Sequence[Branch]) -> Iterator[Finding]:
    """Each branch is called built where all its lines stand, else planned."""
    for branch in branches:
        arcs = np.array([arc for leg in branch.legs for arc in leg.arcs], np.int64)
        whole = not any(leg.gap for leg in branch.legs)
        found = "built" if whole and (graph.arcs.status[arcs] == Status.BUILT).all() else "planned"
        if branch.status != found:
            message = f"called {branch.status}, but its lines are {found}"
            yield Finding("check_branch_status", branch.id, message, WARNING)


def check_borders(network: Network) -> Iterator[Finding]:
    """Territories meet only at crossings, each of exactly the pair it joins."""
    links, country = network.links, network.nodes.country
    seas = network.countries.index(HIGH_SEAS) if HIGH_SEAS in network.countries else -1
    a, b = country[links.u], country[links.v]
    apart = (a != b) & (a != seas) & (b != seas)
    for k in np.flatnonzero(apart & (links.kind != Kind.BORDER)).tolist():
        pair = _pair(network, k)
        yield Finding("check_borders", _place(network, k), f"joins {pair} at no crossing", ERROR)
    for k in np.flatnonzero(links.kind == Kind.BORDER).tolist():
        asset = network.assets[links.asset[k]] if links.asset[k] >= 0 else None
        ends = {network.countries[a[k]], network.countries[b[k]]}
        if asset is None or asset.kind != "crossing" or set(asset.countries) != ends:
            what = f"crossing of {'-'.join(asset.countries)}" if asset else "no crossing"
            message = f"joins {_pair(network, k)} by {what}"
            yield Finding("check_borders", _place(network, k), message, ERROR)


def _pair(network: Network, link: int) -> str:
    country = network.nodes.country
    ends = (network.links.u[link], network.links.v[link])
    return "-".join(network.countries[country[end]] for end in ends)


def check_gauges(network: Network) -> Iterator[Finding]:
    """Lines and borders of the railway join nodes of their own gauge."""
    links, gauge = network.links, network.nodes.gauge_mm
    rail = (links.mode == Mode.RAIL) & np.isin(links.kind, (Kind.LINE, Kind.BORDER))
    off = (gauge[links.u] != links.gauge_mm) | (gauge[links.v] != links.gauge_mm)
    for k in np.flatnonzero(rail & off).tolist():
        ends = f"{gauge[links.u[k]]} and {gauge[links.v[k]]} mm"
        message = f"a line of {links.gauge_mm[k]} mm joins nodes of {ends}"
        yield Finding("check_gauges", _place(network, k), message, ERROR)


def check_national_gauges(network: Network) -> Iterator[Finding]:
    """Every rail line has a gauge; listed by country."""
    links = network.links
    bare = (links.mode == Mode.RAIL) & (links.kind == Kind.LINE) & (links.gauge_mm == 0)
    lost = Counter(network.countries[k] for k in links.country[bare].tolist())
    for code, count in sorted(lost.items()):
        km = links.length_km[bare & (links.country == network.countries.index(code))].sum()
        message = f"{count} rail lines, {km:.0f} km, have no gauge"
        yield Finding("check_national_gauges", code, message, WARNING)


def check_gauge_changes(network: Network, facts: Facts) -> Iterator[Finding]:
    """Wagons change gauge only at breaks of gauge: terminals and crossings with two."""
    allowed = {
        row.id for row in facts.terminals if row.kind == "gauge_break" or len(row.gauges_mm) > 1
    } | {row.id for row in facts.crossings if row.gauge_a_mm != row.gauge_b_mm}
    links, gauge = network.links, network.nodes.gauge_mm
    for k in np.flatnonzero(links.kind == Kind.GAUGE_CHANGE).tolist():
        a, b = int(gauge[links.u[k]]), int(gauge[links.v[k]])
        where = network.assets[links.asset[k]].id if links.asset[k] >= 0 else "nowhere"
        if where not in allowed or a == b:
            message = f"a change from {a} to {b} mm at {where}, which is no break of gauge"
            yield Finding("check_gauge_changes", _place(network, k), message, ERROR)


def check_lengths(network: Network) -> Iterator[Finding]:
    """Lines have a length, stops have none, and no length is negative or missing."""
    km, line = network.links.length_km, network.links.kind == Kind.LINE
    fit = np.where(line, (km > 0) & np.isfinite(km), km == 0)
    for k in np.flatnonzero(~fit).tolist():
        what = "line" if line[k] else Kind(network.links.kind[k]).name.lower()
        message = f"a {what} of {km[k]:g} km"
        yield Finding("check_lengths", _place(network, k), message, ERROR)


def check_arcs(network: Network, graph: DecisionGraph) -> Iterator[Finding]:
    """Each arc of the decision graph is as long as its links together."""
    arcs, chain = graph.arcs, graph.chain
    count = arcs.chain_stop - arcs.chain_start
    first = np.repeat(arcs.chain_start - np.cumsum(count) + count, count)
    steps = chain[first + np.arange(len(first))]
    owner = np.repeat(np.arange(len(arcs)), count)
    links = np.where(steps < 0, ~steps, steps)
    km = np.bincount(owner, network.links.length_km[links], minlength=len(arcs))
    off = ~(np.abs(km - arcs.length_km) <= SUM_ERROR * np.maximum(km, 1.0))
    for k in np.flatnonzero(off).tolist():
        message = f"{arcs.length_km[k]:.3f} km, its links {km[k]:.3f} km"
        yield Finding("check_arcs", f"arc {k}", message, ERROR)


def check_assets(network: Network) -> Iterator[Finding]:
    """Ids of assets are unique over all kinds."""
    for name, count in sorted(Counter(asset.id for asset in network.assets).items()):
        if count > 1:
            yield Finding("check_assets", name, f"{count} assets have this id", ERROR)


def check_terminals(network: Network, facts: Facts) -> Iterator[Finding]:
    """Each terminal lies on the network in the modes it names, and none is an island.

    A mode without a node, or whose lines reach no other terminal, is a warning; a
    terminal of which this holds in every mode is an error.
    """
    every = np.ones(len(network.links), bool)
    joined = _joined_modes(network, every)
    built = _joined_modes(network, network.links.status == Status.BUILT)
    for row in facts.terminals:
        lost = [m for m in row.modes if not joined.get((row.id, m), False)]
        gone = [m for m in lost if (row.id, m) not in joined]
        waits = [m for m in row.modes if m not in lost and not built.get((row.id, m), False)]
        whole = len(lost) == len(row.modes)
        for mode in lost:
            how = f"has no {mode} node" if mode in gone else f"lies on a {mode} island"
            yield Finding("check_terminals", row.id, how, ERROR if whole else WARNING)
        for mode in waits:
            how = f"is reached by {mode} lines not yet built only"
            yield Finding("check_terminals", row.id, how, WARNING)


def _joined_modes(network: Network, usable: Bools) -> dict[tuple[str, str], bool]:
    """Whether lines of each mode of a terminal reach another terminal.

    Changes between modes at a terminal do not count, boarding a ferry does: a port from
    which ships sail is reached by sea, whether cargo is lifted or rolls aboard.
    """
    kinds = (Kind.LINE, Kind.BORDER, Kind.GAUGE_CHANGE, Kind.BOARDING)
    label = components(network, usable & np.isin(network.links.kind, kinds))
    nodes = network.nodes
    rows = np.flatnonzero((nodes.terminal >= 0) & (nodes.mode != Mode.NONE))
    held = np.unique(np.stack([label[rows], nodes.terminal[rows]]), axis=1)
    others = np.bincount(held[0], minlength=len(nodes) + 1)
    boards = np.zeros(len(nodes), bool)
    boards[network.links.u[network.links.kind == Kind.BOARDING]] = True
    found: dict[tuple[str, str], bool] = {}
    for node in rows.tolist():
        name = network.terminal_ids[nodes.terminal[node]]
        modes = {Mode(nodes.mode[node])} | ({Mode.SEA} if boards[node] else set())
        for key in ((name, mode.name.lower()) for mode in modes):
            found[key] = found.get(key, False) or bool(others[label[node]] > 1)
    return found


def check_geometry(network: Network, drawn: Floats) -> Iterator[Finding]:
    """No line is shorter than its drawing, and a long one not much longer.

    A ship's stated length against the coarse lanes it is drawn along is a warning.
    """
    links = network.links
    km, line, far = links.length_km, links.kind == Kind.LINE, drawn > LONG_KM
    short = line & (km < SHORTEST_SHARE * drawn - ROUNDING_KM)
    long = line & far & (km > LONGEST_SHARE * drawn)
    for k in np.flatnonzero(short | long).tolist():
        severity = ERROR if short[k] and links.mode[k] in LAND else WARNING
        message = f"{km[k]:.1f} km long, drawn {drawn[k]:.1f} km"
        yield Finding("check_geometry", _place(network, k), message, severity)


def check_hand_links(network: Network, facts: Facts) -> Iterator[Finding]:
    """Every hand link and every described line is on the network."""
    used = np.unique(network.links.asset[network.links.kind == Kind.LINE])
    laid = {network.assets[k].id for k in used.tolist() if k >= 0}
    for row in facts.links:
        if row.id not in laid:
            attributes = row.action == "attributes"
            what = f"no line of about {row.km:g} km" if attributes else "no line drawn"
            message = f"{what} from {row.from_id} to {row.to_id} by {row.mode}"
            severity = WARNING if attributes else ERROR
            yield Finding("check_hand_links", row.id, message, severity)


def check_crossings(facts: Facts, report: Mapping[str, Any]) -> Iterator[Finding]:
    """Every built crossing of the facts has a line through it."""
    without = set(report.get("crossings_without_line", ()))
    for row in facts.crossings:
        if row.id in without and row.physical_status == "built":
            message = f"no {row.mode} of the data passes {row.name} ({row.lon} {row.lat})"
            yield Finding("check_crossings", row.id, message, WARNING)


def check_detours(branches: Sequence[Branch], facts: Facts) -> Iterator[Finding]:
    """No leg over land is far longer than the straight line between its ends."""
    place = {row.id: (row.lon, row.lat) for row in facts.terminals}
    legs = {
        (leg.from_id, leg.to_id, leg.mode, leg.links): (branch.id, leg)
        for branch in reversed(branches)
        for leg in branch.legs
        if leg.arcs and leg.mode in {"rail", "road"} and {leg.from_id, leg.to_id} <= place.keys()
    }
    for _, (branch, leg) in sorted(legs.items(), key=lambda item: item[0]):
        ends = np.array([place[leg.from_id], place[leg.to_id]])
        direct = float(geodesic_km(ends[:1, 0], ends[:1, 1], ends[1:, 0], ends[1:, 1])[0])
        if leg.km > DETOUR * direct + DETOUR_KM:
            way = f"{leg.mode} leg {leg.from_id}-{leg.to_id}"
            message = f"{way} is {leg.km:.0f} km, the straight line {direct:.0f} km"
            yield Finding("check_detours", branch, message, WARNING)


def check_excursions(graph: DecisionGraph, branches: Sequence[Branch]) -> Iterator[Finding]:
    """No leg over land leaves a territory only to come back to it.

    Some lines truly do; elsewhere the outline errs or the way home is cut, and a closed
    border would stop domestic traffic.
    """
    arcs, users = graph.arcs, dict[tuple[str, str], set[str]]()
    for branch in branches:
        for leg in (leg for leg in branch.legs if leg.mode in {"rail", "road"}):
            rows = np.array(leg.arcs, np.int64)
            codes = arcs.country[rows[arcs.kind[rows] == Kind.LINE]]
            visits = codes[np.diff(codes, prepend=-1) != 0].tolist()
            if len(set(visits)) < len(visits):
                way = "-".join(graph.countries[code] for code in visits)
                leg_name = f"{leg.mode} leg {leg.from_id}-{leg.to_id}"
                users.setdefault((leg_name, way), set()).add(branch.id)
    for (leg_name, way), ids in sorted(users.items()):
        message = f"{leg_name} runs {way}"
        yield Finding("check_excursions", ", ".join(sorted(ids)), message, WARNING)


def check_straight_edges(
    network: Network, graph: DecisionGraph, branches: Sequence[Branch], drawn: Floats
) -> Iterator[Finding]:
    """No corridor shows a long straight line over land where none runs."""
    links = network.links
    straight = (links.kind == Kind.LINE) & np.isin(links.mode, LAND) & (drawn > STRAIGHT_KM)
    # A line hardly longer than its drawing runs straight.
    straight &= links.length_km > BENDS * drawn
    straight[network.shapes.link] = False
    users: dict[int, set[str]] = {}
    for branch in branches:
        rows = branch_links(graph, branch.legs)
        for k in rows[straight[rows]].tolist():
            users.setdefault(k, set()).add(branch.id)
    for k, ids in sorted(users.items(), key=lambda item: (-drawn[item[0]], item[0])):
        span = f"{links.length_km[k]:.0f} km drawn straight over {drawn[k]:.0f} km"
        message = f"{span}, used by {', '.join(sorted(ids))}"
        yield Finding("check_straight_edges", _place(network, k), message, WARNING)


def branch_links(graph: DecisionGraph, legs: Iterable[BranchLeg]) -> Ints:
    """Links of the network behind the arcs of some legs, each once."""
    arcs = [arc for leg in legs for arc in leg.arcs]
    spans = [graph.chain[graph.arcs.chain_start[k] : graph.arcs.chain_stop[k]] for k in arcs]
    chain = np.concatenate([np.zeros(0, np.int64), *spans]).astype(np.int64)
    return np.unique(np.where(chain < 0, ~chain, chain))


def _place(network: Network, link: int) -> str:
    """Name a link as a person finds it: asset, mode and ends in degrees."""
    nodes, links = network.nodes, network.links
    u, v, asset = links.u[link], links.v[link], int(links.asset[link])
    name = f"{network.assets[asset].id} " if asset >= 0 else ""
    a, b = (f"{nodes.lon[end]:.3f} {nodes.lat[end]:.3f}" for end in (u, v))
    return f"{name}{Mode(links.mode[link]).name.lower()} {a} - {b}"
