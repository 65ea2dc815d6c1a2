"""What the network is worth: computed against published lengths, and all it lacks.

:func:`length_table` measures every pair of `reference_lengths`; :func:`network_markdown`
puts it into a page for planners together with the crossings, the gaps and the corridors.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.atomic import writing_file
from geodata.branches import ANY, BranchFinder
from geodata.checks import ERROR, run_checks
from geodata.geojson import ATTRIBUTION
from geodata.snapshot import open_network, open_snapshot, read_facts, read_report
from geodata.types import BranchLeg, Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from geodata.checks import Finding
    from geodata.facts_rows import CrossingRow, Facts, GapRow, ReferenceLengthRow
    from geodata.types import Asset, Branch, DecisionGraph, Floats, Network

__all__ = ["LengthRow", "length_errors", "length_table", "network_markdown", "write_docs"]

#: Errors above this, in %, need a reason in the row.
OFF_PERCENT = 8.0
#: Countries with at least this many terminals have a row of their own.
MAIN_TERMINALS = 3
MODES = ("rail", "road", "sea")

INTRO = """\
# The network

This page is written by `corridors check --docs`; edit the fact tables, not the page.

Three kinds of statement stand here. **Measured**: lengths, counts and places, computed on the
built network. **Sourced**: published lengths, what stands at a crossing, sailings and opening
years; each row of the fact tables in `geodata/facts` names its source and how far it is to be
trusted (high, medium, low). **Assumed**: where a line of the open data passes a border and the
facts do not name all crossings of the two neighbours, it is a crossing; a line without via
points is drawn straight; *general knowledge* marks what is known in the trade but was not
looked up. Who lets pass is no matter of this page: the register in `scenarios/data` says that.

