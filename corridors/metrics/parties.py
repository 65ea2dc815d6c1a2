"""Whom cargo passes on its way: states that are not its own, and those who work the lines.

A state holds its territory and whatever else it may close: straits, ports, crossings.
Cargo that begins or ends in a state, or in one that acts for it, is its own trade and does
not pass it. Who works a line, a port or a service serves all cargo.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corridors.scenario.stances import denied, refusing
from geodata.types import HIGH_SEAS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from corridors.scenario.compile import Compiled
    from geodata.types import Bools, Ints

#: In what capacity a party is passed.
STATE, OPERATOR = ROLES = ("state", "operator")


class Party(NamedTuple):
    """A state that cargo passes, or who works what it passes over."""

    role: str
    id: str
    name: str


class Parties:
    """Tells whom ways pass under one scenario.

    Parameters
    ----------
    compiled
        The scenario on its decision graph.
    country_of
        Country of each terminal.
    """

    def __init__(self, compiled: Compiled, country_of: Mapping[str, str]) -> None:
        """Keep what parties are looked up in."""
        self._compiled, self._country_of = compiled, country_of
        self._graph, self._law = compiled.graph, compiled.law

    def of(self, way: Ints, origin: str, destination: str) -> dict[Party, float]:
        """Return whom a way passes.

        Parameters
        ----------
        way
            Arcs in travel order.
        origin, destination
            Terminals at which its cargo begins and ends.

        Returns
        -------
        dict
            Km within what each party holds; 0 where it is passed at a stop alone.
        """
        return dict(self._states(way, origin, destination)) | dict(self._operators(way))

    def _states(self, way: Ints, origin: str, destination: str) -> Iterator[tuple[Party, float]]:
        ends = {self._country_of.get(end, "") for end in (origin, destination)}
        arcs = self._graph.arcs
        km = np.where(arcs.kind[way] == Kind.LINE, arcs.length_km[way], 0.0)
        on = self._held[:, way]
        for at in np.flatnonzero(on.any(axis=1)).tolist():
            if self._homes[at].isdisjoint(ends):
                yield self._all_states[at], float(km[on[at]].sum())

    def _operators(self, way: Ints) -> Iterator[tuple[Party, float]]:
        arcs, names = self._graph.arcs, self._law.actors
        found: dict[Party, float] = {}
        for arc in way.tolist():
            km = float(arcs.length_km[arc]) if arcs.kind[arc] == Kind.LINE else 0.0
            for one in self._compiled.operators_of(arc):
                party = Party(OPERATOR, one, names[one].name if one in names else one)
                found[party] = found.get(party, 0.0) + km
        yield from found.items()

    @cached_property
    def _all_states(self) -> tuple[Party, ...]:
        """States of the register, then other territories of the network."""
        names = {one.id: one.name for one in self._law.actors.values() if one.kind == STATE}
        names |= {code: code for code in self._graph.countries if code not in names}
        return tuple(Party(STATE, code, name) for code, name in names.items() if code != HIGH_SEAS)

    @cached_property
    def _homes(self) -> tuple[frozenset[str], ...]:
        """The countries whose trade is a state's own."""
        return tuple(refusing((one.id,), self._law) | {one.id} for one in self._all_states)

    @cached_property
    def _held(self) -> Bools:
        """Which arcs each state holds, (states, n)."""
        graph, terrain = self._graph, self._compiled.laid.terrain
        codes = {code: at for at, code in enumerate(graph.countries)}
        found = np.zeros((len(self._all_states), len(graph.arcs)), np.bool_)
        for at, one in enumerate(self._all_states):
            found[at] = np.equal(graph.arcs.country, codes.get(one.id, -1))
            scopes = denied(refusing((one.id,), self._law), self._law)
            if scopes:
                places: Bools = np.any(terrain.coverage.matrix(scopes), axis=0)
                found[at] |= places[terrain.place_of_arc]
        return found
