"""`corridors compare`: what two scenarios differ in, down to arcs and routes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.manifest import make_manifest, manifest_bytes
from corridors.metrics.change import arc_changes
from corridors.report.compared import (
    ClosureChange,
    Comparison,
    ControlChange,
    DemandChange,
    RouteChange,
    RuleChange,
    SettingChange,
    Side,
    best,
    totals_of,
)
from corridors.report.compared_map import changes_geojson
from corridors.report.explained import scope_words
from corridors.report.outputs import write_files
from corridors.rerun import is_run, open_run
from corridors.run import inputs_of, read, solve
from corridors.scenario.compose import dotted
from corridors.scenario.load import IDENTITY
from corridors.scenario.reasons import KINDS, Reasons
from geodata.snapshot import open_network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from corridors.model.access import Rule
    from corridors.model.result import DemandResult
    from corridors.model.route import Route
    from corridors.run import Answer
    from corridors.scenario.compose import Path as Keys
    from corridors.scenario.load import Loaded
    from corridors.scenario.register import Register
    from geodata.snapshot import Snapshot
    from geodata.types import Network

A, B = "a", "b"
#: What two scenarios always differ in, or is told demand by demand.
_APART = (*IDENTITY, "demands")


@dataclass(frozen=True)
class Compared:
    """One of two scenarios, solved."""

    loaded: Loaded
    snapshot: Snapshot
    register: Register
    answer: Answer
    network: Network

    @property
    def demands(self) -> dict[str, DemandResult]:
        """What became of each demand."""
        return {one.demand_id: one for one in self.answer.result.demands}

    @property
    def reasons(self) -> Reasons:
        """Why its rules hold."""
        chosen = self.loaded.scenario.access
        law = self.answer.compiled.law
        return Reasons(self.register, law, events=chosen.events, rules=chosen.rules)


def compare(a: str, b: str, *, network: Path, out: Path | None = None) -> Comparison:
    """Solve two scenarios on one network and tell what they differ in.

    Parameters
    ----------
    a, b
        Scenarios by id or path, or folders of finished runs.
    network
        Folder of the network.
    out
        Folder for `compare.json`, `compare.geojson` and a manifest; nothing is written
        if not given.

    Raises
    ------
    ScenarioError, InputMissingError, OutputError
        As their names say; for a run also if its inputs are no longer what they were.
    """
    one, other = _solved(a, network), _solved(b, network)
    found = Comparison(
        _side(one),
        _side(other),
        one.snapshot.id,
        tuple(name for name in one.demands if name in other.demands),
        tuple(_settings(one.loaded, other.loaded)),
        tuple(_rules(one, other)),
        tuple(_controls(one, other)),
        tuple(_closures(one, other)),
        tuple(arc_changes(one.snapshot.graph, _views(one), _views(other))),
        tuple(_routes(one, other)),
        tuple(_demands(one, other)),
    )
    if out is not None:
        write_files(out, _files(found, one, other))
    return found


def _solved(name: str, network: Path) -> Compared:
    """Return a scenario, or that of a finished run, solved."""
    if is_run(Path(name)):
        again = open_run(Path(name), network=network)
        loaded, snapshot, register = again.loaded, again.snapshot, again.register
    else:
        loaded, snapshot, register = read(name, network)
    whole = open_network(network, opened=snapshot)
    answer = solve(loaded.scenario, snapshot, whole.links.length_km, register)
    return Compared(loaded, snapshot, register, answer, whole)


def _side(one: Compared) -> Side:
    scenario = one.loaded.scenario
    return Side(scenario.id, scenario.title, scenario.as_of.isoformat())


def _settings(a: Loaded, b: Loaded) -> Iterator[SettingChange]:
    """Yield the values of the files that differ; demands and what names a scenario apart."""
    old, new = (
        dict(_values((), {key: value for key, value in loaded.data.items() if key not in _APART}))
        for loaded in (a, b)
    )
    for path in dict.fromkeys((*old, *new)):
        if old.get(path) != new.get(path):
            yield SettingChange(dotted(path), _plain(old.get(path)), _plain(new.get(path)))


def _values(path: Keys, value: Any) -> Iterator[tuple[Keys, Any]]:  # noqa: ANN401 - YAML is untyped
    """Yield each value with its path; a list is one value, an empty mapping none."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _values((*path, key), part)
    else:
        yield path, value


