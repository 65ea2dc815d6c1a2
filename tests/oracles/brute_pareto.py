"""Fronts by trying everything: all simple ways, compared pair by pair."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

Totals = tuple[float, ...]


class Case(NamedTuple):
    """A small multigraph with several numbers on each arc, and what to connect."""

    tail: np.ndarray
    head: np.ndarray
    criteria: np.ndarray
    usable: np.ndarray
    n: int
    start: int
    ends: tuple[int, ...]


def random_case(random: Random, *, criteria: int) -> Case:
    """Return a multigraph with parallel arcs, loops, ties, zeros and closed arcs.

    Numbers are halves, so that sums of them are exact.
    """
    n = random.randint(2, 7)
    m = random.randint(1, 24)
    most = random.choice([2, 8, 40])
    arcs = np.array([[random.randrange(n), random.randrange(n)] for _ in range(m)], np.int32)
    numbers = [[random.randint(0, most) / 2 for _ in range(m)] for _ in range(criteria)]
    if random.random() < 0.5:  # what is cheap is slow, so that fronts are long
        numbers[1] = [max(0.0, most / 2 - x + random.randint(-1, 1)) for x in numbers[0]]
    usable = np.array([random.random() < 0.9 for _ in range(m)])
    values = np.where(usable, np.array(numbers), np.inf)
    ends = tuple(random.sample(range(n), random.choice([1, 1, 1, 2])))
    return Case(arcs[:, 0], arcs[:, 1], values, usable, n, random.randrange(n), ends)


def simple_ways(case: Case, way: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Yield every way from the start to an end that is at no node twice."""
    at = int(case.head[way[-1]]) if way else case.start
    if at in case.ends:
        yield way
    seen = {case.start, *(int(case.head[arc]) for arc in way)}
    for arc in np.flatnonzero(case.usable & (case.tail == at)).tolist():
        if int(case.head[arc]) not in seen:
            yield from simple_ways(case, (*way, arc))


def totals(case: Case, way: Sequence[int]) -> Totals:
    """Return what a way adds up to in each criterion."""
    return tuple(float(row[list(way)].sum()) for row in case.criteria)


def beats(a: Totals, b: Totals) -> bool:
    """Whether one is no larger in all and differs."""
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


def front(case: Case) -> list[Totals]:
    """Return the totals of ways that no other way beats, sorted."""
    every = {totals(case, way) for way in simple_ways(case)}
    return sorted(one for one in every if not any(beats(other, one) for other in every))


def is_supported(point: Totals, points: Sequence[Totals]) -> bool:
    """Whether some positive weights make a point a lightest one, by a linear programme.

    Weights sum to 1; the smallest of them is made as large as can be.
    """
    size = len(point)
    others = np.array(points) - np.array(point)
    above = np.hstack([-others, np.zeros((len(points), 1))])
    floor = np.hstack([-np.eye(size), np.ones((size, 1))])
    found = linprog(
        np.array([0.0] * size + [-1.0]), A_ub=np.vstack([above, floor]),
        b_ub=np.zeros(len(points) + size), A_eq=np.array([[1.0] * size + [0.0]]), b_eq=[1.0],
        bounds=[(0, 1)] * size + [(None, None)], method="highs",
    )  # fmt: skip
    return found.x is not None and bool(found.x[-1] > 1e-7)
