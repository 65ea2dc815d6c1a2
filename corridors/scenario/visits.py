"""What a class of cargo must remember on its way: the places that later rules ask about.

Some refusals hang on where cargo has been: after a call in Iran a carrier may not come to
an EU port, after Abkhazia no road leads into Georgia. Only classes that such a rule could
meet remember anything; each name or set of names asked about is a bit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.scenario.terrain import CALLS
from geodata.types import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import Cargo, InForce
    from corridors.scenario.terrain import Terrain
    from geodata.types import Ints

#: Kinds of nodes at which cargo is in a country; a ship off a port is not.
_ASHORE = (Mode.NONE, Mode.RAIL, Mode.ROAD)


@dataclass(frozen=True)
class Visits:
    """What one class of cargo remembers.

    `asked` holds for each bit the names that set it. `classes` are the cargo with each of
    the 2 ** bits memories, to be compiled together. `gain_on_arc` (n,) and
    `gain_at_node` (nodes,) are the bits that cargo gains.
    """

    asked: tuple[frozenset[str], ...]
    classes: tuple[Cargo, ...]
    gain_on_arc: Ints
    gain_at_node: Ints


def asked_of(law: InForce, cargo: Cargo) -> tuple[frozenset[str], ...]:
    """Return the sets of names of which a rule about this cargo asks whether it has been there.

    Parameters
    ----------
    law
        What is in force.
    cargo
        The cargo; rules that other traits of it keep away ask nothing.
    """
    asked = set()
    for rule in law.rules:
        past = [one for one in rule.who if one.field == "after"]
        if past and all(one.accepts(cargo) for one in rule.who if one.field != "after"):
            asked |= {one.names for one in past}
    return tuple(sorted(asked, key=sorted))


def visits_of(terrain: Terrain, law: InForce, cargo: Cargo) -> Visits:
    """Return what a class of cargo remembers, and where it gains the memory.

    A country is visited ashore: on its rails and roads, and by loading or unloading in
    its ports; an asset by travelling it.
    """
    asked = asked_of(law, cargo)
    on_arc, at_node = gains_of(terrain, asked)
    return Visits(asked, memories_of(cargo, asked), on_arc, at_node)


def gains_of(terrain: Terrain, asked: Sequence[frozenset[str]]) -> tuple[Ints, Ints]:
    """Return the bits gained by travelling each arc, (n,), and by being at each node."""
    graph = terrain.graph
    ashore = np.isin(graph.nodes.mode, _ASHORE)
    at_node = np.where(ashore, _bits(graph.countries, asked)[graph.nodes.country], 0)
    in_country = _bits(graph.countries, asked)[graph.arcs.country]
    calls = np.isin(graph.arcs.kind, CALLS)
    by_asset = [_bit(place.assets, asked) for place in terrain.places]
    on_arc = np.array(by_asset, np.int64)[terrain.place_of_arc] | np.where(calls, in_country, 0)
    return on_arc, at_node


def memories_of(cargo: Cargo, asked: Sequence[frozenset[str]]) -> tuple[Cargo, ...]:
    """Return the cargo with each memory: having been wherever sets no bit beyond it."""
    names = frozenset().union(*asked)
    return tuple(
        replace(
            cargo,
            after=cargo.after | {name for name in names if not _bit({name}, asked) & ~memory},
        )
        for memory in range(1 << len(asked))
    )


def _bit(names: frozenset[str] | set[str], asked: Sequence[frozenset[str]]) -> int:
    """Return the bits that any of some names sets."""
    return sum(1 << at for at, one in enumerate(asked) if not one.isdisjoint(names))


def _bits(codes: Sequence[str], asked: Sequence[frozenset[str]]) -> Ints:
    """Return the bits that each name sets, (names,)."""
    return np.array([_bit({code}, asked) for code in codes], np.int64)
