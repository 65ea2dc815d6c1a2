"""`corridors explain cut`: how much can pass between two places, and what limits it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import ScenarioError, nearest
from corridors.metrics.assets import chokepoints_of
from corridors.metrics.cutting import Between, Sought, most_that_passes, places_on
from corridors.model.scenario import Demand, Traits
from corridors.report.geojson import feature_collection
from corridors.report.outputs import writing_output
from corridors.report.run_files import ArcPainter
from corridors.run import read
from corridors.scenario.capacities import load_capacities
from corridors.scenario.capacity import capacity_rows, counted
from corridors.scenario.compile import compile_scenario
from corridors.scenario.in_force import blocs_on
from corridors.scenario.rates import load_rates
from corridors.scenario.stances import refusing
from corridors.scenario.switches import Switches
from geodata.snapshot import open_network
from geodata.types import HIGH_SEAS, Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from corridors.metrics.cutting import Apart, Limit
    from corridors.model.scenario import Scenario
    from corridors.scenario.compile import Compiled
    from geodata.snapshot import Snapshot
    from geodata.types import Bools

CROSSING = "crossing"
#: What cargo wants to pass, TEU a year: how much it is does not count.
SOME = 1.0
#: Fields of the file of a cut; lists are joined by ``;``.
CUT_FIELDS = ("arc_id", "capacity_id", "label", "capacity_teu_per_year", "teu_per_year", "actors")


@dataclass(frozen=True)
class Throughput:
    """What can pass from some terminals to others in a year, and the capacities that limit it.

    `most_teu_per_year` is None if some way has no capacity on it: `free_way` names the
    places on such a way.
    """

    origin: str
    destination: str
    scenario: str
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    most_teu_per_year: float | None
    free_way: tuple[str, ...]
    cut: tuple[Limit, ...]
    apart: tuple[Apart, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return what was found as plain values, with `schema_version`."""
        most = self.most_teu_per_year
        return {
            "schema_version": 1, "scenario": self.scenario,
            "from": self.origin, "to": self.destination,
            "starts": list(self.starts), "ends": list(self.ends),
            "most_teu_per_year": None if most is None else round(most, 3),
            "free_way": list(self.free_way),
            "cut": [one.as_dict() for one in self.cut],
            "apart": [
                {
                    "what": one.what, "routes": one.number, "sever": list(one.sever),
                    "proven": one.proven,
                }
                for one in self.apart
            ],
        }  # fmt: skip


def explain_cut(
    origin: str, destination: str, *, network: Path, scenario: str = "baseline",
    sets: Sequence[str] = (), modes: Sequence[str] = (), through: Sequence[str] = (),
    out: Path | None = None,
) -> Throughput:  # fmt: skip
    """Tell how much can pass between two places under a scenario, and what limits it.

    Parameters
    ----------
    origin, destination
        Terminals, countries or blocs (`@EAEU`); of the last two all terminals count.
    network
        Folder of a built network.
    scenario, sets
        The scenario, and `key=value` on top of it. Its demands do not count: what can pass
        is asked for containers, all capacity that is open to demands being theirs.
    modes
        Means of transport to which cargo keeps, e.g. rail and ferry; all if none.
    through
        Countries to which cargo keeps on land, beside those of the ends; all if none.
    out
        GeoJSON file for the arcs of the cut; none is written if not given.

    Raises
    ------
    ScenarioError
        If nothing is called so, the places have a terminal in common, or the scenario is
        invalid.
    InputMissingError, OutputError
        As their names say.
    """
    loaded, snapshot, register = read(scenario, network, sets)
    wanted = loaded.scenario
    blocs = blocs_on(register.memberships, wanted.as_of)
    starts, ends = (_terminals(name, snapshot, blocs) for name in (origin, destination))
    if set(starts) & set(ends):
        msg = f"{origin} and {destination} have {min(set(starts) & set(ends))} in common"
        raise ScenarioError(msg)
    wanted = replace(counted(wanted), demands=_demands(starts, ends, snapshot))
    compiled = compile_scenario(wanted, snapshot, load_rates(), register)
    allowed = _mode_mask(snapshot, modes) & _land_mask(snapshot, through, (*starts, *ends))
    asked = _Asked(wanted, snapshot, compiled, ends, allowed)
    most, free_way, cut = asked.most()
    found = Throughput(
        origin, destination, wanted.id, starts, ends, most, free_way, cut, asked.apart()
    )
    if out is not None:
        painter = ArcPainter(
            open_network(network, opened=snapshot), snapshot.graph,
            [arc for limit in cut for arc in limit.flow_on],
        )  # fmt: skip
        with writing_output(out) as partial:
            partial.write_bytes(_geojson(found, painter))
    return found