def _plain(value: Any) -> Any:  # noqa: ANN401 - YAML is untyped
    return value.isoformat() if hasattr(value, "isoformat") else value


def _rules(a: Compared, b: Compared) -> Iterator[RuleChange]:
    """Yield the rules in force in one only, in order of their ids."""
    held: tuple[dict[str, Rule], ...] = tuple(
        {rule.id: rule for rule in one.answer.compiled.law.rules} for one in (a, b)
    )
    why = a.reasons, b.reasons
    for name in sorted(held[0].keys() ^ held[1].keys()):
        side = A if name in held[0] else B
        rule = held[0].get(name) or held[1][name]
        told = [one.of(rule) for one in why]
        kind = min((reason.kind for reason in told), key=KINDS.index)
        words = told[0].words, told[1].words
        yield RuleChange(name, rule.by, rule.effect, rule.title, side, kind, *words)


def _controls(a: Compared, b: Compared) -> Iterator[ControlChange]:
    """Yield the controls that hold in one only."""
    held = [{row.id: row for row in one.answer.compiled.law.controls} for one in (a, b)]
    for name in sorted(held[0].keys() ^ held[1].keys()):
        row = held[0].get(name) or held[1][name]
        side = A if name in held[0] else B
        yield ControlChange(name, row.actor, row.role, scope_words(row.scope), row.regime, side)


def _closures(a: Compared, b: Compared) -> Iterator[ClosureChange]:
    """Yield what is not built, or closed by the scenario itself, in one only."""
    found = [
        {(one.kind, one.id): one.words for one in side.answer.compiled.closures.reasons}
        for side in (a, b)
    ]
    for kind, name in sorted(found[0].keys() ^ found[1].keys()):
        side = A if (kind, name) in found[0] else B
        words = found[0].get((kind, name)) or found[1][kind, name]
        yield ClosureChange(kind, name, words, side)


def _views(one: Compared) -> dict[str, Any]:
    """Return what the cargo of each demand may use."""
    compiled = one.answer.compiled
    return {demand.id: compiled.view(k) for k, demand in enumerate(one.loaded.scenario.demands)}


def _routes(a: Compared, b: Compared) -> Iterator[RouteChange]:
    """Yield the demands in both whose best route differs, in order of the first."""
    after = b.demands
    for name, found in a.demands.items():
        if name in after:
            old, new = best(found.routes), best(after[name].routes)
            change = _change(old, new)
            if change:
                told = [totals_of(one) if one else None for one in (old, new)]
                yield RouteChange(name, change, *told)


def _change(old: Route | None, new: Route | None) -> str:
    """Return in a word how a best route changes, empty if it does not."""
    if old is None or new is None:
        return "" if old is new else "feasible" if old is None else "infeasible"
    if totals_of(old) == totals_of(new):
        return ""
    return "price" if _arcs(old) == _arcs(new) else "way"


def _arcs(route: Route) -> list[int]:
    return [arc for leg in route.legs for arc in leg.arcs]


def _demands(a: Compared, b: Compared) -> Iterator[DemandChange]:
    """Yield the demands that stand in one only."""
    for side, here, there in ((A, a, b), (B, b, a)):
        for name in here.demands:
            if name not in there.demands:
                yield DemandChange(name, side)


def _files(found: Comparison, a: Compared, b: Compared) -> dict[str, bytes]:
    """Return the files of a comparison, the manifest among them."""
    graph = a.snapshot.graph
    pairs = [
        (row, best(a.demands[row.demand_id].routes), best(b.demands[row.demand_id].routes))
        for row in found.routes
    ]
    text = json.dumps(found.as_dict(), ensure_ascii=False, indent=1, allow_nan=False)
    files = {
        "compare.json": f"{text}\n".encode(),
        "compare.geojson": changes_geojson(found, pairs, a.network, graph),
    }
    inputs = {
        name if name == "network" or "/" in name else f"{side}/{name}": content
        for side, one in ((A, a), (B, b))
        for name, content in inputs_of(one.loaded, one.snapshot).items()
    }
    manifest = make_manifest(
        inputs=inputs, outputs=files, seed=a.loaded.scenario.seed,
        solver={"ways": "SciPy Dijkstra"}, parameters={}, wall_times_s={},
    )  # fmt: skip
    return files | {"manifest.json": manifest_bytes(manifest)}