Country codes are ISO 3166. Boundaries and names imply no position on the status of any
territory.
"""


@dataclass(frozen=True)
class LengthRow:
    """A published length beside the computed one, both in km.

    `stops` are the terminals on the way; `gap` says why there is no computed length;
    `stated_km` is the part of the way over hand links and sea services, whose length is
    itself stated, not measured.
    """

    id: str
    mode: str
    stops: tuple[str, ...]
    published_km: float
    computed_km: float
    stated_km: float
    gap: str
    source: str
    url: str
    confidence: str
    why_off: str

    @property
    def error_percent(self) -> float:
        """Return how much longer the computed length is than the published one, in %."""
        return 100 * (self.computed_km / self.published_km - 1)

    @property
    def is_stated(self) -> bool:
        """Return whether most of the way has a stated length: no test of the data."""
        return self.stated_km > self.computed_km / 2


def length_table(graph: DecisionGraph, facts: Facts) -> tuple[LengthRow, ...]:
    """Measure every pair of the published lengths on the decision graph.

    A way runs over its stops in order, by the hand link between two stops if there is
    one, be it built or not, else over built lines.

    Parameters
    ----------
    graph
        Decision graph.
    facts
        Fact tables; the rows of `reference_lengths` are measured, in file order.
    """
    finder = BranchFinder(graph)
    hand: dict[tuple[str, frozenset[str]], str] = {}
    for link in facts.links:
        hand.setdefault((link.mode, frozenset((link.from_id, link.to_id))), link.id)
    ids = {link.id for link in facts.links if link.action != "attributes"}
    ids |= {service.id for service in facts.services}
    arcs = graph.arcs
    owner = np.flatnonzero([asset.id in ids for asset in graph.assets])
    stated_km = np.where(np.isin(arcs.asset, owner), arcs.length_km, 0.0)
    return tuple(_measured(finder, row, hand, stated_km) for row in facts.reference_lengths)


def _measured(
    finder: BranchFinder,
    row: ReferenceLengthRow,
    hand: Mapping[tuple[str, frozenset[str]], str],
    stated_km: Floats,
) -> LengthRow:
    stops = (row.from_id, *row.via_ids, row.to_id)
    legs = [
        _leg(finder, row, (a, b), hand.get((row.mode, frozenset((a, b))), ANY))
        for a, b in pairwise(stops)
    ]
    return LengthRow(
        id=row.id,
        mode=row.mode,
        stops=stops,
        published_km=row.published_km,
        computed_km=sum(leg.km for leg in legs),
        stated_km=float(sum(stated_km[list(leg.arcs)].sum() for leg in legs if leg.arcs)),
        gap="; ".join(f"{leg.from_id}-{leg.to_id} {leg.gap}" for leg in legs if leg.gap),
        source=row.source,
        url=row.source_url,
        confidence=row.confidence,
        why_off=row.why_off,
    )


def _leg(
    finder: BranchFinder, row: ReferenceLengthRow, ends: tuple[str, str], link: str
) -> BranchLeg:
    lost = [end for end in ends if end not in finder.graph.terminal_ids]
    if lost:
        return BranchLeg(row.id, 1, *ends, row.mode, (), (), 0.0, f"no terminal {lost[0]}")
    leg = finder.leg(row.id, 1, ends=ends, mode=row.mode, links=link)
    if leg.gap and link != ANY:
        return finder.leg(row.id, 1, ends=ends, mode=row.mode, links=ANY)
    return leg


def length_errors(rows: Iterable[LengthRow]) -> tuple[float, float, tuple[str, ...]]:
    """Median and worst absolute error in %, and the rows that are off without a reason.

    Rows that say why they are off count in neither; nan where no row is left.
    """
    plain = [row for row in rows if not row.why_off]
    errors = [abs(row.error_percent) for row in plain if not row.gap]
    off = tuple(row.id for row in plain if row.gap or abs(row.error_percent) > OFF_PERCENT)
    if not errors:
        return float("nan"), float("nan"), off
    return median(errors), max(errors), off


def write_docs(snapshot_folder: Path, facts_folder: Path, out: Path) -> None:
    """Write the page on the network of a snapshot.

    Parameters
    ----------
    snapshot_folder
        A built network.
    facts_folder
        The fact tables it was built from.
    out
        File to write, whole or not at all.

    Raises
    ------
    SnapshotError
        If a file of the snapshot is missing, truncated or altered.
    FactsError
        If the fact tables are at fault.
    WriteError
        If `out` cannot be written.
    """
    snapshot, facts = open_snapshot(snapshot_folder), read_facts(snapshot_folder, facts_folder)
    network, report = open_network(snapshot_folder), read_report(snapshot_folder)
    findings = run_checks(network, snapshot.graph, facts, snapshot.branches, report)
    text = network_markdown(
        network, snapshot.graph, facts, snapshot.branches, report, findings=findings
    )
    with writing_file(out) as partial:
        partial.write_bytes(text.encode())


def network_markdown(
    network: Network,
    graph: DecisionGraph,
    facts: Facts,
    branches: Sequence[Branch],
    report: Mapping[str, Any],
    *,
    findings: Sequence[Finding] = (),
) -> str:
    """Return the page on the network as Markdown; the same bytes for the same network.

    Parameters
    ----------
    network, graph, facts, branches, report
        As for :func:`geodata.checks.run_checks`.
    findings
        What the checks found, to be counted on the page.
    """
    parts = [
        INTRO,
        _counts(network, graph),
        _by_country(network, facts),
        _lengths(graph, facts),
        _corridors(graph, branches),
        _checks(findings),
        _services(facts),
        _straits(facts),
        _territories(facts),
        _gaps(facts),
        _unattached(report),
        _crossings(network, facts, report),
        f"---\n{ATTRIBUTION}\n",
    ]
    return "\n".join(parts)


def _section(title: str, text: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", text.strip(), *(part.rstrip() for part in parts)]) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown table; a column whose header ends in ``>`` is set right."""
    names = [name.removesuffix(">") for name in header]
    rule = ["---:" if name.endswith(">") else "---" for name in header]
    cells = [[_cell(value) for value in row] for row in rows]
    lines = [names, rule, *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) if cells else "None.\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ").strip() or "-"