def _terminals(
    name: str, snapshot: Snapshot, blocs: Mapping[str, frozenset[str]]
) -> tuple[str, ...]:
    """Return the terminals with a line that a place has."""
    graph = snapshot.graph
    served = {
        one for k, one in enumerate(graph.terminal_ids)
        if min(int(graph.origin[k]), int(graph.destination[k])) >= 0
    }  # fmt: skip
    if name in served:
        return (name,)
    lands = blocs.get(name[1:], frozenset[str]()) if name.startswith("@") else {name}
    found = tuple(place.id for place in snapshot.places if place.country in lands)
    found = tuple(one for one in found if one in served)
    if not found:
        known = [*served, *{place.country for place in snapshot.places}, *(f"@{b}" for b in blocs)]
        advice = nearest(name, known)
        msg = f"no terminal, country or bloc with a line is called {name}; {advice}".rstrip("; ")
        raise ScenarioError(msg)
    return found


def _mode_mask(snapshot: Snapshot, modes: Sequence[str]) -> Bools:
    """Return the arcs that cargo may use which keeps to some modes, (n,)."""
    arcs, known = snapshot.graph.arcs, {mode.name.lower(): int(mode) for mode in Mode}
    wrong = [name for name in modes if name not in known]
    if wrong:
        msg = f"unknown mode {wrong[0]}; {nearest(wrong[0], known)}".rstrip("; ")
        raise ScenarioError(msg)
    if not modes:
        return np.ones(len(arcs), np.bool_)
    kept = np.isin(arcs.mode, [known[name] for name in modes])
    found: Bools = (arcs.kind != Kind.LINE) | kept
    return found


def _land_mask(snapshot: Snapshot, through: Sequence[str], terminals: Sequence[str]) -> Bools:
    """Return the arcs at sea, in some countries or in those of some terminals, (n,)."""
    arcs, countries = snapshot.graph.arcs, snapshot.graph.countries
    wrong = [name for name in through if name not in countries]
    if wrong:
        msg = f"no country is called {wrong[0]}; {nearest(wrong[0], countries)}".rstrip("; ")
        raise ScenarioError(msg)
    if not through:
        return np.ones(len(arcs), np.bool_)
    own = {place.country for place in snapshot.places if place.id in terminals}
    kept = np.array([code in own or code in through for code in countries])
    at_sea = np.isin(arcs.mode, [int(Mode.SEA), int(Mode.FERRY)]) & (arcs.kind == Kind.LINE)
    found: Bools = at_sea | kept[arcs.country]
    return found


def _demands(
    starts: Sequence[str], ends: Sequence[str], snapshot: Snapshot
) -> tuple[Demand, ...]:  # fmt: skip
    """Return a demand from each start to each country of the ends, at its first terminal."""
    country = {place.id: place.country for place in snapshot.places}
    first = {country[end]: end for end in reversed(ends)}
    traits = Traits(commodity=("container",))
    return tuple(
        Demand(f"{start}-{land}", start, end, SOME, traits)
        for start in starts
        for land, end in sorted(first.items())
    )


