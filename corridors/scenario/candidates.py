"""Which rules could hold where: found once for a terrain and the rules in force on a day.

Places at which the same rules and controls meet are one *situation*. What a rule asks of
cargo there is a *question*; a class of cargo is its answers, and places are judged by
:func:`corridors.scenario.precedence.judge` once for each set of answers.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import repeat
from typing import TYPE_CHECKING, Self

import numpy as np
import scipy.sparse as sp

from corridors.model.access import Cargo
from corridors.scenario.levies import levy
from corridors.scenario.precedence import applies, judge, lacks_standing, survey

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

    from corridors.model.access import Control, InForce, Place, Rule, Scope
    from corridors.scenario.levies import Levy
    from corridors.scenario.precedence import Survey, Verdict
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Ints


#: Answers that fit into a number.
_BITS = 62


@dataclass(frozen=True)
class Question:
    """Whether a rule is about cargo at places like the one surveyed.

    `bare` is the rule without its demands on cargo, None if nothing else can fail.
    """

    rule: Rule
    found: Survey
    bare: Rule | None


@dataclass(frozen=True)
class Situation:
    """Places alike to all rules: a survey of one, what holds there, the questions asked."""

    found: Survey
    law: InForce
    questions: list[int]


@dataclass(frozen=True)
class Candidates:
    """The rules in force laid over a terrain.

    `situation_of_place` (places,) indexes `situations`; `warnings` tell which rules lack
    standing. `weights` pack the answers to a situation's questions into numbers, each
    (questions, situations). `verdicts` are all found so far, `decided` gives the index of that on a
    situation for such numbers, `alike` that for the rules left, and `levies` where rules are
    levied: they only spare the next compilation the work.
    """

    terrain: Terrain
    law: InForce
    questions: tuple[Question, ...]
    situations: tuple[Situation, ...]
    situation_of_place: Ints
    weights: tuple[sp.csr_array, ...]
    warnings: tuple[str, ...]
    verdicts: list[Verdict] = field(default_factory=list)
    decided: dict[tuple[int, ...], int] = field(default_factory=dict)
    alike: dict[tuple[object, ...], int] = field(default_factory=dict)
    levies: dict[str, Levy] = field(default_factory=dict)

    @classmethod
    def of(cls, terrain: Terrain, law: InForce) -> Self:
        """Find the rules in force that could hold at each place."""
        ledger = _Ledger(terrain.places, law)
        of_place = np.array([ledger.situation(at) for at in range(len(terrain.places))], np.int64)
        situations = tuple(ledger.situations)
        found = cls(
            terrain, law, tuple(ledger.questions), situations, of_place,
            tuple(_weights(situations, len(ledger.questions))), tuple(_warnings(situations, law)),
        )  # fmt: skip
        for rule in law.rules:
            if rule.effect in ("charge", "delay"):
                found.levies[rule.id] = levy(rule, terrain)
        found.judged([Cargo()], found.answers([Cargo()]))
        return found

    def answers(self, classes: Sequence[Cargo]) -> Bools:
        """Ask every question of every class of cargo.

        Returns
        -------
        Bools
            Whether the rule of a question is about a class, (classes, questions).
        """
        demands: dict[tuple[object, ...], Bools] = {}
        answers = np.empty((len(classes), len(self.questions)), np.bool_)
        for at, question in enumerate(self.questions):
            who = question.rule.who
            if who not in demands:
                accepted = [all(one.accepts(cargo) for one in who) for cargo in classes]
                demands[who] = np.array(accepted, np.bool_)
            answers[:, at] = demands[who]
            if question.bare:
                for row in np.flatnonzero(answers[:, at]).tolist():
                    answers[row, at] = applies(question.bare, question.found, classes[row])
        return answers

    def judged(self, classes: Sequence[Cargo], answers: Bools) -> Ints:
        """Judge every situation for classes that gave `answers`.

        Returns
        -------
        Ints
            Index into `verdicts`, (classes, situations).
        """
        codes = [(answers.astype(np.int64) @ weights).T.tolist() for weights in self.weights]
        found = []
        for at, columns in enumerate(zip(*codes, strict=True)):
            keys = list(zip(repeat(at), *columns))
            if not self.decided.keys() >= set(keys):
                self._decide(at, keys, classes, answers)
            found.append([self.decided[key] for key in keys])
        return np.array(found, np.int64).reshape(len(self.situations), len(classes)).T

    def _decide(
        self, at: int, keys: Sequence[tuple[int, ...]], classes: Sequence[Cargo], answers: Bools
    ) -> None:
        """Judge a situation for each class with a key that is new."""
        situation = self.situations[at]
        for row, key in enumerate(keys):
            if key not in self.decided:
                given = answers[row, situation.questions]
                self.decided[key] = self._judge(situation, given, classes[row])

    def _judge(self, situation: Situation, answers: Bools, cargo: Cargo) -> int:
        """Return the index of the verdict on cargo that gives these answers.

        With the questions answered, a verdict hangs on the rules left and on the controls
        that shut the place, which far fewer places tell apart.
        """
        asked = zip(situation.questions, answers.tolist(), strict=True)
        rules = tuple(self.questions[question].rule for question, yes in asked if yes)
        shut = tuple(control.id for control in situation.found.shut)
        key = (tuple(rule.id for rule in rules), shut, situation.found.place.closed)
        if key not in self.alike:
            self.alike[key] = len(self.verdicts)
            found = replace(situation.found, counted=rules, lacking=())
            self.verdicts.append(judge(found, cargo, situation.law))
        return self.alike[key]


def _weights(situations: Sequence[Situation], questions: int) -> Iterator[sp.csr_array]:
    """Yield matrices that give every answer of a situation a bit of its own."""
    most = max((len(situation.questions) for situation in situations), default=0)
    for start in range(0, max(most, 1), _BITS):
        triples = [
            (1 << bit, question, at)
            for at, situation in enumerate(situations)
            for bit, question in enumerate(situation.questions[start : start + _BITS])
        ]
        weight, row, column = np.array(triples, np.int64).reshape(-1, 3).T
        yield sp.csr_array((weight, (row, column)), shape=(questions, len(situations)))


class _Ledger:
    """Lays scopes over places by looking up names, then asking the scope itself."""

    def __init__(self, places: Sequence[Place], law: InForce) -> None:
        self.places, self.law = places, law
        self.by_name = _by_name(places)
        self.controls = self._on_each(law.controls, {})
        self.rules = self._on_each(law.rules, _named_operators(law.rules))
        self.questions: list[Question] = []
        self.situations: list[Situation] = []
        self._question_of: dict[Hashable, int] = {}
        self._situation_of: dict[Hashable, int] = {}

    def situation(self, at: int) -> int:
        """Return the index of the situation of a place, a new one if need be."""
        place, held, covering = self.places[at], self.controls[at], self.rules[at]
        sights = tuple(_sight(self.law.rules[index], place) for index in covering)
        key = (place.closed, held, covering, sights)
        if key not in self._situation_of:
            self._situation_of[key] = len(self.situations)
            self.situations.append(self._new(place, held, covering))
        return self._situation_of[key]

    def _new(self, place: Place, held: tuple[int, ...], covering: tuple[int, ...]) -> Situation:
        """Return the situation of a place with its questions."""
        controls = tuple(self.law.controls[index] for index in held)
        rules = tuple(self.law.rules[index] for index in covering)
        law = replace(self.law, controls=controls, rules=rules)
        found = survey(law, place)
        asking = () if place.closed else found.counted
        return Situation(found, law, [self._question(rule, found) for rule in asking])

    def _question(self, rule: Rule, found: Survey) -> int:
        """Return the index of what a rule asks at a place, a new one if need be."""
        operators = found.operators if rule.scope.kind == "operator" else None
        key = (rule.id, _sight(rule, found.place), operators)
        if key not in self._question_of:
            self._question_of[key] = len(self.questions)
            narrow = rule.transit_only or rule.direction != "both" or operators is not None
            bare = replace(rule, who=()) if narrow else None
            self.questions.append(Question(rule, found, bare))
        return self._question_of[key]

    def _on_each(
        self, rows: Sequence[Control | Rule], operators: Mapping[int, frozenset[str]]
    ) -> list[tuple[int, ...]]:
        """Return for each place which rows cover it, in their order."""
        found: list[list[int]] = [[] for _ in self.places]
        for index, row in enumerate(rows):
            named = operators.get(index, frozenset())
            for at in self._near(row.scope):
                if row.scope.covers(self.places[at], named):
                    found[at].append(index)
        return [tuple(covering) for covering in found]

    def _near(self, scope: Scope) -> Iterable[int]:
        """Return the places among which are all that a scope covers."""
        if scope.kind in ("any", "operator"):
            return range(len(self.places))
        return sorted({at for name in scope.names for at in self.by_name.get(name, ())})


def _by_name(places: Sequence[Place]) -> dict[str, list[int]]:
    """Return the places that each name can mean: asset, country, border or branch."""
    found: dict[str, list[int]] = defaultdict(list)
    for at, place in enumerate(places):
        pair = {place.pair} if place.pair else set()
        for name in place.assets | set(place.countries) | pair | place.branches:
            found[name].append(at)
    return found


def _named_operators(rules: Sequence[Rule]) -> dict[int, frozenset[str]]:
    """Return for each rule on operators whom it names, as if they worked everywhere."""
    return {
        index: rule.scope.names for index, rule in enumerate(rules) if rule.scope.kind == "operator"
    }


def _sight(rule: Rule, place: Place) -> tuple[str, ...]:
    """Return the countries of a place if the rule tells transit, entry or exit by them.

    A rule on countries tells them by its own, wherever it is met.
    """
    crossing = rule.transit_only or rule.direction != "both"
    return place.countries if crossing and rule.scope.kind != "territory" else ()


def _warnings(situations: Sequence[Situation], law: InForce) -> Iterator[str]:
    """Yield a warning for each rule that lacks standing somewhere."""
    lacking: dict[str, list[tuple[Rule, Place]]] = defaultdict(list)
    for situation in situations:
        place = situation.found.place
        for rule in situation.found.lacking:
            # Whoever may work a place without a row is no place of an operator's rule.
            if rule.scope.covers(place, situation.found.operators):
                lacking[rule.id].append((rule, place))
    for pairs in (lacking[key] for key in sorted(lacking)):
        more = f" (and {len(pairs) - 1} more kinds of place)" if len(pairs) > 1 else ""
        yield lacks_standing(*pairs[0], law) + more