def _km(value: float) -> str:
    return f"{value:,.0f}"


def _counts(network: Network, graph: DecisionGraph) -> str:
    kinds = Counter(asset.kind for asset in network.assets)
    links = network.links
    rows: list[tuple[str, str]] = [
        ("nodes", f"{len(network.nodes):,}"),
        ("links", f"{len(links):,}"),
        ("terminals", f"{len(network.terminal_ids):,}"),
        *((f"assets: {kind}", f"{count:,}") for kind, count in sorted(kinds.items())),
        ("nodes of the decision graph", f"{len(graph.nodes):,}"),
        ("arcs of the decision graph", f"{len(graph.arcs):,}"),
    ]
    for mode in (Mode.RAIL, Mode.ROAD, Mode.SEA, Mode.FERRY):
        line = (links.kind == Kind.LINE) & (links.mode == mode)
        rows.append((f"km of {mode.name.lower()} lines", _km(links.length_km[line].sum())))
    text = """\
The decision graph is the network contracted to the places where a decision can act; the
contraction is exact. Track that carries two gauges is counted once per gauge; a sea service
that carries wagons, trucks and boxes once for each.
"""
    return _section("In figures", _table(("what", "count>"), rows), text)


def _by_country(network: Network, facts: Facts) -> str:
    links = network.links
    count = Counter(row.country for row in facts.terminals)
    main = sorted(code for code, n in count.items() if n >= MAIN_TERMINALS)
    line, built = links.kind == Kind.LINE, links.status == Status.BUILT
    km = {
        (mode, ready): np.bincount(
            links.country[line & (links.mode == mode) & (built == ready)],
            links.length_km[line & (links.mode == mode) & (built == ready)],
            minlength=len(network.countries),
        )
        for mode in (Mode.RAIL, Mode.ROAD)
        for ready in (True, False)
    }
    of = {code: k for k, code in enumerate(network.countries)}
    rows = [
        (code, count[code], *(_km(column[of[code]]) for column in km.values()))
        for code in main
        if code in of
    ]
    rest = np.array([code not in main for code in network.countries], bool)
    others = sum(n for code, n in count.items() if code not in main)
    rows.append(("others", others, *(_km(column[rest].sum()) for column in km.values())))
    header = ("country", "terminals>", "rail km>", "rail not built>", "road km>", "road not built>")
    text = "Measured; *not built* is planned, under construction or out of use."
    return _section("Length by country", text, _table(header, rows))


def _lengths(graph: DecisionGraph, facts: Facts) -> str:
    rows = length_table(graph, facts)
    middle, worst, off = length_errors(rows)
    modes = Counter(row.mode for row in rows)
    told = sum(bool(row.why_off) for row in rows)
    listed = ", ".join(f"{count} {mode}" for mode, count in sorted(modes.items()))
    bare = [row for row in rows if not row.is_stated and not row.why_off]
    bare_middle, bare_worst, _ = length_errors(bare)
    text = f"""\
{len(rows)} pairs ({listed}). Over the {len(rows) - told} without a note the median absolute error
is {middle:.1f} % and the worst {worst:.1f} %; {told} rows say why they are off. Above \
{OFF_PERCENT:.0f} % or without a way, and unexplained: {", ".join(off) or "none"}.
The computed way runs over all stops named; a hand link between two stops is used even where it
is not built yet. Hand links and sea services have a stated length, which tests nothing: over the
{len(bare)} pairs that run mostly over open data the median is {bare_middle:.1f} % and the worst \
{bare_worst:.1f} %.
"""
    header = ("pair", "mode", "stops", "published>", "computed>", "of it stated>", "error %>",
              "source", "note")  # fmt: skip
    cells = (_length_cells(row) for row in rows)
    return _section("Computed against published length", text, _table(header, cells))


