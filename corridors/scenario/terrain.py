"""The arcs of a decision graph grouped into the few places that access can tell apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from corridors.model.access import Place
from corridors.scenario.coverage import Coverage
from geodata.types import Kind, Mode, Status

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from corridors.model.access import Scope
    from corridors.scenario.levies import Levy
    from geodata.types import Asset, Bools, Branch, DecisionGraph, Ints

#: Kinds of arcs at which cargo calls at a terminal; lines only pass it.
CALLS = (Kind.ACCESS, Kind.TRANSFER, Kind.BOARDING, Kind.GAUGE_CHANGE)
#: The build gives a crossing that no fact names an id that begins so.
_UNNAMED = "X-"


@dataclass(frozen=True)
class Terrain:
    """A decision graph as the rules see it; nothing here depends on a rule or a day.

    `place_of_arc` (n,) says where an arc lies; `entered_of_arc` (n,) where cargo is once
    it has travelled the arc, which differs where it changes mode or comes into a
    country off a border, as a ship does in port. Both index `places`. `branch_km` is
    the length of each corridor branch that has any.
    """

    graph: DecisionGraph
    places: tuple[Place, ...]
    place_of_arc: Ints
    entered_of_arc: Ints
    branch_km: Mapping[str, float]

    @classmethod
    def of(
        cls,
        graph: DecisionGraph,
        branches: Sequence[Branch] = (),
        *,
        built: Collection[str] | None = (),
    ) -> Self:
        """Group the arcs of a decision graph.

        Parameters
        ----------
        graph
            The decision graph, arcs of all kinds.
        branches
            The corridor branches drawn on it.
        built
            Ids of assets that count as built though they are not; None leaves what
            stands to others.
        """
        here, there = _keys(graph, _branch_codes(graph, branches)[0])
        both = np.concatenate([here, there])
        first, at = np.unique(both, return_index=True, return_inverse=True)[1:]
        stands = None if built is None else frozenset(built)
        places = tuple(_places(graph, branches, first, stands))
        # Rows that differ only in what no rule may ask are one place.
        known: dict[Place, int] = {}
        distinct = np.array([known.setdefault(place, len(known)) for place in places], np.int64)
        rows = distinct[at]
        n = len(graph.arcs)
        km = {one.id: _km(graph, _arcs_of(one)) for one in branches}
        return cls(graph, tuple(known), rows[:n], rows[n:], km)

    @cached_property
    def coverage(self) -> Coverage:
        """The places by name, to lay scopes over."""
        return Coverage(self.places)

    def calls_at(self, asset: str) -> Bools:
        """Return which arcs pass an asset or call at it, as ships load in a port, (n,)."""
        found: Bools = self.coverage.named([asset])[self.place_of_arc]
        return found

    @cached_property
    def border_of_place(self) -> Ints:
        """A number for the countries of each place, (places,)."""
        known: dict[tuple[str, ...], int] = {}
        return np.array([known.setdefault(one.countries, len(known)) for one in self.places])

    @cached_property
    def closed_of_place(self) -> Ints:
        """A number for what physically closes each place, (places,)."""
        known: dict[str, int] = {"": 0}
        return np.array([known.setdefault(one.closed, len(known)) for one in self.places])

    @cached_property
    def levied(self) -> dict[tuple[Scope, bool], Levy]:
        """Where scopes have been levied so far, by scope and whether by the km."""
        return {}

    @cached_property
    def asset_of(self) -> Mapping[str, int]:
        """Index of each asset by its id."""
        return {asset.id: at for at, asset in enumerate(self.graph.assets)}

    @cached_property
    def asset_kinds(self) -> np.ndarray:
        """Kind of each asset, empty for the index -1 of none."""
        return np.array([*(asset.kind for asset in self.graph.assets), ""])


def _arcs_of(branch: Branch) -> Ints:
    """Return the distinct arcs of a branch, there and back."""
    legs = (*branch.legs, *branch.back)
    return np.unique(np.array([arc for leg in legs for arc in leg.arcs], np.int64))


def _km(graph: DecisionGraph, arcs: Ints) -> float:
    """Return the length of arcs that hold both directions of a line."""
    return float(graph.arcs.length_km[arcs].sum()) / 2


def _branch_codes(
    graph: DecisionGraph, branches: Sequence[Branch]
) -> tuple[Ints, list[frozenset[str]]]:
    """Return for each arc which set of branches runs over it, (n,), and the sets."""
    on: dict[int, list[str]] = defaultdict(list)
    for branch in branches:
        for arc in _arcs_of(branch).tolist():
            on[arc].append(branch.id)
    sets: dict[frozenset[str], int] = {frozenset(): 0}
    codes = np.zeros(len(graph.arcs), np.int64)
    for arc, names in on.items():
        codes[arc] = sets.setdefault(frozenset(names), len(sets))
    return codes, list(sets)


def _keys(graph: DecisionGraph, branch: Ints) -> tuple[Ints, Ints]:
    """Return a number for each arc that tells places apart: as it lies, and as it ends."""
    arcs, nodes = graph.arcs, graph.nodes
    crossing = np.array([*(one.kind == "crossing" for one in graph.assets), False])[arcs.asset]
    calls = np.isin(arcs.kind, CALLS)
    ends = [np.where(calls, nodes.terminal[end], -1) for end in (arcs.tail, arcs.head)]
    fixed = (arcs.asset, arcs.status, np.minimum(*ends), np.maximum(*ends), branch)
    moves = ~crossing & (nodes.mode[arcs.head] != Mode.NONE)
    country = np.where(moves, nodes.country[arcs.head], arcs.country)
    mode = np.where(moves, nodes.mode[arcs.head], arcs.mode)
    # A crossing lies in both countries, whichever side the arc is written down for.
    here = (np.where(crossing, -1, arcs.country), arcs.mode, *fixed)
    there = (np.where(crossing, -1, country), mode, *fixed)
    sizes = _sizes(graph, int(branch.max(initial=0)) + 1)
    return _packed(here, sizes), _packed(there, sizes)


def _sizes(graph: DecisionGraph, branch_sets: int) -> tuple[int, ...]:
    """Return how many values each column of a key can take, -1 among them."""
    terminals = len(graph.terminal_ids) + 1
    return (
        len(graph.countries) + 1, len(Mode) + 1, len(graph.assets) + 1, len(Status) + 1,
        terminals, terminals, branch_sets + 1,
    )  # fmt: skip


def _packed(columns: Iterable[np.ndarray], sizes: Sequence[int]) -> Ints:
    """Return columns of small numbers from -1 up as one number a row, (n,)."""
    key = np.zeros(1, np.int64)
    for column, size in zip(columns, sizes, strict=True):
        key = key * size + column.astype(np.int64) + 1
    return key


def _places(
    graph: DecisionGraph, branches: Sequence[Branch], rows: Ints, built: frozenset[str] | None
) -> Iterator[Place]:
    """Yield the place of each row: arcs as they lie, then as they end."""
    codes, sets = _branch_codes(graph, branches)
    arcs, nodes, n = graph.arcs, graph.nodes, len(graph.arcs)
    for row in rows.tolist():
        arc, ending = row % n, row >= n
        asset = graph.assets[arcs.asset[arc]] if arcs.asset[arc] >= 0 else None
        border = asset.countries if asset and asset.kind == "crossing" else ()
        head = int(arcs.head[arc])
        moves = ending and not border and nodes.mode[head] != Mode.NONE
        country, mode = (
            (nodes.country[head], nodes.mode[head])
            if moves
            else (arcs.country[arc], arcs.mode[arc])
        )
        yield Place(
            assets=_assets(graph, arc, asset),
            countries=border or (graph.countries[country],),
            mode=Mode(int(mode)).name.lower(),
            branches=sets[codes[arc]],
            named=asset is None or not asset.id.startswith(_UNNAMED),
            closed=("" if built is None else _absence(Status(int(arcs.status[arc])), asset, built)),
        )


def _assets(graph: DecisionGraph, arc: int, asset: Asset | None) -> frozenset[str]:
    """Return the ids that name an arc: its asset, and the terminal it calls at.

    A service's loading names the port too, so that a closed port loads no ferry.
    """
    names = {asset.id} if asset else set()
    if graph.arcs.kind[arc] in CALLS:
        ends = (int(graph.arcs.tail[arc]), int(graph.arcs.head[arc]))
        terminals = {int(graph.nodes.terminal[end]) for end in ends} - {-1}
        names |= {graph.terminal_ids[terminal] for terminal in terminals}
    return frozenset(names)


def _absence(status: Status, asset: Asset | None, built: frozenset[str]) -> str:
    """Return in words that an arc does not stand, empty if it does."""
    if status == Status.BUILT or (asset and asset.id in built):
        return ""
    words = status.name.lower().replace("_", " ")
    return f"{asset.id} {words}" if asset else f"not built: {words}"
