"""Where a capacity lies on a decision graph: the arcs on which what passes is counted once.

A crossing is counted where its border is passed, a service where it is boarded, a change of
gauge where it is made, a strait where it is sailed through. A port or terminal counts each
box that it loads or unloads, or moves between two means of transport: the transfers to and
from the quay, and cargo that starts or ends there. A line is counted on each of its
sections by itself, since cargo that goes along it passes one after the other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from corridors.model.capacity import BOTH, EACH
from corridors.scenario.capacity_cells import TO
from geodata.types import Kind, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from geodata.types import Bools, DecisionGraph, Ints

#: Kind of place -> the kind of arc on which passing it is counted.
_COUNTED = {
    "crossing": Kind.BORDER, "country_pair": Kind.BORDER, "service": Kind.BOARDING,
    "gauge_change": Kind.GAUGE_CHANGE, "line": Kind.LINE, "strait": Kind.LINE,
}  # fmt: skip
_HANDLING = (Kind.TRANSFER, Kind.ACCESS)
_QUAY = (Kind.BOARDING, Kind.TRANSFER)
#: What a port handles where a row does not say.
_OF_PORTS = ("sea", "ferry")


@dataclass(frozen=True)
class Section:
    """Arcs that share one capacity; `name` tells sections of one capacity apart."""

    name: str
    arcs: Ints


@dataclass(frozen=True)
class Ground:
    """A decision graph as capacities see it."""

    graph: DecisionGraph

    def sections(
        self, kind: str, on: Sequence[str], modes: Sequence[str] = (), direction: str = BOTH
    ) -> list[Section]:
        """Return the sections of some places, none where the graph has no arc of them.

        Parameters
        ----------
        kind
            One of `PLACE_KINDS`.
        on
            Names of places; they share the capacity, but for the sections of lines.
        modes
            Narrow it; all if not given.
        direction
            `both`, `each`, or one such as `KZ>AZ`.
        """
        arcs = self._arcs(kind, on, modes)
        if kind == "line":
            return self._along(arcs, direction)
        if not len(arcs):
            return []
        if direction == BOTH:
            return [Section("", arcs)]
        ways = self._directed(kind, arcs)
        if direction == EACH:
            return [Section(name, found) for name, found in sorted(ways.items())]
        return [Section(direction, ways[direction])] if direction in ways else []

    def kind_of(self, asset: str) -> str:
        """Return the kind of an asset, empty if the graph has none of this name."""
        at = self._asset_at.get(asset, -1)
        return self.graph.assets[at].kind if at >= 0 else ""

    @cached_property
    def _asset_at(self) -> dict[str, int]:
        return {asset.id: at for at, asset in enumerate(self.graph.assets)}

    def _own(self, names: Iterable[str]) -> Bools:
        """Return which arcs are of some assets, (n,)."""
        wanted = [self._asset_at[name] for name in names if name in self._asset_at]
        found: Bools = np.isin(self.graph.arcs.asset, wanted)
        return found

    def _touching(self, modes: Sequence[str]) -> Bools:
        """Return which arcs have an end in some modes, all if there are none, (n,)."""
        arcs, nodes = self.graph.arcs, self.graph.nodes
        if not modes:
            return np.ones(len(arcs), np.bool_)
        codes = [Mode[mode.upper()] for mode in modes]
        found: Bools = np.isin(nodes.mode[arcs.tail], codes) | np.isin(nodes.mode[arcs.head], codes)
        return found

    def _arcs(self, kind: str, on: Sequence[str], modes: Sequence[str]) -> Ints:
        """Return the arcs on which what passes some places is counted."""
        if kind == "terminal":
            return self._handled(on, modes)
        names = self._crossings(on) if kind == "country_pair" else on
        mask = self._own(names) & (self.graph.arcs.kind == _COUNTED[kind]) & self._touching(modes)
        return np.flatnonzero(mask)

    def _crossings(self, pairs: Sequence[str]) -> list[str]:
        """Return the crossings of some borders such as `AM-TR`."""
        wanted = {"-".join(sorted(pair.split("-"))) for pair in pairs}
        return [
            asset.id
            for asset in self.graph.assets
            if asset.kind == "crossing" and "-".join(sorted(asset.countries)) in wanted
        ]

    def _handled(self, on: Sequence[str], modes: Sequence[str]) -> Ints:
        """Return where a terminal handles cargo of some modes, those of a port if not said."""
        arcs, nodes = self.graph.arcs, self.graph.nodes
        handled = modes or _OF_PORTS
        mask = self._own(on) & np.isin(arcs.kind, _HANDLING) & self._touching(handled)
        if "ferry" in handled:
            # Ferries are loaded from the quay by arcs of the service.
            ids = [self.graph.terminal_ids.index(one) for one in on if one in self._terminals]
            there = np.isin(nodes.terminal[arcs.tail], ids) | np.isin(
                nodes.terminal[arcs.head], ids
            )
            mask |= there & np.isin(arcs.kind, _QUAY) & (arcs.mode == Mode.FERRY)
        return np.flatnonzero(mask)

    @cached_property
    def _terminals(self) -> frozenset[str]:
        return frozenset(self.graph.terminal_ids)

    def _directed(self, kind: str, arcs: Ints) -> dict[str, Ints]:
        """Return arcs by the direction they are travelled in."""
        names = {"service": self._boarded, "gauge_change": self._gauges}.get(kind, self._countries)
        found: dict[str, list[int]] = defaultdict(list)
        for arc in arcs.tolist():
            found[names(arc, arcs)].append(arc)
        return {name: np.array(rows, np.int64) for name, rows in found.items()}

    def _countries(self, arc: int, _: Ints) -> str:
        graph = self.graph
        ends = (graph.arcs.tail[arc], graph.arcs.head[arc])
        return TO.join(graph.countries[graph.nodes.country[end]] for end in ends)

    def _gauges(self, arc: int, _: Ints) -> str:
        graph = self.graph
        ends = (graph.arcs.tail[arc], graph.arcs.head[arc])
        return TO.join(str(int(graph.nodes.gauge_mm[end])) for end in ends)

    def _boarded(self, arc: int, arcs: Ints) -> str:
        """Return from where a service that is boarded sails, and where to."""
        graph = self.graph
        at = graph.nodes.terminal[graph.arcs.tail[arcs]]
        here = graph.nodes.terminal[graph.arcs.tail[arc]]
        others = sorted({graph.terminal_ids[one] for one in at.tolist() if one != here})
        return f"{graph.terminal_ids[here]}{TO}{'/'.join(others)}"

    def _along(self, arcs: Ints, direction: str) -> list[Section]:
        """Return the sections of a line, both ways together unless each has its own."""
        graph = self.graph
        rows: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for arc in arcs.tolist():
            ends = int(graph.arcs.tail[arc]), int(graph.arcs.head[arc])
            asset = int(graph.arcs.asset[arc])
            rows[(asset, *(ends if direction == EACH else sorted(ends)))].append(arc)
        several = len(rows) > 1
        return [
            Section(self._called(key, number) if several else "", np.array(found, np.int64))
            for number, (key, found) in enumerate(rows.items(), start=1)
        ]

    def _called(self, key: tuple[int, ...], number: int) -> str:
        """Return a name for a section of a line: its terminals, or its number."""
        asset, *ends = key
        at = [int(self.graph.nodes.terminal[end]) for end in ends]
        known = "-".join(self.graph.terminal_ids[one] for one in at)
        return f"{self.graph.assets[asset].id}/{known if min(at) >= 0 else number}"