class _Asked:
    """A question about what can pass: places as nodes, and the scenario compiled for it."""

    def __init__(
        self, scenario: Scenario, snapshot: Snapshot, compiled: Compiled, ends: Sequence[str],
        allowed: Bools,
    ) -> None:  # fmt: skip
        self.scenario, self.compiled, self.graph = scenario, compiled, snapshot.graph
        self.allowed = allowed
        self.rows = capacity_rows(scenario, compiled, load_capacities(checks_places=False))
        self.country = {place.id: place.country for place in snapshot.places}
        self.at = {name: k for k, name in enumerate(self.graph.terminal_ids)}
        self.starts = [int(self.graph.origin[self.at[d.origin]]) for d in scenario.demands]
        self.goals = {
            self.country[end]: np.array(
                [
                    int(self.graph.destination[self.at[one]])
                    for one in ends if self.country[one] == self.country[end]
                ]
            )
            for end in ends
        }  # fmt: skip
        self.named = {*ends, *(one.origin for one in scenario.demands)}

    def most(self) -> tuple[float | None, tuple[str, ...], tuple[Limit, ...]]:
        """Return what can pass, a way without any capacity, and the capacities of a cut."""
        sought = [
            Sought(self.compiled.view_of[k], start, self.goals[self.country[one.destination]])
            for k, (one, start) in enumerate(zip(self.scenario.demands, self.starts, strict=True))
        ]
        found = most_that_passes(self.compiled, self.rows, sought, allowed=self.allowed)
        return found.teu_per_year, places_on(self.graph, found.free_way), found.cut

    def apart(self) -> tuple[Apart, ...]:
        """Return how many routes share no arc, crossing, chokepoint, country or actor.

        Counted on what is open to cargo from the first start that has been nowhere.
        """
        graph, arcs, view = self.graph, self.graph.arcs, self.compiled.view(0)
        between = Between(
            graph, np.flatnonzero(view.open & self.allowed), np.unique(self.starts),
            np.unique(np.concatenate(list(self.goals.values()))),
        )  # fmt: skip
        assets, covers = chokepoints_of(self.compiled)
        named: Bools = np.any(covers, axis=0)
        away = np.array([one.id not in self.named for one in assets], np.bool_)
        crossing = np.array([one.kind == CROSSING for one in assets], np.bool_)
        names = [one.id for one in assets]
        lands = np.arange(len(graph.countries))[:, None] == arcs.country[None, :]
        own = {self.country[one.origin] for one in self.scenario.demands} | set(self.goals)
        abroad = np.array([code not in own | {HIGH_SEAS} for code in graph.countries], np.bool_)
        actors, refuse = self._actors(own)
        return (
            between.by_arcs(named),
            between.by_things("crossings", names, covers & crossing[:, None]),
            between.by_things("chokepoints", names, covers & away[:, None]),
            between.by_things("countries", graph.countries, lands & abroad[:, None]),
            between.by_things("actors", actors, refuse),
        )

    def _actors(self, own: Collection[str]) -> tuple[list[str], Bools]:
        """Return the states that may refuse what passes, not those of the ends, and where."""
        switches = Switches(self.scenario, self.compiled, ())
        chosen = [
            one for one in switches.chosen(["states"])
            if refusing(one.names, self.compiled.law).isdisjoint(own)
        ]  # fmt: skip
        return [one.id for one in chosen], switches.rows(chosen)


def _geojson(found: Throughput, painter: ArcPainter) -> bytes:
    """Return the arcs of a cut with what flows over them; an arc of two capacities is twice."""
    rows, shapes = [], []
    for limit in found.cut:
        for arc, teu in sorted(limit.flow_on.items()):
            values = (
                f"A{arc}", limit.row.id, limit.row.label, round(limit.capacity_teu_per_year, 3),
                round(teu, 3), ";".join(limit.row.actors),
            )  # fmt: skip
            name = {"cut_id": f"{limit.row.id}.{arc}"}
            rows.append(name | dict(zip(CUT_FIELDS, values, strict=True)))
            shapes.append(painter.arcs([arc]))
    meta = {"schema_version": 1, "scenario": found.scenario}
    return feature_collection(rows, shapes, id_field="cut_id", name="cut", meta=meta)
