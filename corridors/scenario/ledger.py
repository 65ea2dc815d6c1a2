"""The rules in force laid over the places of a terrain, as tables of bits.

Places at which the same rules and controls meet are one *situation*; a situation's survey
is written out only for who asks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from corridors.model.access import POWER_FOR
from corridors.scenario.coverage import distinct, marked, unpacked
from corridors.scenario.precedence import WORKING, Survey, gives, lacks_standing, reaches
from corridors.scenario.stances import REFUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from corridors.model.access import Control, InForce, Place, Rule
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Ints

_POWERS = tuple(dict.fromkeys(POWER_FOR.values()))


class Ledger:
    """Which rules and controls of a day meet where.

    `situation_of_place` (places,) gives the situation of each place, `first`
    (situations,) a place of each. `counted` and `lacking` (situations, rules) mark the
    rules about a situation whose makers have and lack the power over it, `shut` are for
    each situation the controls that close it unless their actor permits, and
    `operators_of` (situations,) indexes `operators`, the sets of those who work places.
    """

    def __init__(self, terrain: Terrain, law: InForce) -> None:
        """Lay the rules and controls of a day over a terrain."""
        self.terrain, self.law = terrain, law
        held = [terrain.coverage.of(one.scope) for one in law.controls]
        near = [terrain.coverage.of(rule.scope) for rule in law.rules]
        able = _able(law, held)
        counted = [here & places for here, places in zip(near, able, strict=True)]
        lacking = [here & ~places for here, places in zip(near, able, strict=True)]
        self.sighted = np.array([is_sighted(rule) for rule in law.rules], np.bool_)
        # Many scopes cover the same places: what lies in one set lies in all alike.
        sets = list(dict.fromkeys([*held, *counted, *lacking]))
        number = {places: at for at, places in enumerate(sets)}
        met = terrain.coverage.within(sets)
        self.first, self.situation_of_place = distinct(met, self._marks(near))
        bits = np.unpackbits(met[self.first], axis=1).view(np.bool_)
        controls, self.counted, self.lacking = (
            bits[:, [number[places] for places in rows]] for rows in (held, counted, lacking)
        )
        self.shut = self._shut(controls)
        self.operators, self.operators_of = self._who_works(controls)

    def __len__(self) -> int:
        """Return the number of situations."""
        return len(self.first)

    def survey(self, at: int) -> Survey:
        """Return what bears on the places of a situation, as shown by its first one."""
        rules = self.law.rules
        return replace(
            self.place_of(at),
            counted=tuple([rules[row] for row in np.flatnonzero(self.counted[at]).tolist()]),
            lacking=tuple([rules[row] for row in np.flatnonzero(self.lacking[at]).tolist()]),
        )

    def place_of(self, at: int) -> Survey:
        """Return the survey of a situation without its rules."""
        return Survey(self._place(at), (), (), self.operators_at(at), self.shut[at])

    def operators_at(self, at: int) -> frozenset[str]:
        """Return who works the places of a situation."""
        return self.operators[int(self.operators_of[at])]

    def warnings(self) -> Iterator[str]:
        """Yield a warning for each rule that lacks standing somewhere."""
        rules = self.law.rules
        for row in sorted(np.flatnonzero(self.lacking.any(axis=0)), key=lambda at: rules[at].id):
            rule, places = rules[row], np.flatnonzero(self.lacking[:, row]).tolist()
            if rule.id.startswith(REFUSES):
                # Who refuses all it can has no say elsewhere: that is no lack.
                continue
            if rule.scope.kind == "operator":
                # Whoever may work a place without a row is no place of an operator's rule.
                places = [at for at in places if self._is_worked(rule, at)]
            if places:
                more = f" (and {len(places) - 1} more kinds of place)" if len(places) > 1 else ""
                yield lacks_standing(rule, self._place(places[0]), self.law) + more

    def _is_worked(self, rule: Rule, at: int) -> bool:
        return rule.scope.covers(self._place(at), self.operators_at(at))

    def _place(self, at: int) -> Place:
        return self.terrain.places[int(self.first[at])]

    def _marks(self, near: Sequence[int]) -> Ints:
        """Return a number more for each place: what closes it, and its countries if they matter."""
        seen = 0
        for row in np.flatnonzero(self.sighted).tolist():
            seen |= near[row]
        borders, closed = self.terrain.border_of_place, self.terrain.closed_of_place
        sees = unpacked([seen], len(closed))[0]
        return np.where(sees, borders + 1, 0) * (int(closed.max(initial=0)) + 1) + closed

    def _shut(self, held: Bools) -> list[tuple[Control, ...]]:
        """Return for each situation the controls that close it unless their actor permits."""
        found: list[tuple[Control, ...]] = [()] * len(held)
        for row, control in enumerate(self.law.controls):
            if not control.default_open and gives(control, "deny", self.law):
                for at in np.flatnonzero(held[:, row]).tolist():
                    found[at] = (*found[at], control)
        return found

    def _who_works(self, held: Bools) -> tuple[list[frozenset[str]], Ints]:
        """Return the sets of those who work places, and which one of them works which."""
        working = [row for row, one in enumerate(self.law.controls) if one.role in WORKING]
        actors = [self.law.controls[row].actor for row in working]
        works = np.packbits(held[:, working], axis=1)
        first, of_situation = distinct(works, np.zeros(len(held), np.int64))
        sets = [frozenset([actors[at] for at in one]) for one in marked(works[first])]
        return sets, of_situation


def is_sighted(rule: Rule) -> bool:
    """Whether a rule tells transit, entry or exit by the countries of the place.

    A rule on countries tells them by its own, wherever it is met.
    """
    crossing = rule.transit_only or rule.direction != "both"
    return crossing and rule.scope.kind != "territory"


def _able(law: InForce, held: Sequence[int]) -> list[int]:
    """Return where the maker of each rule has the power it needs, as bits of places."""
    over: dict[tuple[str, str, str], int] = defaultdict(int)
    powers: dict[tuple[str, frozenset[str]], list[str]] = {}
    for control, places in zip(law.controls, held, strict=True):
        title = (control.role, control.grants)
        if title not in powers:
            powers[title] = [power for power in _POWERS if gives(control, power, law)]
        for power in powers[title]:
            over[control.actor, power, law.roles[control.role].reach] |= places
    return [_united(rule, over, law) for rule in law.rules]


def _united(rule: Rule, over: Mapping[tuple[str, str, str], int], law: InForce) -> int:
    """Return where any who speak for a rule's maker have the power that it needs."""
    found, power = 0, POWER_FOR[rule.effect]
    for speaker in law.agencies.get(rule.by, (rule.by,)):
        for reach in reaches(rule):
            found |= over.get((speaker, power, reach), 0)
    return found
