"""Which arcs two compiled scenarios open and close against each other, and for whose cargo."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.stances import REFUSES
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.scenario.compile import ClassView
    from geodata.types import Bools, DecisionGraph, Ints

OPENED, CLOSED = "opened", "closed"
ANYWHERE = "anywhere"
#: The build gives a crossing that no fact names an id that begins so.
UNNAMED = "X-"
#: A flow is the same if it differs by no more than this share.
STEADY = 1e-9


@dataclass(frozen=True)
class ArcChange:
    """Arcs of one asset, or of one country and mode without an asset, that change alike.

    Of cargo that a rule about cargo refuses wherever it goes, all arcs are one change with
    the country :data:`ANYWHERE`. `arcs` are rows of the decision graph, `km` their length,
    lines that run both ways once; `demands` are the ids of those whose cargo sees the
    change; `reason` is why the arcs are shut where they are.
    """

    change: str
    asset: str
    name: str
    country: str
    mode: str
    arcs: tuple[int, ...]
    km: float
    demands: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class FlowChange:
    """A line or stop that carries more or less, both ways together, in TEU a year.

    `arc` is a row of the decision graph, the first of those over the same links.
    """

    arc: int
    before: float
    after: float

    @property
    def change(self) -> float:
        """TEU a year more, below 0 if less."""
        return self.after - self.before


def arc_changes(
    graph: DecisionGraph, before: Mapping[str, ClassView], after: Mapping[str, ClassView]
) -> list[ArcChange]:
    """Find the arcs open in one of two scenarios only.

    Parameters
    ----------
    graph
        The decision graph of both.
    before, after
        The view of each demand's cargo in either; demands of one only are left out.

    Returns
    -------
    list
        What opens, then what closes, the changes seen by most demands first.
    """
    seen: dict[tuple[str, str, str, str, tuple[int, ...]], list[str]] = defaultdict(list)
    reasons: dict[tuple[str, ...], str] = {}
    alike: dict[tuple[int, int], list[str]] = defaultdict(list)
    for demand in before:
        if demand in after:
            alike[id(before[demand]), id(after[demand])].append(demand)
    for demands in alike.values():
        old, new = before[demands[0]], after[demands[0]]
        for change, rows, shut in (
            (OPENED, np.flatnonzero(new.open & ~old.open), old),
            (CLOSED, np.flatnonzero(old.open & ~new.open), new),
        ):
            for place, arcs in _by_place(graph, rows, _masked(shut)):
                seen[(change, *place, arcs)] += demands
                reasons.setdefault((change, *place), shut.reason(arcs[0]))
    found = [
        _described(graph, key, tuple(demands), reasons[key[:-1]]) for key, demands in seen.items()
    ]
    return sorted(found, key=lambda one: (one.change == CLOSED, -len(one.demands), _label(one)))


def one_way(graph: DecisionGraph, arcs: Sequence[int]) -> list[int]:
    """Return arcs with only one of each pair that runs both ways over the same links.

    The first of a pair is kept; a stop is its two ends.
    """
    found: dict[tuple[int, ...], int] = {}
    for arc in arcs:
        found.setdefault(_links(graph, arc), arc)
    return list(found.values())


def _masked(shut: ClassView) -> Bools:
    """Return which arcs a rule refuses that holds on this cargo wherever it goes, (n,)."""
    compiled = shut.compiled
    wide = {
        rule.id
        for rule in compiled.law.rules
        if rule.scope.kind == "any" and not rule.id.startswith(REFUSES)
    }
    verdicts = compiled.access.verdict_of[shut.memory.rows[0]]
    masked = {
        at
        for at in np.unique(verdicts).tolist()
        if any(one.rule in wide for one in compiled.access.verdicts[at].refusals)
    }
    found: Bools = np.isin(verdicts, list(masked))[compiled.access.situation_of_arc]
    return found


def _by_place(
    graph: DecisionGraph, rows: Ints, masked: Bools
) -> Iterator[tuple[tuple[str, str, str], tuple[int, ...]]]:
    """Yield asset, country and mode of changed arcs, and the arcs; assets have no country."""
    arcs = graph.arcs
    places: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for arc in rows.tolist():
        asset = int(arcs.asset[arc])
        named = graph.assets[asset].id if asset >= 0 else ""
        country = "" if named else graph.countries[int(arcs.country[arc])]
        place = (named, country, Mode(int(arcs.mode[arc])).name.lower())
        places[("", ANYWHERE, "all") if masked[arc] else place].append(arc)
    for place, changed in places.items():
        yield place, tuple(changed)


def _described(
    graph: DecisionGraph,
    key: tuple[str, str, str, str, tuple[int, ...]],
    demands: tuple[str, ...],
    reason: str,
) -> ArcChange:
    """Return a change with the name, countries and length of what changes."""
    change, asset, country, mode, arcs = key
    name = ""
    if asset:
        thing = next(one for one in graph.assets if one.id == asset)
        codes = {graph.countries[int(graph.arcs.country[arc])] for arc in arcs}
        name, country = thing.name, "-".join(thing.countries or sorted(codes))
    lines = [arc for arc in one_way(graph, arcs) if graph.arcs.kind[arc] == Kind.LINE]
    km = float(graph.arcs.length_km[lines].sum())
    return ArcChange(change, asset, name, country, mode, arcs, km, demands, reason)


def _label(one: ArcChange) -> tuple[bool, bool, str, str, str]:
    """Return what a change is sorted by: what facts name, unnamed crossings, then the rest."""
    return (not one.asset, one.asset.startswith(UNNAMED), one.asset, one.country, one.mode)


def flow_changes(
    graph: DecisionGraph, before: Mapping[int, float], after: Mapping[int, float]
) -> list[FlowChange]:
    """Return the lines and stops that carry more or less, those that change most first.

    Parameters
    ----------
    graph
        The decision graph of both.
    before, after
        TEU a year on each arc that carries any.
    """
    places: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for arc in sorted(before.keys() | after.keys()):
        places[_links(graph, arc)].append(arc)
    found = [
        FlowChange(arcs[0], *(sum(side.get(arc, 0.0) for arc in arcs) for side in (before, after)))
        for arcs in places.values()
    ]
    changed = [one for one in found if abs(one.change) > STEADY * max(one.before, one.after)]
    return sorted(changed, key=lambda one: (-abs(one.change), one.arc))


def _links(graph: DecisionGraph, arc: int) -> tuple[int, ...]:
    """Return the links of an arc, the same whichever way it runs over them."""
    start, stop = graph.arcs.chain_start[arc], graph.arcs.chain_stop[arc]
    steps = graph.chain[start:stop].tolist()
    return tuple(sorted(step if step >= 0 else ~step for step in steps))