def _length_cells(row: LengthRow) -> tuple[object, ...]:
    source = f"[{row.source}]({row.url})" if row.url else row.source
    found = ["no way", "", ""]
    if not row.gap:
        found = [f"{row.computed_km:,.1f}", _km(row.stated_km), f"{row.error_percent:+.1f}"]
    note = "; ".join(part for part in (row.gap, row.why_off) if part)
    stops = "-".join(row.stops)
    return row.id, row.mode, stops, f"{row.published_km:,.1f}", *found, source, note


def _corridors(graph: DecisionGraph, branches: Sequence[Branch]) -> str:
    rows = []
    for branch in branches:
        arcs = np.array([arc for leg in branch.legs for arc in leg.arcs], np.int64)
        waits = arcs[graph.arcs.status[arcs] != Status.BUILT]
        gaps = [
            f"{leg.mode} {leg.from_id}-{leg.to_id}: {leg.gap}" for leg in branch.legs if leg.gap
        ]
        km = sum(leg.km for leg in branch.legs)
        unbuilt = graph.arcs.length_km[waits].sum()
        rows.append(
            (branch.id, branch.family, branch.name, branch.status, len(branch.legs), _km(km),
             _km(unbuilt), "; ".join(gaps))
        )  # fmt: skip
    whole = sum(not any(leg.gap for leg in branch.legs) for branch in branches)
    header = ("branch", "family", "name", "status", "legs>", "km>", "not built km>", "gaps")
    text = f"{whole} of {len(branches)} declared branches are continuous over their named links."
    return _section("Corridor branches", text, _table(header, rows))


def _checks(findings: Sequence[Finding]) -> str:
    count = Counter((finding.check, finding.severity) for finding in findings)
    severe = [finding for finding in findings if finding.severity == ERROR]
    rows = sorted((check, severity, n) for (check, severity), n in count.items())
    listed = "".join(f"- `{f.check}` {_cell(f.subject)}: {_cell(f.message)}\n" for f in severe)
    text = """\
An error breaks a rule of the network, a warning marks weak data. `corridors check` prints all.
"""
    errors = f"Errors:\n\n{listed}" if severe else "There is no error."
    return _section("Checks", text, _table(("check", "severity", "count>"), rows), errors)


def _services(facts: Facts) -> str:
    rows = [
        (row.id, f"{row.from_id}-{row.to_id}", row.type, ", ".join(row.carries), _km(row.km),
         _range(row.sailings_per_week_low, row.sailings_per_week_likely,
                row.sailings_per_week_high),
         row.physical_status, row.status_date, row.confidence)
        for row in facts.services
    ]  # fmt: skip
    header = ("service", "ports", "type", "carries", "km>", "sailings a week", "state", "as of",
              "confidence")  # fmt: skip
    text = "Sourced. Sailings are low / likely / high. A suspended service does not sail now."
    return _section("Sea services", text, _table(header, rows))


def _range(*values: float | None) -> str:
    return " / ".join("?" if value is None else f"{value:g}" for value in values)


def _straits(facts: Facts) -> str:
    rows = [
        (row.id, row.name, row.navigation.replace("_", " "), row.limits, row.season,
         "; ".join(f"{a[0]:.2f} {a[1]:.2f} - {b[0]:.2f} {b[1]:.2f}" for a, b in row.gates))
        for row in facts.straits
    ]  # fmt: skip
    header = ("strait", "name", "sailed", "limits", "season", "gates (lon lat)")
    text = """\
A strait is closed by its gates: the edges of the sea lanes without which no ship passes. A
strait without a gate is too small for the lanes and is not on the network.
"""
    return _section("Straits and canals", text, _table(header, rows))


def _territories(facts: Facts) -> str:
    rows = [
        (row.id, row.name, row.view_un, row.view_de_facto, f"{row.accuracy_km:g}", row.note,
         row.source)
        for row in facts.territories
    ]  # fmt: skip
    header = ("territory", "name", "view un", "view de_facto", "line within km>", "note", "source")
    text = """\
These are territories of their own on the network, whichever view labels them: what may pass
their line of control is said by rules on the crossings, never by the label.
"""
    title = "Territories whose line of control is not a state border"
    return _section(title, text, _table(header, rows))


