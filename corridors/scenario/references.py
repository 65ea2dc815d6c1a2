"""Check that the names a scenario uses exist: on the network and in the register."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from corridors.errors import nearest
from corridors.scenario.capacities import capacity_ids
from corridors.scenario.closures import ANYWHERE, border_names
from corridors.scenario.own_rules import read_own
from corridors.scenario.register_cells import Asset, Known
from corridors.scenario.stances import unknown_actors
from corridors.scenario.vocabulary import COMMODITIES, MODES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from corridors.errors import Finding
    from corridors.scenario.compose import Path
    from corridors.scenario.load import Loaded
    from corridors.scenario.register import Register
    from geodata.types import Branch, DecisionGraph

#: Traits that name countries, blocs or actors.
_PARTIES = ("owner", "flag", "operator")


class Problem(NamedTuple):
    """What is wrong with the value at a path, and how to mend it."""

    path: Path
    message: str
    mend: str


@dataclass(frozen=True)
class Names:
    """The names that exist on a network and in the register."""

    graph: DecisionGraph
    branches: Sequence[Branch]
    register: Register

    @cached_property
    def assets(self) -> frozenset[str]:
        """Ids of all assets, terminals among them."""
        return frozenset(asset.id for asset in self.graph.assets) | set(self.graph.terminal_ids)

    @cached_property
    def borders(self) -> frozenset[str]:
        """Names of all borders with a crossing, both ways round."""
        return frozenset(name for asset in self.graph.assets for name in border_names(asset))

    @cached_property
    def crossings(self) -> frozenset[str]:
        """Ids of the crossings of borders."""
        return frozenset(asset.id for asset in self.graph.assets if border_names(asset))

    @cached_property
    def actors(self) -> dict[str, str]:
        """Kind of each actor."""
        return {actor.id: actor.kind for actor in self.register.actors}

    @cached_property
    def known(self) -> Known:
        """The places that rules may name."""
        graph = self.graph
        modes = tuple(MODES)
        assets = {asset.id: Asset(asset.countries, modes) for asset in graph.assets}
        assets |= {name: Asset((), modes) for name in graph.terminal_ids if name not in assets}
        pairs = {
            "-".join(sorted(asset.countries)): (asset.countries[0], asset.countries[1])
            for asset in graph.assets
            if border_names(asset)
        }
        branches = {branch.id: branch.terminals for branch in self.branches}
        return Known(assets, frozenset(graph.countries), pairs, branches)


def reference_findings(loaded: Loaded, names: Names) -> list[Finding]:
    """Return a finding for each name in a scenario that does not exist."""
    scans = (
        _on_network(loaded, names), _of_cargo(loaded, names), _in_register(loaded, names),
        _of_capacity(loaded),
    )  # fmt: skip
    return [loaded.find(*problem) for scan in scans for problem in scan]


def _unknown(path: Path, kind: str, name: str, among: Collection[str]) -> Iterator[Problem]:
    """Yield a problem if a name is not among those that exist."""
    if name not in among:
        yield Problem(path, f"unknown {kind} {name}", nearest(name, among, count=3))


def _on_network(loaded: Loaded, names: Names) -> Iterator[Problem]:
    """Yield what the network lacks."""
    scenario, terminals = loaded.scenario, names.graph.terminal_ids
    for at, demand in enumerate(scenario.demands):
        yield from _unknown(("demands", at, "origin"), "terminal", demand.origin, terminals)
        yield from _unknown(
            ("demands", at, "destination"), "terminal", demand.destination, terminals
        )
    for at, asset in enumerate(scenario.network.built):
        yield from _unknown(("network", "built", at), "asset", asset, names.assets)
    families = {branch.family for branch in names.branches}
    for at, family in enumerate(scenario.alternatives.families if families else ()):
        path: Path = ("alternatives", "families", at)
        yield from _unknown(path, "corridor family", family, families)
    crossed = {*names.crossings, *names.borders, *names.graph.countries}
    for at, border in enumerate(scenario.alternatives.sensitive_borders):
        path = ("alternatives", "sensitive_borders", at)
        yield from _unknown(path, "border", border, crossed)
    places = {ANYWHERE, *names.assets, *names.graph.countries, *names.borders}
    for section in ("close", "open"):
        for entry in getattr(scenario.access, section):
            path = ("access", section, str(entry))
            yield from _unknown(path, "place", entry.place, places)
            if entry.mode:
                yield from _unknown(path, "mode", entry.mode, MODES)
            elif entry.place == ANYWHERE:
                yield Problem(path, "closes or opens everything", "add a mode: */sea")


def _of_cargo(loaded: Loaded, names: Names) -> Iterator[Problem]:
    """Yield parties that do not exist, lists no rule asks about, and goods nobody knows."""
    among = {*names.graph.countries, *names.actors}
    own = read_own(loaded.scenario.access.own, names.register, names.known)[0]
    asked = [one for rule in (*names.register.rules, *own) for one in rule.who]
    lists = {name for one in asked if one.field == "list" for name in one.names}
    goods = {name for one in asked if one.field == "commodity" for name in one.names}
    for at, demand in enumerate(loaded.scenario.demands):
        for trait in _PARTIES:
            for name in getattr(demand.traits, trait):
                plain = name.removeprefix("@")
                yield from _unknown(_of_trait(loaded, at, trait), "party", plain, among)
        for name in demand.traits.list:
            yield from _unknown(_of_trait(loaded, at, "list"), "list", name, lists)
        for name in demand.traits.commodity:
            path = _of_trait(loaded, at, "commodity")
            yield from _unknown(path, "commodity", name, goods | {*COMMODITIES})


def _of_trait(loaded: Loaded, demand: int, trait: str) -> Path:
    """Return the path of a demand's trait, which may be the scenario's usual one."""
    own: Path = ("demands", demand, trait)
    return own if own in loaded.marks else ("cargo", trait)


def _in_register(loaded: Loaded, names: Names) -> Iterator[Problem]:
    """Yield regimes, events, rules and actors that do not exist, and faulty own rules."""
    access, register = loaded.scenario.access, names.register
    for regime in access.regimes:
        asset = regime.partition(":")[0]
        yield from _unknown(("access", "regimes", asset), "regime", regime, register.regimes)
    events, rules = {one.id for one in register.events}, {one.id for one in register.rules}
    for event in access.events:
        yield from _unknown(("access", "events", event), "event", event, events)
    for rule in access.rules:
        yield from _unknown(("access", "rules", rule), "rule", rule, rules)
    for part in ("permits", "refuses"):
        for at, message, mend in unknown_actors(getattr(access, part), names.actors):
            yield Problem(("access", part, at), message, mend)
    for at, column, message, mend in read_own(access.own, register, names.known)[1]:
        yield Problem(("access", "own", access.own[at]["id"], column), message, mend)


def _of_capacity(loaded: Loaded) -> Iterator[Problem]:
    """Yield capacities that the tables do not have."""
    choice = loaded.scenario.capacity
    if not choice.set and not choice.left_out:
        return
    among = capacity_ids()
    for name in choice.set:
        yield from _unknown(("capacity", "set", name), "capacity", name, among)
    for at, name in enumerate(choice.left_out):
        yield from _unknown(("capacity", "left_out", at), "capacity", name, among)
