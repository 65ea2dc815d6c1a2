"""The baseline with switches on the real network: as decision graph and link by link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from corridors.metrics.memory import over, root_of, split_of
from corridors.metrics.ways import WayFinder
from corridors.run import read
from corridors.scenario.compile import compile_scenario
from corridors.scenario.rates import load_rates
from corridors.solve.lattice import Task
from corridors.solve.switched import Needs, Switched
from geodata.snapshot import open_network
from geodata.types import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from corridors.scenario.compile import ClassView
    from geodata.types import Bools, DecisionGraph, Floats, Indices, Ints, Network

    Masks = NDArray[np.uint64]

#: Planned lines that are switches, beside states that let pass.
LINES = ("R03", "R19")
STATES = (
    "RU", "KZ", "AZ", "IR", "TR", "GE", "TM", "UZ", "CN", "AM", "PK", "IQ", "SY", "BY",
)  # fmt: skip
#: What counts as a chokepoint.
KINDS = ("crossing", "strait", "service", "terminal")


@dataclass(frozen=True)
class ControlWorld:
    """Demands of the baseline with all planned lines built, their cargo's views and ends."""

    graph: DecisionGraph
    network: Network
    views: tuple[ClassView, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    volume: Floats
    penalty: float

    def need(self, demand: int, switches: tuple[str, ...]) -> Masks:
        """Return the switches of each arc: transit through states, and planned lines."""
        arcs, country = self.graph.arcs, self.graph.nodes.country
        found = np.zeros(len(arcs), np.uint64)
        own = {int(country[end]) for end in (self.starts[demand], self.ends[demand])}
        for bit, name in enumerate(switches):
            if name in LINES:
                at = next(k for k, one in enumerate(self.graph.assets) if one.id == name)
                found[arcs.asset == at] |= np.uint64(1 << bit)
            elif (at := self.graph.countries.index(name)) not in own:
                found[arcs.country == at] |= np.uint64(1 << bit)
        return found

    def tasks(self, switches: tuple[str, ...]) -> list[Task]:
        """Return the demands with political switches, as if cargo remembered nothing."""
        graphs: dict[tuple[bytes, ...], Switched] = {}
        found = []
        for k, view in enumerate(self.views):
            need, weight = self.need(k, switches), view.generalised_usd_per_teu
            key = need.tobytes(), weight.tobytes(), view.open.tobytes()
            if key not in graphs:
                graphs[key] = Switched.masked(
                    self.graph.arcs.tail, self.graph.arcs.head, weight, need=need,
                    usable=view.open, n_nodes=len(self.graph.nodes), n_switches=len(switches),
                )  # fmt: skip
            found.append(Task(graphs[key], self.starts[k], np.array([self.ends[k]])))
        return found

    def remembering(self, demand: int, switches: tuple[str, ...]) -> Task:
        """Return a demand with political switches on the graph split by memory."""
        view, start = self.views[demand], self.starts[demand]
        field = split_of(view, start)
        need = self.need(demand, switches)[field.arc]
        graph = Switched.masked(
            field.tail, field.head, over(field, view.generalised_after), need=need,
            usable=over(field, view.open_after), n_nodes=field.n_states,
            n_switches=len(switches),
        )  # fmt: skip
        goals = field.states(np.array([self.ends[demand]]))
        return Task(graph, root_of(view, field, start), goals)

    def holds(self, demand: int, way: Ints) -> bool:
        """Whether a way found as if cargo remembered nothing is open, and costs that, to it."""
        return self.views[demand].admits(way, self.starts[demand])

    def chokepoints(self) -> tuple[list[Task], tuple[str, ...]]:
        """Return the demands with a switch at each chokepoint, and their names."""
        assets, arcs = self.graph.assets, self.graph.arcs
        there = [k for k in np.unique(arcs.asset).tolist() if k >= 0 and assets[k].kind in KINDS]
        switch = np.full(len(assets) + 1, -1, np.int64)
        switch[there] = np.arange(len(there))
        needs = Needs.single(switch[arcs.asset], len(there))
        graphs: dict[tuple[bytes, ...], Switched] = {}
        found = []
        for k, view in enumerate(self.views):
            weight = view.generalised_usd_per_teu
            key = weight.tobytes(), view.open.tobytes()
            if key not in graphs:
                graphs[key] = Switched.of(
                    arcs.tail, arcs.head, weight, needs=needs, usable=view.open,
                    n_nodes=len(self.graph.nodes),
                )  # fmt: skip
            found.append(Task(graphs[key], self.starts[k], np.array([self.ends[k]])))
        return found, tuple(assets[k].id for k in there)

    def links(self, demand: int, switches: tuple[str, ...]) -> FullTable:
        """Return the uncontracted network as a demand's cargo meets it.

        Rates are the same for a whole cell, so each line link has the rate of the decision
        arcs of its cell. Stops, and straits that take a toll each time, are arcs of their
        own in both.
        """
        view, arcs, links = self.views[demand], self.graph.arcs, self.network.links
        need, weight = self.need(demand, switches), view.generalised_usd_per_teu
        cell, cell_of_link = _cells(self.network, self.graph)
        rate = np.divide(weight, arcs.length_km, out=weight.copy(), where=arcs.length_km > 0)
        by_rate = (arcs.kind == Kind.LINE) & ~_uneven(cell, rate)[cell]
        arc_of_cell = np.full(max(cell.max(), cell_of_link.max()) + 1, -1, np.int64)
        arc_of_cell[cell[by_rate]] = np.flatnonzero(by_rate)
        known = np.flatnonzero(arc_of_cell[cell_of_link] >= 0)
        arc = arc_of_cell[cell_of_link[known]]
        u, v, back = links.u[known], links.v[known], ~links.oneway[known]
        cost = rate[arc] * links.length_km[known]
        node, whole = self.graph.network_node, np.flatnonzero(~by_rate)
        row = np.concatenate([arc, arc[back], whole])
        return FullTable(
            np.concatenate([u, v[back], node[arcs.tail[whole]]]),
            np.concatenate([v, u[back], node[arcs.head[whole]]]),
            np.concatenate([cost, cost[back], weight[whole]]),
            need[row], view.open[row], len(self.network.nodes),
        )  # fmt: skip


@dataclass(frozen=True)
class FullTable:
    """The uncontracted network as arcs with weights and needs, shape (rows,)."""

    tail: Indices
    head: Indices
    weight: Floats
    need: Masks
    usable: Bools
    n_nodes: int


def open_world(folder: Path) -> ControlWorld:
    """Compile the baseline with every planned line built."""
    loaded, snapshot, register = read("baseline", folder, ["network.all_planned=true"])
    network = open_network(folder, opened=snapshot)
    scenario = loaded.scenario
    compiled = compile_scenario(scenario, snapshot, load_rates(), register)
    finder = WayFinder(scenario, snapshot, compiled, network.links.length_km)
    return ControlWorld(
        snapshot.graph, network,
        tuple(compiled.view(k) for k in range(len(scenario.demands))),
        tuple(finder.starts), tuple(finder.ends),
        np.array([one.teu_per_year for one in scenario.demands]),
        scenario.costs.penalty_usd_per_teu,
    )  # fmt: skip


def _uneven(cell: Ints, rate: Floats) -> Bools:
    """Return which cells have arcs of different rates, (cells,)."""
    low, high = np.full(cell.max() + 1, np.inf), np.zeros(cell.max() + 1)
    np.minimum.at(low, cell, rate)
    np.maximum.at(high, cell, rate)
    return np.asarray(high > low * (1 + 1e-6))


def _cells(network: Network, graph: DecisionGraph) -> tuple[Ints, Ints]:
    """Return the cell of each decision arc and of each link."""
    names = ("kind", "mode", "country", "gauge_mm", "status", "asset")
    tables = [
        np.stack([getattr(table, name).astype(np.int64) for name in names])
        for table in (graph.arcs, network.links)
    ]
    _, cell = np.unique(np.concatenate(tables, axis=1), axis=1, return_inverse=True)
    return cell[: len(graph.arcs)], cell[len(graph.arcs) :]
