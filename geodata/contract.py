"""Contract the network, exactly, to the places where a decision can act.

A *cell* is the set of lines of one territory, mode, gauge, status and asset. Inside a
cell cost and time grow with length at one rate, so its shortest legs between the nodes
where it meets anything else stand for it under every scenario that treats the cell as
a whole. Stops (borders, gauge changes, transfers, boarding, access) stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from geodata.errors import NetworkError
from geodata.types import Arcs, DecisionGraph, Kind, Mode, Network

if TYPE_CHECKING:
    from geodata.types import Bools, Floats, Indices, Ints

#: Sources of one batch: bounds the memory of the distance table.
BATCH = 64
#: A leg this much (relative) longer than a way over other legs of its cell is redundant.
SLACK = 1e-12


@dataclass(frozen=True)
class Legs:
    """Legs of one cell: ends (network nodes), length, and their links back to back.

    `links` holds link rows in travel order, ~row when against the link's direction;
    leg i has `links[stop[i - 1]:stop[i]]`.
    """

    a: Ints
    b: Ints
    length_km: Floats
    links: Ints
    stop: Ints


def contract(network: Network) -> DecisionGraph:
    """Return the decision graph of `network`; see the module for why it is exact.

    Raises
    ------
    NetworkError
        If a line may be travelled one way only; stops may, but a cell has no direction.
    """
    line = network.links.kind == Kind.LINE
    if (line & network.links.oneway).any():
        msg = "a line of one way: only stops can be one way"
        raise NetworkError(msg)
    cell = cell_of_links(network)
    gates = _gates(network, cell)
    order = np.flatnonzero(line)
    order = order[np.argsort(cell[order], kind="stable")]
    bounds = np.flatnonzero(np.diff(cell[order], prepend=-1, append=-2))
    pieces = []
    for start, stop in pairwise(bounds.tolist()):
        rows = order[start:stop]
        legs = cell_legs(network, rows, gates)
        if len(legs.a):
            pieces.append((int(rows[0]), legs))
    return _assemble(network, pieces)


def cell_of_links(network: Network) -> Ints:
    """Cell number of each line; -1 for stops."""
    links = network.links
    line = links.kind == Kind.LINE
    key = np.stack(
        [links.country, links.mode, links.gauge_mm, links.status, links.asset], axis=1
    ).astype(np.int64)
    cell = np.full(len(links), -1, np.int64)
    cell[line] = np.unique(key[line], axis=0, return_inverse=True)[1].ravel()
    return cell


def _gates(network: Network, cell: Ints) -> Bools:
    """Nodes where a cell meets another one, a stop or a terminal."""
    links, n = network.links, len(network.nodes)
    gates = network.nodes.terminal >= 0
    stops = cell < 0
    gates[links.u[stops]] = gates[links.v[stops]] = True
    low, high = np.full(n, np.iinfo(np.int64).max), np.full(n, -1)
    for end in (links.u[~stops], links.v[~stops]):
        np.minimum.at(low, end, cell[~stops])
        np.maximum.at(high, end, cell[~stops])
    gates |= (high >= 0) & (low != high)
    return gates


def cell_legs(network: Network, rows: Ints, gates: Bools) -> Legs:
    """Shortest legs between the gates of one cell that pass no other gate of it.

    Parameters
    ----------
    network
        Holds the links.
    rows
        Links of the cell.
    gates
        Mask over the nodes.

    Returns
    -------
    Legs
        Each pair of gates once; a leg that other legs of the cell beat is left out.
    """
    graph = _CellGraph(network, rows, gates)
    found = [graph.legs_from(start) for start in range(0, graph.n_gates, BATCH)]
    legs = _joined(found)
    keep = _undominated(legs)
    return _select(legs, keep)


class _CellGraph:
    """A cell as a directed graph in which a gate is left only as a source.

    Every gate has an end that arcs enter and, as the last `n_gates` nodes, a start that
    arcs leave; so no path runs through a gate, and a search stops at the nearest ones.
    """

    def __init__(self, network: Network, rows: Ints, gates: Bools) -> None:
        u, v, km = network.links.u[rows], network.links.v[rows], network.links.length_km[rows]
        self.nodes, local = np.unique(np.concatenate([u, v]), return_inverse=True)
        self.gate_of = np.flatnonzero(gates[self.nodes])
        self.n_gates, n = len(self.gate_of), len(self.nodes)
        start = np.arange(n)
        start[self.gate_of] = n + np.arange(self.n_gates)
        a, b = local[: len(u)], local[len(u) :]
        tail = np.concatenate([start[a], start[b]])
        head = np.concatenate([b, a])
        signed = np.concatenate([rows, ~rows])
        size = n + self.n_gates
        key = tail.astype(np.int64) * size + head
        order = np.lexsort((signed, np.tile(km, 2), key))
        first = order[np.unique(key[order], return_index=True)[1]]
        self.size, self.n = size, n
        self.key, self.signed = key[first], signed[first]
        self.matrix = sp.csr_matrix(
            (np.tile(km, 2)[first], (tail[first], head[first])), shape=(size, size)
        )

    def legs_from(self, start: int) -> Legs:
        """Legs from a batch of gates to the gates after them."""
        batch = np.arange(start, min(start + BATCH, self.n_gates))
        distance, before = dijkstra(self.matrix, indices=self.n + batch, return_predecessors=True)
        to = distance[:, self.gate_of]
        source, target = np.nonzero(np.isfinite(to) & (np.arange(self.n_gates) > batch[:, None]))
        leg, step = self._walk(before, source, self.gate_of[target], self.n + batch[source])
        return Legs(
            a=self.nodes[self.gate_of[batch[source]]].astype(np.int64),
            b=self.nodes[self.gate_of[target]].astype(np.int64),
            length_km=to[source, target],
            links=step,
            stop=np.cumsum(np.bincount(leg, minlength=len(source))),
        )

    def _walk(self, before: Indices, source: Ints, end: Ints, start: Ints) -> tuple[Ints, Ints]:
        """Follow all legs back to their starts at once; links in travel order."""
        leg, at = np.arange(len(source)), end.astype(np.int64)
        legs, steps = [], []
        while len(leg):
            previous = before[source[leg], at].astype(np.int64)
            legs.append(leg)
            steps.append(previous * self.size + at)
            go_on = previous != start[leg]
            leg, at = leg[go_on], previous[go_on]
        if not legs:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        number = np.repeat(np.arange(len(legs)), [len(part) for part in legs])
        flat, key = np.concatenate(legs), np.concatenate(steps)
        order = np.lexsort((-number, flat))
        return flat[order], self.signed[np.searchsorted(self.key, key[order])]


def _joined(parts: list[Legs]) -> Legs:
    if not parts:
        empty = np.zeros(0, np.int64)
        return Legs(empty, empty, empty.astype(float), empty, empty)
    shift = np.cumsum([0, *(len(part.links) for part in parts[:-1])])
    return Legs(
        a=np.concatenate([p.a for p in parts]),
        b=np.concatenate([p.b for p in parts]),
        length_km=np.concatenate([p.length_km for p in parts]),
        links=np.concatenate([p.links for p in parts]),
        stop=np.concatenate([p.stop + s for p, s in zip(parts, shift, strict=True)]),
    )


def _undominated(legs: Legs) -> Bools:
    """Mask of the legs that no way over other legs of the cell beats."""
    if not len(legs.a):
        return np.zeros(0, bool)
    gates, index = np.unique(np.concatenate([legs.a, legs.b]), return_inverse=True)
    a, b = index[: len(legs.a)], index[len(legs.a) :]
    matrix = sp.csr_matrix((legs.length_km, (a, b)), shape=(len(gates),) * 2)
    keep = np.zeros(len(a), bool)
    for start in range(0, len(gates), 512):
        some = np.arange(start, min(start + 512, len(gates)))
        shortest = dijkstra(matrix, directed=False, indices=some)
        mine = (a >= start) & (a < start + len(some))
        keep[mine] = shortest[a[mine] - start, b[mine]] >= legs.length_km[mine] * (1 - SLACK)
    return keep


def _select(legs: Legs, keep: Bools) -> Legs:
    count = np.diff(legs.stop, prepend=0)
    return Legs(
        a=legs.a[keep],
        b=legs.b[keep],
        length_km=legs.length_km[keep],
        links=legs.links[np.repeat(keep, count)],
        stop=np.cumsum(count[keep]),
    )


def _assemble(network: Network, pieces: list[tuple[int, Legs]]) -> DecisionGraph:
    links = network.links
    legs = _joined([part for _, part in pieces])
    like = np.repeat([row for row, _ in pieces], [len(part.a) for _, part in pieces]).astype(
        np.int64
    )
    stops = np.flatnonzero(links.kind != Kind.LINE)
    count = np.concatenate([np.diff(legs.stop, prepend=0), np.ones(len(stops), np.int64)])
    chain = np.concatenate([legs.links, stops])
    stop = np.cumsum(count)
    like = np.concatenate([like, stops])
    a = np.concatenate([legs.a, links.u[stops]])
    b = np.concatenate([legs.b, links.v[stops]])
    km = np.concatenate([legs.length_km, links.length_km[stops]])
    back = np.flatnonzero(~links.oneway[like])
    both = np.concatenate([np.arange(len(like)), back])
    # The way back over a leg is its links in reverse, each complemented.
    back_chain = ~chain[::-1]
    size = len(chain)
    start_all = np.concatenate([stop - count, size + size - stop[back]])
    tail, head = np.concatenate([a, b[back]]), np.concatenate([b, a[back]])
    used, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    row = like[both]
    arcs = Arcs(
        tail=ends[: len(tail)].astype(np.int32),
        head=ends[len(tail) :].astype(np.int32),
        kind=links.kind[row],
        mode=links.mode[row],
        length_km=km[both],
        country=links.country[row],
        gauge_mm=links.gauge_mm[row],
        status=links.status[row],
        asset=links.asset[row],
        chain_start=start_all,
        chain_stop=start_all + count[both],
    )
    nodes = network.nodes.take(used)
    origin, destination = _access_nodes(network, used)
    return DecisionGraph(
        nodes=nodes,
        network_node=used.astype(np.int32),
        arcs=arcs,
        chain=np.concatenate([chain, back_chain]).astype(np.int32),
        origin=origin,
        destination=destination,
        countries=network.countries,
        terminal_ids=network.terminal_ids,
        assets=network.assets,
    )


def _access_nodes(network: Network, used: Ints) -> tuple[Indices, Indices]:
    """Decision nodes where the cargo of each terminal starts and ends; -1 for none."""
    links = network.links.take(network.links.kind == Kind.ACCESS)
    mode = network.nodes.mode
    result = []
    for end in (links.u, links.v):
        nodes = np.unique(end[mode[end] == Mode.NONE])
        found = np.full(len(network.terminal_ids), -1, np.int32)
        found[network.nodes.terminal[nodes]] = np.searchsorted(used, nodes)
        result.append(found)
    return result[0], result[1]