def _gaps(facts: Facts) -> str:
    left, closed = ([row for row in facts.gaps if bool(row.handled_by) == k] for k in (False, True))
    header = ("gap", "mode", "between", "finding", "handled by")

    def table(rows: Iterable[GapRow]) -> str:
        """Return some of the gaps as a table."""
        cells = (
            (row.id, row.mode, f"{row.from_id}-{row.to_id}", row.finding, ", ".join(row.handled_by))
            for row in rows
        )
        return _table(header, cells)

    text = f"Of {len(facts.gaps)} gaps found on declared corridors {len(left)} stay open."
    closes = "Closed by a hand link or a correction:"
    parts = ("Open:", table(left), closes, table(closed))
    return _section("Gaps of the open data", text, *parts)


def _unattached(report: Mapping[str, Any]) -> str:
    by_mode = report.get("unattached", {})
    rows = [
        (mode, len(by_mode[mode]), ", ".join(by_mode[mode])) for mode in MODES if by_mode.get(mode)
    ]
    text = "The data has no line of the mode near these terminals; they serve their other modes."
    title = "Terminals without a node in a mode they name"
    return _section(title, text, _table(("mode", "count>", "terminals"), rows))


def _crossings(network: Network, facts: Facts, report: Mapping[str, Any]) -> str:
    asset = {a.id: a for a in network.assets if a.kind == "crossing"}
    mode = {row.id: row.mode for row in facts.crossings}
    mode |= {row["id"]: row["mode"] for row in report["crossings_generated"]}
    known = asset.keys() & mode.keys()
    bound = [asset[name] for name in report["crossings_bound"] if name in known]
    made = [asset[row["id"]] for row in report["crossings_generated"] if row["id"] in known]
    cut, bare = report["borders_cut"], set(report["crossings_without_line"])
    without = [row for row in facts.crossings if row.id in bare]
    header = ("crossing", "name", "pair", "mode", "state", "lon lat", "confidence")
    counts = [
        ("named, bound to a line", *_modes(mode[a.id] for a in bound)),
        ("generated where a line passes", *_modes(mode[a.id] for a in made)),
        ("cut: all crossings are named", *_modes(row["mode"] for row in cut)),
        ("named, without a line", *_modes(row.mode for row in without)),
    ]
    cuts = [(r["id"], "-".join(r["pair"]), r["mode"], f"{r['lon']} {r['lat']}") for r in cut]
    return _section(
        "Crossings",
        "Territories meet at crossings only: a line passes a border by one, or is cut there.",
        _table(("kind", "rail>", "road>"), counts),
        "### Borders cut\n\nA line passes here, but the facts name all crossings of the pair.",
        _table(("place", "pair", "mode", "lon lat"), cuts),
        "### Named crossings without a line",
        _table(header, (_fact_cells(row) for row in without)),
        "### Named crossings\n\nSourced; the state is what stands there.",
        _table(header, (_crossing_cells(a, mode[a.id]) for a in bound)),
        "### Generated crossings\n\nMeasured: a line of the open data passes the border.",
        _table(header, (_crossing_cells(a, mode[a.id]) for a in made)),
    )


def _modes(modes: Iterable[str]) -> Iterator[int]:
    count = Counter(modes)
    yield from (count["rail"], count["road"])


def _crossing_cells(asset: Asset, mode: str) -> tuple[str, ...]:
    pair, place = "-".join(asset.countries), f"{asset.lon:.3f} {asset.lat:.3f}"
    name = "" if asset.name.startswith("unnamed") else asset.name
    return asset.id, name, pair, mode, asset.status, place, asset.confidence


def _fact_cells(row: CrossingRow) -> tuple[str, ...]:
    pair, place = f"{row.country_a}-{row.country_b}", f"{row.lon:.3f} {row.lat:.3f}"
    return row.id, row.name, pair, row.mode, row.physical_status, place, row.confidence
