"""Which rules could hold where: found once for a terrain and the rules in force on a day.

What a rule asks of cargo in a situation is a *question*; a class of cargo is its answers,
and situations are judged by :func:`corridors.scenario.precedence.judge` once for each set
of answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from corridors.scenario.classes import Classes
from corridors.scenario.coverage import distinct, firsts, marked, unpacked
from corridors.scenario.ledger import Ledger
from corridors.scenario.levies import levy
from corridors.scenario.precedence import WAY_FIELDS, is_met, rank, weigh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from corridors.model.access import Cargo, InForce, Rule
    from corridors.scenario.levies import Levy
    from corridors.scenario.precedence import Survey, Verdict
    from corridors.scenario.terrain import Terrain
    from geodata.types import Bools, Ints


class Question(NamedTuple):
    """Whether a rule is about cargo in situations like number `at`.

    `narrow` tells whether anything but its demands on cargo can fail.
    """

    rule: Rule
    at: int
    narrow: bool


@dataclass(frozen=True)
class Situation:
    """Places alike to all rules: a survey of one, what holds, the questions of its rules."""

    found: Survey
    law: InForce
    questions: list[int]


@dataclass(frozen=True)
class Candidates:
    """The rules in force laid over a terrain.

    `questions`, those of the rules first in precedence first, are asked in the situations
    that `asked` (situations, questions) marks. `verdicts` are all found so far, `decided` gives the
    index of that on the rules left in a situation, and `levies` where rules are levied:
    they only spare the next compilation the work.
    """

    terrain: Terrain
    law: InForce
    ledger: Ledger
    questions: tuple[Question, ...]
    asked: Bools
    verdicts: list[Verdict] = field(default_factory=list)
    decided: dict[tuple[object, ...], int] = field(default_factory=dict)
    levies: dict[str, Levy] = field(default_factory=dict)

    @classmethod
    def of(cls, terrain: Terrain, law: InForce) -> Self:
        """Find the rules in force that could hold at each place."""
        ledger = Ledger(terrain, law)
        found = cls(terrain, law, ledger, *_questions(ledger))
        for rule in law.rules:
            if rule.effect in ("charge", "delay"):
                found.levies[rule.id] = levy(rule, terrain)
        return found

    @property
    def situation_of_place(self) -> Ints:
        """The situation of each place, (places,)."""
        return self.ledger.situation_of_place

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """Which rules lack standing somewhere, in words."""
        return tuple(self.ledger.warnings())

    @cached_property
    def situations(self) -> tuple[Situation, ...]:
        """Every situation, written out."""
        return tuple(
            Situation(self.survey(at), self.law, np.flatnonzero(asked).tolist())
            for at, asked in enumerate(self.asked)
        )

    def survey(self, situation: int) -> Survey:
        """Return what bears on the places of a situation."""
        return self.ledger.survey(situation)

    def answers(self, classes: Sequence[Cargo]) -> Bools:
        """Ask every question of every class of cargo.

        Returns
        -------
        Bools
            Whether the rule of a question is about a class, (classes, questions).
        """
        among = Classes(classes)
        demanded: dict[str, int] = {}
        answers = []
        for rule, at, narrow in self.questions:
            if rule.id not in demanded:
                demanded[rule.id] = among.that_answer(rule.who)
            met = demanded[rule.id]
            if narrow and met:
                found = self.ledger.place_of(at)
                met &= among.that(WAY_FIELDS, partial(is_met, rule, found))
            answers.append(met)
        return unpacked(answers, len(classes)).T

    def judged(self, answers: Bools) -> Ints:
        """Judge every situation for classes that gave `answers`.

        With the questions answered, a verdict hangs on the rules left and on what else
        closes the place, which far fewer situations tell apart.

        Returns
        -------
        Ints
            Index into `verdicts`, (classes, situations).
        """
        asked = np.packbits(self.asked, axis=1)
        given = asked & np.packbits(answers, axis=1)[:, None]
        given = given.reshape(len(answers) * len(asked), asked.shape[1])
        first, kind = distinct(given, np.tile(self._closings, len(answers)))
        verdicts = [
            self._verdict(at, yes)
            for at, yes in zip((first % len(asked)).tolist(), marked(given[first]), strict=True)
        ]
        return np.array(verdicts, np.int64)[kind].reshape(len(answers), len(asked))

    @cached_property
    def _closings(self) -> Ints:
        """A number for what closes the places of a situation but rules, (situations,)."""
        known: dict[tuple[object, ...], int] = {}
        closed = self.terrain.closed_of_place[self.ledger.first].tolist()
        shut = [tuple([control.id for control in one]) for one in self.ledger.shut]
        pairs = zip(closed, shut, strict=True)
        return np.array([known.setdefault(pair, len(known)) for pair in pairs], np.int64)

    def _verdict(self, situation: int, yes: Sequence[int]) -> int:
        """Return the index of the verdict where these questions are answered with yes."""
        rules = [self.questions[at].rule for at in yes]
        key = (int(self._closings[situation]), *[rule.id for rule in rules])
        if key not in self.decided:
            self.decided[key] = len(self.verdicts)
            self.verdicts.append(weigh(self.ledger.place_of(situation), rules, self.law))
        return self.decided[key]


def _questions(ledger: Ledger) -> tuple[tuple[Question, ...], Bools]:
    """Return what rules ask, and in which situation each question is asked.

    A rule asks the same wherever what it looks at is alike: the countries, who works the
    place, both or nothing.
    """
    rules, stands = ledger.law.rules, ledger.terrain.closed_of_place[ledger.first] == 0
    borders = ledger.terrain.border_of_place[ledger.first]
    workers = ledger.operators_of
    looks = np.stack(
        [np.zeros(len(ledger), np.int64), borders, workers, borders * len(ledger) + workers]
    )
    worked = np.array([rule.scope.kind == "operator" for rule in rules], np.bool_)
    order = np.array(sorted(range(len(rules)), key=lambda row: rank(rules[row])), np.int64)
    asks = ledger.counted.take(order, axis=1) & stands[:, None]
    at, place = np.divmod(np.flatnonzero(asks), max(len(rules), 1))
    row = order[place]
    seen = looks[(ledger.sighted + 2 * worked)[row], at]
    kinds, question = np.unique(place * (int(looks.max(initial=0)) + 1) + seen, return_inverse=True)
    first = firsts(question, len(kinds))
    asked = np.zeros((len(ledger), len(first)), np.bool_)
    asked[at, question] = True
    narrow = [_is_narrow(rule) for rule in rules]
    pairs = zip(row[first].tolist(), at[first].tolist(), strict=True)
    return tuple([Question(rules[one], where, narrow[one]) for one, where in pairs]), asked


def _is_narrow(rule: Rule) -> bool:
    return rule.transit_only or rule.direction != "both" or rule.scope.kind == "operator"
