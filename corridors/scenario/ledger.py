"""The rules in force laid over the places of a terrain, as tables of bits.

Places at which the same rules and controls meet are one *situation*; a situation's survey
is written out only for who asks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

from corridors.scenario.precedence import WORKING, Survey, empowers, gives, lacks_standing
from corridors.scenario.stances import REFUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from corridors.model.access import Control, InForce, Place, Rule
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Ints


class Ledger:
    """Which rules and controls of a day meet where.

    `situation_of_place` (places,) gives the situation of each place, `first`
    (situations,) a place of each. `counted` and `lacking` (rules, situations) mark the
    rules about a situation whose makers have and lack the power over it, `shut`
    (controls, situations) the controls that close it unless their actor permits, and
    `operators_of` (situations,) indexes `operators`, the sets of those who work places.
    """

    def __init__(self, terrain: Terrain, law: InForce) -> None:
        """Lay the rules and controls of a day over a terrain."""
        self.terrain, self.law = terrain, law
        coverage = terrain.coverage
        held = coverage.matrix(one.scope for one in law.controls)
        near = coverage.matrix(rule.scope for rule in law.rules)
        self.sighted = np.array([is_sighted(rule) for rule in law.rules], np.bool_)
        self.first, self.situation_of_place = self._told_apart(held, near)
        held, near = held[:, self.first], near[:, self.first]
        able = (_able(law) @ held.view(np.int8)) > 0
        self.counted: Bools = near & able
        self.lacking: Bools = near & ~able
        self.shut: Bools = held & _which(_shuts(one, law) for one in law.controls)[:, None]
        works = held & _which(one.role in WORKING for one in law.controls)[:, None]
        self.operators, self.operators_of = self._who_works(works)
        self._any_shut = np.any(self.shut, axis=0).tolist()

    def __len__(self) -> int:
        """Return the number of situations."""
        return len(self.first)

    def survey(self, at: int) -> Survey:
        """Return what bears on the places of a situation, as shown by its first one."""
        rules = self.law.rules
        return replace(
            self.place_of(at),
            counted=tuple([rules[row] for row in np.flatnonzero(self.counted[:, at]).tolist()]),
            lacking=tuple([rules[row] for row in np.flatnonzero(self.lacking[:, at]).tolist()]),
        )

    def place_of(self, at: int) -> Survey:
        """Return the survey of a situation without its rules."""
        shut = np.flatnonzero(self.shut[:, at]).tolist() if self._any_shut[at] else ()
        return Survey(
            self._place(at), (), (), self.operators[int(self.operators_of[at])],
            tuple([self.law.controls[row] for row in shut]),
        )  # fmt: skip

    def warnings(self) -> Iterator[str]:
        """Yield a warning for each rule that lacks standing somewhere."""
        rules = self.law.rules
        for row in sorted(np.flatnonzero(self.lacking.any(axis=1)), key=lambda at: rules[at].id):
            rule, places = rules[row], np.flatnonzero(self.lacking[row]).tolist()
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
        return rule.scope.covers(self._place(at), self.operators[int(self.operators_of[at])])

    def _place(self, at: int) -> Place:
        return self.terrain.places[int(self.first[at])]

    def _told_apart(self, held: Bools, near: Bools) -> tuple[Ints, Ints]:
        """Return the first place of each situation, and the situation of each place."""
        sees: Bools = np.any(near[self.sighted], axis=0)
        borders, closed = self.terrain.border_of_place, self.terrain.closed_of_place
        marks = np.where(sees, borders + 1, 0) * (int(closed.max(initial=0)) + 1) + closed
        return distinct(np.vstack([held, near]), marks.astype(np.uint32))

    def _who_works(self, works: Bools) -> tuple[list[frozenset[str]], Ints]:
        """Return the sets of those who work places, and which one of them works which."""
        first, of_situation = distinct(works, np.zeros(works.shape[1], np.uint32))
        controls = self.law.controls
        return [
            frozenset(controls[row].actor for row in np.flatnonzero(works[:, at]).tolist())
            for at in first.tolist()
        ], of_situation


def distinct(bits: Bools, marks: np.ndarray) -> tuple[Ints, Ints]:
    """Return the first of each kind of column, and the kind of each column.

    Parameters
    ----------
    bits
        Columns to tell apart, (rows, n).
    marks
        A number more for each, unsigned of 32 bits, (n,).

    Examples
    --------
    >>> first, kind = distinct(np.array([[1, 0, 1]], bool), np.zeros(3, np.uint32))
    >>> first.tolist(), kind.tolist()
    ([0, 1], [0, 1, 0])
    """
    packed = np.packbits(bits, axis=0).T
    keys = np.ascontiguousarray(np.hstack([packed, marks[:, None].view(np.uint8)]))
    rows = keys.view(f"V{keys.shape[1]}").ravel()
    _, first, kind = np.unique(rows, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return first[order], rank[kind.ravel()]


def is_sighted(rule: Rule) -> bool:
    """Whether a rule tells transit, entry or exit by the countries of the place.

    A rule on countries tells them by its own, wherever it is met.
    """
    crossing = rule.transit_only or rule.direction != "both"
    return crossing and rule.scope.kind != "territory"


def _which(yes: Iterable[bool]) -> Bools:
    return np.array(list(yes), np.bool_)


def _able(law: InForce) -> sp.csr_array:
    """Return which control gives the maker of which rule its power, (rules, controls)."""
    by_actor: dict[str, list[int]] = defaultdict(list)
    for at, control in enumerate(law.controls):
        by_actor[control.actor].append(at)
    pairs = [
        (row, at)
        for row, rule in enumerate(law.rules)
        for speaker in law.agencies.get(rule.by, (rule.by,))
        for at in by_actor.get(speaker, ())
        if empowers(law.controls[at], rule, law)
    ]
    rows, columns = np.array(pairs, np.int64).reshape(-1, 2).T
    shape = (len(law.rules), len(law.controls))
    return sp.csr_array((np.ones(len(rows), np.int32), (rows, columns)), shape=shape)


def _shuts(control: Control, law: InForce) -> bool:
    """Whether a control closes its places unless its actor permits."""
    return not control.default_open and gives(control, "deny", law)
