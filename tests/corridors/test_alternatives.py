"""Alternatives that differ, against all simple ways of small graphs."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from corridors.solve.alternatives import Alternative, AlternativeFinder, Lines
from tests.oracles import brute_pareto as brute

if TYPE_CHECKING:
    from tests.oracles.brute_pareto import Case

ROUNDS = 600
DETOUR = 1.8
ARCS = 24


class Asked(NamedTuple):
    """A case whose first criterion is the weight, and the line under its arcs."""

    case: Case
    lines: Lines
    overlap: float

    def find(self, count: int) -> tuple[Alternative, ...]:
        case = self.case
        finder = AlternativeFinder(
            case.tail, case.head, case.criteria[0], usable=case.usable, n_nodes=case.n,
            lines=self.lines,
        )  # fmt: skip
        return finder.find(
            case.start, case.ends, count=count, max_overlap=self.overlap, max_detour=DETOUR
        )

    def pieces(self, way: tuple[int, ...]) -> set[int]:
        runs = [slice(self.lines.start[arc], self.lines.stop[arc]) for arc in way]
        return {int(piece) for run in runs for piece in self.lines.pieces[run]}

    def share(self, way: tuple[int, ...], other: tuple[int, ...]) -> float:
        """Return the share of line that two ways have in common, of the shorter one."""
        a, b = self.pieces(way), self.pieces(other)
        common, *each = (sum(float(self.lines.km[k]) for k in some) for some in (a & b, a, b))
        return common / min(each) if min(each) else 1.0

    def candidates(self) -> list[tuple[float, tuple[int, ...]]]:
        """Return all simple ways within the detour, by weight."""
        ways = [(brute.totals(self.case, way)[0], way) for way in brute.simple_ways(self.case)]
        limit = DETOUR * min((weight for weight, _ in ways), default=0.0)
        return sorted((weight, way) for weight, way in ways if weight <= limit)


def random_asked(random: Random) -> Asked:
    """Return a case of which no two ways weigh the same, with arcs that share line."""
    while True:
        case = brute.random_case(random, criteria=2)
        if case.start not in case.ends:
            break
    m = len(case.tail)
    # Distinct powers of two far below a half: every set of arcs has a weight of its own.
    own = 2.0 ** -np.arange(2, 2 + m) if m <= ARCS else np.zeros(m)
    criteria = np.where(case.usable, 1.0 + case.criteria + own, np.inf)
    starts = np.array([random.randrange(m) for _ in range(m)])
    stops = np.minimum(starts + np.array([random.randint(0, 3) for _ in range(m)]), m)
    km = np.array([float(random.randint(0, 9)) for _ in range(m)])
    lines = Lines(starts, stops, np.arange(m), km)
    return Asked(case._replace(criteria=criteria), lines, random.choice([0.0, 0.3, 0.6, 1.0]))


def ways_of(found: tuple[Alternative, ...]) -> list[tuple[int, ...]]:
    return [tuple(one.arcs.tolist()) for one in found]


def test_alternatives_are_good_ways_with_little_in_common() -> None:
    random = Random(1)  # noqa: S311
    several = 0
    for _ in range(ROUNDS):
        asked = random_asked(random)
        found, simple = asked.find(4), {way: x for x, way in asked.candidates()}
        ways = ways_of(found)
        assert bool(found) == bool(simple)
        assert len(set(ways)) == len(ways)
        assert [one.weight for one in found] == sorted(one.weight for one in found)
        for rank, (one, way) in enumerate(zip(found, ways, strict=True)):
            assert one.weight == pytest.approx(simple[way], rel=1e-12)
            shares = [asked.share(way, better) for better in ways[:rank]]
            assert one.overlap == pytest.approx(max(shares, default=0.0))
            assert one.overlap <= asked.overlap
        if simple:
            assert ways[0] == min(simple, key=lambda way: simple[way])
        several += len(found) > 2
    assert several > ROUNDS // 20


def test_no_best_way_through_a_node_that_would_fit_is_left_out() -> None:
    random = Random(2)  # noqa: S311
    left_out = 0
    for _ in range(ROUNDS):
        asked = random_asked(random)
        ways = ways_of(asked.find(len(asked.case.tail) + 1))
        weight = {way: x for x, way in asked.candidates()}
        for node in range(asked.case.n):
            through = best_through(asked, node)
            if through is None or through in ways or through not in weight:
                continue
            better = [way for way in ways if weight[way] < weight[through]]
            assert max(asked.share(through, way) for way in better) > asked.overlap
            left_out += 1
    assert left_out


def best_through(asked: Asked, node: int) -> tuple[int, ...] | None:
    """Return the best way to a node followed by the best from it, if that is simple."""
    case = asked.case
    if node == case.start or node in case.ends:
        return None
    to = [way for way in brute.simple_ways(case._replace(ends=(node,))) if way]
    onward = [way for way in brute.simple_ways(case._replace(start=node)) if way]
    if not to or not onward:
        return None
    lightest = [min(ways, key=lambda way: brute.totals(case, way)) for ways in (to, onward)]
    way = (*lightest[0], *lightest[1])
    return way if way in set(brute.simple_ways(case)) else None


def test_the_first_alternative_is_nearly_always_the_best_there_is() -> None:
    random = Random(3)  # noqa: S311
    tried = same = 0
    for _ in range(ROUNDS):
        asked = random_asked(random)
        every = asked.candidates()
        best = next((w for _, w in every[1:] if asked.share(w, every[0][1]) <= asked.overlap), None)
        if best is None:
            continue
        tried += 1
        same += ways_of(asked.find(2))[1:] == [best]
    assert tried > 50
    assert same / tried > 0.9


TRIANGLE = np.array([0, 0, 1], np.int32), np.array([2, 1, 2], np.int32)


def test_arcs_that_run_over_the_same_line_are_no_alternatives() -> None:
    weight, km = np.array([3.0, 2.0, 2.0]), np.array([50.0, 50.0])
    # The direct arc runs over both pieces, the other two over one each.
    lines = Lines(np.array([0, 0, 1]), np.array([2, 1, 2]), np.arange(2), km)
    for under, ways in ((lines, [[0]]), (Lines.apart(np.full(3, 50.0)), [[0], [1, 2]])):
        finder = AlternativeFinder(
            *TRIANGLE, weight, usable=np.ones(3, bool), n_nodes=3, lines=under
        )
        assert [one.arcs.tolist() for one in finder.find(0, 2, count=3)] == ways


@pytest.mark.parametrize(
    "limits",
    [
        {"count": 0},
        {"count": 2, "max_overlap": -0.1},
        {"count": 2, "max_overlap": 1.1},
        {"count": 2, "max_detour": 0.9},
        {"count": 2, "max_detour": np.nan},
    ],
)
def test_limits_that_are_none_are_refused(limits: dict[str, float]) -> None:
    finder = AlternativeFinder(
        *TRIANGLE, np.ones(3), usable=np.ones(3, bool), n_nodes=3, lines=Lines.apart(np.ones(3))
    )
    with pytest.raises(ValueError, match="limits"):
        finder.find(0, 2, **limits)  # type: ignore[arg-type]
